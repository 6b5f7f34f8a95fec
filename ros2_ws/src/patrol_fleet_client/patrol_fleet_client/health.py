"""What a health check of the machine finds; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from patrol.faults import FaultKind

DISK_FULL_MB = 200.0  # patrol.faults: "less than 200 MB free on the state disk"
DISK_LOW_MB = 1000.0
MEMORY_LOW_MB = 300.0


class Level(IntEnum):
    """diagnostic_msgs/DiagnosticStatus levels."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of the machine."""

    disk_free_mb: float
    memory_available_mb: float
    load_per_core: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of /diagnostics."""

    name: str
    level: Level
    message: str
    value: float
    unit: str
    fault: FaultKind | None = None


def judge(reading: Reading) -> list[Finding]:
    """What a reading means."""
    disk, memory, load = reading.disk_free_mb, reading.memory_available_mb, reading.load_per_core
    full = disk < DISK_FULL_MB
    disk_level = Level.ERROR if full else Level.WARN if disk < DISK_LOW_MB else Level.OK
    return [
        Finding(
            "disk", disk_level, f"{disk:.0f} MB free", disk, "MB",
            FaultKind.DISK_FULL if full else None,
        ),
        Finding(
            "memory", Level.WARN if memory < MEMORY_LOW_MB else Level.OK,
            f"{memory:.0f} MB available", memory, "MB",
        ),
        Finding(
            "load", Level.WARN if load > 1.5 else Level.OK,
            f"{load:.2f} runnable a core", load, "1",
        ),
    ]  # fmt: skip
