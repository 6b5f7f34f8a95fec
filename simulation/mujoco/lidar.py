"""The planar lidar: rays against obstacles by MuJoCo, against the ground by GroundRays."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from simulation.conditions import FAIR, Conditions
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.sensors.weather_lidar import LidarWeather
from simulation.terrain import Terrain


class Lidar:
    """One scanner on the vehicle; reuses its buffers."""

    def __init__(
        self,
        model: mujoco.MjModel,
        spec: LidarSpec,
        terrain: Terrain,
        rng: np.random.Generator,
        conditions: Conditions = FAIR,
    ) -> None:
        self._model, self._spec, self._rng = model, spec, rng
        self._weather = LidarWeather(conditions, spec.range_max_m, rng)
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
        self._ground = GroundRays(terrain, spec.range_max_m)

    def scan(self, data: mujoco.MjData, stamp_s: float) -> Scan:
        """Ranges now, with noise; `inf` where nothing is within range."""
        spec = self._spec
        rotation = data.xmat[self._body].reshape(3, 3)
        origin = data.xpos[self._body] + rotation @ (spec.x_m, spec.y_m, spec.z_m)
        directions = self._directions_base @ rotation.T
        ranges = np.minimum(
            self._obstacles(data, origin, directions), self._ground.ranges_m(origin, directions)
        )
        ranges = self._weather.apply(ranges)
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
