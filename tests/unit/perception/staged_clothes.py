"""A stage for looks at people: painted, in clothes and hair of given colours, in a given light."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from staged_people import CAMERA, NOON_S, PICTURE_S, Way, stands

from patrol.errors import ModelError
from patrol.geometry import Pose2, StampedPose
from patrol.incident import Incident
from patrol.person_search import PersonSearch, Rgb
from perception.appearance import GROUND_LEVEL
from perception.detectors.base import Detections, Image, Skeleton
from perception.followed import FollowedLog
from perception.ground_projection import GroundPoint, GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.map_view import NOWHERE, MapView
from perception.rules.base import Finding, Rule, Scene
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig
from perception.tracking import Observation, Tracker

RED, GREY, GREEN, NAVY = (0.8, 0.15, 0.12), (0.5, 0.5, 0.5), (0.15, 0.45, 0.25), (0.15, 0.2, 0.45)
SKIN = (0.8, 0.62, 0.5)
GREY_HAIR, DARK_HAIR = (0.66, 0.65, 0.64), (0.12, 0.09, 0.08)
BLACK, WHITE = (0.12, 0.12, 0.13), (0.9, 0.9, 0.9)
START = (50.0, 0.0)
HERE = stands(56.0, -1.0)
# shoulders, hips, knees, ankles of who stands: across and down, in shares of the box
_JOINTS = {5: (0.3, 0.2), 6: (0.7, 0.2), 11: (0.38, 0.5), 12: (0.62, 0.5), 13: (0.36, 0.72),
           14: (0.64, 0.72), 15: (0.36, 0.95), 16: (0.64, 0.95)}  # fmt: skip
_EYES = {1: 0.48, 2: 0.52}  # across


def searched(case_id: str = "case-1", **changes: object) -> PersonSearch:
    """An open search for somebody in a red top and grey trousers."""
    plain = PersonSearch(
        case_id, NOON_S - 600, NOON_S + 3600, top_rgb=RED, trousers_rgb=GREY, height_m=(1.6, 1.7)
    )
    return replace(plain, **changes)


@dataclass(frozen=True)
class Dressed:
    """Somebody on the stage."""

    way: Way
    top: Rgb = RED
    trousers: Rgb = GREY
    height_m: float = 1.65
    hair: Rgb | None = None  # above a face; None: no head is painted


class StagedPose:
    """The skeleton of who stands in the middle of a crop; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        self.asked += 1
        side = crop_bgr.shape[0]
        tall, middle = side / 1.3, side / 2
        points = np.zeros((17, 3), np.float32)
        for index, (across, down) in _JOINTS.items():
            u = middle + (across - 0.5) * 0.3 * tall
            points[index] = (u, middle + (down - 0.5) * tall, 0.9)
        return [Skeleton(points, 0.9)]


class StagedHead(StagedPose):
    """With eyes 7.5 % below the top of who stands, and a trunk that leans by `lean_rad`."""

    def __init__(self, lean_rad: float = 0.0, score: float = 0.9) -> None:
        super().__init__()
        self.lean_rad, self.score = lean_rad, score

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        (whole,) = super().skeletons(crop_bgr)
        side = crop_bgr.shape[0]
        tall, points = side / 1.3, whole.keypoints.copy()
        for joint, across in _EYES.items():
            u = side / 2 + (across - 0.5) * 0.3 * tall
            points[joint] = (u, side / 2 + (0.075 - 0.5) * tall, 0.9)
        points[[5, 6], 0] += 0.3 * tall * math.tan(self.lean_rad)
        return [Skeleton(points, self.score)]


