"""MJCF of a world with one vehicle."""

from __future__ import annotations

import math
from collections.abc import Iterator

import mujoco
import numpy as np
from shapely import constrained_delaunay_triangles, get_coordinates, get_parts
from shapely.geometry import Polygon

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from simulation.mujoco.footing import footing_xml
from simulation.mujoco.groups import (
    GROUND_BIT,
    GROUND_GROUP,
    LOW_KERB_GROUP,
    OBSTACLE,
    OBSTACLE_BIT,
    OBSTACLE_GROUP,
)
from simulation.mujoco.people_mjcf import actor_bodies
from simulation.mujoco.vehicle_mjcf import actuators_xml, vehicle_xml
from simulation.props import POST_RADIUS_M, Kerb, ParkedCar, Post, Prism
from simulation.terrain import Terrain, attitude_on
from simulation.world import World

TIMESTEP_S = 0.002
GROUND_DEPTH_M = 5.0  # of the height field below its lowest point
SILENT_KERB_M = 0.05  # up to here a kerb gives no ultrasonic echo (docs/safety.md#low-things)


def build_model(world: World, spec: VehicleSpec, start: Pose2) -> mujoco.MjModel:
    """The compiled model; the vehicle stands on the ground at `start`."""
    model = mujoco.MjModel.from_xml_string(world_mjcf(world, spec, start))
    span = np.ptp(world.terrain.heights_m)
    low = world.terrain.heights_m.min()
    model.hfield_data[:] = ((world.terrain.heights_m - low) / max(span, 1e-3)).ravel()
    return model


def world_mjcf(world: World, spec: VehicleSpec, start: Pose2) -> str:
    """The XML; the height field's data are filled in after compiling.

    Sleep spares the engine the poses of everything that stands still in every step.
    """
    meshes: list[str] = []
    geoms: list[str] = []
    for prism in world.buildings:
        for geom, mesh in _prism(prism):
            geoms.append(geom)
            meshes.append(mesh)
    geoms += [_kerb(i, kerb) for i, kerb in enumerate(world.kerbs)]
    geoms += [geom for i, car in enumerate(world.cars) for geom in _car(i, car)]
    geoms += [_post(i, post) for i, post in enumerate(world.posts)]
    actors = actor_bodies(world)
    hfield, ground = _ground(world.terrain)
    nl = "\n"
    return f"""
<mujoco model="sunra">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="{TIMESTEP_S}" integrator="implicitfast" cone="elliptic" impratio="100"
    iterations="20" gravity="0 0 -9.80665">
    <flag sleep="enable"/>
  </option>
  <size memory="64M"/>
  <asset>
    {hfield}
    {nl.join(mesh for mesh in meshes if mesh)}
  </asset>
  <worldbody>
    {ground}
    {nl.join(geoms)}
    {nl.join(actors)}
    {footing_xml()}
    {vehicle_xml(spec, *_start_attitude(world.terrain, start))}
  </worldbody>
  {actuators_xml(spec)}
</mujoco>"""


def _start_attitude(terrain: Terrain, start: Pose2) -> tuple[str, str]:
    roll, pitch = attitude_on(terrain, start.x_m, start.y_m, start.yaw_rad)
    z_m = float(terrain.height_at(start.x_m, start.y_m)) + 0.003
    quat = _quaternion(roll, pitch, start.yaw_rad)
    return f"{start.x_m:.6f} {start.y_m:.6f} {z_m:.6f}", quat


def _quaternion(roll: float, pitch: float, yaw: float) -> str:
    """w x y z of intrinsic yaw, pitch, roll (REP-103)."""
    cr, sr = math.cos(roll / 2), math.sin(roll / 2)
    cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
    cy, sy = math.cos(yaw / 2), math.sin(yaw / 2)
    w, x = cr * cp * cy + sr * sp * sy, sr * cp * cy - cr * sp * sy
    y, z = cr * sp * cy + sr * cp * sy, cr * cp * sy - sr * sp * cy
    return f"{w:.8f} {x:.8f} {y:.8f} {z:.8f}"


