"""health: measures the machine and publishes /diagnostics."""

from __future__ import annotations

import os
import shutil

import psutil
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from patrol.topics import TOPICS
from patrol_fleet_client.health import Finding, Level, Reading, judge
from patrol_ros.node import VehicleNode
from patrol_ros.stamps import header_of

MEGABYTE = 1_000_000


class HealthNode(VehicleNode):
    """Disk, memory, load → /diagnostics."""

    def __init__(self) -> None:
        super().__init__("health")
        self._state_dir = self.path("state_dir")
        self._levels: dict[str, Level] = {}
        self._publish = self.topic_publisher("/diagnostics")
        self.every(TOPICS["/diagnostics"].rate_hz or 1, self._step)

    def _read(self) -> Reading:
        return Reading(
            disk_free_mb=shutil.disk_usage(self._state_dir).free / MEGABYTE,
            memory_available_mb=psutil.virtual_memory().available / MEGABYTE,
            load_per_core=os.getloadavg()[0] / (os.cpu_count() or 1),
        )

    def _step(self) -> None:
        findings = judge(self._read())
        for finding in findings:
            if self._levels.get(finding.name, Level.OK) != finding.level:
                self.event("health", part=finding.name, level=finding.level.name)
            self._levels[finding.name] = finding.level
        message = DiagnosticArray(header=header_of(self.now_s()))
        message.status = [_status_of(finding) for finding in findings]
        self._publish(message)


def _status_of(finding: Finding) -> DiagnosticStatus:
    values = [KeyValue(key=finding.unit, value=f"{finding.value:.3f}")]
    if finding.fault is not None:
        values.append(KeyValue(key="fault", value=finding.fault.value))
    return DiagnosticStatus(
        level=bytes([finding.level]),
        name=f"machine/{finding.name}",
        message=finding.message,
        hardware_id="computer",
        values=values,
    )
