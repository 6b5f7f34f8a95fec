"""The way of an encounter: what the driver wants, and places beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from navigation.types import Command
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class Course:
    """A straight, then a bend; driven at one speed."""

    straight_m: float
    curvature_1pm: float
    speed_mps: float

    @staticmethod
    def random(
        rng: np.random.Generator, spec: VehicleSpec, slowest_mps: float, straight_m: float
    ) -> Course:
        """Straight, or with a bend up to the lock that begins within `straight_m`; as fast as the
        cap and its side pull allow, at most."""
        lock = 1.0 / spec.min_turning_radius_m
        curvature = float(rng.choice((0.0, rng.uniform(-lock, lock))))
        fastest = math.sqrt(spec.max_lateral_acceleration_mps2 / max(abs(curvature), 1e-3))
        speed = min(float(rng.uniform(slowest_mps, spec.speed_cap_mps)), fastest)
        return Course(float(rng.uniform(0.0, straight_m)), curvature, speed)

    def command(self, travelled_m: float) -> Command:
        """What the driver wants here."""
        bend = self.curvature_1pm if travelled_m >= self.straight_m else 0.0
        return Command(self.speed_mps, self.speed_mps * bend)

    def place(self, travel_m: float, left_m: float, yaw_rad: float) -> Pose2:
        """A place beside the way, with a heading counted from the way's."""
        along = min(travel_m, self.straight_m)
        turn = (travel_m - along) * self.curvature_1pm
        k = self.curvature_1pm
        x = along + (math.sin(turn) / k if k else travel_m - along)
        y = (1 - math.cos(turn)) / k if k else 0.0
        point = Pose2(x, y, turn).transform(0.0, left_m)
        return Pose2(*point, turn + yaw_rad)
