"""One request, one plan: the mode decides who plans it. `sunra plan` and the fleet server ask."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shapely import Polygon, covers, points

from navigation.planning.fleet.coverage import plan_fleet_coverage
from navigation.planning.fleet.plan_hours import PlanHours
from navigation.planning.fleet.plan_searches import PlanSearches
from navigation.planning.fleet.priorities import PastIncident, PriorityConfig, weights
from navigation.planning.fleet.rounds_plan import plan_fleet_rounds
from navigation.planning.fleet.tour import plan_team_tour
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle, Task
from navigation.planning.patrol_tour import TourOrder
from patrol.errors import MapError, PlanError
from patrol.map import Checkpoint, PatrolMap, ZoneKind
from patrol.windows import Windows


@dataclass(frozen=True)
class PlanRequest:
    """What to plan. `when` is the plan's start (aware); without it windows are ignored, and zones
    with hours count as closed at all of them.

    `checkpoints` empty means all of the map; `area` is a zone whose streets are to be covered.
    """

    patrol_map: PatrolMap
    vehicles: tuple[PlanVehicle, ...]
    mode: PlanMode = PlanMode.TOUR
    checkpoints: tuple[str, ...] = ()
    order: TourOrder = TourOrder.BEST
    area: str | None = None
    both_sides: bool = False
    horizon_s: float = math.inf
    when: datetime | None = None
    closed_edge_ids: frozenset[int] = frozenset()
    priorities: PriorityConfig = field(default_factory=PriorityConfig)
    history: tuple[PastIncident, ...] = ()
    seed: int = 0


def plan_fleet(request: PlanRequest, searches: PlanSearches | None = None) -> FleetPlan:
    """The plan; raises PlanError for a request that asks for nothing or names the unknown.

    `searches` are those of `searches_of`, for who goes on using them.
    """
    if not request.vehicles:
        raise PlanError("a plan needs at least one vehicle; give --vehicles 1 or more")
    if not request.horizon_s > 0:
        raise PlanError(f"horizon {request.horizon_s} s is not a number above 0")
    _refuse_twins(request.vehicles)
    searches = searches or searches_of(request)
    hours = searches.hours
    timed = replace(request, patrol_map=hours.patrol_map)
    plan = _PLANNERS[request.mode](timed, searches)
    notes = hours.notes(is_timed=request.mode is PlanMode.TOUR)
    left_out = tuple(hours.explained(left) for left in plan.left_out)
    return replace(plan, left_out=left_out, notes=(*plan.notes, *notes))


def hours_of(request: PlanRequest, now_s: float = 0.0) -> PlanHours:
    """The hours of the request's plan; a tour lasts no longer than the batteries do.

    A vehicle of a plan under way, at `now_s`, may charge once more.
    """
    end_s = request.horizon_s
    if request.mode is PlanMode.TOUR:
        lasting_s = [v.available_at_s + v.endurance_s for v in request.vehicles]
        if now_s > 0:
            lasting_s += [now_s + v.charge_s + v.full_endurance_s for v in request.vehicles]
        end_s = min(end_s, max(lasting_s))
    return PlanHours.of(request.patrol_map, request.when, end_s)


def _refuse_twins(vehicles: Sequence[PlanVehicle]) -> None:
    seen: set[str] = set()
    for vehicle in vehicles:
        if vehicle.id in seen:
            raise PlanError(f"vehicle {vehicle.id}: stands twice in the plan")
        seen.add(vehicle.id)


def searches_of(request: PlanRequest) -> PlanSearches:
    """The searches that a plan for this request is made with."""
    return PlanSearches(hours_of(request), request.closed_edge_ids)


def wanted_checkpoints(request: PlanRequest) -> list[Checkpoint]:
    """The checkpoints asked for; raises PlanError for one that the map does not have."""
    patrol_map = request.patrol_map
    if not request.checkpoints:
        if not patrol_map.checkpoints:
            raise PlanError(f"{patrol_map.map_id}: has no checkpoints; add some, or plan coverage")
        return list(patrol_map.checkpoints)
    try:
        return [patrol_map.checkpoint(checkpoint_id) for checkpoint_id in request.checkpoints]
    except MapError as error:
        raise PlanError(str(error)) from None


def tasks_of(request: PlanRequest) -> list[Task]:
    """Checkpoints as tasks, with their weight and their windows after the plan's start."""
    checkpoints = wanted_checkpoints(request)
    weight = {c.id: c.priority for c in checkpoints}
    if request.when is not None:
        weight = weights(
            request.patrol_map, checkpoints, request.when, request.priorities, request.history
        )
    return [
        Task(
            c.id, c.name, c.node_id, c.dwell_s, _windows_s(request, c), weight[c.id], c.actions
        )
        for c in checkpoints
    ]  # fmt: skip


