"""Gazebo's pictures under the vehicle's topics: encodings, frames, temperatures."""

from __future__ import annotations

import array
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from patrol.vehicle import load_vehicle
from patrol_gazebo import convert
from patrol_perception.convert import warmth_of
from patrol_ros.stamps import header_of

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
OFFSET_S = 1.7e9


@pytest.mark.parametrize(("encoding", "first"), [("rgb8", [3, 2, 1]), ("bgr8", [1, 2, 3])])
def test_pictures_come_as_bgr_in_the_optical_frame(encoding: str, first: list[int]) -> None:
    rows = np.zeros((2, 4 * 3 + 2), np.uint8)  # two bytes of padding a row
    rows[0, :3] = (1, 2, 3)
    message = Image(
        header=header_of(1.0), height=2, width=4, encoding=encoding, step=14,
        data=array.array("B", rows.tobytes()),
    )  # fmt: skip
    made = convert.image_message(message, SPEC.cameras[0], OFFSET_S)
    assert made.header.frame_id == f"{SPEC.cameras[0].name}_optical"
    assert (made.encoding, made.step, len(made.data)) == ("bgr8", 12, 24)
    assert list(made.data[:3]) == first


def test_another_encoding_is_refused() -> None:
    message = Image(header=header_of(1.0), height=1, width=1, encoding="mono16")
    with pytest.raises(ValueError, match="'mono16' is neither rgb8 nor bgr8"):
        convert.image_message(message, SPEC.cameras[0], OFFSET_S)


def test_a_thermal_picture_reaches_perception_in_degrees() -> None:
    """The model's sensor counts hundredths of a kelvin, as the vehicle's topic does."""
    camera, kelvin = SPEC.thermal_cameras[0], np.array([[293.15, 373.15]])
    counts = np.round(kelvin * 100).astype("<u2")
    message = Image(
        header=header_of(1.0), height=1, width=2, encoding="mono16", step=4,
        data=array.array("B", counts.tobytes()),
    )  # fmt: skip
    made = convert.thermal_message(message, camera, OFFSET_S)
    assert made.header.frame_id == f"{camera.name}_optical"
    warmth = warmth_of(serialize_message(made))
    assert warmth.stamp_s == pytest.approx(1.0 + OFFSET_S)
    np.testing.assert_allclose(warmth.celsius, [[20.0, 100.0]], atol=0.01)


@pytest.mark.parametrize(("encoding", "big"), [("mono8", 0), ("mono16", 1)])
def test_another_thermal_encoding_is_refused(encoding: str, big: int) -> None:
    message = Image(header=header_of(1.0), height=1, width=1, encoding=encoding, is_bigendian=big)
    with pytest.raises(ValueError, match=f"'{encoding}' is not mono16"):
        convert.thermal_message(message, SPEC.thermal_cameras[0], OFFSET_S)
