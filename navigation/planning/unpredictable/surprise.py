"""How hard it is to tell when a place will be visited again: the entropy of its return times.

The times between successive arrivals at a place, P the persistent plan's worst idleness, are
counted in bins of P/20 shifted by half a bin, so that a return after exactly P lies in the middle
of one. A place's entropy is that of the relative counts, in bits; a patrol's is the mean over
places.
"""

from __future__ import annotations

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_graph import Floats, Ints

BINS = 20  # in one P
SAME_S = 1e-6  # arrivals as close as this are one visit


def entropy_bits(gaps_s: Floats, persistent_s: float) -> float:
    """Of one place's return times; 0 where it has none."""
    if not len(gaps_s):
        return 0.0
    counts = np.bincount(np.floor(gaps_s * BINS / persistent_s + 0.5).astype(np.intp))
    shares = counts[counts > 0] / len(gaps_s)
    return float(-(shares * np.log2(shares)).sum())


def returns_s(times_s: Floats, visited: Ints, place: int, from_s: float = 0.0) -> Floats:
    """Times between successive arrivals at a place that end from a moment on; of arrival times and
    the places visited, both (m,), in order of time."""
    at_s = times_s[visited == place]
    gaps_s: Floats = np.diff(at_s)
    found_s: Floats = gaps_s[(gaps_s > SAME_S) & (at_s[1:] >= from_s)]
    return found_s


def mean_entropy_bits(
    times_s: Floats, visited: Ints, places: int, persistent_s: float, from_s: float = 0.0
) -> float:
    """Mean over places; see `returns_s`."""
    found_s = [returns_s(times_s, visited, place, from_s) for place in range(places)]
    return float(np.mean([entropy_bits(gaps_s, persistent_s) for gaps_s in found_s]))


def random_walk(
    arrivals: ArrivalGraph, start: int, until_s: float, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Arrival times and places (m,) of the walk that goes on to any place that there is a move to,
    the quickest way of arriving there."""
    ways = [quickest_ways(arrivals, arrival) for arrival in range(len(arrivals.place_of))]
    now_s, at = 0.0, start
    times_s, visited = [now_s], [int(arrivals.place_of[at])]
    while now_s < until_s:
        at, leg_s = ways[at][int(rng.integers(len(ways[at])))]
        now_s += leg_s
        times_s.append(now_s)
        visited.append(int(arrivals.place_of[at]))
    return np.array(times_s), np.array(visited, np.intp)


def quickest_ways(arrivals: ArrivalGraph, arrival: int) -> list[tuple[int, float]]:
    """To each place that there is a move to: the arrival that is reached first, and its time."""
    best: dict[int, tuple[int, float]] = {}
    for end, leg_s in arrivals.moves.neighbours[arrival]:
        place = int(arrivals.place_of[end])
        if place not in best or leg_s < best[place][1]:
            best[place] = (end, leg_s)
    return list(best.values())
