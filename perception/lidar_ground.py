"""Where a lidar's beam meets the ground itself: before a rise, or at the foot of a slope.

The lidar looks along the vehicle's own plane, so where the ground comes up to that plane it
measures the ground, in an unbroken line, and somebody who stands a metre behind it would be put
there. Only a map with heights can tell; without one nothing is called ground. What is as narrow as
a body, with the ground seen further off on either side, stands before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import LidarSpec
from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights

Floats = NDArray[np.float64]

_GRAZES_M = 0.15  # what the map's heights and the vehicle's tilt are wrong by, 10 m away
_STEP_M = 0.5  # between neighbours: further apart they are of two things
_BESIDE_RAD = 0.04  # a neighbour is no further aside
_BODY_M = 1.5  # two people side by side are no wider


class LidarGround:
    """Tells echoes of the ground by the map, and by what stands before it."""

    def __init__(self, heights: MapHeights | None, lidar: LidarSpec) -> None:
        self._heights, self._lidar = heights, lidar

    def met(self, points: Floats, projector: GroundProjector) -> NDArray[np.bool_]:
        """Which echoes (n, 2) of base_link are of the ground, or may be."""
        if self._heights is None or not len(points):
            return np.zeros(len(points), np.bool_)
        pose = projector.stamped.pose
        places = pose.transform_points(points)
        levels, _ = self._heights.at(np.vstack(((pose.x_m, pose.y_m), places)))
        plane = points @ projector.level_from_base[2, :2]  # the vehicle's own, over its place
        grazes = self._lidar.z_m - (levels[1:] - levels[0] - plane) < _GRAZES_M
        if grazes.any():
            grazes &= ~_standing(points - (self._lidar.x_m, self._lidar.y_m))
        return np.asarray(grazes, np.bool_)


def _standing(points: Floats) -> NDArray[np.bool_]:
    """Which echoes (n, 2), seen from the lidar, are of something narrow before what is beside it.

    Where nothing is measured beside it, that cannot be told.
    """
    azimuth = np.arctan2(points[:, 1], points[:, 0])
    order = np.argsort(azimuth)
    along, azimuth = points[order], azimuth[order]
    ranges, apart = np.hypot(*along.T), np.diff(azimuth)
    parted = (np.hypot(*np.diff(along, axis=0).T) > _STEP_M) | (apart > _BESIDE_RAD)
    first = np.concatenate(((0,), np.flatnonzero(parted) + 1))
    last = np.concatenate((first[1:] - 1, (len(points) - 1,)))
    beside = np.concatenate(((False,), apart <= _BESIDE_RAD, (False,)))
    padded = np.concatenate(((0.0,), ranges, (0.0,)))
    stands = beside[first] & (padded[first] > ranges[first] + _STEP_M)
    stands &= beside[last + 1] & (padded[last + 2] > ranges[last] + _STEP_M)
    stands &= np.hypot(*(along[last] - along[first]).T) < _BODY_M
    found = np.empty(len(points), np.bool_)
    found[order] = np.repeat(stands, last - first + 1)
    return found
