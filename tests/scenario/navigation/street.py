"""A street with things on it: a bicycle, a lidar, rangers, the real gate and the real stack."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navigation.safety.fence import Fence
from navigation.safety.gate import SafetyGate
from navigation.stack import NavigationStack
from navigation.types import (
    BaseStatus,
    GateInputs,
    Mode,
    NavigationState,
    RangeSample,
    StackInputs,
)
from patrol.faults import FaultKind
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

STEP_S = 0.05
STEPS_A_SCAN = 2  # 10 Hz
TICKS = 5  # of the bicycle, 10 ms each
NOTHING = np.empty((0, 2))
START = Pose2(18.0, 0.0, 0.0)
Box = tuple[float, float, float, float]  # west, south, east, north
BOX: Box = (26.0, 0.05, 26.5, 0.55)
BARRIER: Box = (26.0, -2.4, 26.5, 2.4)
OBSTACLE, BLOCKED = FaultKind.OBSTACLE_IN_STOP_ZONE, FaultKind.PATH_BLOCKED


def ranges_to(boxes: list[Box], eye: Pose2, spec: VehicleSpec) -> NDArray[np.float64]:
    """What a lidar at `eye` measures: the nearest side of a box on every ray."""
    half = spec.lidar.field_of_view_rad / 2
    angle = eye.yaw_rad + np.linspace(-half, half, spec.lidar.rays)
    west, south, east, north = np.reshape(boxes, (-1, 4)).T[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_x = (west - eye.x_m) / np.cos(angle), (east - eye.x_m) / np.cos(angle)
        by_y = (south - eye.y_m) / np.sin(angle), (north - eye.y_m) / np.sin(angle)
    enter = np.maximum(np.minimum(*by_x), np.minimum(*by_y))
    leave = np.minimum(np.maximum(*by_x), np.maximum(*by_y))
    met = np.where((enter <= leave) & (enter > 0), enter, np.inf)
    return np.asarray(met.min(axis=0, initial=np.inf))


def filled(box: Box) -> NDArray[np.float64]:
    """Points (n, 2) all over a box."""
    west, south, east, north = box
    x, y = np.meshgrid(np.linspace(west, east, 12), np.linspace(south, north, 12))
    return np.column_stack((x.ravel(), y.ravel()))


class Street:
    """A vehicle on the street from node 2 (12, 0) to node 3 (40, 0), 5 m wide."""

    def __init__(
        self,
        kit: SimpleNamespace,
        *boxes: Box,
        low: Sequence[Box] = (),
        patrol_map: PatrolMap | None = None,
        seed: int = 1,
        start: Pose2 = START,
        nodes: Sequence[int] = (2, 3),
    ) -> None:
        self.spec: VehicleSpec = kit.SPEC
        self.boxes = list(boxes)
        self.low = list(low)  # too low for the lidar: the rangers alone hear it
        self.map = patrol_map or kit.street_map()
        self.vehicle = kit.Bicycle(start)
        self.stack = NavigationStack(self.spec, self.map)
        self.gate = SafetyGate(self.spec, Fence(self.spec, self.map))
        self.rng = np.random.default_rng(seed)
        self.now_s = 1000.0
        self.external: frozenset[FaultKind] = frozenset()
        self.localization: frozenset[FaultKind] = frozenset()
        self.state = NavigationState()
        self.scan: Scan | None = None
        self.ranges: tuple[RangeSample, ...] = ()
        self.steps = 0
        self.widest_m = 0.0  # the most that the outline was aside of the street's middle
        self.nearest_m = math.inf  # the least that a box was away from the outline
        self.fastest_aside_mps = 0.0
        self.step()
        self.stack.accept_order(kit.make_order(self.map, nodes), self.now_s)

    def step(self) -> None:
        """50 ms of everything; pose and lidar are noisy."""
        self.now_s += STEP_S
        pose, spec = self.vehicle.pose, self.spec
        x, y, yaw = self.rng.normal(0.0, (0.015, 0.015, 0.003))
        seen = Pose2(pose.x_m + x, pose.y_m + y, pose.yaw_rad + yaw)
        if self.steps % STEPS_A_SCAN == 0:
            self.scan, self.ranges = self._look(), self._listen()
        self.steps += 1
        base = BaseStatus(self.now_s, self.vehicle.speed_mps, self.vehicle.steering_rad)
        stamped = StampedPose(self.now_s, seen, np.eye(3) * 1e-4)
        outputs = self.stack.step(
            StackInputs(
                pose=stamped, base=base, scan=self.scan,
                localization_faults=self.localization, perception_age_s=0.1,
                external_faults=self.external,
            ),
            self.now_s,
        )  # fmt: skip
        self.state = outputs.state
        gate = self.gate.step(
            GateInputs(outputs.command, self.now_s, self.scan, base, self.ranges, stamped),
            self.now_s,
        )
        self.external = gate.faults
        steering = self.vehicle.steering_rad
        if gate.command.speed_mps:
            steering = math.atan(spec.wheelbase_m * gate.command.curvature_1pm)
        for _ in range(TICKS):
            self.vehicle.tick(gate.command.speed_mps, steering)
        self._measure()

    def _look(self) -> Scan:
        pose, lidar = self.vehicle.pose, self.spec.lidar
        eye = Pose2(*pose.transform(lidar.x_m, lidar.y_m), pose.yaw_rad)
        ranges = ranges_to(self.boxes, eye, self.spec) + self.rng.normal(0.0, 0.01, lidar.rays)
        view = lidar.field_of_view_rad
        return Scan(self.now_s, -view / 2, view / (lidar.rays - 1), ranges, 0.06, 25.0)

    def _listen(self) -> tuple[RangeSample, ...]:
        pose, heard = self.vehicle.pose, []
        points = np.concatenate([NOTHING, *map(filled, self.low)])
        for ranger in self.spec.ultrasonics:
            eye = Pose2(*pose.transform(ranger.x_m, ranger.y_m), pose.yaw_rad + ranger.yaw_rad)
            seen = np.array([eye.inverse_transform(x, y) for x, y in points]).reshape(-1, 2)
            in_cone = np.abs(np.arctan2(seen[:, 1], seen[:, 0])) <= ranger.cone_rad / 2
            away_m = float(np.hypot(*seen[in_cone].T).min(initial=math.inf))
            noisy_m = max(away_m + self.rng.normal(0.0, 0.01), ranger.range_min_m)
            range_m = noisy_m if away_m < ranger.range_max_m - 0.1 else math.inf
            heard.append(RangeSample(self.now_s, ranger.name, range_m))
        for drop in self.spec.drop_rangers:
            level_m = drop.level_range_m + self.rng.normal(0.0, drop.noise_m)
            heard.append(RangeSample(self.now_s, drop.name, level_m))
        return tuple(heard)

    def _measure(self) -> None:
        pose, spec = self.vehicle.pose, self.spec
        along = np.linspace(-spec.rear_overhang_m, spec.front_m, 16)
        outline = np.array([pose.transform(x, y) for x in along
                            for y in (spec.width_m / 2, -spec.width_m / 2)])  # fmt: skip
        self.widest_m = max(self.widest_m, float(np.abs(outline[:, 1]).max()))
        west, south, east, north = np.reshape(self.boxes, (-1, 4)).T[..., None]
        dx = np.maximum(np.maximum(west - outline[:, 0], outline[:, 0] - east), 0.0)
        dy = np.maximum(np.maximum(south - outline[:, 1], outline[:, 1] - north), 0.0)
        self.nearest_m = min(self.nearest_m, float(np.hypot(dx, dy).min(initial=math.inf)))
        if abs(pose.y_m) > 0.3:
            self.fastest_aside_mps = max(self.fastest_aside_mps, abs(self.vehicle.speed_mps))

    def run(self, seconds: float, until: Any = lambda _: False) -> bool:
        """Steps until a condition holds; False when the time is over first."""
        for _ in range(round(seconds / STEP_S)):
            self.step()
            if until(self):
                return True
        return False


def is_aside(street: Street) -> bool:
    return bool(abs(street.vehicle.pose.y_m) > 0.3)


def finishes(street: Street) -> bool:
    return street.state.mode is Mode.FINISHED


def stands_before_it(street: Street) -> bool:
    return OBSTACLE in street.state.faults and abs(street.vehicle.speed_mps) < 0.01
