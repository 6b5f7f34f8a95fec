"""simulator: Gazebo in place of the embedded simulator, under the same topics.

In: what ros_gz_bridge brings from Gazebo under /gazebo (simulation/gazebo/bridge.py). Gazebo's
clock begins at zero; everything leaves here on the vehicle's clock, which begins at wall time.
"""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

import numpy as np
from patrol_interfaces.msg import DriveCommand as DriveMessage
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Float64

from navigation.types import BodyMotion
from patrol.geodesy import enu_from_wgs84
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol.vehicle import CameraSpec, DropRangerSpec, UltrasonicSpec, load_vehicle
from patrol_gazebo import convert
from patrol_gazebo.base import GazeboBase, Wheels, wheels_of
from patrol_gazebo.touches import Touches, other_of
from patrol_ros.convert import message_of_base
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode, message_type
from patrol_ros.simulated import message_of_camera, message_of_contact
from patrol_ros.simulated_attention import AttentionOutputs
from patrol_ros.simulated_outputs import SimulatedOutputs
from patrol_ros.stamps import stamp_of
from simulation.attention import SimulatedAttention
from simulation.gazebo.bridge import PREFIX, bridge_rows
from simulation.sensors.gnss import GnssModel
from simulation.types import DriveCommand, SensorOptions

PERIOD_S = 0.02  # of /clock, /base/feedback and the wheels' commands
DRIVE_MAX_AGE_S = TOPICS["/base/drive"].max_age_s or 0.0
DOCK_REACH_M = 0.8  # base_link to dock node while the contacts touch
STANDSTILL = DriveCommand(0.0, 0.0)


