"""What the broker would answer with a closed connection is refused before it is sent."""

from __future__ import annotations

import pytest

from fleet_client.backoff import Backoff
from fleet_client.mqtt import check_topic
from patrol.vda5050.topic_names import (
    EXTENSION_TO_SERVER,
    EXTENSION_TO_VEHICLE,
    TO_SERVER,
    TO_VEHICLE,
    VehicleAddress,
    parse_topic,
)


@pytest.mark.parametrize(
    "topic", ["", "a b", "a/+/b", "a/#", "/a", "a/", "a//b", "a\0", "a\n", "a/*", "x" * 600]
)
def test_bad_topic_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="cannot be published to"):
        check_topic(topic)


@pytest.mark.parametrize(
    "name", [*TO_SERVER, *TO_VEHICLE, *EXTENSION_TO_SERVER, *EXTENSION_TO_VEHICLE]
)
def test_every_topic_of_ours_is_good_and_parses_back(name: str) -> None:
    address = VehicleAddress("gwanak", "sunra", "goalie-01.b:2_3")
    check_topic(address.topic(name))
    assert parse_topic(address.topic(name)) == (address, name)


def test_waits_grow_to_the_limit_with_jitter_and_repeat_for_a_seed() -> None:
    waits = _take(Backoff(0.5, 30.0, seed=3), 50)
    assert waits == _take(Backoff(0.5, 30.0, seed=3), 50)
    assert waits != _take(Backoff(0.5, 30.0, seed=4), 50)
    assert all(0.5 <= wait <= 30.0 for wait in waits)
    assert waits[0] <= 1.0
    assert max(waits[10:]) > 15.0


def test_reset_goes_back_to_the_shortest_wait() -> None:
    backoff = Backoff(0.5, 30.0, seed=1)
    _take(backoff, 10)
    backoff.reset()
    assert backoff.next_s() <= 1.0


def _take(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next_s() for _ in range(count)]
