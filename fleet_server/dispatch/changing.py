"""Makes the order that takes another's place, beside the event loop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.changed_route import Start, changed_route
from fleet_server.dispatch.changes import Change, Diversion
from fleet_server.dispatch.planning import beside
from fleet_server.dispatch.progress import Former, Progress, first_progress
from fleet_server.dispatch.readiness import check_map, pose_on
from fleet_server.dispatch.rest import missed_visits
from fleet_server.dispatch.route import Route
from fleet_server.fleet import VehicleRecord
from navigation.planning.route_search import RouteOptions, RouteSearch
from patrol.clock import Clock
from patrol.map import PatrolMap
from patrol.vda5050.messages import State
from patrol.vehicle import VehicleSpec

SEARCH_LASTS_S = 30.0  # zones open and close by the minute


@dataclass(frozen=True, slots=True)
class Made:
    """A new order with its first progress."""

    route: Route
    progress: Progress


class Changing:
    """`make`; raises ConflictError saying why not."""

    def __init__(self, spec: VehicleSpec, config: DispatchConfig, clock: Clock) -> None:
        self.spec, self._config, self._clock = spec, config, clock
        self._search: RouteSearch | None = None
        self._search_until_s = 0.0

    def search(self, patrol_map: PatrolMap) -> RouteSearch:
        """Over the ways that this type of vehicle may use now; made anew every half minute."""
        now_s, kept = self._clock.now_s(), self._search
        if kept is not None and kept.patrol_map is patrol_map and now_s < self._search_until_s:
            return kept
        when = datetime.fromtimestamp(now_s, UTC)
        made = RouteSearch(patrol_map, RouteOptions(spec=self.spec, when=when))
        self._search, self._search_until_s = made, now_s + SEARCH_LASTS_S
        return made

    async def make(
        self,
        assignment: Assignment,
        progress: Progress,
        change: Change,
        record: VehicleRecord,
        patrol_map: PatrolMap,
    ) -> Made:
        """From where the vehicle is, over what is left of its route."""
        check_map(record, patrol_map)
        pose = pose_on(record, patrol_map)
        start = Start(pose, self._config.start_within_m)
        number = progress.order_number + 1
        order_id = f"{assignment.assignment_id}-{number}"
        over = {*change.over, *done_actions(record.state, progress.order_id)}
        before = assignment.route
        if progress.former is not None:  # the vehicle has refused what should take its place
            before, over = progress.former.route, set(progress.former.over)
            progress = _restored(progress, progress.former)

        def work() -> Route:
            search = self.search(patrol_map)
            return changed_route(before, progress, change, over, start, search, order_id)

        route = await beside(work)
        made = first_progress(route, order_id, number, self._config)
        missed = missed_visits(before, progress, over)
        made.visited, made.notice = dict(progress.visited), progress.notice
        made.skipped = [*progress.skipped, *_left_out(change, progress)]
        made.missed = [*progress.missed, *missed]
        if change.kind != "resume":
            made.former = _former(before, progress, over)
        made.diversions = _sent(progress.diversions, change, route, pose)
        return Made(route, made)


def _left_out(change: Change, progress: Progress) -> list[int]:
    """The visit that is left out; none where it was made before the vehicle stood."""
    index = change.visit_index
    return [] if index is None or index in progress.visited else [index]


def _former(route: Route, progress: Progress, over: Collection[str]) -> Former:
    return Former(
        route,
        progress.reached,
        progress.begun,
        progress.charged,
        progress.skipped,
        progress.missed,
        sorted(over),
    )


def _restored(progress: Progress, former: Former) -> Progress:
    return msgspec.structs.replace(
        progress,
        reached=former.reached,
        begun=former.begun,
        charged=former.charged,
        skipped=former.skipped,
        missed=former.missed,
        former=None,
    )


def done_actions(state: State | None, order_id: str) -> set[str]:
    """What a vehicle says that it has done of an order."""
    if state is None or state.order_id != order_id:
        return set()
    return {a.action_id for a in state.action_states if a.action_status == "FINISHED"}


def _sent(
    diversions: list[Diversion], change: Change, route: Route, pose: tuple[float, float, float]
) -> list[Diversion]:
    """The diversion that is being made, with where it was left and where the vehicle waits."""
    if change.kind != "divert" or route.wait is None:
        return diversions
    node_id = route.node_ids[route.wait.node_index]
    return [
        msgspec.structs.replace(
            d, phase="driving", node_id=node_id, left_x_m=pose[0], left_y_m=pose[1]
        )
        if d.phase == "stopping"
        else d
        for d in diversions
    ]
