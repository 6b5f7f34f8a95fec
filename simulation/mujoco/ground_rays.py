"""Rays against the terrain, marched: MuJoCo's own height-field rays are a thousand times slower.

The terrain is smooth over MARCH_M: a ray that is above it at two neighbouring marks does not dip
below it between them.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.mujoco.ground_kernels import Floats, meet_ground
from simulation.terrain import Terrain

MARCH_M = 1.25


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
