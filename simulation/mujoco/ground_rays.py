"""Rays against the terrain, marched in NumPy: MuJoCo's own height-field rays are 500 times slower.

The terrain is smooth over MARCH_M: a ray that is above it at two neighbouring marks does not dip
below it between them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.terrain import Terrain

MARCH_M = 1.25
REFINEMENTS = 3  # regula falsi steps after the crossing is bracketed


class GroundRays:
    """Where rays meet the ground within a range."""

    def __init__(self, terrain: Terrain, range_max_m: float) -> None:
        self._terrain = terrain
        self._marks: NDArray[np.float64] = np.arange(0.0, range_max_m + MARCH_M, MARCH_M)

    def ranges_m(
        self, origin: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """First crossing of each ray with the terrain, (n,); inf where it stays above."""
        gap = self._gap(origin, directions[:, None, :], self._marks[None, :])
        below = gap < 0
        first = below.argmax(axis=1)
        hit = np.flatnonzero(below[np.arange(len(first)), first] & (first > 0))
        ranges = np.full(len(directions), np.inf)
        if len(hit) == 0:
            return ranges
        near, far = self._marks[first[hit] - 1], self._marks[first[hit]]
        gap_near, gap_far = gap[hit, first[hit] - 1], gap[hit, first[hit]]
        for _ in range(REFINEMENTS):
            middle = near + (far - near) * gap_near / (gap_near - gap_far)
            gap_middle = self._gap(origin, directions[hit], middle)
            under = gap_middle < 0
            far, gap_far = np.where(under, middle, far), np.where(under, gap_middle, gap_far)
            near, gap_near = np.where(under, near, middle), np.where(under, gap_near, gap_middle)
        ranges[hit] = near + (far - near) * gap_near / np.maximum(gap_near - gap_far, 1e-12)
        return ranges

    def _gap(
        self,
        origin: NDArray[np.float64],
        directions: NDArray[np.float64],
        ranges: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Height of points along rays over the ground."""
        x = origin[0] + directions[..., 0] * ranges
        y = origin[1] + directions[..., 1] * ranges
        gap: NDArray[np.float64] = (
            origin[2] + directions[..., 2] * ranges - self._terrain.height_at(x, y)
        )
        return gap
