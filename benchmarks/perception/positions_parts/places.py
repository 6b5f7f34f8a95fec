"""Places: every look placed by each way of placing, and how far off it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.perception.positions_parts.looks import Look
from patrol.geometry import Scan
from patrol.vehicle import VehicleSpec
from perception.config import PerceptionConfig
from perception.detectors.base import PERSON
from perception.ground_projection import GroundPoint, GroundProjector, predicted_pose
from perception.map_heights import MapHeights
from perception.placing import Placer

CHI2_95 = 5.99  # two degrees of freedom
LIDAR, CAMERA, NO_MAP, PLANE = "lidar", "camera", "camera, map without heights", "flat plane"


@dataclass(frozen=True, slots=True)
class Error:
    """How far one look is placed from the truth; `inside` its 95 % ellipse."""

    way: str
    distance_m: float
    error_m: float
    inside: bool


class Places:
    """Places looks as the pipeline does, and as it would with less to go by."""

    def __init__(self, config: PerceptionConfig, spec: VehicleSpec) -> None:
        self._config, self._spec = config, spec
        self._placers: dict[str, tuple[Placer, Placer]] = {}

    def errors(self, looks: Iterable[Look]) -> list[Error]:
        """Of all looks, picture by picture."""
        pictures: dict[tuple[str, float], list[Look]] = defaultdict(list)
        for look in looks:
            pictures[look.scene, look.stamp_s].append(look)
        return [error for picture in pictures.values() for error in self._of(picture)]

    def _of(self, picture: Sequence[Look]) -> list[Error]:
        first = picture[0]
        pose = predicted_pose(first.pose, first.stamp_s)
        projector = GroundProjector(self._spec.cameras[0], pose, self._config.projection)
        with_map, without = self._of_map(first)
        boxes = np.array([look.box_xyxy for look in picture])
        labels = [PERSON] * len(picture)
        placed: dict[str, list[GroundPoint | None]] = {
            LIDAR: [
                p.point if p and p.point.from_lidar else None
                for p in with_map.places(projector, boxes, labels, self._scan(first))
            ],
            CAMERA: [p and p.point for p in with_map.places(projector, boxes, labels, None)],
            NO_MAP: [p and p.point for p in without.places(projector, boxes, labels, None)],
            PLANE: [projector.box_point(box) for box in boxes],
        }
        return [
            _error(way, look, point)
            for way, points in placed.items()
            for look, point in zip(picture, points, strict=True)
            if point is not None
        ]

    def _of_map(self, look: Look) -> tuple[Placer, Placer]:
        known = self._placers.get(look.patrol_map.map_id)
        if known is None:
            reach, lidar = self._config.projection.max_range_m, self._spec.lidar
            heights = MapHeights.of(look.patrol_map)
            known = (
                Placer(self._config.ranging, reach, lidar, heights),
                Placer(self._config.ranging, reach, lidar),
            )
            self._placers[look.patrol_map.map_id] = known
        return known

    def _scan(self, look: Look) -> Scan | None:
        scan = look.scan
        if scan is None or abs(scan.stamp_s - look.stamp_s) > self._config.max_scan_age_s:
            return None
        return scan


def _error(way: str, look: Look, point: GroundPoint) -> Error:
    off = np.array([point.x_m - look.true_map[0], point.y_m - look.true_map[1]])
    inside = float(off @ np.linalg.solve(point.covariance, off)) < CHI2_95
    return Error(way, look.distance_m, float(np.hypot(*off)), inside)
