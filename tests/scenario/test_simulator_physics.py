"""The simulator against closed forms: turning, braking, slopes, lidar, determinism.

The formulas stand in benchmarks/simulating/physics.py, which prints how near it comes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulating.physics import (
    WALL,
    coasting,
    emergency_braking,
    lidar_error_m,
    service_braking,
    tip_over,
    turning_radius,
)
from benchmarks.simulating.plane import ORIGIN, plane_map
from patrol.geometry import Pose2, Scan
from patrol.map import Building
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.actors.people import walks
from simulation.actors.spec import ActorSpec
from simulation.conditions import FAIR, Conditions, Weather
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand, SensorFrame
from simulation.world import ScenarioError, build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
QUIET = replace(SPEC, lidar=replace(SPEC.lidar, noise_m=0.0))

Make = Callable[..., Simulator]


@pytest.fixture
def make() -> Make:
    def simulator(
        grade: float = 0.0,
        start: Pose2 = ORIGIN,
        buildings: Sequence[Building] = (),
        people: Sequence[ActorSpec] = (),
        spec: VehicleSpec = QUIET,
        seed: int = 0,
        sky: Conditions = FAIR,
    ) -> Simulator:
        world = build_world(plane_map(grade, buildings=buildings), people, conditions=sky)
        return Simulator(world, spec, start, seed, cameras=False)

    return simulator


@pytest.mark.parametrize("steering", [0.1, -0.3, SPEC.max_steering_rad])
def test_turns_on_the_circle_of_the_bicycle_model(steering: float) -> None:
    assert turning_radius(SPEC, steering).error < 0.02


@pytest.mark.parametrize("grade", [0.0, 0.1, -0.1])
def test_brakes_within_the_stated_distance(grade: float) -> None:
    assert service_braking(SPEC, grade).error < 0.05


@pytest.mark.parametrize("surface", ["asphalt", "gravel", "snow", "ice"])
def test_emergency_braking_is_as_long_as_brakes_or_ground_allow(surface: str) -> None:
    assert emergency_braking(SPEC, surface).error < 0.05


@pytest.mark.parametrize(("grade", "surface"), [(0.05, "asphalt"), (0.15, "asphalt"),
                                                (0.15, "grass")])  # fmt: skip
def test_coasts_down_a_slope_as_fast_as_it_must(grade: float, surface: str) -> None:
    assert coasting(SPEC, grade, surface).error < 0.05


def test_tips_over_where_geometry_says() -> None:
    assert tip_over(SPEC).error < 0.05


def test_emergency_stop_brakes_whatever_is_commanded(make: Make) -> None:
    car = make()
    car.step(DriveCommand(1.39, 0.0), 4.0)
    start, speed = car.truth.pose.x_m, car.truth.speed_mps
    car.emergency_stop = True
    car.step(DriveCommand(1.39, 0.3), 2.0)
    assert car.truth.pose.x_m - start < speed**2 / (2 * SPEC.max_deceleration_mps2)
    assert car.base.emergency_stop
    assert car.base.speed_mps == 0.0
    car.emergency_stop = False
    car.step(DriveCommand(1.0, 0.0), 2.0)
    assert car.truth.speed_mps > 0.5


@pytest.mark.parametrize(
    ("grade", "yaw"), [(0.1, 0.0), (-0.1, 0.0), (0.1, math.pi / 2), (0.15, 0.0)]
)
def test_holds_on_a_slope_without_contact(make: Make, grade: float, yaw: float) -> None:
    car = make(grade, Pose2(0.0, 0.0, yaw))
    car.step(DriveCommand(), 1.0)
    before = car.truth.pose
    car.step(DriveCommand(), 30.0)
    after = car.truth.pose
    assert math.hypot(after.x_m - before.x_m, after.y_m - before.y_m) < 0.01
    assert after.yaw_rad == pytest.approx(before.yaw_rad, abs=1e-3)
    assert car.poll().contacts == []


def test_climbs_the_steepest_allowed_grade_at_speed(make: Make) -> None:
    car = make(SPEC.max_grade, Pose2(-20.0, 0.0, 0.0))
    car.step(DriveCommand(1.39, 0.0), 8.0)
    assert car.truth.speed_mps == pytest.approx(1.39, abs=0.05)
    assert car.truth.pitch_rad == pytest.approx(-math.atan(SPEC.max_grade), abs=0.02)


def test_lidar_sees_a_wall_where_it_is() -> None:
    assert lidar_error_m(SPEC) < 0.01


def test_scan_parallel_to_a_slope_never_meets_it(make: Make) -> None:
    assert np.isinf(last_scan(make(0.1)).ranges_m).all()


def test_lidar_meets_the_ground_where_geometry_says() -> None:
    """A ray that points down by an angle meets level ground at height / sin(angle)."""
    world = build_world(plane_map())
    rays = GroundRays(world.terrain, QUIET.lidar.range_max_m)
    height, angle = QUIET.lidar.z_m, 0.05
    down = np.array([[math.cos(angle), 0.0, -math.sin(angle)], [1.0, 0.0, 0.0]])
    ranges = rays.ranges_m(np.array((0.0, 0.0, height)), down)
    assert ranges[0] == pytest.approx(height / math.sin(angle), abs=0.01)
    assert ranges[1] == math.inf


def test_lidar_hits_a_person_who_moves(make: Make) -> None:
    walker = walks("w", ((6.0, -3.0), (6.0, 3.0)), speed_mps=1.0)
    car = make(people=[walker])
    car.step(DriveCommand(), 1.0)
    first = nearest(last_scan(car))
    car.step(DriveCommand(), 2.0)
    second = nearest(last_scan(car))
    assert second[1] - first[1] == pytest.approx(2.1, abs=0.25)
    assert first[0] == pytest.approx(6.0, abs=0.3)


def test_contact_is_reported_once_with_its_name(make: Make) -> None:
    car = make(buildings=[WALL])
    car.step(DriveCommand(1.0, 0.0), 14.0)
    assert car.poll().contacts == ["building wall"]
    car.step(DriveCommand(1.0, 0.0), 1.0)
    assert car.poll().contacts == []


def test_start_inside_a_building_is_refused(make: Make) -> None:
    with pytest.raises(ScenarioError, match="start inside 'building wall'"):
        make(buildings=[WALL], start=Pose2(12.0, 0.0, 0.0))


def digest(frames: Sequence[SensorFrame]) -> str:
    """A hash over every bit that sensors and truth gave."""
    total = hashlib.sha256()
    for frame in frames:
        readings = (frame.base, frame.imu, frame.gnss, frame.ranges, frame.sounds, frame.power)
        total.update(repr((readings, frame.truth.pose, frame.contacts)).encode())
        for scan in frame.scans:
            total.update(scan.ranges_m.tobytes())
    return total.hexdigest()


def drive(car: Simulator) -> list[SensorFrame]:
    frames = []
    for i in range(40):
        car.step(DriveCommand(1.0, 0.2 * math.sin(i / 7)), 0.1)
        frames.append(car.poll())
    return frames


@pytest.mark.parametrize("weather", [Weather.CLEAR, Weather.RAIN])
def test_same_seed_same_run_bit_for_bit(make: Make, weather: Weather) -> None:
    walker = walks("w", ((6.0, -3.0), (6.0, 3.0)), speed_mps=1.0)
    sky = Conditions(weather=weather)
    runs = [
        digest(drive(make(0.05, buildings=[WALL], people=[walker], seed=seed, spec=SPEC, sky=sky)))
        for seed in (4, 4, 5)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_sensors_come_at_their_rates(make: Make) -> None:
    car = make()
    car.step(DriveCommand(), 2.0)
    frame = car.poll()
    assert (len(frame.scans), len(frame.imu), len(frame.gnss)) == (20, 100, 10)
    assert car.now_s == pytest.approx(2.0)
    stamps = [scan.stamp_s for scan in frame.scans]
    assert np.diff(stamps) == pytest.approx([0.1] * 19)


def test_time_steps_must_fit(make: Make) -> None:
    with pytest.raises(ValueError, match="duration_s"):
        make().step(DriveCommand(), 0.005)


def test_odometry_stays_close_to_the_truth(make: Make) -> None:
    car = make(spec=SPEC)
    travelled = 0.0
    for _ in range(500):
        car.step(DriveCommand(1.2, 0.0), 0.02)
        travelled += car.base.speed_mps * 0.02
    assert travelled == pytest.approx(car.truth.pose.x_m, rel=0.03)


def last_scan(car: Simulator) -> Scan:
    car.step(DriveCommand(), 0.1)
    return car.poll().scans[-1]


def nearest(scan: Scan) -> tuple[float, float]:
    points = scan.points_base(SPEC.lidar.x_m, SPEC.lidar.y_m)
    return tuple(points[np.hypot(points[:, 0] - SPEC.lidar.x_m, points[:, 1]).argmin()])
