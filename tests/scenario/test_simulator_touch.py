"""Bumper, IMU and the gate's sense of touch on the simulated vehicle: hands, kerbs, slopes."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.simulating.plane import ORIGIN, on_plane, plane_map, plane_world
from navigation.safety.touch import Touch
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.map import Building, Edge, Node, WayClass
from patrol.vehicle import load_vehicle
from simulation.mujoco.hands import Hold, Push
from simulation.mujoco.simulator import Simulator
from simulation.types import Actuation, DriveCommand
from simulation.world import World, build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
F = FaultKind
PERIOD_S = 0.02
NOTHING: frozenset[FaultKind] = frozenset()


class Ride:
    """A simulated vehicle and what a gate would feel of it."""

    def __init__(self, world: World, start: Pose2 = ORIGIN, seed: int = 0) -> None:
        self.car: Simulator = on_plane(world, SPEC, start, seed)
        self.touch = Touch(SPEC.max_deceleration_mps2)

    def go(self, speed_mps: float, for_s: float) -> frozenset[FaultKind]:
        """Told a speed; all that is felt meanwhile."""
        felt = NOTHING
        for _ in range(round(for_s / PERIOD_S)):
            self.car.step(DriveCommand(speed_mps, 0.0), PERIOD_S)
            self.touch.tell(speed_mps)
            felt |= self.touch.faults(self.car.base, PERIOD_S)
        return felt

    def lift(self, height_m: float, up_mps: float, speed_mps: float) -> float:
        """Raised evenly; after how long it is felt, inf if not within 1 s of the top."""
        for i in range(round((height_m / up_mps + 1.0) / PERIOD_S)):
            now_m = min(height_m, up_mps * (i + 1) * PERIOD_S)
            self.car.hold(Hold(lift_m=now_m))
            if F.LIFTED in self.go(speed_mps, PERIOD_S):
                return (i + 1) * PERIOD_S
        return math.inf


def stones(kerb_m: float) -> World:
    """A plane with a crosswalk on the x axis from x = 2 to x = 8, a stone before its end."""
    base = plane_map()
    nodes = dict(base.nodes) | {10: Node(10, 2.0, 0.0), 11: Node(11, 8.0, 0.0)}
    crosswalk = Edge(
        10, 10, 11, 6.0, 1.0, 3.0, WayClass.CROSSWALK, crosswalk_id="c", kerb_m=kerb_m
    )
    return build_world(replace(base, nodes=nodes, edges=dict(base.edges) | {10: crosswalk}))


def walled(south_m: float, north_m: float, surface: str = "asphalt") -> World:
    """A plane with a house from x = 3 on eastwards."""
    corners = ((3.0, south_m), (7.0, south_m), (7.0, north_m), (3.0, north_m))
    return plane_world(surface=surface, buildings=(Building("house", corners, 4.0),))


# --- bumped ---


@pytest.mark.parametrize(("yaw_rad", "speed_mps"), [(0.0, 0.5), (math.pi, -0.3)])
def test_a_wall_before_either_end_presses_the_bumper(yaw_rad: float, speed_mps: float) -> None:
    car = on_plane(walled(-4.0, 4.0), SPEC, Pose2(0.0, 0.0, yaw_rad))
    assert not car.base.bumped
    car.step(DriveCommand(speed_mps, 0.0), 12.0)
    assert car.poll().contacts != []
    assert car.base.bumped
    car.step(DriveCommand(-speed_mps, 0.0), 3.0)
    assert not car.base.bumped


def test_a_wall_along_its_side_presses_no_bumper() -> None:
    start = Pose2(3.0 - SPEC.width_m / 2 - 0.02, 0.0, math.pi / 2)
    car = on_plane(walled(0.1, 0.7, "ice"), SPEC, start)
    bumped = False
    car.push(Push((600.0, 0.0, 0.0), 0.5))  # slid against it
    for _ in range(150):
        car.step(DriveCommand(), PERIOD_S)
        bumped |= car.base.bumped
    assert car.poll().contacts != []
    assert not bumped


# --- pushed ---


@pytest.mark.parametrize("direction_rad", [0.0, 1.0, math.pi / 2, math.pi, -math.pi / 2])
def test_a_shove_against_held_wheels_is_felt(direction_rad: float) -> None:
    """200 N at the height of hands, from any side: the wheels do not turn."""
    ride = Ride(plane_world())
    assert ride.go(0.0, 3.0) == NOTHING
    x_n, y_n = 200.0 * math.cos(direction_rad), 200.0 * math.sin(direction_rad)
    ride.car.push(Push((x_n, y_n, 0.0), 0.5, (0.475, 0.0, 0.9)))
    assert ride.go(0.0, 0.2) == {F.PUSHED}
    assert ride.car.base.speed_mps == 0.0


@pytest.mark.parametrize("direction_rad", [0.0, math.pi / 2, math.pi])
def test_a_hand_that_rests_on_it_is_no_push(direction_rad: float) -> None:
    ride = Ride(plane_world())
    assert ride.go(0.0, 3.0) == NOTHING
    x_n, y_n = 80.0 * math.cos(direction_rad), 80.0 * math.sin(direction_rad)
    ride.car.push(Push((x_n, y_n, 0.0), 2.0, (0.475, 0.0, 0.9)))
    assert ride.go(0.0, 4.0) == NOTHING


@pytest.mark.parametrize("speed_mps", [0.5, 1.39])
@pytest.mark.parametrize("grade", [0.0, SPEC.max_grade, -SPEC.max_grade])
def test_its_own_stops_and_starts_are_no_hands(speed_mps: float, grade: float) -> None:
    ride = Ride(plane_world(grade), Pose2(-30.0, 0.0, 0.0), seed=3)
    for _ in range(3):
        assert ride.go(0.0, 4.0) == NOTHING
        assert ride.go(speed_mps, 5.0) == NOTHING


def test_a_slide_on_ice_with_locked_wheels_is_felt() -> None:
    """Pushed low, so that it does not rock: only the acceleration tells."""
    ride = Ride(plane_world(surface="ice"))
    assert ride.go(0.0, 3.0) == NOTHING
    ride.car.push(Push((450.0, 0.0, 0.0), 1.0, (0.475, 0.0, 0.2)))
    assert F.PUSHED in ride.go(0.0, 1.0)
    assert ride.car.base.speed_mps == 0.0


def test_a_motor_that_runs_is_no_push() -> None:
    ride = Ride(plane_world())
    assert ride.go(0.0, 3.0) == NOTHING
    ride.car.broken = Actuation(runaway_mps=1.0)
    assert ride.go(0.0, 1.5) == {F.BASE_DISOBEYS}


def test_who_pushes_harder_than_the_brakes_hold_is_felt_before_the_wheels_turn() -> None:
    ride = Ride(plane_world())
    assert ride.go(0.0, 3.0) == NOTHING
    ride.car.push(Push((1800.0, 0.0, 0.0), 1.0, (0.475, 0.0, 0.4)))
    felt, turned = [], []
    for _ in range(50):
        felt.append(F.PUSHED in ride.go(0.0, PERIOD_S))
        turned.append(abs(ride.car.base.speed_mps) > 0.05)
    assert felt.index(True) < turned.index(True)


# --- lifted ---


@pytest.mark.parametrize("speed_mps", [0.0, 0.8, 1.39])
@pytest.mark.parametrize(("height_m", "up_mps"), [(0.2, 0.2), (0.2, 0.5), (0.3, 0.3), (0.3, 1.0)])
def test_a_lift_is_felt_within_a_second(height_m: float, up_mps: float, speed_mps: float) -> None:
    ride = Ride(plane_world())
    assert ride.go(speed_mps, 6.0) == NOTHING
    assert ride.lift(height_m, up_mps, speed_mps) <= 1.0


@pytest.mark.parametrize("speed_mps", [0.5, 0.8, 1.1, 1.39])
@pytest.mark.parametrize("start", [ORIGIN, Pose2(2.0, -1.4, 0.3), Pose2(15.0, 0.0, math.pi)])
def test_the_highest_kerb_is_no_lift(start: Pose2, speed_mps: float) -> None:
    ride = Ride(stones(SPEC.max_kerb_m), start)
    assert ride.go(speed_mps, 14.0 / speed_mps) == NOTHING
    assert abs(ride.car.truth.pose.x_m - start.x_m) > 9.0  # it is over


def test_no_sensor_of_many_takes_a_kerb_for_a_lift() -> None:
    for seed in range(10):
        assert Ride(stones(SPEC.max_kerb_m), seed=seed).go(1.39, 10.0) == NOTHING
