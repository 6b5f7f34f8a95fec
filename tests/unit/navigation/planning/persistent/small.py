"""Graphs, searches short enough for tests, and what a trace shows."""

from __future__ import annotations

import numpy as np

from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.persistent import Effort

SHORT = Effort(tour=20_000, division=20_000, restarts=2, refined=1, walks=10_000)


def both_ways(*moves: tuple[int, int, float], weights: tuple[float, ...] = ()) -> PatrolGraph:
    """A graph whose moves lead both ways."""
    count = max(max(start, end) for start, end, _ in moves) + 1
    every = (*moves, *((end, start, time_s) for start, end, time_s in moves))
    return PatrolGraph(tuple("abcdefghijklmnop"[:count]), every, weights)


def random_tree(places: int, seed: int, extra: int = 0) -> PatrolGraph:
    """A random tree with some more moves."""
    rng = np.random.default_rng(seed)
    moves = [(int(rng.integers(p)), p, float(rng.integers(1, 20))) for p in range(1, places)]
    for _ in range(extra):
        start, end = (int(p) for p in rng.choice(places, 2, replace=False))
        moves.append((start, end, float(rng.integers(1, 20))))
    return both_ways(*moves)


def worst_in(trace: PatrolTrace, graph: PatrolGraph, from_s: float) -> float:
    """The largest weighted idleness at any moment from a time on."""
    worst_s = 0.0
    for place, weight in enumerate(graph.weights):
        times_s = trace.times_s[trace.places == place]
        before, after = times_s[times_s <= from_s], times_s[times_s > from_s]
        ends_s = [*before[-1:], *after, trace.horizon_s]
        worst_s = max(worst_s, weight * float(np.diff(ends_s).max()))
    return worst_s
