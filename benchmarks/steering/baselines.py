"""The named alternatives: plain pure pursuit and Stanley, as their papers give them.

Both see the pose and the path that our follower sees, and know nothing of the dead time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from navigation.following.path import Piece
from navigation.following.progress import locate
from patrol.geometry import Pose2


class Baseline(Protocol):
    """A steering law."""

    def steering_rad(self, piece: Piece, pose: Pose2, s_m: float, speed_mps: float) -> float:
        """The angle of the front wheels (positive left) at a pose near travel `s_m`."""
        ...


@dataclass(frozen=True, slots=True)
class PurePursuit:
    """Coulter, Implementation of the Pure Pursuit Path Tracking Algorithm, CMU-RI-TR-92-01.

    curvature = 2 y / L² towards the path's point at the constant distance L from base_link.
    """

    wheelbase_m: float
    lookahead_m: float

    def steering_rad(self, piece: Piece, pose: Pose2, s_m: float, speed_mps: float) -> float:
        """The wheels on the arc through the goal point."""
        forward, left = pose.inverse_transform(*self._goal(piece, pose, s_m))
        curvature = 2 * left / (forward * forward + left * left)
        return math.atan(self.wheelbase_m * curvature)

    def _goal(self, piece: Piece, pose: Pose2, s_m: float) -> tuple[float, float]:
        """Where the path leaves the circle of L: bisection between 0 and 2 L ahead; the nearest
        point at least 5 cm ahead where all of the circle is off the path."""
        near, far = 0.05, 2 * self.lookahead_m
        for _ in range(12):
            middle = (near + far) / 2
            x, y = piece.point_at(s_m + middle)
            if math.hypot(x - pose.x_m, y - pose.y_m) < self.lookahead_m:
                near = middle
            else:
                far = middle
        return piece.point_at(s_m + far)


@dataclass(frozen=True, slots=True)
class Stanley:
    """Thrun et al., Stanley: The Robot that Won the DARPA Grand Challenge, 2006.

    steering = heading error + atan(k x / (soft + v)), x being the front axle's distance to the
    path. `soft`, for low speed, is from Hoffmann et al., Autonomous Automobile Trajectory
    Tracking for Off-Road Driving, 2007; its damping terms for tyres and servo are left out.
    """

    wheelbase_m: float
    gain_per_s: float
    soft_mps: float = 0.5

    def steering_rad(self, piece: Piece, pose: Pose2, s_m: float, speed_mps: float) -> float:
        """The wheels towards the path nearest to the front axle."""
        front = Pose2(*pose.transform(self.wheelbase_m, 0.0), pose.yaw_rad)
        near = locate(piece, front, s_m)
        aside = self.gain_per_s * near.cross_track_error_m
        return -near.heading_error_rad - math.atan2(aside, self.soft_mps + abs(speed_mps))
