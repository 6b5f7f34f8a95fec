"""Scenarios from files and folders, matrices unfolded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

from patrol.config import read_yaml
from patrol.errors import ConfigError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from simulation.scenarios.load import is_matrix, is_seeing, make_scenario
from simulation.scenarios.matrix import load_matrix
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.seeing import load_seeing


def collect(paths: Iterable[Path], seeds: Sequence[int] | None = None) -> list[Scenario]:
    """Every scenario of files and folders, in order of their names.

    `seeds` are those that tables of events are unfolded for; None leaves it to the tables.
    Raises ConfigError for a path without scenarios, and what reading one raises.
    """
    read_map = cache(load_map)  # scenarios share few maps
    scenarios: list[Scenario] = []
    for path in paths:
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise ConfigError(f"{path}: no scenario (*.yaml) is there")
        for file in files:
            scenarios += _load_file(file, path if path.is_dir() else file.parent, read_map, seeds)
    return scenarios


def _load_file(
    file: Path, root: Path, read_map: Callable[[Path], PatrolMap], seeds: Sequence[int] | None
) -> list[Scenario]:
    """The scenarios of one file; their ids count from `root`."""
    data = read_yaml(file)
    name = f"{root.name}/{file.relative_to(root).with_suffix('')}"
    if is_matrix(data):
        return load_matrix(data, file, name)
    if is_seeing(data):
        return load_seeing(data, file, name, seeds, read_map)
    return [make_scenario(data, file, name, read_map=read_map)]
