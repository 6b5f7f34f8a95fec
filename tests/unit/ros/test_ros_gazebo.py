"""Gazebo behind the simulator's topics: conversions, the base, touches, the launch file."""

from __future__ import annotations

import array
import math
import re
import runpy
import sys
import types
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu, JointState, LaserScan, NavSatFix

from navigation.messages import imu_of
from patrol.stamps import seconds_of
from patrol.topics import topic_row, topics_of
from patrol.vehicle import GRAVITY_MPS2, load_vehicle
from patrol_bringup.processes import node_arguments, select_processes
from patrol_gazebo import convert
from patrol_gazebo.base import GazeboBase, Wheels, wheels_of
from patrol_gazebo.touches import APART_S, Touches, other_of
from patrol_ros.attitude import quaternion_of
from patrol_ros.convert import pose_of, scan_of
from patrol_ros.node import VehicleNode
from patrol_ros.simulated import message_of_camera
from patrol_ros.simulated_outputs import SimulatedOutputs
from patrol_ros.stamps import header_of
from simulation.gazebo.bridge import PREFIX, bridge_rows
from simulation.types import DriveCommand

ROOT = Path(__file__).parents[3]
VEHICLE = ROOT / "config" / "vehicles" / "goalie.yaml"
GROUND = ROOT / "maps" / "proving_ground.geojson"
SPEC = load_vehicle(VEHICLE)
LAUNCH = ROOT / "ros2_ws" / "src" / "patrol_gazebo" / "launch" / "gazebo.launch.py"
NODE = ROOT / "ros2_ws" / "src" / "patrol_gazebo" / "patrol_gazebo" / "node.py"
OFFSET_S = 1.7e9
JOINTS = ("front_left_steering_joint", "front_right_steering_joint", "rear_left_wheel_joint",
          "rear_right_wheel_joint")  # fmt: skip


def joint_state(left: float, right: float, rates: tuple[float, float]) -> JointState:
    return JointState(
        name=list(JOINTS), position=[left, right, 9.0, 9.0], velocity=[0.0, 0.0, *rates]
    )


# --- conversions -----------------------------------------------------------------------------


def test_stamps_move_to_the_vehicles_clock() -> None:
    message = Imu(header=header_of(12.25, "anything"))
    message.orientation.w = 1.0
    made = convert.imu_message(message, OFFSET_S)
    assert seconds_of(made.header.stamp) == pytest.approx(OFFSET_S + 12.25, abs=1e-6)
    assert made.header.frame_id == "imu"


def test_a_scan_keeps_its_rays_and_loses_what_is_out_of_range() -> None:
    lidar = SPEC.lidar
    ranges = np.full(lidar.rays, 5.0, np.float32)
    ranges[:3] = (math.inf, lidar.range_min_m / 2, lidar.range_max_m * 2)
    half = lidar.field_of_view_rad / 2
    message = LaserScan(
        header=header_of(1.0), angle_min=-half, angle_max=half, angle_increment=0.1,
        range_min=0.0, range_max=100.0, ranges=array.array("f", ranges.tobytes()),
    )  # fmt: skip
    scan = scan_of(convert.scan_message(message, lidar, OFFSET_S))
    assert len(scan.ranges_m) == lidar.rays
    assert np.isinf(scan.ranges_m[:3]).all()
    assert (scan.ranges_m[3:] == 5.0).all()
    assert scan.angle_increment_rad == pytest.approx(2 * half / (lidar.rays - 1), rel=1e-5)


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-3.1, 3.1))
def test_tilt_is_read_from_the_imus_attitude(roll: float, pitch: float, yaw: float) -> None:
    message = Imu(header=header_of(1.0))
    message.orientation = quaternion_of(yaw, roll, pitch)
    assert convert.tilt_of(message) == pytest.approx((roll, pitch), abs=1e-9)
    sample = imu_of(convert.imu_message(message, OFFSET_S))
    assert (sample.roll_rad, sample.pitch_rad) == pytest.approx((roll, pitch), abs=1e-9)


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-3.1, 3.1))
def test_motion_is_what_is_felt_beyond_gravity(roll: float, pitch: float, yaw: float) -> None:
    message = Imu(header=header_of(1.0))
    message.orientation = quaternion_of(yaw, roll, pitch)
    rate, force = message.angular_velocity, message.linear_acceleration
    rate.x, rate.y, rate.z = 0.3, -0.4, 1.2
    lifted = GRAVITY_MPS2 + 0.5
    force.x = -math.sin(pitch) * lifted
    force.y = math.cos(pitch) * math.sin(roll) * lifted
    force.z = math.cos(pitch) * math.cos(roll) * lifted
    motion = convert.motion_of(message, OFFSET_S)
    assert motion.stamp_s == OFFSET_S + 1.0
    assert motion.rate_radps == pytest.approx(1.3)
    felt = (motion.forward_mps2, motion.left_mps2, motion.up_mps2)
    assert felt == pytest.approx((0.0, 0.0, 0.5), abs=1e-9)
    status = GazeboBase(SPEC).report(Wheels(), (roll, pitch), False, 2.0, 0.02, motion)
    assert status.motion == motion


