"""base_driver: the only node that talks to the base; in simulation the base is a topic too."""

from __future__ import annotations

from geometry_msgs.msg import TwistStamped
from patrol_interfaces.msg import BaseFeedback, SafetyState

from navigation.types import BaseStatus, Command, WheelOdometry
from patrol.geometry import Pose2
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol.vehicle import load_vehicle
from patrol_base.convert import dead_reckon, drive_for
from patrol_ros.convert import base_of, command_of, message_of_drive, message_of_wheels
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode

COMMAND_MAX_AGE_S = TOPICS["/cmd_vel_safe"].max_age_s or 0.0
SAFETY_MAX_AGE_S = TOPICS["/safety/state"].max_age_s or 0.0


class BaseDriverNode(VehicleNode):
    """/cmd_vel_safe, /safety/state → /base/drive; /base/feedback → /wheel/odometry."""

    def __init__(self) -> None:
        super().__init__("base_driver")
        self._spec = load_vehicle(self.path("vehicle_file"))
        self._command: Latest[Command] = Latest()
        self._steering_rad = 0.0
        self._pose_odom = Pose2(0.0, 0.0, 0.0)
        self._last: BaseStatus | None = None
        self._silent = True
        self._cut: Latest[bool] = Latest()
        self._is_cut = True
        self._publish_drive = self.topic_publisher("/base/drive")
        self._publish_odometry = self.topic_publisher("/wheel/odometry")
        self.topic_subscription("/cmd_vel_safe", self._on_command)
        self.topic_subscription("/safety/state", self._on_safety)
        self.topic_subscription("/base/feedback", self._on_feedback)
        self.every(TOPICS["/base/drive"].rate_hz or 50, self._step)

    def _on_command(self, message: TwistStamped) -> None:
        self._command.put(command_of(message), seconds_of(message.header.stamp))

    def _on_safety(self, message: SafetyState) -> None:
        self._cut.put(bool(message.cut_power), seconds_of(message.header.stamp))

    def _on_feedback(self, message: BaseFeedback) -> None:
        status = base_of(message)
        elapsed_s = status.stamp_s - self._last.stamp_s if self._last else 0.0
        self._last = status
        self._pose_odom = dead_reckon(self._pose_odom, status, elapsed_s, self._spec.wheelbase_m)
        sample = WheelOdometry(status.stamp_s, status.speed_mps, status.steering_rad)
        self._publish_odometry(message_of_wheels(sample, self._pose_odom, self._spec.wheelbase_m))

    def _step(self) -> None:
        now_s = self.now_s()
        command = self._command.fresh(now_s, COMMAND_MAX_AGE_S)
        if (command is None) != self._silent:
            self._silent = command is None
            self.event("command_lost" if self._silent else "command_back", now_s=f"{now_s:.2f}")
        is_cut = self._cut.fresh(now_s, SAFETY_MAX_AGE_S) is not False  # unknown cuts too
        if is_cut != self._is_cut:
            self._is_cut = is_cut
            self.event("power_cut" if is_cut else "power_back", now_s=f"{now_s:.2f}")
        speed_mps, self._steering_rad = drive_for(command, self._steering_rad, self._spec)
        self._publish_drive(message_of_drive(speed_mps, self._steering_rad, now_s, is_cut))
