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
    squared_distance,
    update,
)
from navigation.localization.outlines import Floats, Outlines, Walls
from navigation.localization.scan_match import (
    ARM_M,
    MOST_SLACK_M,
    OutlineFix,
    match_scan,
    share_on_walls,
)
from navigation.localization.see_through import share_beyond
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, Scan
from patrol.vehicle import LidarSpec

EVERY_S = 0.45  # successive scans see the same walls with the same errors
AGAIN_S = 0.05  # while walls contradict: every scan
SEEN_THROUGH = 0.15  # share of rays; 0.04 at most where the pose is right and the map is
# Walls are looked for further off where no fix holds the position: in all, up to three sigmas of
# this and the belief's, short of where houses' corners repeat (scan_match.MOST_SLACK_M).
ELSEWHERE_SIGMA_M = 0.5
STARTS_M = (0.0, 1.0, -1.0)  # along the heading: a single wall across is else passed over
ELSEWHERE_M = 1.0  # a fit that is nearer contradicts nothing: houses are off by decimetres
TURNED_RAD = 0.05  # wheels that lie turn nothing: a fit that is turned is a wrong one
FITS_BETTER, FITS = 0.1, 0.6  # share of the points on walls: more than here by, and at least
# What the houses in sight are off by on the map, together (m, m, rad): a state of the filter, that
# the next look shares. Decimetres are what surveys leave; a vehicle that drives on meets others.
OUTLINE_SIGMAS = np.array((0.2, 0.2, 0.012))
WALLS = [WALLS_EAST, WALLS_NORTH, WALLS_YAW]
# Squared Mahalanobis distance that 99.9 % of honest fits stay under, by degrees of freedom.
GATES = {1: 10.83, 2: 13.82, 3: 16.27}


@dataclass(frozen=True, slots=True)
class Look:
    """What a scan says of the walls around a belief.

    `fix` is where it fits them, None where it does not; `contradicts`: it goes on beyond them, or
    fits them elsewhere.
    """

    fix: OutlineFix | None
    contradicts: bool


def look(
    scan: Scan, lidar: LidarSpec, outlines: Outlines, belief: Belief, elsewhere: bool = False
) -> Look:
    """Compare a scan with the outlines around a belief of its time; `elsewhere`: further off, too,
    for a belief that nothing else confirms."""
    guess, sensor = belief.pose, (lidar.x_m, lidar.y_m)
    near = outlines.near(guess.x_m, guess.y_m, scan.range_max_m)
    points = scan.points_base(*sensor)
    beyond = share_beyond(points, sensor, near, guess, belief.position_sigma_m)
    fix = match_scan(points, sensor, near, guess, belief.covariance[:3, :3], scan.stamp_s)
    contradicts = beyond is not None and beyond > SEEN_THROUGH
    if elsewhere and not contradicts:
        contradicts = _fits_elsewhere(points, sensor, near, belief, scan.stamp_s)
    return Look(fix, contradicts)


def _fits_elsewhere(
    points: Floats, sensor: tuple[float, float], near: Walls, belief: Belief, stamp_s: float
) -> bool:
    """Whether the scan fits where the belief does not reach, and clearly better than where it is.

    In a plain alley it does not: a fit moves in the directions that walls hold alone.
    """
    better = max(FITS, FITS_BETTER + share_on_walls(points, sensor, near, belief.pose))
    if better > 1.0:
        return False
    wide = belief.covariance[:3, :3] + np.diag((ELSEWHERE_SIGMA_M**2, ELSEWHERE_SIGMA_M**2, 0.0))
    for ahead_m in STARTS_M:
        start = Pose2(*belief.pose.transform(ahead_m, 0.0), belief.pose.yaw_rad)
        fix = match_scan(points, sensor, near, start, wide, stamp_s)
        if fix is None:
            continue
        turned_rad = abs(_apart(belief, fix)[2])
        if turned_rad > TURNED_RAD or not ELSEWHERE_M <= _off_m(belief, fix) <= MOST_SLACK_M:
            continue
        measured = _measurement(belief, fix)
        is_out = squared_distance(belief, measured) > measured.gate
        if is_out and share_on_walls(points, sensor, near, fix.pose) >= better:
            return True
    return False


def _off_m(belief: Belief, fix: OutlineFix) -> float:
    """How far a fit is from the belief in the directions that walls hold."""
    scale = np.array((1.0, 1.0, ARM_M))
    held = fix.directions / scale
    off = scale * _apart(belief, fix)
    return float(np.hypot(*(held.T @ held @ off)[:2]))


def _apart(belief: Belief, fix: OutlineFix) -> Floats:
    """A fit's pose less the belief's (3,)."""
    return np.array([
        fix.pose.x_m - belief.mean[X],
        fix.pose.y_m - belief.mean[Y],
        wrap_angle(fix.pose.yaw_rad - float(belief.mean[YAW])),
    ])  # fmt: skip


def _measurement(belief: Belief, fix: OutlineFix) -> Measurement:
    rows = len(fix.directions)
    jacobian = np.zeros((rows, SIZE))
    jacobian[:, [X, Y, YAW]] = fix.directions
    jacobian[:, WALLS] = fix.directions * OUTLINE_SIGMAS
    error = OUTLINE_SIGMAS * belief.mean[WALLS]
    residual = fix.directions @ (_apart(belief, fix) - error)
    return Measurement(residual, jacobian, fix.covariance, GATES[rows])


def apply(belief: Belief, fix: OutlineFix) -> str | None:
    """Take the fit in; returns why it was refused, or None."""
    measured = _measurement(belief, fix)
    if update(belief, measured):
        return None
    return f"walls refused: squared Mahalanobis distance {belief.last_nis:.1f} > {measured.gate}"
