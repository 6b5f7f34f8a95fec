"""The weather that vehicles drive by."""

from __future__ import annotations

from fastapi import APIRouter

from fleet_server.api.models import Accepted
from fleet_server.api.security import AnyUser, Dispatching, Running
from fleet_server.api.weather_models import NewWeather, WeatherStatus, WeatherView

router = APIRouter()


@router.get("/weather")
async def weather(_user: AnyUser, services: Running) -> WeatherView | None:
    """What counts; null where no report does."""
    return services.weather.view()


@router.get("/weather/status")
async def status(_user: AnyUser, services: Running) -> WeatherStatus:
    """What counts, or since when nothing does, and what may be reported."""
    return services.weather.status()


@router.post("/weather", status_code=202)
async def report(asked: NewWeather, user: Dispatching, services: Running) -> Accepted:
    """Report what is observed; vehicles slow down or wait as their files say."""
    await services.weather.report(asked.weather(), asked.observed_at, user.username)
    return Accepted()
