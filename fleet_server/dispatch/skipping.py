"""Has a vehicle leave its next checkpoint out.

Where the way there is not released yet, the order is only updated: the vehicle drives on and
never hears of the checkpoint. Else it is asked to drop its order, and gets one without it.
"""

from __future__ import annotations

from functools import partial

from fleet_server.api.models import AssignmentView
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.changed_route import Start, changed_route
from fleet_server.dispatch.changes import Change
from fleet_server.dispatch.detour import without_stop
from fleet_server.dispatch.diversion_preview import over_actions, refuse_unheard, refuse_unready
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.planning import beside
from fleet_server.dispatch.readiness import check_map, check_ready, pose_on
from fleet_server.dispatch.rest import next_stop
from fleet_server.dispatch.route import Route, Stop
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.plans import plan_patrol_id
from patrol.clock import Clock


class Skipping:
    """`skip`; raises ConflictError. Not re-entrant, the dispatcher locks."""

    def __init__(
        self, database: Database, fleet: Fleet, clock: Clock, following: Following, within_m: float
    ) -> None:
        self._database, self._fleet, self._clock = database, fleet, clock
        self._following, self._within_m = following, within_m

    async def skip(self, active: Assignment, checkpoint_id: str, username: str) -> AssignmentView:
        """Leave out the next checkpoint, which has to be this one."""
        refuse_unready(active)
        stop = _next(active, checkpoint_id)
        check_ready(self._fleet, self._following.record(active.vehicle_id))
        if stop.node_index > active.progress.released_to:
            await self._update(active, stop, username)
        else:
            await self._replace(active, stop, username)
        return self._following.view(active)

    async def _update(self, active: Assignment, stop: Stop, username: str) -> None:
        """The horizon is another one; the base stays."""
        patrol_map, progress = self._following.known_map(active.route), active.progress
        refuse_unheard(active, self._following.record(active.vehicle_id).state)
        keep_to = None if _keeps_way(active) else progress.released_to

        def work() -> Route:
            search = self._following.changing.search(patrol_map)
            return without_stop(active.route, stop.visit_index, keep_to, search)

        route = await beside(work)
        await self._audit(active, stop, username)
        progress.skipped = [*progress.skipped, stop.visit_index]
        progress.order_update_id += 1
        progress.base_from = progress.released_to
        active.route = route
        await self._following.send(active)

    async def _replace(self, active: Assignment, stop: Stop, username: str) -> None:
        """The vehicle stands, and gets the rest without the checkpoint."""
        progress, record = active.progress, self._following.record(active.vehicle_id)
        if progress.diversion is not None:
            raise ConflictError(
                f"{active.vehicle_id} is away at an incident; leave checkpoints out when it is"
                " back on its patrol",
                "diverted",
            )
        patrol_map = self._following.known_map(active.route)
        start = Start(pose_on(record, patrol_map), self._within_m)
        check_map(record, patrol_map)
        change = Change(
            "skip",
            self._clock.now_s(),
            f"{progress.order_id}-skip-{len(progress.skipped)}",
            over_actions(record.state, progress.order_id),
            stop.visit_index,
            _keeps_way(active),
        )

        def rehearse() -> Route:
            search = self._following.changing.search(patrol_map)
            return changed_route(
                active.route, progress, change, change.over, start, search, "rehearsal"
            )

        await beside(rehearse)  # nothing is asked for that cannot be done
        await self._audit(active, stop, username)
        await self._following.begin_change(active, change)

    async def _audit(self, active: Assignment, stop: Stop, username: str) -> None:
        line = partial(add_audit, vehicle=active.vehicle_id, checkpoint=stop.checkpoint_id)
        what, now_s = "checkpoint_skip", self._clock.now_s()
        await self._database.write(line, now_s, username, what, active.assignment_id)


def _next(active: Assignment, checkpoint_id: str) -> Stop:
    stop = next_stop(active.route, active.progress)
    if stop is None:
        raise ConflictError(
            f"{active.vehicle_id}: no checkpoint of its patrol is left", "no_checkpoint_left"
        )
    if stop.checkpoint_id != checkpoint_id:
        raise ConflictError(
            f"{active.vehicle_id}: its next checkpoint is {stop.checkpoint_id}, not"
            f" {checkpoint_id}",
            "not_next",
        )
    return stop


def _keeps_way(active: Assignment) -> bool:
    """A plan's route is driven for its own sake, or at its times: only the visit is left out."""
    return active.patrol_id.startswith(plan_patrol_id(""))
