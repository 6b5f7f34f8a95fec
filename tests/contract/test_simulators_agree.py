"""SDF, URDF and MJCF describe one vehicle in one world: numbers compared, not texts.

The MJCF is compiled by MuJoCo, the URDF read by yourdfpy, the SDF by libsdformat (in drake).
"""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import mujoco
import numpy as np
import pytest
import yourdfpy
from pydrake.multibody.parsing import Parser
from pydrake.multibody.plant import MultibodyPlant
from scipy.spatial.transform import Rotation

from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec, load_vehicle
from patrol_description.urdf import urdf_of
from simulation.gazebo.elements import document
from simulation.gazebo.source import dock_pose
from simulation.gazebo.vehicle_sdf import vehicle_model
from simulation.gazebo.world_sdf import PHYSICS_STEP_S, world_files
from simulation.mujoco.drop_rangers import direction_of
from simulation.mujoco.mjcf import build_model
from simulation.types import SensorOptions
from simulation.world import World, build_world

ROOT = Path(__file__).parents[2]
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SMALL = replace(
    GOALIE, name="small", mass_kg=95.0, length_m=1.1, width_m=0.6, height_m=0.9, wheelbase_m=0.7,
    track_m=0.5, wheel_radius_m=0.15, rear_overhang_m=0.2, max_steering_rad=0.5,
)  # fmt: skip
SPECS = {spec.name: spec for spec in (GOALIE, SMALL)}
WHEELS = ("front_left", "front_right", "rear_left", "rear_right")
CLOSE = {"rel": 1e-4, "abs": 2e-4}


class Vehicle:
    """One vehicle in its three descriptions."""

    def __init__(self, spec: VehicleSpec, world: World) -> None:
        self.spec = spec
        self.start = dock_pose(world.patrol_map, "")
        self.mjcf = build_model(world, spec, self.start)
        self.urdf_text = urdf_of(spec)
        self.urdf = yourdfpy.URDF.load(
            io.BytesIO(self.urdf_text.encode()), load_meshes=False, build_scene_graph=True
        )
        self.model = vehicle_model(self.urdf_text, spec.name, SensorOptions())
        root = Element("sdf", version="1.9")
        root.append(self.model)
        self.plant = MultibodyPlant(0.0)
        self.instance = Parser(self.plant).AddModelsFromString(document(root), "sdf")[0]
        self.plant.Finalize()

    def link(self, name: str) -> Element:
        found = self.model.find(f"link[@name='{name}']")
        assert found is not None
        return found

    def joint(self, name: str) -> Element:
        found = self.model.find(f"joint[@name='{name}']/axis")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def world() -> World:
    patrol_map = load_map(ROOT / "maps" / "proving_ground.geojson")
    return build_world(patrol_map, parked_cars=6, seed=5)


@pytest.fixture(scope="module", params=sorted(SPECS))
def vehicle(request: pytest.FixtureRequest, world: World) -> Vehicle:
    return Vehicle(SPECS[request.param], world)


def floats(element: Element, tag: str) -> list[float]:
    return [float(word) for word in (element.findtext(tag) or "").split()]


def number(element: Element, tag: str) -> float:
    return float(element.findtext(tag) or "nan")


def moments(link: Element) -> list[float]:
    return [number(link, f"inertial/inertia/{key}") for key in ("ixx", "iyy", "izz")]


# --- the vehicle -----------------------------------------------------------------------------


def test_all_weigh_what_the_vehicle_file_says(vehicle: Vehicle) -> None:
    mass_kg = vehicle.spec.mass_kg
    chassis = vehicle.mjcf.body("chassis").id
    assert vehicle.mjcf.body_subtreemass[chassis] == pytest.approx(mass_kg)
    links = [link for link in vehicle.urdf.robot.links if link.inertial is not None]
    assert sum(link.inertial.mass for link in links) == pytest.approx(mass_kg)
    context = vehicle.plant.CreateDefaultContext()
    total = vehicle.plant.CalcTotalMass(context, [vehicle.instance])
    assert total == pytest.approx(mass_kg)


