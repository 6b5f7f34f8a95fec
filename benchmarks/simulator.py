"""How fast the embedded simulator runs: physics with lidar, and with the camera.

Each figure stands beside a named alternative measured in the same run: MuJoCo's own height-field
rays for the lidar, the software renderer for the camera.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import mujoco
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.actors.walk import Walker
from simulation.camera.mesh import rotation_map
from simulation.camera.renderer import open_renderer
from simulation.mujoco.groups import GROUND_GROUP
from simulation.mujoco.lidar import Lidar
from simulation.mujoco.mjcf import build_model
from simulation.mujoco.simulator import Simulator
from simulation.scenario import Place, Scenario, load_scenario, place_map
from simulation.terrain import attitude_on
from simulation.types import DriveCommand
from simulation.world import World

ROOT = Path(__file__).parents[1]
TARGETS = {  # name → at least
    "physics and lidar, real-time factor": 20.0,
    "lidar scans a second, ratio to MuJoCo's height-field rays": 5.0,
    "camera GL 640x360, pictures a second": 30.0,
    "camera software 640x360, pictures a second": 10.0,
    "physics, lidar and camera at 5 Hz, real-time factor": 3.0,
}
VIEWS = (1473, 1293, 1197, 1031, 1551, 1221)  # edges to look along


def real_time_factor(world: World, spec: VehicleSpec, start: Pose2, cameras: bool) -> float:
    """Simulated seconds a second, driving out of the yard."""
    simulator = Simulator(world, spec, start, 1, cameras=cameras)
    simulator.step(DriveCommand(0.8, 0.0), 1.0)
    duration_s, begun = (6.0 if cameras else 20.0), time.perf_counter()
    for _ in range(round(duration_s / 0.02)):
        simulator.step(DriveCommand(0.8, 0.3), 0.02)
        simulator.poll()
    factor = duration_s / (time.perf_counter() - begun)
    simulator.close()
    return factor


def lidar_ratio(world: World, spec: VehicleSpec, start: Pose2) -> float:
    """Our scans a second over MuJoCo rays against the height field as well."""
    model = build_model(world, spec, start)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    lidar = Lidar(model, spec.lidar, world.terrain, np.random.default_rng(0))
    begun = time.perf_counter()
    for _ in range(200):
        lidar.scan(data, 0.0)
    ours = 200 / (time.perf_counter() - begun)
    body = model.body("chassis").id
    rays = spec.lidar.rays
    angles = np.linspace(-0.5, 0.5, rays) * spec.lidar.field_of_view_rad
    directions = np.column_stack((np.cos(angles), np.sin(angles), np.zeros(rays))).ravel()
    groups = np.zeros(6, np.uint8)
    groups[[0, GROUND_GROUP]] = 1
    origin = data.xpos[body] + (1.1, 0.0, 0.35)
    begun = time.perf_counter()
    mujoco.mj_multiRay(model, data, origin, directions, groups, 1, body,
                       np.zeros(rays, np.int32), np.zeros(rays), None, rays, 25.0)  # fmt: skip
    return ours * (time.perf_counter() - begun)


def pictures_a_second(scenario: Scenario, world: World, spec: VehicleSpec, backend: str) -> float:
    """Mean over views along streets, an alley and the park, people included."""
    renderer = open_renderer(world, spec.cameras, backend)
    people = [(person, Walker(person).state) for person in world.people]
    views = [place_map(scenario.patrol_map, Place(edge_id, 0.2)) for edge_id in VIEWS]
    count, seconds = 0, 0.0
    for view in views:
        roll, pitch = attitude_on(world.terrain, view.x_m, view.y_m, view.yaw_rad)
        place = np.array((view.x_m, view.y_m, float(world.terrain.height_at(view.x_m, view.y_m))))
        turn = rotation_map(view.yaw_rad, pitch, roll)
        renderer.render(spec.cameras[0], place, turn, people)
        begun = time.perf_counter()
        for _ in range(10):
            renderer.render(spec.cameras[0], place, turn, people)
        count, seconds = count + 10, seconds + time.perf_counter() - begun
    renderer.close()
    return count / seconds


def measure() -> dict[str, float | None]:
    """Every figure by its target's name; None where this machine cannot run it."""
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    world, names = scenario.build_world(), list(TARGETS)
    figures: dict[str, float | None] = {
        names[0]: real_time_factor(world, spec, scenario.start, cameras=False),
        names[1]: lidar_ratio(world, spec, scenario.start),
    }
    for name, backend in ((names[2], "gl"), (names[3], "software")):
        try:
            figures[name] = pictures_a_second(scenario, world, spec, backend)
        except ConfigError as error:
            print(f"{name}: {error}", file=sys.stderr)
            figures[name] = None
    figures[names[4]] = real_time_factor(world, spec, scenario.start, cameras=True)
    return figures


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    arguments = parser(__doc__).parse_args()
    targets = [Target(name, figure, TARGETS[name]) for name, figure in measure().items()]
    return finish(targets, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
