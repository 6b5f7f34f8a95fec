"""Active assignments: each step takes the vehicle's last state and does what it asks for.

The database is written before anything is sent, and an order that a vehicle's state does not show
is sent again unchanged; so a server killed anywhere in between loses and repeats nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from fleet_server.api.models import AssignmentView
from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.changes import Change
from fleet_server.dispatch.changing import Changing
from fleet_server.dispatch.deciding import decide, give_up, renew_diversion
from fleet_server.dispatch.planning import Planning
from fleet_server.dispatch.progress import Decision, Need, Progress, first_progress
from fleet_server.dispatch.reservations import Reservations
from fleet_server.dispatch.route import Route
from fleet_server.dispatch.sending import Sending
from fleet_server.dispatch.waits import Grant
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import Publish
from fleet_server.maps import MapLibrary
from fleet_server.store.database import Database
from fleet_server.store.patrols import save_assignment, select_assignments
from fleet_server.store.tables import ACTIVE_STATUSES
from patrol.clock import Clock
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)


class Following:
    """At most one active assignment a vehicle; not re-entrant, the dispatcher holds a lock."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        config: DispatchConfig,
        clock: Clock,
        publish: Publish,
        on_change: Callable[[AssignmentView], None],
        spec: VehicleSpec,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._maps = maps
        self._config = config
        self._clock = clock
        self._on_change = on_change
        self.sending = Sending(config, clock, publish)
        self.planning = Planning(config.start_within_m)
        self.changing = Changing(spec, config, clock)
        self.active: dict[str, Assignment] = {}  # by vehicle id
        self._reservations = Reservations(fleet, spec, clock, self.active)

    async def load(self) -> None:
        """Take up the active assignments of the last run."""
        for row in await self._database.read(select_assignments, True):
            self.take(Assignment.from_row(row))

    def take(self, assignment: Assignment) -> None:
        """Follow an assignment that is in the database."""
        self.active[assignment.vehicle_id] = assignment
        self._mark(assignment)
        log.info(
            "assignment_taken assignment=%s vehicle=%s status=%s",
            assignment.assignment_id,
            assignment.vehicle_id,
            assignment.status,
        )

    def find(self, assignment_id: str) -> Assignment | None:
        """An active assignment by id."""
        return next((a for a in self.active.values() if a.assignment_id == assignment_id), None)

    def view(self, assignment: Assignment) -> AssignmentView:
        """As the API shows it."""
        return assignment.view(self._map_of(assignment.route))

    def record(self, vehicle_id: str) -> VehicleRecord:
        """A vehicle; raises NotFoundError."""
        record = self._fleet.find(vehicle_id)
        if record is None:
            raise NotFoundError(f"no vehicle {vehicle_id!r}", "vehicle_unknown")
        return record

    async def step(self, assignment: Assignment) -> None:
        """Do what the vehicle's last state, and the time, ask for."""
        record = self.record(assignment.vehicle_id)
        decision = decide(
            assignment.route,
            assignment.progress,
            assignment.status,
            assignment.reason,
            record.state,
            record.event_time_s,
            record.received_time_s,
            self._clock.now_s(),
            self._config,
            partial(self._grant, assignment),
        )
        if decision.need is Need.REPLAN:
            await self._replan(assignment, decision, record)
            return
        if decision.need is Need.CHANGE:
            await self._change(assignment, decision, record)
            return
        before = (assignment.status, assignment.reason, assignment.progress)
        self._apply(assignment, decision)
        if decision.need is Need.SEND_ORDER:
            await self.send(assignment)
        elif decision.need is Need.SEND_CANCEL:
            await self._send_cancel(assignment, record)
        if before != (assignment.status, assignment.reason, assignment.progress):
            await self.save(assignment, decision.newly_visited)

    async def save(
        self, assignment: Assignment, newly_visited: dict[int, float] | None = None
    ) -> None:
        """To the database, then to everybody who looks."""
        visits = assignment.route.visits
        await self._database.write(
            save_assignment,
            assignment.assignment_id,
            assignment.changeable(),
            {i: (visits[i].checkpoint_id, at_s) for i, at_s in (newly_visited or {}).items()},
        )
        if assignment.status not in ACTIVE_STATUSES:
            self.active.pop(assignment.vehicle_id, None)
        self._mark(assignment)
        self._on_change(self.view(assignment))

    async def begin_change(self, assignment: Assignment, change: Change) -> None:
        """Keep what an operator changes, and ask the vehicle to drop its order."""
        progress = assignment.progress
        progress.change, progress.cancel_sent_at_s, progress.notice = change, None, None
        await self.save(assignment)
        await self.step(assignment)

    def _grant(self, assignment: Assignment, progress: Progress, wanted: int) -> Grant:
        """How far narrow ways are free; an order whose map is not there is not sent anyway."""
        patrol_map = self._map_of(assignment.route)
        if patrol_map is None:
            return Grant(wanted)
        return self._reservations.grant(assignment, progress, patrol_map, wanted)

    def _apply(self, assignment: Assignment, decision: Decision) -> None:
        if decision.status != assignment.status:
            log.info(
                "assignment_%s assignment=%s vehicle=%s reason=%r",
                decision.status,
                assignment.assignment_id,
                assignment.vehicle_id,
                decision.reason,
            )
        assignment.progress = decision.progress
        assignment.status, assignment.reason = decision.status, decision.reason
        if assignment.status not in ACTIVE_STATUSES:
            assignment.finished_at_s = self._clock.now_s()

    async def send(self, assignment: Assignment) -> None:
        """The order, or its latest update: first to the database, then to the vehicle."""
        patrol_map = self._map_of(assignment.route)
        if patrol_map is None:
            log.error(
                "map_missing map=%s version=%s",
                assignment.route.map_id,
                assignment.route.map_hash,
            )
            return
        assignment.progress.sent_at_s = self._clock.now_s()
        if assignment.status == "queued":
            assignment.status = "sent"
        await self.save(assignment)
        address = self.record(assignment.vehicle_id).address
        self.sending.order(assignment, address, patrol_map)

    async def _send_cancel(self, assignment: Assignment, record: VehicleRecord) -> None:
        progress = assignment.progress
        progress.cancel_sent_at_s = self._clock.now_s()
        await self.save(assignment)
        what = progress.order_id if progress.change is None else progress.change.cancel_id
        self.sending.action(record.address, "cancel", f"{what}-cancel")

    async def _change(
        self, assignment: Assignment, decision: Decision, record: VehicleRecord
    ) -> None:
        """The vehicle stands without an order: the changed one, or why it waits for it."""
        progress, change = decision.progress, decision.progress.change
        assert change is not None
        before = (assignment.status, assignment.reason, assignment.progress)
        self._apply(assignment, decision)
        try:
            patrol_map = self.known_map(assignment.route)
            made = await self.changing.make(assignment, progress, change, record, patrol_map)
        except ConflictError as error:
            if error.code == "plan_impossible" and change.kind != "resume":
                give_up(progress, change, str(error), self._clock.now_s())
            assignment.reason = progress.notice or str(error)
            if before != (assignment.status, assignment.reason, assignment.progress):
                await self.save(assignment, decision.newly_visited)
            return
        await self.save(assignment, decision.newly_visited)
        assignment.route, assignment.progress = made.route, made.progress
        assignment.reason = made.progress.notice
        log.info(
            "assignment_changed assignment=%s order=%s kind=%s",
            assignment.assignment_id,
            made.progress.order_id,
            change.kind,
        )
        await self._begin(assignment)

    async def _replan(
        self, assignment: Assignment, decision: Decision, record: VehicleRecord
    ) -> None:
        """The vehicle lost its order: a new one from where it is, over what is left."""
        route, progress = assignment.route, decision.progress
        if renew_diversion(progress, self._clock.now_s()):
            await self._change(assignment, decision, record)
            return
        number = progress.order_number + 1
        order_id = f"{assignment.assignment_id}-{number}"
        try:
            patrol_map = self.known_map(route)
            over = {*progress.visited, *progress.skipped}
            new_route = await self.planning.rest_of(route, order_id, over, record, patrol_map)
        except ConflictError as error:
            decision.status = "failed"
            decision.reason = f"the vehicle lost its order, and {error}"
            self._apply(assignment, decision)
            await self.save(assignment)
            return
        assignment.route = new_route
        assignment.progress = first_progress(new_route, order_id, number, self._config)
        assignment.progress.visited = dict(progress.visited)
        assignment.progress.skipped = progress.skipped
        assignment.progress.diversions = progress.diversions
        log.warning(
            "assignment_replanned assignment=%s order=%s", assignment.assignment_id, order_id
        )
        await self._begin(assignment)

    async def _begin(self, assignment: Assignment) -> None:
        """Another order takes the place of the one before: sent as soon as its way is free."""
        await self.save(assignment)
        await self.step(assignment)

    def known_map(self, route: Route) -> PatrolMap:
        """The version that a route was planned on; raises ConflictError where it is not loaded."""
        found = self._map_of(route)
        if found is None:
            raise ConflictError(f"map {route.map_id!r} is not loaded", "map_unknown")
        return found

    def _map_of(self, route: Route) -> PatrolMap | None:
        """The version that a route was planned on."""
        return self._maps.version(route.map_id, route.map_hash)

    def _mark(self, assignment: Assignment) -> None:
        """The vehicle's view names its active assignment."""
        record = self._fleet.find(assignment.vehicle_id)
        if record is not None:
            active = self.active.get(assignment.vehicle_id)
            record.assignment_id = active.assignment_id if active else None
            self._fleet.changed.add(assignment.vehicle_id)
