"""safety_gate: the last stage before the wheels; everything it decides is in navigation/safety."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import BaseFeedback
from sensor_msgs.msg import LaserScan, Range
from std_srvs.srv import Trigger

from navigation.safety.gate import SafetyGate
from navigation.types import BaseStatus, Command, GateInputs, GateOutput, RangeSample
from patrol.geometry import Scan, StampedPose
from patrol.stamps import seconds_of
from patrol.topics import SAFETY_RESET_SERVICE, TOPICS, drop_topic, ultrasonic_topic
from patrol.vehicle import DropRangerSpec, UltrasonicSpec, load_vehicle
from patrol_base.convert import message_of_safety
from patrol_base.fence_map import LOOK_EVERY_S, FenceMap
from patrol_base.latch_file import LatchFile
from patrol_ros.convert import (
    base_of,
    command_of,
    message_of_command,
    pose_of,
    range_of,
    scan_of,
)
from patrol_ros.fault_names import names_of
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode

GATE_HZ = TOPICS["/cmd_vel_safe"].rate_hz or 50
LATCH_FILE = "safety_latch.json"
STATE_HZ = TOPICS["/safety/state"].rate_hz or 10


class SafetyGateNode(VehicleNode):
    """Command, scan, ranges, base, pose → /cmd_vel_safe, /safety/state."""

    def __init__(self) -> None:
        super().__init__("safety_gate")
        spec = load_vehicle(self.path("vehicle_file"))
        state_dir = self.text("state_dir")
        self._fence_map = FenceMap(
            spec, self.path("map_file"), Path(state_dir) if state_dir else None
        )
        self._latch = LatchFile(Path(state_dir) / LATCH_FILE if state_dir else None)
        if self._latch.latched:
            names = ",".join(names_of(self._latch.latched))
            self.event("still_latched", faults=names, error=repr(self._latch.error))
        self._gate = SafetyGate(spec, self._fence_map.fence, self._latch.latched)
        self._command: Latest[Command] = Latest()
        self._scan: Latest[Scan] = Latest()
        self._base: Latest[BaseStatus] = Latest()
        self._pose: Latest[StampedPose] = Latest()
        self._ranges: dict[str, RangeSample] = {}
        self._faults: frozenset[object] = frozenset()
        self._steps = 0
        self._publish_command = self.topic_publisher("/cmd_vel_safe")
        self._publish_state = self.topic_publisher("/safety/state")
        self.topic_subscription("/cmd_vel", self._on_command)
        self.topic_subscription("/scan", self._on_scan)
        self.topic_subscription("/base/feedback", self._on_base)
        self.topic_subscription("/localization/odometry", self._on_pose)
        for ranger in spec.ultrasonics:
            self.topic_subscription(ultrasonic_topic(ranger.name), partial(self._on_range, ranger))
        for drop in spec.drop_rangers:
            self.topic_subscription(drop_topic(drop.name), partial(self._on_range, drop))
        if not spec.drop_rangers:
            self.event("edges_unseen", why="'the vehicle file has no drop_rangers'")
        self.create_service(Trigger, SAFETY_RESET_SERVICE, self._on_reset)
        self.every(GATE_HZ, self._step)
        self.every(1.0 / LOOK_EVERY_S, self._look_for_another_map)

    def _on_command(self, message: TwistStamped) -> None:
        self._command.put(command_of(message), seconds_of(message.header.stamp))

    def _on_scan(self, message: LaserScan) -> None:
        scan = scan_of(message)
        self._scan.put(scan, scan.stamp_s)

    def _on_range(self, ranger: UltrasonicSpec | DropRangerSpec, message: Range) -> None:
        self._ranges[ranger.name] = range_of(message, ranger)

    def _on_base(self, message: BaseFeedback) -> None:
        status = base_of(message)
        self._base.put(status, status.stamp_s)

    def _on_pose(self, message: Odometry) -> None:
        stamped = pose_of(message)
        self._pose.put(stamped, stamped.stamp_s)

    def _look_for_another_map(self) -> None:
        error = self._fence_map.error
        if self._fence_map.look():
            self._gate.fence = self._fence_map.fence
            self.event("fence_changed", map_file=self._fence_map.map_file)
        if self._fence_map.error != error:
            self.event("fence_unreadable", error=repr(self._fence_map.error))

    def close(self) -> None:
        """Let the map that is being read end."""
        self._fence_map.close()
        self._latch.close()
        super().close()

    def _on_reset(self, _request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._gate.reset()
        response.message = "" if response.success else "the cause of the stop still stands"
        self.event("safety_reset", success=response.success)
        return response

    def _step(self) -> None:
        now_s = self.now_s()
        inputs = GateInputs(
            command=self._command.value,
            command_stamp_s=self._command.stamp_s,
            scan=self._scan.value,
            base=self._base.value,
            ranges=tuple(self._ranges.values()),
            pose=self._pose.value,
        )
        output = self._gate.step(inputs, now_s)
        self._publish_command(message_of_command(output.command, now_s))
        self._keep_latch()
        changed = output.faults != self._faults
        self._steps += 1
        if changed or self._steps % round(GATE_HZ / STATE_HZ) == 0:
            self._publish_state(message_of_safety(output, self._base.value, now_s))
        if changed:
            self._tell(output, now_s)

    def _keep_latch(self) -> None:
        error = self._latch.error
        self._latch.keep(self._gate.latched)
        if self._latch.error and self._latch.error != error:
            self.event("latch_unsaved", error=repr(self._latch.error))

    def _tell(self, output: GateOutput, now_s: float) -> None:
        self._faults = output.faults
        names = ",".join(names_of(output.faults)) or "none"
        self.event("safety_faults", faults=names, latched=output.latched, now_s=f"{now_s:.2f}")
