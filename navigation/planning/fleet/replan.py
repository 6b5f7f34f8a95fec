"""Changing a tour under way: a vehicle has failed or is called away, a street was closed.

Promises are kept: who has a checkpoint keeps it, in its order, unless it is gone or cannot get
there any more. Only what nobody has then changes hands, each to the place in the others' orders
where it makes the longest route least longer (cheapest insertion).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from navigation.planning.fleet.routing import Assignment
from navigation.planning.fleet.tour import drive_all, figures_of, order_length_s
from navigation.planning.fleet.tour_problem import (
    Searches,
    TourProblem,
    why_hopeless,
    why_no_room,
)
from navigation.planning.fleet.types import (
    FleetPlan,
    PlanMode,
    PlanVehicle,
    Step,
    Task,
    VehiclePlan,
)
from navigation.planning.route_search import RouteSearch
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.map_check import edge_heading_rad


@dataclass(frozen=True, slots=True)
class Away:
    """A vehicle that an incident calls to a node until `until_s`; then it goes on from there."""

    node_id: int
    until_s: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a vehicle of a plan is free to do something else, and what it has done by then."""

    node_id: int
    heading_rad: float | None
    free_at_s: float
    used_s: float  # of its battery since the plan began or it last charged
    done: frozenset[str]


def standing_at(
    patrol_map: PatrolMap,
    search: RouteSearch,
    vehicle: PlanVehicle,
    plan: VehiclePlan,
    now_s: float,
) -> Standing:
    """The next moment at or after `now_s` at which the vehicle is at a node and not busy."""
    node_id, heading_rad = vehicle.node_id, vehicle.heading_rad
    used_s, done, clock_s = 0.0, set[str](), vehicle.available_at_s
    for step in plan.steps:
        if now_s <= step.leave_s:
            break
        if now_s < step.arrive_s:
            node_id, heading_rad, clock_s = _on_the_way(patrol_map, search, step, now_s)
            used_s += clock_s - step.leave_s
            break
        node_id, clock_s = step.node_ids[-1], step.end_s
        if step.edge_ids:
            edge = patrol_map.edges[step.edge_ids[-1]]
            heading_rad = edge_heading_rad(patrol_map, edge)
        used_s = 0.0 if step.is_charge and step.end_s > step.arrive_s else used_s + (
            step.end_s - step.leave_s
        )  # fmt: skip
        done.add(step.task_id)
    return Standing(node_id, heading_rad, max(clock_s, now_s), used_s, frozenset(done))


def _on_the_way(
    patrol_map: PatrolMap, search: RouteSearch, step: Step, now_s: float
) -> tuple[int, float, float]:
    """The end of the edge that the vehicle is on: node, heading, time."""
    durations_s = [search.duration_s(edge_id) for edge_id in step.edge_ids]
    stretch = (step.arrive_s - step.leave_s) / math.fsum(durations_s)
    ends_s = list(accumulate((s * stretch for s in durations_s), initial=step.leave_s))[1:]
    at = next(i for i, end_s in enumerate(ends_s) if end_s >= now_s or i == len(ends_s) - 1)
    edge = patrol_map.edges[step.edge_ids[at]]
    return edge.end_id, edge_heading_rad(patrol_map, edge), ends_s[at]


