"""A map file's bytes into values: every field named, typed and ranged, or one MapError line.

`patrol.map_geojson.parse_map` calls this and then checks what makes a map whole.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap
from patrol.map_fields import (
    COLLECTIONS,
    COORDINATE_REFERENCE,
    FORMAT_VERSION,
    LAYER,
    LAYERS,
    NUMBERED,
    REQUIRED,
    Layer,
)
from patrol.map_values import identifier, not_negative, number, text, time_zone, whole
from patrol.windows import DEFAULT_TIME_ZONE

Json = dict[str, Any]


def read_map(data: bytes, where: str) -> PatrolMap:
    """The map as the file says it, not yet checked as a whole; `where` starts every MapError."""
    document = _decode(data, where)
    if document.get("type") != "FeatureCollection":
        raise MapError(f"{where}: expected a GeoJSON FeatureCollection, got {_brief(document)}")
    features = document.get("features")
    if not isinstance(features, list):
        raise MapError(f"{where}: 'features' must be a list, got {_brief(features)}")
    layers: dict[str, dict[Any, Any]] = {layer.name: {} for layer in LAYERS}
    for index, feature in enumerate(features):
        layer, value = read_feature(feature, f"{where}: feature {index}", where)
        if value.id in layers[layer.name]:
            raise MapError(f"{where}: {layer.name} {value.id}: the id stands twice")
        layers[layer.name][value.id] = value
    patrol_map = _read_header(document.get("sunra"), where)
    others: dict[str, Any] = {
        COLLECTIONS[name]: tuple(values.values())
        for name, values in layers.items()
        if name not in NUMBERED
    }
    return replace(
        patrol_map,
        nodes=layers["node"],
        edges=_with_lengths(layers["edge"], layers["node"]),
        **others,
    )


def read_json(path: Path) -> Json:
    """A JSON object from a file; raises MapError."""
    try:
        return _decode(path.read_bytes(), str(path))
    except OSError as error:
        raise MapError(f"{path}: cannot be read: {error.strerror}") from None


def _decode(data: bytes, where: str) -> Json:
    if not data.strip():
        raise MapError(f"{where}: is empty")

    def refuse(name: str) -> None:
        raise MapError(f"{where}: holds {name}, which is no number of JSON")

    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise MapError(f"{where}: is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise MapError(
            f"{where}: is not valid JSON, perhaps cut off: line {error.lineno} "
            f"column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise MapError(f"{where}: is nested too deeply to be a map") from None
    if not isinstance(document, dict):
        raise MapError(f"{where}: expected a GeoJSON FeatureCollection, got {_brief(document)}")
    return document


def _read_header(header: Any, where: str) -> PatrolMap:
    """A map without content."""
    if not isinstance(header, dict):
        raise MapError(f"{where}: the 'sunra' object with map_id and origin is missing")
    version = header.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise MapError(
            f"{where}: sunra.format_version: {version!r} is not supported; "
            f"this program reads {FORMAT_VERSION}"
        )
    at = f"{where}: sunra"
    _value(header, "coordinate_reference", _coordinate_reference, at, None)
    origin = header.get("origin")
    if not isinstance(origin, dict):
        raise MapError(f"{where}: sunra.origin is missing: latitude_deg and longitude_deg")
    try:
        point = GeoPoint(
            _value(origin, "latitude_deg", number, f"{at}.origin"),
            _value(origin, "longitude_deg", number, f"{at}.origin"),
            _value(origin, "altitude_m", number, f"{at}.origin", 0.0),
        )
    except ValueError as error:
        raise MapError(f"{where}: sunra.origin: {error}") from None
    return PatrolMap(
        map_id=_value(header, "map_id", identifier, at),
        name=_value(header, "name", text, at, ""),
        licence=_value(header, "licence", text, at, ""),
        time_zone=_value(header, "time_zone", time_zone, at, DEFAULT_TIME_ZONE),
        origin=point,
        nodes={},
        edges={},
    )


def _coordinate_reference(value: Any) -> None:
    if value != COORDINATE_REFERENCE:
        raise ValueError(f"expected {COORDINATE_REFERENCE!r}, got {_brief(value)}")


def read_feature(feature: Any, at: str, where: str) -> tuple[Layer, Any]:
    """One feature as its layer and value; `at` starts a MapError until its id is known.

    An edge's `length_m` is None where the file does not give it.
    """
    if not isinstance(feature, dict):
        raise MapError(f"{at}: expected a GeoJSON feature, got {_brief(feature)}")
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, dict):
        raise MapError(f"{at}: 'properties' must be an object, got {_brief(properties)}")
    if not isinstance(geometry, dict):
        raise MapError(f"{at}: 'geometry' must be an object, got {_brief(geometry)}")
    layer = _layer_of(properties, geometry.get("type"), at)
    numbered = layer.name in NUMBERED
    feature_id = _value(properties, "id", whole if numbered else identifier, at)
    at = f"{where}: {layer.name} {feature_id}"
    fields = properties.get("metadata", {}) if layer.nested else properties
    if not isinstance(fields, dict):
        raise MapError(f"{at}: metadata must be an object, got {_brief(fields)}")
    values: Json = {"id": feature_id}
    for field in layer.fields:
        values[field.attribute] = _value(fields, field.key, field.read, at, field.default)
    if layer.name == "edge":  # nav2_route ignores an edge's geometry, and so do we
        values["start_id"] = _value(properties, "startid", whole, at)
        values["end_id"] = _value(properties, "endid", whole, at)
        _value(properties, "cost", not_negative, at, None)  # not ours, but Nav2 counts with it
    if layer.name == "node":
        values |= _read_position(geometry.get("coordinates"), at)
    if layer.placed:
        values |= _read_place(geometry.get("coordinates"), at)
    if layer.geometry == "Polygon":
        values["polygon_map"] = _read_ring(geometry.get("coordinates"), at)
    return layer, layer.kind(**values)


def _layer_of(properties: Json, geometry_type: Any, at: str) -> Layer:
    name = properties.get("layer")
    if name is None:
        if geometry_type == "Point":
            return LAYER["node"]
        if geometry_type in ("LineString", "MultiLineString"):
            return LAYER["edge"]
        raise MapError(f"{at}: a {geometry_type} needs 'layer': one of {', '.join(COLLECTIONS)}")
    if name not in COLLECTIONS:
        raise MapError(f"{at}: layer {_brief(name)} is none of: {', '.join(COLLECTIONS)}")
    layer = LAYER[name]
    if geometry_type != layer.geometry and not (
        layer.name == "edge" and geometry_type == "MultiLineString"
    ):
        raise MapError(f"{at}: a {name} must be a {layer.geometry}, not a {geometry_type}")
    return layer


def _value(mapping: Json, key: str, read: Any, at: str, default: Any = REQUIRED) -> Any:
    if key not in mapping:
        if default is REQUIRED:
            raise MapError(f"{at}: {key} is missing")
        return default
    try:
        return read(mapping[key])
    except ValueError as error:
        raise MapError(f"{at}: {key}: {error}") from None


def _read_position(coordinates: Any, at: str) -> Json:
    if not isinstance(coordinates, list) or len(coordinates) not in (2, 3):
        raise MapError(f"{at}: coordinates must be [x, y] or [x, y, z], got {_brief(coordinates)}")
    try:
        x_m, y_m, z_m = (number(value) for value in [*coordinates, 0.0][:3])
    except ValueError as error:
        raise MapError(f"{at}: coordinates: {error}") from None
    return {"x_m": x_m, "y_m": y_m, "z_m": z_m}


def _read_place(coordinates: Any, at: str) -> Json:
    if not isinstance(coordinates, list) or len(coordinates) != 1:
        raise MapError(
            f"{at}: coordinates must be one position, [[x, y]], got {_brief(coordinates)}"
        )
    position = _read_position(coordinates[0], at)
    return {"x_m": position["x_m"], "y_m": position["y_m"]}


def _read_ring(coordinates: Any, at: str) -> tuple[tuple[float, float], ...]:
    if not isinstance(coordinates, list) or len(coordinates) != 1:
        raise MapError(f"{at}: a Polygon here has exactly one ring, got {_brief(coordinates)}")
    ring = coordinates[0]
    if not isinstance(ring, list):
        raise MapError(f"{at}: the ring must be a list of positions, got {_brief(ring)}")
    positions = [_read_position(position, at) for position in ring]
    points = [(position["x_m"], position["y_m"]) for position in positions]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return tuple(points)


def _with_lengths(edges: dict[int, Any], nodes: dict[int, Any]) -> dict[int, Any]:
    """Edges of a plain nav2_route graph carry no length: the distance between their nodes."""

    def measured(edge: Any) -> Any:
        start, end = nodes.get(edge.start_id), nodes.get(edge.end_id)
        if edge.length_m is not None or start is None or end is None:
            return edge
        return replace(edge, length_m=math.hypot(end.x_m - start.x_m, end.y_m - start.y_m))

    return {edge_id: measured(edge) for edge_id, edge in edges.items()}


def _brief(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
