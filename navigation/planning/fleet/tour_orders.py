"""Who visits what in which order: by the list that is given, or the best of several plans.

In the best order few tasks without windows are split exactly (`tour_exact`), many by a search
(`tour_search`); windows, and batteries or horizons that are too short for that, are for the
routing problem (`routing`). The given list is cut into consecutive parts, one a vehicle, so that
the longest is shortest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from navigation.planning.driven_times import preferred_between_s
from navigation.planning.fleet.driving import begin_in, is_windowed
from navigation.planning.fleet.routing import Assignment, RoutingVehicle, assign
from navigation.planning.fleet.tour_bound import trips_of
from navigation.planning.fleet.tour_driving import Outcome, drive_all
from navigation.planning.fleet.tour_exact import Split, best_split
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.tour_search import search_split
from navigation.planning.fleet.types import Task


def best_order(
    problem: TourProblem, seed: int, least: Split | None, behind: frozenset[str]
) -> Outcome:
    """Of several ways to plan what drives best.

    Splits over ways of arriving go before the routing problem, which goes by expected times and by
    the worst, which hold for certain.
    """
    is_free = not any(is_windowed(task) for task in problem.tasks)
    outcomes = list[Outcome]()
    if is_free:
        outcomes = [drive_all(problem, found) for found in _splits(problem, seed, least)]
    if behind or all(missed for _, missed in outcomes):
        tasks, rows = _while_open(problem, behind), list(range(len(problem.tasks)))
        outcomes += [
            drive_all(problem, assign(tasks, rows, problem.routing_vehicles(kind), seed))
            for kind in ("mean_s", "worst_s")
        ]
    return min(outcomes, key=lambda o: (_lost(problem, o[1]), max(plan.end_s for plan in o[0])))


def _while_open(problem: TourProblem, behind: frozenset[str]) -> list[Task]:
    """The tasks, those behind ways that are closed at times only while all ways are open.

    For the routing problem, which knows no clock on the way; driving then decides.
    """
    open_s = problem.timed[0].open_s if problem.timed else ()
    return [
        replace(task, windows_s=_both(task.windows_s, open_s) or task.windows_s)
        if task.id in behind
        else task
        for task in problem.tasks
    ]


def _both(
    windows_s: Sequence[tuple[float, float]], others_s: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """Where intervals of either kind overlap."""
    overlaps = ((max(a, c), min(b, d)) for a, b in windows_s for c, d in others_s)
    return tuple((begin, end) for begin, end in overlaps if begin < end)


def _splits(problem: TourProblem, seed: int, least: Split | None) -> Iterator[Assignment]:
    """Splits that leave windows and batteries aside: exact for few tasks, else searched for."""
    tasks = range(len(problem.tasks))
    team = trips_of(problem, tasks, preferred_between_s)
    if least is None:
        yield Assignment(search_split(team, seed), (), 0.0)
        return
    for split in (best_split(team), least):
        if math.isfinite(split.longest_s):
            yield Assignment(split.orders, (), split.longest_s)


def _lost(problem: TourProblem, missed: set[int]) -> float:
    return math.fsum(problem.tasks[i].priority for i in missed)


# ------------------------------------------------------------------------------- given order


def given_order(problem: TourProblem) -> Assignment:
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
