"""A stage for things that people leave: painted pictures, a scan, what the rule says of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from staged_people import CAMERA, NOON_S, PICTURE_S, Actor, _look, _scene, view

from patrol.covariance import Covariance
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.incident import IncidentPhase
from perception.followed import FollowedLog
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.looks import Sighting
from perception.map_view import NOWHERE
from perception.rules.abandoned_object import AbandonedObjectRule
from perception.rules.abandoned_object_config import AbandonedObjectConfig
from perception.tracking import Tracker

LIDAR = (1.15, 0.0)
THING = (57.1, 1.5)
OWNER = (57.1, 1.0)
Place = tuple[float, float]
Where = Callable[[float], Place | None]  # seconds → map metres; None: not there
LEAVES_S = 3.0

GROUND = np.random.default_rng(5).normal(110.0, 4.0, (CAMERA.height_px, CAMERA.width_px))
GROUND = cv2.GaussianBlur(GROUND, (0, 0), 2.0).astype(np.float32)
NOISE = np.random.default_rng(6).normal(0.0, 2.0, (4, *GROUND.shape)).astype(np.float32)


@dataclass(frozen=True)
class Thing:
    """A thing that the lidar hits, or that is only seen: width, height and how dark it is."""

    where: Where
    hit_by_lidar: bool = True
    size_m: tuple[float, float] = (0.45, 0.3)
    grey: float = 30.0


@dataclass
class Told:
    """What came of it: seconds, phases, details, distance from THING."""

    opened: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    details: list[dict] = field(default_factory=list)
    off_m: list[float] = field(default_factory=list)
    covariances: list[Covariance] = field(default_factory=list)
    passes: int = 0


def at(place: Place, from_s: float = -math.inf, until_s: float = math.inf) -> Where:
    return lambda t: place if from_s <= t < until_s else None


def leaves(place: Place = OWNER, from_s: float = LEAVES_S, to_m: float = 15.0) -> Where:
    def where(t: float) -> Place | None:
        gone = min(max(t - from_s, 0.0) * 1.3, to_m)
        return place[0] + gone, place[1]

    return where


def scan(pose: Pose2, places: Sequence[Place], radius_m: float = 0.18) -> np.ndarray:
    """Returns (k, 2) in base_link of what stands at map places, round and opaque."""
    angles = np.linspace(-math.radians(135), math.radians(135), 541)
    ranges = np.full(len(angles), math.inf)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    for x, y in places:
        dx, dy = x - pose.x_m, y - pose.y_m
        local = np.array([cos * dx + sin * dy - LIDAR[0], cos * dy - sin * dx - LIDAR[1]])
        along = local[0] * np.cos(angles) + local[1] * np.sin(angles)
        aside2 = local @ local - along**2
        hit = (along > 0) & (aside2 < radius_m**2)
        near = along[hit] - np.sqrt(radius_m**2 - aside2[hit])
        ranges[hit] = np.minimum(ranges[hit], near)
    step = float(angles[1] - angles[0])
    return Scan(0.0, float(angles[0]), step, ranges, 0.06, 25.0).points_base(*LIDAR)


def picture(eye: GroundProjector, things: Sequence[tuple[Place, Thing]], light: float,
            stains: Sequence[np.ndarray], number: int) -> np.ndarray:  # fmt: skip
    image = GROUND.copy()
    for stain in stains:
        corners = [eye.pixel(x, y) for x, y in stain]
        cv2.fillPoly(image, [np.array(corners, np.int32)], 70.0)
    for place, thing in things:
        x1, y1, x2, y2 = (int(v) for v in eye.box_at(*place, *thing.size_m))
        image[y1:y2, x1:x2] = thing.grey
        image[(y1 + y2) // 2, x1:x2] = 3 * thing.grey
    grey = cv2.convertScaleAbs(cv2.scaleAdd(image, light, NOISE[number % 4]))
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def play(
    people: Sequence[Actor],
    things: Sequence[Thing],
    seconds: float,
    *,
    rule: AbandonedObjectRule | None = None,
    speed_mps: float = 0.0,
    away_s: tuple[float, float] = (math.inf, math.inf),
    lidar: bool = True,
    light: Callable[[float], float] = lambda _t: 1.0,
    stains: Callable[[float], Sequence[np.ndarray]] = lambda _t: (),
    clock: Callable[[float], float] = lambda t: NOON_S + t,
    sensitive: bool = False,
    seen_box: Callable[[float, GroundProjector], np.ndarray | None] = lambda _t, _eye: None,
) -> Told:
    """The vehicle looks east from (50, 0); between `away_s` it has no pictures at all.

    `seen_box` is somebody's box (px), whether a track follows them or not.
    """
    rule = rule or AbandonedObjectRule(AbandonedObjectConfig())
    rng, tracker, log = np.random.default_rng(1), Tracker(), FollowedLog()
    book, told = IncidentBook(IncidentConfig(), "proving-ground"), Told()
    map_view = view() if sensitive else NOWHERE
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        if away_s[0] <= t < away_s[1]:
            continue
        pose = Pose2(50.0 + speed_mps * t, 0.0, 0.0)
        eye = GroundProjector(CAMERA, StampedPose(clock(t), pose, np.eye(3) * 1e-4))
        seen = [one for actor in people if (one := _look(actor, t, eye, rng, 0.0)) is not None]
        here = [(place, thing) for thing in things if (place := thing.where(t)) is not None]
        hits = [place for place, thing in here if thing.hit_by_lidar]
        hits += [place for actor in people if (place := actor.way(t)) is not None]
        box = seen_box(t, eye)
        scene = dataclasses.replace(
            _scene(seen, tracker, log, eye, map_view),
            sightings=() if box is None else (Sighting(box, 0.8),),
            image_bgr=picture(eye, here, light(t), stains(t), number),
            returns_base=scan(pose, hits) if lidar else None,
            lidar_base=(1.15, 0.0, 0.35),
        )
        for incident, finding in book.step(rule.step(scene), clock(t)):
            told.passes = max(told.passes, int(finding.details["passes"]))
            if incident.phase is IncidentPhase.OPENED:
                told.opened.append(t)
                told.details.append(finding.details)
                told.covariances.append(incident.covariance_m2)
                told.off_m.append(math.dist((incident.x_m, incident.y_m), THING))
            if incident.phase is IncidentPhase.CLOSED:
                told.closed.append(t)
    return told


def bends(
    from_s: float, until_s: float, *, by_warmth: bool = False, to_m: float = 1.1
) -> Callable[[Where], list[Actor]]:
    """Somebody who is low for a while: two actors, of whom one is there at a time."""

    def made(where: Where) -> list[Actor]:
        low = Actor(lambda t: where(t) if from_s <= t < until_s else None, size_m=(0.6, to_m))
        tall = Actor(lambda t: None if from_s <= t < until_s else where(t))
        return [dataclasses.replace(one, by_warmth=by_warmth) for one in (tall, low)]

    return made
