"""SimulatedOutputs: the publishers of whichever simulator stands behind the vehicle's topics."""

from __future__ import annotations

from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from navigation.types import GnssFix, GnssFixType
from patrol.topics import (
    camera_info_topic,
    camera_topic,
    drop_topic,
    thermal_topic,
    ultrasonic_topic,
)
from patrol.vehicle import VehicleSpec
from patrol_ros.convert import message_of_fix, message_of_time
from patrol_ros.node import VehicleNode


class SimulatedOutputs:
    """One publish function for each topic that a simulator makes (patrol.topics).

    `camera` holds (image, camera_info) by the camera's name, `thermal` a publisher by the thermal
    camera's, `ultrasonic` and `drop` one by the ranger's.
    """

    def __init__(self, node: VehicleNode, spec: VehicleSpec) -> None:
        clock_qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        self.clock = node.create_publisher(Clock, "/clock", clock_qos).publish
        self.scan = node.topic_publisher("/scan")
        self.imu = node.topic_publisher("/imu/data")
        self._fix = node.topic_publisher("/gnss/fix")
        self._time = node.topic_publisher("/gnss/time")
        self.base = node.topic_publisher("/base/feedback")
        self.signals = node.topic_publisher("/signals/state")
        self.attention = node.topic_publisher("/attention/state")
        self.truth = node.topic_publisher("/simulation/truth")
        self.contact = node.topic_publisher("/simulation/contact")
        self.camera = {
            camera.name: (
                node.topic_publisher(camera_topic(camera.name)),
                node.topic_publisher(camera_info_topic(camera.name)),
            )
            for camera in spec.cameras
        }
        self.thermal = {
            camera.name: node.topic_publisher(thermal_topic(camera.name))
            for camera in spec.thermal_cameras
        }
        self.ultrasonic = {
            ranger.name: node.topic_publisher(ultrasonic_topic(ranger.name))
            for ranger in spec.ultrasonics
        }
        self.drop = {
            ranger.name: node.topic_publisher(drop_topic(ranger.name))
            for ranger in spec.drop_rangers
        }

    def tell_fix(self, fix: GnssFix) -> None:
        """A fix, and the time by the same satellites: a simulated vehicle's clock is right."""
        self._fix(message_of_fix(fix))
        if fix.fix is not GnssFixType.NONE:
            self._time(message_of_time(fix.stamp_s, fix.stamp_s, "simulated"))
