"""The benchmark of people who overtake beside the vehicle."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import passing
from benchmarks.passing import Passing
from benchmarks.stopping.crossing_drive import drive
from benchmarks.stopping.no_foresight import without_ears_behind
from benchmarks.stopping.walker import ADULT, CYCLIST
from navigation.safety.gate import SafetyGate
from navigation.safety.overtaken import Overtaken
from patrol.vehicle import VehicleSpec, load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")


@pytest.mark.parametrize(("build", "left"), [(ADULT, True), (CYCLIST, False)])
def test_who_passes_keeps_their_gap(build: passing.Build, left: bool) -> None:
    made = Passing(build, 0.4, 2.2, 0.6, left).encounter(SPEC)
    instants = drive(made, SPEC, SafetyGate(SPEC))
    assert min(i.gap_m for i in instants) == pytest.approx(0.4, abs=0.01)
    assert (made.walker.start.y_m > 0) is left
    assert instants[-1].gap_m > 3.0


def test_all_who_pass_are_faster_than_the_vehicle() -> None:
    who = passing.passings(ADULT, (1.2, 2.2), 0.5)
    assert [(one.speed_mps, one.vehicle_mps, one.left) for one in who] == [
        (1.2, 0.6, True), (1.2, 0.6, False),
        (2.2, 0.6, True), (2.2, 0.6, False), (2.2, 1.2, True), (2.2, 1.2, False),
    ]  # fmt: skip


def test_who_is_near_is_waited_for_longer_where_they_are_heard() -> None:
    near = Passing(ADULT, 0.3, 2.2, 0.6, True)
    deaf_s = passing.waited_s(near, SPEC, without_ears_behind(SPEC))
    assert 0.0 < deaf_s < 2.0
    assert passing.waited_s(near, SPEC, SafetyGate(SPEC)) > deaf_s + 0.5


def test_a_wait_is_held_against_the_gate_that_does_not_hear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gates = []

    def waited_s(one: Passing, spec: VehicleSpec, gate: SafetyGate) -> float:
        gates.append(gate)
        return one.gap_m if len(gates) <= 2 else 3.0

    monkeypatch.setattr(passing, "waited_s", waited_s)
    who = [Passing(ADULT, gap_m, 2.2, 0.6, True) for gap_m in (1.0, 2.0)]
    assert passing.longer_s(who, SPEC) == pytest.approx((1.5, 1.5))
    assert [type(gate._overtaken) is Overtaken for gate in gates] == [False, False, True, True]


def test_the_program_tells_the_walkers_at_the_widest_gap(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["passing.py"])
    monkeypatch.setattr(passing, "longer_s", lambda who, spec: (1.0, who[0].gap_m))
    assert passing.main() == 1
    out = capsys.readouterr().out
    assert "cyclists at 0.3 m: 1.0 s without ears behind, 0.3 s more" in out
    assert "0.7 m is waited for longer, heard behind: 0.7, target <= 0.5, missed" in out