def test_truth_is_the_pose_in_the_map_frame() -> None:
    message = Odometry(header=header_of(2.0, "odd"))
    message.pose.pose.position.x, message.pose.pose.position.y = 3.0, 4.0
    message.pose.pose.orientation = quaternion_of(1.0)
    message.twist.twist.linear.x = 1.2
    made = convert.truth_message(message, OFFSET_S)
    assert (made.header.frame_id, made.child_frame_id) == ("map", "base_link")
    pose = pose_of(made)
    assert (pose.pose.x_m, pose.pose.y_m, pose.speed_mps) == (3.0, 4.0, 1.2)
    assert pose.pose.yaw_rad == pytest.approx(1.0)


def test_camera_info_is_the_pinhole_of_the_vehicle_file() -> None:
    camera = SPEC.cameras[0]
    made = message_of_camera(camera, 5.0)
    assert made.k[0] == pytest.approx(camera.focal_px)
    assert (made.width, made.height) == (camera.width_px, camera.height_px)


def test_the_antenna_is_where_gazebo_says() -> None:
    message = NavSatFix(latitude=37.5, longitude=126.9, altitude=80.0)
    assert convert.antenna_of(message).latitude_deg == 37.5


# --- the base --------------------------------------------------------------------------------


def test_wheels_are_read_from_the_joints() -> None:
    joints = convert.joints_of(joint_state(0.0, 0.0, (5.0, 7.0)))
    wheels = wheels_of(joints, SPEC)
    assert wheels is not None
    assert wheels.speed_mps == pytest.approx(6.0 * SPEC.wheel_radius_m)
    assert wheels.steering_rad == 0.0


def test_a_missing_joint_is_unknown() -> None:
    joints = convert.joints_of(joint_state(0.0, 0.0, (5.0, 7.0)))
    del joints["rear_left_wheel_joint"]
    assert wheels_of(joints, SPEC) is None


def test_the_base_ramps_and_turns_the_outer_wheel_faster() -> None:
    base, wheels = GazeboBase(SPEC), Wheels()
    drive = DriveCommand(1.0, 0.3)
    first = base.step(drive, wheels, 0.02)
    assert 0 < first.rear_right_radps * SPEC.wheel_radius_m < 0.05
    for _ in range(150):
        command = base.step(drive, wheels, 0.02)
        mean = (command.rear_left_radps + command.rear_right_radps) / 2
        wheels = Wheels(mean * SPEC.wheel_radius_m, command.steering_rad)
    assert wheels.speed_mps == pytest.approx(1.0, abs=0.05)
    assert command.steering_rad == pytest.approx(0.3)
    assert command.rear_right_radps > command.rear_left_radps


def test_a_zero_command_stands_and_reports_no_speed() -> None:
    base = GazeboBase(SPEC)
    command = base.step(DriveCommand(0.0, 0.2), Wheels(0.001, 0.0), 0.02)
    assert (command.rear_left_radps, command.rear_right_radps) == (0.0, 0.0)
    status = base.report(Wheels(0.001, 0.0), (0.0, 0.0), True, 10.0, 0.02)
    assert status.speed_mps == 0.0
    assert status.charging
    assert not status.emergency_stop


