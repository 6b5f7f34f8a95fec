"""Pedestrian signals, from the city's own system."""

from __future__ import annotations

from fastapi import APIRouter

from fleet_server.api.security import AnyUser, Running, TellingSignals
from fleet_server.api.signal_models import NewSignals, SignalsAnswer, SignalView

router = APIRouter()


@router.get("/signals")
async def signals(_user: AnyUser, services: Running) -> list[SignalView]:
    """The newest phase of every signal, as it was told."""
    return services.signals.views()


@router.post("/signals", status_code=202)
async def tell(told: NewSignals, user: TellingSignals, services: Running) -> SignalsAnswer:
    """What signals show; vehicles on their maps are told at once."""
    return services.signals.take(told.phases, user.username)
