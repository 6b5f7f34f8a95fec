"""Who is found in a shot by the colour picture, by the thermal one, and by both together."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.perception.warm_parts.shots import Human, Shot
from benchmarks.picturing.score import overlap
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from perception.config import PerceptionConfig
from perception.detectors.base import PERSON
from perception.ground_projection import GroundProjector
from perception.map_view import PatrolMapView
from perception.placing import Placer
from perception.tracks import Observation
from perception.warm_fusion import WarmFusion
from simulation.actors.kinds import ActorKind
from simulation.truth_box import TruthBox

COLOUR, WARMTH, BOTH = "colour", "warmth", "both"
WAYS = (COLOUR, WARMTH, BOTH)
MIN_VISIBLE, MIN_OVERLAP = 0.6, 0.5
SAME_M, SAME_SHARE = 1.0, 0.08  # a place so near is theirs; of the distance
NEAR_M, FAR_M = 2.0, 22.0
_EDGE_PX = 2.0  # a box so near the picture's edge is cut


@dataclass(slots=True)
class Tally:
    """What was found of whom."""

    found: list[tuple[float, dict[str, bool]]] = field(default_factory=list)  # distance, by way
    pictures: int = 0
    empty: int = 0  # of them, nobody in view of the thermal camera
    false_warm: int = 0  # people by warmth where there are none
    false_in_empty: int = 0
    spent_s: list[float] = field(default_factory=list)  # by the clock, a thermal picture


class Ways:
    """Judges the shots of one map's scenes."""

    def __init__(self, config: PerceptionConfig, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        heights = PatrolMapView(patrol_map).heights
        self._config, self._spec = config, spec
        self._placer = Placer(config.ranging, config.projection.max_range_m, spec.lidar, heights)
        self._fusion = WarmFusion(config, spec.lidar, heights)

    def judge(self, shots: Sequence[Shot], tally: Tally) -> None:
        """Add a scene's shots."""
        for shot in shots:
            self._judge(shot, tally)

    def _judge(self, shot: Shot, tally: Tally) -> None:
        projector = GroundProjector(self._spec.cameras[0], shot.pose, self._config.projection)
        colour = self._observed(shot, projector)
        began_s = time.perf_counter()
        warmth = self._fusion.fuse([], shot.thermal, projector, shot.scan).observations
        tally.spent_s.append(time.perf_counter() - began_s)
        both = self._fusion.fuse(colour, shot.thermal, projector, shot.scan).observations
        seen = {
            way: [o for o in some if o.label == PERSON and self._is_sure(o)]
            for way, some in zip(WAYS, (colour, warmth, both), strict=True)
        }
        tally.pictures += 1
        tally.empty += not shot.humans
        false = sum(
            not any(_is_of(one, human) for human in shot.humans)
            for one in seen[BOTH]
            if one.by_warmth
        )
        tally.false_warm += false
        tally.false_in_empty += false if not shot.humans else 0
        for human in shot.humans:
            if self._counts(human.warm_box):
                hits = {way: any(_is_of(o, human) for o in seen[way]) for way in WAYS}
                tally.found.append((human.warm_box.distance_m, hits))

    def _is_sure(self, one: Observation) -> bool:
        return one.score >= self._config.tracking.sure_score

    def _counts(self, box: TruthBox) -> bool:
        x1, _, x2, _ = box.box_xyxy_px
        whole = x1 > _EDGE_PX and x2 < self._spec.thermal_cameras[0].width_px - _EDGE_PX
        near = NEAR_M <= box.distance_m < FAR_M
        is_person = box.class_name == ActorKind.PERSON.value
        return is_person and near and whole and box.visible >= MIN_VISIBLE

    def _observed(self, shot: Shot, projector: GroundProjector) -> list[Observation]:
        found, name = shot.found, projector.camera.name
        boxes = found.boxes_xyxy.astype(np.float64)
        labels = [found.label(index) for index in range(len(found))]
        placed = self._placer.places(projector, boxes, labels, shot.scan)
        return [
            Observation(box, float(score), label, at.point, at.width_m, at.height_m, name)
            for box, score, label, at in zip(boxes, found.scores, labels, placed, strict=True)
            if at is not None
        ]


def _is_of(one: Observation, human: Human) -> bool:
    """Whether an observation is somebody's, by box or by place."""
    truth = human.warm_box
    apart_m = math.hypot(
        one.point.x_m - truth.position_map[0], one.point.y_m - truth.position_map[1]
    )
    if apart_m < max(SAME_M, SAME_SHARE * truth.distance_m):
        return True
    box = human.colour_box
    return box is not None and bool(overlap(box.box_xyxy_px, one.box_xyxy[None])[0] >= MIN_OVERLAP)
