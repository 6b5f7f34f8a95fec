"""Try every device on a bench: what answers, what it is, and what does not; nothing moves."""

from __future__ import annotations

from collections.abc import Callable

from patrol.clock import Clock
from patrol_base.hardware.base import BaseHardware
from patrol_base.hardware.device import DeviceReport
from patrol_base.hardware.link import LinkState

STEP_S = 0.02


def watch(
    hardware: BaseHardware, clock: Clock, sleep: Callable[[float], None], for_s: float
) -> tuple[DeviceReport, ...]:
    """Step without an order for a while, so without power for the motors; then what each says."""
    start_s = now_s = clock.monotonic_s()
    while now_s - start_s < for_s:
        hardware.step(now_s)
        sleep(STEP_S)
        now_s = clock.monotonic_s()
    return hardware.reports(now_s)


def lines_of(report: DeviceReport) -> list[str]:
    """A report for people: the state, what is wrong, identity, readings."""
    reason = f": {report.reason}" if report.reason else ""
    lines = [f"{report.name}: {report.state}{reason}"]
    facts = {**report.identity, **report.readings}
    return [*lines, *(f"  {name}: {value}" for name, value in facts.items())]


def all_ready(reports: tuple[DeviceReport, ...]) -> bool:
    """Whether every device may be used."""
    return all(report.state is LinkState.READY for report in reports)
