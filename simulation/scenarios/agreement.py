"""Agreement: how near two runs of one scenario are, by their true tracks and their verdicts.

Runs without ROS are equal bit for bit; through ROS messages come when the machine gets to them,
and every run is a little different. The bounds say how little (docs/simulation.md#through-ros).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.scenarios.outcome import Outcome
from simulation.scenarios.trace import Trace

MAX_PATH_P95_M = 0.15
MAX_END_M = 0.5
MAX_DURATION_SHARE = 0.10
STILL_M = 0.01  # a track's points are this far apart at least


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two runs side by side; `verdicts` are those that only one of them came to."""

    path_p95_m: float  # of each track's points from the other track
    end_m: float  # between the places where they stood at the end
    duration_share: float  # by which the second took longer (shorter: below 0)
    verdicts: tuple[str, ...]

    @property
    def is_within_bounds(self) -> bool:
        """Whether the second run may stand for the first."""
        return (
            self.path_p95_m <= MAX_PATH_P95_M
            and self.end_m <= MAX_END_M
            and abs(self.duration_share) <= MAX_DURATION_SHARE
            and not self.verdicts
        )

    @property
    def sentence(self) -> str:
        """The figures with their bounds, on one line."""
        differ = "; ".join(self.verdicts) or "none"
        return (
            f"path_p95_m={self.path_p95_m:.3f} (at most {MAX_PATH_P95_M:g})"
            f" end_m={self.end_m:.2f} (at most {MAX_END_M:g})"
            f" duration={self.duration_share:+.1%} (at most {MAX_DURATION_SHARE:.0%})"
            f" verdicts_that_differ={differ}"
        )


def agreement(one: Outcome, its: Trace, other: Outcome, its_trace: Trace) -> Agreement:
    """Compare a run with another of the same scenario; ValueError where one has no samples."""
    a, b = track(its), track(its_trace)
    apart = np.concatenate((distances(a, b), distances(b, a)))
    mine = {verdict.expectation: verdict.passed for verdict in one.verdicts}
    yours = {verdict.expectation: verdict.passed for verdict in other.verdicts}
    differ = tuple(name for name in mine | yours if mine.get(name) is not yours.get(name))
    took = other.duration_s / one.duration_s - 1.0 if one.duration_s > 0 else 0.0
    end_m = float(math.dist(a[-1], b[-1]))
    return Agreement(float(np.percentile(apart, 95)), end_m, took, differ)


def track(trace: Trace) -> NDArray[np.float64]:
    """The true way, (n, 2) map metres, without the points where it stood."""
    if not trace.samples:
        raise ValueError("a trace without samples has no track")
    points = [(sample.pose.x_m, sample.pose.y_m) for sample in trace.samples]
    kept = [points[0]]
    for point in points[1:]:
        if math.dist(point, kept[-1]) >= STILL_M:
            kept.append(point)
    return np.array(kept)


def distances(points: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """From each point (n, 2) to the nearest place of a polyline (m, 2), in metres."""
    if len(line) == 1:
        return np.asarray(np.hypot(*(points - line[0]).T), dtype=np.float64)
    least = np.full(len(points), np.inf)
    for start, end in itertools.pairwise(line):
        way = end - start
        along = np.clip((points - start) @ way / (way @ way), 0.0, 1.0)
        off = points - start - along[:, None] * way
        least = np.minimum(least, np.hypot(off[:, 0], off[:, 1]))
    return least
