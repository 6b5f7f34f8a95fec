"""The table of topics, and the sensors of a vehicle file in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from patrol.topics import (
    CAMERA_INFO_TOPICS,
    CAMERA_TOPICS,
    DEBUG_IMAGE_TOPIC,
    DROP_TOPICS,
    THERMAL_TOPICS,
    TOPICS,
    ULTRASONIC_TOPICS,
    camera_topic,
    debug_topic,
    drop_topic,
    rates_of,
    thermal_topic,
    topic_row,
    topics_of,
    ultrasonic_topic,
)
from patrol.vehicle import VehicleSpec, load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
STARRED = {ULTRASONIC_TOPICS, DROP_TOPICS, CAMERA_TOPICS, CAMERA_INFO_TOPICS, THERMAL_TOPICS}


def vehicle() -> VehicleSpec:
    """Two ultrasonic rangers, one drop ranger, two cameras and a thermal one."""
    front = SPEC.cameras[0]
    return replace(
        SPEC,
        ultrasonics=tuple(replace(SPEC.ultrasonics[0], name=name) for name in ("nose", "tail")),
        drop_rangers=(replace(SPEC.drop_rangers[0], name="down"),),
        cameras=(front, replace(front, name="roof", rate_hz=2.5)),
        thermal_cameras=(replace(front, name="warm", rate_hz=8.0),),
    )


def test_every_sensor_has_its_topic_whatever_the_vehicle_file_calls_it() -> None:
    names = topics_of(vehicle())
    assert names[:5] == (
        "/scan", "/ultrasonic/nose", "/ultrasonic/tail", "/drop/down", "/imu/data"
    )  # fmt: skip
    assert {"/camera/front/image_raw", "/camera/roof/image_raw", "/camera/roof/camera_info"} < set(
        names
    )
    assert "/thermal/warm/image_raw" in names
    assert len(names) == len(set(names)) == len(TOPICS) + 3  # a second ranger and a second camera
    assert topic_row(drop_topic("down")) is TOPICS[DROP_TOPICS]
    assert topic_row(camera_topic("roof")) is TOPICS[CAMERA_TOPICS]
    assert topic_row("/camera/roof/camera_info") is TOPICS[CAMERA_INFO_TOPICS]
    assert topic_row(thermal_topic("warm")) is TOPICS[THERMAL_TOPICS]
    for ranger in ("nose", "tail"):
        assert topic_row(ultrasonic_topic(ranger)) is TOPICS[ULTRASONIC_TOPICS]


def test_a_vehicle_without_sensors_has_no_topic_of_them() -> None:
    bare = replace(SPEC, ultrasonics=(), drop_rangers=(), cameras=(), thermal_cameras=())
    assert set(topics_of(bare)) == set(TOPICS) - STARRED
    assert rates_of(bare) == {}


def test_every_other_topic_has_its_own_row() -> None:
    for name in set(TOPICS) - STARRED:
        assert topic_row(name).name == name
    with pytest.raises(KeyError, match="/camera/roof"):
        topic_row("/camera/roof/image_compressed")


def test_a_camera_keeps_its_own_rate() -> None:
    assert rates_of(vehicle()) == {
        "/camera/front/image_raw": 5.0,
        "/camera/front/camera_info": 5.0,
        "/camera/roof/image_raw": 2.5,
        "/camera/roof/camera_info": 2.5,
        "/thermal/warm/image_raw": 8.0,
    }


def test_the_first_camera_has_the_plain_debug_topic() -> None:
    assert debug_topic("front", 0) == DEBUG_IMAGE_TOPIC
    assert debug_topic("roof", 1) == "/perception/debug_image/roof"
