"""The vehicle routing problem behind a team's tour: which vehicle visits what, in which order.

Solved by PyVRP (hybrid genetic search, Wouda, Lan and Kool 2024) for a number of iterations, so
that one seed gives one answer. Its objective is the sum of durations; the longest route is made
short by solving again under a shorter limit, as long as nothing more is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyvrp import Depot, Model, Profile, Solution
from pyvrp.stop import MaxIterations

from navigation.planning.fleet.types import Task

TICKS_PER_S = 10  # PyVRP counts in whole numbers
NEVER = 10**8  # ticks; what a leg that does not exist takes
PRIZE = 10**6  # ticks a visit of priority 1 is worth: a day, but less than a missed window costs
PRIORITIES = (0.3, 30.0)  # beyond, a visit would weigh less than its detour or more than the rules
ITERATIONS = 400
BALANCING = 6  # halvings of the limit on the longest route
WORTHWHILE = 0.01  # of the longest route: less is not worth another solution


@dataclass(frozen=True)
class RoutingVehicle:
    """A vehicle: rows of the matrices where it starts and ends, and its limits in seconds."""

    start: int
    end: int | None  # None: it may end anywhere
    times_s: NDArray[np.float64]  # (n, n), at this vehicle's speed
    available_at_s: float
    back_by_s: float
    longest_s: float  # what its battery allows


@dataclass(frozen=True, slots=True)
class Assignment:
    """For each vehicle its tasks in order, as indices; tasks that nobody has are `left_out`."""

    orders: tuple[tuple[int, ...], ...]
    left_out: tuple[int, ...]
    longest_s: float


def assign(
    tasks: Sequence[Task], places: Sequence[int], vehicles: Sequence[RoutingVehicle], seed: int
) -> Assignment:
    """The tasks over the vehicles; `places[i]` is task i's row in the matrices."""
    best = _solve(tasks, places, vehicles, math.inf, seed)
    if len(vehicles) < 2 or not best.longest_s:
        return best
    low, high = 0.0, best.longest_s
    for _ in range(BALANCING):
        if high - low < WORTHWHILE * high:
            break
        limit = (low + high) / 2
        found = _solve(tasks, places, vehicles, limit, seed)
        if _worth(found, tasks) >= _worth(best, tasks):
            best, high = found, found.longest_s
        else:
            low = limit
    return best


def _worth(found: Assignment, tasks: Sequence[Task]) -> float:
    left = set(found.left_out)
    return math.fsum(task.priority for i, task in enumerate(tasks) if i not in left)


def _solve(
    tasks: Sequence[Task],
    places: Sequence[int],
    vehicles: Sequence[RoutingVehicle],
    limit_s: float,
    seed: int,
) -> Assignment:
    problem = _Problem(tasks, places, vehicles, limit_s)
    found = problem.model.solve(MaxIterations(ITERATIONS), seed=seed, display=False).best
    return problem.read(found)


class _Problem:
    """One routing problem in PyVRP's words; clients are remembered by the task they stand for."""

    def __init__(
        self,
        tasks: Sequence[Task],
        places: Sequence[int],
        vehicles: Sequence[RoutingVehicle],
        limit_s: float,
    ) -> None:
        self.model = Model()
        self._tasks, self._vehicles = tasks, vehicles
        self._task_of: list[int] = []
        count = len(vehicles[0].times_s)
        self._rows = [self.model.add_location(0, 0, name=str(i)) for i in range(count)]
        self._anywhere = self.model.add_location(0, 0, name="anywhere")
        self._depots: dict[int | None, Depot] = {}
        for index, (task, place) in enumerate(zip(tasks, places, strict=True)):
            self._add_task(index, task, place)
        for vehicle in vehicles:
            self._add_vehicle(vehicle, limit_s)

    def _add_task(self, index: int, task: Task, place: int) -> None:
        """A client; one of several where it has several windows, of which one counts."""
        group = None
        if len(task.windows_s) > 1:
            group = self.model.add_client_group(required=False)
        for opens_s, closes_s in task.windows_s:
            self.model.add_client(
                self._rows[place],
                service_duration=_ticks(task.dwell_s),
                tw_early=_ticks(opens_s),
                tw_late=_ticks(closes_s),
                prize=round(PRIZE * min(max(task.priority, PRIORITIES[0]), PRIORITIES[1])),
                required=False,
                group=group,
                name=task.id,
            )
            self._task_of.append(index)

    def _add_vehicle(self, vehicle: RoutingVehicle, limit_s: float) -> None:
        profile = self.model.add_profile()
        self._add_legs(profile, vehicle.times_s)
        longest_s = min(vehicle.longest_s, limit_s)
        self.model.add_vehicle_type(
            1,
            start_depot=self._depot(vehicle.start),
            end_depot=self._depot(vehicle.end),
            tw_early=_ticks(vehicle.available_at_s),
            tw_late=_ticks(vehicle.back_by_s),
            shift_duration=_ticks(longest_s),
            unit_distance_cost=0,
            unit_duration_cost=1,
            profile=profile,
        )

    def _add_legs(self, profile: Profile, times_s: NDArray[np.float64]) -> None:
        for i, row in enumerate(self._rows):
            for j, column in enumerate(self._rows):
                if i != j:
                    profile.add_edge(row, column, 0, _ticks(float(times_s[i, j])))
            profile.add_edge(row, self._anywhere, 0, 0)
            profile.add_edge(self._anywhere, row, 0, NEVER)

    def _depot(self, row: int | None) -> Depot:
        if row not in self._depots:
            location = self._anywhere if row is None else self._rows[row]
            self._depots[row] = self.model.add_depot(location)
        return self._depots[row]

    def read(self, found: Solution) -> Assignment:
        """PyVRP's routes as orders of tasks; an infeasible answer is no answer."""
        orders: list[tuple[int, ...]] = [()] * len(self._vehicles)
        longest_s = 0.0
        for route in found.routes() if found.is_feasible() else []:
            visits = [self._task_of[a.idx] for a in route.schedule() if a.is_client()]
            orders[route.vehicle_type()] = tuple(visits)
            longest_s = max(longest_s, route.duration() / TICKS_PER_S)
        done = {task for order in orders for task in order}
        left_out = tuple(i for i in range(len(self._tasks)) if i not in done)
        return Assignment(tuple(orders), left_out, longest_s)


def _ticks(seconds: float) -> int:
    return min(NEVER, math.ceil(seconds * TICKS_PER_S)) if math.isfinite(seconds) else NEVER