def test_driving_uphill_drains_the_battery_faster() -> None:
    used = []
    for pitch in (0.0, -0.1):  # nose up is negative
        base = GazeboBase(SPEC)
        base.step(DriveCommand(1.0, 0.0), Wheels(1.0, 0.0), 0.02)
        before = base.report(Wheels(1.0, 0.0), (0.0, pitch), False, 0.0, 0.0).battery_pct
        after = base.report(Wheels(1.0, 0.0), (0.0, pitch), False, 1.0, 600.0).battery_pct
        used.append(before - after)
    assert used[1] > used[0] > 0


# --- touches ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [
        ("goalie::base_link::hull", "buildings::link::building b-1", "building b-1"),
        ("parked_cars::link::parked car 3", "goalie::base_link::mast", "parked car 3"),
        ("goalie::base_link::hull", "goalie::rear_left_wheel::tyre", None),
        ("a::l::x", "b::l::y", None),
    ],
)
def test_the_other_of_a_contact(first: str, second: str, other: str | None) -> None:
    assert other_of(first, second, "goalie") == other


def test_a_touch_that_goes_on_is_told_once() -> None:
    touches = Touches()
    assert touches.begun(["kerb 1", "building a"], 1.0) == ["building a", "kerb 1"]
    assert touches.begun(["kerb 1"], 1.0 + APART_S / 2) == []
    assert touches.begun(["kerb 1"], 1.0 + APART_S) == []
    assert touches.begun(["building a", "kerb 1"], 1.9) == ["building a"]


def test_contacts_name_both_sides() -> None:
    contact = SimpleNamespace(
        collision1=SimpleNamespace(name="a"), collision2=SimpleNamespace(name="b")
    )
    assert convert.collision_pairs(SimpleNamespace(contacts=[contact])) == [("a", "b")]


@pytest.mark.parametrize(
    ("rays", "range_m"),
    [([2.0, math.inf, 1.5], 1.5), ([-math.inf, 2.0], 0.2), ([math.inf], math.inf), ([], math.inf),
     ([3.5], math.inf)],
)  # fmt: skip
def test_a_ranger_hears_the_nearest_ray_of_its_fan(rays: list[float], range_m: float) -> None:
    ranger = SPEC.ultrasonics[0]
    message = convert.range_message(LaserScan(ranges=rays), ranger, OFFSET_S)
    assert message.range == pytest.approx(range_m)
    assert message.header.frame_id == ranger.name


@pytest.mark.parametrize(
    ("rays", "range_m"),
    [([2.0], 2.0), ([-math.inf], -math.inf), ([math.inf], math.inf), ([4.5], math.inf),
     ([], math.inf)],
)  # fmt: skip
def test_a_drop_ranger_tells_its_one_ray(rays: list[float], range_m: float) -> None:
    ranger = SPEC.drop_rangers[0]
    message = convert.drop_message(LaserScan(ranges=rays), ranger, OFFSET_S)
    assert message.range == pytest.approx(range_m)
    assert message.header.frame_id == ranger.name
    assert message.radiation_type == message.INFRARED


# --- node and launch file --------------------------------------------------------------------


def test_simulators_publish_every_topic_of_the_table_that_is_theirs() -> None:
    made: list[str] = []

    def publisher(topic: str) -> str:
        made.append(topic)
        return topic

    clock = SimpleNamespace(publish="clock")
    node = SimpleNamespace(topic_publisher=publisher, create_publisher=lambda *_: clock)
    outputs = SimulatedOutputs(cast(VehicleNode, node), SPEC)
    every = topics_of(SPEC)
    assert set(made) == {name for name in every if topic_row(name).publisher == "simulator"}
    assert outputs.clock == "clock"
    assert outputs.ultrasonic["side_left"] == "/ultrasonic/side_left"
    assert outputs.drop["drop_left"] == "/drop/drop_left"
    assert outputs.camera["front"] == (
        "/camera/front/image_raw",
        "/camera/front/camera_info",
    )


def test_the_node_reads_every_topic_of_the_bridge() -> None:
    source = NODE.read_text()
    assert 'super().__init__("simulator")' in source
    for row in bridge_rows(SPEC):
        name = row.ros_topic.removeprefix(f"{PREFIX}/")
        name = re.sub("^camera/[^/]+/", "camera/{camera.name}/", name)
        for sort in ("ultrasonic", "drop"):
            if name.startswith(f"{sort}/"):
                name = f"{sort}/{{ranger.name}}"
        if row.feeds:
            assert f'"{name}"' in source, name
    for kind in ("cameras", "thermal_cameras", "ultrasonics", "drop_rangers"):
        assert f"in self._spec.{kind}\n" in source, kind


