"""Simulated pictures → messages; pure."""

from __future__ import annotations

import array

import numpy as np
from sensor_msgs.msg import Image

from patrol_ros.stamps import header_of
from simulation.types import ImageReading, ThermalReading

ZERO_C_IN_K = 273.15


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


def message_of_thermal(reading: ThermalReading) -> Image:
    """A thermal picture in hundredths of a kelvin, as radiometric cameras give it (TLinear)."""
    height, width = reading.celsius.shape
    centikelvin = np.clip(np.rint((reading.celsius + ZERO_C_IN_K) * 100), 0, 65535)
    return Image(
        header=header_of(reading.stamp_s, f"{reading.camera.name}_optical"),
        height=height,
        width=width,
        encoding="mono16",
        is_bigendian=0,
        step=width * 2,
        data=array.array("B", centikelvin.astype("<u2").tobytes()),
    )
