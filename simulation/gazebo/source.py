"""What is exported: the world of a scenario or of a bare map, its vehicle, and where it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from patrol.errors import MapError
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.conditions import FAIR, Conditions
from simulation.scenarios.folders import DEFAULT_VEHICLE
from simulation.scenarios.load import load_scenario
from simulation.world import World, build_world

SCENARIO_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Source:
    """A world, a vehicle, and the pose of its base_link at the start."""

    world: World
    spec: VehicleSpec
    start: Pose2


def open_source(
    path: Path,
    vehicle_path: Path | None = None,
    *,
    dock: str = "",
    parked_cars: int = 0,
    seed: int = 0,
    conditions: Conditions = FAIR,
) -> Source:
    """A scenario file or a map; cars, seed and conditions are for a map, a scenario has its own.

    Raises what load_scenario, load_map and load_vehicle raise, MapError for an unknown dock.
    """
    if path.suffix in SCENARIO_SUFFIXES:
        scenario = load_scenario(path, vehicle_path)
        start = dock_pose(scenario.patrol_map, dock) if dock else scenario.start
        return Source(scenario.build_world(), scenario.spec, start)
    spec = load_vehicle(vehicle_path or DEFAULT_VEHICLE)
    patrol_map = load_map(path)
    start = dock_pose(patrol_map, dock)
    world = build_world(patrol_map, parked_cars=parked_cars, seed=seed, conditions=conditions)
    return Source(world, spec, start)


def dock_pose(patrol_map: PatrolMap, dock_id: str) -> Pose2:
    """On a dock (the first for an empty id), facing the way out."""
    if not patrol_map.docks:
        raise MapError(f"{patrol_map.map_id}: has no dock to start from")
    dock = patrol_map.dock(dock_id) if dock_id else patrol_map.docks[0]
    node = patrol_map.nodes[dock.node_id]
    return Pose2(node.x_m, node.y_m, dock.heading_rad)
