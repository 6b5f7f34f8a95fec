"""What no team can beat."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph


def team_bound_s(graph: PatrolGraph, vehicles: int) -> float:
    """A lower bound on the worst weighted idleness of any strategy of so many vehicles.

    In any window as long as the worst idleness W of places of weight >= w, which is W / w seconds,
    each of them is visited; so the vehicles' ways in it, together at most vehicles × W / w long,
    form a forest of at most so many trees over them. The shortest such forest is a minimum
    spanning tree without its longest branches.
    """
    weights, bound_s = np.array(graph.weights), 0.0
    for weight in np.unique(weights):
        among = np.flatnonzero(weights >= weight)
        if len(among) > vehicles:
            branches_s = np.sort(minimum_spanning_tree(links_s(graph, among)).data)
            kept_s = branches_s[: len(among) - vehicles]
            bound_s = max(bound_s, float(weight * kept_s.sum()) / vehicles)
    return bound_s


def links_s(graph: PatrolGraph, among: Ints) -> csr_array | Floats:
    """Durations either way: of the moves where all places count, else of quickest ways."""
    if len(among) < len(graph):
        both_s: Floats = np.minimum(graph.travel_s, graph.travel_s.T)[np.ix_(among, among)]
        return both_s
    least: dict[tuple[int, int], float] = {}
    for start, end, duration_s in graph.moves:
        pair = (min(start, end), max(start, end))
        least[pair] = min(duration_s, least.get(pair, duration_s))
    rows, columns = zip(*least, strict=True) if least else ((), ())
    shape = (len(graph), len(graph))
    return csr_array((list(least.values()), (rows, columns)), shape=shape)
