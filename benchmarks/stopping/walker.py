"""Somebody who steps out: when they begin to move, how they go, what of them is where.

Walking speeds are those of pedestrians (0.8 to 1.8 m/s; ISO 13855 reckons with 1.6 m/s), a child
runs at up to 3 m/s, a cyclist rides at up to 4 m/s. Nobody gives way to the vehicle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Build:
    """What somebody is made of: discs (forward, left, radius) of the whole body from above, and
    at the height of the lidar; legs swing by `stride_m` to and fro."""

    body: tuple[tuple[float, float, float], ...]
    low: tuple[tuple[float, float, float], ...]
    stride_m: float = 0.0


ADULT = Build(
    body=((0.0, 0.0, 0.14), (0.0, 0.12, 0.12), (0.0, -0.12, 0.12)),
    low=((0.0, 0.09, 0.06), (0.0, -0.09, 0.06)),
    stride_m=0.30,
)
CHILD = Build(
    body=((0.0, 0.0, 0.11), (0.0, 0.08, 0.09), (0.0, -0.08, 0.09)),
    low=((0.0, 0.06, 0.045), (0.0, -0.06, 0.045)),
    stride_m=0.22,
)
# Wheels of 0.7 m with the hubs at the lidar's height, the frame's tubes and legs between them.
CYCLIST = Build(
    body=((0.85, 0.0, 0.03), (0.5, 0.0, 0.05), (0.45, 0.0, 0.30), (0.1, 0.0, 0.25),
          (-0.3, 0.0, 0.05), (-0.85, 0.0, 0.03)),
    low=(*((x, 0.0, 0.03) for x in np.linspace(-0.85, 0.85, 35)), (0.1, 0.12, 0.06),
         (0.0, -0.12, 0.06)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walker:
    """Goes straight from `start` along its yaw, once the vehicle has travelled `sets_off_m`."""

    build: Build
    start: Pose2
    speed_mps: float
    sets_off_m: float
    stops_after_m: float = math.inf  # who dawdles stays there

    def gone_m(self, moving_s: float) -> float:
        """How far, so long after setting off."""
        return min(self.speed_mps * max(0.0, moving_s), self.stops_after_m)

    def place(self, moving_s: float) -> Pose2:
        """Where, so long after setting off."""
        x, y = self.start.transform(self.gone_m(moving_s), 0.0)
        return Pose2(x, y, self.start.yaw_rad)

    def body(self, moving_s: float) -> Array:
        """Discs (n, 3) on the map that must not be touched."""
        return _placed(self.build.body, self.place(moving_s), 0.0)

    def low(self, moving_s: float) -> Array:
        """Discs (n, 3) on the map that sensors near the ground can see."""
        stride = self.build.stride_m
        swing = stride * math.sin(math.pi * self.gone_m(moving_s) / stride) / 2 if stride else 0.0
        return _placed(self.build.low, self.place(moving_s), swing)


def _placed(discs: tuple[tuple[float, float, float], ...], place: Pose2, swing_m: float) -> Array:
    return np.array(
        [(*place.transform(x + math.copysign(swing_m, left), left), r) for x, left, r in discs]
    )
