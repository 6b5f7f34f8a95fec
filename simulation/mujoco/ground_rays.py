"""Rays against the terrain, marched: MuJoCo's own height-field rays are a thousand times slower.

The terrain is smooth over MARCH_M: a ray that is above it at two neighbouring marks does not dip
below it between them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled
from simulation.terrain import Terrain

MARCH_M = 1.25
REFINEMENTS = 3  # regula falsi steps after the crossing is bracketed
Floats = NDArray[np.float64]


class GroundRays:
    """Where rays meet the ground within a range."""

    def __init__(self, terrain: Terrain, range_max_m: float) -> None:
        self._heights: Floats = np.ascontiguousarray(terrain.heights_m)
        self._terrain = terrain
        self._marks = math.ceil(range_max_m / MARCH_M) + 1

    def ranges_m(self, origin: Floats, directions: Floats) -> Floats:
        """First crossing of each ray (n, 3) with the terrain, (n,); inf where it stays above."""
        ranges = np.full(len(directions), np.inf)
        self.shorten(ranges, origin, directions)
        return ranges

    def shorten(self, ranges_m: Floats, origin: Floats, directions: Floats) -> None:
        """Cut ranges (n,) off where their rays meet the ground before."""
        ground = self._terrain
        meet_ground(
            self._heights, ground.west_m, ground.south_m, ground.cell_m, origin, directions,
            MARCH_M, self._marks, ranges_m,
        )  # fmt: skip


@compiled
def meet_ground(
    heights: Floats, west: float, south: float, cell: float, origin: Floats, directions: Floats,
    march: float, marks: int, ranges: Floats,
) -> None:  # fmt: skip
    """Shorten `ranges` (n,) to where rays first dip below the ground, looked at every `march`."""
    for ray in range(len(directions)):
        d = directions[ray]
        near, gap_near = 0.0, _gap(heights, west, south, cell, origin, d, 0.0)
        if gap_near < 0.0:
            continue
        for k in range(1, marks):
            if near > ranges[ray]:
                break
            far = march * k
            gap_far = _gap(heights, west, south, cell, origin, d, far)
            if gap_far >= 0.0:
                near, gap_near = far, gap_far
                continue
            for _ in range(REFINEMENTS):
                middle = near + (far - near) * gap_near / (gap_near - gap_far)
                gap = _gap(heights, west, south, cell, origin, d, middle)
                if gap < 0.0:
                    far, gap_far = middle, gap
                else:
                    near, gap_near = middle, gap
            at = near + (far - near) * gap_near / max(gap_near - gap_far, 1e-12)
            ranges[ray] = min(ranges[ray], at)
            break


@compiled
def _gap(
    heights: Floats, west: float, south: float, cell: float, origin: Floats, d: Floats, at: float
) -> float:
    """Height of a ray's point over the ground (as simulation.terrain.Terrain has it)."""
    rows, columns = heights.shape
    u = min(max((origin[0] + d[0] * at - west) / cell, 0.0), columns - 1 - 1e-9)
    v = min(max((origin[1] + d[1] * at - south) / cell, 0.0), rows - 1 - 1e-9)
    i, j = int(u), int(v)
    fu, fv = u - i, v - j
    low = heights[j, i] + fu * (heights[j, i + 1] - heights[j, i])
    high = heights[j + 1, i] + fu * (heights[j + 1, i + 1] - heights[j + 1, i])
    return float(origin[2] + d[2] * at - (low + fv * (high - low)))
