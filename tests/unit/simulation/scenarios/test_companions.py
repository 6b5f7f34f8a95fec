"""Several vehicles in one scenario: the first in full, the others light but solid."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol.errors import ConfigError
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Status
from simulation.scenarios.runner import Run, run_scenario
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[4]
HEAD = f"""
title: Two vehicles
map: {ROOT}/maps/proving_ground.geojson
duration_s: 20
vehicles:
  - start: {{edge_id: 103, fraction: 0.2}}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "two.yaml"
    path.write_text(HEAD + text)
    return path


def test_a_light_vehicle_drives_its_order_and_reports_it(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
  - {name: other, start: {edge_id: 107, fraction: 0.4}, checkpoints: [cp-step]}
expect:
  - {kind: reaches, vehicle: other, node: 5, within_s: 19}
  - {kind: speed_at_most, vehicle: other, mps: 1.4}
  - {kind: all_delivered, vehicle: other}
  - {kind: monitored, vehicle: other, gap_s: 2}
  - {kind: does_not_finish}
  - {kind: does_not_finish, vehicle: other}
""",
    )
    outcome = run_scenario(load_scenario(path))
    assert outcome.status is Status.PASSED, outcome.failures
    assert outcome.verdicts[0].expectation.startswith("other: ")


def test_two_runs_with_a_light_vehicle_are_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "  - {name: other, start: {edge_id: 103, fraction: 0.7},"
                           " nodes: [3, 4], ordered_at_s: 2}\n").as_posix()  # fmt: skip
    scenario = load_scenario(Path(path)).changed(None, None, 5.0)  # type: ignore[arg-type]
    first, again = (run_scenario(scenario).run_hash for _ in range(2))
    assert first == again


def test_the_first_vehicle_meets_a_solid_hull_and_the_other_yields(tmp_path: Path) -> None:
    """On a pavement too narrow for two."""
    path = write(
        tmp_path,
        """    nodes: [13, 14]
  - {name: other, start: {edge_id: 128, fraction: 0.4}, nodes: [13, 5]}
expect:
  - {kind: no_contact}
  - {kind: fault, fault: obstacle_in_stop_zone, after: start, opens_within_s: 15}
""",
    )
    path.write_text(path.read_text().replace("edge_id: 103,", "edge_id: 127,"))
    run = Run(load_scenario(path))
    for _ in run.samples():
        pass
    outcome, trace = run.outcome(), run.trace
    run.close()
    assert outcome.status is Status.PASSED, outcome.failures
    last = trace.others["other"].samples[-1]
    assert abs(last.speed_mps) < 0.01
    gap_m = abs(last.pose.x_m - trace.samples[-1].pose.x_m)
    assert 2 * run.scenario.spec.front_m + 0.3 < gap_m < 2 * run.scenario.spec.front_m + 4.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  - {name: goalie-01, start: {edge_id: 103, fraction: 0.7}}", "stands twice"),
        ("  - {name: a b, start: {edge_id: 103, fraction: 0.7}}", "letters, digits"),
        ("  - {name: o, start: {edge_id: 999, fraction: 0.7}}", "999"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.7}, nodes: [77]}", "no node 77"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.7}, perception: yolo}", "light vehicle"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.7}}\nexpect:\n"
         "  - {kind: no_contact, vehicle: who}", "no vehicle 'who'; known: goalie-01, o"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.7}}\nexpect:\n"
         "  - {kind: localized, vehicle: o, p95_m: 1}", "light vehicle, for which only"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.7}}\nactors:\n"
         "  - {name: o, at: {edge_id: 103, fraction: 0.9}}", "actor 'o' stands twice"),
        ("  - {name: o, start: {edge_id: 103, fraction: 0.22}}", "start inside another"),
        ("    ordered_at_s: 3", "first vehicle's order goes out at 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises((ScenarioError, ConfigError), match=message) as caught:
        load_scenario(write(tmp_path, text + "\n"))
    assert "\n" not in str(caught.value)