def test_the_chassis_has_one_inertia(vehicle: Vehicle) -> None:
    body = vehicle.mjcf.body("chassis")
    link = vehicle.link("base_link")
    assert number(link, "inertial/mass") == pytest.approx(float(body.mass[0]), **CLOSE)
    assert floats(link, "inertial/pose")[:3] == pytest.approx(body.ipos.tolist(), **CLOSE)
    turned = Rotation.from_quat(np.roll(body.iquat, -1)).as_matrix()
    full = turned @ np.diag(body.inertia) @ turned.T
    assert moments(link) == pytest.approx(np.diag(full).tolist(), **CLOSE)
    urdf = vehicle.urdf.link_map["hull"].inertial
    assert np.diag(urdf.inertia).tolist() == pytest.approx(moments(link), **CLOSE)


@pytest.mark.parametrize("wheel", WHEELS)
def test_wheels_stand_and_weigh_the_same(vehicle: Vehicle, wheel: str) -> None:
    body, link = vehicle.mjcf.body(wheel), vehicle.link(f"{wheel}_wheel")
    assert floats(link, "pose")[:3] == pytest.approx(body.pos.tolist(), **CLOSE)
    transform = vehicle.urdf.get_transform(f"{wheel}_wheel", "base_link")
    assert transform[:3, 3].tolist() == pytest.approx(body.pos.tolist(), **CLOSE)
    group = [link, vehicle.link(f"{wheel}_carrier")]
    group += [vehicle.link(f"{wheel}_knuckle")] if wheel.startswith("front") else []
    masses = [number(each, "inertial/mass") for each in group]
    assert sum(masses) == pytest.approx(float(body.mass[0]), **CLOSE)
    radius = number(link, "collision/geometry/sphere/radius")
    assert radius == pytest.approx(float(vehicle.mjcf.geom(f"tyre_{wheel}").size[0]))
    turned = Rotation.from_quat(np.roll(body.iquat, -1)).as_matrix()
    full = turned @ np.diag(body.inertia) @ turned.T
    assert moments(link) == pytest.approx(np.diag(full).tolist(), **CLOSE)


@pytest.mark.parametrize("part", ["hull", "mast"])
def test_the_hull_has_one_shape(vehicle: Vehicle, part: str) -> None:
    geom = vehicle.mjcf.geom(part)
    collision = vehicle.link("base_link").find(f"collision[@name='{part}']")
    assert collision is not None
    assert floats(collision, "pose")[:3] == pytest.approx(geom.pos.tolist(), **CLOSE)
    size = floats(collision, "geometry/box/size")
    assert size == pytest.approx((2 * geom.size).tolist(), **CLOSE)
    shapes = {shape.name: shape for shape in vehicle.urdf.link_map["hull"].collisions}
    assert shapes[part].geometry.box.size.tolist() == pytest.approx(size, **CLOSE)
    assert shapes[part].origin[:3, 3].tolist() == pytest.approx(geom.pos.tolist(), **CLOSE)


@pytest.mark.parametrize("wheel", WHEELS)
def test_springs_are_the_same(vehicle: Vehicle, wheel: str) -> None:
    joint, axis = vehicle.mjcf.joint(f"spring_{wheel}"), vehicle.joint(f"{wheel}_spring_joint")
    address = int(joint.qposadr[0])
    stiffness = float(np.ravel(joint.stiffness)[0])
    damping = float(np.ravel(vehicle.mjcf.dof_damping[joint.dofadr])[0])
    assert number(axis, "dynamics/spring_stiffness") == pytest.approx(stiffness, rel=1e-4)
    assert number(axis, "dynamics/damping") == pytest.approx(damping, rel=1e-4)
    rest = float(vehicle.mjcf.qpos_spring[address])
    assert number(axis, "dynamics/spring_reference") == pytest.approx(rest)
    limits = [number(axis, f"limit/{side}") for side in ("lower", "upper")]
    assert limits == pytest.approx(joint.range.tolist())
    assert floats(axis, "xyz") == joint.axis.tolist()


