"""Orders of tasks driven on paper, turn by turn; what does not fit is taken out."""

from __future__ import annotations

from collections.abc import Sequence

from navigation.planning.fleet.driving import Driver, is_windowed
from navigation.planning.fleet.routing import Assignment
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import VehiclePlan
from navigation.planning.patrol_tour import PatrolTour, TourOrder, tour_over
from navigation.planning.route_search import Start
from patrol.errors import PlanError
from patrol.map import Checkpoint

Outcome = tuple[list[VehiclePlan], set[int]]  # routes, and the tasks (indices) that are in none


def drive_all(problem: TourProblem, found: Assignment) -> tuple[list[VehiclePlan], set[int]]:
    """The timed routes of an assignment, and the tasks (indices) that are in none."""
    missed = set(found.left_out)
    plans = []
    for index, order in enumerate(found.orders):
        plan, lost = drive_order(problem, index, list(order))
        plans.append(plan)
        missed |= lost
    return plans, missed


def drive_order(
    problem: TourProblem, index: int, order: list[int]
) -> tuple[VehiclePlan, set[int]]:
    """Drive an order; a task that turns out not to fit is taken out, and the rest driven anew."""
    lost: set[int] = set()
    while True:
        driver, unfit = _drive(problem, index, order)
        if unfit is None:
            steps, turns = tuple(driver.steps), tuple(driver.u_turn_node_ids)
            return VehiclePlan(driver.vehicle.id, steps, "", turns), lost
        order.remove(unfit)
        lost.add(unfit)


def _drive(problem: TourProblem, index: int, order: Sequence[int]) -> tuple[Driver, int | None]:
    """An order driven, and the first task that does not fit, or None when all is well."""
    driver = problem.driver(index)
    if not order:
        return driver, None
    is_windowed_order = any(is_windowed(problem.tasks[i]) for i in order)
    if is_windowed_order or not _by_best_ways(problem, driver, index, order):
        driver = problem.driver(index)
        unfit = _by_quickest_ways(problem, driver, index, order)
        if unfit is not None:
            return driver, unfit
    is_late = driver.clock_s > problem.horizon_s
    is_empty = driver.clock_s - driver.vehicle.available_at_s > driver.vehicle.endurance_s
    return driver, order[-1] if is_late or is_empty else None


def _by_best_ways(problem: TourProblem, driver: Driver, index: int, order: Sequence[int]) -> bool:
    """Ways that suit all that comes after them; False where one of them is closed at its time."""
    dock, legs = (
        problem.dock_of(driver.vehicle),
        tour_of(problem, index, order, TourOrder.GIVEN).legs,
    )
    try:
        for task_index, leg in zip(order, legs, strict=False):
            driver.follow(leg.route.edge_ids, problem.tasks[task_index])
        if dock is not None:
            driver.charge(dock, edge_ids=legs[-1].route.edge_ids)
    except PlanError:
        return False
    return True


def _by_quickest_ways(
    problem: TourProblem, driver: Driver, index: int, order: Sequence[int]
) -> int | None:
    """The quickest way to each task, so that its window is met; the first that cannot be met."""
    for task_index in order:
        try:
            driver.visit(problem.tasks[task_index])
        except PlanError:
            return task_index
    dock = problem.dock_of(driver.vehicle)
    if dock is not None:
        try:
            driver.charge(dock)
        except PlanError:
            return order[-1]
    return None


def tour_of(problem: TourProblem, index: int, order: Sequence[int], how: TourOrder) -> PatrolTour:
    """The best routes through the tasks for a vehicle that cannot turn on the spot."""
    vehicle = problem.vehicles[index]
    tasks = [problem.tasks[i] for i in order]
    places = [Checkpoint(task.id, task.name, task.node_id, task.dwell_s) for task in tasks]
    start = Start(vehicle.node_id, vehicle.heading_rad)
    return tour_over(problem.searches[index], start, places, how, problem.dock_of(vehicle))
