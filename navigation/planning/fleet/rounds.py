"""Patrols that go on and on, as timed steps: who is where when, until the plan ends.

The patrol planners work on a `PatrolGraph` whose moves last as long as the worst arrival makes
them, so a vehicle is never late for what they decide; where it is early it waits, and the team
keeps its spacing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import LeftOut, Task, VehiclePlan
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.patrol_graph_map import direct_moves
from navigation.planning.route_search import Start
from patrol.errors import PlanError

SAME_PLACE_S = 1e-3  # a move between two checkpoints at one node


@dataclass(frozen=True)
class Rounds:
    """The places of a patrol as a graph; `tasks[i]` is place i. What cannot be is left out."""

    problem: TourProblem
    graph: PatrolGraph  # moves that hold whatever came before
    least: PatrolGraph  # moves that nobody can beat
    left_out: tuple[LeftOut, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The places, in the graph's order."""
        return self.problem.tasks

    def home_s(self, vehicle: int, place: int) -> float:
        """Time from a place to the vehicle's dock; 0 where it has none."""
        if not self.problem.vehicles[vehicle].dock_id:
            return 0.0
        dock_row = self.problem.start_row + 2 * vehicle + 1
        return float(self.problem.times[vehicle].worst_s[place, dock_row])

    def approach_s(self, vehicle: int, place: int) -> float:
        """Time from where a vehicle stands to a place."""
        start_row = self.problem.start_row + 2 * vehicle
        return float(self.problem.times[vehicle].worst_s[start_row, place])


def rounds_of(problem: TourProblem) -> Rounds:
    """The places that all vehicles can go round; raises PlanError where that is none.

    A move lasts the slowest vehicle's worst time and the stay at its end; ways through a third
    place are no moves of their own.
    """
    worst_s = np.max([times.worst_s for times in problem.times], axis=0)
    count = len(problem.tasks)
    kept = _mutual(worst_s, count)
    left_out = tuple(
        LeftOut(
            f"checkpoint {task.id}",
            _unreachable(problem, i, kept),
            "open that way, or leave the checkpoint out",
        )
        for i, task in enumerate(problem.tasks)
        if i not in kept
    )
    if not kept:
        raise PlanError("patrol: no checkpoint can be reached and left again; " + left_out[0].why)
    problem = problem.only(kept)
    worst_s, least_s = (
        among([getattr(times, kind)[: len(kept), : len(kept)] for times in problem.times], axis=0)
        for kind, among in (("worst_s", np.max), ("best_s", np.min))
    )
    return Rounds(problem, _graph(problem, worst_s), _graph(problem, least_s), left_out)


def _mutual(worst_s: NDArray[np.float64], count: int) -> list[int]:
    """Places that can be reached from a start and that reach one another: the largest such set."""
    starts = range(count, len(worst_s), 2)
    reachable = [
        i for i in range(count) if all(math.isfinite(worst_s[start, i]) for start in starts)
    ]
    best: list[int] = []
    for i in reachable:
        joined = [
            j for j in reachable if math.isfinite(worst_s[i, j]) and math.isfinite(worst_s[j, i])
        ]
        if len(joined) > len(best):
            best = joined
    return best


def _unreachable(problem: TourProblem, index: int, kept: Sequence[int]) -> str:
    goal = problem.tasks[index].node_id
    start = problem.vehicles[0].node_id
    other = problem.tasks[kept[0]].node_id if kept else start
    for a, b in ((start, goal), (other, goal), (goal, other)):
        if a == b:
            continue
        try:
            problem.searches[0].route(Start(a), b)
        except PlanError as error:
            return str(error)
    return "a vehicle that arrives there from the wrong side has no way on"


def _graph(problem: TourProblem, times_s: NDArray[np.float64]) -> PatrolGraph:
    dwell_s = np.array([task.dwell_s for task in problem.tasks])
    leg_s = np.maximum(times_s + dwell_s[None, :], SAME_PLACE_S)
    nodes = [problem.patrol_map.nodes[task.node_id] for task in problem.tasks]
    return PatrolGraph(
        tuple(task.id for task in problem.tasks),
        direct_moves(leg_s),
        tuple(task.priority for task in problem.tasks),
        np.array([(node.x_m, node.y_m) for node in nodes]),
    )


# ------------------------------------------------------------------------------- seats