@pytest.mark.parametrize("wheel", WHEELS[:2])
def test_steering_has_the_same_lock_and_strength(vehicle: Vehicle, wheel: str) -> None:
    axis = vehicle.joint(f"{wheel}_steering_joint")
    lock = vehicle.mjcf.joint(f"steer_{wheel}").range.tolist()
    limits = [number(axis, f"limit/{side}") for side in ("lower", "upper")]
    assert limits == pytest.approx(lock, **CLOSE)
    urdf = vehicle.urdf.joint_map[f"{wheel}_steering_joint"].limit
    assert [urdf.lower, urdf.upper] == pytest.approx(lock, **CLOSE)
    servo = vehicle.mjcf.actuator(f"steer_{wheel}")
    assert number(axis, "limit/effort") == pytest.approx(float(servo.forcerange[1]), **CLOSE)


@pytest.mark.parametrize("wheel", WHEELS[2:])
def test_motors_have_the_same_torque(vehicle: Vehicle, wheel: str) -> None:
    axis = vehicle.joint(f"{wheel}_wheel_joint")
    motor = vehicle.mjcf.actuator(f"drive_{wheel}")
    assert number(axis, "limit/effort") == pytest.approx(float(motor.forcerange[1]), **CLOSE)


def test_steering_system_knows_the_vehicles_geometry(vehicle: Vehicle) -> None:
    system = vehicle.model.find("plugin[@name='gz::sim::systems::AckermannSteering']")
    assert system is not None
    assert number(system, "wheel_base") == pytest.approx(vehicle.spec.wheelbase_m)
    assert number(system, "wheel_separation") == pytest.approx(vehicle.spec.track_m)
    assert number(system, "steering_limit") == pytest.approx(vehicle.spec.max_steering_rad)


# --- its sensors -----------------------------------------------------------------------------


def test_sensors_are_where_the_vehicle_file_says(vehicle: Vehicle) -> None:
    spec, camera = vehicle.spec, vehicle.spec.cameras[0]
    places = {
        "lidar": ((spec.lidar.x_m, spec.lidar.y_m, spec.lidar.z_m), (0.0, 0.0, 0.0)),
        "gnss": ((spec.gnss_x_m, 0.0, spec.gnss_z_m), (0.0, 0.0, 0.0)),
        camera.name: (
            (camera.x_m, camera.y_m, camera.z_m),
            (0.0, camera.pitch_rad, camera.yaw_rad),
        ),
    }
    for ranger in spec.drop_rangers:
        xyz = (ranger.x_m, ranger.y_m, ranger.z_m)
        yaw_rad = math.remainder(ranger.yaw_rad, math.tau)
        places[ranger.name] = (xyz, (0.0, ranger.pitch_rad, yaw_rad))
    for name, (xyz, rpy) in places.items():
        frame = vehicle.model.find(f"frame[@name='{name}']")
        assert frame is not None
        assert frame.attrib["attached_to"] == "base_link"
        assert floats(frame, "pose") == pytest.approx([*xyz, *rpy], abs=1e-6)
        transform = vehicle.urdf.get_transform(name, "base_link")
        assert transform[:3, 3].tolist() == pytest.approx(xyz, abs=1e-6)
        expected = Rotation.from_euler("xyz", rpy).as_matrix()
        assert np.abs(transform[:3, :3] - expected).max() < 1e-6
        sensor = vehicle.link("base_link").find(f"sensor[@name='{name}']/pose")
        assert sensor is not None
        assert sensor.attrib["relative_to"] == name


def test_the_optical_frame_looks_ahead(vehicle: Vehicle) -> None:
    name = vehicle.spec.cameras[0].name
    optical = vehicle.urdf.get_transform(f"{name}_optical", name)
    assert optical[:3, 2].tolist() == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)  # z ahead
    assert optical[:3, 0].tolist() == pytest.approx([0.0, -1.0, 0.0], abs=1e-9)  # x to the right


def test_the_lidar_scans_the_same_rays(vehicle: Vehicle) -> None:
    lidar, sensor = vehicle.spec.lidar, vehicle.link("base_link").find("sensor[@name='lidar']")
    assert sensor is not None
    scan = "lidar/scan/horizontal"
    assert number(sensor, f"{scan}/samples") == lidar.rays
    assert number(sensor, f"{scan}/max_angle") == pytest.approx(lidar.field_of_view_rad / 2)
    assert number(sensor, f"{scan}/min_angle") == pytest.approx(-lidar.field_of_view_rad / 2)
    assert number(sensor, "lidar/range/min") == pytest.approx(lidar.range_min_m)
    assert number(sensor, "lidar/range/max") == pytest.approx(lidar.range_max_m)
    assert number(sensor, "lidar/noise/stddev") == pytest.approx(lidar.noise_m)
    assert number(sensor, "update_rate") == pytest.approx(lidar.rate_hz)


