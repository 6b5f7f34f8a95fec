"""base_hardware: the real vehicle's devices on ROS topics; absent beside a simulated world."""

from __future__ import annotations

from dataclasses import replace

from patrol_interfaces.msg import AttentionCommand, DriveCommand
from rclpy.clock import Clock, ClockType

from navigation.types import AttentionReport
from patrol.clock import SystemClock
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol.vehicle import load_vehicle
from patrol_base.hardware.attention import ORDER_MAX_AGE_S
from patrol_base.hardware.base import DRIVE_MAX_AGE_S, BaseHardware
from patrol_base.hardware.config import load_hardware
from patrol_base.hardware.link import LinkState
from patrol_base.hardware_convert import message_of_receiver, order_of, time_of_receiver
from patrol_ros import attention
from patrol_ros.convert import message_of_base, message_of_imu
from patrol_ros.node import VehicleNode

ATTENTION_PERIOD_S = 1.0 / (TOPICS["/attention/state"].rate_hz or 2)


class BaseHardwareNode(VehicleNode):
    """/base/drive → motors; /base/feedback, /imu/data, /gnss/fix, /gnss/time ← devices."""

    def __init__(self) -> None:
        super().__init__("base_hardware")
        vehicle = load_vehicle(self.path("vehicle_file"))
        self._hardware = BaseHardware(load_hardware(self.path("hardware_file"), vehicle), vehicle)
        self._machine = SystemClock()  # the time of day may be set while the vehicle drives
        self._states: dict[str, tuple[LinkState, str]] = {}
        self._publish_base = self.topic_publisher("/base/feedback")
        self._publish_imu = self.topic_publisher("/imu/data")
        self._publish_fix = self.topic_publisher("/gnss/fix")
        self._publish_time = self.topic_publisher("/gnss/time")
        self.topic_subscription("/base/drive", self._on_drive)
        self._publish_attention = self.topic_publisher("/attention/state")
        self._attention_told: AttentionReport | None = None
        self.topic_subscription("/attention/command", self._on_attention)
        rate_hz = TOPICS["/base/feedback"].rate_hz or 50
        self.every(rate_hz, self._step, Clock(clock_type=ClockType.STEADY_TIME))

    def _on_drive(self, message: DriveCommand) -> None:
        age_s = self.now_s() - seconds_of(message.header.stamp)
        if abs(age_s) <= DRIVE_MAX_AGE_S:
            self._hardware.drive(order_of(message), self._machine.monotonic_s())

    def _on_attention(self, message: AttentionCommand) -> None:
        age_s = self.now_s() - seconds_of(message.header.stamp)
        if abs(age_s) <= ORDER_MAX_AGE_S:
            self._hardware.attend(attention.order_of(message), self._machine.monotonic_s())

    def _step(self) -> None:
        now_s = self._machine.monotonic_s()
        outputs = self._hardware.step(now_s).shifted(self.now_s() - now_s)
        if outputs.base is not None:
            self._publish_base(message_of_base(outputs.base))
        if outputs.imu is not None:
            self._publish_imu(message_of_imu(outputs.imu))
        for fix in outputs.fixes:
            self._publish_fix(message_of_receiver(fix))
            told = time_of_receiver(fix)
            if told is not None:
                self._publish_time(told)
        if outputs.attention is not None:
            self._tell_attention(outputs.attention)
        self._tell(now_s)

    def _tell_attention(self, report: AttentionReport) -> None:
        """At the table's rate, and at once what is new."""
        last = self._attention_told
        is_same = last is not None and replace(report, stamp_s=last.stamp_s) == last
        if last is None or not is_same or report.stamp_s - last.stamp_s >= ATTENTION_PERIOD_S:
            self._attention_told = report
            self._publish_attention(attention.message_of_report(report))

    def _tell(self, now_s: float) -> None:
        for device in self._hardware.devices:
            state, reason = device.state(now_s), device.reason(now_s)
            if self._states.get(device.name) != (state, reason):
                self._states[device.name] = state, reason
                facts = {"device": device.name, "state": state, "reason": reason}
                self.event("device_state", **facts, now_s=f"{self.now_s():.2f}")

    def close(self) -> None:
        """Stand still, cut the motors' power."""
        self._hardware.close(self._machine.monotonic_s())
