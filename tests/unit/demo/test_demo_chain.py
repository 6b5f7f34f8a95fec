"""The demonstration begins when its vehicles can take a patrol, and says what they lack."""

from __future__ import annotations

from typing import Any

import pytest

from demo.chain import missing_for_a_patrol
from demo.processes import DemoError, wait_for

READY = {
    "vehicle_id": "sunra/goalie-01", "connection": "ONLINE", "localised": True,
    "operating_mode": "AUTOMATIC", "emergency_stop": "NONE", "map_current": True,
}  # fmt: skip


def test_nothing_is_missing_when_every_vehicle_is_ready() -> None:
    assert missing_for_a_patrol([READY, READY], 2) == ""


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"connection": "CONNECTIONBROKEN"}, "is not connected"),
        ({"localised": False}, "does not know where it is"),
        ({"operating_mode": "MANUAL"}, "is in mode MANUAL, not AUTOMATIC"),
        ({"emergency_stop": "MANUAL"}, "has its emergency stop pressed"),
        ({"map_current": None}, "is not on the current map"),
    ],
)
def test_what_a_vehicle_lacks_is_named(change: dict[str, Any], lack: str) -> None:
    assert missing_for_a_patrol([READY, READY | change], 2) == f"sunra/goalie-01 {lack}"


def test_a_vehicle_that_nobody_knows_is_missed() -> None:
    assert missing_for_a_patrol([READY], 2) == "the fleet server knows 1 of 2 vehicles"


def test_waiting_ends_with_what_is_missing() -> None:
    with pytest.raises(DemoError, match="vehicles: not ready after 0 s: light-01 is not connect"):
        wait_for("vehicles", lambda: "light-01 is not connected", [], 0.0)


def test_waiting_ends_as_soon_as_nothing_is_missing() -> None:
    answers = ["light-01 is not connected", ""]
    wait_for("vehicles", lambda: answers.pop(0), [], 60.0)
    assert answers == []
