"""What may go wrong with a vehicle in the simulator: broken drives, bad ground, rough hands."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.simulating.plane import on_plane, plane_map, plane_world
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vehicle import GRAVITY_MPS2, ActuationSpec, load_vehicle
from simulation.conditions import Conditions, Weather
from simulation.mujoco.hands import Hold, Push
from simulation.types import SOUND, Actuation, DriveCommand
from simulation.world import build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
LATE = replace(
    SPEC, actuation=ActuationSpec(steering_dead_time_s=0.3, drive_dead_time_s=0.5)
)  # fmt: skip


def test_runs_away_until_the_emergency_stop() -> None:
    car = on_plane(plane_world(), SPEC)
    car.broken = Actuation(runaway_mps=2.0)
    car.step(DriveCommand(0.0, 0.0), 5.0)
    assert car.truth.speed_mps == pytest.approx(2.0, abs=0.1)
    car.emergency_stop = True
    car.step(DriveCommand(0.0, 0.0), 2.0)
    assert abs(car.truth.speed_mps) < 0.01


def test_stuck_steering_turns_whatever_is_commanded_and_recovers() -> None:
    car = on_plane(plane_world(), SPEC)
    car.broken = Actuation(stuck_steering_rad=0.3)
    car.step(DriveCommand(0.8, -0.3), 3.0)
    assert car.base.steering_rad == pytest.approx(0.3, abs=0.02)
    assert car.truth.yaw_rate_radps == pytest.approx(0.8 * math.tan(0.3) / 0.95, rel=0.05)
    car.broken = SOUND
    car.step(DriveCommand(0.8, -0.3), 2.0)
    assert car.base.steering_rad == pytest.approx(-0.3, abs=0.02)


def test_without_brakes_it_rolls_on_in_an_emergency() -> None:
    stops = []
    for broken in (SOUND, Actuation(brakes_fail=True)):
        car = on_plane(plane_world(), SPEC)
        car.step(DriveCommand(1.39, 0.0), 5.0)
        car.broken, car.emergency_stop = broken, True
        car.step(DriveCommand(), 2.0)
        stops.append(car.truth.speed_mps)
    assert stops[0] < 0.01
    assert stops[1] > 0.9


def test_commands_work_after_their_dead_times() -> None:
    car = on_plane(plane_world(), LATE)
    car.step(DriveCommand(1.0, 0.2), 0.28)
    assert car.base.steering_rad == pytest.approx(0.0, abs=0.01)
    car.step(DriveCommand(1.0, 0.2), 0.2)
    assert car.base.steering_rad > 0.03
    assert abs(car.truth.speed_mps) < 0.01
    car.step(DriveCommand(1.0, 0.2), 0.5)
    assert car.truth.speed_mps > 0.1


def test_the_wheels_answer_as_late_as_the_vehicle_file_says() -> None:
    """They follow a slow ramp of the steering by dead time plus lag."""
    car, rate, late = on_plane(plane_world(), SPEC), 0.2, []
    for i in range(150):
        car.step(DriveCommand(0.5, rate * i * 0.01), 0.01)
        if i > 100:
            late.append(i * 0.01 - car._plant.steering_rad / rate)
    expected_s = SPEC.actuation.steering_dead_time_s + SPEC.actuation.steering_lag_s
    assert sum(late) / len(late) == pytest.approx(expected_s, abs=0.03)


def test_a_starved_battery_cannot_climb() -> None:
    speeds = []
    for factor in (1.0, 60.0):
        car = on_plane(plane_world(SPEC.max_grade), SPEC, Pose2(-20.0, 0.0, 0.0))
        car.battery.charge_pct, car.battery.resistance_factor = 15.0, factor
        car.step(DriveCommand(1.39, 0.0), 6.0)
        power = car.poll().power
        assert power is not None
        speeds.append((car.truth.speed_mps, power.voltage_v))
    assert speeds[0][0] == pytest.approx(1.39, abs=0.05)
    assert speeds[1][0] < 1.1
    assert speeds[1][1] < speeds[0][1] - 2.0


def test_locked_wheels_slide_on_wet_grass_and_odometry_does_not_see_it() -> None:
    rain = Conditions(weather=Weather.RAIN)
    car = on_plane(plane_world(0.35, "grass", conditions=rain), SPEC, Pose2(0.0, 0.0, math.pi))
    car.emergency_stop = True
    before = car.truth.pose.x_m
    car.step(DriveCommand(), 3.0)
    assert car.truth.pose.x_m < before - 0.5
    assert car.base.speed_mps == 0.0
    dry = on_plane(plane_world(0.35, "asphalt"), SPEC, Pose2(0.0, 0.0, math.pi))
    before = dry.truth.pose.x_m
    dry.step(DriveCommand(), 3.0)
    assert abs(dry.truth.pose.x_m - before) < 0.02


def test_spinning_wheels_are_reported() -> None:
    car = on_plane(plane_world(0.15, "ice"), SPEC)
    car.step(DriveCommand(1.0, 0.0), 4.0)
    assert car.base.speed_mps > 0.8
    assert car.truth.speed_mps < 0.3


def test_a_shove_moves_it_sideways_only_when_stronger_than_the_tyres() -> None:
    moved = []
    for share in (0.5, 1.4):
        car = on_plane(plane_world(surface="paving_stones"), SPEC)
        force = share * 0.75 * SPEC.mass_kg * GRAVITY_MPS2
        car.push(Push((0.0, force, 0.0), 0.5, (0.475, 0.0, 0.1)))
        car.step(DriveCommand(), 1.5)
        moved.append(car.truth.pose.y_m)
    assert abs(moved[0]) < 0.03
    assert moved[1] > 0.2


def test_hands_lift_it_and_set_it_down() -> None:
    car = on_plane(plane_world(), SPEC)
    car.step(DriveCommand(0.5, 0.0), 2.0)
    ground_m = float(car._plant.position_map[2])
    car.hold(Hold(lift_m=0.3))
    car.step(DriveCommand(0.5, 0.0), 2.0)
    assert float(car._plant.position_map[2]) - ground_m == pytest.approx(0.3, abs=0.02)
    assert car.base.speed_mps > 0.4  # the wheels spin in the air
    assert abs(car.truth.speed_mps) < 0.05
    car.hold(None)
    car.step(DriveCommand(), 2.0)
    assert float(car._plant.position_map[2]) == pytest.approx(ground_m, abs=0.02)
    assert abs(car.base.roll_rad) < 0.02


@pytest.mark.parametrize(("roll", "pitch"), [(0.5, 0.0), (0.0, -0.4), (-0.3, 0.3)])
def test_hands_tilt_it(roll: float, pitch: float) -> None:
    car = on_plane(plane_world(), SPEC, Pose2(0.0, 0.0, 1.0))
    car.hold(Hold(lift_m=0.4, roll_rad=roll, pitch_rad=pitch))
    car.step(DriveCommand(), 3.0)
    assert (car.truth.roll_rad, car.truth.pitch_rad) == pytest.approx((roll, pitch), abs=0.03)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Push((math.nan, 0.0, 0.0), 1.0), "force_map_n"),
        (lambda: Push((1.0, 0.0, 0.0), 0.0), "duration_s"),
        (lambda: Hold(lift_m=9.0), "lift_m"),
        (lambda: Hold(roll_rad=math.inf), "roll_rad"),
    ],
)
def test_impossible_hands_are_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def crossing(kerb_m: float) -> PatrolMap:
    """A plane with a crosswalk on the x axis from x = 2 to x = 8."""
    base = plane_map()
    nodes = dict(base.nodes) | {10: Node(10, 2.0, 0.0), 11: Node(11, 8.0, 0.0),
                                12: Node(12, 20.0, 0.0)}  # fmt: skip
    edges = dict(base.edges) | {
        10: Edge(10, 10, 11, 6.0, 1.0, 3.0, WayClass.CROSSWALK, crosswalk_id="c", kerb_m=kerb_m),
        11: Edge(11, 11, 12, 12.0, 1.0, 3.0, WayClass.PAVEMENT),
    }
    return replace(base, nodes=nodes, edges=edges)


@pytest.mark.parametrize("kerb_m", [0.02, 0.03, SPEC.max_kerb_m])
def test_climbs_kerbs_up_to_its_limit(kerb_m: float) -> None:
    world = build_world(crossing(kerb_m))
    (kerb,) = (k for k in world.kerbs if k.crossed)
    assert (kerb.start[0], kerb.height_m) == (pytest.approx(7.7), kerb_m)
    car = on_plane(world, SPEC)
    heights = []
    for _ in range(180):
        car.step(DriveCommand(0.8, 0.0), 0.1)
        heights.append(float(car._plant.position_map[2]))
    assert car.truth.pose.x_m > 10.0
    assert max(heights) == pytest.approx(kerb_m, abs=0.012)
    assert car.poll().contacts == []


def test_a_high_kerb_stops_it() -> None:
    car = on_plane(build_world(crossing(0.14)), SPEC)
    car.step(DriveCommand(0.8, 0.0), 15.0)
    assert car.truth.pose.x_m < 8.0


def test_a_flight_of_steps_climbs_as_its_ends_do() -> None:
    base = plane_map(0.3)
    flight = Edge(20, 20, 21, 4.0, 1.0, 2.0, WayClass.STEPS, steps=True)
    nodes = dict(base.nodes) | {20: Node(20, 0.0, 0.0, 0.0), 21: Node(21, 4.0, 0.0, 1.2)}
    world = build_world(replace(base, nodes=nodes, edges=dict(base.edges) | {20: flight}))
    treads = [kerb for kerb in world.kerbs if kerb.crossed]
    tops = sorted(kerb.start[2] + kerb.height_m for kerb in treads)
    assert len(treads) == 8
    assert tops[-1] == pytest.approx(1.2, abs=0.05)
    rises = [b - a for a, b in itertools.pairwise(tops)]
    assert rises == pytest.approx([0.15] * 7, abs=0.02)


def test_a_flight_on_level_ground_stays_flat() -> None:
    base = plane_map()
    flight = Edge(20, 1, 3, 4.0, 1.0, 2.0, WayClass.STEPS, steps=True)
    world = build_world(replace(base, edges=dict(base.edges) | {20: flight}))
    assert not any(kerb.crossed for kerb in world.kerbs)
