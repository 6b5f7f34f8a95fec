"""The table of topics, and the rangers of a vehicle file in it."""

from __future__ import annotations

import pytest

from patrol.topics import (
    DROP_TOPICS,
    TOPICS,
    ULTRASONIC_TOPICS,
    drop_topic,
    topic_row,
    topics_of,
    ultrasonic_topic,
)


def test_every_ranger_has_its_topic_whatever_the_vehicle_file_calls_it() -> None:
    names = topics_of(("nose", "tail"), ("down",))
    assert names[:5] == (
        "/scan", "/ultrasonic/nose", "/ultrasonic/tail", "/drop/down", "/imu/data"
    )  # fmt: skip
    assert len(names) == len(TOPICS) + 1
    assert topic_row(drop_topic("down")) is TOPICS[DROP_TOPICS]
    for ranger in ("nose", "tail"):
        assert topic_row(ultrasonic_topic(ranger)) is TOPICS[ULTRASONIC_TOPICS]


def test_a_vehicle_without_rangers_has_no_topic_of_them() -> None:
    assert set(topics_of(())) == set(TOPICS) - {ULTRASONIC_TOPICS, DROP_TOPICS}


def test_every_other_topic_has_its_own_row() -> None:
    for name in topics_of(()):
        assert topic_row(name).name == name
    with pytest.raises(KeyError, match="/camera/roof"):
        topic_row("/camera/roof/image_raw")
