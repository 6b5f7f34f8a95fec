"""Looks at evidence of the fake server: the real rule of purposes over the fake's incidents."""

from __future__ import annotations

import time

from fake_world import World
from fastapi import FastAPI, Response

from fleet_server.api.errors import error_response
from fleet_server.api.incident_models import LookPurpose, LookView
from fleet_server.errors import InvalidError
from fleet_server.incidents.looks import purpose_of


class FakeLooks:
    """Who looked, the newest first; `add` raises InvalidError where a purpose is missing."""

    def __init__(self, world: World, username: str) -> None:
        self._world, self._username = world, username
        self.known: list[tuple[str, LookView]] = []  # (incident, look)

    def add(self, evidence_id: str, purpose: LookPurpose | None, note: str | None) -> None:
        """A look at a file of an incident of the world, or at a picture of a visit."""
        for incident in self._world.incidents.values():
            for file in incident.evidence:
                if file.evidence_id != evidence_id:
                    continue
                told = purpose_of(purpose, note, incident.model_dump())
                look = LookView(
                    time=time.time(),
                    username=self._username,
                    evidence_id=evidence_id,
                    kind=file.kind,
                    refused=False,
                    purpose=told.get("purpose"),
                    note=told.get("note"),
                )
                self.known.insert(0, (incident.incident_id, look))


def add_look_routes(app: FastAPI, looks: FakeLooks, picture: bytes) -> None:
    """The routes of the real server."""

    @app.get("/api/v1/evidence/{evidence_id}")
    def evidence(
        evidence_id: str, purpose: LookPurpose | None = None, note: str | None = None
    ) -> Response:
        try:
            looks.add(evidence_id, purpose, note)
        except InvalidError as error:
            return error_response(422, error.code, str(error), error.field)
        return Response(picture, media_type="image/jpeg")

    @app.get("/api/v1/incidents/{incident_id}/looks")
    def listed(incident_id: str) -> list[LookView]:
        return [look for about, look in looks.known if about == incident_id]
