"""Sealed originals: asked of the vehicles that saw an incident, by an officer with a reason.

The server never holds what opens them: it passes on age files (docs/operations.md).
"""

from __future__ import annotations

import logging
import uuid

import sqlalchemy as sa

from fleet_server.api.incident_models import ReleaseView
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet
from fleet_server.incidents.service import IncidentService
from fleet_server.instant_actions import InstantSender, Publish
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from patrol.clock import Clock
from patrol.vda5050.release import Release, release_action

log = logging.getLogger(__name__)


class ReleaseService:
    """`ask`; raises NotFoundError and ConflictError."""

    def __init__(
        self,
        database: Database,
        incidents: IncidentService,
        fleet: Fleet,
        clock: Clock,
        publish: Publish,
    ) -> None:
        self._database = database
        self._incidents = incidents
        self._fleet = fleet
        self._clock = clock
        self._sender = InstantSender(clock, publish)

    async def ask(self, incident_id: str, username: str, reason: str) -> ReleaseView:
        """Ask every vehicle that reported the event and is online; on the audit trail first."""
        view = await self._incidents.one(incident_id)
        reports = {report.vehicle_id: report.incident_id for report in view.reports}
        online = [
            (record, reports[record.address.vehicle_id])
            for record in self._fleet.records()
            if record.address.vehicle_id in reports
            and self._fleet.connection_of(record) == "ONLINE"
        ]
        if not online:
            raise ConflictError(
                f"no vehicle that saw incident {view.incident_id} is online", "vehicle_away"
            )
        asked = [record.address.vehicle_id for record, _ in online]
        now_s, about = self._clock.now_s(), view.incident_id

        def note(connection: sa.Connection) -> None:
            told = {"reason": reason, "vehicles": asked}
            add_audit(connection, now_s, username, "original_request", about, **told)

        await self._database.write(note)
        for record, own_id in online:
            release = Release(own_id, username, reason)
            action = release_action(release, f"release-{uuid.uuid4()}")
            sent = self._sender.send([action], record.address)
            log.info("original_asked vehicle=%s sent=%s", record.address.vehicle_id, sent)
        return ReleaseView(
            incident_id=view.incident_id,
            asked=asked,
            away=sorted(set(reports) - set(asked)),
        )
