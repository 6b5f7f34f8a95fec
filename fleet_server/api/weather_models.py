"""What the API says of the weather that vehicles drive by."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from fleet_server.api.models import Model
from patrol.weather import Weather


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
    """The newest report, and how many vehicles have it."""

    vehicles_told: int
