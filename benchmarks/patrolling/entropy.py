"""Return-time entropy of a trace: how hard it is to tell when a place will be visited again.

`navigation.planning.unpredictable.surprise` has the measure, as a lone vehicle's rules are
chosen by it. Two vehicles that arrive at the same moment are one visit.
"""

from __future__ import annotations

from navigation.planning.patrol_graph import Floats, PatrolTrace
from navigation.planning.unpredictable import surprise


def returns_s(trace: PatrolTrace, place: int, warm_up_s: float = 0.0) -> Floats:
    """Times between successive arrivals at a place that end after the warm-up."""
    return surprise.returns_s(trace.times_s, trace.places, place, warm_up_s)


def return_time_entropy(
    trace: PatrolTrace, places: int, persistent_s: float, warm_up_s: float = 0.0
) -> float:
    """Mean over places, in bits."""
    return surprise.mean_entropy_bits(trace.times_s, trace.places, places, persistent_s, warm_up_s)
