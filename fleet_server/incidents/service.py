"""Incidents: open → acknowledged → resolved with a verdict, each step on the audit trail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fleet_server.api.incident_models import EvidenceView, IncidentView, Verdict, VisitPictureView
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.evidence import find_evidence, select_visit_pictures
from fleet_server.store.incidents import select_incidents, set_judgement
from fleet_server.store.patrols import find_assignment
from patrol.clock import Clock
from patrol.incident import ANOMALIES, AnomalyKind

SHOWN = 500


class IncidentService:
    """List, acknowledge, resolve, open evidence; raises NotFoundError and ConflictError."""

    def __init__(
        self, database: Database, maps: MapLibrary, clock: Clock, evidence_dir: Path
    ) -> None:
        self._database = database
        self._maps = maps
        self._clock = clock
        self._evidence_dir = evidence_dir

    async def views(self, only_open: bool) -> list[IncidentView]:
        """Newest detection first."""
        rows = await self._database.read(select_incidents, None, only_open, SHOWN)
        return [self._view(row, files) for row, files in rows]

    async def some(self, incident_ids: Sequence[str]) -> list[IncidentView]:
        """Those of the ids that exist."""
        rows = await self._database.read(select_incidents, list(incident_ids), False, SHOWN)
        return [self._view(row, files) for row, files in rows]

    async def acknowledge(self, incident_id: str, username: str, note: str | None) -> IncidentView:
        """An operator has seen it; a second acknowledgement changes nothing but the note."""
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> bool:
            values: dict[str, Any] = {"note": note} if note is not None else {}
            first = {"acknowledged_by": username, "acknowledged_at_s": now_s}
            taken = set_judgement(
                connection, incident_id, ["open"], status="acknowledged", **first, **values
            )
            if not taken and values:
                taken = set_judgement(connection, incident_id, ["acknowledged"], **values)
            if taken:
                add_audit(
                    connection, now_s, username, "incident_acknowledge", incident_id, note=note
                )
            return taken

        await self._database.write(work)
        return await self.one(incident_id)

    async def resolve(
        self, incident_id: str, username: str, verdict: Verdict, note: str | None
    ) -> IncidentView:
        """The judgement; an incident that is resolved stays as it is (ConflictError)."""
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> bool:
            values: dict[str, Any] = {"note": note} if note is not None else {}
            taken = set_judgement(
                connection,
                incident_id,
                ["open", "acknowledged"],
                status="resolved",
                resolved_by=username,
                resolved_at_s=now_s,
                verdict=verdict,
                **values,
            )
            if taken:
                add_audit(
                    connection,
                    now_s,
                    username,
                    "incident_resolve",
                    incident_id,
                    verdict=verdict,
                    note=note,
                )
            return taken

        taken = await self._database.write(work)
        view = await self.one(incident_id)
        if not taken:
            raise ConflictError(
                f"incident {incident_id} is resolved already: {view.verdict}", "incident_resolved"
            )
        return view

    async def visit_pictures(self, assignment_id: str) -> list[VisitPictureView]:
        """What an assignment's checkpoints asked for (`capture`), oldest first."""
        assignment = await self._database.read(find_assignment, assignment_id)
        if assignment is None:
            return []
        names = [visit["checkpoint_id"] for visit in assignment["route"]["visits"]]
        rows = await self._database.read(select_visit_pictures, assignment_id)
        return [_picture_view(row, names) for row in rows]

    async def open_evidence(self, evidence_id: str, username: str) -> tuple[Path, str]:
        """A file and its media type; every look is on the audit trail."""
        row = await self._database.read(find_evidence, evidence_id)
        if row is None or row["status"] != "complete":
            status = f" (it is {row['status']})" if row else ""
            raise NotFoundError(f"no evidence {evidence_id!r}{status}", "evidence_unknown")
        path = self._evidence_dir / row["path"]
        if not path.is_file():
            raise NotFoundError(f"evidence {evidence_id!r} is not on disk", "evidence_missing")
        await self._database.write(
            add_audit, self._clock.now_s(), username, "evidence_view", evidence_id
        )
        return path, row["media_type"]

    async def one(self, incident_id: str) -> IncidentView:
        """An incident by id; raises NotFoundError."""
        views = await self.some([incident_id])
        if not views:
            raise NotFoundError(f"no incident {incident_id!r}", "incident_unknown")
        return views[0]

    def _view(self, row: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> IncidentView:
        place = self._maps.lonlat(row["map_id"], row["x_m"], row["y_m"])
        table = ANOMALIES[AnomalyKind(row["kind"])]
        same = {
            name: row[name]
            for name in (
                "incident_id",
                "kind",
                "severity",
                "phase",
                "status",
                "vehicle_id",
                "map_id",
                "x_m",
                "y_m",
                "position_sigma_m",
                "confidence",
                "details",
                "acknowledged_by",
                "resolved_by",
                "verdict",
                "note",
            )
        }
        return IncidentView(
            **same,
            title_ko=table.title_ko,
            title_en=table.title_en,
            longitude_deg=place[0] if place else None,
            latitude_deg=place[1] if place else None,
            started_at=row["started_at_s"],
            detected_at=row["detected_at_s"],
            updated_at=row["updated_at_s"],
            received_at=row["received_at_s"],
            acknowledged_at=row["acknowledged_at_s"],
            resolved_at=row["resolved_at_s"],
            evidence=[_evidence_view(file) for file in files],
        )


def _evidence_view(file: Mapping[str, Any]) -> EvidenceView:
    return EvidenceView(
        evidence_id=file["evidence_id"],
        kind=file["kind"],
        media_type=file["media_type"],
        url=f"/api/v1/evidence/{file['evidence_id']}",
        blurred=file["blurred"],
        sha256=file["sha256"],
    )


def _picture_view(file: Mapping[str, Any], names: Sequence[str]) -> VisitPictureView:
    """The action's id ends with the visit's number and the action's (`dispatch.route`)."""
    numbered = re.fullmatch(r".+-(\d+)-\d+", file["incident_id"])
    index = int(numbered[1]) if numbered else len(names)
    return VisitPictureView(
        **_evidence_view(file).model_dump(),
        checkpoint_id=names[index] if index < len(names) else "",
        captured_at=file["captured_at_s"],
    )
