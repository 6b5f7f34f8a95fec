"""People and look-alikes for tests, painted into a thermal picture in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from painted_world import SPEC

from patrol.geometry import Pose2, Scan, StampedPose
from perception.ground_projection import GroundProjector
from perception.types import ThermalPicture

THERMAL = SPEC.thermal_cameras[0]
STAMP_S = 1000.0
POSE = StampedPose(STAMP_S, Pose2(0.0, 0.0, 0.0), np.eye(3) * 1e-4)
EYE = GroundProjector(THERMAL, POSE)  # looks along x from (1.1, 0.1), 1.1 m above the ground


@dataclass(frozen=True)
class Slab:
    """An upright rectangle across the view: its middle, width, lower and upper edge, warmth."""

    x_m: float
    y_m: float
    width_m: float
    low_m: float
    high_m: float
    degrees_c: float


def standing(x_m: float, y_m: float, warmer_c: float = 0.0) -> list[Slab]:
    """A grown-up: trousers, jacket, face."""
    return [
        Slab(x_m, y_m, 0.34, 0.0, 0.85, 26.0 + warmer_c),
        Slab(x_m, y_m, 0.48, 0.8, 1.45, 27.5 + warmer_c),
        Slab(x_m, y_m, 0.18, 1.4, 1.7, 32.0 + warmer_c),
    ]


def lying(x_m: float, y_m: float) -> list[Slab]:
    """Somebody across the view, 1.7 m long."""
    return [
        Slab(x_m, y_m - 0.35, 0.9, 0.0, 0.2, 26.0),
        Slab(x_m, y_m + 0.3, 0.7, 0.0, 0.3, 27.5),
        Slab(x_m, y_m + 0.75, 0.2, 0.03, 0.25, 32.0),
    ]


def dog(x_m: float, y_m: float) -> list[Slab]:
    """A large one from the side."""
    return [
        Slab(x_m, y_m - 0.25, 0.1, 0.0, 0.3, 28.0),
        Slab(x_m, y_m + 0.25, 0.1, 0.0, 0.3, 28.0),
        Slab(x_m, y_m, 0.7, 0.25, 0.5, 30.0),
        Slab(x_m, y_m + 0.38, 0.2, 0.4, 0.6, 31.0),
    ]


def bonnet(x_m: float, y_m: float, degrees_c: float = 45.0) -> list[Slab]:
    """Of a car that has just been driven; the car below it is as cool as the air."""
    return [Slab(x_m, y_m, 1.6, 0.7, 1.0, degrees_c)]


def thermal(
    slabs: Sequence[Slab], ground_c: float = 14.0, wall_c: float = 15.0, seed: int = 0
) -> ThermalPicture:
    """A street before a wall, a cold sky above it, and what is painted, nearest last."""
    celsius = np.full((THERMAL.height_px, THERMAL.width_px), ground_c)
    celsius[:46] = wall_c
    celsius[:20] = 2.0
    for slab in sorted(slabs, key=lambda one: -one.x_m):
        left = EYE.pixel(slab.x_m, slab.y_m + slab.width_m / 2, slab.low_m)
        right = EYE.pixel(slab.x_m, slab.y_m - slab.width_m / 2, slab.high_m)
        assert left is not None
        assert right is not None
        (u0, v1), (u1, v0) = left, right
        rows = slice(max(round(v0), 0), max(round(v1), round(v0) + 1, 0))
        celsius[rows, max(round(u0), 0) : max(round(u1), 0)] = slab.degrees_c
    soft = cv2.GaussianBlur(celsius, (3, 3), 0)
    soft = soft + np.random.default_rng(seed).normal(0, 0.08, soft.shape)
    return ThermalPicture(STAMP_S, np.asarray(soft, np.float32), THERMAL)


def scan(*walls: tuple[float, float, float]) -> Scan:
    """What the lidar measures of walls across the view: (x of base_link, from y, to y)."""
    angles = np.linspace(-1.0, 1.0, 541)
    ranges = np.full(len(angles), np.inf)
    for x_m, from_m, to_m in walls:
        reach = (x_m - SPEC.lidar.x_m) / np.cos(angles)
        y = reach * np.sin(angles)
        ranges = np.where((y >= from_m) & (y <= to_m), np.minimum(ranges, reach), ranges)
    step = float(angles[1] - angles[0])
    return Scan(STAMP_S, float(angles[0]), step, ranges, 0.06, 25.0)
