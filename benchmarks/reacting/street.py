"""A street on real DDS: a node that plays all sensors and the base, and notes what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from std_srvs.srv import Trigger

from benchmarks.reacting.hazards import Hazard, Sort
from benchmarks.stopping import plan_view
from benchmarks.stopping.chassis import STEP_S, Chassis
from navigation.types import BaseStatus, Command
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.topics import SAFETY_RESET_SERVICE, drop_topic, ultrasonic_topic
from patrol.vehicle import UltrasonicSpec, VehicleSpec
from patrol_ros.convert import (
    message_of_base,
    message_of_command,
    message_of_pose,
    message_of_range,
    message_of_scan,
)
from patrol_ros.node import VehicleNode

ROLLS_MPS = 0.6
AHEAD_M = 0.45  # from the bumper to what appears: within the stop zone at ROLLS_MPS
SIDES = np.array([[-30.0, 2.6, 30.0, 2.6], [-30.0, -2.6, 30.0, -2.6]])  # in base_link
PERSON_RADIUS_M = 0.25
RATES_HZ = {"scan": 10, "ranges": 10, "drops": 20, "base": 50, "command": 20, "pose": 20}


class StreetNode(VehicleNode):
    """`hazard` is what happens from now on; None is a clear street."""

    def __init__(self, spec: VehicleSpec, start: Pose2, seed: int) -> None:
        super().__init__("street")
        self.hazard: Hazard | None = None
        self.began_s: float | None = None  # when the hazard reached a message
        self.zero_s: float | None = None  # when zero came back
        self.drive_mps = 0.0  # what the base is told
        self.wanted_mps = 0.0  # what navigation wants
        self._spec, self._start = spec, start
        self._chassis = Chassis(spec)
        self._rng = np.random.default_rng([seed, 40])
        self._last: dict[str, dict[str, Any]] = {}  # by source: what was measured last
        self._sent_s: dict[str, float] = {}
        topics = {"scan": "/scan", "base": "/base/feedback", "command": "/cmd_vel",
                  "pose": "/localization/odometry"}  # fmt: skip
        topics |= {r.name: ultrasonic_topic(r.name) for r in spec.ultrasonics}
        topics |= {r.name: drop_topic(r.name) for r in spec.drop_rangers}
        self._publish = {name: self.topic_publisher(topic) for name, topic in topics.items()}
        self.topic_subscription("/base/drive", self._on_drive)
        self._reset = self.create_client(Trigger, SAFETY_RESET_SERVICE)
        measures: Mapping[str, Callable[[], dict[str, Any]]] = {
            "scan": self._scan, "ranges": self._ranges, "drops": self._drops,
            "base": self._base, "command": self._command, "pose": self._pose,
        }  # fmt: skip
        self._rhythms = [
            self.every(RATES_HZ[source], self._turn(source, measure))
            for source, measure in measures.items()
        ]
        self.every(1 / STEP_S, self._move)

    @property
    def rolls(self) -> bool:
        """Whether it is as fast as a trial needs it."""
        return self._chassis.speed_mps >= ROLLS_MPS

    @property
    def stands(self) -> bool:
        """Whether it has come to rest."""
        return abs(self._chassis.speed_mps) < 0.01

    def happen(self, hazard: Hazard | None) -> None:
        """From the next message on."""
        self.hazard, self.began_s, self.zero_s = hazard, None, None
        if hazard is not None and hazard.sort is Sort.SILENT:
            self.began_s = self._sent_s[hazard.source]

    def begin_again(self) -> None:
        """Back where the street begins; what has latched is reset, as a person beside it would.

        All sensors begin their rhythm now: in no fixed phase to the gate's.
        """
        self._chassis.pose = Pose2(0.0, 0.0, 0.0)
        for rhythm in self._rhythms:
            rhythm.reset()
        if self._reset.service_is_ready():
            self._reset.call_async(Trigger.Request())

    def _turn(self, source: str, measure: Callable[[], dict[str, Any]]) -> Callable[[], None]:
        def turn() -> None:
            hazard = self.hazard if self.hazard and self.hazard.source == source else None
            if hazard is not None and hazard.sort is Sort.SILENT:
                return
            if hazard is None or hazard.sort is not Sort.FROZEN:
                self._last[source] = measure()
            now_s = self.now_s()
            for name, value in self._last[source].items():
                self._publish[name](self._message(name, value, now_s))
            self._sent_s[source] = now_s
            if hazard is not None and self.began_s is None:
                self.began_s = now_s

        return turn

    def _message(self, name: str, value: Any, now_s: float) -> Any:
        """Of a value that was measured now, or is said to have been."""
        if name == "scan":
            lidar = self._spec.lidar
            step_rad = lidar.field_of_view_rad / (lidar.rays - 1)
            first_rad = -lidar.field_of_view_rad / 2
            reach = (lidar.range_min_m, lidar.range_max_m)
            return message_of_scan(Scan(now_s, first_rad, step_rad, value, *reach))
        if name == "base":
            return message_of_base(BaseStatus(now_s, *value))
        if name == "command":
            return message_of_command(value, now_s)
        if name == "pose":
            return message_of_pose(StampedPose(now_s, value, np.diag([0.02, 0.02, 0.01]) ** 2))
        ranger, range_m = value
        return message_of_range(range_m, ranger, now_s)

    def _shown(self, source: str) -> bool:
        hazard = self.hazard
        return hazard is not None and hazard.source == source and hazard.sort is Sort.SHOWN

    def _discs(self, source: str) -> plan_view.Array:
        """Who stands there, if this source is to be the one that shows it (base_link)."""
        if not self._shown(source):
            return np.empty((0, 3))
        return np.array([[self._spec.front_m + AHEAD_M + PERSON_RADIUS_M, 0.0, PERSON_RADIUS_M]])

    def _scan(self) -> dict[str, Any]:
        lidar = self._spec.lidar
        ranges_m = plan_view.lidar_ranges_m(SIDES, self._discs("scan"), lidar)
        return {"scan": ranges_m + self._rng.normal(0.0, lidar.noise_m, len(ranges_m))}

    def _ranges(self) -> dict[str, Any]:
        return {r.name: (r, self._range_m(r)) for r in self._spec.ultrasonics}

    def _range_m(self, ranger: UltrasonicSpec) -> float:
        heard_m = plan_view.echo_m(SIDES, self._discs("ranges"), ranger)
        return max(ranger.range_min_m, heard_m + float(self._rng.normal(0.0, ranger.noise_m)))

    def _drops(self) -> dict[str, Any]:
        return {
            r.name: (r, r.level_range_m + float(self._rng.normal(0.0, r.noise_m)))
            for r in self._spec.drop_rangers
        }

    def _base(self) -> dict[str, Any]:
        chassis = self._chassis
        stopped = self._shown("base")
        return {"base": (chassis.speed_mps, chassis.steering_rad, 100.0, False, stopped)}

    def _command(self) -> dict[str, Any]:
        return {"command": Command(self.wanted_mps, 0.0)}

    def _pose(self) -> dict[str, Any]:
        pose, yaw_rad = self._chassis.pose, self._start.yaw_rad
        x_m, y_m = self._start.transform(pose.x_m, pose.y_m)
        return {"pose": Pose2(x_m, y_m, yaw_rad)}

    def _move(self) -> None:
        self._chassis.step(Command(self.drive_mps, 0.0))

    def _on_drive(self, message: Any) -> None:
        self.drive_mps = float(message.speed_mps)
        is_due = self.began_s is not None and self.zero_s is None
        if is_due and self.drive_mps == 0.0:
            self.zero_s = self.now_s()
