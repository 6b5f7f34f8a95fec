"""New assignments: whether a vehicle may get one, and keeping and sending it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from fleet_server.api.models import AssignmentView
from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.changes import Diversion
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.progress import first_progress
from fleet_server.dispatch.readiness import Pose, check_map, check_ready, pose_on
from fleet_server.dispatch.route import Route, named
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.patrols import add_assignment
from fleet_server.store.plans import drop_next_route
from patrol.clock import Clock
from patrol.map import PatrolMap


class Beginning:
    """`check_free`, then `begin`; raises NotFoundError and ConflictError. Not re-entrant."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        config: DispatchConfig,
        clock: Clock,
        following: Following,
    ) -> None:
        self._database, self._fleet, self._config = database, fleet, config
        self._clock, self._following = clock, following

    def check_free(self, vehicle_id: str, patrol_map: PatrolMap) -> Pose:
        """Where a vehicle stands that could be sent over this map now."""
        record = self._following.record(vehicle_id)
        self.refuse_second(vehicle_id)
        check_ready(self._fleet, record)
        pose = pose_on(record, patrol_map)
        check_map(record, patrol_map)
        return pose

    def refuse_second(self, vehicle_id: str) -> None:
        """One assignment a vehicle at a time."""
        if vehicle_id in self._following.active:
            raise ConflictError(
                f"{vehicle_id} has an active assignment; cancel it first", "assignment_active"
            )

    async def begin(
        self,
        patrol_id: str,
        name: str,
        vehicle_id: str,
        username: str,
        route: Route,
        assignment_id: str | None = None,
        diversions: Sequence[Diversion] = (),
    ) -> AssignmentView:
        """Keep an assignment and send it."""
        assignment_id = assignment_id or secrets.token_hex(6)
        assignment = Assignment(
            assignment_id,
            patrol_id,
            name,
            vehicle_id,
            username,
            self._clock.now_s(),
            named(route, assignment_id),
            first_progress(route, assignment_id, 1, self._config),
        )
        assignment.progress.diversions = list(diversions)
        await self._keep_new(assignment)
        await self._following.step(assignment)
        return self._following.view(assignment)

    async def _keep_new(self, assignment: Assignment) -> None:
        """The database's own rule (one active assignment a vehicle) has the last word.

        A route that waited for this vehicle is this one, or is out of date.
        """

        def work(connection: sa.Connection) -> bool:
            if not add_assignment(connection, assignment.row()):
                return False
            drop_next_route(connection, assignment.vehicle_id)
            add_audit(
                connection,
                assignment.created_at_s,
                assignment.created_by,
                "assignment_create",
                assignment.assignment_id,
                patrol=assignment.patrol_name,
                vehicle=assignment.vehicle_id,
            )
            return True

        if not await self._database.write(work):
            self.refuse_second(assignment.vehicle_id)
            raise ConflictError(
                f"{assignment.vehicle_id} has an active assignment; cancel it first",
                "assignment_active",
            )
        self._following.take(assignment)
