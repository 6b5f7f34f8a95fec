"""Conditions: the hour and the weather that every part of a world shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

CLEAR_VISIBILITY_M = 10_000.0
FOG_VISIBILITY_M = 60.0  # meteorological optical range of the fog that a scenario gets by default
RAIN_MMPH = 8.0  # heavy rain (WMO: above 7.6 mm/h is violent in a shower) where none is stated
SUNRISE_H, SUNSET_H = 6.5, 18.5  # Seoul at the equinox
NOON_ELEVATION_RAD = math.radians(52.5)  # 90 degrees minus Seoul's latitude


class Weather(StrEnum):
    """What the sky does."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    FOG = "fog"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Local hour (0 to 24) and weather; `rain_mmph` and `visibility_m` count where they apply."""

    hour_h: float = 12.0
    weather: Weather = Weather.CLEAR
    rain_mmph: float = RAIN_MMPH
    visibility_m: float = FOG_VISIBILITY_M

    def __post_init__(self) -> None:
        for name, low, high in (
            ("hour_h", 0.0, 24.0),
            ("rain_mmph", 0.0, 200.0),
            ("visibility_m", 5.0, CLEAR_VISIBILITY_M),
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")

    @property
    def sun_elevation_rad(self) -> float:
        """Height of the sun over the horizon on an equinox day; negative by night."""
        share = (self.hour_h - SUNRISE_H) / (SUNSET_H - SUNRISE_H)
        return NOON_ELEVATION_RAD * math.sin(math.pi * share)

    @property
    def is_dark(self) -> bool:
        """Whether street lamps burn: the sun is more than 3 degrees below the horizon."""
        return self.sun_elevation_rad < -math.radians(3.0)

    @property
    def raining_mmph(self) -> float:
        """Rain now; 0 unless it rains."""
        return self.rain_mmph if self.weather is Weather.RAIN else 0.0

    @property
    def optical_range_m(self) -> float:
        """Meteorological optical range (contrast falls to 5 %): fog, rain or clear air.

        Rain after Atlas (1953): extinction 0.21 R^0.63 per km, R in mm/h.
        """
        if self.weather is Weather.FOG:
            return self.visibility_m
        if self.raining_mmph > 0:
            return min(CLEAR_VISIBILITY_M, 3000.0 / (0.21 * math.pow(self.rain_mmph, 0.63)))
        return CLEAR_VISIBILITY_M


FAIR = Conditions()
