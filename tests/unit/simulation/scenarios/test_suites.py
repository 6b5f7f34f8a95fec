"""Suites and the rehearsal: counted by status, reported as JUnit, JSON and a printable page."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from demo.simulate_cli import simulate_group
from patrol.errors import SunraError
from patrol.vehicle import load_vehicle
from simulation.scenarios.collect import collect
from simulation.scenarios.outcome import Outcome, Status
from simulation.scenarios.rehearsal import ITEMS, NO_CERTIFICATE, NO_CERTIFICATE_KO, findings
from simulation.scenarios.rehearsal_page import write_report
from simulation.scenarios.suite import run_suite
from simulation.scenarios.suite_report import is_green, line, summary, write_json, write_junit
from simulation.scenarios.verdicts import Verdict

ROOT = Path(__file__).parents[4]
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
GOOD, BAD = Verdict("stands", True, "1 s"), Verdict("never touches <anything>", False, "a wall")


def outcome(status: Status, verdict: Verdict = GOOD, rehearses: str = "") -> Outcome:
    reason = "not built yet" if status is Status.EXPECTED_FAILURE else ""
    return Outcome(f"faults/{status.name.lower()}", "t", status, (verdict,), reason,
                   duration_s=10.0, wall_s=2.0, rehearses=rehearses)  # fmt: skip


ALL = [outcome(status, GOOD if status.is_good else BAD) for status in Status]


def test_the_summary_names_every_status() -> None:
    assert summary(ALL) == (
        "5 scenarios, 50 s driven: 1 passed, 1 failed, 1 expected failure,"
        " 1 unexpectedly passed, 1 broken"
    )


@pytest.mark.parametrize("status", list(Status))
def test_only_passes_and_expected_failures_are_green(status: Status) -> None:
    green = status in (Status.PASSED, Status.EXPECTED_FAILURE)
    assert is_green([outcome(Status.PASSED), outcome(status)]) is green


def test_a_line_says_why() -> None:
    assert line(outcome(Status.FAILED, BAD)).endswith("never touches <anything>: a wall")
    assert line(outcome(Status.EXPECTED_FAILURE)).endswith("not built yet")
    assert line(outcome(Status.PASSED)).endswith("10 s, 5.0x")


def test_junit_counts_as_ci_servers_do(tmp_path: Path) -> None:
    write_junit(tmp_path / "new" / "junit.xml", ALL)
    suite = ElementTree.parse(tmp_path / "new" / "junit.xml").getroot()
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "2", "errors": "1", "skipped": "1"}
    assert next(iter(suite)).get("name") == "passed"


def test_json_holds_every_verdict(tmp_path: Path) -> None:
    write_json(tmp_path / "out.json", ALL)
    document = json.loads((tmp_path / "out.json").read_text())
    assert [o["status"] for o in document["outcomes"]] == [str(status) for status in Status]
    assert document["outcomes"][1]["verdicts"][0]["detail"] == "a wall"


def scenario_text(duration_s: float, more: str = "") -> str:
    return (
        f"title: t\nmap: {ROOT / 'maps' / 'proving_ground.geojson'}\nduration_s: {duration_s}\n"
        f"vehicles: [{{dock: dock-1}}]\nexpect: [{{kind: ends_in, mode: charging}}]\n{more}"
    )


def test_a_suite_runs_in_processes_and_keeps_its_order(tmp_path: Path) -> None:
    for name, more in (("a", ""), ("b", "expected_failure: why\n"), ("c", "seed: 3\n")):
        (tmp_path / f"{name}.yaml").write_text(scenario_text(1.0, more))
    told: list[str] = []
    outcomes = run_suite(collect([tmp_path]), 2, lambda o: told.append(o.scenario_id))
    assert [o.status for o in outcomes] == [
        Status.PASSED, Status.UNEXPECTED_PASS, Status.PASSED
    ]  # fmt: skip
    assert sorted(told) == [o.scenario_id for o in outcomes]


def test_a_scenario_that_cannot_run_is_broken_not_the_suite(tmp_path: Path) -> None:
    blocked = (
        "actors: [{name: crate, kind: box, at: {edge_id: 101, fraction: 0.05},"
        " look: {size_m: [2, 2, 1]}}]\n"
    )
    (tmp_path / "a.yaml").write_text(scenario_text(1.0, blocked))
    (tmp_path / "b.yaml").write_text(scenario_text(1.0))
    outcomes = run_suite(collect([tmp_path]), 1)
    assert [o.status for o in outcomes] == [Status.BROKEN, Status.PASSED]
    assert "would start inside" in outcomes[0].reason


def test_the_command_lists_and_refuses(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(scenario_text(1.0))
    result = CliRunner().invoke(simulate_group, ["suite", str(tmp_path), "--list"])
    assert result.exit_code == 0
    assert result.output == f"{tmp_path.name}/a: t\n"
    nothing = CliRunner().invoke(simulate_group, ["suite", str(tmp_path), "--only", "z"])
    assert nothing.exit_code == 2
    empty = CliRunner().invoke(simulate_group, ["suite", str(tmp_path / "none.yaml")])
    assert isinstance(empty.exception, SunraError)


def test_every_item_of_the_rehearsal_has_its_scenarios() -> None:
    scenarios = collect([ROOT / "config" / "scenarios" / "rehearsal"])
    ids = {item.id for item in ITEMS} - {"mass_width_speed"}
    assert {scenario.rehearses for scenario in scenarios} == ids


def test_an_item_passes_only_when_all_its_scenarios_did() -> None:
    by_id = {
        f.item.id: f.passed
        for f in findings(
            GOALIE,
            [
                outcome(Status.PASSED, rehearses="slope"),
                outcome(Status.PASSED, rehearses="step"),
                outcome(Status.EXPECTED_FAILURE, BAD, rehearses="step"),
            ],
        )
    }
    assert by_id["mass_width_speed"]
    assert by_id["slope"]
    assert not by_id["step"]
    assert not by_id["crosswalk"]  # nobody ran one


def test_the_report_says_plainly_that_it_is_no_certificate(tmp_path: Path) -> None:
    found = findings(GOALIE, [outcome(Status.FAILED, BAD, rehearses="slope")])
    write_report(tmp_path / "r.html", GOALIE, found)
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert NO_CERTIFICATE in text
    assert NO_CERTIFICATE_KO in text
    assert "@media print" in text
    assert "&lt;anything&gt;" in text
    assert text.count('class="bad">no') == len(ITEMS) - 1
