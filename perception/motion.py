"""How a followed thing moves: a velocity with its doubt from the last looks at it.

Every look has its own covariance; a speed comes from several of them together, never from one
step, and knows how well they fit a straight, even way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr, replace
from numpy.typing import NDArray

_LEAST_LOOKS = 4


class Look(Struct, frozen=True):
    """One picture of it."""

    stamp_s: float
    place: tuple[float, float]  # map metres, as this picture alone says
    covariance: NDArray[np.float64]  # 2 x 2 m²
    height_m: float  # NaN where the picture cuts the box
    aspect: float  # the box's width to its height
    rides: bool  # something to ride on is under it
    may_ride: bool  # weakly seen
    animal: bool  # an animal is seen in the same place
    warm_height_m: float = math.nan  # by a warm box, to be compared with one's own others alone
    weight: float = math.nan  # of its place, found once: one over the mean of both variances

    def __post_init__(self) -> None:
        (xx, _), (_, yy) = self.covariance.tolist()
        force_setattr(self, "weight", 1.0 / max((xx + yy) / 2, 1e-4))

    def carried(self, motion: NDArray[np.float64]) -> Look:
        """The same look on a map that was corrected by a turn and a shift (2 x 3)."""
        turn, shift = motion[:, :2], motion[:, 2]
        x, y = (turn @ self.place + shift).tolist()
        return replace(self, place=(x, y), covariance=turn @ self.covariance @ turn.T)


class Motion(Struct, frozen=True):
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
    now_s, rows = looks[-1].stamp_s, []
    total = sum_t = sum_x = sum_y = 0.0
    for look in looks:
        w, t, (x, y) = look.weight, look.stamp_s - now_s, look.place
        rows.append((w, t, x, y))
        total += w
        sum_t += w * t
        sum_x += w * x
        sum_y += w * y
    mean_t, mean_x, mean_y = sum_t / total, sum_x / total, sum_y / total
    spread = along_x = along_y = 0.0
    for w, t, x, y in rows:
        later = t - mean_t
        spread += w * later**2
        along_x += w * later * x
        along_y += w * later * y
    if spread <= 0:
        return UNKNOWN_MOTION
    vx, vy, off2 = along_x / spread, along_y / spread, 0.0
    for w, t, x, y in rows:
        later = t - mean_t
        off2 += w * ((x - mean_x - vx * later) ** 2 + (y - mean_y - vy * later) ** 2)
    return Motion(vx, vy, 1.0 / math.sqrt(spread), math.sqrt(off2 / total))
