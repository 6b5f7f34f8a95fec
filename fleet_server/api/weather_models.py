"""What the API says of the weather that vehicles drive by."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from fleet_server.api.models import Model
from patrol.weather import RANGES, REPORT_COUNTS_S, Weather


class NewWeather(Model):
    """What a weather station measures; what it does not say is left out."""

    observed_at: float  # seconds since the epoch
    rain_mmph: float | None = None  # snow as the water that it melts to
    gust_mps: float | None = None
    visibility_m: float | None = None
    temperature_c: float | None = None

    def weather(self) -> Weather:
        """The values that it gives."""
        return Weather(self.rain_mmph, self.gust_mps, self.visibility_m, self.temperature_c)

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        self.weather()
        return self


class WeatherView(NewWeather):
    """What counts now; `observed_at` is the newest report's."""

    reported_by: list[str]  # newest first; an older source says what the newer ones do not
    vehicles_told: int  # of those that are connected


class WeatherStatus(Model):
    """What counts, or since when nothing does."""

    counts: WeatherView | None
    age_s: float | None  # of the newest report, counting or not; None: there never was one
    vehicles: int  # that are connected
    service: Literal["none", "works", "fails"]  # the weather service that this server asks
    counts_for_s: float = REPORT_COUNTS_S
    limits: dict[str, tuple[float, float]] = RANGES  # of what may be reported
