"""How a followed thing moves: a velocity with its doubt from the last looks at it.

Every look has its own covariance; a speed comes from several of them together, never from one
step, and knows how well they fit a straight, even way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEAST_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Look:
    """One picture of it."""

    stamp_s: float
    place: tuple[float, float]  # map metres, as this picture alone says
    covariance: NDArray[np.float64]  # 2 x 2 m²
    height_m: float  # NaN where the picture cuts the box
    aspect: float  # the box's width to its height
    rides: bool  # something to ride on is under it
    may_ride: bool  # weakly seen
    animal: bool  # an animal is seen in the same place

    @property
    def variance_m2(self) -> float:
        """The mean of both axes'."""
        return float(self.covariance[0, 0] + self.covariance[1, 1]) / 2


@dataclass(frozen=True, slots=True)
class Motion:
    """A velocity over some looks: m/s in the map, one standard deviation of each component."""

    vx_mps: float
    vy_mps: float
    sigma_mps: float
    misfit_m: float = (
        math.inf
    )  # how far the looks are from a straight, even way (root mean square)

    @property
    def speed_mps(self) -> float:
        """Its length."""
        return math.hypot(self.vx_mps, self.vy_mps)


UNKNOWN_MOTION = Motion(0.0, 0.0, math.inf)


def motion_of(looks: Sequence[Look]) -> Motion:
    """Weighted least squares of a constant velocity over looks (at least four)."""
    if len(looks) < _LEAST_LOOKS:
        return UNKNOWN_MOTION
    weights = [1.0 / max(look.variance_m2, 1e-4) for look in looks]
    total = sum(weights)
    rows = [
        (w, k.stamp_s - looks[-1].stamp_s, *k.place) for w, k in zip(weights, looks, strict=True)
    ]
    mean_t, mean_x, mean_y = (sum(row[0] * row[n] for row in rows) / total for n in (1, 2, 3))
    spread = sum(w * (t - mean_t) ** 2 for w, t, _, _ in rows)
    if spread <= 0:
        return UNKNOWN_MOTION
    vx = sum(w * (t - mean_t) * x for w, t, x, _ in rows) / spread
    vy = sum(w * (t - mean_t) * y for w, t, _, y in rows) / spread
    off2 = sum(
        w * ((x - mean_x - vx * (t - mean_t)) ** 2 + (y - mean_y - vy * (t - mean_t)) ** 2)
        for w, t, x, y in rows
    )
    return Motion(vx, vy, 1.0 / math.sqrt(spread), math.sqrt(off2 / total))
