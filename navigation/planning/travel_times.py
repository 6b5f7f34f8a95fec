"""Times between places for a vehicle that leaves a place the way it came.

How long a leg takes depends on the street by which the vehicle arrived before. A vehicle that
takes the quickest way every time arrives in few of the possible ways, whatever it visits in which
order; over these, `worst` is the longest time (a plan that keeps to it holds for certain, at most
with a wait) and `mean` the average (what to expect). `best` is the shortest over all ways of
arriving: what no plan can beat.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.remembering_search import driven_s
from navigation.planning.route_search import U_TURN_COST_S, RouteSearch, Start

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

TIE_S = 1e-6  # ways this alike are both quickest: a search may take either


@dataclass(frozen=True)
class TravelTimes:
    """(n, n) seconds from place to place in their order; inf where there is no way."""

    worst_s: Floats
    mean_s: Floats
    best_s: Floats

    def only(self, rows: Sequence[int]) -> TravelTimes:
        """The same among some of the places."""
        cut = np.ix_(rows, rows)
        return TravelTimes(self.worst_s[cut], self.mean_s[cut], self.best_s[cut])


def travel_times(
    search: RouteSearch,
    node_ids: Sequence[int],
    starts: Sequence[Start] = (),
    docks: Collection[Start] | None = None,
) -> TravelTimes:
    """Times between nodes that are visited, and from and to `starts`; these come after the nodes.

    Vehicles begin at starts, and leave them as they face there; without any, a vehicle has been on
    its way for long. With `docks` only the starts among them are gone to, no way leads to others.
    """
    homes = [docks is None or start in docks for start in starts]
    legs = _Legs(search, [*node_ids, *(start.node_id for start in starts)], starts, homes)
    return legs.times(len(node_ids))


class _Legs:
    """Quickest legs from every way of arriving at a node, and from every start, to each place."""

    def __init__(
        self,
        search: RouteSearch,
        node_ids: list[int],
        starts: Sequence[Start],
        homes: Sequence[bool],
    ) -> None:
        self._search, self._node_ids = search, node_ids
        nodes = len(node_ids) - len(starts)
        is_goal = [True] * nodes + list(homes)
        self._groups = [
            search.arrivals(node_id) if wanted else []
            for node_id, wanted in zip(node_ids, is_goal, strict=True)
        ]
        visited = {state for group in self._groups[:nodes] for state in group}
        states = sorted({state for group in self._groups for state in group})
        self._column = {state: i for i, state in enumerate(states)}
        self._row = {state: i for i, state in enumerate(sorted(visited))}
        self._origins: list[Start | int] = [*self._row, *starts]
        self._cost = search.costs_between(self._origins, states)
        self._is_best = np.zeros(self._cost.shape, bool)  # arriving there is quickest to its place
        self._times_s = np.full((len(self._origins), len(self._groups)), np.inf)
        goals = np.zeros(self._times_s.shape, np.intp)
        for place, group in enumerate(self._groups):
            if group:
                goals[:, place] = self._take_best(place, [self._column[state] for state in group])
        self._take_time(goals, states)
        self._is_best = self._is_best[:, [self._column[state] for state in self._row]]
        self._reached = self._reachable(len(self._row), len(starts))

    def _take_best(self, place: int, columns: list[int]) -> Indices:
        """Which ways of arriving at a place are quickest, and what they cost; (origins,) one."""
        cost = self._cost[:, columns]
        least = cost.min(axis=1)
        self._is_best[:, columns] |= (cost <= least[:, None] + TIE_S) & np.isfinite(cost)
        self._times_s[:, place] = least
        chosen: Indices = np.array(columns, np.intp)[cost.argmin(axis=1)]
        return chosen

    def _take_time(self, goals: Indices, states: Sequence[int]) -> None:
        """Where a way turns round, it does not take as long as it costs."""
        dear = np.isfinite(self._times_s) & (self._times_s >= U_TURN_COST_S)
        rows = np.flatnonzero(dear.any(axis=1))
        if len(rows):
            origins = [self._origins[row] for row in rows]
            exactly_s = driven_s(self._search, origins, states, self._cost[rows])
            found_s = np.take_along_axis(exactly_s, goals[rows], axis=1)
            self._times_s[rows] = np.where(dear[rows], found_s, self._times_s[rows])

    def _reachable(self, count: int, starts: int) -> Flags:
        """(count,) states in which a vehicle arrives that takes quickest ways, from a start or
        since long."""
        origins = self._is_best[count:] if starts else np.ones((1, count), bool)
        reached: Flags = np.asarray(origins.any(axis=0))
        while True:
            after = np.asarray(self._is_best[:count][reached].any(axis=0))
            wider: Flags = reached | after if starts else reached & after
            if (wider == reached).all():
                return reached
            reached = wider

    def times(self, nodes: int) -> TravelTimes:
        """The matrices; the rows behind the first `nodes` are the starts'."""
        count = len(self._node_ids)
        worst_s, mean_s, best_s = (np.full((count, count), np.inf) for _ in range(3))
        for row, group in enumerate(self._groups):
            if row < nodes:
                every = [self._row[state] for state in group]
                rows = [origin for origin in every if self._reached[origin]]
            else:
                every = rows = [len(self._row) + row - nodes]
            if every:
                best_s[row] = self._times_s[every].min(axis=0)
            if rows:
                found = self._times_s[rows]
                worst_s[row] = found.max(axis=0)
                joined = np.isfinite(found).all(axis=0)
                mean_s[row, joined] = found[:, joined].mean(axis=0)
            same = [other == self._node_ids[row] for other in self._node_ids]
            worst_s[row, same] = mean_s[row, same] = best_s[row, same] = 0.0
        return TravelTimes(worst_s, mean_s, best_s)
