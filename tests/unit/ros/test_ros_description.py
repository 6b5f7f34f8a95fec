"""The URDF follows the vehicle file."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
import yourdfpy
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.vehicle import DropRangerSpec, UltrasonicSpec, VehicleSpec, load_vehicle
from patrol_description.urdf import urdf_of

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")


def robot_of(spec: VehicleSpec) -> yourdfpy.URDF:
    text = io.BytesIO(urdf_of(spec).encode())
    return yourdfpy.URDF.load(text, load_meshes=False, build_scene_graph=True)


def place(robot: yourdfpy.URDF, frame: str) -> list[float]:
    transform = robot.get_transform(frame, "base_link")
    return [round(float(value), 9) for value in transform[:3, 3]]


@settings(deadline=None, max_examples=8)
@given(
    st.floats(60.0, 400.0), st.floats(0.5, 1.2), st.floats(0.4, 0.9), st.floats(0.1, 0.3),
)  # fmt: skip
def test_masses_add_up_and_wheels_stand_on_the_ground(
    mass_kg: float, wheelbase_m: float, track_m: float, radius_m: float
) -> None:
    spec = replace(
        SPEC, mass_kg=mass_kg, wheelbase_m=wheelbase_m, track_m=track_m, wheel_radius_m=radius_m
    )
    robot = robot_of(spec)
    masses = [link.inertial.mass for link in robot.robot.links if link.inertial is not None]
    assert sum(masses) == pytest.approx(mass_kg)
    assert min(masses) > 0
    front = place(robot, "front_left_wheel")
    assert front == pytest.approx([wheelbase_m, track_m / 2, radius_m])
    assert place(robot, "rear_right_wheel") == pytest.approx([0.0, -track_m / 2, radius_m])


def test_every_link_hangs_on_base_link() -> None:
    robot = robot_of(SPEC)
    assert robot.base_link == "base_link"
    parents = {joint.child: joint.parent for joint in robot.robot.joints}
    for link in robot.robot.links:
        name = link.name
        while name != "base_link":
            name = parents[name]


def test_wheels_turn_and_the_front_ones_steer() -> None:
    robot = robot_of(SPEC)
    kinds = {joint.name: joint.type for joint in robot.robot.joints if joint.type != "fixed"}
    assert len(kinds) == 10
    assert kinds["front_right_steering_joint"] == "revolute"
    assert "rear_right_steering_joint" not in kinds
    assert {kind for name, kind in kinds.items() if "wheel" in name} == {"continuous"}
    assert {kind for name, kind in kinds.items() if "spring" in name} == {"prismatic"}


def test_every_sensor_has_its_frame() -> None:
    rear = replace(SPEC.cameras[0], name="rear", x_m=-0.2, yaw_rad=3.1)
    heat = replace(SPEC.cameras[0], name="heat", z_m=1.0)
    side = UltrasonicSpec("side", 0.4, 0.45, 0.3, 1.57, 0.5, 0.02, 4.0, 10.0)
    down = DropRangerSpec("down", 0.5, 0.1, 1.0, 0.4, 0.7, 0.1, 3.0, 20.0)
    spec = replace(
        SPEC, cameras=(*SPEC.cameras, rear), thermal_cameras=(heat,), ultrasonics=(side,),
        drop_rangers=(down,),
    )  # fmt: skip
    robot = robot_of(spec)
    assert place(robot, "rear") == [-0.2, rear.y_m, rear.z_m]
    assert place(robot, "heat_optical") == [heat.x_m, heat.y_m, 1.0]
    assert place(robot, "side") == [0.4, 0.45, 0.3]
    looks = robot.get_transform("down", "base_link")[:3, 0]
    level = math.cos(0.7)
    expected = [level * math.cos(0.4), level * math.sin(0.4), -math.sin(0.7)]
    assert looks == pytest.approx(expected, abs=1e-6)
    assert place(robot, "lidar") == [SPEC.lidar.x_m, SPEC.lidar.y_m, SPEC.lidar.z_m]


def test_a_vehicle_without_cameras_has_a_urdf() -> None:
    robot = robot_of(
        replace(SPEC, cameras=(), thermal_cameras=(), ultrasonics=(), drop_rangers=())
    )
    assert "front" not in robot.link_map
