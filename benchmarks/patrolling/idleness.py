"""Idleness figures of a trace.

Interval-based, as patrolling_sim reports them: an interval is the time between two visits of a
place; a place's average is the mean of its intervals, the graph's `average_s` the mean over
places and `deviation_s` their standard deviation; `worst_s` is the largest interval, the one
still open at the end included.

Time-weighted (Machado 2002's instantaneous idleness averaged over time and places): an interval
of length g contributes g²/2 idleness-seconds, so a place's mean is Σ g² / (2 Σ g).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import Floats, PatrolTrace


@dataclass(frozen=True, slots=True)
class IdlenessFigures:
    """Seconds; see the module for the definitions."""

    average_s: float
    worst_s: float
    deviation_s: float
    time_mean_s: float
    time_deviation_s: float


def intervals_s(trace: PatrolTrace, place: int, warm_up_s: float) -> tuple[Floats, float]:
    """Intervals of a place that end after the warm-up, and the one open at the horizon.

    Every place counts as visited at time 0.
    """
    times_s = trace.times_s[trace.places == place]
    before, after = times_s[times_s < warm_up_s], times_s[times_s >= warm_up_s]
    seen = np.zeros(1) if not len(times_s) or times_s[0] > 0 else times_s[:0]
    known = np.concatenate((before[-1:] if len(before) else seen, after))
    return np.diff(known), trace.horizon_s - float(known[-1])


def measure_idleness(
    trace: PatrolTrace, places: int, warm_up_s: float, weights: Floats | None = None
) -> IdlenessFigures:
    """Figures after a warm-up; with weights (n,) every interval counts times its place's."""
    scale = np.ones(places) if weights is None else weights
    averages, worst_s, area, square, watched = [], 0.0, 0.0, 0.0, 0.0
    for place in range(places):
        closed, open_s = intervals_s(trace, place, warm_up_s)
        gaps = (closed if len(closed) else np.array([open_s])) * scale[place]
        averages.append(float(gaps.mean()))
        worst_s = max(worst_s, float(gaps.max()), open_s * float(scale[place]))
        area += float((gaps**2).sum()) / 2
        square += float((gaps**3).sum()) / 3
        watched += float(gaps.sum())
    mean_s = area / watched if watched else 0.0
    variance = square / watched - mean_s**2 if watched else 0.0
    return IdlenessFigures(
        average_s=float(np.mean(averages)),
        worst_s=worst_s,
        deviation_s=float(np.std(averages)),
        time_mean_s=mean_s,
        time_deviation_s=float(np.sqrt(max(variance, 0.0))),
    )
