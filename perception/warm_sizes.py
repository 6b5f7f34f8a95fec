"""How far a warm region's size is a person's: shares from 0 to 1, by metres alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundProjector
from perception.placing import Placed
from perception.warm_people_config import WarmPeopleConfig

Floats = NDArray[np.float64]

_EDGE_PX = 1.0  # a region so near the picture's edge is cut
_STOUT, _SLIM = 1.4, 0.75  # width to height, at most, of who sits (0.9 m) and who stands (1.2 m)
_SLIMMEST = 0.08
# Beyond `_SHARP_M` a dog may seem a pixel or two larger: by then so many pixels more are asked.
_SHARP_M, _MORE_PX = 8.0, 3.5
_THICK_M = 0.18  # of who lies, at least: lower is something warm in the ground
_SHOULDERS_M = (0.42, 0.8)  # across the view, of who lies along it
_ALONG_M = (1.35, 2.9)  # by the upper edge of what is flat: a cat seems 1.1 m long
_COARSE_M = 0.58  # of a pixel along the ground: where it covers more a cat may be a body


def upright_share(
    at: Placed, box: Floats, projector: GroundProjector, config: WarmPeopleConfig
) -> float:
    """Of somebody who stands, sits or crouches; 0 where feet or head are not in the picture."""
    if box[1] <= _EDGE_PX or box[3] >= projector.camera.height_px - _EDGE_PX:
        return 0.0
    tall, point = at.height_m, at.point
    measured_m = point.range_m if point.measured_range_m is None else point.measured_range_m
    by_ground = tall * measured_m / point.range_m  # people's usual heights apart
    most = config.most_height_m
    least_m = config.least_height_m + _more_m(at, projector)
    height = _between(tall, least_m, most, 0.15)
    height *= _between(by_ground, 0.7 * config.least_height_m, 1.3 * most, 0.3)
    width = _between(at.width_m, config.least_width_m, config.most_width_m, 0.1)
    stoutest = float(np.interp(tall, (0.9, 1.2), (_STOUT, _SLIM)))
    return height * width * _between(at.width_m / max(tall, 0.01), _SLIMMEST, stoutest, 0.05)


def lying_share(
    at: Placed,
    box: Floats,
    projector: GroundProjector,
    config: WarmPeopleConfig,
    has_scan: bool,
) -> float:
    """Of somebody who lies, across the view or along it.

    Along the view a body is as wide as a dog is long, but lower than the lidar looks: without a
    scan, or where that has met it, nobody lies so, nor where pixels are coarse (beyond 10 m).
    """
    if not 0 < at.height_m <= config.lies_height_m:
        return 0.0
    if box[3] >= projector.camera.height_px - _EDGE_PX:
        return 0.0
    if at.width_m >= config.least_length_m:
        least_m = config.least_length_m + _more_m(at, projector)
        long = _between(at.width_m, least_m, config.most_length_m, 0.1)
        return long * _between(at.height_m, _THICK_M, config.lies_height_m, 0.05)
    pixel_m = at.point.range_m**2 / (projector.camera.z_m * projector.camera.focal_px)
    if not has_scan or at.point.from_lidar or pixel_m > _COARSE_M:
        return 0.0
    size = projector.footprint(box)
    scale = at.width_m / max(size.width_m, 0.01)  # where the ground is not the vehicle's plane
    along = _between(size.longest_m * scale, *_ALONG_M, 0.1)
    return along * _between(at.width_m, *_SHOULDERS_M, 0.05)


def _more_m(at: Placed, projector: GroundProjector) -> float:
    """What is asked of a length beyond its limit where pixels are coarse."""
    return _MORE_PX * max(at.point.range_m - _SHARP_M, 0.0) / projector.camera.focal_px


def _between(value: float, least: float, most: float, soft: float) -> float:
    """1 inside, falling to 0 over a share `soft` of each bound outside of it; 0 for NaN."""
    below, above = (value / least - 1) / soft + 1, (1 - value / most) / soft + 1
    share = min(below, above, 1.0)
    return max(share, 0.0) if share == share else 0.0
