"""Two small places made of walls, and scans of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from patrol.geometry import Pose2, Scan
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
LIDAR = SPEC.lidar

Ring = list[tuple[float, float]]


def house(west: float, south: float, east: float, north: float) -> Ring:
    return [(west, south), (east, south), (east, north), (west, north)]


CANYON = [house(-200, 2.5, 200, 12), house(-200, -12, 200, -2.5)]  # a plain alley along x
YARD = [house(-20, 7, 20, 12), house(-20, -14, 20, -6), house(8, -6, 12, 5), house(-16, -6, -9, 3)]


def scan_at(
    pose: Pose2, city: Sequence[Ring], rng: np.random.Generator, stamp_s: float = 0.0
) -> Scan:
    """What the goalie's lidar measures there, with its noise."""
    start = np.vstack([np.array(ring, float) for ring in city])
    along = np.vstack([np.roll(np.array(ring, float), -1, axis=0) for ring in city]) - start
    step = LIDAR.field_of_view_rad / (LIDAR.rays - 1)
    bearing = pose.yaw_rad - LIDAR.field_of_view_rad / 2 + step * np.arange(LIDAR.rays)
    rays = np.column_stack((np.cos(bearing), np.sin(bearing)))[:, None]
    offset = start - pose.transform(LIDAR.x_m, LIDAR.y_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = rays[..., 0] * along[:, 1] - rays[..., 1] * along[:, 0]
        far = (offset[:, 0] * along[:, 1] - offset[:, 1] * along[:, 0]) / turn
        share = (offset[:, 0] * rays[..., 1] - offset[:, 1] * rays[..., 0]) / turn
    hit = (far > 0) & (share >= 0) & (share <= 1)
    ranges = np.where(hit, far, math.inf).min(axis=1) + LIDAR.noise_m * rng.normal(size=LIDAR.rays)
    ranges[ranges > LIDAR.range_max_m] = math.inf
    return Scan(
        stamp_s, -LIDAR.field_of_view_rad / 2, step, ranges, LIDAR.range_min_m, LIDAR.range_max_m
    )
