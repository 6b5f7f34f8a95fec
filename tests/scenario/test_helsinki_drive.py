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
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Status
from simulation.scenarios.runner import run_scenario

ROOT = Path(__file__).parents[2]
SCENE = """
title: A patrol of two checkpoints in Helsinki, imported from OpenStreetMap
map: helsinki.geojson
duration_s: 250
vehicles:
  - {dock: dock-1, checkpoints: [stop-0, stop-1]}
expect:
  - {kind: reaches, checkpoint: stop-0, within_s: 125}
  - {kind: reaches, checkpoint: stop-1, within_s: 245}
  - {kind: no_contact}
  - {kind: cross_track, p95_m: 0.2}
"""
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
    (tmp_path / "scene.yaml").write_text(SCENE)
    scenario = load_scenario(tmp_path / "scene.yaml")
    assert len(scenario.build_world().buildings) > 400
    outcome = run_scenario(scenario)
    assert outcome.status is Status.PASSED, outcome.failures
    assert outcome.localization_p95_m <= 0.20
