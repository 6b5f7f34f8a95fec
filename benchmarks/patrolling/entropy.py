"""Return-time entropy: how hard it is to tell when a place will be visited again.

The times between successive arrivals at a place, P the persistent plan's worst idleness, are
counted in bins of P/20 shifted by half a bin, so that a return after exactly P lies in the middle
of one. A place's entropy is that of the relative counts, in bits; the patrol's is the mean over
places. Two vehicles that arrive at the same moment are one visit.
"""

from __future__ import annotations

import numpy as np

from navigation.planning.patrol_graph import Floats, PatrolTrace

BINS = 20  # in one P
SAME_S = 1e-6  # arrivals as close as this are one visit


def returns_s(trace: PatrolTrace, place: int, warm_up_s: float = 0.0) -> Floats:
    """Times between successive arrivals at a place that end after the warm-up."""
    times_s = trace.times_s[trace.places == place]
    gaps_s: Floats = np.diff(times_s)
    found_s: Floats = gaps_s[(gaps_s > SAME_S) & (times_s[1:] >= warm_up_s)]
    return found_s


def entropy_bits(gaps_s: Floats, persistent_s: float) -> float:
    """Of one place's return times; 0 where it has none."""
    if not len(gaps_s):
        return 0.0
    counts = np.bincount(np.floor(gaps_s * BINS / persistent_s + 0.5).astype(np.intp))
    shares = counts[counts > 0] / len(gaps_s)
    return float(-(shares * np.log2(shares)).sum())


def return_time_entropy(
    trace: PatrolTrace, places: int, persistent_s: float, warm_up_s: float = 0.0
) -> float:
    """Mean over places, in bits."""
    found = [
        entropy_bits(returns_s(trace, place, warm_up_s), persistent_s) for place in range(places)
    ]
    return float(np.mean(found))
