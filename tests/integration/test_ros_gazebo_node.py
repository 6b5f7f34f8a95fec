"""patrol_gazebo's node on real DDS: Gazebo's messages in, the simulator's topics out.

Gazebo and ros_gz_interfaces are not in the environment: the bridge's messages are played in, and
a header stands in for contacts, which tests/unit/ros/test_ros_gazebo.py covers.
"""

from __future__ import annotations

import array
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patrol_bringup.environment import activate

activate()

import rclpy  # noqa: E402
from nav_msgs.msg import Odometry  # noqa: E402
from patrol_interfaces.msg import BaseFeedback, DriveCommand  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.qos import qos_profile_sensor_data  # noqa: E402
from rosgraph_msgs.msg import Clock  # noqa: E402
from sensor_msgs.msg import Image, Imu, JointState, LaserScan, NavSatFix  # noqa: E402
from std_msgs.msg import Float64, Header  # noqa: E402

import patrol_gazebo.node as gazebo_node  # noqa: E402
from navigation.messages import fix_of  # noqa: E402
from patrol.map_geojson import load_map  # noqa: E402
from patrol.stamps import seconds_of  # noqa: E402
from patrol.vehicle import load_vehicle  # noqa: E402
from patrol_ros.convert import message_of_drive  # noqa: E402
from patrol_ros.node import message_type  # noqa: E402
from patrol_ros.stamps import header_of, stamp_of  # noqa: E402

ROOT = Path(__file__).parents[2]
VEHICLE = ROOT / "config" / "vehicles" / "goalie.yaml"
MAP = ROOT / "maps" / "proving_ground.geojson"
DOMAIN_ID = 93
OUT = {
    "/clock": Clock, "/base/feedback": BaseFeedback, "/imu/data": Imu, "/scan": LaserScan,
    "/gnss/fix": NavSatFix, "/simulation/truth": Odometry, "/camera/front/image_raw": Image,
    "/gazebo/steering": Float64, "/gazebo/rear_left/speed": Float64,
}  # fmt: skip
IN = {"clock": Clock, "joints": JointState, "imu": Imu, "scan": LaserScan, "gnss": NavSatFix,
      "truth": Odometry, "camera/front/image": Image}  # fmt: skip
JOINTS = ("front_left_steering_joint", "front_right_steering_joint", "rear_left_wheel_joint",
          "rear_right_wheel_joint")  # fmt: skip