def seat(
    rounds: Rounds, vehicles: Sequence[int], first_places: Sequence[int]
) -> tuple[list[int], float]:
    """The vehicle of each seat, of those at hand, and when all are at their first places.

    The worst approach is as short as can be, and then their sum.
    """
    approach_s = np.array(
        [
            [
                rounds.problem.vehicles[v].available_at_s + rounds.approach_s(v, place)
                for place in first_places
            ]
            for v in vehicles
        ]
    )
    limit_s = next(limit for limit in np.unique(approach_s) if _fits(approach_s <= limit))
    cost = np.where(approach_s <= limit_s, approach_s, 1e9)
    rows, seats = linear_sum_assignment(cost)
    by_seat = dict(zip(seats.tolist(), rows.tolist(), strict=True))
    return [vehicles[by_seat[s]] for s in range(len(first_places))], float(limit_s)


def _fits(allowed: NDArray[np.bool_]) -> bool:
    rows, columns = linear_sum_assignment(~allowed)
    return bool(allowed[rows, columns].all())


# ------------------------------------------------------------------------------- driving


@dataclass(frozen=True, slots=True)
class Due:
    """A visit of a place whose stay ends at `at_s`, as the graph's moves include the stay."""

    place: int
    at_s: float
    state: int | None = None  # the way in which to arrive; None: the quickest
    stand_s: float = 0.0  # to stand there after that


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge at the vehicle's dock that lasts until it must leave for its next visit."""


Schedule = list[Due | Charge]


def set_out(schedule: Schedule, depart_s: float, due: Due) -> None:
    """Add a visit to which the vehicle sets out at a time; until then it stands where it is."""
    here = schedule[-1]
    assert isinstance(here, Due)
    schedule[-1] = replace(here, stand_s=max(depart_s - here.at_s, 0.0))
    schedule.append(due)


def drive_rounds(
    rounds: Rounds, vehicle: int, schedule: Sequence[Due | Charge], reason: str
) -> VehiclePlan:
    """One vehicle over a schedule; it is home before the plan's end."""
    problem = rounds.problem
    driver = Driver(problem.searches[vehicle], problem.vehicles[vehicle])
    dock = problem.dock_of(problem.vehicles[vehicle])
    for number, item in enumerate(schedule):
        if isinstance(item, Due):
            if item.at_s + item.stand_s + rounds.home_s(vehicle, item.place) > problem.horizon_s:
                break
            driver.visit(_task(rounds, item), item.state)
        elif dock is not None:
            driver.charge(dock, until_s=_leave_dock_s(rounds, vehicle, schedule[number + 1 :]))
    if dock is not None and driver.steps and not driver.steps[-1].is_charge:
        driver.charge(dock)
    return VehiclePlan(
        driver.vehicle.id, tuple(driver.steps), reason, tuple(driver.u_turn_node_ids)
    )


def _task(rounds: Rounds, due: Due) -> Task:
    task = rounds.tasks[due.place]
    begin_s = due.at_s - task.dwell_s
    return replace(task, windows_s=((begin_s, math.inf),), dwell_s=task.dwell_s + due.stand_s)


def _leave_dock_s(rounds: Rounds, vehicle: int, rest: Sequence[Due | Charge]) -> float:
    """When a vehicle must leave its dock for what is next, or the plan's end."""
    following = next((item for item in rest if isinstance(item, Due)), None)
    if following is None:
        return rounds.problem.horizon_s
    dock_row = rounds.problem.start_row + 2 * vehicle + 1
    way_s = float(rounds.problem.times[vehicle].worst_s[dock_row, following.place])
    return min(
        following.at_s - rounds.tasks[following.place].dwell_s - way_s, rounds.problem.horizon_s
    )


def worst_gaps_s(
    tasks: Sequence[Task], horizon_s: float, plans: Sequence[VehiclePlan], from_s: float
) -> list[float]:
    """For each place the longest time between visits from `from_s` to the first vehicle's end."""
    ends_s = [plan.steps[-1].leave_s for plan in plans if plan.steps]
    until_s = min(ends_s, default=horizon_s)
    seen: dict[str, list[float]] = {task.id: [from_s] for task in tasks}
    for plan in plans:
        for step in plan.steps:
            if step.task_id in seen and from_s <= step.begin_s <= until_s:
                seen[step.task_id].append(step.begin_s)
    gaps = []
    for task in tasks:
        times = [*sorted(seen[task.id]), max(until_s, from_s)]
        gaps.append(max(b - a for a, b in pairwise(times)))
    return gaps
