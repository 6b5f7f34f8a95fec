"""Scenario files, read and checked whole before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patrol.config import build, read_yaml
from patrol.errors import ConfigError, MapError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.pits import Pit
from simulation.scenarios.cast import actor_of
from simulation.scenarios.check import Lines, check_entries
from simulation.scenarios.file import ScenarioFile, VehicleEntry
from simulation.scenarios.folders import DEFAULT_VEHICLE
from simulation.scenarios.places import place_map
from simulation.scenarios.scenario import (
    Companion,
    Scenario,
    node_ahead_of,
    node_behind_of,
    start_of,
)
from simulation.world import ScenarioError


def load_scenario(path: Path, vehicle_path: Path | None = None) -> Scenario:
    """A scenario file, checked against its map; `vehicle_path` replaces the file's vehicle.

    Raises ConfigError (file, line, key), MapError, or ScenarioError (file, line) for what does not
    fit the map or cannot be.
    """
    data = read_yaml(path)
    if is_matrix(data) or is_seeing(data):
        raise ConfigError(
            f"{path}: holds a table of many scenarios; run them with `sunra simulate suite {path}`"
        )
    return make_scenario(data, path, path.stem, vehicle_path)


def is_matrix(data: Mapping[str, Any]) -> bool:
    """Whether a file's mapping is a table of faults (simulation.scenarios.matrix)."""
    return "rows" in data


def is_seeing(data: Mapping[str, Any]) -> bool:
    """Whether it is a table of events and look-alikes (simulation.scenarios.seeing)."""
    return "kinds" in data


def make_scenario(
    data: Any,
    path: Path,
    scenario_id: str,
    vehicle_path: Path | None = None,
    read_map: Callable[[Path], PatrolMap] = load_map,
    read_vehicle: Callable[[Path], VehicleSpec] = load_vehicle,
) -> Scenario:
    """A scenario from the mapping of a file; raises as `load_scenario`."""
    entries = build(ScenarioFile, data, str(path))
    map_path = (path.parent / entries.map).resolve()
    patrol_map = read_map(map_path)
    if not patrol_map.edges:
        raise MapError(f"{map_path}: has no streets")
    vehicle = entries.vehicles[0]
    spec = read_vehicle(vehicle_path or spec_path(path, vehicle))
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
        pits=_pits(entries, patrol_map, lines),
        events=entries.events,
        faults=entries.faults,
        expectations=entries.expect,
        gates=entries.gates,
        expected_failure=entries.expected_failure,
        rehearses=entries.rehearses,
        gnss_shadow=entries.gnss_shadow,
        companions=_companions(entries, path, patrol_map, lines),
    )
    check_entries(scenario, lines)
    return scenario


def spec_path(path: Path, entry: VehicleEntry) -> Path:
    """The file of a vehicle's type, from the scenario's path."""
    return DEFAULT_VEHICLE if entry.spec is None else (path.parent / entry.spec).resolve()


def _companions(
    entries: ScenarioFile, path: Path, patrol_map: PatrolMap, lines: Lines
) -> Sequence[Companion]:
    companions = []
    for index, entry in enumerate(entries.vehicles[1:], start=1):
        try:
            start = start_of(patrol_map, entry)
        except (MapError, ScenarioError) as error:
            raise lines.error("vehicles", index, str(error)) from None
        spec = load_vehicle(spec_path(path, entry))
        nodes = node_ahead_of(patrol_map, entry), node_behind_of(patrol_map, entry)
        companions.append(Companion(entry, spec, start, *nodes))
    return tuple(companions)


def _pits(entries: ScenarioFile, patrol_map: PatrolMap, lines: Lines) -> Sequence[Pit]:
    pits = []
    for index, entry in enumerate(entries.pits):
        try:
            at = place_map(patrol_map, entry.at)
        except ScenarioError as error:
            raise lines.error("pits", index, str(error)) from None
        length_m, width_m = entry.size_m
        pits.append(
            Pit(entry.name, at.x_m, at.y_m, at.yaw_rad, length_m, width_m, entry.depth_m,
                entry.water)
        )  # fmt: skip
    return tuple(pits)


def _actors(entries: ScenarioFile, patrol_map: PatrolMap, lines: Lines) -> Sequence[Any]:
    actors = []
    for index, entry in enumerate(entries.actors):
        try:
            actors.append(actor_of(patrol_map, entry))
        except ScenarioError as error:
            raise lines.error("actors", index, str(error)) from None
    return tuple(actors)
