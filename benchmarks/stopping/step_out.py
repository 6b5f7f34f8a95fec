"""Seeded encounters with people who step out: who, from behind what, and when.

A person is put on a course of collision: their way meets the vehicle's within a few decimetres of
where the bumper will be, a little before or after it, as if nobody saw anybody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.stopping.course import Course
from benchmarks.stopping.crossings import KINDS, Crossing
from benchmarks.stopping.plan_view import (
    NO_WALLS,
    discs_in_base,
    in_base,
    is_in_lidar_sight,
    wall_points,
    walls_in_base,
)
from benchmarks.stopping.walker import CYCLIST, Walker
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

WAY_FREE_M = 0.20  # beside the vehicle, to whatever hides the person
ELBOW_M = 0.05  # between the person and what they come round
ROLLING_M = 0.5  # nobody sets off before the vehicle has come so far
DAWDLES_SHARE = 0.25
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StepOut:
    """One encounter; `walls` (n, 4) hide the person, on the map, where the vehicle starts at 0."""

    kind: str
    course: Course
    walker: Walker
    walls: Array
    seed: int

    @staticmethod
    def random(seed: int, spec: VehicleSpec) -> StepOut:
        """The kinds by turns; drawn again until the way is free and the person has room."""
        rng = np.random.default_rng([seed, 23])
        kind = tuple(KINDS)[seed % len(KINDS)]
        while True:
            drawn = _draw(kind, rng, spec, seed)
            if drawn is not None:
                return drawn


def _draw(kind: str, rng: np.random.Generator, spec: VehicleSpec, seed: int) -> StepOut | None:
    """None where the vehicle could not pass, or the person starts in its way or in a wall."""
    course = Course.random(rng, spec, slowest_mps=0.4, straight_m=5.0)
    meets_m = float(rng.uniform(3.0, 7.0))  # where base_link would be
    frame = course.place(meets_m, 0.0, 0.0)
    crossing, side = KINDS[kind](rng), float(rng.choice((-1.0, 1.0)))
    yaw, away_m = crossing.yaw_rad, crossing.away_m
    aim_m = float(rng.uniform(-0.4, 0.4))  # beside the middle of the way
    start = (-away_m * math.cos(yaw), aim_m - away_m * math.sin(yaw))
    walls = _hidden_by(crossing, start, rng, spec).reshape(-1, 2) * (1.0, side)
    late_m = float(rng.uniform(-0.5, 1.2))  # the bumper's way to there when the person is there
    lead_m = course.speed_mps * away_m / crossing.speed_mps
    dawdles = float(rng.uniform()) < DAWDLES_SHARE and crossing.build is not CYCLIST
    walker = Walker(
        crossing.build,
        Pose2(*frame.transform(start[0], start[1] * side), frame.yaw_rad + side * yaw),
        crossing.speed_mps,
        max(ROLLING_M, meets_m - spec.front_m - late_m - lead_m),
        away_m if dawdles else math.inf,
    )
    placed = frame.transform_points(walls).reshape(-1, 4)
    made = StepOut(kind, course, walker, placed, seed)
    return made if _is_fair(made, spec, meets_m) else None


def _hidden_by(
    crossing: Crossing, start: tuple[float, float], rng: np.random.Generator, spec: VehicleSpec
) -> Array:
    if crossing.hides is None:
        return NO_WALLS
    beside_m = -spec.width_m / 2 - WAY_FREE_M - float(rng.uniform(0.0, 1.0))
    at_m = start[0] + (beside_m - start[1]) / math.tan(crossing.yaw_rad)
    widest_m = max(abs(left) + radius for _, left, radius in crossing.build.body)
    room_m = widest_m / math.sin(crossing.yaw_rad) + ELBOW_M
    return crossing.hides(rng, beside_m, at_m, room_m)


def _is_fair(made: StepOut, spec: VehicleSpec, meets_m: float) -> bool:
    """The way is free of walls, the person of walls all along and of the way at first, and who is
    to be hidden is."""
    points = wall_points(made.walls)
    start = made.walker.body(0.0)
    if len(points) and _is_seen_at_once(made, spec):
        return False
    for travel_m in np.arange(0.0, meets_m + 3.0, 0.1):
        base = made.course.place(float(travel_m), 0.0, 0.0)
        if _is_within(in_base(points, base), spec, WAY_FREE_M):
            return False
        if _is_within(in_base(start[:, :2], base), spec, 0.45) and travel_m <= meets_m:
            return False
    for moving_s in np.arange(0.0, 3.0, 0.05) if len(points) else ():
        for x, y, radius in made.walker.body(float(moving_s)):
            if np.min(np.hypot(points[:, 0] - x, points[:, 1] - y)) < radius:
                return False
    return True


def _is_seen_at_once(made: StepOut, spec: VehicleSpec) -> bool:
    """Whether the lidar sees who is to be hidden when they set off."""
    base = made.course.place(made.walker.sets_off_m, 0.0, 0.0)
    walls = walls_in_base(made.walls, base)
    return is_in_lidar_sight(walls, discs_in_base(made.walker.low(0.0), base), spec.lidar)


def _is_within(points_base: Array, spec: VehicleSpec, margin_m: float) -> bool:
    x, y = points_base[:, 0], points_base[:, 1]
    inside = (x <= spec.front_m + margin_m) & (x >= -spec.rear_overhang_m - margin_m)
    return bool(np.any(inside & (np.abs(y) <= spec.width_m / 2 + margin_m)))
