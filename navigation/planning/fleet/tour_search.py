"""Splits of many tasks over a team: parts of the routes are taken out and put back better.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck 2000) by strings of tasks that
lie near one another (Christiaens and Vanden Berghe 2020, "Slack induction by string removals"),
over ways of arriving: a route costs what its best chain of arrivals costs. What is made small is a
high norm of the routes' costs, which is close to the longest. Windows, batteries and horizons are
left aside. A number of rounds, no clock: one seed gives one answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navigation.planning.fleet.tour_exact import Trips

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ROUNDS = 1600  # and fewer where there are many tasks, so that it does not take longer
TASK_ROUNDS = 96_000
NORM = 8.0
MOST_REMOVED = 10  # tasks a round
LONGEST_STRING = 4
WARM = 0.02  # of the cost by which a split may be worse at first and still be gone on with


@dataclass
class _Route:
    """An order of tasks; `past_s[i]` (k,) is what arriving in each way costs next after i tasks,
    `rest_s[i]` (k,) what follows each way if tasks from i on come after it."""

    trips: Trips
    order: list[int]
    ways: Sequence[Ints]
    past_s: list[Floats] = field(init=False)
    rest_s: list[Floats] = field(init=False)
    cost_s: float = field(init=False)

    def __post_init__(self) -> None:
        trips, self.past_s = self.trips, [self.trips.out_s]
        for task in self.order:
            ways = self.ways[task]
            done_s = self.past_s[-1][ways] + trips.dwell_s[ways]
            self.past_s.append((done_s[:, None] + trips.legs_s[ways]).min(axis=0))
        self.rest_s = [trips.home_s]
        for task in reversed(self.order):
            ways = self.ways[task]
            ahead_s = trips.dwell_s[ways] + self.rest_s[-1][ways]
            self.rest_s.append((trips.legs_s[:, ways] + ahead_s).min(axis=1))
        self.rest_s.reverse()
        self.cost_s = 0.0
        if self.order:
            ways = self.ways[self.order[0]]
            whole_s = trips.out_s[ways] + trips.dwell_s[ways] + self.rest_s[1][ways]
            self.cost_s = trips.available_at_s + float(whole_s.min())

    def with_task(self, task: int) -> tuple[float, int]:
        """The cost with a task put in at its best place, and that place."""
        ways, trips = self.ways[task], self.trips
        costs_s = [
            float((past_s[ways] + trips.dwell_s[ways] + rest_s[ways]).min())
            for past_s, rest_s in zip(self.past_s, self.rest_s, strict=True)
        ]
        at = min(range(len(costs_s)), key=costs_s.__getitem__)
        return trips.available_at_s + costs_s[at], at

    def changed(self, order: list[int]) -> _Route:
        """The same vehicle with another order."""
        return _Route(self.trips, order, self.ways)


def search_split(team: Sequence[Trips], seed: int) -> tuple[tuple[int, ...], ...]:
    """Each vehicle's tasks in order; infinite legs are avoided, not excluded."""
    return _Search(team, np.random.default_rng(seed)).best()


class _Search:
    """Routes that are ruined and recreated."""

    def __init__(self, team: Sequence[Trips], rng: np.random.Generator) -> None:
        self._rng, self._count = rng, team[0].count
        self._routes = [_Route(trips, [], _ways_of(trips)) for trips in team]
        self._near = _neighbours(team[0], _ways_of(team[0]))

    def best(self) -> tuple[tuple[int, ...], ...]:
        """The best split found."""
        routes = self._recreated(self._routes, list(range(self._count)))
        best, best_cost = routes, _norm(routes)
        cost = best_cost
        rounds = min(ROUNDS, TASK_ROUNDS // self._count)
        for number in range(rounds):
            tried = self._ruined(routes)
            tried_cost = _norm(tried)
            slack = WARM * (1.0 - number / rounds) * float(self._rng.random())
            if tried_cost < cost * (1.0 + slack):
                routes, cost = tried, tried_cost
            if tried_cost < best_cost:
                best, best_cost = tried, tried_cost
        return tuple(tuple(route.order) for route in best)

    def _ruined(self, routes: Sequence[_Route]) -> list[_Route]:
        """Strings of tasks around one of them taken out and put back."""
        first = int(self._rng.integers(self._count))
        removed: set[int] = set()
        changed = list(routes)
        most = int(self._rng.integers(1, MOST_REMOVED + 1))
        for task in self._near[first]:
            if len(removed) >= most:
                break
            v = next((i for i, route in enumerate(changed) if task in route.order), None)
            if v is None or task in removed:
                continue
            order = changed[v].order
            length = min(int(self._rng.integers(1, LONGEST_STRING + 1)), most - len(removed))
            begin = max(0, order.index(task) - int(self._rng.integers(length)))
            removed.update(order[begin : begin + length])
            changed[v] = changed[v].changed(order[:begin] + order[begin + length :])
        back = sorted(removed)
        self._rng.shuffle(back)
        return self._recreated(changed, back)

    def _recreated(self, routes: Sequence[_Route], tasks: Sequence[int]) -> list[_Route]:
        """Each task where it makes the norm of the costs least greater."""
        routes = list(routes)
        scale_s = max((r.cost_s for r in routes), default=0.0) or 1.0
        for task in tasks:
            found = []
            for v, route in enumerate(routes):
                cost_s, at = route.with_task(task)
                more = (cost_s / scale_s) ** NORM - (route.cost_s / scale_s) ** NORM
                found.append((more, cost_s - route.cost_s, v, at))
            _, _, v, at = min(found)
            order = routes[v].order
            routes[v] = routes[v].changed([*order[:at], task, *order[at:]])
        return routes


def _ways_of(trips: Trips) -> list[Ints]:
    """The ways of arriving at each task."""
    return [np.flatnonzero(trips.tasks == task) for task in range(trips.count)]


def _neighbours(trips: Trips, ways: Sequence[Ints]) -> list[list[int]]:
    """For each task all tasks, the nearest first, itself before all."""
    count = len(ways)
    between_s = np.array(
        [[float(trips.legs_s[np.ix_(a, b)].min()) for b in ways] for a in ways]
    ).reshape(count, count)
    both_s = np.minimum(between_s, between_s.T)
    np.fill_diagonal(both_s, -1.0)
    return [row.tolist() for row in np.argsort(both_s, axis=1, kind="stable")]


def _norm(routes: Sequence[_Route]) -> float:
    """Between the longest cost and the sum; infinite where a task cannot be reached."""
    longest_s = max(route.cost_s for route in routes)
    if not (math.isfinite(longest_s) and longest_s > 0):
        return longest_s
    shares = math.fsum((route.cost_s / longest_s) ** NORM for route in routes)
    return longest_s * math.pow(shares, 1.0 / NORM)