class Played:
    """The node, what is played to it and what it says."""

    def __init__(self) -> None:
        self.node = gazebo_node.GazeboNode()
        self.node.begin()
        self.probe = rclpy.create_node("probe")
        self.heard: defaultdict[str, list[Any]] = defaultdict(list)
        for topic, kind in OUT.items():
            self.probe.create_subscription(
                kind, topic, self.heard[topic].append, qos_profile_sensor_data
            )
        self.say = {
            name: self.probe.create_publisher(kind, f"/gazebo/{name}", 10).publish
            for name, kind in IN.items()
        }
        self.drive = self.probe.create_publisher(
            DriveCommand, "/base/drive", qos_profile_sensor_data
        ).publish
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.executor.add_node(self.probe)

    def spin_until(self, done: Any, limit_s: float = 10.0) -> None:
        """Until the condition holds; the caller asserts what it waits for."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s and not done():
            self.executor.spin_once(0.005)

    def play(self, now_s: float) -> None:
        """One moment of Gazebo."""
        wheels = JointState(
            header=header_of(now_s), name=list(JOINTS), position=[0.0] * 4,
            velocity=[0.0, 0.0, 2.0, 2.0],
        )  # fmt: skip
        level = Imu(header=header_of(now_s))
        level.orientation.w = 1.0
        self.say["clock"](Clock(clock=stamp_of(now_s)))
        self.say["joints"](wheels)
        self.say["imu"](level)

    def play_slow(self, now_s: float, antenna: tuple[float, float, float]) -> None:
        """One moment of the sensors with lower rates."""
        place = Odometry(header=header_of(now_s))
        place.pose.pose.orientation.w = 1.0
        latitude, longitude, altitude = antenna
        self.say["truth"](place)
        self.say["gnss"](
            NavSatFix(
                header=header_of(now_s), latitude=latitude, longitude=longitude, altitude=altitude
            )
        )
        self.say["scan"](
            LaserScan(
                header=header_of(now_s), angle_min=-2.0, angle_max=2.0,
                ranges=array.array("f", [3.0] * 541),
            )
        )  # fmt: skip
        pixels = array.array("B", bytes(640 * 360 * 3))
        self.say["camera/front/image"](
            Image(header=header_of(now_s), height=360, width=640, encoding="rgb8", step=1920,
                  data=pixels)
        )  # fmt: skip


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    patch = pytest.MonkeyPatch()
    patch.setattr(
        gazebo_node,
        "message_type",
        lambda name: Header if name.startswith("ros_gz") else message_type(name),
    )
    parameters = [f"vehicle_file:={VEHICLE}", f"map_file:={MAP}", "use_sim_time:=true"]
    arguments = [word for text in parameters for word in ("-p", text)]
    rclpy.init(args=["--ros-args", *arguments], domain_id=DOMAIN_ID)
    world = Played()
    try:
        run(world)
        yield world
    finally:
        world.executor.shutdown()
        world.node.destroy_node()
        world.probe.destroy_node()
        rclpy.shutdown()
        patch.undo()


def run(world: Played) -> None:
    """A second of Gazebo while the vehicle is told to drive."""
    origin = load_map(MAP).origin
    antenna = (origin.latitude_deg, origin.longitude_deg, origin.altitude_m)
    world.spin_until(lambda: world.node.count_publishers("/gazebo/clock") > 0)
    time.sleep(0.3)  # discovery of the other topics
    for tick in range(100):
        now_s = tick * 0.01
        world.play(now_s)
        if tick % 20 == 0:
            world.play_slow(now_s, antenna)
        if world.heard["/clock"]:
            world.drive(message_of_drive(1.0, 0.2, seconds_of(world.heard["/clock"][-1].clock)))
        seen = len(world.heard["/imu/data"])
        world.spin_until(lambda seen=seen: len(world.heard["/imu/data"]) > seen, 0.2)
    world.spin_until(lambda: len(world.heard["/scan"]) >= 4, 1.0)


def test_the_clock_begins_at_wall_time_and_ticks_at_50_hz(played: Played) -> None:
    stamps = [seconds_of(message.clock) for message in played.heard["/clock"]]
    assert abs(stamps[0] - time.time()) < 120.0
    assert len(stamps) >= 40
    steps = [b - a for a, b in itertools.pairwise(stamps)]
    assert min(steps) == pytest.approx(0.02, abs=1e-6)


def test_every_topic_comes_on_that_clock(played: Played) -> None:
    clock = [seconds_of(message.clock) for message in played.heard["/clock"]]
    for topic in ("/imu/data", "/scan", "/gnss/fix", "/simulation/truth", "/base/feedback",
                  "/camera/front/image_raw"):  # fmt: skip
        messages = played.heard[topic]
        assert messages, topic
        for message in messages:
            assert clock[0] - 0.05 <= seconds_of(message.header.stamp) <= clock[-1] + 0.05, topic


def test_the_base_reports_the_wheels_and_drives_them(played: Played) -> None:
    spec = load_vehicle(VEHICLE)
    feedback = played.heard["/base/feedback"][-1]
    assert feedback.speed_mps == pytest.approx(2.0 * spec.wheel_radius_m)
    assert played.heard["/gazebo/steering"][-1].data == pytest.approx(0.2)
    speeds = [message.data for message in played.heard["/gazebo/rear_left/speed"]]
    assert speeds[0] == 0.0  # nothing was commanded yet
    assert speeds[-1] > 0.5


def test_the_fix_is_rtk_near_the_antenna(played: Played) -> None:
    origin, fix = load_map(MAP).origin, fix_of(played.heard["/gnss/fix"][-1])
    assert fix.fix.name == "RTK_FIXED"
    assert fix.position.latitude_deg == pytest.approx(origin.latitude_deg, abs=3e-6)