@dataclass
class Stage:
    """The vehicle stands and looks east; `light` and `tint` are factors of the picture."""

    rule: MissingPersonRule | Rule
    people: Sequence[Dressed]
    light: float = 1.0
    tint: Rgb = (1.0, 1.0, 1.0)
    map_view: MapView = NOWHERE
    begin_s: float = NOON_S
    t: float = 0.0
    findings: list[tuple[float, Finding]] = field(default_factory=list)
    incidents: list[tuple[float, Incident]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tracker, self._log = Tracker(), FollowedLog()
        self._book = IncidentBook(IncidentConfig(), "proving-ground")
        shape = (2 * CAMERA.height_px, CAMERA.width_px, 3)
        self._noise = np.random.default_rng(7).normal(0.0, 0.01, shape).astype(np.float32)

    def play(self, seconds: float, each: Callable[[float], None] = lambda _: None) -> None:
        """Some more pictures."""
        for _ in range(round(seconds / PICTURE_S)):
            each(self.t)
            found = self.rule.step(self._scene())
            self.findings += [(self.t, finding) for finding in found]
            changes = self._book.step(found, self.begin_s + self.t)
            self.incidents += [(self.t, incident) for incident, _ in changes]
            self.t += PICTURE_S

    def of_phase(self, phase: str) -> list[tuple[float, Incident]]:
        return [(t, one) for t, one in self.incidents if one.phase.value == phase]

    def _scene(self) -> Scene:
        stamp_s = self.begin_s + self.t
        stamped = StampedPose(stamp_s, Pose2(*START, 0.0), np.eye(3) * 1e-4)
        projector = GroundProjector(CAMERA, stamped)
        eye = stamped.pose.transform(CAMERA.x_m, CAMERA.y_m)
        placed = [(place, one) for one in self.people if (place := one.way(self.t)) is not None]
        placed.sort(key=lambda pair: -math.dist(pair[0], eye))
        shape = (CAMERA.height_px, CAMERA.width_px, 3)
        image = np.full(shape, GROUND_LEVEL, np.float32)
        seen = []
        for place, one in placed:
            box = projector.box_at(*place, 0.3 * one.height_m, one.height_m)
            _paint(image, box, one)
            point = GroundPoint(*place, np.eye(2) * 0.05**2, math.dist(place, eye))
            seen.append(Observation(box, 0.8, "person", point, 0.5, one.height_m))
        image *= np.array(self.tint, np.float32) * self.light
        row = round(7 * self.t / PICTURE_S) % CAMERA.height_px
        image += self._noise[row : row + CAMERA.height_px]
        self._tracker.step(seen, projector, stamp_s)
        tracks = self._tracker.confirmed()
        people = self._log.step(tracks, Detections(), projector, stamp_s)
        bgr = np.round(np.clip(image[..., ::-1], 0, 1) * 255).astype(np.uint8)
        return Scene(stamp_s, bgr, projector, (), tracks, eye, people, (), self.map_view)


def _paint(image: np.ndarray, box: np.ndarray, one: Dressed) -> None:
    """RGB levels: the upper half of a body above the lower one, a head at its top."""
    x1, y1, x2, y2 = (round(v) for v in np.clip(box, 0, [640, 360, 640, 360]))
    belt = y1 + round(0.52 * (y2 - y1))
    image[y1:belt, x1:x2] = one.top
    image[belt:y2, x1:x2] = one.trousers
    if one.hair is not None:
        image[y1 : y1 + round(0.06 * (y2 - y1)), x1:x2] = one.hair
        image[y1 + round(0.06 * (y2 - y1)) : y1 + round(0.13 * (y2 - y1)), x1:x2] = SKIN


class Likeness:
    """Embeds a crop by its mean colour; counts how often it is asked."""

    def __init__(self, error: ModelError | None = None) -> None:
        self.asked, self.error = 0, error

    def embed(self, crop_bgr: Image) -> np.ndarray:
        self.asked += 1
        if self.error is not None:
            raise self.error
        mean = crop_bgr.reshape(-1, 3).mean(axis=0) - 127.0
        return mean / max(np.linalg.norm(mean), 1e-9)


def staged(
    *people: Dressed,
    searches: tuple[PersonSearch, ...] = (searched(),),
    light: float = 1.0,
    tint: Rgb = (1.0, 1.0, 1.0),
) -> Stage:
    """People before a vehicle that looks for somebody."""
    rule = MissingPersonRule(MissingPersonConfig(), StagedPose(), Likeness())
    rule.search(searches)
    return Stage(rule, people, light, tint)


def picture_of(top: Rgb, trousers: Rgb) -> bytes:
    """A picture of the whole figure, as an operator has it."""
    image = np.full((200, 80, 3), 0.55)
    image[10:104, 22:58], image[104:195, 22:58] = top, trousers
    ok, data = cv2.imencode(".png", np.round(image[..., ::-1] * 255).astype(np.uint8))
    assert ok
    return bytes(data)
