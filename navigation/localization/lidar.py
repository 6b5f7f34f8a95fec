"""A lidar scan against the map's building outlines, as a measurement of the pose.

It matters where GNSS is poor: the outlines' own error keeps it from pulling a vehicle whose
receiver has a fixed solution. It is gated like a fix, so a street that was rebuilt cannot carry
the pose away.
"""

from __future__ import annotations

import math

import numpy as np

from navigation.localization.ekf import SIZE, YAW, Belief, Measurement, X, Y, update
from navigation.localization.outlines import Outlines
from navigation.localization.scan_match import OutlineFix, match_scan
from navigation.localization.see_through import share_beyond
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, Scan
from patrol.vehicle import LidarSpec

EVERY_S = 0.45  # successive scans see the same walls with the same errors
AGAIN_S = 0.05  # while walls contradict: every scan
SEEN_THROUGH = 0.15  # share of rays; 0.04 at most where the pose is right and the map is
# Squared Mahalanobis distance that 99.9 % of honest fits stay under, by degrees of freedom.
GATES = {1: 10.83, 2: 13.82, 3: 16.27}


def fix_of(scan: Scan, lidar: LidarSpec, outlines: Outlines, belief: Belief) -> OutlineFix | None:
    """Where the scan fits the outlines around the belief; None where it does not."""
    x_m, y_m, yaw_rad = (float(belief.mean[i]) for i in (X, Y, YAW))
    near = outlines.near(x_m, y_m, scan.range_max_m)
    points = scan.points_base(lidar.x_m, lidar.y_m)
    guess = Pose2(x_m, y_m, yaw_rad)
    sensor, covariance = (lidar.x_m, lidar.y_m), belief.covariance[:3, :3]
    return match_scan(points, sensor, near, guess, covariance, scan.stamp_s)


def contradicts(scan: Scan, lidar: LidarSpec, outlines: Outlines, belief: Belief) -> bool:
    """Whether the scan looks through walls, seen from the belief."""
    x_m, y_m, yaw_rad = (float(belief.mean[i]) for i in (X, Y, YAW))
    near = outlines.near(x_m, y_m, scan.range_max_m)
    points = scan.points_base(lidar.x_m, lidar.y_m)
    sigma_m = math.sqrt(max(0.0, float(np.linalg.eigvalsh(belief.covariance[:2, :2])[-1])))
    share = share_beyond(points, (lidar.x_m, lidar.y_m), near, Pose2(x_m, y_m, yaw_rad), sigma_m)
    return share is not None and share > SEEN_THROUGH


def apply(belief: Belief, fix: OutlineFix) -> str | None:
    """Take the fit in; returns why it was refused, or None."""
    rows = len(fix.directions)
    jacobian = np.zeros((rows, SIZE))
    jacobian[:, [X, Y, YAW]] = fix.directions
    off = np.array([
        fix.pose.x_m - belief.mean[X],
        fix.pose.y_m - belief.mean[Y],
        wrap_angle(fix.pose.yaw_rad - float(belief.mean[YAW])),
    ])  # fmt: skip
    gate = GATES[rows]
    if update(belief, Measurement(fix.directions @ off, jacobian, fix.covariance, gate)):
        return None
    return f"walls refused: squared Mahalanobis distance {belief.last_nis:.1f} > {gate}"
