"""How short the longest route of a team's tour could be at best: what no plan can go below.

Turning round counts the time it takes here, though plans avoid it; windows, batteries and
horizons are left aside, which only makes the bound lower. The bound is the greatest of:

- the task that takes the vehicle that suits it best longest, there and back;
- for few tasks (or the few that lie farthest apart) the best split, exact over ways of arriving;
- everything that has to be driven and stayed for, shared evenly. The routes together are a closed
  walk over the tasks and one place that stands for all starts and docks: at least the relaxation
  of the travelling salesman's problem (Cornuéjols, Fonlupt and Naddef 1985), on large problems
  the minimum spanning tree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree

from navigation.planning.driven_times import least_between_s, least_nodes_s
from navigation.planning.fleet.driving import begin_in
from navigation.planning.fleet.tour_exact import MOST_TASKS, Split, Trips, best_split
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.persistent.relaxation import MOST_MOVES, Relaxation
from navigation.planning.route_search import RouteSearch, Start

Floats = NDArray[np.float64]
Between = Callable[[RouteSearch, Sequence[Start | int], Sequence[int]], Floats]

NEAR_S = 1e-9  # between places at one node
PASSES_S = 1e-6  # a way past a third task that is longer by less is no move of its own


def longest_bound_s(
    problem: TourProblem, tasks: Sequence[int], least: Split | None = None
) -> float:
    """A lower bound (s) on when the last vehicle is home that visits these tasks (indices).

    `least` is the best split of all tasks over least times, if it is known.
    """
    if not tasks:
        return 0.0
    nodes = _Nodes(problem, tasks)
    bound_s = max(nodes.single_s(), nodes.shared_s())
    if least is None or len(tasks) < len(problem.tasks):
        chosen = nodes.far_apart() if len(tasks) > MOST_TASKS else list(tasks)
        least = least_split(problem, chosen)
    return max(bound_s, least.longest_s) if math.isfinite(least.longest_s) else bound_s


def least_split(problem: TourProblem, tasks: Sequence[int]) -> Split:
    """The best split of a few tasks (indices) by the least times that ways can take."""
    return best_split(trips_of(problem, tasks, least_between_s))


def trips_of(problem: TourProblem, tasks: Sequence[int], between: Between) -> list[Trips]:
    """The trips of every vehicle over a few tasks; alike vehicles share theirs."""
    known: dict[tuple[object, ...], Trips] = {}
    team = []
    for v, vehicle in enumerate(problem.vehicles):
        key = (id(problem.searches[v]), vehicle.node_id, vehicle.heading_rad, vehicle.dock_id,
               vehicle.available_at_s)  # fmt: skip
        if key not in known:
            known[key] = _trips(problem, v, tasks, between)
        team.append(known[key])
    return team


def _trips(problem: TourProblem, v: int, tasks: Sequence[int], between: Between) -> Trips:
    search, vehicle = problem.searches[v], problem.vehicles[v]
    start = Start(vehicle.node_id, vehicle.heading_rad)
    ways: list[tuple[int, Start | int]] = []
    for number, index in enumerate(tasks):
        node_id = problem.tasks[index].node_id
        ways += [(number, start)] if node_id == start.node_id else []  # it stands there
        ways += [(number, state) for state in search.arrivals(node_id)]
    origins = [origin for _, origin in ways]
    is_state = np.array([isinstance(origin, int) for origin in origins])
    goals = [origin for origin in origins if isinstance(origin, int)]
    found_s = np.full((len(ways) + 1, len(ways)), np.inf)
    found_s[:, is_state] = between(search, [start, *origins], goals)
    standing = np.flatnonzero(~is_state)
    found_s[np.ix_(np.append(standing + 1, 0), standing)] = 0.0
    number_of = np.array([number for number, _ in ways], np.intp)
    dwell_s = np.array([problem.tasks[index].dwell_s for index in tasks], float)[number_of]
    home_s = _home_s(problem, v, origins, between)
    return Trips(number_of, dwell_s, found_s[0], found_s[1:], home_s, vehicle.available_at_s)


def _home_s(
    problem: TourProblem, v: int, origins: Sequence[Start | int], between: Between
) -> Floats:
    dock, search = problem.dock_of(problem.vehicles[v]), problem.searches[v]
    if dock is None:
        return np.zeros(len(origins))
    ways_s = between(search, origins, search.arrivals(dock.node_id))
    home_s: Floats = ways_s.min(axis=1, initial=np.inf)
    home_s[[isinstance(o, Start) and o.node_id == dock.node_id for o in origins]] = 0.0
    return home_s


class _Nodes:
    """Tasks and vehicles as nodes, turning left aside."""

    def __init__(self, problem: TourProblem, tasks: Sequence[int]) -> None:
        self._indices, self._vehicles = list(tasks), problem.vehicles
        self._tasks = [problem.tasks[i] for i in tasks]
        docks = [problem.dock_of(vehicle) for vehicle in problem.vehicles]
        starts = [vehicle.node_id for vehicle in problem.vehicles]
        homes = [dock.node_id if dock else None for dock in docks]
        places = [*(task.node_id for task in self._tasks), *starts, *homes]
        node_ids = list(dict.fromkeys(place for place in places if place is not None))
        row = {node_id: i for i, node_id in enumerate(node_ids)}
        rows = [row[task.node_id] for task in self._tasks]
        known: dict[int, Floats] = {}
        legs, out, home = [], [], []
        for v, search in enumerate(problem.searches):
            if id(search) not in known:
                known[id(search)] = least_nodes_s(search, node_ids)
            times_s, end = known[id(search)], homes[v]
            legs.append(times_s[np.ix_(rows, rows)])
            out.append(times_s[row[starts[v]], rows])
            home.append(np.zeros(len(rows)) if end is None else times_s[rows, row[end]])
        self._out_s, self._home_s = np.array(out), np.array(home)  # (vehicles, tasks)
        self._legs_s: Floats = np.min(legs, axis=0)
        self._dwell_s = np.array([task.dwell_s for task in self._tasks])
        self._unlike = [rows.index(row) for row in dict.fromkeys(rows)]  # one task a node

    def single_s(self) -> float:
        """For the task that takes longest: when the vehicle is home that does nothing else."""
        return max(map(self._alone_s, range(len(self._tasks))))

    def _alone_s(self, number: int) -> float:
        task, ends_s = self._tasks[number], list[float]()
        for v, vehicle in enumerate(self._vehicles):
            arrive_s = vehicle.available_at_s + float(self._out_s[v, number])
            begin_s = begin_in(task.windows_s, arrive_s)
            if begin_s is not None:
                ends_s.append(begin_s + task.dwell_s + float(self._home_s[v, number]))
        return min(ends_s, default=0.0)

    def far_apart(self) -> list[int]:
        """A few tasks, each as far as can be from those chosen before."""
        both_s = np.minimum(self._legs_s, self._legs_s.T)
        chosen = [max(range(len(self._tasks)), key=self._alone_s)]
        while len(chosen) < MOST_TASKS:
            chosen.append(int(both_s[chosen].min(axis=0).argmax()))
        return [self._indices[number] for number in sorted(set(chosen))]

    def shared_s(self) -> float:
        """When all are home if the work could be shared evenly."""
        work_s = self._driving_s() + float(self._dwell_s.sum())
        free_s = sorted(vehicle.available_at_s for vehicle in self._vehicles)
        return min((work_s + sum(free_s[:used])) / used for used in range(1, len(free_s) + 1))

    def _driving_s(self) -> float:
        """What has to be driven at least, by all vehicles together."""
        unlike, count = self._unlike, len(self._unlike)
        times_s = np.full((count + 1, count + 1), np.inf)
        times_s[:count, :count] = self._legs_s[np.ix_(unlike, unlike)]
        times_s[count, :count] = self._out_s[:, unlike].min(axis=0)
        times_s[:count, count] = self._home_s[:, unlike].min(axis=0)
        moves = _moves(times_s)
        if sum(map(len, moves)) > MOST_MOVES:
            both_s = np.maximum(np.minimum(times_s, times_s.T), NEAR_S)
            both_s[~np.isfinite(both_s)] = 0.0  # to csgraph: no link
            return float(minimum_spanning_tree(both_s).sum())
        return _walk_s(moves, len(self._vehicles))


def _moves(times_s: Floats) -> list[list[tuple[int, float]]]:
    """Moves between places that no way past a task (all places but the last) replaces."""
    count = len(times_s) - 1
    moves: list[list[tuple[int, float]]] = []
    for start in range(count + 1):
        past_s = times_s[start, :count, None] + times_s[:count]
        own = np.arange(count)
        past_s[own, own] = np.inf  # past a task to itself
        if start < count:
            past_s[start] = np.inf
        direct = (times_s[start] < past_s.min(axis=0, initial=np.inf) - PASSES_S) & np.isfinite(
            times_s[start]
        )
        direct[start] = False
        moves.append([(int(end), float(times_s[start, end])) for end in np.flatnonzero(direct)])
    return moves


def _walk_s(moves: Sequence[Sequence[tuple[int, float]]], vehicles: int) -> float:
    """A bound on the closed walk over all places that leaves the last one at most so often."""
    relaxation = Relaxation(moves, np.ones(len(moves), bool))
    relaxation.limit_leaving(len(moves) - 1, vehicles)
    return relaxation.bound_s()
