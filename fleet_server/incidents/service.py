"""Incidents: open → acknowledged → resolved with a verdict, each step on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fleet_server.accounts import User
from fleet_server.api.incident_models import (
    IncidentView,
    LookPurpose,
    LookView,
    Verdict,
    VisitPictureView,
)
from fleet_server.config import SuppressionConfig
from fleet_server.errors import ConflictError, ForbiddenError, NotFoundError
from fleet_server.incidents.looks import LOOKED, REFUSED, look_views, purpose_of
from fleet_server.incidents.views import incident_view, picture_view
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.events import find_head
from fleet_server.store.evidence import find_evidence, select_looks, select_visit_pictures
from fleet_server.store.incidents import select_incidents, set_judgement
from fleet_server.store.patrols import find_assignment
from fleet_server.store.suppressions import teach
from patrol.clock import Clock
from patrol.incident import EvidenceKind

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Resolution:
    """A judged incident, and the suppressions that the verdict made or ended."""

    view: IncidentView
    suppression_ids: list[str]


class IncidentService:
    """List, acknowledge, resolve, open evidence; raises NotFoundError and ConflictError."""

    def __init__(
        self,
        database: Database,
        maps: MapLibrary,
        clock: Clock,
        evidence_dir: Path,
        suppression: SuppressionConfig,
    ) -> None:
        self._database = database
        self._maps = maps
        self._clock = clock
        self._evidence_dir = evidence_dir
        self._suppression = suppression

    async def views(self, only_open: bool) -> list[IncidentView]:
        """Newest detection first."""
        events = await self._database.read(select_incidents, None, only_open, SHOWN)
        return [incident_view(event, self._maps) for event in events]

    async def some(self, incident_ids: Sequence[str]) -> list[IncidentView]:
        """The events that those of the ids that exist belong to."""
        events = await self._database.read(select_incidents, list(incident_ids), False, SHOWN)
        return [incident_view(event, self._maps) for event in events]

    async def acknowledge(self, incident_id: str, username: str, note: str | None) -> IncidentView:
        """An operator has seen it; a second acknowledgement changes nothing but the note."""
        now_s = self._clock.now_s()
        incident_id = (await self.one(incident_id)).incident_id

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
    ) -> Resolution:
        """The judgement, and what it teaches; a resolved incident stays (ConflictError)."""
        now_s = self._clock.now_s()
        waiting_view = await self.one(incident_id)
        incident_id = waiting_view.incident_id
        patrol_map = self._maps.find(waiting_view.map_id)
        time_zone = patrol_map.time_zone if patrol_map else None

        def work(connection: sa.Connection) -> list[str] | None:
            values: dict[str, Any] = {"note": note} if note is not None else {}
            values |= {"resolved_by": username, "resolved_at_s": now_s, "verdict": verdict}
            waiting = ["open", "acknowledged"]
            if not set_judgement(connection, incident_id, waiting, status="resolved", **values):
                return None
            told = {"verdict": verdict, "note": note}
            add_audit(connection, now_s, username, "incident_resolve", incident_id, **told)
            return teach(connection, incident_id, time_zone, self._suppression, now_s)

        taught = await self._database.write(work)
        view = await self.one(incident_id)
        if taught is None:
            raise ConflictError(
                f"incident {incident_id} is resolved already: {view.verdict}", "incident_resolved"
            )
        return Resolution(view, taught)

    async def visit_pictures(self, assignment_id: str) -> list[VisitPictureView]:
        """What an assignment's checkpoints asked for (`capture`), oldest first."""
        assignment = await self._database.read(find_assignment, assignment_id)
        if assignment is None:
            return []
        names = [visit["checkpoint_id"] for visit in assignment["route"]["visits"]]
        rows = await self._database.read(select_visit_pictures, assignment_id)
        return [picture_view(row, names) for row in rows]

    async def open_evidence(
        self, evidence_id: str, user: User, purpose: LookPurpose | None, note: str | None
    ) -> tuple[Path, str]:
        """A file and its media type; every look is on the audit trail with its purpose.

        Raises InvalidError where a purpose is missing, and ForbiddenError, which is on the trail
        too, for an original and a role that may not have one released.
        """
        row = await self._database.read(find_evidence, evidence_id)
        if row is None or row["status"] != "complete":
            status = f" (it is {row['status']})" if row else ""
            raise NotFoundError(f"no evidence {evidence_id!r}{status}", "evidence_unknown")
        if row["kind"] == EvidenceKind.ORIGINAL and not user.may("release"):
            await self._note_look(user, REFUSED, evidence_id, {})
            raise ForbiddenError(f"role {user.role} may not do this", "forbidden")
        path = self._evidence_dir / row["path"]
        if not path.is_file():
            raise NotFoundError(f"evidence {evidence_id!r} is not on disk", "evidence_missing")
        head = await self._database.read(find_head, row["incident_id"])
        told = purpose_of(purpose, note, head)
        await self._note_look(user, LOOKED, evidence_id, told)
        return path, row["media_type"]

    async def looks(self, incident_id: str) -> list[LookView]:
        """Who looked at an event's evidence, the newest first; raises NotFoundError."""
        view = await self.one(incident_id)
        reports = [report.incident_id for report in view.reports]
        return look_views(await self._database.read(select_looks, reports, (LOOKED, REFUSED)))

    async def _note_look(
        self, user: User, action: str, evidence_id: str, told: dict[str, str]
    ) -> None:
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> None:
            add_audit(connection, now_s, user.username, action, evidence_id, **told)

        await self._database.write(work)

    async def one(self, incident_id: str) -> IncidentView:
        """The event of an incident, by its head's id or any report's; raises NotFoundError."""
        views = await self.some([incident_id])
        if not views:
            raise NotFoundError(f"no incident {incident_id!r}", "incident_unknown")
        return views[0]
