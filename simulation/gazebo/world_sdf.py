"""A world as SDF 1.9, the oldest that has what we need: Fortress to the newest Gazebo read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.vehicle import GRAVITY_MPS2
from simulation.conditions import Weather
from simulation.gazebo.cars import cars_model
from simulation.gazebo.elements import add, add_pose, document, number
from simulation.gazebo.ground import ground_model
from simulation.gazebo.light import lights, scene_element
from simulation.gazebo.meshes import Files
from simulation.gazebo.people import people_elements
from simulation.gazebo.plugins import add_plugin, check_plugins
from simulation.gazebo.scenery import buildings_model, kerbs_model, posts_model
from simulation.gazebo.signals import signal_elements
from simulation.terrain import attitude_on
from simulation.world import World

SDF_VERSION = "1.9"
WORLD_NAME = "sunra"
PHYSICS_STEP_S = 0.002  # as the embedded simulator's
START_CLEARANCE_M = 0.003
AIR_K = {True: 288.15, False: 293.15}  # raining or not; thermal cameras see the air's temperature


@dataclass(frozen=True)
class WorldFiles:
    """The world's text and the meshes that it names, by their path beside it."""

    sdf: str
    meshes: Files = field(default_factory=dict)


def world_files(world: World, vehicle: Element, start: Pose2) -> WorldFiles:
    """The SDF world with a vehicle model standing at `start`.

    Raises ConfigError where a plugin is none of Gazebo Harmonic's.
    """
    sdf = Element("sdf", version=SDF_VERSION)
    root = add(sdf, "world", name=WORLD_NAME)
    _add_frame(root, world)
    files: Files = {}
    for model, meshes in (
        ground_model(world),
        buildings_model(world.buildings),
        kerbs_model(world.kerbs),
        cars_model(world.cars),
    ):
        root.append(model)
        files |= meshes
    root.append(posts_model(world.posts))
    root.extend(signal_elements(world.signals))
    root.extend(lights(world, start))
    people, meshes = people_elements(world)
    root.extend(people)
    files |= meshes
    root.append(_placed(vehicle, world, start))
    check_plugins(root)
    return WorldFiles(document(sdf), files)


def _add_frame(root: Element, world: World) -> None:
    """Physics, systems, and where on the Earth the world is."""
    physics = add(root, "physics", name="physics", type="ignored")
    add(physics, "max_step_size", PHYSICS_STEP_S)
    add(physics, "real_time_factor", 1.0)
    add_plugin(root, "Physics")
    add_plugin(root, "UserCommands")
    add_plugin(root, "SceneBroadcaster")
    add_plugin(root, "Sensors", render_engine="ogre2")
    for system in ("Imu", "NavSat", "Contact"):
        add_plugin(root, system)
    add(root, "gravity", f"0 0 {number(-GRAVITY_MPS2)}")
    atmosphere = add(root, "atmosphere", type="adiabatic")
    add(atmosphere, "temperature", AIR_K[world.conditions.weather is Weather.RAIN])
    root.append(scene_element(world.conditions))
    root.append(_origin(world.patrol_map.origin))


def _origin(origin: GeoPoint) -> Element:
    """The map's origin; x east, y north, z up."""
    coordinates = Element("spherical_coordinates")
    add(coordinates, "surface_model", "EARTH_WGS84")
    add(coordinates, "world_frame_orientation", "ENU")
    add(coordinates, "latitude_deg", f"{origin.latitude_deg:.10f}")
    add(coordinates, "longitude_deg", f"{origin.longitude_deg:.10f}")
    add(coordinates, "elevation", origin.altitude_m)
    add(coordinates, "heading_deg", "0")
    return coordinates


def _placed(vehicle: Element, world: World, start: Pose2) -> Element:
    """The vehicle on the ground at `start`, on the slope as it lies."""
    roll, pitch = attitude_on(world.terrain, start.x_m, start.y_m, start.yaw_rad)
    ground = float(world.terrain.height_at(start.x_m, start.y_m))
    xyz = (start.x_m, start.y_m, ground + START_CLEARANCE_M)
    placed = Element("model", vehicle.attrib)
    add_pose(placed, xyz, (roll, pitch, start.yaw_rad))
    placed.extend(list(vehicle))
    return placed
