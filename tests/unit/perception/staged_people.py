"""A stage for rules: people and cars by true places become noisy tracks, incidents come out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from patrol.covariance import Covariance, round_covariance
from patrol.geometry import Pose2, StampedPose
from patrol.incident import IncidentPhase
from patrol.map import PatrolMap, Zone
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from perception.detectors.base import Detections
from perception.detectors.scripted import COCO_NAMES
from perception.followed import VEHICLES, FollowedConfig, FollowedLog
from perception.ground_projection import GroundPoint, GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.map_view import NOWHERE, MapView, PatrolMapView
from perception.rules.base import Rule, Scene
from perception.tracking import Observation, Tracker

REPOSITORY = Path(__file__).parents[3]
CAMERA = load_vehicle(REPOSITORY / "config" / "vehicles" / "goalie.yaml").cameras[0]
NAMES = COCO_NAMES | {3: "motorcycle", 10: "fire hydrant", 36: "skateboard"}
PICTURE_S = 0.2
NOON_S = 1774062000.0  # 2026-03-21 12:00 in Seoul
Way = Callable[[float], tuple[float, float] | None]  # seconds → map metres; None: not seen


@dataclass(frozen=True)
class Actor:
    """Somebody or something; `sigma_m` is how badly each look places it."""

    way: Way
    label: str = "person"
    size_m: tuple[float, float] = (0.5, 1.7)
    sigma_m: float = 0.15
    under: str = ""  # what the detector sees under it
    under_until_s: float = math.inf
    by_warmth: bool = False
    covariance_m2: Covariance | None = None  # as each look tells it; None: round, by `sigma_m`
    placed: Way | None = None  # where looks place it, beside their noise; None: where it is


def stands(x_m: float, y_m: float) -> Way:
    return lambda _t: (x_m, y_m)


def walks(x_m: float, y_m: float, vx_mps: float, vy_mps: float = 0.0, from_s: float = 0.0) -> Way:
    def way(t: float) -> tuple[float, float]:
        late = max(t - from_s, 0.0)
        return x_m + vx_mps * late, y_m + vy_mps * late

    return way


@dataclass
class Played:
    """What a rule made of a scene: times count from its start."""

    opened: list[tuple[float, float, float]] = field(default_factory=list)  # (t, x, y)
    closed: list[float] = field(default_factory=list)
    details: list[dict] = field(default_factory=list)
    covariances: list[Covariance] = field(default_factory=list)  # of the opened ones


def proving_ground(*zones: Zone) -> PatrolMap:
    """A street east along y = 0, a carriageway at y 3.6 to 10.4, a crosswalk at x = 40."""
    plain = load_map(REPOSITORY / "maps" / "proving_ground.geojson")
    return dataclasses.replace(plain, zones=(*plain.zones, *zones))


def view(*zones: Zone) -> MapView:
    return PatrolMapView(proving_ground(*zones))


def play(
    rule: Rule,
    actors: Sequence[Actor],
    seconds: float,
    map_view: MapView = NOWHERE,
    *,
    seed: int = 0,
    drop: float = 0.0,
    start: tuple[float, float] = (50.0, 0.0),
    speed_mps: float = 0.0,
    begin_s: float = NOON_S,
) -> Played:
    """The vehicle looks east from `start`, and drives; a share `drop` of all boxes is missing."""
    rng = np.random.default_rng(seed)
    tracker, log = Tracker(), FollowedLog()
    book, played = IncidentBook(IncidentConfig(), "proving-ground"), Played()
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        pose = Pose2(start[0] + speed_mps * t, start[1], 0.0)
        stamped = StampedPose(begin_s + t, pose, np.eye(3) * 1e-4, speed_mps=speed_mps)
        projector = GroundProjector(CAMERA, stamped)
        seen = [o for a in actors if (o := _look(a, t, projector, rng, drop)) is not None]
        scene = _scene(seen, tracker, log, projector, map_view)
        for incident, finding in book.step(rule.step(scene), begin_s + t):
            if incident.phase is IncidentPhase.OPENED:
                played.opened.append((t, incident.x_m, incident.y_m))
                played.details.append(finding.details)
                played.covariances.append(incident.covariance_m2)
            if incident.phase is IncidentPhase.CLOSED:
                played.closed.append(t)
    return played


def _look(
    actor: Actor, t: float, projector: GroundProjector, rng: np.random.Generator, drop: float
) -> tuple[Observation, str] | None:
    place = actor.way(t)
    noise = rng.normal(0.0, max(actor.sigma_m, 1e-3), 2)
    if place is None or rng.random() < drop or not projector.in_view(*place):
        return None
    box = projector.box_at(*place, *actor.size_m)
    eye = projector.stamped.pose.transform(CAMERA.x_m, CAMERA.y_m)
    xx, xy, yy = actor.covariance_m2 or round_covariance(max(actor.sigma_m, 0.05))
    told = place if actor.placed is None else actor.placed(t) or place
    point = GroundPoint(
        told[0] + noise[0],
        told[1] + noise[1],
        np.array([[xx, xy], [xy, yy]]),
        math.dist(place, eye),
    )
    seen = Observation(
        box, 0.8, actor.label, point, *actor.size_m, by_warmth=actor.by_warmth
    )  # fmt: skip
    return seen, actor.under if t < actor.under_until_s else ""


def _scene(
    seen: Sequence[tuple[Observation, str]],
    tracker: Tracker,
    log: FollowedLog,
    projector: GroundProjector,
    map_view: MapView,
) -> Scene:
    stamp_s, pose = projector.stamped.stamp_s, projector.stamped.pose
    tracker.step([observation for observation, _ in seen], projector, stamp_s)
    found = _detections(seen)
    followed = log.step(tracker.confirmed(), found, projector, stamp_s)
    return Scene(
        stamp_s,
        np.zeros((CAMERA.height_px, CAMERA.width_px, 3), np.uint8),
        projector,
        (),
        tracker.confirmed(),
        pose.transform(CAMERA.x_m, CAMERA.y_m),
        [one for one in followed if one.is_on_foot(FollowedConfig())],
        [one for one in followed if one.track.label in VEHICLES],
        map_view,
    )


def _detections(seen: Sequence[tuple[Observation, str]]) -> Detections:
    """The boxes, and under a rider the lower half once more as what is ridden."""
    ids = {name: number for number, name in NAMES.items()}
    rows = []
    for observation, under in seen:
        x1, y1, x2, y2 = observation.box_xyxy
        rows.append((x1, y1, x2, y2, ids[observation.label]))
        if under:
            rows.append((x1, (y1 + y2) / 2, x2, y2, ids[under]))
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Detections(
        table[:, :4].astype(np.float32),
        np.full(len(table), 0.6, np.float32),
        table[:, 4].astype(np.int64),
        NAMES,
    )
