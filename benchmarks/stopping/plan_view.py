"""The ground plan of an encounter: walls that hide, discs that people are made of, rays between.

Walls are segments, shape (n, 4): x and y of both ends; discs have shape (n, 3): x, y, radius.
Both are given on the map or in base_link, as the caller wants.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.vehicle import LidarSpec, UltrasonicSpec, VehicleSpec

NO_WALLS = np.empty((0, 4))
Array = NDArray[np.float64]


def in_base(points: Array, base: Pose2) -> Array:
    """Map points (n, 2) in base_link."""
    return base.inverse().transform_points(points)


def walls_in_base(walls: Array, base: Pose2) -> Array:
    """Map walls (n, 4) in base_link."""
    return np.hstack((in_base(walls[:, :2], base), in_base(walls[:, 2:], base)))


def discs_in_base(discs: Array, base: Pose2) -> Array:
    """Map discs (n, 3) in base_link."""
    return np.column_stack((in_base(discs[:, :2], base), discs[:, 2]))


def lidar_ranges_m(walls: Array, discs: Array, lidar: LidarSpec) -> Array:
    """The true range of every ray (base_link); `inf` where nothing is in reach."""
    angles = np.linspace(-lidar.field_of_view_rad / 2, lidar.field_of_view_rad / 2, lidar.rays)
    eye = np.array((lidar.x_m, lidar.y_m))
    ray = np.column_stack((np.cos(angles), np.sin(angles)))
    ranges = np.minimum(_to_walls_m(eye, ray, walls), _to_discs_m(eye, ray, discs))
    ranges[ranges > lidar.range_max_m] = math.inf
    return ranges


def is_in_lidar_sight(walls: Array, discs: Array, lidar: LidarSpec) -> bool:
    """Whether the lidar has a free line to the middle or either side of a disc (base_link)."""
    eye = np.array((lidar.x_m, lidar.y_m))
    for spot in _spots(eye, discs):
        off = spot - eye
        away_m, bearing = math.hypot(*off), math.atan2(off[1], off[0])
        is_within = away_m <= lidar.range_max_m and abs(bearing) <= lidar.field_of_view_rad / 2
        if is_within and _to_walls_m(eye, off[None] / away_m, walls)[0] >= away_m:
            return True
    return False


def echo_m(walls: Array, discs: Array, ranger: UltrasonicSpec) -> float:
    """The way to the nearest echo in a ranger's cone (base_link), `inf` where there is none.

    A wall throws sound away like a mirror: it answers where it faces the ranger, and at its ends.
    """
    nearest_m = min(_wall_echo_m(walls, ranger), person_echo_m(walls, discs, ranger))
    return nearest_m if nearest_m <= ranger.range_max_m else math.inf


def person_echo_m(walls: Array, discs: Array, ranger: UltrasonicSpec) -> float:
    """The way to the nearest disc that a ranger hears past the walls (base_link)."""
    eye = np.array((ranger.x_m, ranger.y_m))
    nearest_m = math.inf
    for spot in _spots(eye, discs):
        off = spot - eye
        away_m = math.hypot(*off)
        if away_m > ranger.range_max_m or not _is_in_cone(off, away_m, ranger):
            continue
        if _to_walls_m(eye, off[None] / away_m, walls)[0] >= away_m:
            nearest_m = min(nearest_m, away_m)
    return nearest_m


def outline_gap_m(discs: Array, spec: VehicleSpec) -> Array:
    """From the vehicle's rectangle to the skin of each disc (base_link); below 0 inside it."""
    near = nearest_on_outline(discs[:, :2], spec)
    gaps: Array = np.hypot(*(discs[:, :2] - near).T) - discs[:, 2]
    return gaps


def nearest_on_outline(points: Array, spec: VehicleSpec) -> Array:
    """The place in the vehicle's rectangle that is nearest to each point (base_link)."""
    half = spec.width_m / 2
    x = np.clip(points[:, 0], -spec.rear_overhang_m, spec.front_m)
    return np.column_stack((x, np.clip(points[:, 1], -half, half)))


def wall_points(walls: Array, every_m: float = 0.05) -> Array:
    """Points (n, 2) along walls."""
    rows = [np.empty((0, 2))]
    for x1, y1, x2, y2 in walls:
        share = np.linspace(0, 1, 2 + int(math.hypot(x2 - x1, y2 - y1) / every_m))
        rows.append(np.column_stack((x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
    return np.concatenate(rows)


def _spots(eye: Array, discs: Array) -> list[Array]:
    """The nearest point of each disc and what is just within its sides, seen from an eye."""
    spots = []
    for x, y, radius in discs:
        middle = np.array((x, y))
        off = middle - eye
        away = off / max(math.hypot(*off), 1e-9)
        across = np.array((-away[1], away[0])) * radius * 0.9
        spots += [middle - away * radius, middle + across, middle - across]
    return spots


def _is_in_cone(off: Array, away_m: float, ranger: UltrasonicSpec) -> bool:
    ahead = off[0] * math.cos(ranger.yaw_rad) + off[1] * math.sin(ranger.yaw_rad)
    return bool(ahead >= away_m * math.cos(ranger.cone_rad / 2))


def _wall_echo_m(walls: Array, ranger: UltrasonicSpec) -> float:
    eye = np.array((ranger.x_m, ranger.y_m))
    nearest_m = math.inf
    for wall in walls:
        start, end = wall[:2], wall[2:]
        along = end - start
        share = float((eye - start) @ along / (along @ along))
        for spot in (start, end, start + share * along) if 0 < share < 1 else (start, end):
            off = spot - eye
            away_m = math.hypot(*off)
            if away_m < nearest_m and _is_in_cone(off, away_m, ranger):
                nearest_m = away_m
    return nearest_m


def _to_walls_m(eye: Array, ray: Array, walls: Array) -> Array:
    """Along unit rays (m, 2) to the first wall."""
    if len(walls) == 0:
        return np.full(len(ray), math.inf)
    along = walls[:, 2:] - walls[:, :2]
    start = walls[:, :2] - eye
    cross = ray[:, None, 0] * along[None, :, 1] - ray[:, None, 1] * along[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        range_m = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0])[None, :] / cross
        share = (start[None, :, 0] * ray[:, None, 1] - start[None, :, 1] * ray[:, None, 0]) / cross
    hit = (range_m > 0) & (share >= 0) & (share <= 1)
    first: Array = np.min(np.where(hit, range_m, math.inf), axis=1)
    return first


def _to_discs_m(eye: Array, ray: Array, discs: Array) -> Array:
    """Along unit rays (m, 2) to the first disc."""
    off = discs[:, :2] - eye
    ahead = ray @ off.T
    inside = ahead**2 - np.einsum("ij,ij->i", off, off)[None, :] + discs[None, :, 2] ** 2
    hit = (inside >= 0) & (ahead > 0)
    range_m = ahead - np.sqrt(np.where(hit, inside, 0.0))
    first: Array = np.min(np.where(hit, range_m, math.inf), axis=1, initial=math.inf)
    return first
