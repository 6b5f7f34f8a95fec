"""One encounter: a gate drives along a way on which somebody lies, and must not touch them.

The vehicle is a bicycle whose drive and steering answer as late as the vehicle file says. The
lidar sees nothing at all: whoever lies is below its plane. Rangers measure at their rates with
their noise, miss an echo now and then (clothes swallow sound), and are heard a little later.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.stopping.lying_person import LyingPerson, gap_m, heard_m, is_touched
from navigation.safety.gate import SafetyGate
from navigation.types import BaseStatus, Command, GateInputs, RangeSample, steering_for
from patrol.geometry import Pose2, Scan
from patrol.vehicle import VehicleSpec

STEP_S = 0.02
LATENCY_S = 0.02  # from a range to the gate
LONGEST_S = 60.0
STANDS_S = 4.0  # so long it stands, so it will stand
STANDING_MPS = 0.01
BEYOND_M = 3.5  # this far past the person it has passed
MISSED_SHARE = 0.05  # of all echoes


@dataclass(frozen=True, slots=True)
class Course:
    """A straight, then a bend; driven at one speed."""

    straight_m: float
    curvature_1pm: float
    speed_mps: float

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
        lock = 1.0 / spec.min_turning_radius_m
        curvature = float(rng.choice((0.0, rng.uniform(-lock, lock))))
        fastest = math.sqrt(spec.max_lateral_acceleration_mps2 / max(abs(curvature), 1e-3))
        speed = min(float(rng.uniform(0.3, spec.speed_cap_mps)), fastest)
        straight_m = float(rng.uniform(0.0, 4.0))
        turns_m = math.inf if curvature == 0 else math.tau / abs(curvature) * 0.6
        furthest_m = min(9.0, straight_m + turns_m)
        return Encounter(
            Course(straight_m, curvature, speed),
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
    nearest_m, standing_s = math.inf, 0.0
    while drive.now_s < LONGEST_S and standing_s < STANDS_S:
        drive.step()
        points = drive.person.seen_from(drive.pose)
        nearest_m = min(nearest_m, gap_m(points, spec))
        if is_touched(points, spec):
            return Outcome(True, False, 0.0, drive.travelled_m)
        standing_s = standing_s + STEP_S if drive.speed_mps < STANDING_MPS else 0.0
        if drive.travelled_m > encounter.person_travel_m + BEYOND_M:
            return Outcome(False, False, nearest_m, drive.travelled_m)
    return Outcome(False, standing_s >= STANDS_S, nearest_m, drive.travelled_m)


class _Drive:
    """Vehicle, sensors and gate in lockstep."""

    def __init__(self, encounter: Encounter, spec: VehicleSpec) -> None:
        course = encounter.course
        place = course.place(
            encounter.person_travel_m, encounter.person_left_m, encounter.person_yaw_rad
        )
        self.person = LyingPerson.at(place, encounter.height_m)
        self.pose = Pose2(0.0, 0.0, 0.0)
        self.speed_mps = 0.0
        self.travelled_m = 0.0
        self.now_s = 0.0
        self._spec, self._course = spec, course
        self._gate = SafetyGate(spec)
        self._rng = np.random.default_rng([encounter.seed, 18])
        self._steering_rad = 0.0
        self._speeds = _delayed(spec.actuation.drive_dead_time_s)
        self._angles = _delayed(spec.actuation.steering_dead_time_s)
        lidar = spec.lidar
        self._scan = Scan(0.0, -lidar.field_of_view_rad / 2, 0.01, np.full(9, math.inf),
                          lidar.range_min_m, lidar.range_max_m)  # fmt: skip
        self._due_s = {r.name: float(self._rng.uniform(0, 1 / r.rate_hz))
                       for r in spec.ultrasonics}  # fmt: skip
        self._samples = {r.name: RangeSample(0.0, r.name, math.inf) for r in spec.ultrasonics}
        self._sent: deque[tuple[float, RangeSample]] = deque()

    def step(self) -> None:
        """Measure, decide, move."""
        self.now_s += STEP_S
        self._measure()
        if self.now_s >= self._scan.stamp_s + 1 / self._spec.lidar.rate_hz:
            self._scan = replace(self._scan, stamp_s=self.now_s)
        base = BaseStatus(self.now_s, self.speed_mps, self._steering_rad)
        wanted = self._course.command(self.travelled_m)
        ranges = tuple(self._samples.values())
        output = self._gate.step(
            GateInputs(wanted, self.now_s, self._scan, base, ranges), self.now_s
        )
        self._move(output.command)

    def _measure(self) -> None:
        points = self.person.seen_from(self.pose)
        for ranger in self._spec.ultrasonics:
            if self.now_s < self._due_s[ranger.name]:
                continue
            self._due_s[ranger.name] += 1 / ranger.rate_hz
            range_m = heard_m(points, ranger) + float(self._rng.normal(0.0, ranger.noise_m))
            missed = float(self._rng.uniform()) < MISSED_SHARE
            heard = math.inf if missed or range_m > ranger.range_max_m else range_m
            sample = RangeSample(self.now_s, ranger.name, max(ranger.range_min_m, heard))
            self._sent.append((self.now_s + LATENCY_S, sample))
        while self._sent and self._sent[0][0] <= self.now_s:
            _, sample = self._sent.popleft()
            self._samples[sample.name] = sample

    def _move(self, command: Command) -> None:
        spec, lag = self._spec, self._spec.actuation
        steering = steering_for(command, spec.wheelbase_m)
        self._speeds.append(command.speed_mps)
        self._angles.append(self._steering_rad if steering is None else steering)
        change = (self._speeds.popleft() - self.speed_mps) * min(1.0, STEP_S / lag.drive_lag_s)
        hardest = spec.max_deceleration_mps2 * STEP_S
        self.speed_mps += min(max(change, -hardest), hardest)
        turn = (self._angles.popleft() - self._steering_rad) * STEP_S / lag.steering_lag_s
        fastest = spec.max_steering_rate_radps * STEP_S
        self._steering_rad += min(max(turn, -fastest), fastest)
        travel = self.speed_mps * STEP_S
        yaw = travel * math.tan(self._steering_rad) / spec.wheelbase_m
        x, y = self.pose.transform(travel * math.cos(yaw / 2), travel * math.sin(yaw / 2))
        self.pose = Pose2(x, y, self.pose.yaw_rad + yaw)
        self.travelled_m += travel


def _delayed(dead_time_s: float) -> deque[float]:
    """A queue of zeros as long as the dead time."""
    return deque([0.0] * round(dead_time_s / STEP_S))
