"""Why each vehicle of a tour got what it got."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from navigation.planning.fleet.routing import RoutingVehicle
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import VehiclePlan


def with_reasons(problem: TourProblem, plans: Sequence[VehiclePlan]) -> list[VehiclePlan]:
    """The routes, each with what the nearest other plan would cost."""
    number = {task.id: i for i, task in enumerate(problem.tasks)}
    orders = [tuple(number[task_id] for task_id in plan.task_ids) for plan in plans]
    return [replace(plan, reason=_reason(problem, orders, v)) for v, plan in enumerate(plans)]


def _reason(problem: TourProblem, orders: Sequence[tuple[int, ...]], index: int) -> str:
    """The cheapest checkpoint to give away."""
    if not orders[index]:
        return "stays: the others visit everything without making the longest route longer"
    if len(problem.vehicles) == 1:
        return f"the only vehicle; {len(orders[index])} of {len(problem.tasks)} checkpoints"
    team = problem.routing_vehicles("mean_s")
    moves = [
        (_order_length_s(problem, team[other], _inserted(orders[other], task, at))
         - _order_length_s(problem, team[other], orders[other])
         - _order_length_s(problem, team[index], orders[index])
         + _order_length_s(problem, team[index], _without(orders[index], task)),
         problem.tasks[task].id, problem.vehicles[other].id)
        for task in orders[index]
        for other in range(len(team)) if other != index
        for at in range(len(orders[other]) + 1)
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


def _order_length_s(problem: TourProblem, vehicle: RoutingVehicle, order: Sequence[int]) -> float:
    """Driving and dwelling time of an order, windows left aside; 0 for no task."""
    if not order:
        return 0.0
    end = [vehicle.end] if vehicle.end is not None else []
    rows = [vehicle.start, *order, *end]
    legs = math.fsum(float(vehicle.times_s[a, b]) for a, b in pairwise(rows))
    return legs + math.fsum(problem.tasks[i].dwell_s for i in order)
