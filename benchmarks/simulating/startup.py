"""How long worlds take to come into being, in seconds of the processor."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.importing.made_town import make_town
from navigation.planning.importing.importer import import_map
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.scenario import Scenario
from simulation.types import DriveCommand
from simulation.world import build_world

DISTRICT_KM, PARKED_CARS = 100.0, 500


def district_world_s(spec: VehicleSpec, extract: Path | None = None) -> float:
    """From the map of an extract, or of a made town, to a vehicle that stands in its world."""
    with tempfile.TemporaryDirectory() as folder:
        street_file = extract or Path(folder) / "town.osm.pbf"
        if extract is None:
            make_town(street_file, DISTRICT_KM)
        patrol_map, report = import_map(street_file)
    begun = time.process_time()
    world = build_world(patrol_map, parked_cars=PARKED_CARS, seed=1)
    Simulator(world, spec, _on_some_way(patrol_map), 1, cameras=False)
    used_s = time.process_time() - begun
    print(
        f"{report.length_km:.0f} km of ways, {len(world.buildings)} buildings, {len(world.kerbs)}"
        f" kerbs, {len(world.posts)} posts, {len(world.cars)} cars"
    )
    return used_s


def neighbourhood_start_s(scenario: Scenario, spec: VehicleSpec) -> float:
    """From a scenario's map and actors to the first reading of a sensor."""
    begun = time.process_time()
    simulator = Simulator(scenario.build_world(), spec, scenario.start, 1, cameras=False)
    simulator.step(DriveCommand(), 0.1)
    simulator.poll()
    return time.process_time() - begun


def _on_some_way(patrol_map: PatrolMap) -> Pose2:
    """Halfway along the longest edge."""
    edge = max(patrol_map.edges.values(), key=lambda edge: edge.length_m)
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return Pose2((a.x_m + b.x_m) / 2, (a.y_m + b.y_m) / 2, 0.0)
