"""Where the things in a picture stand: lidar first, else the ground and people's heights."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from perception.detectors.base import PERSON
from perception.ground_projection import GroundPoint, GroundProjector
from perception.lidar_echoes import LidarEchoes, Mask
from perception.lidar_ground import LidarGround
from perception.map_heights import MapHeights
from perception.ranging import Ranges, Ranging, RangingConfig, Views
from perception.tracking_view import ious

Floats = NDArray[np.float64]

_EDGE_PX = 2.0  # a box so near the picture's edge is cut
_HORIZON = -1e-3  # a ray that falls less never meets level ground
_OVER_BEAM_M = 0.1  # what is to be hit stands so much higher than the lidar looks
_LEAST_GATE_M = 1.0
_CUT_SHARE = 0.02  # of the picture's height: a detector's boxes end so far before its edge
_SAME_OVERLAP = 0.5  # of two boxes of one body


class Placed(Struct, frozen=True):
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
        from perception.range_kernels import lines_of  # machine code: 0.3 s to load

        self._lines_of = lines_of
        self._ranging = Ranging(config, max_range_m, heights)
        self._lidar_ground = LidarGround(heights, lidar)

    def places(
        self, projector: GroundProjector, boxes: Floats, labels: Sequence[str], scan: Scan | None
    ) -> list[Placed | None]:
        """Where each box (n, 4) px stands; None above the horizon, beyond the range, or for NaN.

        A lidar return in the middle of a box, at a range that fits, is where it is. `scan` is None
        where there is none of the picture's time.
        """
        finite = np.asarray(np.isfinite(boxes).all(axis=1), np.bool_)
        if not finite.all():
            named = [label for label, is_one in zip(labels, finite, strict=True) if is_one]
            good = iter(self.places(projector, boxes[finite], named, scan))
            return [next(good) if is_one else None for is_one in finite]
        if not len(boxes):
            return []
        views = self._views(projector, boxes, labels)
        ranges = self._ranging.ranges(views, projector.stamped)
        rises = views.rises
        points = self._seen(projector, views, ranges)
        if scan is not None:
            echoes = LidarEchoes(self._echoes(scan), projector, self._lidar_ground)
            self._measure(points, echoes, boxes, _lines(boxes, labels, ranges, rises))
        widths = (boxes[:, 2] - boxes[:, 0]) / projector.camera.focal_px
        return [
            None if at is None else Placed(at, width * at.range_m, at.range_m * rise)
            for at, width, rise in zip(points, widths.tolist(), rises.tolist(), strict=True)
        ]

    def _echoes(self, scan: Scan) -> Floats:
        return scan.points_base(self._lidar.x_m, self._lidar.y_m)

    def _views(self, projector: GroundProjector, boxes: Floats, labels: Sequence[str]) -> Views:
        config, camera = self._config, projector.camera
        people = np.array([label == PERSON for label in labels], np.bool_)
        lines, whole_people = self._lines_of(
            *(np.ascontiguousarray(boxes), people),
            *(projector.rays.base_from_optical, projector.level_from_base),
            (camera.focal_px, camera.width_px / 2, camera.height_px / 2),
            (config.low_share, config.high_share),
            (config.feet_sigma_px, config.feet_sigma_share),
            (_EDGE_PX, config.upright_aspect),
        )
        eye_x, eye_y, eye_z = (projector.level_from_base @ projector.camera_base).tolist()
        head_sigma = config.head_sigma_px / camera.focal_px
        return Views((eye_x, eye_y, eye_z), camera.z_m, lines, head_sigma, whole_people)

    def _measure(
        self,
        points: list[GroundPoint | None],
        echoes: LidarEchoes,
        boxes: Floats,
        lines: Sequence[_Line],
    ) -> None:
        """Put those whom a beam meets where the lidar says, the nearest first.

        The echoes of who stands in front are not of who is behind; two boxes of one body share
        theirs. Whose feet something nearer hides, but no person, may be on that, or anywhere
        behind it; whose feet are below the picture is nearer than the camera can tell.
        """
        overlaps, bodies = ious(boxes, boxes), dict[int, Mask]()
        for index in np.argsort([line.range_m for line in lines]).tolist():
            line = lines[index]
            if line.tall_m < self._lidar.z_m + _OVER_BEAM_M:
                continue  # the beam passes above it: any return is something behind
            gate_m = max(_LEAST_GATE_M, 3.0 * line.sigma_m)
            others = [
                body for other, body in bodies.items() if overlaps[index, other] < _SAME_OVERLAP
            ]
            from_m, to_m = line.range_m - gate_m, line.range_m + gate_m
            ends_below = line.box_xyxy[3] >= (1.0 - _CUT_SHARE) * echoes.camera.height_px
            point = echoes.hit(line.box_xyxy, 0.0 if ends_below else from_m, to_m, others)
            seen = points[index]
            if point is not None:
                points[index], bodies[index] = point, echoes.of_body(point)
            elif seen is not None:
                people = [body for other, body in bodies.items() if lines[other].is_person]
                hidden_m = echoes.before_feet_m(line.box_xyxy, from_m, self._lidar.z_m, people)
                if hidden_m is not None:
                    points[index] = _doubted(seen, echoes.viewpoint_map, hidden_m)

    def _seen(
        self, projector: GroundProjector, views: Views, ranges: Ranges
    ) -> list[GroundPoint | None]:
        """By the camera alone; None out of reach, or above the horizon without a height."""
        range_m, (ahead, left) = ranges.median_m, views.directions.T
        across = (range_m * views.lines[:, 3]) ** 2 + self._config.aside_sigma_m**2
        apart = ranges.sigma_m**2 - across  # variance along the view, less that across it
        spread = (across + apart * ahead**2, apart * ahead * left, across + apart * left**2)
        eye_x, eye_y, _ = views.eye
        x, y, covariances = projector.level_points(
            eye_x + range_m * ahead, eye_y + range_m * left, spread
        )
        rise_m = views.eye_over_plane_m + views.plane_slopes * range_m
        stands = (views.plane_slopes <= _HORIZON) | views.whole_people
        stands &= range_m <= self._max_range_m
        columns = (x, y, range_m, rise_m, ranges.ground_m, stands)
        rows = zip(covariances, *(column.tolist() for column in columns), strict=True)
        return [
            GroundPoint(x_m, y_m, covariance, far_m, False, up_m, measured_m) if is_one else None
            for covariance, x_m, y_m, far_m, up_m, measured_m, is_one in rows
        ]


class _Line(Struct, frozen=True):
    """What is known of one box by the camera: numbers alone, as each is asked for on its own."""

    box_xyxy: tuple[float, float, float, float]
    is_person: bool
    range_m: float
    sigma_m: float
    rise: float  # of its upper edge's ray over its lower one's, for each metre away

    @property
    def tall_m(self) -> float:
        """How high the box is there."""
        return self.range_m * self.rise


def _doubted(
    point: GroundPoint, viewpoint_map: tuple[float, float], nearest_m: float
) -> GroundPoint:
    """A place that may be as near as `nearest_m`: one standard deviation towards the camera."""
    away = np.array([point.x_m - viewpoint_map[0], point.y_m - viewpoint_map[1]])
    doubt = away * (1.0 - nearest_m / point.range_m)
    return msgspec.structs.replace(point, covariance=point.covariance + np.outer(doubt, doubt))


def _lines(boxes: Floats, labels: Sequence[str], ranges: Ranges, rises: Floats) -> list[_Line]:
    people = [label == PERSON for label in labels]
    columns = (ranges.median_m.tolist(), ranges.sigma_m.tolist(), rises.tolist())
    return [_Line(*row) for row in zip(boxes.tolist(), people, *columns, strict=True)]
