"""Mode 1, tour: checkpoints with dwell, actions and time windows over a team of vehicles.

In the best order the routing problem decides (`routing`); in the given order the list is cut into
consecutive parts, one a vehicle, so that the longest is shortest. Then every route is driven on
paper, turn by turn, and what does not fit is left out with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from navigation.planning.fleet.driving import Driver, begin_in, is_windowed
from navigation.planning.fleet.routing import Assignment, RoutingVehicle, assign
from navigation.planning.fleet.tour_problem import (
    Searches,
    TourProblem,
    why_hopeless,
    why_no_room,
)
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle, Task, VehiclePlan
from navigation.planning.patrol_tour import PatrolTour, TourOrder, tour_over
from navigation.planning.route_search import Start
from patrol.errors import PlanError
from patrol.map import Checkpoint, PatrolMap


def plan_team_tour(
    patrol_map: PatrolMap,
    tasks: Sequence[Task],
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    *,
    horizon_s: float = math.inf,
    order: TourOrder = TourOrder.BEST,
    seed: int = 0,
) -> FleetPlan:
    """Routes that visit the tasks; raises PlanError for no vehicle or no task.

    What cannot be visited is in `left_out`: unreachable places, windows that nobody can meet,
    batteries and horizons that are too short.
    """
    if not vehicles:
        raise PlanError("a plan needs at least one vehicle")
    if not tasks:
        raise PlanError("a tour needs at least one checkpoint")
    problem = TourProblem.of(patrol_map, tuple(tasks), tuple(vehicles), search_of, horizon_s)
    hopeless = [why for task in tasks if (why := why_hopeless(problem, task))]
    names = {left.task_id for left in hopeless}
    problem = problem.only([i for i, task in enumerate(tasks) if task.id not in names])
    plans, missed = _plan(problem, order, seed)
    left_out = [left.left_out for left in hopeless]
    left_out += [why_no_room(problem, problem.tasks[index]) for index in sorted(missed)]
    return FleetPlan(
        PlanMode.TOUR, patrol_map.map_id, patrol_map.content_hash, horizon_s, tuple(plans),
        tuple(left_out), figures_of(plans),
    )  # fmt: skip


def _plan(problem: TourProblem, order: TourOrder, seed: int) -> tuple[list[VehiclePlan], set[int]]:
    if not problem.tasks:
        return [VehiclePlan(v.id, (), "nothing that it could do") for v in problem.vehicles], set()
    if order is TourOrder.GIVEN:
        return drive_all(problem, _cut(problem))
    return _best(problem, seed)


def _best(problem: TourProblem, seed: int) -> tuple[list[VehiclePlan], set[int]]:
    """By expected times and by the worst, which hold for certain: what drives better counts."""
    rows = list(range(len(problem.tasks)))
    if len(problem.vehicles) == 1 and not any(is_windowed(task) for task in problem.tasks):
        plans, missed = drive_all(problem, _alone_in_best_order(problem))
        if not missed:
            return plans, missed
    outcomes = [
        drive_all(problem, assign(problem.tasks, rows, problem.routing_vehicles(kind), seed))
        for kind in ("mean_s", "worst_s")
    ]
    return min(outcomes, key=lambda o: (_lost(problem, o[1]), max(plan.end_s for plan in o[0])))


def _alone_in_best_order(problem: TourProblem) -> Assignment:
    """One vehicle without windows: a tour over arrival states, exact for few checkpoints."""
    number = {task.id: i for i, task in enumerate(problem.tasks)}
    tour = _tour(problem, 0, range(len(problem.tasks)), TourOrder.BEST)
    order = tuple(number[checkpoint_id] for checkpoint_id in tour.checkpoint_ids)
    return Assignment((order,), (), tour.duration_s)


def _lost(problem: TourProblem, missed: set[int]) -> float:
    return math.fsum(problem.tasks[i].priority for i in missed)


# ------------------------------------------------------------------------------- given order


def _cut(problem: TourProblem) -> Assignment:
    """Consecutive parts of the list, one a vehicle, that make the longest part shortest.

    A dynamic programme over (vehicles used, tasks done).
    """
    count, team = len(problem.tasks), problem.routing_vehicles("mean_s")
    best = np.full((len(team) + 1, count + 1), np.inf)
    came = np.zeros((len(team) + 1, count + 1), int)
    best[0, 0] = 0.0
    for v, vehicle in enumerate(team, start=1):
        for begin in range(count + 1):
            for end, length_s in enumerate(_part_lengths(problem, vehicle, begin), start=begin):
                longest = max(best[v - 1, begin], length_s)
                if longest < best[v, end]:
                    best[v, end], came[v, end] = longest, begin
    orders: list[tuple[int, ...]] = []
    end = int(np.flatnonzero(np.isfinite(best[-1])).max(initial=0))
    longest_s, left_out = float(best[-1, end]), tuple(range(end, count))
    for v in range(len(team), 0, -1):
        orders.append(tuple(range(came[v, end], end)))
        end = came[v, end]
    return Assignment(tuple(reversed(orders)), left_out, longest_s)


def _part_lengths(problem: TourProblem, vehicle: RoutingVehicle, begin: int) -> list[float]:
    """How long tasks begin … end - 1 take the vehicle, for every end from `begin` on."""
    lengths, here, clock_s = [0.0], vehicle.start, vehicle.available_at_s
    for index in range(begin, len(problem.tasks)):
        task = problem.tasks[index]
        begun_s = begin_in(task.windows_s, clock_s + float(vehicle.times_s[here, index]))
        if begun_s is None:
            break
        clock_s, here = begun_s + task.dwell_s, index
        home_s = float(vehicle.times_s[here, vehicle.end]) if vehicle.end is not None else 0.0
        used_s = clock_s + home_s - vehicle.available_at_s
        if used_s > vehicle.longest_s or clock_s + home_s > vehicle.back_by_s:
            break
        lengths.append(used_s)
    return lengths


# ------------------------------------------------------------------------------- driving


def drive_all(problem: TourProblem, found: Assignment) -> tuple[list[VehiclePlan], set[int]]:
    """The timed routes of an assignment, and the tasks (indices) that are in none."""
    missed = set(found.left_out)
    plans = []
    for index, order in enumerate(found.orders):
        plan, lost = _drive(problem, index, list(order))
        plans.append(plan)
        missed |= lost
    return [_with_reason(problem, found, i, plan) for i, plan in enumerate(plans)], missed


def _drive(problem: TourProblem, index: int, order: list[int]) -> tuple[VehiclePlan, set[int]]:
    """Drive an order; a task that turns out not to fit is taken out, and the rest driven anew."""
    lost: set[int] = set()
    while True:
        driver = Driver(problem.searches[index], problem.vehicles[index])
        unfit = _try(problem, driver, index, order)
        if unfit is None:
            steps, turns = tuple(driver.steps), tuple(driver.u_turn_node_ids)
            return VehiclePlan(driver.vehicle.id, steps, "", turns), lost
        order.remove(unfit)
        lost.add(unfit)


def _try(problem: TourProblem, driver: Driver, index: int, order: Sequence[int]) -> int | None:
    """The first task that cannot be driven in this order, or None when all is well."""
    if not order:
        return None
    vehicle, dock = problem.vehicles[index], problem.dock_of(problem.vehicles[index])
    home: Sequence[int] | None = None
    if any(is_windowed(problem.tasks[i]) for i in order):
        for task_index in order:  # the quickest way to each, so that its window is met
            try:
                driver.visit(problem.tasks[task_index])
            except PlanError:
                return task_index
    else:
        legs = _tour(problem, index, order, TourOrder.GIVEN).legs
        for task_index, leg in zip(order, legs, strict=False):
            driver.follow(leg.route.edge_ids, problem.tasks[task_index])
        home = legs[-1].route.edge_ids
    if dock is not None:
        driver.charge(dock, edge_ids=home)
    is_late = driver.clock_s > problem.horizon_s
    is_empty = driver.clock_s - vehicle.available_at_s > vehicle.endurance_s
    return order[-1] if is_late or is_empty else None


def _tour(problem: TourProblem, index: int, order: Sequence[int], how: TourOrder) -> PatrolTour:
    """The best routes through the tasks for a vehicle that cannot turn on the spot."""
    vehicle = problem.vehicles[index]
    tasks = [problem.tasks[i] for i in order]
    places = [Checkpoint(task.id, task.name, task.node_id, task.dwell_s) for task in tasks]
    start = Start(vehicle.node_id, vehicle.heading_rad)
    return tour_over(problem.searches[index], start, places, how, problem.dock_of(vehicle))


def _with_reason(
    problem: TourProblem, found: Assignment, index: int, plan: VehiclePlan
) -> VehiclePlan:
    return replace(plan, reason=_reason(problem, found, index, plan))


def _reason(problem: TourProblem, found: Assignment, index: int, plan: VehiclePlan) -> str:
    """What the nearest other plan would cost: the cheapest checkpoint to give away."""
    if not plan.task_ids:
        return "stays: the others visit everything without making the longest route longer"
    if len(problem.vehicles) == 1:
        return f"the only vehicle; {len(plan.task_ids)} of {len(problem.tasks)} checkpoints"
    team = problem.routing_vehicles("mean_s")
    moves = [
        (order_length_s(problem, team[other], _inserted(found.orders[other], task, at))
         - order_length_s(problem, team[other], found.orders[other])
         - order_length_s(problem, team[index], found.orders[index])
         + order_length_s(problem, team[index], _without(found.orders[index], task)),
         problem.tasks[task].id, problem.vehicles[other].id)
        for task in found.orders[index]
        for other in range(len(team)) if other != index
        for at in range(len(found.orders[other]) + 1)
    ]  # fmt: skip
    extra_s, task_id, other_id = min(moves, default=(math.inf, "", ""))
    if not math.isfinite(extra_s):
        return "no other vehicle can visit any of these checkpoints"
    if extra_s <= 0:
        return f"shares the work: {task_id} with {other_id} would make one of the routes longer"
    return (
        f"the nearest: {task_id}, the easiest to give away, costs {other_id} {extra_s:.0f} s more"
    )


def _inserted(order: tuple[int, ...], task: int, at: int) -> tuple[int, ...]:
    return (*order[:at], task, *order[at:])


def _without(order: tuple[int, ...], task: int) -> tuple[int, ...]:
    return tuple(other for other in order if other != task)


def order_length_s(problem: TourProblem, vehicle: RoutingVehicle, order: Sequence[int]) -> float:
    """Driving and dwelling time of an order, windows left aside; 0 for no task."""
    if not order:
        return 0.0
    end = [vehicle.end] if vehicle.end is not None else []
    rows = [vehicle.start, *order, *end]
    legs = math.fsum(float(vehicle.times_s[a, b]) for a, b in pairwise(rows))
    return legs + math.fsum(problem.tasks[i].dwell_s for i in order)


def figures_of(plans: Sequence[VehiclePlan]) -> dict[str, float]:
    """A tour's figures."""
    return {
        "length_m": math.fsum(plan.length_m for plan in plans),
        "longest_s": max((plan.end_s for plan in plans), default=0.0),
        "visits": float(sum(len(plan.task_ids) for plan in plans)),
    }
