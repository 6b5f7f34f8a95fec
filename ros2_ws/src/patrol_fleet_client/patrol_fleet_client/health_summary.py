"""/diagnostics → the few words of health that go into the VDA 5050 state; pure."""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticArray

from fleet_client.state_builder import HealthSummary
from patrol_fleet_client.health import COMPUTER, Level

# What the control room sees of the machine: row of /diagnostics → key with its unit.
FIGURES = {
    "machine/cpu": "cpu_pct",
    "machine/memory": "memory_available_mb",
    "machine/disk": "disk_free_mb",
    "machine/temperature": "temperature_c",
    "machine/clock": "clock_error_s",
    "machine/gnss_clock": "gnss_clock_offset_s",
}
SEAL = "seal"  # the hash of the last seal: the control room keeps it, so nobody can undo a seal
MAX_NAMES = 10  # in one state; /diagnostics and the black box have them all


def summary_of(message: DiagnosticArray) -> HealthSummary | None:
    """The worst level, the names of what is not OK, and the machine's figures where known.

    None for a message without a row of the health node: a driver's own.
    """
    rows = [status for status in message.status if status.hardware_id == COMPUTER]
    if not rows:
        return None
    levels = {row.name: Level(row.level[0]) for row in rows}
    in_turn = sorted(levels, key=lambda name: (-levels[name], name))
    not_ok = tuple(name for name in in_turn if levels[name] is not Level.OK)
    figures = [(FIGURES[row.name], row.values[0].value) for row in rows
               if row.name in FIGURES and row.values]  # fmt: skip
    seals = [(SEAL, pair.value) for row in rows for pair in row.values if pair.key == SEAL]
    worst = max(levels.values())
    return HealthSummary(worst.name, not_ok[:MAX_NAMES], (*figures, *seals))
