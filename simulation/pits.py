"""Pits: places where the ground is missing: trenches, steps down, platforms' edges, basins.

The terrain is smooth and knows no walls; a pit is a rectangle cut out of it. Wheels fall in, rays
that look down meet its floor or its walls; cameras and Gazebo do not show it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pit:
    """A rectangle of missing ground around a place, `length_m` along `yaw_rad`.

    One that is full of water gives light no echo.
    """

    name: str
    x_m: float
    y_m: float
    yaw_rad: float
    length_m: float
    width_m: float
    depth_m: float
    water: bool = False

    def holds(self, x_m: float, y_m: float) -> bool:
        """Whether a place is over it."""
        along, across = self._own(x_m - self.x_m, y_m - self.y_m)
        return abs(along) <= self.length_m / 2 and abs(across) <= self.width_m / 2

    def range_m(self, entry: NDArray[np.float64], ray: NDArray[np.float64], top_m: float) -> float:
        """How far a ray goes that meets its opening at `entry`, `top_m` from its eye.

        `ray` is of unit length; infinite into water.
        """
        if self.water:
            return math.inf
        to_floor_m = self.depth_m / max(-float(ray[2]), 1e-9)
        place = self._own(float(entry[0]) - self.x_m, float(entry[1]) - self.y_m)
        rates = self._own(float(ray[0]), float(ray[1]))
        halves = (self.length_m / 2, self.width_m / 2)
        to_wall_m = (
            min(
                (half - math.copysign(at, at * rate)) / abs(rate)
                for at, rate, half in zip(place, rates, halves, strict=True)
                if abs(rate) > 1e-9
            )
            if any(abs(rate) > 1e-9 for rate in rates)
            else math.inf
        )
        return top_m + min(to_floor_m, to_wall_m)

    def _own(self, east_m: float, north_m: float) -> tuple[float, float]:
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return cos * east_m + sin * north_m, cos * north_m - sin * east_m


def pit_at(pits: Sequence[Pit], x_m: float, y_m: float) -> Pit | None:
    """The deepest pit under a place: steps down are pits within pits."""
    under = [pit for pit in pits if pit.holds(x_m, y_m)]
    return max(under, key=lambda pit: pit.depth_m, default=None)
