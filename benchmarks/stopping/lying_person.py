"""A person who lies on the ground as points in space, and what touches or hears them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.stopping.plan_view import in_base
from patrol.geometry import Pose2
from patrol.vehicle import UltrasonicSpec, VehicleSpec
from simulation.mujoco.people_mjcf import DRAWN_FOR_M, FLAT

ALONG_M = 0.06  # between rings of points along a limb
AROUND = 10  # points of a ring
Array = NDArray[np.float64]


@dataclass(frozen=True)
class LyingPerson:
    """`points` (n, 3) on the skin, on the map; z from the ground."""

    points: Array

    @staticmethod
    def at(place: Pose2, height_m: float) -> LyingPerson:
        """Somebody whose waist is at a place and whose head points along its yaw."""
        scale = height_m / DRAWN_FOR_M
        skin = np.concatenate([_capsule(a, b, radius) for _, a, b, radius in FLAT]) * scale
        c, s = math.cos(place.yaw_rad), math.sin(place.yaw_rad)
        x = place.x_m + c * skin[:, 0] - s * skin[:, 1]
        y = place.y_m + s * skin[:, 0] + c * skin[:, 1]
        return LyingPerson(np.column_stack((x, y, np.maximum(skin[:, 2], 0.0))))

    def seen_from(self, base: Pose2) -> Array:
        """The points (n, 3) in base_link."""
        return np.column_stack((in_base(self.points[:, :2], base), self.points[:, 2]))


def is_touched(points_base: Array, spec: VehicleSpec) -> bool:
    """Whether the vehicle's rectangle covers a point: wheels and all, down to the ground."""
    x, y = points_base[:, 0], points_base[:, 1]
    inside = (x <= spec.front_m) & (x >= -spec.rear_overhang_m) & (np.abs(y) <= spec.width_m / 2)
    return bool(np.any(inside))


def gap_m(points_base: Array, spec: VehicleSpec) -> float:
    """The way from the vehicle's rectangle to the nearest point."""
    dx = np.maximum(points_base[:, 0] - spec.front_m, -spec.rear_overhang_m - points_base[:, 0])
    dy = np.abs(points_base[:, 1]) - spec.width_m / 2
    return float(np.min(np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0))))


def heard_m(points_base: Array, ranger: UltrasonicSpec) -> float:
    """The way to the nearest point inside a ranger's cone; `inf` where none is."""
    off = points_base - (ranger.x_m, ranger.y_m, ranger.z_m)
    slant = np.sqrt(np.einsum("ij,ij->i", off, off))
    ahead = off[:, 0] * math.cos(ranger.yaw_rad) + off[:, 1] * math.sin(ranger.yaw_rad)
    in_cone = ahead >= slant * math.cos(ranger.cone_rad / 2)
    return float(np.min(slant[in_cone], initial=math.inf))


def _capsule(
    start: tuple[float, float, float], end: tuple[float, float, float], radius_m: float
) -> Array:
    """Rings along a limb and a dome at each end."""
    a, b = np.array(start), np.array(end)
    axis = b - a
    length = float(np.linalg.norm(axis))
    axis = axis / length
    side = np.array((-axis[1], axis[0], 0.0))
    up = np.cross(axis, side)
    angle = np.arange(AROUND) * math.tau / AROUND
    ring = radius_m * (np.outer(np.cos(angle), side) + np.outer(np.sin(angle), up))
    rings = [a + axis * t + ring for t in np.linspace(0, length, 2 + int(length / ALONG_M))]
    for tilt in (0.4, 0.8, 1.2, 1.57):
        dome = radius_m * math.sin(tilt) * axis
        rings += [a - dome + ring * math.cos(tilt), b + dome + ring * math.cos(tilt)]
    return np.concatenate(rings)
