"""Where a lidar's beam meets the ground itself: before a rise, or at the foot of a slope.

The lidar looks along the vehicle's own plane, so where the ground comes up to that plane it
measures the ground, in an unbroken line, and somebody who stands a metre behind it would be put
there. Only a map with heights can tell; without one nothing is called ground.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights

Floats = NDArray[np.float64]

_GRAZES_M = 0.15  # what the map's heights and the vehicle's tilt are wrong by, 10 m away


class LidarGround:
    """Tells echoes of the ground by the map; `beam_m` is how high the lidar looks."""

    def __init__(self, heights: MapHeights | None, beam_m: float) -> None:
        self._heights, self._beam_m = heights, beam_m

    def met(self, points: Floats, projector: GroundProjector) -> NDArray[np.bool_]:
        """Which echoes (n, 2) of base_link are of the ground, or may be."""
        if self._heights is None or not len(points):
            return np.zeros(len(points), np.bool_)
        pose = projector.stamped.pose
        places = pose.transform_points(points)
        levels, _ = self._heights.at(np.vstack(((pose.x_m, pose.y_m), places)))
        plane = points @ projector.level_from_base[2, :2]  # the vehicle's own, over its place
        return np.asarray(self._beam_m - (levels[1:] - levels[0] - plane) < _GRAZES_M, np.bool_)
