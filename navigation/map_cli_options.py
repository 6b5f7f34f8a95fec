"""What the map commands share: their options and the line that sums a map up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from patrol.map import PatrolMap
from patrol.map_shapes import ways_length_m
from patrol.vehicle import VehicleSpec, load_vehicle

FILE = click.Path(path_type=Path, dir_okay=False)
OUT = click.option("--out", type=FILE, required=True, help="The patrol map to write (GeoJSON).")


def vehicle_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --vehicle; `text` says what it is for."""
    return click.option("--vehicle", type=FILE, help=f"Vehicle file (config/vehicles): {text}")


def read_vehicle(path: Path | None) -> VehicleSpec | None:
    """The vehicle of that option, if given; raises ConfigError."""
    return load_vehicle(path) if path else None


def summary(patrol_map: PatrolMap, content_hash: str = "") -> str:
    """A map in one line; `content_hash` where the map itself has none yet."""
    return (
        f"{patrol_map.name or patrol_map.map_id}: {len(patrol_map.nodes)} nodes, "
        f"{len(patrol_map.edges)} edges, "
        f"{ways_length_m(patrol_map.edges.values()) / 1000:.2f} km of ways, "
        f"{len(patrol_map.checkpoints)} checkpoints, {len(patrol_map.docks)} docks, "
        f"hash {(content_hash or patrol_map.content_hash)[:12]}"
    )
