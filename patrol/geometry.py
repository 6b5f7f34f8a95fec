"""Poses and scans: the small geometric values that several packages exchange."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geodesy import wrap_angle


def larger_sigma(covariance: NDArray[np.float64]) -> float:
    """One standard deviation along the larger axis of a covariance (2, 2)."""
    (xx, xy), (_, yy) = covariance.tolist()
    return math.sqrt(max((xx + yy) / 2 + math.hypot((xx - yy) / 2, xy), 0.0))


@dataclass(frozen=True, slots=True)
class Pose2:
    """Position and heading in a plane frame: metres, radians, yaw 0 = east, counter-clockwise."""

    x_m: float
    y_m: float
    yaw_rad: float

    @property
    def is_finite(self) -> bool:
        """Whether all of it are numbers."""
        return math.isfinite(self.x_m + self.y_m + self.yaw_rad)

    def transform(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A point given in this pose's frame, in the frame this pose is given in."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return self.x_m + cos * x_m - sin * y_m, self.y_m + sin * x_m + cos * y_m

    def transform_points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of shape (n, 2) given in this pose's frame, in the outer frame."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        turned = points @ np.array([[cos, sin], [-sin, cos]])
        moved: NDArray[np.float64] = turned + np.array([self.x_m, self.y_m])
        return moved

    def inverse_transform(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A point given in the outer frame, in this pose's frame."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        dx, dy = x_m - self.x_m, y_m - self.y_m
        return cos * dx + sin * dy, -sin * dx + cos * dy

    def inverse(self) -> Pose2:
        """The outer frame as seen from this pose."""
        x_m, y_m = self.inverse_transform(0.0, 0.0)
        return Pose2(x_m, y_m, wrap_angle(-self.yaw_rad))

    def compose(self, other: Pose2) -> Pose2:
        """`other`, given in this pose's frame, in the outer frame."""
        x_m, y_m = self.transform(other.x_m, other.y_m)
        return Pose2(x_m, y_m, wrap_angle(self.yaw_rad + other.yaw_rad))


@dataclass(frozen=True, slots=True)
class StampedPose:
    """base_link in the map frame at a time, with what tilts the cameras.

    `covariance` is 3 x 3 over (x, y, yaw) in m, m, rad.
    """

    stamp_s: float
    pose: Pose2
    covariance: NDArray[np.float64]
    speed_mps: float = 0.0
    yaw_rate_radps: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0  # positive nose down (REP-103)


@dataclass(frozen=True, slots=True)
class Scan:
    """A planar lidar scan in the lidar's frame; shape (n,), `inf` where nothing was hit."""

    stamp_s: float
    angle_min_rad: float
    angle_increment_rad: float
    ranges_m: NDArray[np.float64]
    range_min_m: float
    range_max_m: float

    def points_base(self, lidar_x_m: float, lidar_y_m: float) -> NDArray[np.float64]:
        """Returns (k, 2) valid hits in base_link for a lidar mounted level and facing forward."""
        angles = self.angle_min_rad + self.angle_increment_rad * np.arange(len(self.ranges_m))
        valid = (
            np.isfinite(self.ranges_m)
            & (self.ranges_m >= self.range_min_m)
            & (self.ranges_m <= self.range_max_m)
        )
        ranges, angles = self.ranges_m[valid], angles[valid]
        return np.column_stack(
            (lidar_x_m + ranges * np.cos(angles), lidar_y_m + ranges * np.sin(angles))
        )
