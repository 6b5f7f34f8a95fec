"""Daylight: where the sun stands and how bright sun and sky are, by hour and weather."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.conditions import Conditions, Weather

Array = NDArray[np.float64]
SOLAR_NOON_H = 12.5
AZIMUTH_RATE = 1.25  # the sun turns faster than the clock around noon at 37 degrees north
LOWEST_RAD = math.radians(14.0)  # shadows do not get longer than this gives
DARK_RAD, BRIGHT_RAD = math.radians(-7.0), math.radians(4.0)  # a camera's gain makes up for more
NIGHT = 0.045  # light of a town's sky, against day
DULL: dict[Weather, float] = {  # brightness of the whole, against a clear day
    Weather.CLEAR: 1.0,
    Weather.CLOUDY: 0.86,
    Weather.RAIN: 0.70,
    Weather.FOG: 0.88,
}
WARM = np.array((0.62, 0.82, 1.0))  # BGR of light when the sun is low, as factors
COOL = np.array((1.22, 1.0, 0.86))


@dataclass(frozen=True)
class Daylight:
    """Light baked into the scene, and what pictures are multiplied with afterwards.

    `sun` points to the sun (3,); `shadow` is how bright ground in shadow is against lit ground, 1
    where there is no sun. `exposure` and `tint_bgr` apply to the finished picture.
    """

    sun: Array
    sun_light: float
    sky_light: float
    shadow: float
    exposure: float
    tint_bgr: Array

    def on(self, normals: Array) -> Array:
        """Brightness (n,) of faces with unit normals (n, 3) outside any shadow."""
        lit = np.clip(normals @ self.sun, 0.0, 1.0)
        light: Array = self.sun_light * lit + self.sky_light * (0.75 + 0.25 * normals[:, 2])
        return light

    @staticmethod
    def flat() -> Daylight:
        """Light that leaves every colour as it is."""
        return Daylight(np.array((0.0, 0.0, 1.0)), 0.0, 1.0, 1.0, 1.0, np.ones(3))

    @property
    def changes_picture(self) -> bool:
        """Whether the finished picture must be multiplied."""
        return self.exposure < 0.999 or bool(np.any(self.tint_bgr != 1.0))


def daylight(conditions: Conditions) -> Daylight:
    """The light of an hour and a weather."""
    elevation = conditions.sun_elevation_rad
    sunny = conditions.weather is Weather.CLEAR and elevation > math.radians(2.0)
    share = np.clip((elevation - DARK_RAD) / (BRIGHT_RAD - DARK_RAD), 0.0, 1.0)
    exposure = float(NIGHT + (1.0 - NIGHT) * share**1.3) * DULL[conditions.weather]
    low = float(np.clip(1.0 - elevation / math.radians(18.0), 0.0, 1.0)) if sunny else 0.0
    blue = float(np.clip(1.0 - share, 0.0, 1.0))
    tint = (1 - low) * np.ones(3) + low * WARM
    tint = (1 - 0.7 * blue) * tint + 0.7 * blue * COOL
    if not sunny:
        return Daylight(_sun(conditions), 0.0, 0.94, 1.0, exposure, tint)
    return Daylight(_sun(conditions), 0.52, 0.74, 0.66, exposure, tint)


def _sun(conditions: Conditions) -> Array:
    """Where light and shadows come from."""
    return sun_direction(conditions, LOWEST_RAD)


def sun_direction(conditions: Conditions, lowest_rad: float = -math.pi / 2) -> Array:
    """Towards the sun (3,) in the map, not lower than an elevation."""
    hours = conditions.hour_h - SOLAR_NOON_H
    azimuth = -math.pi / 2 - AZIMUTH_RATE * hours * math.pi / 12
    elevation = max(conditions.sun_elevation_rad, lowest_rad)
    flat = math.cos(elevation)
    return np.array((flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)))
