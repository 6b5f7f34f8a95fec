"""Real OpenStreetMap all the way: an imported district is planned on, built and driven in."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

from navigation.planning.importing.importer import ImportOptions, import_map
from navigation.planning.patrol_tour import plan_patrol
from patrol.map import Checkpoint, PatrolMap
from patrol.map_geojson import save_map
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.drive import LibraryVehicle, order_of_tour
from simulation.mujoco.simulator import Simulator
from simulation.scenario import load_scenario

ROOT = Path(__file__).parents[2]
STOPS_M = (60.0, 120.0)  # along the way from the dock to the nearest imported checkpoint


def with_near_checkpoints(patrol_map: PatrolMap, spec: VehicleSpec) -> PatrolMap:
    """Two checkpoints on the way to the nearest one, so that the drive is short."""
    start = patrol_map.docks[0].node_id
    tours = [
        plan_patrol(patrol_map, start, [checkpoint.id], "given", None, spec=spec)
        for checkpoint in patrol_map.checkpoints
    ]
    tour = min(tours, key=lambda tour: tour.length_m)
    driven_m = itertools.accumulate(patrol_map.edges[i].length_m for i in tour.edge_ids)
    ends = list(zip(driven_m, tour.node_ids[1:], strict=True))
    stops = [next(node for at_m, node in ends if at_m >= stop_m) for stop_m in STOPS_M]
    checkpoints = [Checkpoint(f"stop-{n}", "", node, dwell_s=1.0) for n, node in enumerate(stops)]
    return dataclasses.replace(patrol_map, checkpoints=checkpoints)


def test_a_patrol_in_helsinki_is_driven(helsinki: Path, tmp_path: Path) -> None:
    spec = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
    imported, _ = import_map(helsinki, ImportOptions("Helsinki", spec))
    save_map(with_near_checkpoints(imported, spec), tmp_path / "helsinki.geojson")
    (tmp_path / "scene.yaml").write_text("title: Helsinki\nmap: helsinki.geojson\ndock: dock-1\n")
    scenario = load_scenario(tmp_path / "scene.yaml")
    patrol_map = scenario.patrol_map
    dock = patrol_map.dock(scenario.dock)
    ids = [checkpoint.id for checkpoint in patrol_map.checkpoints]
    tour = plan_patrol(patrol_map, dock.node_id, ids, "given", None, spec=spec)
    world = scenario.build_world()
    assert len(world.buildings) > 400
    simulator = Simulator(world, spec, scenario.start, scenario.seed, cameras=False)
    vehicle = LibraryVehicle(simulator)
    order = order_of_tour(patrol_map, tour, simulator.now_s)
    states = [outputs.state for outputs in vehicle.run(order, max_duration_s=250.0)]
    simulator.close()
    report = vehicle.report
    assert report.finished
    assert [s.action_status for s in states[-1].action_states] == ["FINISHED"] * 2
    assert abs(report.distance_m - tour.length_m) < 10.0
    assert report.contacts == []
    assert report.p95_cross_track_m() <= 0.20
    assert report.p95_localization_m() <= 0.20
