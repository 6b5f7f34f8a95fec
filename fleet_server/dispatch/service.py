"""The dispatcher: gives patrols to vehicles and keeps their orders going.

The database is written before anything is sent, and an order that a vehicle's state does not show
is sent again unchanged; so a server killed anywhere in between loses and repeats nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable

import sqlalchemy as sa

from fleet_server.api.models import AssignmentView
from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.orders import build_instant_action, build_order
from fleet_server.dispatch.progress import Decision, Need, decide, first_progress
from fleet_server.dispatch.route import PlannedVisit, Route, plan_route
from fleet_server.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.patrols import (
    add_assignment,
    find_assignment,
    find_patrol,
    save_assignment,
    select_assignments,
)
from fleet_server.store.tables import ACTIVE_STATUSES
from patrol.clock import Clock, iso_utc
from patrol.errors import PlanError, SunraError
from patrol.map import PatrolMap
from patrol.vda5050.messages import encode

log = logging.getLogger(__name__)

TICK_S = 1.0  # resends and lost orders are noticed without a message, too
Publish = Callable[[str, bytes, int], bool]


class Dispatcher:
    """Active assignments by vehicle; `run` follows their states until cancelled."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        config: DispatchConfig,
        clock: Clock,
        publish: Publish,
        on_change: Callable[[AssignmentView], None],
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._maps = maps
        self._config = config
        self._clock = clock
        self._publish = publish
        self._on_change = on_change
        self._active: dict[str, Assignment] = {}
        self._lock = asyncio.Lock()  # one change of assignments at a time
        self._wake = asyncio.Event()
        # header ids must grow across restarts; nobody sends a million messages a second
        self._header_id = int(clock.now_s() * 1000)

    # ------------------------------------------------------------------------------ requests

    async def assign(
        self, patrol_id: str, vehicle_id: str, return_to_dock: bool, username: str
    ) -> AssignmentView:
        """Plan, keep and send a patrol; raises NotFound, Conflict or InvalidError."""
        async with self._lock:
            patrol = await self._database.read(find_patrol, patrol_id)
            if patrol is None:
                raise NotFoundError(f"no patrol {patrol_id!r}", "patrol_unknown", "patrol_id")
            record = self._ready_vehicle(vehicle_id)
            patrol_map = self._maps.find(patrol["map_id"])
            if patrol_map is None:
                raise ConflictError(f"map {patrol['map_id']!r} is not loaded", "map_unknown")
            pose = self._pose(record, patrol_map)
            assignment_id = secrets.token_hex(6)
            visits = [
                PlannedVisit(c.id, c.name or c.id, c.node_id)
                for c in map(patrol_map.checkpoint, patrol["checkpoint_ids"])
            ]
            route = await self._plan(
                patrol_map,
                assignment_id,
                pose,
                visits,
                list(range(len(visits))),
                patrol["visit_order"],
                return_to_dock,
            )
            assignment = Assignment(
                assignment_id,
                patrol_id,
                patrol["name"],
                vehicle_id,
                username,
                self._clock.now_s(),
                route,
                first_progress(route, assignment_id, 1, self._config),
            )
            await self._keep_new(assignment)
            await self._step(assignment)
            return self._view(assignment)

    async def cancel(self, assignment_id: str, username: str) -> AssignmentView:
        """Ask the vehicle to drop its order; raises NotFound or ConflictError."""
        async with self._lock:
            assignment = self._find_active(assignment_id)
            if assignment is None:
                row = await self._database.read(find_assignment, assignment_id)
                if row is None:
                    raise NotFoundError(f"no assignment {assignment_id!r}", "assignment_unknown")
                raise ConflictError(
                    f"assignment {assignment_id} is {row['status']} already", "assignment_over"
                )
            if assignment.progress.cancel_requested_at_s is None:
                now_s = self._clock.now_s()
                assignment.progress.cancel_requested_at_s = now_s
                assignment.reason = "cancelling"
                await self._database.write(
                    add_audit, now_s, username, "assignment_cancel", assignment_id
                )
                await self._save(assignment)
            await self._step(assignment)
            return self._view(assignment)

    async def instant_action(self, vehicle_id: str, action: str, username: str) -> None:
        """pause, resume or cancel; raises NotFound, Conflict or UnavailableError."""
        record = self._record(vehicle_id)
        active = self._active.get(vehicle_id)
        if action == "cancel" and active is not None:
            await self.cancel(active.assignment_id, username)
            return
        if self._fleet.connection_of(record) != "ONLINE":
            raise ConflictError(f"{vehicle_id} is not connected", "vehicle_offline")
        now_s = self._clock.now_s()
        await self._database.write(add_audit, now_s, username, f"vehicle_{action}", vehicle_id)
        if not self._send_action(record, action, f"{action}-{secrets.token_hex(6)}"):
            raise UnavailableError("no connection to the broker; try again", "broker_down")

    async def views(self, only_active: bool) -> list[AssignmentView]:
        """Newest first."""
        rows = await self._database.read(select_assignments, only_active)
        return [self._view(Assignment.from_row(row)) for row in rows]

    async def find(self, assignment_id: str) -> AssignmentView:
        """One; raises NotFoundError."""
        row = await self._database.read(find_assignment, assignment_id)
        if row is None:
            raise NotFoundError(f"no assignment {assignment_id!r}", "assignment_unknown")
        return self._view(Assignment.from_row(row))

    # ----------------------------------------------------------------------------- following

    async def resume(self) -> None:
        """Take up the active assignments of the last run."""
        for row in await self._database.read(select_assignments, True):
            assignment = Assignment.from_row(row)
            self._active[assignment.vehicle_id] = assignment
            self._mark(assignment)
            log.info(
                "assignment_resumed assignment=%s vehicle=%s status=%s",
                assignment.assignment_id,
                assignment.vehicle_id,
                assignment.status,
            )

    def on_state(self, vehicle_id: str) -> None:
        """A vehicle's last state has changed."""
        if vehicle_id in self._active:
            self._wake.set()

    async def run(self) -> None:
        """Step every active assignment on its vehicle's states, and every second."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TICK_S)
            self._wake.clear()
            async with self._lock:
                for assignment in list(self._active.values()):
                    try:
                        await self._step(assignment)
                    except (sa.exc.SQLAlchemyError, SunraError) as error:
                        log.error(
                            "assignment_step_failed assignment=%s error=%s",
                            assignment.assignment_id,
                            error,
                        )

    async def _step(self, assignment: Assignment) -> None:
        record = self._record(assignment.vehicle_id)
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
        )
        if decision.need is Need.REPLAN:
            await self._replan(assignment, decision, record)
            return
        before = (assignment.status, assignment.reason, assignment.progress)
        self._apply(assignment, decision)
        if decision.need is Need.SEND_ORDER:
            await self._send_order(assignment, record)
        elif decision.need is Need.SEND_CANCEL:
            await self._send_cancel(assignment, record)
        if before != (assignment.status, assignment.reason, assignment.progress):
            await self._save(assignment, decision.newly_visited)

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

    async def _send_order(self, assignment: Assignment, record: VehicleRecord) -> None:
        """First to the database, then to the vehicle."""
        patrol_map = self._maps.find(assignment.route.map_id)
        if patrol_map is None:
            log.error("map_missing map=%s", assignment.route.map_id)
            return
        now_s = self._clock.now_s()
        order = build_order(
            assignment.route,
            assignment.progress,
            patrol_map,
            record.address,
            self._config.horizon_edges,
            self._next_header_id(),
            iso_utc(now_s),
        )
        assignment.progress.sent_at_s = now_s
        if assignment.status == "queued":
            assignment.status = "sent"
        await self._save(assignment)
        if not self._publish(record.address.topic("order"), encode(order), 1):
            log.warning("order_waits assignment=%s: no broker", assignment.assignment_id)
            return
        log.info(
            "order_sent assignment=%s vehicle=%s order=%s update=%d released_to=%d",
            assignment.assignment_id,
            assignment.vehicle_id,
            order.order_id,
            order.order_update_id,
            assignment.progress.released_to,
        )

    async def _send_cancel(self, assignment: Assignment, record: VehicleRecord) -> None:
        assignment.progress.cancel_sent_at_s = self._clock.now_s()
        await self._save(assignment)
        self._send_action(record, "cancel", f"{assignment.progress.order_id}-cancel")

    async def _replan(
        self, assignment: Assignment, decision: Decision, record: VehicleRecord
    ) -> None:
        """The vehicle lost its order: a new one from where it is over what is left."""
        route, progress = assignment.route, decision.progress
        patrol_map = self._maps.find(route.map_id)
        left = [i for i in range(len(route.visits)) if i not in progress.visited]
        if patrol_map is None or not left:
            decision.status, decision.reason = "failed", "the vehicle lost its order"
            self._apply(assignment, decision)
            await self._save(assignment)
            return
        number = progress.order_number + 1
        order_id = f"{assignment.assignment_id}-{number}"
        try:
            pose = self._pose(record, patrol_map)
            assignment.route = await self._plan(
                patrol_map,
                order_id,
                pose,
                route.visits,
                left,
                "given",
                route.charge_action_id is not None,
            )
        except (InvalidError, ConflictError) as error:
            decision.status = "failed"
            decision.reason = f"the vehicle lost its order, and: {error}"
            self._apply(assignment, decision)
            await self._save(assignment)
            return
        assignment.progress = first_progress(assignment.route, order_id, number, self._config)
        assignment.progress.visited = dict(progress.visited)
        log.warning(
            "assignment_replanned assignment=%s order=%s", assignment.assignment_id, order_id
        )
        await self._send_order(assignment, record)

    # ------------------------------------------------------------------------------- helpers

    async def _plan(
        self,
        patrol_map: PatrolMap,
        order_id: str,
        pose: tuple[float, float, float],
        visits: list[PlannedVisit],
        remaining: list[int],
        order: str,
        return_to_dock: bool,
    ) -> Route:
        try:
            return await asyncio.to_thread(
                plan_route,
                patrol_map,
                order_id,
                pose,
                visits,
                remaining,
                order,
                return_to_dock,
                self._config.start_within_m,
            )
        except PlanError as error:
            raise ConflictError(str(error), "plan_impossible") from None

    async def _keep_new(self, assignment: Assignment) -> None:
        def work(connection: sa.Connection) -> bool:
            if not add_assignment(connection, assignment.row()):
                return False
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
            raise ConflictError(
                f"{assignment.vehicle_id} has an active assignment; cancel it first",
                "assignment_active",
            )
        self._active[assignment.vehicle_id] = assignment
        self._mark(assignment)

    async def _save(
        self, assignment: Assignment, newly_visited: dict[int, float] | None = None
    ) -> None:
        visits = assignment.route.visits
        await self._database.write(
            save_assignment,
            assignment.assignment_id,
            assignment.changeable(),
            {i: (visits[i].checkpoint_id, at_s) for i, at_s in (newly_visited or {}).items()},
        )
        if assignment.status not in ACTIVE_STATUSES:
            self._active.pop(assignment.vehicle_id, None)
        self._mark(assignment)
        self._on_change(self._view(assignment))

    def _mark(self, assignment: Assignment) -> None:
        record = self._fleet.find(assignment.vehicle_id)
        if record is not None:
            active = self._active.get(assignment.vehicle_id)
            record.assignment_id = active.assignment_id if active else None
            self._fleet.changed.add(assignment.vehicle_id)

    def _view(self, assignment: Assignment) -> AssignmentView:
        return assignment.view(self._maps.find(assignment.route.map_id))

    def _find_active(self, assignment_id: str) -> Assignment | None:
        return next((a for a in self._active.values() if a.assignment_id == assignment_id), None)

    def _record(self, vehicle_id: str) -> VehicleRecord:
        record = self._fleet.find(vehicle_id)
        if record is None:
            raise NotFoundError(f"no vehicle {vehicle_id!r}", "vehicle_unknown")
        return record

    def _ready_vehicle(self, vehicle_id: str) -> VehicleRecord:
        record = self._record(vehicle_id)
        if vehicle_id in self._active:
            raise ConflictError(
                f"{vehicle_id} has an active assignment; cancel it first", "assignment_active"
            )
        if self._fleet.connection_of(record) != "ONLINE" or record.state is None:
            raise ConflictError(f"{vehicle_id} is not connected", "vehicle_offline")
        if record.state.operating_mode != "AUTOMATIC":
            raise ConflictError(
                f"{vehicle_id} is in mode {record.state.operating_mode}, not AUTOMATIC",
                "vehicle_not_automatic",
            )
        if record.state.safety_state.e_stop != "NONE":
            raise ConflictError(f"{vehicle_id}: emergency stop is active", "emergency_stop")
        return record

    def _pose(self, record: VehicleRecord, patrol_map: PatrolMap) -> tuple[float, float, float]:
        position = record.state.agv_position if record.state else None
        vehicle_id = record.address.vehicle_id
        if position is None or not position.position_initialized:
            raise ConflictError(f"{vehicle_id} does not know where it is", "vehicle_not_localised")
        if position.map_id != patrol_map.map_id:
            raise ConflictError(
                f"{vehicle_id} is on map {position.map_id!r}, the patrol on {patrol_map.map_id!r}",
                "map_mismatch",
            )
        return position.x, position.y, position.theta

    def _send_action(self, record: VehicleRecord, action: str, action_id: str) -> bool:
        message = build_instant_action(
            action,
            action_id,
            record.address,
            self._next_header_id(),
            iso_utc(self._clock.now_s()),
        )
        return self._publish(record.address.topic("instantActions"), encode(message), 1)

    def _next_header_id(self) -> int:
        self._header_id += 1
        return self._header_id