@pytest.fixture
def launch(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    class Recorder:
        def __init__(self, *arguments: object, **options: object) -> None:
            self.arguments, self.options = arguments, options

    def share(package: str) -> str:
        return str(ROOT / "ros2_ws" / "src" / package)

    modules = {
        "launch": ("LaunchContext", "LaunchDescription", "LaunchDescriptionEntity"),
        "launch.actions": (
            "DeclareLaunchArgument", "IncludeLaunchDescription", "OpaqueFunction",
            "SetEnvironmentVariable",
        ),
        "launch.launch_description_sources": ("PythonLaunchDescriptionSource",),
        "launch.substitutions": ("LaunchConfiguration",),
        "launch_ros": (),
        "launch_ros.actions": ("Node",),
    }  # fmt: skip
    for name, attributes in modules.items():
        module = types.ModuleType(name)
        vars(module).update(dict.fromkeys(attributes, Recorder))
        monkeypatch.setitem(sys.modules, name, module)
    packages = types.ModuleType("ament_index_python.packages")
    vars(packages)["get_package_share_directory"] = share
    monkeypatch.setitem(sys.modules, "ament_index_python.packages", packages)
    return runpy.run_path(str(LAUNCH))


def values_of(launch: dict[str, object], folder: Path) -> dict[str, str]:
    arguments: dict[str, str | None] = launch["ARGUMENTS"]  # type: ignore[assignment]
    values = {name: default or "" for name, default in arguments.items()}
    return values | {
        "vehicle": str(VEHICLE), "map": str(GROUND), "state_dir": str(folder),
        "parked_cars": "2", "gui": "false",
    }  # fmt: skip


def test_the_launch_file_brings_up_gazebo_bridge_and_the_same_vehicle(
    launch: dict[str, object], tmp_path: Path
) -> None:
    launch["generate_launch_description"]()  # type: ignore[operator]
    actions = launch["actions_of"](values_of(launch, tmp_path))  # type: ignore[operator]
    gazebo, bridge, vehicle, stand_in = actions
    assert (tmp_path / "gazebo" / "world.sdf").is_file()
    ((_, gz_args),) = gazebo.options["launch_arguments"]
    assert gz_args == f"-r -s --headless-rendering {tmp_path / 'gazebo' / 'world.sdf'}"
    assert bridge.options["parameters"] == [
        {"config_file": str(tmp_path / "gazebo" / "bridge.yaml")}
    ]
    told = dict(vehicle.options["launch_arguments"])
    assert told["simulated"] == "true"
    assert told["leave_out"] == "simulator"
    assert told["map"] == str(GROUND)
    row = select_processes(simulated=True, with_credentials=False, only=("simulator",))[0]
    assert stand_in.options["executable"] == "process"
    name, node = stand_in.options["arguments"]
    assert name == node_arguments(row)[0] == "simulator"
    module, _, attribute = node.partition(":")
    assert module == "patrol_gazebo.node"
    assert f"class {attribute}(VehicleNode)" in NODE.read_text()


def test_a_window_only_where_one_is_wanted(launch: dict[str, object], tmp_path: Path) -> None:
    arguments = launch["gz_arguments"]
    text = arguments({"gui": "true"}, tmp_path)  # type: ignore[operator]
    assert text == f"-r {tmp_path / 'world.sdf'}"


def test_the_vehicle_launch_file_leaves_a_process_out(
    launch: dict[str, object], tmp_path: Path
) -> None:
    path = ROOT / "ros2_ws" / "src" / "patrol_bringup" / "launch" / "vehicle.launch.py"
    vehicle = runpy.run_path(str(path))
    values = {name: default or "" for name, default in vehicle["ARGUMENTS"].items()}
    values |= {"vehicle": str(VEHICLE), "map": str(GROUND), "state_dir": str(tmp_path)}
    settings = vehicle["settings_of"](values | {"simulated": "true"})
    nodes = vehicle["nodes_of"](settings, ("simulator",))
    started = [n.options["arguments"][0] for n in nodes if n.options["executable"] == "process"]
    assert "simulator" not in started
    assert len(started) == 3
