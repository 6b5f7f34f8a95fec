"""Speed of the embedded simulator, each figure over seconds of the processor."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import mujoco
import numpy as np

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from simulation.actors.company import Company
from simulation.camera.mesh import rotation_map
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.mujoco.groups import GROUND_GROUP
from simulation.mujoco.lidar import BEYOND_M, Lidar
from simulation.mujoco.mjcf import build_model
from simulation.mujoco.obstacle_rays import ObstacleRays
from simulation.mujoco.schedule import TICK_S
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.scenario import Scenario
from simulation.terrain import attitude_on
from simulation.types import DriveCommand
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Radio
from simulation.world import World

CAMERA_HZ = 10.0
VIEWS = (1473, 1293, 1197, 1031, 1551, 1221)  # edges to look along


def real_time_factor(world: World, spec: VehicleSpec, start: Pose2, cameras: bool) -> float:
    """Simulated seconds a second, driving out of the yard."""
    fast = tuple(replace(camera, rate_hz=CAMERA_HZ) for camera in spec.cameras)
    simulator = Simulator(world, replace(spec, cameras=fast), start, 1, cameras=cameras)
    simulator.step(DriveCommand(0.8, 0.0), 1.0)
    duration_s, begun = (6.0 if cameras else 20.0), time.process_time()
    for _ in range(round(duration_s / 0.02)):
        simulator.step(DriveCommand(0.8, 0.3), 0.02)
        simulator.poll()
    factor = duration_s / (time.process_time() - begun)
    simulator.close()
    return factor


def vehicle_factors(scenario: Scenario, world: World, spec: VehicleSpec) -> tuple[float, float]:
    """Simulated seconds a second with all of a vehicle's software: waiting, then on a patrol."""
    radio = Radio()
    vehicle = LibraryVehicle(Simulator(world, spec, scenario.start, 1, cameras=False), radio)
    _tick(vehicle, 100)
    waiting = _tick(vehicle, 1000)
    room = ControlRoom(scenario.patrol_map, spec, radio, ADDRESS)
    checkpoints = [checkpoint.id for checkpoint in scenario.patrol_map.checkpoints][:3]
    heading_rad, now_s = scenario.start.yaw_rad, vehicle.now_s
    room.send_tour(scenario.start_node_id, checkpoints, now_s, heading_rad=heading_rad)
    _tick(vehicle, 600)
    begins = vehicle.simulator.truth.pose
    driving = _tick(vehicle, 2000)
    ends = vehicle.simulator.truth.pose
    if math.hypot(ends.x_m - begins.x_m, ends.y_m - begins.y_m) < 5.0:
        raise SystemExit("the vehicle did not drive: the figure would say nothing")
    vehicle.simulator.close()
    return waiting, driving


def _tick(vehicle: LibraryVehicle, ticks: int) -> float:
    begun = time.process_time()
    for _ in range(ticks):
        vehicle.tick()
    return ticks * TICK_S / (time.process_time() - begun)


def lidar_ratio(world: World, spec: VehicleSpec, start: Pose2) -> float:
    """Our scans a second over MuJoCo rays against the height field as well."""
    model = build_model(world, spec, start)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    obstacles = ObstacleRays(model, data, spec.lidar.range_max_m + BEYOND_M)
    lidar = Lidar(model, data, spec.lidar, world.terrain, np.random.default_rng(0), obstacles)
    begun = time.process_time()
    for _ in range(200):
        lidar.scan(0.0)
    ours = 200 / (time.process_time() - begun)
    body = model.body("chassis").id
    rays = spec.lidar.rays
    angles = np.linspace(-0.5, 0.5, rays) * spec.lidar.field_of_view_rad
    directions = np.column_stack((np.cos(angles), np.sin(angles), np.zeros(rays))).ravel()
    groups = np.zeros(6, np.uint8)
    groups[[0, GROUND_GROUP]] = 1
    origin = data.xpos[body] + (1.1, 0.0, 0.35)
    begun = time.process_time()
    mujoco.mj_multiRay(model, data, origin, directions, groups, 1, body,
                       np.zeros(rays, np.int32), np.zeros(rays), None, rays, 25.0)  # fmt: skip
    return ours * (time.process_time() - begun)


def pictures_a_second(scenario: Scenario, world: World, spec: VehicleSpec, backend: str) -> float:
    """Mean over views along streets, an alley and the park, people included.

    Raises ConfigError where this machine lacks the backend.
    """
    renderer = open_renderer(world, spec.cameras, backend)
    scene = SceneNow(Company(world).now)
    views = [place_map(scenario.patrol_map, Place(edge_id, 0.2)) for edge_id in VIEWS]
    count, seconds = 0, 0.0
    for view in views:
        roll, pitch = attitude_on(world.terrain, view.x_m, view.y_m, view.yaw_rad)
        place = np.array((view.x_m, view.y_m, float(world.terrain.height_at(view.x_m, view.y_m))))
        turn = rotation_map(view.yaw_rad, pitch, roll)
        renderer.render(spec.cameras[0], place, turn, scene)
        begun = time.process_time()
        for _ in range(10):
            renderer.render(spec.cameras[0], place, turn, scene)
        count, seconds = count + 10, seconds + time.process_time() - begun
    renderer.close()
    return count / seconds
