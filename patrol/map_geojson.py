"""Patrol maps as GeoJSON files in local ENU metres that Nav2's route server also loads.

Format: docs/map-format.md. Loading validates everything before it returns; every error is one
MapError line "file: place: what is wrong".
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap
from patrol.map_fields import (
    LAYER,
    LAYERS,
    NUMBERED,
    REQUIRED,
    Layer,
    identifier,
    number,
    text,
    whole,
)
from patrol.map_rules import check_map

FORMAT_VERSION = 1
COLLECTIONS = {layer.name: f"{layer.name}s" for layer in LAYERS}  # layer → PatrolMap attribute

Json = dict[str, Any]


def load_map(path: Path | str) -> PatrolMap:
    """A whole, valid map from a file; raises MapError."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise MapError(f"{path}: no such file") from None
    except OSError as error:
        raise MapError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_map(data, str(path))


def save_map(patrol_map: PatrolMap, path: Path | str) -> str:
    """Writes a map whole or not at all and returns its content hash; raises MapError."""
    target = Path(path)
    check_map(patrol_map, str(target))
    document = map_document(patrol_map)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_pretty(document))
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MapError(f"{target}: cannot be written: {error.strerror}") from None
    return content_hash(patrol_map)


def content_hash(patrol_map: PatrolMap) -> str:
    """SHA-256 (hex) of the canonical content: what the map says, not how the file is laid out."""
    document = map_document(patrol_map)
    document["features"].sort(key=lambda feature: json.dumps(feature, sort_keys=True))
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse_map(data: bytes, where: str) -> PatrolMap:
    """A whole, valid map from the bytes of a file; `where` starts every MapError."""
    document = _decode(data, where)
    if document.get("type") != "FeatureCollection":
        raise MapError(f"{where}: expected a GeoJSON FeatureCollection, got {_brief(document)}")
    features = document.get("features")
    if not isinstance(features, list):
        raise MapError(f"{where}: 'features' must be a list, got {_brief(features)}")
    layers: dict[str, dict[Any, Any]] = {layer.name: {} for layer in LAYERS}
    for index, feature in enumerate(features):
        layer, value = _read_feature(feature, f"{where}: feature {index}", where)
        if value.id in layers[layer.name]:
            raise MapError(f"{where}: {layer.name} {value.id}: the id stands twice")
        layers[layer.name][value.id] = value
    patrol_map = _read_header(document.get("sunra"), where)
    others: dict[str, Any] = {
        COLLECTIONS[name]: tuple(values.values())
        for name, values in layers.items()
        if name not in NUMBERED
    }
    patrol_map = replace(
        patrol_map,
        nodes=layers["node"],
        edges=_with_lengths(layers["edge"], layers["node"]),
        **others,
    )
    check_map(patrol_map, where)
    return replace(patrol_map, content_hash=content_hash(patrol_map))


# ------------------------------------------------------------------------------------- reading


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
        origin=point,
        nodes={},
        edges={},
    )


def _read_feature(feature: Any, at: str, where: str) -> tuple[Layer, Any]:
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
    if layer.name == "node":
        values |= _read_position(geometry.get("coordinates"), at)
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


# ------------------------------------------------------------------------------------- writing


def map_document(patrol_map: PatrolMap) -> Json:
    """The file's content as plain values, features in map order."""
    origin = patrol_map.origin
    features = [
        _feature(patrol_map, layer, value)
        for layer in LAYERS
        for value in _values(patrol_map, layer)
    ]
    return {
        "type": "FeatureCollection",
        "name": patrol_map.name,
        "sunra": {
            "format_version": FORMAT_VERSION,
            "map_id": patrol_map.map_id,
            "name": patrol_map.name,
            "origin": {
                "latitude_deg": number(origin.latitude_deg),
                "longitude_deg": number(origin.longitude_deg),
                "altitude_m": number(origin.altitude_m),
            },
            "licence": patrol_map.licence,
        },
        "features": features,
    }


def _values(patrol_map: PatrolMap, layer: Layer) -> list[Any]:
    collection = getattr(patrol_map, COLLECTIONS[layer.name])
    return list(collection.values()) if layer.name in NUMBERED else list(collection)


def _feature(patrol_map: PatrolMap, layer: Layer, value: Any) -> Json:
    fields = {
        field.key: _plain(getattr(value, field.attribute))
        for field in layer.fields
        if getattr(value, field.attribute) is not None
    }
    if layer.name == "node":
        properties = {"id": value.id, "frame": "map", "metadata": fields, "operations": {}}
    elif layer.name == "edge":
        properties = {
            "id": value.id,
            "startid": value.start_id,
            "endid": value.end_id,
            "cost": number(value.length_m),
            "overridable": True,
            "metadata": fields,
            "operations": {},
        }
    else:
        properties = {"layer": layer.name, "id": value.id, **fields}
    geometry = {"type": layer.geometry, "coordinates": _coordinates(patrol_map, layer, value)}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _coordinates(patrol_map: PatrolMap, layer: Layer, value: Any) -> list[Any]:
    def position(node_id: int) -> list[float]:
        node = patrol_map.nodes[node_id]
        return [number(node.x_m), number(node.y_m), number(node.z_m)]

    if layer.name == "node":
        return position(value.id)
    if layer.name == "edge":
        return [position(value.start_id), position(value.end_id)]
    if layer.name == "crosswalk":
        edges = [patrol_map.edges[edge_id] for edge_id in value.edge_ids]
        ends = dict.fromkeys(end for edge in edges for end in (edge.start_id, edge.end_id))
        return [position(node_id) for node_id in ends]
    if layer.geometry == "MultiPoint":
        return [position(value.node_id)]
    ring = [[number(x), number(y)] for x, y in value.polygon_map]
    return [[*ring, ring[0]]]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return number(value)
    return list(value) if isinstance(value, tuple) else value


def _pretty(document: Json) -> bytes:
    """One feature a line: small, and a readable difference between two versions."""
    head = {key: value for key, value in document.items() if key != "features"}
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in document["features"])
    text_head = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return f'{text_head},\n "features": [\n{lines}\n]}}\n'.encode()
