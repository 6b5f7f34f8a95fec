"""How a followed thing moves: a velocity with its doubt from the last looks at it.

Every look has its own covariance; a speed comes from several of them together, never from one
step, and knows how well they fit a straight, even way.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr, replace
from numpy.typing import NDArray

_LEAST_LOOKS = 4
_ROUNDING_S = 1e-6
OUT_OF_ORDER_S = 0.5  # pictures of two cameras
ROW = 4  # numbers of a look that its motion is made of


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

    @property
    def row(self) -> tuple[float, float, float, float]:
        """What a motion is made of: when, weight, place."""
        return self.stamp_s, self.weight, *self.place

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


def motions_of(rows: Sequence[array[float]], window_s: float) -> list[Motion]:
    """Weighted least squares of constant velocities, each over looks of one thing (at least four).

    Of each the rows of its looks (`Look.row`) together, oldest first; those that are at most
    `window_s` older than its newest look count.
    """
    from perception.track_kernels import velocities  # loaded with the tracker

    if not rows:
        return []
    ends = np.cumsum([len(own) // ROW for own in rows])
    together = np.frombuffer(bytearray().join(rows), np.float64).reshape(-1, ROW)
    found = velocities(together, ends, window_s + _ROUNDING_S, OUT_OF_ORDER_S, _LEAST_LOOKS)
    return [Motion(*motion) for motion in found.tolist()]
