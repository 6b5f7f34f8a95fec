"""Going round what stands in the way: a bicycle, a lidar, the real gate and the real stack."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from navigation.detours import BLOCKED_AFTER_S, PASSING_MPS, WAIT_S
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
from patrol.vehicle import VehicleSpec

STEP_S = 0.05
STEPS_A_SCAN = 2  # 10 Hz
TICKS = 5  # of the bicycle, 10 ms each
Box = tuple[float, float, float, float]  # west, south, east, north
BOX: Box = (26.0, 0.05, 26.5, 0.55)
BARRIER: Box = (26.0, -2.4, 26.5, 2.4)
OBSTACLE, BLOCKED = FaultKind.OBSTACLE_IN_STOP_ZONE, FaultKind.PATH_BLOCKED


def ranges_to(boxes: list[Box], eye: Pose2, spec: VehicleSpec) -> NDArray[np.float64]:
    """What a lidar at `eye` measures: the nearest side of a box on every ray."""
    half = spec.lidar.field_of_view_rad / 2
    angle = eye.yaw_rad + np.linspace(-half, half, spec.lidar.rays)
    found = np.full(spec.lidar.rays, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for west, south, east, north in boxes:
            x = np.sort([(side - eye.x_m) / np.cos(angle) for side in (west, east)], axis=0)
            y = np.sort([(side - eye.y_m) / np.sin(angle) for side in (south, north)], axis=0)
            enter, leave = np.maximum(x[0], y[0]), np.minimum(x[1], y[1])
            found = np.where((enter <= leave) & (enter > 0), np.minimum(found, enter), found)
    return found


class Street:
    """A vehicle on the street from node 2 (12, 0) to node 3 (40, 0), 5 m wide."""

    def __init__(self, kit: SimpleNamespace, *boxes: Box, seed: int = 1) -> None:
        self.spec: VehicleSpec = kit.SPEC
        self.boxes = list(boxes)
        self.map = kit.street_map()
        self.vehicle = kit.Bicycle(Pose2(18.0, 0.0, 0.0))
        self.stack, self.gate = NavigationStack(self.spec, self.map), SafetyGate(self.spec)
        self.rng = np.random.default_rng(seed)
        self.now_s = 1000.0
        self.external: frozenset[FaultKind] = frozenset()
        self.state = NavigationState()
        self.scan: Scan | None = None
        self.steps = 0
        self.widest_m = 0.0  # the most that the outline was aside of the street's middle
        self.nearest_m = math.inf  # the least that a box was away from the outline
        self.fastest_aside_mps = 0.0
        self.step()
        self.stack.accept_order(kit.make_order(self.map, [2, 3]), self.now_s)

    def step(self) -> None:
        """50 ms of everything; pose and lidar are noisy."""
        self.now_s += STEP_S
        pose, spec = self.vehicle.pose, self.spec
        x, y, yaw = self.rng.normal(0.0, (0.015, 0.015, 0.003))
        seen = Pose2(pose.x_m + x, pose.y_m + y, pose.yaw_rad + yaw)
        if self.steps % STEPS_A_SCAN == 0:
            self.scan = self._look()
        self.steps += 1
        base = BaseStatus(self.now_s, self.vehicle.speed_mps, self.vehicle.steering_rad)
        outputs = self.stack.step(
            StackInputs(
                pose=StampedPose(self.now_s, seen, np.eye(3) * 1e-4), base=base, scan=self.scan,
                perception_age_s=0.1, external_faults=self.external,
            ),
            self.now_s,
        )  # fmt: skip
        self.state = outputs.state
        heard = tuple(RangeSample(self.now_s, r.name, math.inf) for r in spec.ultrasonics)
        gate = self.gate.step(
            GateInputs(outputs.command, self.now_s, self.scan, base, heard), self.now_s
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

    def _measure(self) -> None:
        pose, spec = self.vehicle.pose, self.spec
        along = np.linspace(-spec.rear_overhang_m, spec.front_m, 16)
        outline = np.array([pose.transform(x, y) for x in along
                            for y in (spec.width_m / 2, -spec.width_m / 2)])  # fmt: skip
        self.widest_m = max(self.widest_m, float(np.abs(outline[:, 1]).max()))
        for west, south, east, north in self.boxes:
            dx = np.maximum(np.maximum(west - outline[:, 0], outline[:, 0] - east), 0.0)
            dy = np.maximum(np.maximum(south - outline[:, 1], outline[:, 1] - north), 0.0)
            self.nearest_m = min(self.nearest_m, float(np.hypot(dx, dy).min()))
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


@pytest.mark.parametrize("seed", [1, 2])
def test_it_waits_goes_round_at_walking_pace_and_comes_back(
    kit: SimpleNamespace, seed: int
) -> None:
    street = Street(kit, BOX, seed=seed)
    assert street.run(30.0, stands_before_it)
    assert not street.run(WAIT_S - 1.0, lambda s: s.vehicle.speed_mps < -0.05)
    assert street.run(30.0, is_aside)
    assert street.run(90.0, finishes)
    assert street.nearest_m > 0.2
    assert street.widest_m < 2.5
    assert street.fastest_aside_mps < PASSING_MPS + 0.05
    assert BLOCKED not in street.state.faults
    assert abs(street.vehicle.pose.y_m) < 0.1


def test_a_thing_across_the_whole_way_is_a_blocked_path_until_it_is_gone(
    kit: SimpleNamespace,
) -> None:
    street = Street(kit, BARRIER)
    assert street.run(30.0, stands_before_it)
    assert not street.run(BLOCKED_AFTER_S - 2.0, lambda s: BLOCKED in s.state.faults)
    assert street.run(5.0, lambda s: BLOCKED in s.state.faults)
    assert street.state.mode is Mode.STOPPED
    assert street.state.waiting_for == "The way is blocked: a new route is needed"
    assert not street.run(20.0, is_aside)
    street.boxes.clear()
    assert street.run(5.0, lambda s: BLOCKED not in s.state.faults)
    assert street.run(60.0, finishes)


def test_it_does_not_set_out_while_somebody_moves_nearby(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX, (24.0, -2.4, 24.4, -2.0))
    assert street.run(30.0, stands_before_it)
    for tick in range(40):  # somebody walks to and fro beside it
        x_m = 23.0 + abs(tick % 8 - 4)
        street.boxes[1] = (x_m, -2.4, x_m + 0.4, -2.0)
        assert not street.run(1.5, lambda s: abs(s.vehicle.speed_mps) > 0.05)
    assert BLOCKED in street.state.faults


def test_somebody_on_the_way_round_makes_it_stand_until_he_is_gone(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(120.0, is_aside)
    street.boxes.append((28.0, -1.6, 28.4, -1.2))
    assert street.run(10.0, lambda s: abs(s.vehicle.speed_mps) < 0.01)
    assert street.state.mode is Mode.STOPPED
    assert not street.run(10.0, lambda s: abs(s.vehicle.speed_mps) > 0.02)
    assert street.nearest_m > 0.2
    street.boxes.pop()
    assert street.run(90.0, finishes)


def test_an_update_of_the_order_on_the_way_round_changes_nothing(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(120.0, is_aside)
    update = kit.make_order(street.map, [3, 4], update_id=1, first_sequence_id=2)
    street.stack.accept_order(update, street.now_s)
    assert street.run(150.0, finishes)
    assert street.nearest_m > 0.2
    assert street.vehicle.pose.x_m == pytest.approx(70.0, abs=0.2)


def test_it_stays_where_other_faults_hold_it(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(30.0, stands_before_it)

    def stands_on(seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            street.external |= {FaultKind.CAMERA_STALE}
            street.step()

    stands_on(WAIT_S + 10.0)
    assert abs(street.vehicle.speed_mps) < 0.01
    assert not is_aside(street)
    assert street.run(60.0, is_aside)


def test_the_same_seed_drives_the_same(kit: SimpleNamespace) -> None:
    ways = []
    for _ in range(2):
        street = Street(kit, BOX, seed=1)
        street.run(45.0)
        ways.append(street.vehicle.pose)
    assert ways[0] == ways[1]
