"""Times between places for a vehicle that leaves a place the way it came.

How long a leg takes depends on the street by which the vehicle arrived before. A vehicle that
takes the quickest way every time arrives in few of the possible ways, whatever it visits in which
order; over these, `worst` is the longest time (a plan that keeps to it holds for certain, at most
with a wait) and `mean` the average (what to expect). `best` is the shortest over all ways of
arriving: what no plan can beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from navigation.planning.route_search import U_TURN_COST_S, RouteSearch, Start

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DRIVEN_S: WeakKeyDictionary[RouteSearch, dict[tuple[Start | int, int], float]] = (
    WeakKeyDictionary()
)
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
    search: RouteSearch, node_ids: Sequence[int], starts: Sequence[Start] = ()
) -> TravelTimes:
    """Times between nodes that are visited, and from and to `starts`; these come after the nodes.

    Vehicles begin at starts, and leave them as they face there; without any, a vehicle has been on
    its way for long.
    """
    legs = _Legs(search, [*node_ids, *(start.node_id for start in starts)], starts)
    return legs.times(len(node_ids))


class _Legs:
    """Quickest legs from every way of arriving at a place, and from every start, to each place."""

    def __init__(self, search: RouteSearch, node_ids: list[int], starts: Sequence[Start]) -> None:
        self._search, self._node_ids = search, node_ids
        self._groups = [search.arrivals(node_id) for node_id in node_ids]
        states = sorted({state for group in self._groups for state in group})
        self._column = {state: i for i, state in enumerate(states)}
        self._origins: list[Start | int] = [*states, *starts]
        self._cost = search.costs_between(self._origins, states)
        self._is_best = np.zeros(self._cost.shape, bool)  # arriving there is quickest to its place
        self._times_s = np.full((len(self._origins), len(self._groups)), math.inf)
        for place, group in enumerate(self._groups):
            self._take_best(place, [self._column[state] for state in group])
        self._reached = self._reachable(len(states), len(starts))

    def _take_best(self, place: int, columns: list[int]) -> None:
        """Which ways of arriving at a place are quickest, and how long they take."""
        if not columns:
            return
        cost = self._cost[:, columns]
        least = cost.min(axis=1)
        self._is_best[:, columns] |= (cost <= least[:, None] + TIE_S) & np.isfinite(cost)
        self._times_s[:, place] = least
        for origin in np.flatnonzero(np.isfinite(least) & (least >= U_TURN_COST_S)):
            column = columns[int(cost[origin].argmin())]
            self._times_s[origin, place] = self._driven_s(int(origin), column)

    def _driven_s(self, origin: int, column: int) -> float:
        """A dear way's time, which is found once for a search."""
        start, goal = self._origins[origin], self._origins[column]
        assert isinstance(goal, int)
        known = _DRIVEN_S.setdefault(self._search, {})
        if (start, goal) not in known:
            known[start, goal] = self._drive_s(start, goal)
        return known[start, goal]

    def _drive_s(self, start: Start | int, goal: int) -> float:
        """What turning round costs in the search is no duration."""
        edge_ids = self._search.way(start, goal)
        if isinstance(start, Start):
            return self._search.as_route(start, edge_ids).duration_s
        edge = self._search.patrol_map.edges[self._search.states.edge_ids[start]]
        arrived = Start(edge.end_id, self._search.arrival_heading_rad(start))
        return self._search.as_route(arrived, edge_ids).duration_s

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
            every = [self._column[state] for state in group]
            rows = [column for column in every if self._reached[column]]
            if row >= nodes:
                every = rows = [len(self._column) + row - nodes]
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
