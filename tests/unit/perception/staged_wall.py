"""A stage for watched property: a painted wall with a door and a parcel before it, in pictures.

The wall stands along y = -5, as `street-2` of the proving ground; the vehicle drives along y = 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from staged_people import CAMERA, NOON_S, PICTURE_S, proving_ground

from patrol.geometry import Pose2, StampedPose
from patrol.incident import IncidentPhase
from patrol.map import Zone, ZoneKind
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.looks import Sighting
from perception.map_view import MapView, PatrolMapView
from perception.reference_views import ReferenceConfig, ReferenceStore
from perception.rules.base import Scene
from perception.rules.changed_property import ChangedPropertyRule
from perception.rules.changed_property_config import ChangedPropertyConfig

WALL_Y_M, THINGS_Y_M, FROM_X_M, TO_X_M, HIGH_M = -5.0, -4.25, 48.0, 62.0, 3.0
RING = ((50.0, -5.0), (54.3, -5.0), (54.3, -3.5), (50.0, -3.5))
WATCHED = Zone("shop", ZoneKind.WATCHED_PROPERTY, RING)
STEP_PX_A_M = 40.0
EYE_X_M = 42.0  # where the vehicle stands


@dataclass(frozen=True)
class Look:
    """What is there: a door's leaf of a grey level or none, a parcel, somebody's box."""

    door: float | None = 70.0
    parcel: bool = True
    person_x_m: float | None = None


@dataclass
class Told:
    """What came of it; times count from the start."""

    opened: list[tuple[float, float, float]] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    details: list[dict[str, float | str]] = field(default_factory=list)


def view(*zones: Zone) -> MapView:
    return PatrolMapView(proving_ground(*(zones or (WATCHED,))))


def _bricks() -> np.ndarray:
    """Rows of bricks, each of its own shade, with a window."""
    rng = np.random.default_rng(4)
    high, long = int(HIGH_M * STEP_PX_A_M), int((TO_X_M - FROM_X_M) * STEP_PX_A_M)
    shades = rng.uniform(80, 150, (high // 8 + 1, long // 20 + 1))
    wall = np.kron(shades, np.ones((8, 20)))[:high, :long].astype(np.float32)
    wall[20:70, 240:280] = 190.0  # at x = 54.0 to 55.0
    return wall


BRICKS = _bricks()


def _paint(image: np.ndarray, eye: GroundProjector, patch: np.ndarray,
           corners: Sequence[tuple[float, float, float]]) -> None:  # fmt: skip
    """A flat patch whose corners (upper left, clockwise) are at map x, y and heights."""
    pixels = [eye.pixel(*corner) for corner in corners]
    if any(pixel is None for pixel in pixels):
        return  # behind the camera
    height, width = patch.shape
    own = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    turn = cv2.getPerspectiveTransform(own, np.array(pixels, np.float32) - 0.5)
    size = (image.shape[1], image.shape[0])
    painted = cv2.warpPerspective(patch, turn, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones_like(patch), turn, size, flags=cv2.INTER_LINEAR)
    image[mask > 0.5] = painted[mask > 0.5]


def picture(eye: GroundProjector, look: Look, light: float, seed: int) -> np.ndarray:
    """What the camera takes, with noise."""
    rng = np.random.default_rng(seed)
    image = np.full((CAMERA.height_px, CAMERA.width_px), 120.0, np.float32)
    wall = BRICKS.copy()
    if look.door is not None:  # at x = 51 to 52, 2 m high
        wall[-80:, 120:160] = look.door
        wall[-70:-45, 126:154] = look.door * 0.6
    _paint(image, eye, wall, [(FROM_X_M, WALL_Y_M, HIGH_M), (TO_X_M, WALL_Y_M, HIGH_M),
                              (TO_X_M, WALL_Y_M, 0.0), (FROM_X_M, WALL_Y_M, 0.0)])  # fmt: skip
    if look.parcel:
        box = np.full((16, 24), 55.0, np.float32)
        box[:, 10:14] = 160.0
        _paint(image, eye, box, [(52.6, THINGS_Y_M, 0.45), (53.2, THINGS_Y_M, 0.45),
                                 (53.2, THINGS_Y_M, 0.0), (52.6, THINGS_Y_M, 0.0)])  # fmt: skip
    if look.person_x_m is not None:
        x1, y1, x2, y2 = (int(v) for v in person_box(eye, look.person_x_m))
        image[max(y1, 0) : y2, max(x1, 0) : x2] = 20.0
    shade = np.linspace(1.0, 0.8, image.shape[1], dtype=np.float32)
    lit = image * light * shade + rng.normal(0, 2.0, image.shape)
    return np.repeat(np.clip(lit, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def person_box(eye: GroundProjector, x_m: float) -> np.ndarray:
    box = eye.box_at(x_m, -3.6, 0.7, 1.75)
    assert box is not None
    return box


def scene(
    map_view: MapView, stamp_s: float, x_m: float, look: Look, light: float = 1.0, seed: int = 0
) -> Scene:
    pose = Pose2(x_m, 0.0, 0.0)
    eye = GroundProjector(CAMERA, StampedPose(stamp_s, pose, np.eye(3) * 1e-4))
    people = []
    if look.person_x_m is not None:
        people.append(Sighting(person_box(eye, look.person_x_m), 0.6))
    return Scene(stamp_s, picture(eye, look, light, seed), eye, people, [],
                 pose.transform(CAMERA.x_m, CAMERA.y_m), map=map_view)  # fmt: skip


def recorded(folder: Path, map_view: MapView, begin_s: float = NOON_S - 86400.0,
             look: Look | None = None, light: float = 0.8) -> ReferenceStore:  # fmt: skip
    """A folder of reference views, made as on a vehicle."""
    config = dataclasses.replace(ChangedPropertyConfig(), references=ReferenceConfig(record=True))
    store = ReferenceStore(folder, config.references)
    rule = ChangedPropertyRule(config, store)
    for number in range(30):
        x_m = 39.0 + 0.2 * number
        at_s = begin_s + PICTURE_S * number
        told = rule.step(scene(map_view, at_s, x_m, look or Look(), light, 500 + number))
        assert told == []
    return store


def told_of(
    store: ReferenceStore | None,
    looks: Callable[[float], Look],
    seconds: float = 8.0,
    map_view: MapView | None = None,
    begin_s: float = NOON_S,
    light: float = 1.1,
    x_m: float = EYE_X_M,
    speed_mps: float = 0.0,
    change: Callable[[Scene, float], Scene] = lambda one, _t: one,
) -> Told:
    """What the rule and the book of incidents make of what is seen."""
    rule, book = ChangedPropertyRule(ChangedPropertyConfig(), store), IncidentBook(
        IncidentConfig(), "map")  # fmt: skip
    told = Told()
    the_map = map_view or view()
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        one = scene(the_map, begin_s + t, x_m + speed_mps * t, looks(t), light, number)
        for incident, _ in book.step(rule.step(change(one, t)), begin_s + t):
            if incident.phase is IncidentPhase.OPENED:
                told.opened.append((round(t, 1), incident.x_m, incident.y_m))
                told.details.append(dict(incident.details))
            elif incident.phase is IncidentPhase.CLOSED:
                told.closed.append(round(t, 1))
    return told
