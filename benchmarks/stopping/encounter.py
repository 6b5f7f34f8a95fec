"""One encounter: a gate drives along a way on which somebody lies, and must not touch them.

The lidar sees nothing at all: whoever lies is below its plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.stopping.chassis import STEP_S, Chassis
from benchmarks.stopping.course import Course
from benchmarks.stopping.lying_person import LyingPerson, gap_m, heard_m, is_touched
from benchmarks.stopping.rangers import Rangers
from navigation.safety.gate import SafetyGate
from navigation.types import BaseStatus, GateInputs
from patrol.geometry import Scan
from patrol.vehicle import VehicleSpec

LONGEST_S = 60.0
STANDS_S = 4.0  # so long it stands, so it will stand
STANDING_MPS = 0.01
BEYOND_M = 3.5  # this far past the person it has passed


@dataclass(frozen=True, slots=True)
class Encounter:
    """Where somebody lies on which way, and the dice of the sensors."""

    course: Course
    person_travel_m: float  # where base_link would be beside the person's waist
    person_left_m: float
    person_yaw_rad: float
    height_m: float
    seed: int

    @staticmethod
    def random(seed: int, spec: VehicleSpec) -> Encounter:
        """Any speed up to the cap and any bend up to the lock, as fast as its side pull allows."""
        rng = np.random.default_rng([seed, 17])
        course = Course.random(rng, spec, slowest_mps=0.3, straight_m=4.0)
        bend = abs(course.curvature_1pm)
        turns_m = math.inf if bend == 0 else math.tau / bend * 0.6
        furthest_m = min(9.0, course.straight_m + turns_m)
        return Encounter(
            course,
            float(rng.uniform(min(4.2, furthest_m), furthest_m)),
            float(rng.uniform(-0.55, 0.55)),
            float(rng.uniform(-math.pi, math.pi)),
            float(rng.uniform(1.0, 1.9)),
            seed,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    touched: bool
    stood: bool  # at the end; else it had passed
    nearest_m: float
    travelled_m: float


def run(encounter: Encounter, spec: VehicleSpec) -> Outcome:
    """Drive until it stands for good, has passed, or touches."""
    drive = _Drive(encounter, spec)
    chassis = drive.chassis
    nearest_m, standing_s = math.inf, 0.0
    while drive.now_s < LONGEST_S and standing_s < STANDS_S:
        drive.step()
        points = drive.person.seen_from(chassis.pose)
        nearest_m = min(nearest_m, gap_m(points, spec))
        if is_touched(points, spec):
            return Outcome(True, False, 0.0, chassis.travelled_m)
        standing_s = standing_s + STEP_S if chassis.speed_mps < STANDING_MPS else 0.0
        if chassis.travelled_m > encounter.person_travel_m + BEYOND_M:
            return Outcome(False, False, nearest_m, chassis.travelled_m)
    return Outcome(False, standing_s >= STANDS_S, nearest_m, chassis.travelled_m)


class _Drive:
    """Vehicle, sensors and gate in lockstep."""

    def __init__(self, encounter: Encounter, spec: VehicleSpec) -> None:
        course = encounter.course
        place = course.place(
            encounter.person_travel_m, encounter.person_left_m, encounter.person_yaw_rad
        )
        self.person = LyingPerson.at(place, encounter.height_m)
        self.chassis = Chassis(spec)
        self.now_s = 0.0
        self._spec, self._course = spec, course
        self._gate = SafetyGate(spec)
        self._rangers = Rangers(spec, encounter.seed)
        lidar = spec.lidar
        self._scan = Scan(0.0, -lidar.field_of_view_rad / 2, 0.01, np.full(9, math.inf),
                          lidar.range_min_m, lidar.range_max_m)  # fmt: skip

    def step(self) -> None:
        """Measure, decide, move."""
        self.now_s += STEP_S
        chassis = self.chassis
        points = self.person.seen_from(chassis.pose)
        ranges = self._rangers.step(self.now_s, partial(heard_m, points))
        if self.now_s >= self._scan.stamp_s + 1 / self._spec.lidar.rate_hz:
            self._scan = replace(self._scan, stamp_s=self.now_s)
        base = BaseStatus(self.now_s, chassis.speed_mps, chassis.steering_rad)
        wanted = self._course.command(chassis.travelled_m)
        inputs = GateInputs(wanted, self.now_s, self._scan, base, ranges)
        chassis.step(self._gate.step(inputs, self.now_s).command)
