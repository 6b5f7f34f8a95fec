"""The planar lidar: rays against obstacles by MuJoCo, against the ground by marching it in NumPy.

MuJoCo's own height-field rays are 500 times slower than its rays against convex geoms.
"""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.terrain import Terrain

MARCH_M = 1.25  # the ground is smooth over this length
REFINEMENTS = 3  # regula falsi steps after the crossing is bracketed


class Lidar:
    """One scanner on the vehicle; reuses its buffers."""

    def __init__(
        self, model: mujoco.MjModel, spec: LidarSpec, terrain: Terrain, rng: np.random.Generator
    ) -> None:
        self._model, self._spec, self._terrain, self._rng = model, spec, terrain, rng
        self._body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "chassis")
        step = spec.field_of_view_rad / (spec.rays - 1)
        angles = -spec.field_of_view_rad / 2 + step * np.arange(spec.rays)
        self._increment_rad = step
        self._directions_base = np.column_stack(
            (np.cos(angles), np.sin(angles), np.zeros(spec.rays))
        )
        self._geom_ids = np.zeros(spec.rays, np.int32)
        self._distances = np.zeros(spec.rays)
        self._groups = np.zeros(6, np.uint8)
        self._groups[OBSTACLE_GROUP] = 1
        marks = np.arange(0.0, spec.range_max_m + MARCH_M, MARCH_M)
        self._marks: NDArray[np.float64] = marks

    def scan(self, data: mujoco.MjData, stamp_s: float) -> Scan:
        """Ranges now, with noise; `inf` where nothing is within range."""
        spec = self._spec
        rotation = data.xmat[self._body].reshape(3, 3)
        origin = data.xpos[self._body] + rotation @ (spec.x_m, spec.y_m, spec.z_m)
        directions = self._directions_base @ rotation.T
        ranges = np.minimum(
            self._obstacles(data, origin, directions), self.ground_ranges_m(origin, directions)
        )
        ranges += self._rng.normal(0.0, spec.noise_m, spec.rays) if spec.noise_m else 0.0
        ranges[(ranges > spec.range_max_m) | (ranges < spec.range_min_m)] = np.inf
        return Scan(
            stamp_s=stamp_s,
            angle_min_rad=-spec.field_of_view_rad / 2,
            angle_increment_rad=self._increment_rad,
            ranges_m=ranges,
            range_min_m=spec.range_min_m,
            range_max_m=spec.range_max_m,
        )

    def _obstacles(
        self, data: mujoco.MjData, origin: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        spec = self._spec
        mujoco.mj_multiRay(
            self._model, data, origin, directions.ravel(), self._groups, 1, self._body,
            self._geom_ids, self._distances, None, spec.rays, spec.range_max_m + 1.0,
        )  # fmt: skip
        return np.where(self._geom_ids >= 0, self._distances, np.inf)

    def ground_ranges_m(
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
