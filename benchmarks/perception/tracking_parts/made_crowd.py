"""A made street for the tracker on the ground: people walk round a vehicle that drives and turns.

Boxes are what the vehicle's camera would see, with a detector's noise; one in ten is missed and
nobody hides anybody. The pose has an error of its own that wanders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import load_vehicle
from perception.detectors.base import PERSON
from perception.ground_projection import GroundProjector
from perception.tracking import Observation

CAMERA = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml").cameras[0]
RATE_HZ, SPEED_MPS = 5.0, 1.39
NOISE_SHARE, MISSED = 0.03, 0.1
NEAR_M, FAR_M = 4.0, 20.0


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: what the tracker is given."""

    stamp_s: float
    projector: GroundProjector
    observations: list[Observation]


def crowd(people: int, pictures: int, seed: int) -> list[Look]:
    """Always `people` of them in the camera's view, as far as the ranges go."""
    rng = np.random.default_rng(seed)
    places, speeds = np.full((people, 2), np.inf), np.zeros((people, 2))
    pose, looks = Pose2(0.0, 0.0, 0.0), []
    for number in range(pictures):
        turn = 0.4 * math.sin(0.5 * number / RATE_HZ)
        yaw = pose.yaw_rad + turn / RATE_HZ
        x, y = pose.transform(SPEED_MPS / RATE_HZ, 0.0)
        pose = Pose2(x, y, yaw)
        covariance = np.diag([1e-3, 1e-3, 1e-4])
        stamped = StampedPose(number / RATE_HZ, pose, covariance, SPEED_MPS, turn)
        projector = GroundProjector(CAMERA, stamped)
        for one in range(people):
            places[one] += speeds[one] / RATE_HZ
            if not (np.isfinite(places[one]).all() and projector.in_view(*places[one])):
                places[one] = pose.transform(*_ahead(rng))
                speeds[one] = rng.normal(0, 0.8, 2)
        seen = [_seen(projector, place, rng) for place in places if rng.random() > MISSED]
        looks.append(Look(number / RATE_HZ, projector, [one for one in seen if one is not None]))
    return looks


def _ahead(rng: np.random.Generator) -> tuple[float, float]:
    distance, bearing = rng.uniform(NEAR_M, FAR_M), rng.uniform(-0.55, 0.55)
    return distance * math.cos(bearing), distance * math.sin(bearing)


def _seen(
    projector: GroundProjector, place: np.ndarray, rng: np.random.Generator
) -> Observation | None:
    box = projector.box_at(float(place[0]), float(place[1]), 0.5, 1.7)
    if box is None:
        return None
    box = box + rng.normal(0, NOISE_SHARE * (box[3] - box[1]), 4)
    point = projector.box_point(box)
    if point is None:
        return None
    size = projector.footprint(box)
    return Observation(box, 0.8, PERSON, point, size.width_m, size.height_m)