def test_a_drop_ranger_is_one_ray_where_the_embedded_one_looks(vehicle: Vehicle) -> None:
    for ranger in vehicle.spec.drop_rangers:
        sensor = vehicle.link("base_link").find(f"sensor[@name='{ranger.name}']")
        assert sensor is not None
        assert number(sensor, "lidar/scan/horizontal/samples") == 1
        assert number(sensor, "lidar/range/min") == pytest.approx(ranger.range_min_m)
        assert number(sensor, "lidar/range/max") == pytest.approx(ranger.range_max_m)
        assert number(sensor, "lidar/noise/stddev") == pytest.approx(ranger.noise_m)
        assert number(sensor, "update_rate") == pytest.approx(ranger.rate_hz)
        looks = vehicle.urdf.get_transform(ranger.name, "base_link")[:3, 0]
        assert looks.tolist() == pytest.approx(direction_of(ranger), abs=1e-6)


def test_the_camera_has_the_same_picture(vehicle: Vehicle) -> None:
    camera = vehicle.spec.cameras[0]
    sensor = vehicle.link("base_link").find(f"sensor[@name='{camera.name}']")
    assert sensor is not None
    fov = number(sensor, "camera/horizontal_fov")
    width = number(sensor, "camera/image/width")
    assert width / 2 / math.tan(fov / 2) == pytest.approx(camera.focal_px, rel=1e-6)
    assert (width, number(sensor, "camera/image/height")) == (camera.width_px, camera.height_px)
    assert number(sensor, "update_rate") == pytest.approx(camera.rate_hz)


def test_imu_and_gnss_have_the_embedded_rates_and_noise(vehicle: Vehicle) -> None:
    options, link = SensorOptions(), vehicle.link("base_link")
    imu, gnss = link.find("sensor[@name='imu']"), link.find("sensor[@name='gnss']")
    assert imu is not None
    assert gnss is not None
    assert number(imu, "update_rate") == options.imu_rate_hz
    assert number(gnss, "update_rate") == options.gnss_rate_hz
    rate = number(imu, "imu/angular_velocity/z/noise/stddev")
    assert rate == pytest.approx(options.yaw_rate_noise_radps, rel=1e-3)
    force = number(imu, "imu/linear_acceleration/x/noise/stddev")
    assert force == pytest.approx(options.acceleration_noise_mps2, rel=1e-3)


# --- the world -------------------------------------------------------------------------------


class Place:
    """A collision of the SDF world: pose in the world, geometry, friction and bits."""

    def __init__(self, model: Element, collision: Element) -> None:
        base, own = (floats(e, "pose") or [0.0] * 6 for e in (model, collision))
        turned = Rotation.from_euler("xyz", base[3:])
        self.position = turned.apply(own[:3]) + base[:3]
        self.rotation = (turned * Rotation.from_euler("xyz", own[3:])).as_matrix()
        geometry = collision.find("geometry/*")
        assert geometry is not None
        self.geometry = geometry
        self.bits = int(collision.findtext("surface/contact/collide_bitmask") or "0")


Shared = tuple[mujoco.MjModel, mujoco.MjData, dict[str, Place]]


@pytest.fixture(scope="module")
def shared(world: World) -> Shared:
    start = dock_pose(world.patrol_map, "")
    model = build_model(world, GOALIE, start)
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    vehicle = vehicle_model(urdf_of(GOALIE), GOALIE.name, SensorOptions())
    root = ElementTree.fromstring(world_files(world, vehicle, start).sdf)
    places = {
        collision.attrib["name"]: Place(sdf_model, collision)
        for sdf_model in root.findall("world/model")
        if sdf_model.findtext("static") == "true"
        for collision in sdf_model.findall("link/collision")
    }
    return model, data, places


def static_geoms(model: mujoco.MjModel, kind: mujoco.mjtGeom) -> list[str]:
    return [
        model.geom(i).name
        for i in range(model.ngeom)
        if model.geom_bodyid[i] == 0 and model.geom_type[i] == kind
    ]


