"""Hands for the tests of whom the gate foresees: people as points, and a vehicle among them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from navigation.types import BodyMotion, Command, GateOutput
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from tests.unit.navigation.safety.gate_hands import FORWARD, NOW, SPEC, inputs, scan_of

Points = Sequence[tuple[float, float]]
STEP_S = 0.02
A_SCAN = 5  # steps
FRONT_M = SPEC.front_m
SEES_RAD = SPEC.lidar.field_of_view_rad / 2 - 0.01
STOPS = frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE})


def legs(x: float, y: float, half_m: float = 0.1, count: int = 15) -> Points:
    """Points across somebody who stands there, as the lidar sees them from the side or ahead."""
    share = [i / (count - 1) * 2 - 1 for i in range(count)]
    return [(x + half_m * s, y + half_m * s) for s in share]


def nearest_last(points: Points) -> Points:
    """Of two points in one ray the nearer counts."""
    return sorted(points, key=lambda p: -math.hypot(p[0] - SPEC.lidar.x_m, p[1] - SPEC.lidar.y_m))


class Meeting:
    """A vehicle that drives as commanded, whatever the gate says, among points on the map."""

    def __init__(self, gate: Any, spec: Any = SPEC) -> None:
        self.stage, self.spec = gate.SafetyGate(spec), spec
        self.now_s, self.base, self._steps = NOW, Pose2(0.0, 0.0, 0.0), 0
        self._scan = scan_of(stamp_s=NOW)
        self.told_steering_rad: float | None = None  # by the base; None: as it is
        self.rate_radps: float | None = None  # of the body, by the IMU; None: there is none

    def go(
        self,
        for_s: float,
        where: Callable[[float], Points],
        command: Command = FORWARD,
        speed_mps: float | None = None,
        steering_rad: float = 0.0,
    ) -> list[GateOutput]:
        """The gate's outputs; `where` gives the points on the map, by the time since the start."""
        speed_mps = command.speed_mps if speed_mps is None else speed_mps
        outputs = []
        for _ in range(round(for_s / STEP_S)):
            turn = speed_mps * STEP_S * math.tan(steering_rad) / SPEC.wheelbase_m
            x, y = self.base.transform(speed_mps * STEP_S, 0.0)
            self.base = Pose2(x, y, self.base.yaw_rad + turn)
            self.now_s += STEP_S
            if self._steps % A_SCAN == 0:
                near = [self.base.inverse_transform(*p) for p in where(self.now_s - NOW)]
                seen = [p for p in near if abs(math.atan2(p[1], p[0] - SPEC.lidar.x_m)) < SEES_RAD]
                self._scan = scan_of(*nearest_last(seen), stamp_s=self.now_s)
            self._steps += 1
            told = steering_rad if self.told_steering_rad is None else self.told_steering_rad
            rate = self.rate_radps
            motion = None if rate is None else BodyMotion(self.now_s, rate, 0.0, 0.0, 0.0)
            given = inputs(command, now_s=self.now_s, scan=self._scan, speed_mps=speed_mps,
                           steering_rad=told, motion=motion)  # fmt: skip
            outputs.append(self.stage.step(given, self.now_s))
        return outputs


def first_stop_s(outputs: Sequence[GateOutput]) -> float:
    """When the gate stopped first; infinite if never."""
    stopped = next((i for i, output in enumerate(outputs) if output.faults), None)
    if stopped is None:
        return math.inf
    assert outputs[stopped].faults == STOPS
    return STEP_S * (stopped + 1)


def approach_of(
    gate: Any, *scans: Points, period_s: float = 0.1, speed_mps: float = 0.0, spec: Any = SPEC
) -> Any:
    """What has seen some scans, given as points in base_link."""
    made = gate.Approach(spec)
    for number, points in enumerate(scans):
        stamp_s = NOW + number * period_s
        scan = scan_of(*nearest_last(points), stamp_s=stamp_s)
        base = inputs(speed_mps=speed_mps).base
        made.see(scan, scan.points_base(SPEC.lidar.x_m, SPEC.lidar.y_m), base)
    return made
