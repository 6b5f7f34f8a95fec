"""The simulated vehicle against closed forms: brakes, turns, coasts, tips over, ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulating.plane import ORIGIN, on_plane, plane_world
from patrol.geometry import Pose2, Scan
from patrol.map import Building
from patrol.vehicle import GRAVITY_MPS2, VehicleSpec
from patrol.vehicle_body import vehicle_body
from simulation.mujoco.drive import BaseDriver
from simulation.mujoco.plant import BRAKE_FACTOR, Plant
from simulation.surfaces import grip_of
from simulation.types import Actuation, DriveCommand

SPEED_MPS = 1.39
ARMATURE_KGM2 = 0.05  # of a wheel's motor or hub, in the MJCF
WALL_X_M = 10.0
WALL = Building("wall", ((WALL_X_M, -9.0), (14.0, -9.0), (14.0, 9.0), (WALL_X_M, 9.0)), 6.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the simulator does and what the formula says."""

    measured: float
    expected: float

    @property
    def error(self) -> float:
        """Relative difference."""
        return abs(self.measured / self.expected - 1.0)


def inertia_factor(spec: VehicleSpec) -> float:
    """Effective over true mass of a rolling vehicle: its wheels must be turned as well."""
    spin = sum(w.inertial.moments_kgm2[1] + ARMATURE_KGM2 for w in vehicle_body(spec).wheels)
    return 1.0 + spin / (spec.mass_kg * spec.wheel_radius_m**2)


def service_braking(spec: VehicleSpec, grade: float = 0.0) -> Comparison:
    """Distance (m) of a commanded stop: dead time, then the ramp, v^2 / 2a."""
    speed, distance = _stop(spec, grade, "asphalt", emergency=False)
    late_m = speed * spec.actuation.drive_dead_time_s
    return Comparison(distance, late_m + speed**2 / (2 * spec.max_deceleration_mps2))


def emergency_braking(spec: VehicleSpec, surface: str = "asphalt") -> Comparison:
    """Distance (m) with the brakes full on: they slow the wheels, or the tyres slide."""
    speed, distance = _stop(spec, 0.0, surface, emergency=True)
    grip = grip_of(surface)
    brakes = BRAKE_FACTOR * spec.max_deceleration_mps2 + grip.rolling * GRAVITY_MPS2
    rolling, sliding = brakes / inertia_factor(spec), grip.dry * GRAVITY_MPS2
    return Comparison(distance, speed**2 / (2 * min(rolling, sliding)))


def _stop(spec: VehicleSpec, grade: float, surface: str, emergency: bool) -> tuple[float, float]:
    """Speed before (m/s) and distance along the slope (m) of a stop."""
    car = on_plane(plane_world(grade, surface), spec, Pose2(-25.0, 0.0, 0.0))
    car.step(DriveCommand(SPEED_MPS, 0.0), 8.0)
    speed, start_m = car.truth.speed_mps, car.truth.pose.x_m
    car.emergency_stop = emergency
    car.step(DriveCommand(0.0, 0.0), 4.0)
    return speed, (car.truth.pose.x_m - start_m) * math.hypot(1.0, grade)


def turning_radius(spec: VehicleSpec, steering_rad: float) -> Comparison:
    """Radius (m) of base_link's circle at walking pace: wheelbase / tan(steering)."""
    car = on_plane(plane_world(), spec)
    car.step(DriveCommand(0.8, steering_rad), 3.0)
    points = []
    for _ in range(60):
        car.step(DriveCommand(0.8, steering_rad), 0.1)
        points.append((car.truth.pose.x_m, car.truth.pose.y_m))
    return Comparison(
        circle_radius_m(np.array(points)), spec.wheelbase_m / abs(math.tan(steering_rad))
    )


def circle_radius_m(points: NDArray[np.float64]) -> float:
    """Radius of the circle through points (n, 2) by linear least squares (Kasa 1976)."""
    design = np.column_stack((2 * points, np.ones(len(points))))
    cx, cy, c = np.linalg.lstsq(design, (points**2).sum(axis=1), rcond=None)[0]
    return math.sqrt(c + cx**2 + cy**2)


def coasting(spec: VehicleSpec, grade: float, surface: str = "asphalt") -> Comparison:
    """Speed (m/s) after 4 s downhill, the drive free: g (sin - c cos) t / inertia factor."""
    car = on_plane(plane_world(grade, surface), spec, Pose2(20.0, 0.0, math.pi))
    car.step(DriveCommand(0.4, 0.0), 3.0)
    car.broken = Actuation(drive_free=True)
    before_mps, time_s = car.truth.speed_mps, 4.0
    car.step(DriveCommand(0.4, 0.0), time_s)
    slope = math.atan(grade)
    pull = math.sin(slope) - grip_of(surface).rolling * math.cos(slope)
    gained = GRAVITY_MPS2 * pull * time_s / inertia_factor(spec)
    return Comparison(car.truth.speed_mps - before_mps, gained)


def tip_over(spec: VehicleSpec) -> Comparison:
    """Angle (rad) of a plate tilted sideways at which the vehicle falls: atan(track / 2h).

    The plate is tilted by turning gravity; tyres hold, so that it cannot slide first.
    """
    plant = Plant(plane_world(), spec, ORIGIN)
    plant.apply(BaseDriver(spec))
    plant.model.geom_friction[:, 0] = 5.0
    angle, step = math.radians(30.0), math.radians(0.1)
    while abs(plant.attitude[0]) < math.radians(12.0) and angle < math.radians(80.0):
        angle += step
        plant.model.opt.gravity[1:] = GRAVITY_MPS2 * np.array((math.sin(angle), -math.cos(angle)))
        plant.step(0.05)
    body = vehicle_body(spec)
    parts = [(body.chassis.mass_kg, body.chassis.centre_m[2])]
    parts += [(wheel.inertial.mass_kg, wheel.centre_m[2]) for wheel in body.wheels]
    height = sum(mass * z for mass, z in parts) / spec.mass_kg
    return Comparison(angle, math.atan2(spec.track_m / 2, height))


def lidar_error_m(spec: VehicleSpec) -> float:
    """The largest error of noiseless ranges to a wall across the way, (wall - x) / cos(angle)."""
    quiet = replace(spec, lidar=replace(spec.lidar, noise_m=0.0))
    car = on_plane(plane_world(buildings=[WALL]), quiet)
    car.step(DriveCommand(), 0.1)
    scan, pose = car.poll().scans[-1], car.truth.pose
    angles = ray_angles(scan) + pose.yaw_rad
    x_m, y_m = pose.transform(spec.lidar.x_m, spec.lidar.y_m)
    with np.errstate(divide="ignore"):
        expected = np.where(np.cos(angles) > 0, (WALL_X_M - x_m) / np.cos(angles), np.inf)
    on_wall = np.abs(y_m + expected * np.sin(angles)) < 8.9
    on_wall &= expected < 20.0
    return float(np.abs(scan.ranges_m[on_wall] - expected[on_wall]).max())


def ray_angles(scan: Scan) -> NDArray[np.float64]:
    """Angles of a scan's rays in the lidar's frame."""
    angles: NDArray[np.float64] = scan.angle_min_rad + scan.angle_increment_rad * np.arange(
        len(scan.ranges_m)
    )
    return angles
