"""What the tests of the safety gate share: its inputs, made of a few words."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from navigation.types import BaseStatus, Command, GateInputs, GateOutput, RangeSample
from patrol.faults import FaultKind
from patrol.geometry import Scan
from patrol.vehicle import UltrasonicSpec, load_vehicle

FULL = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
SPEC = dataclasses.replace(FULL, drop_rangers=())  # drop_hands.py has ground for those
NOW = 5000.0
FORWARD = Command(1.0, 0.0)
CAP = SPEC.speed_cap_mps
LEFT = Command(0.5, 0.5 / SPEC.min_turning_radius_m)
ALL = tuple(ranger.name for ranger in SPEC.ultrasonics)
MIDDLE = ("front_middle_left", "front_middle_right")
SLANT = math.cos(0.35)  # of a front ranger's cone: an echo stands for what is so much nearer
STEP_S = 0.02
PERIOD_S = 0.1


def scan_of(*points_base: tuple[float, float], stamp_s: float = NOW) -> Scan:
    """A clear scan but for points in base_link; each is seen by the nearest ray."""
    lidar = SPEC.lidar
    step = lidar.field_of_view_rad / (lidar.rays - 1)
    ranges = np.full(lidar.rays, math.inf)
    for x, y in points_base:
        angle = math.atan2(y - lidar.y_m, x - lidar.x_m)
        index = round((angle + lidar.field_of_view_rad / 2) / step)
        assert 0 <= index < lidar.rays, "the lidar does not look there"
        ranges[index] = math.hypot(x - lidar.x_m, y - lidar.y_m)
    return Scan(
        stamp_s,
        -lidar.field_of_view_rad / 2,
        step,
        ranges,
        lidar.range_min_m,
        lidar.range_max_m,
    )


def inputs(
    command: Command | None = FORWARD,
    age_s: float = 0.0,
    scan: Scan | None = None,
    now_s: float = NOW,
    ranges: Mapping[str, float] | None = None,
    **base: Any,
) -> GateInputs:
    """Fresh inputs: a clear scan, no echo but those given, a vehicle that drives as told."""
    values = {"stamp_s": now_s, "speed_mps": 1.0, "steering_rad": 0.0, **base}
    seen = scan if scan is not None else scan_of(stamp_s=now_s)
    heard = ranges_of(ranges or {}, now_s)
    return GateInputs(command, now_s - age_s, seen, BaseStatus(**values), heard)


def ranges_of(echoes: Mapping[str, float], stamp_s: float = NOW) -> tuple[RangeSample, ...]:
    """A sample of every ranger; `inf` where no echo is given."""
    names = [ranger.name for ranger in SPEC.ultrasonics]
    assert set(echoes) <= set(names)
    return tuple(RangeSample(stamp_s, name, echoes.get(name, math.inf)) for name in names)


def one(gate: Any, given: GateInputs, now_s: float = NOW) -> GateOutput:
    """The output of a new gate."""
    output: GateOutput = gate.SafetyGate(SPEC).step(given, now_s)
    return output


def ahead(distance_m: float, y_m: float = 0.0) -> tuple[float, float]:
    """A point so far in front of the bumper."""
    return SPEC.front_m + distance_m, y_m


def assert_stops(output: GateOutput, *faults: FaultKind) -> None:
    assert output.command == Command(0.0, 0.0)
    assert output.faults == set(faults)


def ranger(name: str) -> UltrasonicSpec:
    """A ranger of the vehicle file."""
    return next(r for r in SPEC.ultrasonics if r.name == name)


class Drive:
    """A gate in motion: ranges are heard every 0.1 s, the rest every 0.02 s."""

    def __init__(self, gate: Any, spec: Any = SPEC) -> None:
        self.stage, self.now_s = gate.SafetyGate(spec), NOW
        self._heard, self._heard_s = ranges_of({}), -math.inf

    def wait(self, for_s: float) -> None:
        """Let the clock run, or back, without a cycle of the gate."""
        self.now_s += for_s
        self._heard_s = -math.inf

    def go(
        self,
        for_s: float,
        echoes: Mapping[str, float] | None = None,
        command: Command = FORWARD,
        step_s: float = STEP_S,
        **given: Any,
    ) -> GateOutput:
        """Drive on; `given` goes to `inputs`."""
        output = None
        for _ in range(max(1, round(for_s / step_s))):
            self.now_s += step_s
            if self.now_s - self._heard_s > PERIOD_S - 1e-6:
                self._heard, self._heard_s = ranges_of(echoes or {}, self.now_s), self.now_s
            values = inputs(command, now_s=self.now_s, **given)
            full = dataclasses.replace(values, ranges=self._heard)
            output = self.stage.step(full, self.now_s)
        assert output is not None
        return output