def replan_tour(
    patrol_map: PatrolMap,
    plan: FleetPlan,
    tasks: Sequence[Task],
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    now_s: float,
    *,
    gone: Collection[str] = (),
    away: Mapping[str, Away] | None = None,
) -> FleetPlan:
    """The rest of a tour from `now_s` on; `search_of` already knows what is closed.

    `tasks` and `vehicles` are those of the plan. Raises PlanError for an unknown vehicle, or when
    none is left. Times stay seconds after the start of the first plan.
    """
    away = away or {}
    for vehicle_id in (*gone, *away):
        plan.of(vehicle_id)
    left = [vehicle for vehicle in vehicles if vehicle.id not in gone]
    if not left:
        raise PlanError("no vehicle is left; what is not visited yet stays unvisited")
    now = {v.id: standing_at(patrol_map, search_of(v), v, plan.of(v.id), now_s) for v in vehicles}
    done = {task_id for standing in now.values() for task_id in standing.done}
    team = [_as_it_stands(v, now[v.id], away.get(v.id)) for v in left]
    rest = tuple(task for task in tasks if task.id not in done)
    problem = TourProblem.of(patrol_map, rest, tuple(team), search_of, plan.horizon_s)
    hopeless = [why for task in rest if (why := why_hopeless(problem, task))]
    names = {why.task_id for why in hopeless}
    problem = problem.only([i for i, task in enumerate(rest) if task.id not in names])
    found, moved = _dealt(problem, plan)
    plans, missed = drive_all(problem, found)
    out = [why.left_out for why in hopeless]
    out += [why_no_room(problem, problem.tasks[index]) for index in sorted(missed)]
    return FleetPlan(
        PlanMode.TOUR, plan.map_id, patrol_map.content_hash, plan.horizon_s, tuple(plans),
        tuple(out), figures_of(plans), tuple(moved),
    )  # fmt: skip


def _as_it_stands(vehicle: PlanVehicle, standing: Standing, away: Away | None) -> PlanVehicle:
    hours = vehicle.spec.battery_wh / vehicle.spec.mean_power_w
    battery_pct = max(0.0, vehicle.battery_pct - 100.0 * standing.used_s / (3600.0 * hours))
    if away is not None:
        return replace(
            vehicle, node_id=away.node_id, heading_rad=None, battery_pct=battery_pct,
            available_at_s=max(away.until_s, standing.free_at_s),
        )  # fmt: skip
    return replace(
        vehicle, node_id=standing.node_id, heading_rad=standing.heading_rad,
        battery_pct=battery_pct, available_at_s=standing.free_at_s,
    )  # fmt: skip


def _dealt(problem: TourProblem, plan: FleetPlan) -> tuple[Assignment, list[str]]:
    """Everybody's own tasks in their order; then what nobody has, one by one, where it fits."""
    number = {task.id: i for i, task in enumerate(problem.tasks)}
    orders = [
        [number[task_id] for task_id in plan.of(vehicle.id).task_ids if task_id in number]
        for vehicle in problem.vehicles
    ]
    held = {i for order in orders for i in order}
    moved = []
    for task in (i for i in range(len(problem.tasks)) if i not in held):
        longest_s, extra_s, v, at = min(_places(problem, orders, task))
        before = next((p.vehicle_id for p in plan.vehicles
                       if problem.tasks[task].id in p.task_ids), "nobody")  # fmt: skip
        orders[v].insert(at, task)
        moved.append(
            f"{problem.tasks[task].id}: from {before} to {problem.vehicles[v].id}, which takes it "
            f"with {extra_s:.0f} s more; the longest route lasts {longest_s:.0f} s"
        )
    longest_s = max(_lengths(problem, orders), default=0.0)
    return Assignment(tuple(tuple(order) for order in orders), (), longest_s), moved


def _places(
    problem: TourProblem, orders: Sequence[Sequence[int]], task: int
) -> list[tuple[float, float, int, int]]:
    """(longest route, extra time, vehicle, place in its order) for every place a task can go."""
    team = problem.routing_vehicles("mean_s")
    lengths_s = _lengths(problem, orders)
    found = []
    for v, order in enumerate(orders):
        others_s = max((s for u, s in enumerate(lengths_s) if u != v), default=0.0)
        for at in range(len(order) + 1):
            longer_s = order_length_s(problem, team[v], (*order[:at], task, *order[at:]))
            extra_s = longer_s - lengths_s[v]
            found.append((max(others_s, longer_s), extra_s, v, at))
    return found


def _lengths(problem: TourProblem, orders: Sequence[Sequence[int]]) -> list[float]:
    team = problem.routing_vehicles("mean_s")
    return [order_length_s(problem, team[v], order) for v, order in enumerate(orders)]
