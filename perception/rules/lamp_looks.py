"""Where a mapped lamp's light is in a picture, and how bright it is there and on the ground."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Image
from perception.map_places import MappedLamp
from perception.rules.base import Scene

_TILT_RAD = 0.015  # of the vehicle against what its sensors say
_SLOPE, _BESIDE_SLOPE = 0.06, 0.05  # where nobody knows heights; away from a way


@dataclass(frozen=True, slots=True)
class LampLookConfig:
    """Where a light is looked for around the place on the map."""

    least_range_m: float = 5.0
    most_range_m: float = 30.0
    aside_m: float = 2.2  # an arm reaches over the street, and maps are off by a metre
    above_m: float = 0.9  # or below a height that the map states
    heights_m: tuple[float, float] = (3.0, 9.0)  # where it states none

    def __post_init__(self) -> None:
        for name in ("aside_m", "above_m"):
            if not 0 < getattr(self, name) <= 5:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 5]")
        if not 0 < self.least_range_m < self.most_range_m <= 60:
            raise ValueError(f"most_range_m: {self.most_range_m} must be in (least_range_m, 60]")
        if len(self.heights_m) != 2 or not 1 <= self.heights_m[0] < self.heights_m[1] <= 20:
            raise ValueError("heights_m: must be two heights in [1, 20], the lower first")


def lamp_box(lamp: MappedLamp, scene: Scene, config: LampLookConfig) -> NDArray[np.float64] | None:
    """Where its light must be in the picture; None where that is not in view."""
    projector = scene.projector
    eye_x, eye_y = scene.viewpoint_map
    range_m = math.hypot(lamp.x_m - eye_x, lamp.y_m - eye_y)
    if range_m < config.least_range_m:
        return None
    rise_m, doubt_m = _rise(lamp, scene, range_m)
    if lamp.height_m is None:
        low, high = config.heights_m
        surely = high
    else:
        low, high = lamp.height_m - config.above_m, lamp.height_m + config.above_m
        surely = lamp.height_m
    edge = projector.pixel(lamp.x_m, lamp.y_m, surely + rise_m + doubt_m / 2)
    top = projector.pixel(lamp.x_m, lamp.y_m, high + rise_m + doubt_m)
    foot = projector.pixel(lamp.x_m, lamp.y_m, low + rise_m - doubt_m)
    if edge is None or top is None or foot is None:
        return None
    half = config.aside_m * projector.camera.focal_px / range_m
    height, width = scene.image_bgr.shape[:2]
    if edge[1] < 0 or foot[1] > height or foot[0] - half < 0 or foot[0] + half > width:
        return None
    return np.array([foot[0] - half, max(top[1], 0.0), foot[0] + half, foot[1]])


def ground_level(lamp: MappedLamp, scene: Scene) -> float | None:
    """How bright the ground under it is, in grey levels; None where it is not in view."""
    height, width = scene.image_bgr.shape[:2]
    range_m = math.dist((lamp.x_m, lamp.y_m), scene.viewpoint_map)
    rise_m, _ = _rise(lamp, scene, range_m)
    levels = []
    for dx, dy in itertools.product((-1.2, 0.0, 1.2), repeat=2):
        pixel = scene.projector.pixel(lamp.x_m + dx, lamp.y_m + dy, rise_m)
        if pixel is None or not (2 <= pixel[0] < width - 2 and 2 <= pixel[1] < height - 2):
            continue
        u, v = int(pixel[0]), int(pixel[1])
        levels.append(float(scene.image_bgr[v - 1 : v + 2, u - 1 : u + 2].mean()))
    return float(np.median(levels)) if len(levels) >= 4 else None


def _rise(lamp: MappedLamp, scene: Scene, range_m: float) -> tuple[float, float]:
    """How high the ground at a lamp is over the plane that the vehicle stands on, and the doubt.

    By the map's heights; a map without any leaves a slope of 6 % open.
    """
    heights = scene.map.heights
    if heights is None:
        return 0.0, _SLOPE * range_m
    projector = scene.projector
    pose = projector.stamped.pose
    levels, away_m = heights.at(np.array([[lamp.x_m, lamp.y_m], [pose.x_m, pose.y_m]]))
    dx, dy = lamp.x_m - pose.x_m, lamp.y_m - pose.y_m
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    ahead, aside = cos * dx + sin * dy, cos * dy - sin * dx
    tilt = projector.level_from_base[2]
    plane_m = float(tilt[0] * ahead + tilt[1] * aside)
    doubt_m = 0.1 + _TILT_RAD * range_m + _BESIDE_SLOPE * float(away_m[0])
    return float(levels[0] - levels[1]) - plane_m, doubt_m


def levels_in(image: Image, box: NDArray[np.float64]) -> tuple[float, float]:
    """The brightest spot of a part of a picture and what is usual there, in grey levels."""
    x1, y1, x2, y2 = (int(v) for v in box)
    part = image[max(y1, 0) : max(y2, y1 + 3), max(x1, 0) : max(x2, x1 + 3)]
    smooth = cv2.blur(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), (3, 3))  # without noise
    return float(smooth.max()), float(np.median(smooth))
