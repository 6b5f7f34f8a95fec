"""The fault matrix: no row of the fault table and no injection is left untested."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol.config import read_yaml
from patrol.errors import ConfigError
from patrol.faults import FAULTS, FaultKind, Response
from simulation.scenarios.collect import collect
from simulation.scenarios.expect_faults import FaultOpens, Responds
from simulation.scenarios.injections import INJECTIONS, Layer
from simulation.scenarios.matrix import load_matrix
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.sensor_faults import BREAKERS
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[4]
FAULTS_FOLDER = ROOT / "config" / "scenarios" / "faults"
MATRIX = FAULTS_FOLDER / "matrix.yaml"


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return collect([FAULTS_FOLDER])


@pytest.fixture(scope="module")
def cases(scenarios: list[Scenario]) -> list[Scenario]:
    return [scenario for scenario in scenarios if scenario.path == MATRIX]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_of_the_table_is_expected_somewhere(
    kind: FaultKind, scenarios: list[Scenario]
) -> None:
    asked = {e.fault for s in scenarios for e in s.expectations if isinstance(e, FaultOpens)}
    assert kind in asked


@pytest.mark.parametrize("name", list(INJECTIONS))
def test_every_injection_is_used(name: str, scenarios: list[Scenario]) -> None:
    assert any(fault.inject == name for s in scenarios for fault in s.faults)


def test_the_matrix_is_large_enough(cases: list[Scenario]) -> None:
    assert len({case.faults[0].inject for case in cases}) >= 40
    assert len(cases) >= 120


def test_the_response_comes_from_the_fault_table(cases: list[Scenario]) -> None:
    for case in cases:
        (responds,) = [e for e in case.expectations if isinstance(e, Responds)]
        opens = [e.fault for e in case.expectations if isinstance(e, FaultOpens)]
        assert opens == ([] if responds.like is None else [responds.like])
        due = FAULTS[responds.like].response if responds.like else Response.NONE
        assert responds.response is due


def test_what_latches_is_reset_by_a_person(cases: list[Scenario]) -> None:
    case = next(c for c in cases if c.faults[0].inject == "emergency_stop_pressed")
    assert [event.title for event in case.events] == ["reset"]


def test_every_sensor_fault_has_its_function() -> None:
    sensors = {name for name, row in INJECTIONS.items() if row.layer is Layer.SENSOR}
    assert sensors == set(BREAKERS)


def matrix(tmp_path: Path, rows: str) -> list[Scenario]:
    text = MATRIX.read_text().split("\nrows:\n")[0].replace("../../..", str(ROOT))
    path = tmp_path / "m.yaml"
    vehicle = f"vehicle: {ROOT / 'config' / 'vehicles' / 'goalie.yaml'}"
    path.write_text(f"{vehicle}\n{text}\nrows:\n{rows}\n")
    return load_matrix(read_yaml(path), path, "m")


def test_a_row_is_unfolded_into_its_states(tmp_path: Path) -> None:
    everywhere = matrix(tmp_path, "  - {inject: lidar_lost, for_s: 3}")
    once = matrix(
        tmp_path, "  - {inject: lidar_lost, for_s: 3, states: [slope], expected_failure: why}"
    )
    assert [case.id for case in everywhere] == [
        f"m/lidar_lost-{state}"
        for state in ("standing", "straight", "turning", "slope", "crosswalk", "checkpoint")
    ]
    assert [(case.id, case.expected_failure) for case in once] == [("m/lidar_lost-slope", "why")]


def test_a_row_for_an_unknown_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"m.yaml:\d+: rows: no state 'asleep'; known: stand"):
        matrix(tmp_path, "  - {inject: lidar_lost, for_s: 3, states: [asleep]}")


def test_a_row_for_an_unknown_injection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"m.yaml:\d+: inject: 'gremlin' is no fault"):
        matrix(tmp_path, "  - {inject: gremlin, for_s: 3}")
