"""What verdicts have made quiet: a list, and the switch that ends one."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from fleet_server.api.security import AnyUser, Judging, Running
from fleet_server.api.services import Services
from fleet_server.api.suppression_models import SuppressionView

router = APIRouter()


@router.get("/suppressions")
async def suppressions(_user: AnyUser, services: Running) -> list[SuppressionView]:
    """All, the newest first; ended and expired ones too."""
    return await services.suppressions.views()


@router.post("/suppressions/{suppression_id}/end")
async def end(suppression_id: str, user: Judging, services: Running) -> SuppressionView:
    """Ring there again, from now on and for what waits without a verdict."""
    view = await services.suppressions.end(suppression_id, user.username)
    await show_suppressions(services, [suppression_id])
    return view


async def show_suppressions(services: Services, suppression_ids: Sequence[str]) -> None:
    """Put changed suppressions on the live feed, and the incidents that they leave loud."""
    if not suppression_ids:
        return
    for view in await services.suppressions.views(suppression_ids):
        services.live.send({"type": "suppression", "suppression": view})
    quieted = await services.suppressions.quieted(suppression_ids)
    for incident in await services.incidents.some(quieted):
        services.live.send({"type": "incident", "incident": incident})
