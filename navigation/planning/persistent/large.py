"""Walks for thousands of places.

The single tour starts from a spanning tree (`spanning.py`) and is improved by the same annealing
as everything else, started cold: 2-opt and Or-opt between near places. Up to some hundreds of
places a division is tried too: equal parts of the tour, each closed, improved by exchanges
between them. Beyond, one tour shared evenly was never beaten in trials, and the time goes into
the tour.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_graph import Floats, PatrolGraph
from navigation.planning.persistent.partition import (
    Cooling,
    Group,
    group_worst_s,
    partition,
)
from navigation.planning.persistent.search import Cycles, walks_of
from navigation.planning.persistent.spanning import spanning_order

DIVIDED = 600  # places up to which a division is tried
TOUR_COOLING = Cooling(200_000, 1e-5, 1e-6)
PART_COOLING = Cooling(800_000, 5e-3, 5e-5, 20.0)


def large_walks(graph: PatrolGraph, vehicles: int, seed: int) -> list[Cycles]:
    """The single tour shared by all, and the best division into a part for each vehicle."""
    travel_s, weights = graph.travel_s, np.array(graph.weights)
    start = [Group(spanning_order(graph), 1)]
    tour = partition(travel_s, np.ones(len(graph)), start, TOUR_COOLING, seed)[0]
    shared = [Group(tour.order, vehicles)]
    found = [shared]
    if vehicles > 1 and len(graph) <= DIVIDED:
        parts = equal_parts(travel_s, tour.order, vehicles)
        found.append(partition(travel_s, weights, parts, PART_COOLING, seed))
    found.sort(key=lambda groups: max(group_worst_s(travel_s, weights, g) for g in groups))
    return [walks_of(graph, groups) for groups in found]


def equal_parts(travel_s: Floats, order: Sequence[int], parts: int) -> list[Group]:
    """A tour cut into parts of about the same length, at least one place each."""
    stops = np.array(order)
    legs_s = travel_s[stops, np.roll(stops, -1)]
    ends_s = np.cumsum(legs_s)
    cuts = [0]
    for part in range(1, parts):
        cut = int(np.searchsorted(ends_s, ends_s[-1] * part / parts)) + 1
        cuts.append(min(max(cut, cuts[-1] + 1), len(stops) - parts + part))
    cuts.append(len(stops))
    return [
        Group(tuple(int(place) for place in stops[a:b]), 1) for a, b in itertools.pairwise(cuts)
    ]