def _windows_s(request: PlanRequest, checkpoint: Checkpoint) -> tuple[tuple[float, float], ...]:
    """When a visit may begin, in seconds after the start; at most a week is looked ahead."""
    if request.when is None or not checkpoint.windows:
        return ((0.0, math.inf),)
    windows = Windows.parse(checkpoint.windows, request.patrol_map.time_zone)
    end_s = min(request.horizon_s, timedelta(days=7).total_seconds())
    found, begin, holds = [], request.when, windows.holds_at(request.when)
    while (begin - request.when).total_seconds() < end_s:
        change = windows.next_change(begin)
        until_s = (change - request.when).total_seconds() if change else math.inf
        if holds:
            found.append(((begin - request.when).total_seconds(), until_s))
        if change is None:
            break
        begin, holds = change, not holds
    return tuple(found)


def area_edges(patrol_map: PatrolMap, area: str) -> list[int]:
    """Edges whose middle lies in a zone; raises PlanError naming the known patrol areas."""
    zone = next((zone for zone in patrol_map.zones if zone.id == area), None)
    if zone is None:
        areas = [z.id for z in patrol_map.zones if z.kind is ZoneKind.PATROL_AREA]
        known = ", ".join(areas) or "none"
        raise PlanError(f"{patrol_map.map_id}: no zone {area!r}; patrol areas: {known}")
    ring = Polygon(zone.polygon_map)
    edges = list(patrol_map.edges.values())
    middles = points(
        [
            (
                (patrol_map.nodes[e.start_id].x_m + patrol_map.nodes[e.end_id].x_m) / 2,
                (patrol_map.nodes[e.start_id].y_m + patrol_map.nodes[e.end_id].y_m) / 2,
            )
            for e in edges
        ]
    )
    return [edge.id for edge, inside in zip(edges, covers(ring, middles), strict=True) if inside]


def _tour(request: PlanRequest, searches: PlanSearches) -> FleetPlan:
    return plan_team_tour(
        request.patrol_map, tasks_of(request), request.vehicles, searches,
        horizon_s=request.horizon_s, order=request.order, seed=request.seed,
        timed_of=searches.timed_of,
    )  # fmt: skip


def _coverage(request: PlanRequest, searches: PlanSearches) -> FleetPlan:
    wanted = area_edges(request.patrol_map, request.area) if request.area else None
    return plan_fleet_coverage(
        request.patrol_map, request.vehicles, searches, wanted_edge_ids=wanted,
        both_sides=request.both_sides, horizon_s=request.horizon_s, seed=request.seed,
    )  # fmt: skip


def _rounds(request: PlanRequest, searches: PlanSearches) -> FleetPlan:
    return plan_fleet_rounds(
        request.patrol_map, tasks_of(request), request.vehicles, searches,
        mode=request.mode, horizon_s=request.horizon_s, seed=request.seed,
    )  # fmt: skip


_PLANNERS: Mapping[PlanMode, Callable[[PlanRequest, PlanSearches], FleetPlan]] = {
    PlanMode.TOUR: _tour,
    PlanMode.COVERAGE: _coverage,
    PlanMode.PERSISTENT: _rounds,
    PlanMode.UNPREDICTABLE: _rounds,
}
