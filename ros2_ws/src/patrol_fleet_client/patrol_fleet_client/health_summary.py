"""/diagnostics → the few words of health that go into the VDA 5050 state; pure."""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticArray

from fleet_client.state_builder import HealthSummary
from patrol_fleet_client.health import Level

# What the control room sees of the machine: row of /diagnostics → key with its unit.
FIGURES = {
    "machine/cpu": "cpu_pct",
    "machine/memory": "memory_available_mb",
    "machine/disk": "disk_free_mb",
    "machine/temperature": "temperature_c",
    "machine/clock": "clock_error_s",
}
SEAL = "seal"  # the hash of the last seal: the control room keeps it, so nobody can undo a seal
MAX_NAMES = 10  # in one state; /diagnostics and the black box have them all


def summary_of(message: DiagnosticArray) -> HealthSummary:
    """The worst level, the names of what is not OK, and the machine's figures where known."""
    levels = {status.name: Level(status.level[0]) for status in message.status}
    worst = max(levels.values(), default=Level.OK)
    in_turn = sorted(levels, key=lambda name: (-levels[name], name))
    not_ok = tuple(name for name in in_turn if levels[name] is not Level.OK)
    figures = tuple(
        (FIGURES[status.name], status.values[0].value)
        for status in message.status
        if status.name in FIGURES and status.values
    )
    figures += tuple(
        (SEAL, pair.value)
        for status in message.status
        for pair in status.values
        if pair.key == SEAL
    )
    return HealthSummary(worst.name, not_ok[:MAX_NAMES], figures)
