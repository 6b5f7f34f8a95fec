"""Whether something warm stands on the ground, as people do, or hangs above it.

A window, a lamp or a bonnet has its lower edge above the ground. Seen from a camera that is where
the ground is further away; the lidar, which looks level and low, tells the difference: it meets
the wall or the bumper under it, or well before where it seems to stand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import LidarSpec
from perception.ground_projection import GroundPoint, GroundProjector
from perception.map_heights import MapHeights
from perception.place_looks import rise_by_map

Floats = NDArray[np.float64]

_LIFTED_M, _LIFTED_PER_M = 0.3, 0.05  # so high above the ground a measured thing hangs; by range
_BEFORE_M, _BEFORE_SHARE = 1.5, 0.2  # so much nearer something hides its foot
_OVER_GROUND_M = 0.2  # an echo from lower than that is the ground's


class Footing:
    """Knows the ground by the map's heights, where it has some."""

    def __init__(self, lidar: LidarSpec, heights: MapHeights | None = None) -> None:
        self._lidar, self._heights = lidar, heights

    def hangs(
        self,
        box_xyxy: Floats,
        point: GroundPoint,
        projector: GroundProjector,
        echoes: Floats | None,
    ) -> bool:
        """Whether a box of a camera's picture that was placed at `point` has no foot there.

        `echoes` (k, 2) of base_link; without any nothing is known to hang.
        """
        if point.from_lidar:
            ground_m = rise_by_map(projector, self._heights, (point.x_m, point.y_m))
            return point.rise_m - ground_m > _LIFTED_M + _LIFTED_PER_M * point.range_m
        if echoes is None or not len(echoes):
            return False
        x1, _, x2, y2 = box_xyxy.tolist()
        low, high = projector.rays.azimuth(x2, y2), projector.rays.azimuth(x1, y2)
        relative = echoes - projector.camera_base[:2]
        azimuth = np.arctan2(relative[:, 1], relative[:, 0])
        before_m = point.range_m - max(_BEFORE_M, _BEFORE_SHARE * point.range_m)
        before = (azimuth >= low) & (azimuth <= high)
        before &= np.hypot(relative[:, 0], relative[:, 1]) < before_m
        return bool(before.any()) and self._stand(echoes[before], projector)

    def _stand(self, echoes: Floats, projector: GroundProjector) -> bool:
        """Whether any of some echoes is not the ground that the map knows."""
        if self._heights is None:
            return True
        pose = projector.stamped.pose
        places = np.vstack(([pose.x_m, pose.y_m], pose.transform_points(echoes)))
        ground, _ = self._heights.at(places)
        beams = np.column_stack((echoes, np.full(len(echoes), self._lidar.z_m)))
        level = (beams @ projector.level_from_base.T)[:, 2]
        return bool((level - (ground[1:] - ground[0]) > _OVER_GROUND_M).any())
