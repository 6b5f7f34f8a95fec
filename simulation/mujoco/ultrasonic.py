"""Ultrasonic rangers: the nearest thing in a cone of rays."""

from __future__ import annotations

import math

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import UltrasonicSpec
from simulation.mujoco.groups import OBSTACLE_GROUP

RINGS = 2  # of rays around the axis
RAYS_PER_RING = 8


class Ultrasonic:
    """One ranger on the vehicle; the ground gives no echo, it lies too flat."""

    def __init__(
        self, model: mujoco.MjModel, spec: UltrasonicSpec, rng: np.random.Generator
    ) -> None:
        self.spec = spec
        self._model, self._rng = model, rng
        self._body = model.body("chassis").id
        self._place_base = np.array((spec.x_m, spec.y_m, spec.z_m))
        self._directions_base = cone_directions(spec.yaw_rad, spec.cone_rad)
        count = len(self._directions_base)
        self._geom_ids, self._distances = np.zeros(count, np.int32), np.zeros(count)
        self._groups = np.zeros(6, np.uint8)
        self._groups[OBSTACLE_GROUP] = 1

    def range_m(self, data: mujoco.MjData) -> float:
        """The range now: at least the least one (the blind zone), `inf` without an echo."""
        spec = self.spec
        turn = data.xmat[self._body].reshape(3, 3)
        origin = data.xpos[self._body] + turn @ self._place_base
        mujoco.mj_multiRay(
            self._model, data, origin, (self._directions_base @ turn.T).ravel(), self._groups, 1,
            self._body, self._geom_ids, self._distances, None, len(self._distances),
            spec.range_max_m,
        )  # fmt: skip
        hits = self._distances[self._geom_ids >= 0]
        noise = self._rng.normal(0.0, spec.noise_m)
        if len(hits) == 0 or float(hits.min()) > spec.range_max_m:
            return math.inf
        return max(spec.range_min_m, float(hits.min()) + float(noise))


def cone_directions(yaw_rad: float, cone_rad: float) -> NDArray[np.float64]:
    """Unit vectors (n, 3) in base_link: the axis and rings up to half the cone around it."""
    rows = [(1.0, 0.0, 0.0)]
    for ring in range(1, RINGS + 1):
        off = cone_rad / 2 * ring / RINGS
        for around in np.arange(RAYS_PER_RING) * math.tau / RAYS_PER_RING:
            across = (math.cos(around) * math.sin(off), math.sin(around) * math.sin(off))
            rows.append((math.cos(off), *across))
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    directions: NDArray[np.float64] = np.array(rows) @ np.array(((c, s, 0), (-s, c, 0), (0, 0, 1)))
    return directions
