"""The weather that vehicles drive by."""

from __future__ import annotations

from fastapi import APIRouter

from fleet_server.api.models import Accepted
from fleet_server.api.security import AnyUser, Dispatching, Running
from fleet_server.api.weather_models import NewWeather, WeatherView

router = APIRouter()


@router.get("/weather")
async def weather(_user: AnyUser, services: Running) -> WeatherView | None:
    """The newest report while it counts; null where there is none."""
    return services.weather.view()


@router.post("/weather", status_code=202)
async def report(asked: NewWeather, user: Dispatching, services: Running) -> Accepted:
    """Report what is observed; vehicles slow down or wait as their files say."""
    await services.weather.report(asked.weather(), asked.observed_at, user.username)
    return Accepted()
