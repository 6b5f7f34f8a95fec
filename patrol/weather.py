"""The weather that somebody reports to a vehicle, and how much of it a vehicle drives in."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

REPORT_WEATHER = "reportWeather"  # the instant action that carries a report
REPORT_COUNTS_S = 7200.0  # nobody has said anything newer since: then it counts no more
RANGES: dict[str, tuple[float, float]] = {  # what a report may say
    "rain_mmph": (0, 300),
    "gust_mps": (0, 100),
    "visibility_m": (0, 100_000),
    "temperature_c": (-60, 60),
}


def _check(values: object, ranges: dict[str, tuple[float, float]]) -> None:
    for name, (low, high) in ranges.items():
        value = getattr(values, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and low <= value <= high):
            raise ValueError(f"{name}: {value!r} is no number in [{low:g}, {high:g}]")


@dataclass(frozen=True, slots=True)
class Weather:
    """What a weather station measures; None: it does not say. Raises ValueError."""

    rain_mmph: float | None = None  # snow as the water that it melts to
    gust_mps: float | None = None  # of the last ten minutes
    visibility_m: float | None = None
    temperature_c: float | None = None  # of the air

    def __post_init__(self) -> None:
        _check(self, RANGES)
        if all(getattr(self, field.name) is None for field in fields(self)):
            raise ValueError(f"it says nothing: give one of {', '.join(RANGES)}")


@dataclass(frozen=True, slots=True)
class WeatherLimits:
    """From where on a vehicle drives at walking pace, and from where on it waits.

    The usual values: the Korea Meteorological Administration calls rain strong from 15 mm/h and
    very strong from 30 mm/h on, and warns of gusts of 20 m/s (strong wind advisory); roads may
    freeze from air of 2 degrees down.
    """

    slow_rain_mmph: float = 15.0
    wait_rain_mmph: float = 30.0
    slow_gust_mps: float = 14.0
    wait_gust_mps: float = 20.0
    slow_visibility_m: float = 100.0
    wait_visibility_m: float = 20.0
    ice_c: float = 2.0  # colder, with rain or snow: walking pace

    def __post_init__(self) -> None:
        for kind in ("rain_mmph", "gust_mps"):
            slow, wait = getattr(self, f"slow_{kind}"), getattr(self, f"wait_{kind}")
            if not 0 < slow <= wait < math.inf:
                raise ValueError(f"slow_{kind}: {slow:g} is not in (0, wait_{kind} {wait:g}]")
        if not 0 <= self.wait_visibility_m <= self.slow_visibility_m < math.inf:
            raise ValueError(
                f"wait_visibility_m: {self.wait_visibility_m:g} is not in [0, slow_visibility_m"
                f" {self.slow_visibility_m:g}]"
            )
        if not -20 <= self.ice_c <= 10:
            raise ValueError(f"ice_c: {self.ice_c:g} is outside [-20, 10]")

    def is_bad(self, weather: Weather) -> bool:
        """Whether to drive at walking pace."""
        return (
            _reaches(weather.rain_mmph, self.slow_rain_mmph)
            or _reaches(weather.gust_mps, self.slow_gust_mps)
            or _falls_to(weather.visibility_m, self.slow_visibility_m)
            or (_reaches(weather.rain_mmph, 0.1) and _falls_to(weather.temperature_c, self.ice_c))
        )

    def is_severe(self, weather: Weather) -> bool:
        """Whether to wait until it is over."""
        return (
            _reaches(weather.rain_mmph, self.wait_rain_mmph)
            or _reaches(weather.gust_mps, self.wait_gust_mps)
            or _falls_to(weather.visibility_m, self.wait_visibility_m)
        )


def _reaches(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def _falls_to(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit


USUAL_LIMITS = WeatherLimits()
