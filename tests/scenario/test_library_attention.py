"""Over the whole link: an operator speaks, a checkpoint speaks, the state says what is lit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from patrol.incident import EvidenceKind
from simulation.scenarios.events import Operate, OperatorAction
from simulation.scenarios.file import Perception
from simulation.scenarios.load import load_scenario
from simulation.scenarios.runner import Run

ROOT = Path(__file__).parents[2]


def test_what_operators_and_checkpoints_ask_is_shown_and_said() -> None:
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    first = scenario.patrol_map.checkpoint("cp-07")
    speaks = replace(
        first, dwell_s=1.0, actions=("lookAround", "capture", "announce", "startBeacon"),
        announcement="안전 순찰 중입니다",
    )  # fmt: skip
    others = [c for c in scenario.patrol_map.checkpoints if c.id != first.id]
    patrol_map = replace(scenario.patrol_map, checkpoints=(speaks, *others))
    asked = (
        Operate(action=OperatorAction.ANNOUNCE, message="비켜 주세요", at_s=3.0),
        Operate(action=OperatorAction.SIREN_ON, at_s=4.0),
        Operate(action=OperatorAction.SIREN_OFF, at_s=8.0),
    )
    vehicle = replace(scenario.vehicle, checkpoints=("cp-07",), perception=Perception.STAND_IN)
    run = Run(
        replace(scenario, patrol_map=patrol_map, vehicle=vehicle, events=asked, duration_s=200.0)
    )
    lit: list[tuple[bool, bool]] = []
    for _ in run.samples():
        report = run.vehicle.attention.report(run.vehicle.now_s)
        if not lit or lit[-1] != (report.beacon, report.siren):
            lit.append((report.beacon, report.siren))
    assert run.vehicle.attention.spoken == ["비켜 주세요", "안전 순찰 중입니다"]
    assert lit[:4] == [(False, False), (False, True), (False, False), (True, False)]
    (picture,) = run.vehicle.perception.captures
    assert picture.kind is EvidenceKind.CHECKPOINT
    assert picture.size_bytes > 1000
    by_type = {s.action_type: s.action_status for s in run.vehicle.state.action_states}
    for name in ("lookAround", "capture", "announce", "startBeacon", "startSiren", "stopSiren"):
        assert by_type[name] == "FINISHED", name
