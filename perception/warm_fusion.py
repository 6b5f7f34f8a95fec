"""People by temperature beside those whom the colour picture shows: nobody twice, nothing hidden.

Where the colour camera sees somebody, be it weakly, nothing changes: a warm person in the same
direction adds nothing, at whatever place. (Where people stand together the nearest one's feet
place them all, so places tell less than directions.) Whom it does not see at all becomes an
observation of its own, with the box that the body fills in the colour picture and the mark
`by_warmth`: rules that ask the picture for clothes, limbs or a skeleton leave these out. A car's
engine or a dog that the detector surely names is no person.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from perception.config import PerceptionConfig
from perception.detectors.base import PERSON
from perception.followed import ANIMALS, VEHICLES
from perception.ground_projection import GroundProjector
from perception.hot_spots import thermal_projector
from perception.looks import Sighting
from perception.map_heights import MapHeights
from perception.placing import Placer
from perception.rules.base import Finding
from perception.tracking_view import iou
from perception.tracks import Observation
from perception.types import Frame, ThermalPicture
from perception.warm_people import WarmPeople, WarmPerson

_LOG = logging.getLogger(__name__)
_SAME_BOX = 0.5  # overlap with an animal's box
_SAME_DIRECTION = 0.5  # share of the narrower box's width
_INSIDE = 0.6  # share of a warm box in a car's
_BEFORE_M = 0.3  # so much nearer than a car somebody stands before it
_MOVES_MPS = 1.0  # between the two pictures


@dataclass(frozen=True, slots=True)
class Fused:
    """Observations of one colour picture with those that warmth alone shows among them."""

    observations: list[Observation]
    added: list[Sighting] = field(default_factory=list)  # the latter's boxes
    lying: list[Sighting] = field(default_factory=list)  # those of them who lie

    def add(self, one: Observation, lies: bool) -> None:
        """Take somebody whom warmth alone shows."""
        self.observations.append(one)
        sighting = Sighting(one.box_xyxy, one.score)
        self.added.append(sighting)
        if lies:
            self.lying.append(sighting)


class WarmFusion:
    """People by temperature for every camera that has a thermal one beside it."""

    def __init__(
        self,
        config: PerceptionConfig,
        lidar: LidarSpec,
        heights: MapHeights | None = None,
    ) -> None:
        # A region's edges are the body's own: no margin as about a detector's boxes.
        exact = replace(config.ranging, low_share=0.0, high_share=0.0)
        placer = Placer(exact, config.projection.max_range_m, lidar, heights)
        self._people = WarmPeople(config.warm_people, placer, lidar, heights)
        self._sure_score = config.tracking.sure_score  # of a name that is believed
        self._max_age_s = config.max_thermal_age_s
        self._blind: dict[str, bool] = {}  # by camera

    def picture_of(self, frame: Frame) -> ThermalPicture | None:
        """The thermal picture that belongs to a frame, where there is a whole one of its time."""
        thermal = frame.thermal
        if thermal is None or abs(frame.stamp_s - thermal.stamp_s) > self._max_age_s:
            return None
        shape = (thermal.camera.height_px, thermal.camera.width_px)
        whole = thermal.celsius.shape == shape and bool(np.isfinite(thermal.celsius).all())
        return thermal if whole else None

    def fuse(
        self,
        observed: list[Observation],
        thermal: ThermalPicture | None,
        projector: GroundProjector,
        scan: Scan | None,
    ) -> Fused:
        """Add whom a whole thermal picture shows; `projector` is the colour camera's."""
        if thermal is None or not self._people.config.enabled:
            return Fused(observed)
        look = self._people.look(thermal, thermal_projector(thermal, projector), scan)
        self._say(projector.camera.name, not look.sees, look.ground_c)
        apart_s = abs(projector.stamped.stamp_s - thermal.stamp_s)
        named = [other for other in observed if other.score >= self._sure_score]
        fused = Fused(list(observed))
        for person in look.people:
            one = _observation(person, projector, apart_s)
            if one is None or any(_is_no_person(one, other) for other in named):
                continue
            if not any(_is_there(one, other) for other in observed):
                fused.add(one, person.lies)
        return fused

    def _say(self, camera: str, blind: bool, ground_c: float) -> None:
        """Log when a camera begins or ends to be unable to tell people by warmth."""
        if blind != self._blind.get(camera, False):
            self._blind[camera] = blind
            event = "warm_people_cannot_see" if blind else "warm_people_see_again"
            _LOG.info("%s camera=%s ground_c=%.1f", event, camera, ground_c)


def marked(findings: Sequence[Finding], added: Sequence[Sighting]) -> list[Finding]:
    """Findings; the details of those whose box warmth alone gave say so."""
    return [
        replace(finding, details={**finding.details, "seen_by": "warmth"})
        if any(finding.box_xyxy is one.box_xyxy for one in added)
        else finding
        for finding in findings
    ]


def _observation(
    person: WarmPerson, projector: GroundProjector, apart_s: float
) -> Observation | None:
    """Somebody as the colour picture would show them; None beside it."""
    placed, point = person.placed, person.placed.point
    box = projector.boxes_at(
        np.array([[point.x_m, point.y_m]]),
        np.array([[placed.width_m, placed.height_m]]),
        np.array([point.rise_m]),
    )[0]
    camera = projector.camera
    if np.isnan(box).any() or box[0] >= camera.width_px or box[2] <= 0:
        return None
    if box[1] >= camera.height_px or box[3] <= 0:
        return None
    moved = np.eye(2) * (_MOVES_MPS * apart_s) ** 2
    return Observation(
        box,
        person.score,
        PERSON,
        structs.replace(point, covariance=point.covariance + moved),
        placed.width_m,
        placed.height_m,
        camera.name,
        by_warmth=True,
    )


def _is_there(one: Observation, other: Observation) -> bool:
    """Whether the colour picture shows somebody where a warm person is, or in that direction."""
    if other.label != PERSON:
        return False
    narrow = min(_width(one.box_xyxy), _width(other.box_xyxy))
    return _shared(one.box_xyxy, other.box_xyxy) >= _SAME_DIRECTION * narrow


def _is_no_person(one: Observation, other: Observation) -> bool:
    """Whether a warm region is an animal, or part of a car, by the name in the colour picture."""
    if other.label in ANIMALS:
        return iou(one.box_xyxy, other.box_xyxy) >= _SAME_BOX
    if other.label not in VEHICLES or one.point.range_m < other.point.range_m - _BEFORE_M:
        return False
    low = np.maximum(one.box_xyxy[:2], other.box_xyxy[:2])
    high = np.minimum(one.box_xyxy[2:], other.box_xyxy[2:])
    inside = float(np.prod(np.maximum(high - low, 0.0)))
    return inside >= _INSIDE * float(np.prod(one.box_xyxy[2:] - one.box_xyxy[:2]))


def _width(box: NDArray[np.float64]) -> float:
    return float(box[2] - box[0])


def _shared(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Width that two boxes share, px; 0 at least."""
    return float(max(min(first[2], second[2]) - max(first[0], second[0]), 0.0))