def test_both_worlds_hold_the_same_things(shared: Shared) -> None:
    model, _, places = shared
    embedded = {
        model.geom(i).name.split(" part ")[0]
        for i in range(model.ngeom)
        if model.geom_bodyid[i] == 0 and model.geom(i).name != "ground"
    }
    assert embedded == {name for name in places if not name.startswith("ground_")}


@pytest.mark.parametrize("kind", ["box", "cylinder"])
def test_boxes_and_cylinders_are_equal(kind: str, shared: Shared) -> None:
    model, data, places = shared
    names = static_geoms(model, getattr(mujoco.mjtGeom, f"mjGEOM_{kind.upper()}"))
    assert names
    for name in names:
        place, geom = places[name], model.geom(name)
        assert place.geometry.tag == kind
        assert np.abs(place.position - data.geom(name).xpos).max() < 1e-3, name
        gap = np.abs(place.rotation - data.geom(name).xmat.reshape(3, 3)).max()
        assert gap < 1e-5, name
        size = (
            floats(place.geometry, "size")
            if kind == "box"
            else [2 * number(place.geometry, "radius"), number(place.geometry, "length")]
        )
        assert size == pytest.approx((2 * geom.size[: len(size)]).tolist(), abs=1e-3), name


def test_who_touches_whom_is_equal(shared: Shared) -> None:
    model, _, places = shared
    for i in range(model.ngeom):
        name = model.geom(i).name.split(" part ")[0]
        if model.geom_bodyid[i] == 0 and name in places:
            assert places[name].bits == model.geom_contype[i], name
    grounds = [place for name, place in places.items() if name.startswith("ground_")]
    assert {place.bits for place in grounds} == {int(model.geom("ground").contype[0])}


def test_houses_are_equal(shared: Shared, world: World) -> None:
    model, data, places = shared
    start = dock_pose(world.patrol_map, "")
    vehicle = vehicle_model(urdf_of(GOALIE), GOALIE.name, SensorOptions())
    meshes = world_files(world, vehicle, start).meshes
    for house in world.buildings:
        name = f"building {house.id}"
        corners = np.vstack([
            mesh_points(model, data, model.geom(i).name)
            for i in range(model.ngeom)
            if model.geom(i).name.split(" part ")[0] == name
        ])  # fmt: skip
        place = places[name]
        if place.geometry.tag == "box":
            half = np.array(floats(place.geometry, "size")) / 2
            signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T
            ours = (signs * half) @ place.rotation.T + place.position
        else:
            text = meshes[str(place.geometry.findtext("uri"))]
            rows = [line.split()[1:4] for line in text.splitlines() if line.startswith("v ")]
            ours = np.array(rows, float) @ place.rotation.T + place.position
        for point in corners:
            assert np.abs(ours - point).max(axis=1).min() < 3e-3, name
        for point in ours:
            assert np.abs(corners - point).max(axis=1).min() < 3e-3, name


def mesh_points(model: mujoco.MjModel, data: mujoco.MjData, name: str) -> np.ndarray:  # type: ignore[type-arg]
    mesh = model.geom(name).dataid[0]
    first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
    rotation = data.geom(name).xmat.reshape(3, 3)
    points: np.ndarray = model.mesh_vert[first : first + count] @ rotation.T  # type: ignore[type-arg]
    return points + data.geom(name).xpos


def test_the_ground_is_the_height_field(shared: Shared, world: World) -> None:
    model, _, places = shared
    assert all(np.abs(p.position).max() == 0 for n, p in places.items() if n[:7] == "ground_")
    geom, terrain = model.geom("ground"), world.terrain
    field = int(geom.dataid[0])
    rows, columns = model.hfield_nrow[field], model.hfield_ncol[field]
    start = model.hfield_adr[field]
    data = model.hfield_data[start : start + rows * columns].reshape(rows, columns)
    heights = data * model.hfield_size[field][2] + model.geom_pos[geom.id][2]
    assert np.abs(heights - terrain.heights_m).max() < 1e-3


def test_time_and_gravity_are_equal(shared: Shared) -> None:
    model, _, _ = shared
    assert model.opt.timestep == PHYSICS_STEP_S
    assert model.opt.gravity.tolist() == pytest.approx([0.0, 0.0, -9.80665])
