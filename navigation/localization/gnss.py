"""A GNSS fix as a measurement of the antenna, which sits above and ahead of base_link."""

from __future__ import annotations

import math

import numpy as np

from navigation.localization.ekf import (
    GNSS_EAST,
    GNSS_NORTH,
    SIZE,
    YAW,
    Belief,
    Measurement,
    X,
    Y,
)
from navigation.types import GnssFix, GnssFixType
from patrol.geodesy import GeoPoint, enu_from_wgs84

# Squared Mahalanobis distance with two degrees of freedom that 99.9 % of honest fixes stay under.
GATE = 13.82
# No receiver among houses is better than this, whatever it says.
MIN_SIGMA_M = 0.015
# Reported sigma is multiplied by this: receivers are sure of themselves among houses.
SIGMA_FACTOR = 1.2
# Of sigma: what is drawn anew with each fix, and what wanders; squared, they make one.
WHITE_SHARE, WANDER_SHARE = 0.6, 0.8


def usable(fix: GnssFix) -> bool:
    """Whether the receiver had a position and said how good it is."""
    return fix.fix is not GnssFixType.NONE and math.isfinite(fix.sigma_m) and fix.sigma_m > 0


def antenna_map(fix: GnssFix, origin: GeoPoint) -> tuple[float, float]:
    """The antenna in map metres."""
    east, north, _ = enu_from_wgs84(fix.position, origin)
    return east, north


def lever_arm(x_m: float, z_m: float, roll_rad: float, pitch_rad: float) -> tuple[float, float]:
    """Horizontal offset of the antenna from base_link, forward and left (m), on a slope.

    First column of Ry(pitch) Rx(roll) applied to (x, 0, z); a nose-down vehicle carries its
    antenna forward, one that leans right carries it right.
    """
    forward = x_m * math.cos(pitch_rad) + z_m * math.cos(roll_rad) * math.sin(pitch_rad)
    return forward, -z_m * math.sin(roll_rad)


def position_measurement(
    belief: Belief, antenna: tuple[float, float], sigma_m: float, arm: tuple[float, float]
) -> Measurement:
    """antenna = base + R(yaw) * lever arm + the GNSS error of the state + white noise."""
    sigma = max(sigma_m, MIN_SIGMA_M)
    wander = WANDER_SHARE * sigma
    cos, sin = math.cos(belief.mean[YAW]), math.sin(belief.mean[YAW])
    forward, left = arm
    dx, dy = cos * forward - sin * left, sin * forward + cos * left
    jacobian = np.zeros((2, SIZE))
    jacobian[0, X] = jacobian[1, Y] = 1.0
    jacobian[0, YAW], jacobian[1, YAW] = -dy, dx
    jacobian[0, GNSS_EAST] = jacobian[1, GNSS_NORTH] = wander
    east = antenna[0] - belief.mean[X] - dx - wander * belief.mean[GNSS_EAST]
    north = antenna[1] - belief.mean[Y] - dy - wander * belief.mean[GNSS_NORTH]
    white = (WHITE_SHARE * sigma) ** 2 * np.eye(2)
    # A standing vehicle's fixes say nothing of its heading; their noise would seem to.
    considered = (YAW,) if belief.standing else ()
    return Measurement(np.array([east, north]), jacobian, white, GATE, considered)


def forget_error(belief: Belief) -> None:
    """The receiver works otherwise now (another kind of fix): its error is not the old one."""
    for index in (GNSS_EAST, GNSS_NORTH):
        belief.mean[index] = 0.0
        belief.covariance[index, :] = belief.covariance[:, index] = 0.0
        belief.covariance[index, index] = 1.0
