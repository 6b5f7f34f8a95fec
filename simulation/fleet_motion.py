"""Where light vehicles are: straight legs at limited speed, for all vehicles at once in NumPy.

A light vehicle is a point on a leg (from a place to a node). It speeds up and slows down with the
vehicle type's acceleration, and stands at `stop_in_m`: v² = 2 a d. No steering, no collisions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

Floats = NDArray[np.float64]

# While parked, the computers and the radio still draw this share of the driving power.
IDLE_POWER_SHARE = 0.2
CHARGE_PCT_PER_S = 100.0 / (4 * 3600.0)  # empty to full in four hours
STAND_STILL_M = 1e-3


class FleetMotion:
    """Arrays of shape (n,) in map metres, m/s, radians, percent; change them by the methods."""

    def __init__(self, spec: VehicleSpec, places_xy: Floats) -> None:
        """`places_xy` (n, 2): where the vehicles stand at the start."""
        count = len(places_xy)
        self._spec = spec
        self._from_xy = places_xy.astype(float).copy()
        self._direction_xy = np.tile([1.0, 0.0], (count, 1))
        self._length_m = np.zeros(count)
        self.along_m = np.zeros(count)
        self.limit_mps = np.zeros(count)
        self.stop_in_m = np.zeros(count)
        self.paused = np.zeros(count, dtype=bool)
        self.speed_mps = np.zeros(count)
        self.heading_rad = np.zeros(count)
        self.battery_pct = np.full(count, 100.0)
        self.charging = np.zeros(count, dtype=bool)
        self.acting = np.zeros(count, dtype=bool)  # has actions to finish where it stands
        self.driven_m = np.zeros(count)

    def __len__(self) -> int:
        return len(self.speed_mps)

    def step(self, duration_s: float) -> NDArray[np.intp]:
        """Move all vehicles; the indices of those that reached the end of their leg."""
        stop_m = np.where(self.paused, 0.0, np.maximum(self.stop_in_m, 0.0))
        comfort = self._spec.comfort_deceleration_mps2
        target = np.where(
            self.paused, 0.0, np.minimum(self.limit_mps, np.sqrt(2.0 * comfort * stop_m))
        )
        self.speed_mps = np.clip(
            target,
            np.maximum(self.speed_mps - self._spec.max_deceleration_mps2 * duration_s, 0.0),
            self.speed_mps + self._spec.max_acceleration_mps2 * duration_s,
        )
        on_leg = self._length_m > self.along_m
        travel_m = np.where(on_leg, self.speed_mps * duration_s, 0.0)
        last_mm = on_leg & ~self.paused & (self.stop_in_m - travel_m < STAND_STILL_M)
        travel_m = np.where(last_mm, np.maximum(self.stop_in_m, 0.0), travel_m)
        self.along_m += travel_m
        self.stop_in_m -= travel_m
        self.driven_m += travel_m
        self._use_power(duration_s)
        arrived = on_leg & (self.along_m >= self._length_m - STAND_STILL_M)
        self.speed_mps[~on_leg | last_mm] = 0.0
        return np.flatnonzero(arrived)

    def _use_power(self, duration_s: float) -> None:
        share = np.where(self.speed_mps > 0, 1.0, IDLE_POWER_SHARE)
        used_wh = share * self._spec.mean_power_w * duration_s / 3600.0
        change = np.where(
            self.charging,
            CHARGE_PCT_PER_S * duration_s,
            -100.0 * used_wh / self._spec.battery_wh,
        )
        self.battery_pct = np.clip(self.battery_pct + change, 0.0, 100.0)

    def begin_leg(self, index: int, to_xy: tuple[float, float], limit_mps: float) -> None:
        """Drive straight from where the vehicle is; what it overshot the last leg by is kept."""
        over_m = max(0.0, self.along_m[index] - self._length_m[index])
        pose = self.pose(index)
        self._from_xy[index] = pose.x_m, pose.y_m
        way = np.asarray(to_xy) - self._from_xy[index]
        length_m = float(np.hypot(way[0], way[1]))
        if length_m > STAND_STILL_M:
            self._direction_xy[index] = way / length_m
            self.heading_rad[index] = np.arctan2(way[1], way[0])
        self._length_m[index] = max(length_m, 2 * STAND_STILL_M)
        self.along_m[index] = min(over_m, length_m)
        self.limit_mps[index] = limit_mps

    def end_leg(self, index: int) -> None:
        """Stand where the vehicle is, with no leg to follow."""
        pose = self.pose(index)
        self._from_xy[index] = pose.x_m, pose.y_m
        self._length_m[index] = self.along_m[index] = self.stop_in_m[index] = 0.0
        self.speed_mps[index] = 0.0

    def left_m(self, index: int) -> float:
        """What is left of the leg."""
        return max(0.0, float(self._length_m[index] - self.along_m[index]))

    def pose(self, index: int) -> Pose2:
        """Where a vehicle is, on the map."""
        along_m = min(self.along_m[index], self._length_m[index])
        x_m, y_m = self._from_xy[index] + along_m * self._direction_xy[index]
        return Pose2(float(x_m), float(y_m), float(self.heading_rad[index]))

    def poses(self) -> Floats:
        """All poses: (n, 3) of x, y, heading."""
        along = np.minimum(self.along_m, self._length_m)[:, None]
        return np.column_stack((self._from_xy + along * self._direction_xy, self.heading_rad))
