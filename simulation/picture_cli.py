"""`sunra simulate picture`: what a vehicle's camera sees at a place of a map or scenario."""

from __future__ import annotations

import math
from pathlib import Path

import click
import cv2
import numpy as np

from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.actors.company import Company
from simulation.camera.mesh import rotation_map
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.conditions import Conditions, Weather
from simulation.scenarios.load import load_scenario
from simulation.terrain import attitude_on
from simulation.world import World, build_world

PICTURE_SUFFIXES = (".png", ".jpg")
COLDEST_C, HOTTEST_C = -10.0, 50.0  # black and white of a thermal picture


def _pose(ctx: click.Context, param: click.Parameter, value: str) -> Pose2:
    try:
        x_m, y_m, yaw_rad = (float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not x_m,y_m,yaw_rad") from None
    if not all(math.isfinite(number) for number in (x_m, y_m, yaw_rad)):
        raise click.BadParameter(f"{value!r} has a value that is no number")
    return Pose2(x_m, y_m, yaw_rad)


def _picture_path(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    if value.suffix.lower() not in PICTURE_SUFFIXES:
        raise click.BadParameter(f"{value} does not end in {' or '.join(PICTURE_SUFFIXES)}")
    return value


def _world(source: Path, parked_cars: int, seed: int, conditions: Conditions) -> World:
    if source.suffix in (".yaml", ".yml"):
        return load_scenario(source).build_world()
    patrol_map = load_map(source)
    return build_world(patrol_map, parked_cars=parked_cars, seed=seed, conditions=conditions)


@click.command("picture")
@click.argument("source", metavar="MAP|SCENARIO", type=Path)
@click.option("--at", "pose", required=True, callback=_pose, help="x_m,y_m,yaw_rad of base_link.")
@click.option("--out", type=Path, required=True, callback=_picture_path, help="PNG or JPEG.")
@click.option("--after-s", type=click.FloatRange(0), default=0.0, help="People's time.")
@click.option("--parked-cars", type=click.IntRange(0), default=60, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--camera", default="auto", help="auto, gl (EGL), osmesa or software.")
@click.option(
    "--hour",
    "hour_h",
    type=click.FloatRange(0, 24),
    default=12.0,
    show_default=True,
    help="Of a MAP; a scenario has its own.",
)
@click.option(
    "--weather",
    type=click.Choice([str(w) for w in Weather]),
    default="clear",
    show_default=True,
    help="Of a MAP; a scenario has its own.",
)
@click.option("--thermal", is_flag=True, help="Temperatures: black -10 to white 50 degrees C.")
@click.option("--vehicle", type=Path, default=Path("config/vehicles/goalie.yaml"))
def picture_command(
    source: Path, pose: Pose2, out: Path, after_s: float, parked_cars: int, seed: int,
    camera: str, hour_h: float, weather: str, thermal: bool, vehicle: Path,
) -> None:  # fmt: skip
    """Render what the front camera sees from a pose; MAP is a GeoJSON map or a scenario."""
    spec = load_vehicle(vehicle)
    conditions = Conditions(hour_h, Weather(weather))
    world = _world(source, parked_cars, seed, conditions)
    if not spec.cameras:
        raise ConfigError(f"{vehicle}: has no camera")
    company = Company(world)
    if after_s > 0:
        company.step(after_s)
    renderer = open_renderer(world, spec.cameras, camera)
    roll, pitch = attitude_on(world.terrain, pose.x_m, pose.y_m, pose.yaw_rad)
    ground = float(world.terrain.height_at(pose.x_m, pose.y_m))
    place = np.array((pose.x_m, pose.y_m, ground))
    turn, scene = rotation_map(pose.yaw_rad, pitch, roll), SceneNow(company.now, company.now_s)
    if thermal:
        degrees = renderer.render_thermal(spec.cameras[0], place, turn, scene)
        picture = np.clip((degrees - COLDEST_C) / (HOTTEST_C - COLDEST_C) * 255, 0, 255)
    else:
        picture = renderer.render(spec.cameras[0], place, turn, scene)
    renderer.close()
    out.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(out), picture.astype(np.uint8)):
        raise ConfigError(f"{out}: cannot be written")
    click.echo(f"{out} {picture.shape[1]}x{picture.shape[0]}")
