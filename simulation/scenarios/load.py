"""Scenario files, read and checked whole before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from patrol.config import build, read_yaml
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.scenarios.cast import actor_of
from simulation.scenarios.check import Lines, check_entries
from simulation.scenarios.file import ScenarioFile
from simulation.scenarios.folders import DEFAULT_VEHICLE
from simulation.scenarios.scenario import Scenario
from simulation.world import ScenarioError


def load_scenario(path: Path, vehicle_path: Path | None = None) -> Scenario:
    """A scenario file, checked against its map; `vehicle_path` replaces the file's vehicle.

    Raises ConfigError (file, line, key), MapError, or ScenarioError (file, line) for what does not
    fit the map or cannot be.
    """
    return make_scenario(read_yaml(path), path, path.stem, vehicle_path)


def make_scenario(
    data: Any,
    path: Path,
    scenario_id: str,
    vehicle_path: Path | None = None,
    read_map: Callable[[Path], PatrolMap] = load_map,
) -> Scenario:
    """A scenario from the mapping of a file; raises as `load_scenario`."""
    entries = build(ScenarioFile, data, str(path))
    map_path = (path.parent / entries.map).resolve()
    patrol_map = read_map(map_path)
    if not patrol_map.edges:
        raise MapError(f"{map_path}: has no streets")
    vehicle = entries.vehicles[0]
    own = DEFAULT_VEHICLE if vehicle.spec is None else (path.parent / vehicle.spec).resolve()
    spec = load_vehicle(vehicle_path or own)
    lines = Lines(str(path), data)
    actors = _actors(entries, patrol_map, lines)
    scenario = Scenario(
        id=scenario_id,
        path=path,
        title=entries.title,
        patrol_map=patrol_map,
        map_path=map_path,
        vehicle=vehicle,
        spec=spec,
        conditions=entries.conditions,
        seed=entries.seed,
        duration_s=entries.duration_s,
        parked_cars=entries.parked_cars,
        actors=actors,
        events=entries.events,
        faults=entries.faults,
        expectations=entries.expect,
        expected_failure=entries.expected_failure,
        rehearses=entries.rehearses,
    )
    check_entries(scenario, lines)
    return scenario


def _actors(entries: ScenarioFile, patrol_map: PatrolMap, lines: Lines) -> Sequence[Any]:
    actors = []
    for index, entry in enumerate(entries.actors):
        try:
            actors.append(actor_of(patrol_map, entry))
        except ScenarioError as error:
            raise lines.error("actors", index, str(error)) from None
    return tuple(actors)
