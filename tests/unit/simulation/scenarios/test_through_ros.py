"""Through ROS: what can be played, what is refused, and what counts as the same run."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from demo.simulate_cli import simulate_group
from navigation.types import Mode
from patrol.errors import ConfigError
from patrol.faults import Response
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from simulation.scenarios.agreement import agreement, distances
from simulation.scenarios.events import Fault
from simulation.scenarios.injections import INJECTIONS
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Outcome, Status
from simulation.scenarios.through_ros import check_through_ros, is_reached
from simulation.scenarios.trace import Sample, Trace
from simulation.scenarios.verdicts import Verdict
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[4]
FIRST = ROOT / "config" / "scenarios" / "first_patrol.yaml"
GROUND = load_map(ROOT / "maps" / "proving_ground.geojson")


def driven(points: list[tuple[float, float]]) -> Trace:
    trace = Trace(GROUND)
    trace.samples = [
        Sample(t_s=i / 20, pose=Pose2(x, y, 0.0), speed_mps=1.0, estimate=None, mode=Mode.DRIVING,
               faults=frozenset(), response=Response.NONE, latched=False, cross_track_m=None,
               battery_pct=90.0, order_id="o", waiting_for="")
        for i, (x, y) in enumerate(points)
    ]  # fmt: skip
    return trace


def ended(duration_s: float, passed: bool = True) -> Outcome:
    verdict = Verdict("finishes", passed, "")
    return Outcome("s", "t", Status.PASSED, (verdict,), duration_s=duration_s)


STRAIGHT = [(0.1 * i, 0.0) for i in range(200)]


def test_a_run_agrees_with_itself() -> None:
    found = agreement(ended(10), driven(STRAIGHT), ended(10), driven(STRAIGHT))
    assert found.is_within_bounds
    assert found.path_p95_m == found.end_m == found.duration_share == 0.0


@pytest.mark.parametrize(
    ("duration_s", "passed", "points"),
    [
        (12.0, True, STRAIGHT),
        (10.0, False, STRAIGHT),
        (10.0, True, [(x, 0.3) for x, _ in STRAIGHT]),
        (10.0, True, STRAIGHT[:150]),
        (10.0, True, [*STRAIGHT, *((19.9, 0.1 * i) for i in range(20))]),
    ],
    ids=["longer", "another verdict", "beside", "shorter way", "further"],
)
def test_another_run_does_not_agree(
    duration_s: float, passed: bool, points: list[tuple[float, float]]
) -> None:
    found = agreement(ended(10), driven(STRAIGHT), ended(duration_s, passed), driven(points))
    assert not found.is_within_bounds


def test_waiting_longer_in_one_place_is_no_other_path() -> None:
    waits = [*STRAIGHT[:100], *[STRAIGHT[100]] * 500, *STRAIGHT[101:]]
    found = agreement(ended(10), driven(STRAIGHT), ended(10.2), driven(waits))
    assert found.path_p95_m == pytest.approx(0.0, abs=1e-9)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-math.pi, math.pi))
def test_the_distance_from_a_straight_way_is_that_across_it(x: float, y: float, a: float) -> None:
    ends = np.array([[-200.0, 0.0], [200.0, 0.0]])
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    assert distances(np.array([[x, y]]) @ turn, ends @ turn)[0] == pytest.approx(abs(y), abs=1e-6)


def test_a_trace_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="no track"):
        agreement(ended(1), Trace(GROUND), ended(1), driven(STRAIGHT))


def test_every_fault_is_played_through_ros_or_refused_by_name() -> None:
    first = load_scenario(FIRST)
    for inject in INJECTIONS:
        fault = Fault(inject, at_s=1.0)
        scenario = dataclasses.replace(first, faults=(fault,))
        if is_reached(fault):
            check_through_ros(scenario)
            continue
        with pytest.raises(ScenarioError, match=f"{inject!r}.*run it without --ros"):
            check_through_ros(scenario)


def test_hours_are_not_skipped_through_ros() -> None:
    path = ROOT / "config" / "scenarios" / "faults" / "link_lost_for_a_day.yaml"
    scenario = dataclasses.replace(load_scenario(path), faults=())
    with pytest.raises(ScenarioError, match="cannot be skipped"):
        check_through_ros(scenario)


def test_one_way_to_run_at_a_time() -> None:
    result = CliRunner().invoke(simulate_group, [str(FIRST), "--ros", "--console"])
    assert result.exit_code == 2
    assert "exclude each other" in result.output


@pytest.mark.parametrize("way", ["--ros", "--console"])
def test_a_missing_file_is_one_line_whichever_way_it_is_run(way: str) -> None:
    result = CliRunner().invoke(simulate_group, ["no_such.yaml", way])
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception).endswith("no_such.yaml: no such file")
