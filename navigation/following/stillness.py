"""Whether what the lidar sees around a standing vehicle stands still, and what is new later."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2, Scan
from patrol.vehicle import LidarSpec

KNOWN_NEAR_M = 12.0
AHEAD_M, BEHIND_M, BESIDE_M = 9.0, 1.0, 4.0  # of base_link: where who moves matters
SAME_PLACE_M = 0.3  # a point this near to a former one is the same thing
LOOK_EVERY_S = 0.5
FREE_M = 0.4  # nearer than what was seen there by so much: the place was free
NEIGHBOURS = 5  # rays to either side that must agree, as a pose is never exact
KNOWN_WITHIN_M = 0.5  # of a point that was seen: another side of the same thing
LEAST_POINTS = 3

Array = NDArray[np.float64]


class StillWatch:
    """Since when nothing near a standing vehicle moves; ask `still_s`, and `has_moved`."""

    def __init__(self) -> None:
        self._reference: Array | None = None
        self._since_s = 0.0
        self._looked_s = -math.inf
        self.has_moved = False

    def look(self, points_base: Array, now_s: float) -> None:
        """The lidar's points (n, 2) in base_link, as often as they come."""
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        near = points_base[_matters(points_base)]
        if self._reference is None:
            self._reference, self._since_s = near, now_s
        elif not (_all_near(near, self._reference) and _all_near(self._reference, near)):
            self._reference, self._since_s, self.has_moved = near, now_s, True

    def still_s(self, now_s: float) -> float:
        """How long nothing has moved; 0 before the first look."""
        return 0.0 if self._reference is None else now_s - self._since_s


def _matters(points: Array) -> NDArray[np.bool_]:
    x, y = points[:, 0], points[:, 1]
    near: NDArray[np.bool_] = (x > -BEHIND_M) & (x < AHEAD_M) & (np.abs(y) < BESIDE_M)
    return near


def _all_near(points: Array, others: Array) -> bool:
    """Whether all but a few points have another one nearby; noise and edges make a few."""
    if len(points) < LEAST_POINTS:
        return True
    return int(np.count_nonzero(_apart_m(points, others) > SAME_PLACE_M)) < LEAST_POINTS


def _apart_m(points: Array, others: Array) -> Array:
    """How far each of the points (n, 2) is from the nearest other; inf where there is none."""
    away = np.hypot(points[:, :1] - others[:, 0], points[:, 1:] - others[:, 1])
    nearest: Array = away.min(axis=1, initial=np.inf)
    return nearest


class SeenBefore:
    """What a scan showed as free when it was taken: who stands there later has come since."""

    def __init__(self, scan: Scan, map_from_base: Pose2, lidar: LidarSpec) -> None:
        self._lidar_pose = map_from_base.compose(Pose2(lidar.x_m, lidar.y_m, 0.0))
        reach = np.where(np.isfinite(scan.ranges_m), scan.ranges_m, scan.range_max_m)
        widened = np.pad(reach, NEIGHBOURS, mode="edge")
        shifted = [widened[i : i + len(reach)] for i in range(2 * NEIGHBOURS + 1)]
        self._free_m = np.min(shifted, axis=0) - FREE_M
        self._first_rad, self._step_rad = scan.angle_min_rad, scan.angle_increment_rad
        known = scan.points_base(0.0, 0.0)
        self._known = known[np.hypot(known[:, 0], known[:, 1]) < KNOWN_NEAR_M]

    def newcomers(self, points_map: Array) -> Array:
        """Those of the points (n, 2) that stand where the scan saw free ground."""
        dx, dy = points_map[:, 0] - self._lidar_pose.x_m, points_map[:, 1] - self._lidar_pose.y_m
        cos, sin = math.cos(self._lidar_pose.yaw_rad), math.sin(self._lidar_pose.yaw_rad)
        forward, left = cos * dx + sin * dy, cos * dy - sin * dx
        ray = np.rint((np.arctan2(left, forward) - self._first_rad) / self._step_rad).astype(int)
        looked = (ray >= 0) & (ray < len(self._free_m))
        free_m = self._free_m[np.clip(ray, 0, len(self._free_m) - 1)]
        rows = np.flatnonzero(looked & (np.hypot(dx, dy) < free_m))
        apart = _apart_m(np.column_stack((forward, left))[rows], self._known)
        new: Array = points_map[rows[apart > KNOWN_WITHIN_M]]
        return new