class GazeboNode(VehicleNode):
    """/gazebo/* and /base/drive → /clock, sensors, /base/feedback, truth, contacts, wheels."""

    def __init__(self) -> None:
        super().__init__("simulator")
        self._spec = load_vehicle(self.path("vehicle_file"))
        self._map = load_map(self.path("map_file"))
        self._base = GazeboBase(self._spec)
        self._gnss = GnssModel(self._map.origin, SensorOptions(), np.random.default_rng(0))
        self._touches = Touches()
        self._drive: Latest[DriveCommand] = Latest()
        self._wheels, self._tilt = Wheels(), (0.0, 0.0)
        self._motion: BodyMotion | None = None
        self._pose: Pose2 | None = None
        self._offset_s: float | None = None
        self._due_s = 0.0
        self._declare_outputs()
        self._declare_inputs()

    def _declare_outputs(self) -> None:
        self._out = SimulatedOutputs(self, self._spec)
        self._attention = AttentionOutputs(self, self._out.attention, SimulatedAttention())
        self._command = {
            row.ros_topic: self.create_publisher(Float64, row.ros_topic, 1).publish
            for row in bridge_rows(self._spec)
            if not row.to_ros
        }

    def _declare_inputs(self) -> None:
        handlers = {
            "clock": self._on_clock,
            "scan": self._on_scan,
            "imu": self._on_imu,
            "gnss": self._on_gnss,
            "joints": self._on_joints,
            "truth": self._on_truth,
            "contact": self._on_contact,
        } | {
            f"camera/{camera.name}/image": partial(self._on_image, camera)
            for camera in self._spec.cameras
        }
        handlers |= {
            f"camera/{camera.name}/image": partial(self._on_thermal, camera)
            for camera in self._spec.thermal_cameras
        }
        handlers |= {
            f"ultrasonic/{ranger.name}": partial(self._on_range, ranger)
            for ranger in self._spec.ultrasonics
        }
        handlers |= {
            f"drop/{ranger.name}": partial(self._on_drop, ranger)
            for ranger in self._spec.drop_rangers
        }
        types = {row.ros_topic: row.ros_type for row in bridge_rows(self._spec)}
        for name, handler in handlers.items():
            topic = f"{PREFIX}/{name}"
            kind = message_type(types[topic])
            self.create_subscription(kind, topic, handler, qos_profile_sensor_data)
        self.topic_subscription("/base/drive", self._on_drive)

    def _on_drive(self, message: DriveMessage) -> None:
        command = DriveCommand(message.speed_mps, message.steering_rad, message.cut_power)
        self._drive.put(command, seconds_of(message.header.stamp))

    def _on_clock(self, message: Clock) -> None:
        gazebo_s = seconds_of(message.clock)
        if self._offset_s is None:
            self._offset_s = time.time() - gazebo_s
            self.event("world_started", map=self._map.map_id)
        if gazebo_s >= self._due_s:
            self._due_s = gazebo_s + PERIOD_S - 1e-6
            self._step(self._offset_s + gazebo_s)

    def _step(self, now_s: float) -> None:
        """One control period: the clock, the wheels' commands, the base's report."""
        self._out.clock(Clock(clock=stamp_of(now_s)))
        drive = self._drive.fresh(now_s, DRIVE_MAX_AGE_S) or STANDSTILL
        command = self._base.step(drive, self._wheels, PERIOD_S)
        for name, value in (
            ("steering", command.steering_rad),
            ("rear_left/speed", command.rear_left_radps),
            ("rear_right/speed", command.rear_right_radps),
        ):
            self._command[f"{PREFIX}/{name}"](Float64(data=value))
        status = self._base.report(
            self._wheels, self._tilt, self._on_dock(), now_s, PERIOD_S, self._motion
        )
        self._out.base(message_of_base(status))
        self._attention.step(now_s)

    def _on_dock(self) -> bool:
        if self._pose is None:
            return False
        nodes = [self._map.nodes[dock.node_id] for dock in self._map.docks]
        place = (self._pose.x_m, self._pose.y_m)
        return any(math.dist(place, (node.x_m, node.y_m)) < DOCK_REACH_M for node in nodes)

    def _on_joints(self, message: Any) -> None:
        self._wheels = wheels_of(convert.joints_of(message), self._spec) or self._wheels

    def _on_scan(self, message: Any) -> None:
        if self._offset_s is not None:
            scan = convert.scan_message(message, self._spec.lidar, self._offset_s)
            self._out.scan(scan)

    def _on_imu(self, message: Any) -> None:
        self._tilt = convert.tilt_of(message)
        if self._offset_s is not None:
            self._motion = convert.motion_of(message, self._offset_s)
            self._out.imu(convert.imu_message(message, self._offset_s))

    def _on_gnss(self, message: Any) -> None:
        if self._offset_s is not None:
            antenna = enu_from_wgs84(convert.antenna_of(message), self._map.origin)
            fix = self._gnss.read(antenna, convert.stamp_s_of(message, self._offset_s))
            self._out.tell_fix(fix)

    def _on_truth(self, message: Any) -> None:
        place = message.pose.pose.position
        self._pose = Pose2(place.x, place.y, 0.0)
        if self._offset_s is not None:
            self._out.truth(convert.truth_message(message, self._offset_s))

    def _on_image(self, camera: CameraSpec, message: Any) -> None:
        if self._offset_s is not None:
            publish_image, publish_info = self._out.camera[camera.name]
            publish_image(convert.image_message(message, camera, self._offset_s))
            stamp_s = convert.stamp_s_of(message, self._offset_s)
            publish_info(message_of_camera(camera, stamp_s))

    def _on_thermal(self, camera: CameraSpec, message: Any) -> None:
        if self._offset_s is not None:
            publish = self._out.thermal[camera.name]
            publish(convert.thermal_message(message, camera, self._offset_s))

    def _on_range(self, ranger: UltrasonicSpec, message: Any) -> None:
        if self._offset_s is not None:
            publish = self._out.ultrasonic[ranger.name]
            publish(convert.range_message(message, ranger, self._offset_s))

    def _on_drop(self, ranger: DropRangerSpec, message: Any) -> None:
        if self._offset_s is not None:
            publish = self._out.drop[ranger.name]
            publish(convert.drop_message(message, ranger, self._offset_s))

    def _on_contact(self, message: Any) -> None:
        if self._offset_s is None:
            return
        pairs = convert.collision_pairs(message)
        others = [other_of(a, b, self._spec.name) for a, b in pairs]
        stamp_s = convert.stamp_s_of(message, self._offset_s)
        for other in self._touches.begun([name for name in others if name], stamp_s):
            self.event("contact", other=repr(other), now_s=f"{stamp_s:.2f}")
            self._out.contact(message_of_contact(other, stamp_s))
