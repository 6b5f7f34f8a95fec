"""Whether who seems to lie along the view may stand further down a slope instead.

Where a street falls away ahead, somebody upright far down it is as high in the picture as a body
on the level ground before the crest, and as narrow. By the map's heights that can be told: at the
distance at which the box is as tall as people are, is the ground where its foot is?
"""

from __future__ import annotations

import math

from perception.ground_projection import GroundProjector
from perception.looks import Box
from perception.map_heights import MapHeights
from perception.place_looks import rise_by_map

_TALL_M = (1.2, 1.4, 1.6, 1.8, 2.0)
_FARTHEST_M = 60.0
_LEAST_SLOPE = 1e-3  # of a box between its edges' rays: lower ones are nobody in sight
# what the ground may be off by the map: crests are round, and a pixel is more the further away
_OFF_M, _OFF_SHARE = 0.3, 0.015


def may_stand_beyond(
    box_xyxy: Box, projector: GroundProjector, heights: MapHeights | None
) -> bool:
    """Whether somebody upright on the map's ground would fill such a box from further away.

    False for boxes that are wider than high, and on a map without heights.
    """
    x1, y1, x2, y2 = box_xyxy.tolist()
    middle, camera, pose = (x1 + x2) / 2, projector.camera, projector.stamped.pose
    foot, top = projector.rays.slope(middle, y2), projector.rays.slope(middle, y1)
    if heights is None or x2 - x1 > y2 - y1 or top - foot < _LEAST_SLOPE:
        return False
    azimuth = projector.rays.azimuth(middle, y2)
    for tall_m in _TALL_M:
        far_m = tall_m / (top - foot)
        place = pose.transform(
            camera.x_m + far_m * math.cos(azimuth), camera.y_m + far_m * math.sin(azimuth)
        )
        off_m = rise_by_map(projector, heights, place) - (camera.z_m + foot * far_m)
        if far_m <= _FARTHEST_M and abs(off_m) <= _OFF_M + _OFF_SHARE * far_m:
            return True
    return False
