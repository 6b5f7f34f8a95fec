"""The planar lidar: rays against obstacles (ObstacleRays) and against the ground (GroundRays)."""

from __future__ import annotations

import mujoco
import numpy as np

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from simulation.conditions import FAIR, Conditions
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.obstacle_rays import Fan, ObstacleRays
from simulation.sensors.weather_lidar import LidarWeather
from simulation.terrain import Terrain

BEYOND_M = 1.0  # of the stated range: noise brings what is there within it


class Lidar:
    """One scanner on the vehicle; `obstacles` must reach BEYOND_M further than it does."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        spec: LidarSpec,
        terrain: Terrain,
        rng: np.random.Generator,
        obstacles: ObstacleRays,
        conditions: Conditions = FAIR,
    ) -> None:
        self._spec, self._rng = spec, rng
        self._weather = LidarWeather(conditions, spec.range_max_m, rng)
        body = model.body("chassis").id
        self._place, self._turn = data.xpos[body], data.xmat[body]
        increment = spec.field_of_view_rad / (spec.rays - 1)
        self._fan = Fan(-spec.field_of_view_rad / 2, increment, spec.rays)
        angles = self._fan.angle_min_rad + increment * np.arange(spec.rays)
        self._directions_base = np.column_stack(
            (np.cos(angles), np.sin(angles), np.zeros(spec.rays))
        )
        self._obstacles = obstacles
        self._ground = GroundRays(terrain, spec.range_max_m)

    def scan(self, stamp_s: float) -> Scan:
        """Ranges now, with noise; `inf` where nothing is within range."""
        spec, fan = self._spec, self._fan
        rotation = self._turn.reshape(3, 3)
        origin = self._place + rotation @ (spec.x_m, spec.y_m, spec.z_m)
        directions = self._directions_base @ rotation.T
        ranges = self._obstacles.fan(origin, self._turn, fan, directions)
        self._ground.shorten(ranges, origin, directions)
        ranges = self._weather.apply(ranges)
        ranges += self._rng.normal(0.0, spec.noise_m, spec.rays) if spec.noise_m else 0.0
        ranges[(ranges > spec.range_max_m) | (ranges < spec.range_min_m)] = np.inf
        return Scan(
            stamp_s=stamp_s,
            angle_min_rad=fan.angle_min_rad,
            angle_increment_rad=fan.increment_rad,
            ranges_m=ranges,
            range_min_m=spec.range_min_m,
            range_max_m=spec.range_max_m,
        )
