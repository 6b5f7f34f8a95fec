"""The shortest closed walk over given places, with a proof (see `relaxation.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.relaxation import Relaxation

PROVABLE_PLACES = 64  # beyond, the relaxation's bound is enough
MOST_ROUNDS = 60  # of adding cuts
CLOSE_S = 1e-6


@dataclass(frozen=True, slots=True)
class Tour:
    """A closed walk, first place not repeated, and a duration that no tour can go below."""

    places: tuple[int, ...]
    duration_s: float
    bound_s: float

    @property
    def is_optimal(self) -> bool:
        """Whether the bound proves that there is nothing shorter."""
        return self.bound_s >= self.duration_s - CLOSE_S * max(1.0, self.duration_s)


def walk_of(graph: PatrolGraph, order: Sequence[int]) -> tuple[int, ...]:
    """The stops of a closed walk that visits places in an order, by quickest ways."""
    if len(order) == 1:
        return (int(order[0]),)
    following = [*order[1:], order[0]]
    legs = (graph.path(a, b)[:-1] for a, b in zip(order, following, strict=True))
    return tuple(place for leg in legs for place in leg)


def prove_tour(graph: PatrolGraph, order: Sequence[int], *, may_branch: bool = True) -> Tour:
    """The shortest tour over the places of an order, which is a first guess and upper bound.

    Exact and proved for up to 64 places unless branch and bound hits its limit; then, for more
    places, and where it may not branch, the guess or the best found with the bound proved.
    """
    walk = walk_of(graph, order)
    duration_s = float(sum(graph.travel_s[a, b] for a, b in _pairs(order)))
    if len(order) < 3:
        return Tour(walk, duration_s, duration_s)
    relaxation = Relaxation(graph.neighbours, np.isin(np.arange(len(graph)), order))
    bound_s, exact = 0.0, False
    may_branch = may_branch and len(order) <= PROVABLE_PLACES
    for _ in range(MOST_ROUNDS):
        counts, value_s, proved_s = relaxation.solve(exact)
        bound_s = max(bound_s, proved_s)
        if bound_s >= duration_s - CLOSE_S:
            return Tour(walk, duration_s, min(bound_s, duration_s))
        if counts is None or (not relaxation.cut(counts) and not may_branch):
            break
        if relaxation.is_joined:
            if exact:
                return Tour(relaxation.circuit(counts), value_s, bound_s)
            exact = True
    return Tour(walk, duration_s, bound_s)


def _pairs(order: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(order, [*order[1:], order[0]], strict=True)) if len(order) > 1 else []
