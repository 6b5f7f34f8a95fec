"""A run: the same twice, ended in time, told as page, recording and exit status."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcap.reader import make_reader

from demo.simulate_cli import simulate_group
from patrol.errors import ConfigError, PlanError
from simulation.camera import skin
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Status
from simulation.scenarios.runner import Run, run_scenario
from simulation.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[4]
SHORT = """
title: Drives a little, loses its lidar, and drives on
map: {root}/maps/proving_ground.geojson
duration_s: {duration}
seed: 5
vehicles:
  - start: {{edge_id: 103, fraction: 0.2}}
    nodes: [2, 3, 4]
actors:
  - name: anna
    at: {{edge_id: 103, fraction: 0.9, left_m: 2.4}}
    does: [{{kind: walk, path: [{{edge_id: 103, fraction: 0.0, left_m: 2.4}}]}}]
faults:
  - {{inject: lidar_lost, at_s: 3, for_s: 1}}
expect:
  - {{kind: fault, fault: scan_stale, after: lidar_lost, opens_within_s: 1, closes_within_s: 1}}
  - {{kind: no_contact}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT.format(root=ROOT, duration=6))
    return path


@pytest.fixture
def scenario(path: Path) -> Scenario:
    return load_scenario(path)


def test_two_runs_of_one_seed_are_the_same_bit_for_bit(scenario: Scenario) -> None:
    first, again = run_scenario(scenario), run_scenario(scenario)
    assert first.status is Status.PASSED, first.failures
    assert first.run_hash == again.run_hash
    assert [v.detail for v in first.verdicts] == [v.detail for v in again.verdicts]


def test_another_seed_is_another_run(scenario: Scenario) -> None:
    short = dataclasses.replace(scenario, duration_s=1.0)
    other = dataclasses.replace(short, seed=6)
    assert run_scenario(short).run_hash != run_scenario(other).run_hash


def test_a_run_ends_at_its_time_with_verdicts(scenario: Scenario) -> None:
    outcome = run_scenario(dataclasses.replace(scenario, duration_s=2.0))
    assert outcome.duration_s == pytest.approx(2.0, abs=0.05)
    assert outcome.ended_because == "the scenario's duration"
    assert [v.detail for v in outcome.failures] == ["lidar_lost never took place"]
    assert outcome.status is Status.FAILED


def test_a_run_that_takes_too_long_is_stopped_and_fails(scenario: Scenario) -> None:
    endless = dataclasses.replace(scenario, duration_s=3600.0, expectations=())
    run = Run(endless, wall_limit_s=1e-3)
    try:
        count = sum(1 for _ in run.samples())
        outcome = run.outcome()
    finally:
        run.close()
    assert count <= 100
    assert [v.expectation for v in outcome.failures] == ["ends in time"]


def test_a_pass_that_may_not_be_fails(scenario: Scenario) -> None:
    marked = dataclasses.replace(scenario, duration_s=1.0, expectations=scenario.expectations[1:])
    outcome = run_scenario(dataclasses.replace(marked, expected_failure="not yet"))
    assert outcome.status is Status.UNEXPECTED_PASS
    assert not outcome.status.is_good


def test_an_order_that_cannot_be_planned_runs_nothing(scenario: Scenario) -> None:
    vehicle = dataclasses.replace(scenario.vehicle, nodes=(2, 11))
    with pytest.raises(PlanError, match="no edge runs from node 2 to node 11"):
        Run(dataclasses.replace(scenario, vehicle=vehicle))


def test_the_command_tells_verdicts_and_writes_what_is_asked(path: Path, tmp_path: Path) -> None:
    page, recording, figures = tmp_path / "p.html", tmp_path / "r.mcap", tmp_path / "f.json"
    arguments = [str(path), "--page", str(page), "--mcap", str(recording), "--json", str(figures)]
    result = CliRunner().invoke(simulate_group, arguments)
    assert result.exit_code == 0, result.output
    assert "ok   scan_stale opens within 1 s after lidar_lost" in result.output
    assert result.output.rstrip().endswith("passed")
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "http" not in text  # loads nothing from anywhere
    assert json.loads(figures.read_text())["status"] == "passed"
    with recording.open("rb") as stream:
        seen = {channel.topic for _, channel, _ in make_reader(stream).iter_messages()}
    assert {"/truth/pose", "/localization/pose", "/scan", "/gnss", "/vehicle", "/log"} <= seen


def test_the_command_fails_when_an_expectation_does(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT.format(root=ROOT, duration=4).replace("at_s: 3", "at_s: 3.9"))
    result = CliRunner().invoke(simulate_group, ["run", str(path)])
    assert result.exit_code == 1
    assert "FAIL scan_stale opens" in result.output


def forget_meshes() -> None:
    for kept in vars(skin).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@pytest.fixture
def fresh_meshes() -> Iterator[None]:
    """Nothing remembered of meshes before, nothing of a broken one afterwards."""
    forget_meshes()
    yield
    forget_meshes()


@pytest.mark.usefixtures("fresh_meshes")
def test_a_missing_mesh_is_told_before_anything_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, video = tmp_path / "people.npz", tmp_path / "v.mp4"
    monkeypatch.setattr(skin, "ASSETS", gone)
    result = CliRunner().invoke(simulate_group, [str(path), "--video", str(video)])
    assert isinstance(result.exception, ConfigError)
    assert str(gone) in str(result.exception)
    assert result.output == ""
    assert not video.exists()
