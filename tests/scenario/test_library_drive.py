"""The whole vehicle without ROS leaves its dock in Sillim and follows its route."""

from __future__ import annotations

from pathlib import Path

from navigation.planning.patrol_tour import TourOrder
from simulation.scenarios.load import load_scenario
from simulation.scenarios.runner import run_scenario

ROOT = Path(__file__).parents[2]


def test_drives_its_route_without_touching_anything() -> None:
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    outcome = run_scenario(scenario.changed(["cp-07"], TourOrder.GIVEN, 100.0))
    assert outcome.distance_m > 60.0
    assert outcome.contacts == 0
    assert outcome.cross_track_p95_m < 0.20
    assert outcome.localization_p95_m < 0.20
