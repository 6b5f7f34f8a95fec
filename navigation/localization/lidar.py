"""A lidar scan against the map's building outlines, as a measurement of the pose.

It matters where GNSS is poor: the outlines' own error keeps it from pulling a vehicle whose
receiver has a fixed solution. It is gated like a fix, so a street that was rebuilt cannot carry
the pose away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from navigation.localization.ekf import (
    SIZE,
    WALLS_EAST,
    WALLS_NORTH,
    WALLS_YAW,
    YAW,
    Belief,
    Measurement,
    X,
    Y,
    update,
)
from navigation.localization.outlines import Outlines
from navigation.localization.scan_match import OutlineFix, match_scan
from navigation.localization.see_through import share_beyond
from patrol.geodesy import wrap_angle
from patrol.geometry import Scan
from patrol.vehicle import LidarSpec

EVERY_S = 0.45  # successive scans see the same walls with the same errors
AGAIN_S = 0.05  # while walls contradict: every scan
SEEN_THROUGH = 0.15  # share of rays; 0.04 at most where the pose is right and the map is
# What the houses in sight are off by on the map, together (m, m, rad): a state of the filter, that
# the next look shares. Decimetres are what surveys leave; a vehicle that drives on meets others.
OUTLINE_SIGMAS = np.array((0.2, 0.2, 0.012))
WALLS = [WALLS_EAST, WALLS_NORTH, WALLS_YAW]
# Squared Mahalanobis distance that 99.9 % of honest fits stay under, by degrees of freedom.
GATES = {1: 10.83, 2: 13.82, 3: 16.27}


@dataclass(frozen=True, slots=True)
class Look:
    """What a scan says of the walls around a belief.

    `fix` is where it fits them, None where it does not; `contradicts`: it goes on beyond them.
    """

    fix: OutlineFix | None
    contradicts: bool


def look(scan: Scan, lidar: LidarSpec, outlines: Outlines, belief: Belief) -> Look:
    """Compare a scan with the outlines around a belief of its time."""
    guess, sensor = belief.pose, (lidar.x_m, lidar.y_m)
    near = outlines.near(guess.x_m, guess.y_m, scan.range_max_m)
    points = scan.points_base(*sensor)
    beyond = share_beyond(points, sensor, near, guess, belief.position_sigma_m)
    fix = match_scan(points, sensor, near, guess, belief.covariance[:3, :3], scan.stamp_s)
    return Look(fix, beyond is not None and beyond > SEEN_THROUGH)


def apply(belief: Belief, fix: OutlineFix) -> str | None:
    """Take the fit in; returns why it was refused, or None."""
    rows = len(fix.directions)
    jacobian = np.zeros((rows, SIZE))
    jacobian[:, [X, Y, YAW]] = fix.directions
    jacobian[:, WALLS] = fix.directions * OUTLINE_SIGMAS
    error = OUTLINE_SIGMAS * belief.mean[WALLS]
    off = np.array([
        fix.pose.x_m - belief.mean[X],
        fix.pose.y_m - belief.mean[Y],
        wrap_angle(fix.pose.yaw_rad - float(belief.mean[YAW])),
    ]) - error  # fmt: skip
    gate = GATES[rows]
    if update(belief, Measurement(fix.directions @ off, jacobian, fix.covariance, gate)):
        return None
    return f"walls refused: squared Mahalanobis distance {belief.last_nis:.1f} > {gate}"
