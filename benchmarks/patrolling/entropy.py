"""Return-time entropy: how hard it is to tell when a place will be visited again.

The times between successive arrivals at a place, P the persistent plan's worst idleness, are
counted in bins of P/20 shifted by half a bin, so that a return after exactly P lies in the middle
of one. A place's entropy is that of the relative counts, in bits; the patrol's is the mean over
places. Two vehicles that arrive at the same moment are one visit.
"""

from __future__ import annotations

import numpy as np

from navigation.planning.patrol_graph import Floats, PatrolTrace
from navigation.planning.unpredictable.surprise import SAME_S, entropy_bits


def returns_s(trace: PatrolTrace, place: int, warm_up_s: float = 0.0) -> Floats:
    """Times between successive arrivals at a place that end after the warm-up."""
    times_s = trace.times_s[trace.places == place]
    gaps_s: Floats = np.diff(times_s)
    found_s: Floats = gaps_s[(gaps_s > SAME_S) & (times_s[1:] >= warm_up_s)]
    return found_s


def return_time_entropy(
    trace: PatrolTrace, places: int, persistent_s: float, warm_up_s: float = 0.0
) -> float:
    """Mean over places, in bits."""
    found = [
        entropy_bits(returns_s(trace, place, warm_up_s), persistent_s) for place in range(places)
    ]
    return float(np.mean(found))
