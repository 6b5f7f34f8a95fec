"""The simulator against closed forms: turning, braking, slopes, lidar, determinism."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan
from patrol.map import Building, Edge, Node, PatrolMap, WayClass
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.actors.person import Person, Pose
from simulation.mujoco.lidar import Lidar
from simulation.mujoco.mjcf import build_model
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand, SensorFrame
from simulation.world import ScenarioError, build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
QUIET = replace(SPEC, lidar=replace(SPEC.lidar, noise_m=0.0))
WALL = Building("wall", ((10.0, -9.0), (14.0, -9.0), (14.0, 9.0), (10.0, 9.0)), 6.0)
ORIGIN = Pose2(0.0, 0.0, 0.0)


def plane(grade: float, buildings: Sequence[Building]) -> PatrolMap:
    """A plane that rises to the east, with one unlit street far to the south."""
    places = [(-60.0, -60.0), (60.0, -60.0), (60.0, 60.0), (-60.0, 60.0)]
    nodes = {i: Node(i, x, y, grade * x) for i, (x, y) in enumerate(places, start=1)}
    edges = {1: Edge(1, 1, 2, 120.0, 1.39, 6.0, WayClass.STREET, lit=False)}
    return PatrolMap("plane", "", GeoPoint(37.48, 126.93), nodes, edges, buildings=buildings)


Make = Callable[..., Simulator]


@pytest.fixture
def make() -> Make:
    def simulator(
        grade: float = 0.0,
        start: Pose2 = ORIGIN,
        buildings: Sequence[Building] = (),
        people: Sequence[Person] = (),
        spec: VehicleSpec = QUIET,
        seed: int = 0,
    ) -> Simulator:
        world = build_world(plane(grade, buildings), people)
        return Simulator(world, spec, start, seed, cameras=False)

    return simulator


def turning_radius_m(points: np.ndarray) -> float:
    """Radius of the circle through points (n, 2) by linear least squares (Kasa 1976)."""
    design = np.column_stack((2 * points, np.ones(len(points))))
    cx, cy, c = np.linalg.lstsq(design, (points**2).sum(axis=1), rcond=None)[0]
    return math.sqrt(c + cx**2 + cy**2)


@pytest.mark.parametrize("steering", [0.1, -0.3, SPEC.max_steering_rad])
def test_turns_on_the_circle_of_the_bicycle_model(make: Make, steering: float) -> None:
    car = make()
    car.step(DriveCommand(0.8, steering), 3.0)
    points = []
    for _ in range(60):
        car.step(DriveCommand(0.8, steering), 0.1)
        points.append((car.truth.pose.x_m, car.truth.pose.y_m))
    expected = SPEC.wheelbase_m / abs(math.tan(steering))
    assert turning_radius_m(np.array(points)) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("grade", [0.0, 0.1, -0.1])
def test_brakes_within_the_stated_distance(make: Make, grade: float) -> None:
    car = make(grade, Pose2(-20.0, 0.0, 0.0))
    car.step(DriveCommand(1.39, 0.0), 6.0)
    speed, start = car.truth.speed_mps, car.truth.pose.x_m
    car.step(DriveCommand(0.0, 0.0), 3.0)
    expected = speed**2 / (2 * SPEC.max_deceleration_mps2)
    assert abs(car.truth.speed_mps) < 0.01
    assert car.truth.pose.x_m - start == pytest.approx(expected, abs=0.06)


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


def test_lidar_sees_a_wall_where_it_is(make: Make) -> None:
    car = make(buildings=[WALL])
    scan = last_scan(car)
    x, y = scan.points_base(SPEC.lidar.x_m, SPEC.lidar.y_m).T
    ahead = (np.abs(y) < 5.0) & (x > 0)
    assert ahead.sum() > 50
    assert np.abs(x[ahead] - (10.0 - car.truth.pose.x_m)).max() < 0.01


def test_scan_parallel_to_a_slope_never_meets_it(make: Make) -> None:
    assert np.isinf(last_scan(make(0.1)).ranges_m).all()


def test_lidar_meets_the_ground_where_geometry_says() -> None:
    """A ray that points down by an angle meets level ground at height / sin(angle)."""
    world = build_world(plane(0.0, ()))
    model = build_model(world, QUIET, ORIGIN)
    lidar = Lidar(model, QUIET.lidar, world.terrain, np.random.default_rng(0))
    height, angle = QUIET.lidar.z_m, 0.05
    down = np.array([[math.cos(angle), 0.0, -math.sin(angle)], [1.0, 0.0, 0.0]])
    ranges = lidar.ground_ranges_m(np.array((0.0, 0.0, height)), down)
    assert ranges[0] == pytest.approx(height / math.sin(angle), abs=0.01)
    assert ranges[1] == math.inf


def test_lidar_hits_a_person_who_moves(make: Make) -> None:
    walker = Person("w", Pose.WALKING, ((6.0, -3.0), (6.0, 3.0)), speed_mps=1.0)
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


def drive(car: Simulator) -> list[SensorFrame]:
    frames = []
    for i in range(40):
        car.step(DriveCommand(1.0, 0.2 * math.sin(i / 7)), 0.1)
        frames.append(car.poll())
    return frames


def test_same_seed_same_run(make: Make) -> None:
    runs = [drive(make(0.05, buildings=[WALL], seed=seed, spec=SPEC)) for seed in (4, 4, 5)]
    first, again, other = runs
    for a, b in zip(first, again, strict=True):
        assert (a.base, a.imu, a.gnss) == (b.base, b.imu, b.gnss)
        assert a.truth.pose == b.truth.pose
        np.testing.assert_array_equal(a.scans[0].ranges_m, b.scans[0].ranges_m)
    assert first[-1].gnss != other[-1].gnss


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
