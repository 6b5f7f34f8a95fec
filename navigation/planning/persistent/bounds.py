"""What no team can beat."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph
from navigation.planning.persistent.relaxation import MOST_MOVES, Relaxation


def team_bound_s(graph: PatrolGraph, vehicles: int) -> float:
    """A lower bound on the worst weighted idleness of any strategy of so many vehicles.

    In any window as long as the worst idleness W of places of weight >= w, which is W / w seconds,
    each of them is visited: the vehicles' ways in it, together at most vehicles × W / w long, are
    walks that touch all of them. They are at least as long as the cheapest forest of so many
    trees, a minimum spanning tree without its longest branches. For the weight that makes this
    the most, the walks themselves are bounded (`least_walks_s`) if the graph is small.
    """
    weights, bound_s, most = np.array(graph.weights), 0.0, 0.0
    for weight in np.unique(weights):
        among = np.flatnonzero(weights >= weight)
        if len(among) > vehicles:
            branches_s = np.sort(minimum_spanning_tree(links_s(graph, among)).data)
            forest_s = float(weight * branches_s[: len(among) - vehicles].sum()) / vehicles
            if forest_s > bound_s:
                bound_s, most = forest_s, float(weight)
    if most > 0.0 and len(graph.moves) <= MOST_MOVES:
        walks_s = least_walks_s(graph, np.flatnonzero(weights >= most), vehicles)
        bound_s = max(bound_s, most * walks_s / vehicles)
    return bound_s


def least_walks_s(graph: PatrolGraph, among: Ints, vehicles: int) -> float:
    """A lower bound on the duration of so many open walks, together, that touch some places.

    With one place more, from and to which moves take no time, the walks are one tour that leaves
    it at most so often: the relaxation of that tour.
    """
    outside, wanted = len(graph), np.zeros(len(graph) + 1, bool)
    wanted[among] = wanted[outside] = True
    ends = tuple((place, 0.0) for place in range(outside))
    options = [(*moves, (outside, 0.0)) for moves in graph.neighbours]
    relaxation = Relaxation([*options, ends], wanted)
    relaxation.limit_leaving(outside, vehicles)
    return relaxation.bound_s()


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
