"""Versions of maps, and their publication to vehicles."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request

from fleet_server.api.map_models import MapVersionView, NewPublication, PublicationView
from fleet_server.api.security import AnyUser, Publishing, Running
from fleet_server.errors import InvalidError
from patrol.vda5050.map_transfer import MAX_MAP_BYTES

router = APIRouter()


@router.post("/map-versions", status_code=201)
async def upload(request: Request, user: Publishing, services: Running) -> MapVersionView:
    """Keep a version; the body is the map file (GeoJSON). No vehicle hears of it yet."""
    return await services.map_versions.upload(await _body(request), user.username)


async def _body(request: Request) -> bytes:
    """At most so much as is taken: a larger body is not even read to its end."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_MAP_BYTES:
            raise InvalidError(f"a map has at most {MAX_MAP_BYTES} bytes", "map_too_large")
        parts.append(part)
    return b"".join(parts)


@router.get("/maps/{map_id}/versions")
async def versions(map_id: str, _user: AnyUser, services: Running) -> list[MapVersionView]:
    """Every version of a map, newest first, and which vehicles have it."""
    return await services.map_versions.views(map_id)


@router.post("/maps/{map_id}/publications", status_code=201)
async def publish(
    map_id: str, new: NewPublication, user: Publishing, services: Running
) -> PublicationView:
    """Send a version to vehicles: download and read back, then enable."""
    return await services.publishing.publish(map_id, new, user.username)


@router.get("/publications")
async def publications(
    _user: AnyUser, services: Running, status: Literal["active", "all"] = "active"
) -> list[PublicationView]:
    """Publications, newest first."""
    return await services.publishing.views(status == "active")


@router.get("/publications/{publication_id}")
async def publication(publication_id: str, _user: AnyUser, services: Running) -> PublicationView:
    """One publication and how far each vehicle is."""
    return await services.publishing.find(publication_id)


@router.post("/publications/{publication_id}/cancel")
async def cancel(publication_id: str, user: Publishing, services: Running) -> PublicationView:
    """Send nothing more; a vehicle that has switched stays switched."""
    return await services.publishing.cancel(publication_id, user.username)
