"""A gate drives along a way onto which somebody steps; lidar, rangers and actuators in lockstep.

The lidar scans at its rate with its noise and field of view, all rays at one instant, and its scan
reaches the gate a little later, as the rangers' samples do. What hides the person hides them from
all sensors. There is nothing else about: no ground, no dust, no other people.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from benchmarks.stopping import plan_view
from benchmarks.stopping.chassis import STEP_S, Chassis
from benchmarks.stopping.rangers import LATENCY_S, Rangers
from benchmarks.stopping.step_out import StepOut
from navigation.types import BaseStatus, GateInputs, GateOutput
from patrol.geometry import Pose2, Scan
from patrol.vehicle import VehicleSpec

LONGEST_S = 30.0
STANDS_S = 3.0  # so long it stands after the person set off, so it will stand
STANDING_MPS = 0.05  # who walks into a vehicle that is slower is not touched by it


class Gate(Protocol):
    """What decides: the safety gate, or another to compare it with."""

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        """The command that may go to the wheels now."""


@dataclass(frozen=True, slots=True)
class Instant:
    """The vehicle at one time; `moving_s` since the person set off, below 0 before."""

    now_s: float
    moving_s: float
    pose: Pose2
    speed_mps: float
    yaw_rate_radps: float
    gap_m: float  # to the person's skin
    in_sight: bool  # of any sensor


def drive(made: StepOut, spec: VehicleSpec, gate: Gate) -> list[Instant]:
    """Until somebody is touched, both have parted, or the vehicle stands for good."""
    run = _Run(made, spec, gate)
    instants: list[Instant] = []
    standing_s = 0.0
    while run.now_s < LONGEST_S and standing_s < STANDS_S:
        instants.append(run.step())
        last = instants[-1]
        if last.gap_m <= 0.0:
            break
        if last.moving_s >= 0:
            standing_s = standing_s + STEP_S if last.speed_mps < STANDING_MPS else 0.0
        if _have_parted(instants):
            break
    return instants


def _have_parted(instants: list[Instant]) -> bool:
    """More than 3 m apart, the further the longer, and 4 s after the person set off."""
    before, last = instants[-min(len(instants), 10)], instants[-1]
    return last.gap_m > 3.0 and last.gap_m > before.gap_m and last.moving_s > 4.0


class _Run:
    """Vehicle, sensors, person and gate."""

    def __init__(self, made: StepOut, spec: VehicleSpec, gate: Gate) -> None:
        self.now_s = 0.0
        self._made, self._spec, self._gate = made, spec, gate
        self._chassis = Chassis(spec)
        self._rangers = Rangers(spec, made.seed)
        self._rng = np.random.default_rng([made.seed, 24])
        lidar = spec.lidar
        self._step_rad = lidar.field_of_view_rad / (lidar.rays - 1)
        self._due_s = float(self._rng.uniform(0, 1 / lidar.rate_hz))
        self._sent: deque[Scan] = deque()
        self._scan: Scan | None = None
        self._set_off_s: float | None = None

    def step(self) -> Instant:
        """Measure, decide, move."""
        self.now_s += STEP_S
        chassis, walker, spec = self._chassis, self._made.walker, self._spec
        if self._set_off_s is None and chassis.travelled_m >= walker.sets_off_m:
            self._set_off_s = self.now_s
        moving_s = -math.inf if self._set_off_s is None else self.now_s - self._set_off_s
        walls = plan_view.walls_in_base(self._made.walls, chassis.pose)
        low = plan_view.discs_in_base(walker.low(moving_s), chassis.pose)
        body = plan_view.discs_in_base(walker.body(moving_s), chassis.pose)
        gap_m = float(np.min(plan_view.outline_gap_m(body, spec)))
        instant = Instant(
            self.now_s, moving_s, chassis.pose, chassis.speed_mps, chassis.yaw_rate_radps, gap_m,
            _is_in_sight(walls, low, spec),
        )  # fmt: skip
        ranges = self._rangers.step(self.now_s, partial(plan_view.echo_m, walls, low))
        self._turn(walls, low)
        base = BaseStatus(self.now_s, chassis.speed_mps, chassis.steering_rad)
        wanted = self._made.course.command(chassis.travelled_m)
        inputs = GateInputs(wanted, self.now_s, self._scan, base, ranges)
        chassis.step(self._gate.step(inputs, self.now_s).command)
        return instant

    def _turn(self, walls: plan_view.Array, low: plan_view.Array) -> None:
        """Scan when it is due, and hand the gate what has arrived."""
        lidar = self._spec.lidar
        if self.now_s >= self._due_s:
            self._due_s += 1 / lidar.rate_hz
            ranges_m = plan_view.lidar_ranges_m(walls, low, lidar)
            ranges_m = ranges_m + self._rng.normal(0.0, lidar.noise_m, len(ranges_m))
            self._sent.append(
                Scan(self.now_s, -lidar.field_of_view_rad / 2, self._step_rad, ranges_m,
                     lidar.range_min_m, lidar.range_max_m)
            )  # fmt: skip
        while self._sent and self._sent[0].stamp_s + LATENCY_S <= self.now_s + 1e-9:
            self._scan = self._sent.popleft()


def _is_in_sight(walls: plan_view.Array, low: plan_view.Array, spec: VehicleSpec) -> bool:
    if plan_view.is_in_lidar_sight(walls, low, spec.lidar):
        return True
    heard = (plan_view.person_echo_m(walls, low, ranger) for ranger in spec.ultrasonics)
    return any(map(math.isfinite, heard))
