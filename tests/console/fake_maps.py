"""Versions of the stand-in server's map, and publications that a test moves on by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request

from fleet_server.api import map_models
from fleet_server.api.errors import error_response
from fleet_server.wording import korean
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_geojson import parse_map


class FakeMaps:
    """`tell` shows a publication to everybody who looks."""

    def __init__(
        self, patrol_map: PatrolMap, vehicle_ids: list[str], tell: Callable[[dict[str, Any]], None]
    ) -> None:
        self.map, self._tell = patrol_map, tell
        self.versions = [self._version(patrol_map, "command line", vehicle_ids)]
        self.publications: list[map_models.PublicationView] = []

    def _version(
        self, patrol_map: PatrolMap, added_by: str, enabled: list[str]
    ) -> map_models.MapVersionView:
        return map_models.MapVersionView(
            map_id=patrol_map.map_id, content_hash=patrol_map.content_hash, name=patrol_map.name,
            size_bytes=412_345, added_at=time.time(), added_by=added_by,
            current=added_by == "command line", vehicles_enabled=enabled, vehicles_stored=[],
        )  # fmt: skip

    def upload(self, data: bytes) -> map_models.MapVersionView:
        """A version from a file; raises MapError as the real server's library does."""
        version = self._version(parse_map(data, "the map"), "operator", [])
        known = [v for v in self.versions if v.content_hash == version.content_hash]
        if known:
            return known[0]
        version.warnings = ["patrol 'Night' names checkpoints that this version has not: cp-99"]
        version.warnings_ko = [korean(warning) for warning in version.warnings]
        self.versions.insert(0, version)
        return version

    def publish(self, map_id: str, new: map_models.NewPublication) -> map_models.PublicationView:
        """On its way to every vehicle that was named."""
        publication = map_models.PublicationView(
            publication_id=f"publication-{len(self.publications) + 1}", map_id=map_id,
            content_hash=new.content_hash, together=new.together, phase="downloading",
            created_by="operator", created_at=time.time(),
            vehicles=[
                map_models.TargetView(vehicle_id=v, status="waiting") for v in new.vehicles or []
            ],
        )  # fmt: skip
        self.publications.insert(0, publication)
        return publication

    def move(
        self, phase: Any, *targets: tuple[Any, str | None], reason: str | None = None
    ) -> None:
        """The newest publication is at a phase, its vehicles at (status, reason)."""
        publication = self.publications[0]
        publication.phase, publication.reason = phase, reason
        publication.reason_ko = korean(reason) if reason else None
        for target, (status, why) in zip(publication.vehicles, targets, strict=True):
            target.status, target.reason = status, why
            target.reason_ko = korean(why) if why else None
        self.show()

    def show(self) -> None:
        """The newest publication, to every live client."""
        view = self.publications[0].model_dump(mode="json")
        self._tell({"type": "publication", "publication": view})


def add_map_routes(app: FastAPI, maps: FakeMaps) -> None:
    """The API's own addresses."""

    @app.get("/api/v1/maps/{map_id}/versions")
    def versions(map_id: str) -> list[map_models.MapVersionView]:
        return maps.versions

    @app.post("/api/v1/map-versions", status_code=201)
    async def upload(request: Request) -> Any:
        try:
            return maps.upload(await request.body())
        except MapError as error:
            return error_response(422, "map_invalid", str(error))

    @app.post("/api/v1/maps/{map_id}/publications", status_code=201)
    async def publish(map_id: str, new: map_models.NewPublication) -> map_models.PublicationView:
        return maps.publish(map_id, new)

    @app.get("/api/v1/publications")
    def publications(status: str = "active") -> list[map_models.PublicationView]:
        return maps.publications

    @app.post("/api/v1/publications/{publication_id}/cancel")
    async def cancel(publication_id: str) -> map_models.PublicationView:
        maps.publications[0].phase = "cancelled"
        return maps.publications[0]
