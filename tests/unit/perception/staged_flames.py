"""Flames, hot things and smoke for tests: painted into a colour and a thermal picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from staged_people import CAMERA, NOON_S, PICTURE_S, REPOSITORY

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import load_vehicle
from perception.ground_projection import GroundProjector, predicted_pose
from perception.rules.base import Finding, Rule, Scene
from perception.types import ThermalPicture

THERMAL = load_vehicle(REPOSITORY / "config" / "vehicles" / "goalie.yaml").thermal_cameras[0]
Picture = np.ndarray
CORE_BGR, EDGE_BGR = np.array((150.0, 235.0, 255.0)), np.array((20.0, 95.0, 245.0))


@dataclass
class Look:
    """One moment to paint into: pictures, their projectors, seconds since the start."""

    t: float
    image: Picture  # float BGR
    celsius: Picture
    eye: GroundProjector
    warm_eye: GroundProjector
    rng: np.random.Generator


NOISE = np.random.default_rng(9).normal(0, 3, (4, CAMERA.height_px, CAMERA.width_px, 3))
_PATCHES = np.random.default_rng(7).normal(1.0, 0.12, (23, 40))
GROUND = np.repeat(cv2.resize(_PATCHES, (CAMERA.width_px, CAMERA.height_px))[..., None], 3, 2)
Painter = Callable[[Look], None]


def blob(picture: Picture, eye: GroundProjector, place: Sequence[float], radius_m: float,
         value: Picture | float, opacity: float = 1.0) -> None:  # fmt: skip
    """A soft disc at (x, y, height) in metres."""
    pixel = eye.pixel(place[0], place[1], place[2])
    if pixel is None:
        return
    away_m = max(math.dist(place[:2], eye.stamped.pose.transform(eye.camera.x_m, 0.0)), 0.5)
    radius = max(radius_m * eye.camera.focal_px / away_m, 0.8)
    u0, u1, v0, v1 = (int(c + k * (2.5 * radius + 1)) for c in pixel for k in (-1, 1))
    u0, v0 = max(u0, 0), max(v0, 0)
    part = picture[v0 : max(v1, v0), u0 : max(u1, u0)]
    if part.size == 0:
        return
    v, u = np.ogrid[v0 : v0 + part.shape[0], u0 : u0 + part.shape[1]]
    covers = opacity * np.exp(-1.3 * ((u - pixel[0]) ** 2 + (v - pixel[1]) ** 2) / radius**2)
    if picture.ndim == 3:
        covers = covers[..., None]
    part += covers * (value - part)


def flames(x_m: float, y_m: float, width_m: float = 0.5, grow_mps: float = 0.0,
           lifted_m: float = 0.0, steady: bool = False) -> Painter:  # fmt: skip
    """Tongues that lick: other ones in each picture, unless `steady`."""

    def paint(look: Look) -> None:
        width = width_m + grow_mps * look.t
        rng = np.random.default_rng(3) if steady else look.rng
        for i in range(18):
            age = (i + float(rng.random())) / 18
            side = float(rng.normal()) * 0.25 * width * (1 - 0.6 * age)
            rise = lifted_m + width * (0.1 + 1.3 * age * float(rng.uniform(0.5, 1.0)))
            place, radius = (x_m, y_m + side, rise), 0.22 * width * (1.05 - 0.7 * age)
            bgr = CORE_BGR + (EDGE_BGR - CORE_BGR) * min(1.0, 1.3 * age)
            blob(look.image, look.eye, place, radius, bgr, 0.8)
            blob(look.celsius, look.warm_eye, place, radius, 101.0, 0.8)

    return paint


def hot_thing(x_m: float, y_m: float, degrees_c: float, size_m: float = 0.4) -> Painter:
    """An exhaust, a stove: hot, and the same in every picture."""

    def paint(look: Look) -> None:
        blob(look.celsius, look.warm_eye, (x_m, y_m, size_m / 2), size_m / 2, degrees_c)

    return paint


def scene(
    painters: Sequence[Painter],
    number: int,
    *,
    thermal: bool = True,
    colour: bool = True,
    speed_mps: float = 0.0,
    level: float = 120.0,
    returns: Picture | None = None,
    seed: int = 0,
) -> Scene:
    """The `number`-th picture of a vehicle that looks east from (0, 0).

    Without `colour` the colour picture is plain: for rules that do not look at it.
    """
    t = number * PICTURE_S
    rng = np.random.default_rng([seed, number])
    pose = StampedPose(
        NOON_S + t, Pose2(speed_mps * t, 0.0, 0.0), np.eye(3) * 1e-4, speed_mps=speed_mps
    )
    eye = GroundProjector(CAMERA, pose)
    warm_eye = GroundProjector(THERMAL, predicted_pose(pose, NOON_S + t - 0.05))
    image = GROUND * level if colour else np.full((CAMERA.height_px, CAMERA.width_px, 3), level)
    celsius = np.full((THERMAL.height_px, THERMAL.width_px), 22.0)
    for painter in painters:
        painter(Look(t, image, celsius, eye, warm_eye, rng))
    if colour:
        image += NOISE[number % 4]
    celsius += rng.normal(0, 0.08, celsius.shape)
    warm = ThermalPicture(NOON_S + t - 0.05, celsius.astype(np.float32), THERMAL)
    return Scene(
        NOON_S + t,
        np.clip(image, 0, 255).astype(np.uint8),
        eye,
        (),
        (),
        pose.pose.transform(CAMERA.x_m, CAMERA.y_m),
        thermal=warm if thermal else None,
        returns_base=returns,
    )


def told(
    rule: Rule, painters: Sequence[Painter], seconds: float, **how: object
) -> list[tuple[float, Finding]]:
    """Every finding of a rule, with the seconds since the start."""
    found = []
    for number in range(round(seconds / PICTURE_S)):
        picture = scene(painters, number, **how)
        found += [(number * PICTURE_S, finding) for finding in rule.step(picture)]
    return found
