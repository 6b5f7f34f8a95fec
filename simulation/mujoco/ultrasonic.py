"""Ultrasonic rangers: the nearest thing in a cone of rays."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import UltrasonicSpec
from simulation.mujoco.obstacle_rays import Cones, ObstacleRays
from simulation.mujoco.schedule import Turns
from simulation.types import RangeReading

RINGS = 2  # of rays around the axis
RAYS_PER_RING = 8


class Ultrasonics:
    """All rangers of the vehicle; the ground gives no echo, it lies too flat."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        specs: Sequence[UltrasonicSpec],
        rng: np.random.Generator,
        obstacles: ObstacleRays,
    ) -> None:
        self._rng, self._obstacles = rng, obstacles
        body = model.body("chassis").id
        self._place, self._turn = data.xpos[body], data.xmat[body]
        self._specs = specs
        self._turns = {rate_hz: Turns(rate_hz) for rate_hz in {spec.rate_hz for spec in specs}}
        self._cones = Cones(
            np.array([(spec.x_m, spec.y_m, spec.z_m) for spec in specs]).reshape(-1, 3),
            np.array([cone_directions(spec.yaw_rad, spec.cone_rad) for spec in specs]),
            np.array([spec.range_max_m for spec in specs]),
        )

    def read(self, tick: int, now_s: float) -> list[RangeReading]:
        """Of those that are due: at least the least range (the blind zone), `inf` without echo."""
        due = [rate_hz for rate_hz, turns in self._turns.items() if turns.come(tick)]
        if not due:
            return []
        nearest = self._obstacles.cones(self._place, self._turn, self._cones)
        return [
            RangeReading(now_s, spec, self._heard_m(spec, away_m))
            for spec, away_m in zip(self._specs, nearest, strict=True)
            if spec.rate_hz in due
        ]

    def _heard_m(self, spec: UltrasonicSpec, away_m: float) -> float:
        range_m = away_m + float(self._rng.normal(0.0, spec.noise_m))
        return max(spec.range_min_m, range_m) if range_m <= spec.range_max_m else math.inf


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
