"""Drop rangers: one thin ray each, down to things, kerbs, the ground, or into a pit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np

from patrol.vehicle import DropRangerSpec
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.groups import LOW_KERB_GROUP, OBSTACLE_GROUP
from simulation.mujoco.obstacle_rays import Cones, ObstacleRays
from simulation.mujoco.schedule import Turns
from simulation.pits import pit_at
from simulation.types import RangeReading
from simulation.world import World


class DropRangers:
    """All of the vehicle's; they see low kerbs, too."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        specs: Sequence[DropRangerSpec],
        rng: np.random.Generator,
        world: World,
    ) -> None:
        self._specs, self._rng, self._pits = specs, rng, world.pits
        body = model.body("chassis").id
        self._place, self._turn = data.xpos[body], data.xmat[body]
        self._turns = {rate_hz: Turns(rate_hz) for rate_hz in {spec.rate_hz for spec in specs}}
        reach_m = max((spec.range_max_m for spec in specs), default=0.0)
        self._things = ObstacleRays(model, data, reach_m, (OBSTACLE_GROUP, LOW_KERB_GROUP))
        self._ground = GroundRays(world.terrain, reach_m)
        self._beams = Cones(
            np.array([(spec.x_m, spec.y_m, spec.z_m) for spec in specs]).reshape(-1, 3),
            np.array([[direction_of(spec)] for spec in specs]).reshape(-1, 1, 3),
            np.array([spec.range_max_m for spec in specs]),
        )

    def read(self, tick: int, now_s: float) -> list[RangeReading]:
        """Of those that are due: `inf` without an echo."""
        due = [rate_hz for rate_hz, turns in self._turns.items() if turns.come(tick)]
        if not due:
            return []
        things = self._things.cones(self._place, self._turn, self._beams)
        ground = self._ground_m()
        return [
            RangeReading(now_s, spec, self._measured_m(spec, min(pair)))
            for spec, *pair in zip(self._specs, things, ground, strict=True)
            if spec.rate_hz in due
        ]

    def _ground_m(self) -> list[float]:
        rotation = self._turn.reshape(3, 3)
        eyes = self._place + self._beams.mounts_m @ rotation.T
        rays = self._beams.directions[:, 0] @ rotation.T
        found = []
        for eye, ray in zip(eyes, rays, strict=True):
            range_m = float(self._ground.ranges_m(eye, ray[None, :])[0])
            if self._pits and range_m < math.inf:
                entry = eye + range_m * ray
                pit = pit_at(self._pits, float(entry[0]), float(entry[1]))
                range_m = range_m if pit is None else pit.range_m(entry, ray, range_m)
            found.append(range_m)
        return found

    def _measured_m(self, spec: DropRangerSpec, away_m: float) -> float:
        range_m = away_m + float(self._rng.normal(0.0, spec.noise_m))
        return range_m if range_m <= spec.range_max_m else math.inf


def direction_of(spec: DropRangerSpec) -> tuple[float, float, float]:
    """Where a ranger looks: of unit length, in base_link."""
    level = math.cos(spec.pitch_rad)
    return (
        level * math.cos(spec.yaw_rad),
        level * math.sin(spec.yaw_rad),
        -math.sin(spec.pitch_rad),
    )
