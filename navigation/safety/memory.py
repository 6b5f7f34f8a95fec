"""What the lidar saw and can no longer see: the ground behind the vehicle and beside its rear.

The scanner sits at the front and looks 270 degrees wide, so a wedge behind it is blind. Returns
that slide into the wedge are carried along by odometry for a while: a vehicle that reverses, or
turns its flank in, does not run into what stands there. It cannot know who walks in from behind,
so reversing also stays slow (docs/safety.md).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2, Scan
from patrol.vehicle import LidarSpec

KEEP_S = 20.0
KEEP_WITHIN_M = 4.0
GAP_S = 0.5  # after a longer gap between scans, the motion in between is not known

Array = NDArray[np.float64]


class ObstacleMemory:
    """Remembers returns in the blind wedge; `points` are (n, 2) in base_link at the last scan."""

    def __init__(self, lidar: LidarSpec, wheelbase_m: float) -> None:
        self._lidar = lidar
        self._wheelbase_m = wheelbase_m
        self._last_s: float | None = None
        self.points: Array = np.empty((0, 2))
        self._seen_s: Array = np.empty(0)
        self._fresh: Array = np.empty((0, 2))

    def see(self, scan: Scan, fresh: Array, speed_mps: float, steering_rad: float) -> None:
        """Take in a new scan's points (n, 2) and the motion since the one before."""
        last_s, self._last_s = self._last_s, scan.stamp_s
        dt = scan.stamp_s - last_s if last_s is not None else math.inf
        points = np.concatenate((self.points, self._fresh))
        seen_s = np.concatenate((self._seen_s, np.full(len(self._fresh), last_s or 0.0)))
        if not 0 <= dt <= GAP_S:
            points, seen_s = np.empty((0, 2)), np.empty(0)
        else:
            curvature = math.tan(steering_rad) / self._wheelbase_m
            points = seen_from(rolled(speed_mps * dt, curvature), points)
        keep = self._is_blind(points) & (scan.stamp_s - seen_s <= KEEP_S)
        keep &= are_within(points, KEEP_WITHIN_M)
        self.points, self._seen_s = points[keep], seen_s[keep]
        self._fresh = fresh[are_within(fresh, KEEP_WITHIN_M)]

    def _is_blind(self, points: Array) -> NDArray[np.bool_]:
        angle = np.arctan2(points[:, 1] - self._lidar.y_m, points[:, 0] - self._lidar.x_m)
        blind: NDArray[np.bool_] = np.abs(angle) > self._lidar.field_of_view_rad / 2
        return blind


def are_within(points: Array, distance_m: float) -> NDArray[np.bool_]:
    """Which points (n, 2) lie no farther from base_link."""
    near: NDArray[np.bool_] = np.einsum("ij,ij->i", points, points) <= distance_m**2
    return near


def rolled(travel_m: float, curvature_1pm: float) -> Pose2:
    """Where base_link is after driving along an arc, as seen from where it was."""
    turn = travel_m * curvature_1pm
    return Pose2(travel_m * math.cos(turn / 2), travel_m * math.sin(turn / 2), turn)


def seen_from(base: Pose2, points: Array) -> Array:
    """Points (n, 2) of the frame that a pose is given in, in the pose's own."""
    cos, sin = math.cos(base.yaw_rad), math.sin(base.yaw_rad)
    dx, dy = points[:, 0] - base.x_m, points[:, 1] - base.y_m
    return np.column_stack((cos * dx + sin * dy, cos * dy - sin * dx))
