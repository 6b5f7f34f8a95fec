"""Where the things in a picture stand: lidar first, else the ground and people's heights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from perception.detectors.base import PERSON
from perception.ground_projection import GroundPoint, GroundProjector
from perception.map_heights import MapHeights
from perception.ranging import Ranges, Ranging, RangingConfig, Views
from perception.tracking_view import ious

Floats = NDArray[np.float64]

_EDGE_PX = 2.0  # a box so near the picture's edge is cut
_HORIZON = -1e-3  # a ray that falls less never meets level ground
_OVER_BEAM_M = 0.1  # what is to be hit stands so much higher than the lidar looks
_LEAST_GATE_M = 1.0
_SAME_OVERLAP = 0.5  # of two boxes of one body
_BODY_M = 0.4  # echoes so near a body's middle are its own


@dataclass(frozen=True, slots=True)
class Placed:
    """Where something stands, and how wide and high its box is there."""

    point: GroundPoint
    width_m: float
    height_m: float


class Placer:
    """Places of boxes; one for a camera, with the map's heights where they are known."""

    def __init__(
        self,
        config: RangingConfig,
        max_range_m: float,
        lidar: LidarSpec,
        heights: MapHeights | None = None,
    ) -> None:
        self._config, self._max_range_m, self._lidar = config, max_range_m, lidar
        self._ranging = Ranging(config, max_range_m, heights)

    def places(
        self, projector: GroundProjector, boxes: Floats, labels: Sequence[str], scan: Scan | None
    ) -> list[Placed | None]:
        """Where each box (n, 4) px stands; None above the horizon, beyond the range, or for NaN.

        A lidar return in the middle of a box, at a range that fits, is where it is. `scan` is None
        where there is none of the picture's time.
        """
        numbers = [bool(np.isfinite(box).all()) for box in boxes]
        if not all(numbers):
            named = [label for label, is_one in zip(labels, numbers, strict=True) if is_one]
            good = iter(self.places(projector, boxes[numbers], named, scan))
            return [next(good) if is_one else None for is_one in numbers]
        if not len(boxes):
            return []
        views = self._views(projector, boxes, labels)
        ranges = self._ranging.ranges(views, projector.stamped)
        echoes = None if scan is None else scan.points_base(self._lidar.x_m, self._lidar.y_m)
        placed: list[Placed | None] = [None] * len(boxes)
        taken: list[tuple[int, GroundPoint]] = []
        for index in np.argsort(ranges.median_m).tolist():
            free = _not_of(taken, boxes, index, echoes, projector)
            point = self._hit(projector, boxes[index], views, ranges, index, free)
            if point is not None:
                taken.append((index, point))
            else:
                point = self._seen(projector, views, ranges, index)
            if point is not None:
                placed[index] = _sized(point, boxes[index], views, index, projector)
        return placed

    def _views(self, projector: GroundProjector, boxes: Floats, labels: Sequence[str]) -> Views:
        config, camera = self._config, projector.camera
        tall = boxes[:, 3] - boxes[:, 1]
        middle = (boxes[:, 0] + boxes[:, 2]) / 2
        feet = projector.rays.rays(middle, boxes[:, 3] - config.low_share * tall)
        heads = projector.rays.rays(middle, boxes[:, 1] + config.high_share * tall)
        level = projector.level_from_base
        foot_rays, head_rays = feet @ level.T, heads @ level.T
        across = np.hypot(foot_rays[:, 0], foot_rays[:, 1])
        cut = (boxes[:, 1] <= _EDGE_PX) | (boxes[:, 3] >= camera.height_px - _EDGE_PX)
        upright = boxes[:, 2] - boxes[:, 0] < config.upright_aspect * tall
        people = np.array([label == PERSON for label in labels], np.bool_)
        return Views(
            level @ projector.camera_base,
            float(projector.camera_base[2]),
            foot_rays[:, :2] / across[:, None],
            foot_rays[:, 2] / across,
            head_rays[:, 2] / np.hypot(head_rays[:, 0], head_rays[:, 1]),
            feet[:, 2] / np.hypot(feet[:, 0], feet[:, 1]),
            np.hypot(config.feet_sigma_px, config.feet_sigma_share * tall) / camera.focal_px,
            config.head_sigma_px / camera.focal_px,
            upright & people & ~cut,
        )

    def _hit(
        self,
        projector: GroundProjector,
        box: Floats,
        views: Views,
        ranges: Ranges,
        index: int,
        echoes: Floats | None,
    ) -> GroundPoint | None:
        """By lidar; None where no beam can or does meet it."""
        if echoes is None:
            return None
        range_m = float(ranges.median_m[index])
        height = range_m * float(views.head_slopes[index] - views.foot_slopes[index])
        if height < self._lidar.z_m + _OVER_BEAM_M:
            return None  # the beam passes above it: any return is something behind
        gate = max(_LEAST_GATE_M, 3.0 * float(ranges.sigma_m[index]))
        return projector.lidar_hit(box, range_m, gate, echoes)

    def _seen(
        self, projector: GroundProjector, views: Views, ranges: Ranges, index: int
    ) -> GroundPoint | None:
        """By the camera alone; None out of reach, or above the horizon without a height."""
        slope, range_m = float(views.plane_slopes[index]), float(ranges.median_m[index])
        if range_m > self._max_range_m or (slope > _HORIZON and not views.whole_people[index]):
            return None
        sigma_m, along = float(ranges.sigma_m[index]), views.directions[index]
        aside_m = math.hypot(range_m * views.foot_sigmas[index], self._config.aside_sigma_m)
        ahead, left = along.tolist()
        apart = sigma_m**2 - aside_m**2  # variance along the view, less that across it
        across = aside_m**2
        covariance = np.array(
            [
                [across + apart * ahead * ahead, apart * ahead * left],
                [apart * ahead * left, across + apart * left * left],
            ]
        )
        return projector.level_point(
            views.eye[:2] + range_m * along,
            covariance,
            range_m,
            float(projector.camera_base[2]) + slope * range_m,
            float(ranges.ground_m[index]),
        )


def _not_of(
    taken: Sequence[tuple[int, GroundPoint]],
    boxes: Floats,
    index: int,
    echoes: Floats | None,
    projector: GroundProjector,
) -> Floats | None:
    """The echoes (n, 2) but those of who stands in front; two boxes of one body share theirs."""
    if echoes is None or not taken:
        return echoes
    overlaps = ious(boxes[index][None], boxes[[other for other, _ in taken]])[0]
    spots = [
        (point.x_m, point.y_m)
        for (_, point), overlap in zip(taken, overlaps, strict=True)
        if overlap < _SAME_OVERLAP
    ]
    if not spots:
        return echoes
    places = projector.stamped.pose.transform_points(echoes)
    apart = np.hypot(*(places[:, None] - np.array(spots)[None]).transpose(2, 0, 1))
    return np.asarray(echoes[(apart > _BODY_M).all(axis=1)], np.float64)


def _sized(
    point: GroundPoint, box: Floats, views: Views, index: int, projector: GroundProjector
) -> Placed:
    width_m = float(box[2] - box[0]) / projector.camera.focal_px * point.range_m
    height_m = point.range_m * float(views.head_slopes[index] - views.foot_slopes[index])
    return Placed(point, width_m, height_m)
