"""A representative part of the scenario suites; `make suite` runs all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.scenarios.collect import collect
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.suite import run_one
from simulation.scenarios.suite_report import line

FOLDER = Path(__file__).parents[2] / "config" / "scenarios"
PART = (
    "driving/park_path",
    "driving/person_steps_out",
    "driving/slope_up",
    "rehearsal/estop_level",
    "rehearsal/detects_person",
    "faults/map_changed",
    "faults/position_lost",
    "faults/power_cut",
    "faults/two_operators_order",
    "faults/matrix/lidar_lost-turning",
    "faults/matrix/camera_covered-straight",
    "faults/matrix/battery_sagging-straight",
    "faults/matrix/navigation_killed-crosswalk",
    "faults/matrix/localization_killed-straight",
    "faults/matrix/perception_killed-slope",
    "faults/matrix/gate_killed-straight",
    "faults/matrix/bumper_pressed-straight",
    "faults/matrix/body_pushed-standing",
    "faults/matrix/body_lifted-slope",
    "faults/pushed_while_it_waits",
    "faults/matrix/link_lost-checkpoint",
    "faults/matrix/clock_jumped-checkpoint",
    "seeing/all_around/loitering/is_passed-0",
    "seeing/dark_alley/collapsed_person/lies_in_the_dark-0",
    "seeing/events/running/pursuit-0",
    "seeing/events/fire/rubbish_burns-0",
    "seeing/events/dark_lamp/off_by_day-0",
    "seeing/events/changed_property/parcel_is_taken-0",
)


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    folders = [FOLDER / name for name in ("driving", "faults", "rehearsal", "seeing")]
    return {scenario.id: scenario for scenario in collect(folders)}


@pytest.mark.parametrize("scenario_id", PART)
def test_scenario(scenario_id: str, scenarios: dict[str, Scenario]) -> None:
    outcome = run_one(scenarios[scenario_id])
    assert outcome.status.is_good, line(outcome)
