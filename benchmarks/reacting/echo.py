"""The named alternative: a node that answers a scan at once, without a cycle and without doubt."""

from __future__ import annotations

from typing import Any

import numpy as np

from patrol_ros.convert import command_of, message_of_drive, scan_of
from patrol_ros.node import VehicleNode

NEAR_M = 1.2  # from the lidar


class EchoNode(VehicleNode):
    """/cmd_vel, /scan → /base/drive with each scan: zero where anything is near."""

    def __init__(self) -> None:
        super().__init__("echo")
        self._wanted_mps = 0.0
        self._drive = self.topic_publisher("/base/drive")
        self.topic_subscription("/cmd_vel", self._on_command)
        self.topic_subscription("/scan", self._on_scan)

    def _on_command(self, message: Any) -> None:
        self._wanted_mps = command_of(message).speed_mps

    def _on_scan(self, message: Any) -> None:
        is_near = float(np.min(scan_of(message).ranges_m)) < NEAR_M
        self._drive(message_of_drive(0.0 if is_near else self._wanted_mps, 0.0, self.now_s()))
