"""The dispatcher: what operators ask for, and the loop that follows what came of it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from functools import partial
from typing import Any

import sqlalchemy as sa

from fleet_server.api.diversion_models import DiversionOption
from fleet_server.api.models import AssignmentView
from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.beginning import Beginning
from fleet_server.dispatch.diversion_preview import Previews
from fleet_server.dispatch.diverting import Diverting
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.route import PlannedVisit
from fleet_server.dispatch.skipping import Skipping
from fleet_server.dispatch.succession import NewRoute, Succession
from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError, NotFoundError, UnavailableError
from fleet_server.fleet import Fleet
from fleet_server.maps import MapLibrary
from fleet_server.state_loop import StateLoop
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.jobs import patiently
from fleet_server.store.patrols import find_assignment, find_patrol, select_assignments
from patrol.clock import Clock
from patrol.errors import MapError, SunraError
from patrol.map import PatrolMap

log = logging.getLogger(__name__)

STOPS = ("pause", "stop")  # go out at once; their line in the trail waits for the database


class Dispatcher:
    """`assign`, `cancel`, `instant_action`, views; `run` follows states until cancelled."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        config: DispatchConfig,
        clock: Clock,
        following: Following,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._maps = maps
        self._clock = clock
        self._following = following
        self._beginning = Beginning(database, fleet, config, clock, following)
        self._succession = Succession(database, following, self._beginning, config.start_within_m)
        previews = Previews(fleet, maps, clock, following, config.start_within_m)
        self._diverting = Diverting(database, fleet, clock, following, self._beginning, previews)
        self._skipping = Skipping(database, fleet, clock, following, config.start_within_m)
        self._lock = asyncio.Lock()  # one change of assignments at a time
        self._loop = StateLoop(self.step_all)

    async def assign(
        self, patrol_id: str, vehicle_id: str, return_to_dock: bool, username: str
    ) -> AssignmentView:
        """Plan, keep and send a patrol; raises NotFoundError and ConflictError."""
        async with patiently(self._lock):
            patrol = await self._database.read(find_patrol, patrol_id)
            if patrol is None:
                raise NotFoundError(f"no patrol {patrol_id!r}", "patrol_unknown", "patrol_id")
            self._following.record(vehicle_id)
            patrol_map = self._maps.find(patrol["map_id"])
            if patrol_map is None:
                raise ConflictError(f"map {patrol['map_id']!r} is not loaded", "map_unknown")
            pose = self._beginning.check_free(vehicle_id, patrol_map)
            visits = _visits(patrol_map, patrol["checkpoint_ids"])
            assignment_id = secrets.token_hex(6)
            route = await self._following.planning.plan(
                patrol_map,
                assignment_id,
                pose,
                visits,
                list(range(len(visits))),
                patrol["visit_order"],
                return_to_dock,
            )
            return await self._beginning.begin(
                patrol_id, patrol["name"], vehicle_id, username, route, assignment_id
            )

    def check_free(self, vehicle_id: str, patrol_map: PatrolMap) -> None:
        """Whether a vehicle could be sent over this map now; raises as `assign` does."""
        self._beginning.check_free(vehicle_id, patrol_map)

    def active_id(self, vehicle_id: str) -> str | None:
        """The id of a vehicle's active assignment."""
        active = self._following.active.get(vehicle_id)
        return active.assignment_id if active else None

    async def join_route(self, new: NewRoute) -> AssignmentView:
        """Send a free vehicle on a planned route from where it is; raises as `assign` does."""
        async with patiently(self._lock):
            return await self._succession.join(new)

    async def replace_route(self, new: NewRoute) -> AssignmentView:
        """Send a vehicle on a route from where it is; what it does now is cancelled first.

        Then the new route waits until the vehicle says that it has dropped the old one, and the
        view is the old assignment's. Raises as `assign` does.
        """
        async with patiently(self._lock):
            active = self._following.active.get(new.vehicle_id)
            if active is None:
                return await self._succession.join(new)
            await self._succession.add(new)
            await self._ask_to_drop(active, new.username)
            view = self._following.view(active)
            await self._succession.succeed()
            return view

    async def forget_next(self, vehicle_id: str) -> None:
        """A route that waits for this vehicle is not to be sent any more."""
        async with patiently(self._lock):
            await self._succession.drop(vehicle_id)

    async def restore(self, new: NewRoute) -> None:
        """A route waited for its vehicle when the server was last stopped."""
        async with patiently(self._lock):
            self._succession.restore(new)
            active = self._following.active.get(new.vehicle_id)
            if active is not None:
                await self._ask_to_drop(active, new.username)

    async def cancel(self, assignment_id: str, username: str) -> AssignmentView:
        """Ask the vehicle to drop its order; raises NotFoundError and ConflictError."""
        async with patiently(self._lock):
            assignment = await self._active(assignment_id)
            await self._succession.drop(assignment.vehicle_id)
            await self._ask_to_drop(assignment, username)
            return self._following.view(assignment)

    async def diversion_options(self, target: Target) -> list[DiversionOption]:
        """Which vehicles could be sent to a place, the quickest first."""
        async with patiently(self._lock):
            return await self._diverting.options(target)

    async def divert(
        self, target: Target, vehicle_id: str, return_to_dock: bool, username: str
    ) -> AssignmentView:
        """Send a vehicle to a place, and back to its patrol; raises as `assign` does."""
        async with patiently(self._lock):
            return await self._diverting.divert(target, vehicle_id, return_to_dock, username)

    async def skip(self, assignment_id: str, checkpoint_id: str, username: str) -> AssignmentView:
        """Leave out the next checkpoint; raises NotFoundError and ConflictError."""
        async with patiently(self._lock):
            assignment = await self._active(assignment_id)
            return await self._skipping.skip(assignment, checkpoint_id, username)

    async def _active(self, assignment_id: str) -> Assignment:
        assignment = self._following.find(assignment_id)
        if assignment is None:
            over = await self.find(assignment_id)
            raise ConflictError(
                f"assignment {assignment_id} is {over.status} already", "assignment_over"
            )
        return assignment

    async def _ask_to_drop(self, assignment: Assignment, username: str) -> None:
        if assignment.progress.cancel_requested_at_s is None:
            now_s = self._clock.now_s()
            assignment.progress.cancel_requested_at_s = now_s
            assignment.reason = "cancelling"
            await self._database.write(
                add_audit, now_s, username, "assignment_cancel", assignment.assignment_id
            )
            await self._following.save(assignment)
        await self._following.step(assignment)

    async def kept(self, assignment_id: str) -> Assignment | None:
        """An assignment with its route and progress, over or not."""
        active = self._following.find(assignment_id)
        if active is not None:
            return active
        row = await self._database.read(find_assignment, assignment_id)
        return None if row is None else Assignment.from_row(row)

    async def instant_action(
        self, vehicle_id: str, action: str, username: str, message: str = ""
    ) -> None:
        """One of `INSTANT_ACTIONS`; raises NotFoundError, ConflictError, UnavailableError.

        `message` is what an announcement says.
        """
        record = self._following.record(vehicle_id)
        active = self._following.active.get(vehicle_id)
        if action == "cancel" and active is not None:
            await self.cancel(active.assignment_id, username)
            return
        if self._fleet.connection_of(record) != "ONLINE":
            raise ConflictError(f"{vehicle_id} is not connected", "vehicle_offline")
        said: dict[str, Any] = {"message": message} if message else {}
        line = self._clock.now_s(), username, f"vehicle_{action}", vehicle_id
        if action in STOPS:
            self._database.write_later(add_audit, *line)
        else:
            await self._database.write(partial(add_audit, **said), *line)
        action_id = f"{action}-{secrets.token_hex(6)}"
        if not self._following.sending.action(record.address, action, action_id, message):
            raise UnavailableError("no connection to the broker; try again", "broker_down")

    async def views(self, only_active: bool) -> list[AssignmentView]:
        """Newest first."""
        rows = await self._database.read(select_assignments, only_active)
        return [self._following.view(Assignment.from_row(row)) for row in rows]

    async def find(self, assignment_id: str) -> AssignmentView:
        """One; raises NotFoundError."""
        row = await self._database.read(find_assignment, assignment_id)
        if row is None:
            raise NotFoundError(f"no assignment {assignment_id!r}", "assignment_unknown")
        return self._following.view(Assignment.from_row(row))

    async def resume(self) -> None:
        """Take up the active assignments of the last run."""
        await self._following.load()

    def on_state(self, vehicle_id: str) -> None:
        """A vehicle's last state has changed."""
        if vehicle_id in self._following.active:
            self._loop.wake()

    async def run(self) -> None:
        """Step every active assignment when a state comes, and every second."""
        await self._loop.run()

    async def step_all(self) -> None:
        """One step of every active assignment; one that fails does not stop the others."""
        async with patiently(self._lock):
            for assignment in list(self._following.active.values()):
                try:
                    await self._following.step(assignment)
                except (sa.exc.SQLAlchemyError, SunraError) as error:
                    log.error(
                        "assignment_step_failed assignment=%s error=%s",
                        assignment.assignment_id,
                        error,
                    )
            await self._succession.succeed()


def _visits(patrol_map: PatrolMap, checkpoint_ids: list[str]) -> list[PlannedVisit]:
    """A patrol is kept for longer than a version of its map; raises ConflictError."""
    try:
        found = [patrol_map.checkpoint(checkpoint_id) for checkpoint_id in checkpoint_ids]
    except MapError as error:
        raise ConflictError(str(error), "checkpoint_unknown") from None
    return [PlannedVisit(c.id, c.name or c.id, c.node_id) for c in found]
