"""A vehicle on ground of any shape, with a safety gate that looks down at it."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navigation.types import BaseStatus, Command, GateInputs, GateOutput, RangeSample
from patrol.geometry import Pose2, Scan
from patrol.vehicle import DropRangerSpec, load_vehicle

Array = NDArray[np.float64]
Ground = Callable[[Array, Array], Array]  # heights of places
FULL = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
SPEC = dataclasses.replace(FULL, ultrasonics=())  # so that the tests need none of their samples
NAMES = tuple(ranger.name for ranger in SPEC.drop_rangers)
FRONT = tuple(ranger.name for ranger in SPEC.drop_rangers if ranger.foot_m[0] > 0)
REAR = tuple(name for name in NAMES if name not in FRONT)
CAP = SPEC.speed_cap_mps
FAST, ORIGIN = Command(CAP, 0.0), Pose2(0.0, 0.0, 0.0)
NOW, STEP_S, PERIOD_S = 5000.0, 0.02, 0.05
ANSWERS = 5  # gate cycles until the base does as told: 0.1 s
ALONG_M = np.arange(0.0, 4.2, 0.02)


def flat(x: Array, y: Array) -> Array:
    return np.zeros_like(x)


def fallen(
    below: Ground, is_void: Callable[[Array, Array], NDArray[np.bool_]], depth_m: float
) -> Ground:
    """Ground with a part of it missing, down to a depth."""
    return lambda x, y: below(x, y) - depth_m * is_void(x, y)


def beyond(at_m: float, heading_rad: float = 0.0) -> Callable[[Array, Array], NDArray[np.bool_]]:
    """All behind an edge across the x axis, its normal turned by so much."""
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    return lambda x, y: (x - at_m) * c + y * s > 0.0


class Trip:
    """A gate, wheels that obey it 0.1 s late, beams that hit the ground with noise."""

    def __init__(self, gate: Any, ground: Ground, seed: int = 0, spec: Any = SPEC,
                 start: Pose2 = ORIGIN, speed_mps: float = 0.0) -> None:  # fmt: skip
        self.stage, self.spec, self.ground = gate.SafetyGate(spec), spec, ground
        self.pose, self.speed_mps, self.steering_rad = start, speed_mps, 0.0
        self.now_s, self.travel_m = NOW, 0.0
        self.rng = np.random.default_rng(seed)
        self._told = deque([speed_mps] * ANSWERS, ANSWERS)
        self._samples: dict[str, RangeSample] = {}
        self._read_s = -math.inf
        self.instead: dict[str, float | None] = {}  # what rangers say whatever they measure
        self.given: dict[str, Any] = {}  # of the base's status

    def stand(self) -> tuple[float, float, float]:
        """Height, roll and pitch of base_link on its wheels."""
        half, long = self.spec.track_m / 2, self.spec.wheelbase_m
        wheels = [self.pose.transform(x, y) for x in (0.0, long) for y in (half, -half)]
        x, y = np.array(wheels).T
        rear_left, rear_right, front_left, front_right = self.ground(x, y).tolist()
        rear, front = (rear_left + rear_right) / 2, (front_left + front_right) / 2
        across = (rear_left + front_left - rear_right - front_right) / 2
        return rear, math.atan2(across, 2 * half), -math.atan2(front - rear, long)

    def measured_m(self, ranger: DropRangerSpec) -> float:
        """How far a beam goes until it meets the ground; inf beyond its reach."""
        z_m, roll, pitch = self.stand()
        cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
        lean = np.array(((cp, sp * sr, sp * cr), (0.0, cr, -sr), (-sp, cp * sr, cp * cr)))
        flat_m = math.cos(ranger.pitch_rad)
        ray = np.array((flat_m * math.cos(ranger.yaw_rad), flat_m * math.sin(ranger.yaw_rad),
                        -math.sin(ranger.pitch_rad)))  # fmt: skip
        points = lean @ (np.array((ranger.x_m, ranger.y_m, ranger.z_m))[:, None]
                         + ray[:, None] * ALONG_M)  # fmt: skip
        c, s = math.cos(self.pose.yaw_rad), math.sin(self.pose.yaw_rad)
        x = self.pose.x_m + c * points[0] - s * points[1]
        y = self.pose.y_m + s * points[0] + c * points[1]
        gap = z_m + points[2] - self.ground(x, y)
        under = int(np.argmax(gap <= 0.0))
        if gap[under] > 0.0:
            return math.inf
        share = gap[under - 1] / (gap[under - 1] - gap[under])
        range_m = float(ALONG_M[under - 1] + share * 0.02 + self.rng.normal(0.0, ranger.noise_m))
        return range_m if range_m <= ranger.range_max_m else math.inf

    def go(self, for_s: float, command: Command = FAST) -> GateOutput:
        """Drive on as the gate lets it."""
        output = None
        for _ in range(max(1, round(for_s / STEP_S))):
            output = self.step(command)
        assert output is not None
        return output

    def step(self, command: Command) -> GateOutput:
        """One cycle of everything."""
        self.now_s += STEP_S
        self._move()
        if self.now_s - self._read_s > PERIOD_S - 1e-6:
            self._read_s = self.now_s
            for ranger in self.spec.drop_rangers:
                said = self.instead.get(ranger.name, self.measured_m(ranger))
                if said is not None:
                    self._samples[ranger.name] = RangeSample(self.now_s, ranger.name, said)
        output: GateOutput = self.stage.step(self._inputs(command), self.now_s)
        self._told.append(output.command.speed_mps)
        if command.speed_mps:
            self.steering_rad = math.atan(self.spec.wheelbase_m * command.curvature_1pm)
        return output

    def _inputs(self, command: Command) -> GateInputs:
        _, roll, pitch = self.stand()
        lean = self.rng.normal(0.0, 0.003, 2)
        values = {
            "speed_mps": self.speed_mps, "steering_rad": self.steering_rad,
            "roll_rad": roll + lean[0], "pitch_rad": pitch + lean[1],
            "stamp_s": self.now_s, **self.given,
        }  # fmt: skip
        ranges = tuple(self._samples.values())
        return GateInputs(
            command, self.now_s, clear_scan(self.now_s), BaseStatus(**values), ranges
        )

    def _move(self) -> None:
        hardest = self.spec.max_deceleration_mps2 * STEP_S
        change = min(max(self._told[0] - self.speed_mps, -hardest), hardest)
        self.speed_mps += change
        step_m = self.speed_mps * STEP_S
        self.travel_m += step_m
        turn = step_m * math.tan(self.steering_rad) / self.spec.wheelbase_m
        x, y = self.pose.transform(step_m * math.cos(turn / 2), step_m * math.sin(turn / 2))
        self.pose = Pose2(x, y, self.pose.yaw_rad + turn)

    def outline(self) -> tuple[Array, Array]:
        """Places around the vehicle's body."""
        spec = self.spec
        places = [self.pose.transform(x, y)
                  for x in np.linspace(-spec.rear_overhang_m, spec.front_m, 9)
                  for y in np.linspace(-spec.width_m / 2, spec.width_m / 2, 9)]  # fmt: skip
        x, y = np.array(places).T
        return x, y


def clear_scan(stamp_s: float) -> Scan:
    lidar = SPEC.lidar
    step = lidar.field_of_view_rad / (lidar.rays - 1)
    ranges = np.full(lidar.rays, math.inf)
    return Scan(stamp_s, -lidar.field_of_view_rad / 2, step, ranges, lidar.range_min_m,
                lidar.range_max_m)  # fmt: skip


def levels(**others: float) -> Mapping[str, float]:
    """What every ranger reads on level ground, but for some."""
    return {ranger.name: ranger.level_range_m for ranger in SPEC.drop_rangers} | others
