"""ArrivalGraph: moves between ways of arriving at places.

A vehicle that cannot turn on the spot leaves a place the way it came, so how long it takes to the
next one depends on the last. Where it arrives is therefore known together with how: an *arrival*
is a place and the street by which it is reached. Between arrivals a move always takes the same
time, so what is planned over them lasts as long as it is driven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph
from navigation.planning.remembering_search import driven_s
from navigation.planning.route_search import U_TURN_COST_S, RouteSearch
from navigation.planning.visit_order import chain
from patrol.errors import PlanError

THROUGH_S = 1e-6  # a way through a third place that is longer by less is no move of its own
SAME_PLACE_S = 1e-3  # a move between two places at one node


@dataclass(frozen=True)
class ArrivalGraph:
    """`moves` is a graph whose vertices are arrivals, named and weighted as their places.

    `place_of` (a,) is the place of each arrival; `states` (a,) how the search calls it.
    """

    moves: PatrolGraph
    place_of: Ints
    states: tuple[int, ...] = ()

    @classmethod
    def plain(cls, graph: PatrolGraph) -> ArrivalGraph:
        """One way of arriving at each place: arrivals and places have the same numbers."""
        return cls(graph, np.arange(len(graph)))

    @property
    def is_plain(self) -> bool:
        """Whether no arrivals are told apart."""
        return len(self.place_of) == len(self)

    def __len__(self) -> int:
        """Places."""
        return len(self.arrivals_at)

    @cached_property
    def arrivals_at(self) -> tuple[tuple[int, ...], ...]:
        """For each place its arrivals."""
        found: list[list[int]] = [[] for _ in range(int(self.place_of.max()) + 1)]
        for arrival, place in enumerate(self.place_of):
            found[place].append(arrival)
        return tuple(map(tuple, found))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the places."""
        return tuple(self.moves.names[arrivals[0]] for arrivals in self.arrivals_at)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Of the places."""
        return tuple(self.moves.weights[arrivals[0]] for arrivals in self.arrivals_at)

    @cached_property
    def legs_s(self) -> Floats:
        """(a, a) from arrival to arrival: the move's duration, or the quickest way's."""
        found = self.moves.travel_s.copy()
        for start, ways in enumerate(self.moves.neighbours):
            for end, duration_s in ways:
                found[start, end] = duration_s
        return found

    def lap(self, places: Sequence[int]) -> tuple[int, ...]:
        """The quickest closed walk of arrivals that passes places in this order.

        Where there is no move from one to the next it leads through others.
        """
        groups = [self.arrivals_at[place] for place in places]
        if len(groups) == 1:
            return groups[0][:1]
        free = np.zeros(len(self.place_of))  # the last arrival is the first again
        laps = [chain(self.legs_s, first, [*groups[1:], [first]], free) for first in groups[0]]
        _, (*others, first) = min(laps)
        stops: list[int] = []
        for start, end in zip((first, *others), (*others, first), strict=True):
            stops += self._way(start, end)[:-1]
        return tuple(stops)

    def _way(self, start: int, end: int) -> list[int]:
        if any(other == end for other, _ in self.moves.neighbours[start]):
            return [start, end]
        return self.moves.path(start, end)


def arrival_graph(
    search: RouteSearch,
    node_ids: Sequence[int],
    stays_s: Sequence[float],
    names: Sequence[str],
    weights: Sequence[float],
) -> ArrivalGraph:
    """Arrivals at nodes of a map, by the ways that the search prefers; the stay at a move's end is
    part of it.

    Moves that turn round are left out, but from arrivals where there is nothing else. Of the
    arrivals those are kept from which one can go on and come back. Raises PlanError for a place
    that has none.
    """
    groups = [search.arrivals(node_id) for node_id in node_ids]
    states = [state for group in groups for state in group]
    place_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    legs_s = _driven_s(search, states, place_of)
    legs_s = np.maximum(legs_s + np.asarray(stays_s)[place_of][None, :], SAME_PLACE_S)
    kept = _joined(legs_s)
    missing = set(range(len(groups))) - set(place_of[kept].tolist())
    if missing:
        raise PlanError(
            f"places {', '.join(names[place] for place in sorted(missing)[:5])}: no way there and"
            " back from the other places; leave them out, or open a way"
        )
    places = place_of[kept]
    moves = PatrolGraph(
        tuple(names[place] for place in places),
        _direct(legs_s[np.ix_(kept, kept)]),
        tuple(weights[place] for place in places),
    )
    return ArrivalGraph(moves, places, tuple(states[i] for i in kept))


def _driven_s(search: RouteSearch, states: Sequence[int], place_of: Ints) -> Floats:
    """(a, a) seconds from arrival to arrival; inf where there is no move."""
    cost = search.costs_between(states, states)
    cost[place_of[:, None] == place_of[None, :]] = np.inf
    dear: NDArray[np.bool_] = np.logical_and(np.isfinite(cost), cost >= U_TURN_COST_S)
    if not dear.any():
        return cost
    found_s = np.where(dear, driven_s(search, states, states, cost), cost)
    turns = np.zeros(cost.shape, np.bool_)
    turns[dear] = np.greater(cost[dear] - found_s[dear], U_TURN_COST_S / 2)
    has_other = np.any(np.isfinite(cost) & ~turns, axis=1, keepdims=True)
    found_s[turns & has_other] = np.inf
    return found_s


def _joined(legs_s: Floats) -> Ints:
    """The largest set of arrivals that can be reached from one another."""
    part_of = connected_components(csr_array(np.isfinite(legs_s)), connection="strong")[1]
    return np.flatnonzero(part_of == np.bincount(part_of).argmax())


def _direct(legs_s: Floats) -> tuple[tuple[int, int, float], ...]:
    """Moves that no way over another arrival replaces."""
    moves = []
    for start, row_s in enumerate(legs_s):
        through_s = (row_s[:, None] + legs_s).min(axis=0)  # infinite at both ends
        for end in np.flatnonzero(row_s < through_s - THROUGH_S):
            moves.append((start, int(end), float(row_s[end])))
    return tuple(moves)