def _ground(terrain: Terrain) -> tuple[str, str]:
    rows, columns = terrain.heights_m.shape
    width, depth = terrain.size_m
    low = float(terrain.heights_m.min())
    span = max(float(np.ptp(terrain.heights_m)), 1e-3)
    hfield = (
        f'<hfield name="ground" nrow="{rows}" ncol="{columns}"'
        f' size="{width / 2:.6f} {depth / 2:.6f} {span:.6f} {GROUND_DEPTH_M}"/>'
    )
    middle = f"{terrain.west_m + width / 2:.6f} {terrain.south_m + depth / 2:.6f} {low:.6f}"
    ground = (
        f'<geom name="ground" type="hfield" hfield="ground" pos="{middle}" contype="{GROUND_BIT}"'
        f' conaffinity="0" group="{GROUND_GROUP}" friction="1.0 0.005 0.0001"/>'
    )
    return hfield, ground


def _prism(prism: Prism) -> Iterator[tuple[str, str]]:
    """A building as one convex prism, or as one for each triangle of a concave footprint."""
    outline = Polygon(prism.ring_map)
    if outline.convex_hull.area - outline.area < 1e-3 * outline.area:
        pieces = [prism.ring_map]
    else:
        pieces = [
            tuple((float(x), float(y)) for x, y in get_coordinates(triangle)[:3])
            for triangle in get_parts(constrained_delaunay_triangles(outline))
        ]
    for i, ring in enumerate(pieces):
        name = f"building {prism.id}" + (f" part {i}" if len(pieces) > 1 else "")
        vertices = " ".join(
            f"{x:.3f} {y:.3f} {z:.3f}" for z in (prism.base_m, prism.top_m) for x, y in ring
        )
        mesh = f'<mesh name="{name}" vertex="{vertices}"/>'
        yield f'<geom name="{name}" type="mesh" mesh="{name}" {OBSTACLE}/>', mesh


def _kerb(index: int, kerb: Kerb) -> str:
    """A box whose top follows the ground; wheels and hull both touch it."""
    (x0, y0, z0), (x1, y1, z1) = kerb.start, kerb.end
    run = math.hypot(x1 - x0, y1 - y0)
    quat = _quaternion(0.0, -math.atan2(z1 - z0, run), math.atan2(y1 - y0, x1 - x0))
    group = OBSTACLE_GROUP if kerb.height_m > SILENT_KERB_M else LOW_KERB_GROUP
    bits = f'contype="{GROUND_BIT | OBSTACLE_BIT}" conaffinity="0" group="{group}"'
    return (
        f'<geom name="kerb {index}" type="box" pos="{(x0 + x1) / 2:.4f} {(y0 + y1) / 2:.4f}'
        f' {(z0 + z1) / 2:.4f}" quat="{quat}"'
        f' size="{math.hypot(run, z1 - z0) / 2:.4f} {kerb.width_m / 2} {kerb.height_m}" {bits}/>'
    )


def _car(index: int, car: ParkedCar) -> Iterator[str]:
    quat = _quaternion(car.roll_rad, car.pitch_rad, car.yaw_rad)
    for solid in car.boxes:
        x, y, z = (side / 2 for side in solid.size_m)
        yield (
            f'<geom name="parked car {index}{solid.suffix}" type="box"'
            f' pos="{car.x_m:.4f} {car.y_m:.4f} {car.z_m + solid.low_m + z:.4f}" quat="{quat}"'
            f' size="{x:.4f} {y:.4f} {z:.4f}" {OBSTACLE}/>'
        )


def _post(index: int, post: Post) -> str:
    half = post.height_m / 2
    return (
        f'<geom name="{post.kind} {index}" type="cylinder"'
        f' pos="{post.x_m:.4f} {post.y_m:.4f} {post.z_m + half - 0.2:.4f}"'
        f' size="{POST_RADIUS_M[post.kind]} {half:.4f}" {OBSTACLE}/>'
    )
