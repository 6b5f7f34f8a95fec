"""Simulated pictures → messages; pure."""

from __future__ import annotations

import array

from sensor_msgs.msg import Image

from patrol_ros.stamps import header_of
from simulation.types import ImageReading


def message_of_image(reading: ImageReading) -> Image:
    """A picture in the camera's optical frame."""
    height, width, channels = reading.bgr.shape
    return Image(
        header=header_of(reading.stamp_s, f"{reading.camera.name}_optical"),
        height=height,
        width=width,
        encoding="bgr8",
        is_bigendian=0,
        step=width * channels,
        data=array.array("B", reading.bgr.tobytes()),
    )
