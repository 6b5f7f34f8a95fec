"""What the drivers tell of a lost device is a fault of the gate, and the gate stops."""

from __future__ import annotations

import pytest

from navigation.safety.gate import input_faults
from navigation.types import BaseStatus, Command, GateInputs
from patrol.faults import FAULTS, FaultKind, Response
from patrol_base.hardware.motor_controller import DriveOrder
from tests.unit.hardware.bench import Bench


def faults(bench: Bench, base: BaseStatus | None) -> frozenset[FaultKind]:
    command = Command(1.0, 0.0)
    return input_faults(GateInputs(command, bench.now_s, None, base), bench.now_s)


@pytest.mark.parametrize(
    ("lost", "fault"),
    [
        ("motors", FaultKind.BASE_STALE),
        ("relays", FaultKind.EMERGENCY_STOP),
        ("imu", FaultKind.TILT),
    ],
)
def test_the_gate_stops_for_what_is_lost(bench: Bench, lost: str, fault: FaultKind) -> None:
    bench.order = DriveOrder(1.0, 0.0)
    newest = next(o.base for o in reversed(bench.run(2.0)) if o.base)
    assert faults(bench, newest) == frozenset()
    getattr(bench, lost).unplug()
    newest = next((o.base for o in reversed(bench.run(1.0)) if o.base), newest)
    assert faults(bench, newest) == {fault}
    assert FAULTS[fault].response >= Response.STOP
