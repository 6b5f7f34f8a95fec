"""Incidents and their evidence."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse

from fleet_server.api.incident_models import (
    Acknowledge,
    AskOriginals,
    IncidentView,
    LookNote,
    LookPurpose,
    LookView,
    ReleaseView,
    Resolve,
    VisitPictureView,
)
from fleet_server.api.routes.suppressions import show_suppressions
from fleet_server.api.security import AnyUser, Judging, Releasing, Running

router = APIRouter()


@router.get("/incidents")
async def incidents(
    _user: AnyUser, services: Running, status: Literal["open", "all"] = "open"
) -> list[IncidentView]:
    """Incidents, newest first; `open`: those without a verdict."""
    return await services.incidents.views(status == "open")


@router.get("/incidents/{incident_id}")
async def incident(incident_id: str, _user: AnyUser, services: Running) -> IncidentView:
    """One incident."""
    return await services.incidents.one(incident_id)


@router.post("/incidents/{incident_id}/acknowledge")
async def acknowledge(
    incident_id: str, body: Acknowledge, user: Judging, services: Running
) -> IncidentView:
    """An operator has seen it."""
    view = await services.incidents.acknowledge(incident_id, user.username, body.note)
    services.live.send({"type": "incident", "incident": view})
    return view


@router.post("/incidents/{incident_id}/resolve")
async def resolve(
    incident_id: str, body: Resolve, user: Judging, services: Running
) -> IncidentView:
    """An operator's verdict; what it teaches goes out on the live feed."""
    done = await services.incidents.resolve(incident_id, user.username, body.verdict, body.note)
    services.live.send({"type": "incident", "incident": done.view})
    await show_suppressions(services, done.suppression_ids)
    return done.view


@router.get("/incidents/{incident_id}/looks")
async def looks(incident_id: str, _user: AnyUser, services: Running) -> list[LookView]:
    """Who looked at its evidence, when and why; the newest first, what has expired, too."""
    return await services.incidents.looks(incident_id)


@router.post("/incidents/{incident_id}/originals", status_code=202)
async def ask_originals(
    incident_id: str, body: AskOriginals, user: Releasing, services: Running
) -> ReleaseView:
    """Ask the vehicles for the sealed originals; they come as evidence, when they come."""
    return await services.releases.ask(incident_id, user.username, body.reason)


@router.get("/assignments/{assignment_id}/pictures")
async def visit_pictures(
    assignment_id: str, _user: AnyUser, services: Running
) -> list[VisitPictureView]:
    """The pictures of checkpoints that an assignment has taken so far."""
    return await services.incidents.visit_pictures(assignment_id)


@router.get("/evidence/{evidence_id}", response_class=FileResponse)
async def evidence(
    evidence_id: str,
    user: AnyUser,
    services: Running,
    purpose: LookPurpose | None = None,
    note: LookNote | None = None,
) -> FileResponse:
    """The bytes of a file, an original's sealed ones; the look is audited with its purpose.

    A purpose is needed once the incident is resolved; before, it is `answering` by itself.
    """
    asked = (evidence_id, user, purpose, note)
    path, media_type = await services.incidents.open_evidence(*asked)
    return FileResponse(path, media_type=media_type)
