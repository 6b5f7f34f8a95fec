"""The whole vehicle without ROS leaves its dock and follows its route."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from navigation.planning.patrol_tour import plan_patrol
from navigation.types import Mode
from patrol.vehicle import load_vehicle
from simulation.drive import LibraryVehicle, order_of_tour
from simulation.mujoco.simulator import Simulator
from simulation.scenario import load_scenario

ROOT = Path(__file__).parents[2]


def test_drives_its_route_without_touching_anything() -> None:
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    patrol_map = scenario.patrol_map
    dock = patrol_map.dock(scenario.dock)
    tour = plan_patrol(patrol_map, dock.node_id, ["cp-07"], "given", dock, spec=spec)
    simulator = Simulator(scenario.build_world(), spec, scenario.start, 2, cameras=False)
    vehicle = LibraryVehicle(simulator)
    order = order_of_tour(patrol_map, tour, simulator.now_s)
    modes = {outputs.state.mode for outputs in vehicle.run(order, max_duration_s=100.0)}
    report = vehicle.report
    assert Mode.DRIVING in modes
    assert report.distance_m > 60.0
    assert report.contacts == []
    assert report.p95_cross_track_m() < 0.20
    assert np.median(report.localization_m) < 0.10
