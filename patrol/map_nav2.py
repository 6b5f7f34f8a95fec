"""A plain nav2_route graph as a patrol map: what Nav2's own tools write, with an origin put to it.

Such a graph does not say where on Earth it lies, so the caller must. Edges from a node to itself
and second edges between the same two nodes mean nothing to a patrol; they are left out and named.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap
from patrol.map_fields import FORMAT_VERSION
from patrol.map_geojson import parse_map
from patrol.map_reader import Json, read_json


@dataclass(frozen=True, slots=True)
class Adopted:
    """The map, and a line for each feature of the graph that is not in it."""

    patrol_map: PatrolMap
    left_out: tuple[str, ...]


def adopt_nav2_graph(path: Path, origin: GeoPoint, name: str | None = None) -> Adopted:
    """The graph around an origin; raises MapError, also for a file that has one already."""
    document = read_json(path)
    if "sunra" in document:
        raise MapError(f"{path}: is a patrol map already and says its origin itself")
    kept, left_out, seen = list[Json](), list[str](), set[tuple[object, object]]()
    features = document.get("features")
    for feature in features if isinstance(features, list) else []:
        why = _needless(feature, seen)
        if why:
            left_out.append(why)
        else:
            kept.append(feature)
    map_id = path.name.split(".")[0].lower() or "map"
    header = {
        "format_version": FORMAT_VERSION,
        "map_id": map_id,
        "name": name or map_id,
        "origin": {
            "latitude_deg": origin.latitude_deg,
            "longitude_deg": origin.longitude_deg,
            "altitude_m": origin.altitude_m,
        },
    }
    whole = document | {"sunra": header}
    if isinstance(features, list):
        whole["features"] = kept
    return Adopted(parse_map(json.dumps(whole).encode(), str(path)), tuple(left_out))


def _needless(feature: object, seen: set[tuple[object, object]]) -> str | None:
    """Why an edge is left out, or None; what is no edge at all is the reader's to judge."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or "startid" not in properties:
        return None
    pair = (properties.get("startid"), properties.get("endid"))
    edge = f"edge {properties.get('id')}"
    try:
        twice = pair in seen
    except TypeError:
        return None  # ids that are no numbers: the reader names them
    if pair[0] == pair[1]:
        return f"{edge}: runs from node {pair[0]} to itself"
    if twice:
        return f"{edge}: there is one from node {pair[0]} to {pair[1]} already"
    seen.add(pair)
    return None
