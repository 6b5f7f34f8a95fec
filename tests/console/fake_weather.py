"""The weather in the fake server: one report, told to one of its vehicles."""

from __future__ import annotations

import time
from typing import Any

from fake_world import World
from fastapi import FastAPI

from fleet_server.api.errors import error_response
from fleet_server.api.models import Accepted
from fleet_server.api.weather_models import NewWeather, WeatherStatus, WeatherView
from patrol.weather import REPORT_COUNTS_S


class FakeWeather:
    """`reported` are the bodies that came; `problem` refuses the next with 409."""

    def __init__(self, world: World, username: str) -> None:
        self._world, self._username = world, username
        self.newest: WeatherView | None = None
        self.reported: list[NewWeather] = []
        self.service: Any = "none"
        self.problem: tuple[str, str] | None = None

    def report(self, asked: NewWeather, username: str) -> None:
        """As an operator or the weather service does it."""
        self.newest = WeatherView(**asked.model_dump(), reported_by=[username], vehicles_told=1)

    def status(self) -> WeatherStatus:
        """What the real server answers."""
        newest = self.newest
        age_s = None if newest is None else time.time() - newest.observed_at
        return WeatherStatus(
            counts=newest if age_s is not None and age_s <= REPORT_COUNTS_S else None,
            age_s=age_s,
            vehicles=len(self._world.vehicles),
            service=self.service,
        )

    def take(self, asked: NewWeather) -> Any:
        """A report over the API."""
        if self.problem is not None:
            message, korean = self.problem
            return error_response(409, "weather_old", message, message_ko=korean)
        self.reported.append(asked)
        self.report(asked, self._username)
        return Accepted()


def add_weather_routes(app: FastAPI, weather: FakeWeather) -> None:
    """The two routes that the console uses."""

    @app.get("/api/v1/weather/status")
    def status() -> WeatherStatus:
        return weather.status()

    @app.post("/api/v1/weather", status_code=202, response_model=None)
    async def report(asked: NewWeather) -> Any:
        return weather.take(asked)
