"""Patrol maps as GeoJSON files in local ENU metres that Nav2's route server also loads.

Format: docs/map-format.md. Loading validates everything before it returns; every error is one
MapError line "file: place: what is wrong".
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_fields import (
    COLLECTIONS,
    COORDINATE_REFERENCE,
    FORMAT_VERSION,
    LAYERS,
    NUMBERED,
    Field,
    Layer,
)
from patrol.map_reader import read_map
from patrol.map_rules import check_map
from patrol.map_values import number
from patrol.windows import DEFAULT_TIME_ZONE

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
    try:
        document = map_document(patrol_map)
    except MapError as error:
        raise MapError(f"{target}: {error}") from None
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
    return _hash_of(document)


def content_hash(patrol_map: PatrolMap) -> str:
    """SHA-256 (hex) of the canonical content: what the map says, not how the file is laid out.

    What goes without saying is left out: the coordinate reference, the default time zone and
    sparse fields at their default. So a map that uses none of them has the hash it always had.
    """
    return _hash_of(map_document(patrol_map))


def _hash_of(document: Json) -> str:
    header = {k: v for k, v in document["sunra"].items() if k != "coordinate_reference"}
    if header["time_zone"] == DEFAULT_TIME_ZONE:
        del header["time_zone"]
    features = sorted(document["features"], key=json.JSONEncoder(sort_keys=True).encode)
    canonical = json.dumps(
        document | {"sunra": header, "features": features},
        sort_keys=True, separators=(",", ":"), ensure_ascii=True,
    )  # fmt: skip
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse_map(data: bytes, where: str) -> PatrolMap:
    """A whole, valid map from the bytes of a file; `where` starts every MapError."""
    patrol_map = read_map(data, where)
    check_map(patrol_map, where)
    return replace(patrol_map, content_hash=content_hash(patrol_map))


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
            "time_zone": patrol_map.time_zone,
            "coordinate_reference": COORDINATE_REFERENCE,
        },
        "features": features,
    }


def _values(patrol_map: PatrolMap, layer: Layer) -> list[Any]:
    collection = getattr(patrol_map, COLLECTIONS[layer.name])
    return list(collection.values()) if layer.name in NUMBERED else list(collection)


def _feature(patrol_map: PatrolMap, layer: Layer, value: Any) -> Json:
    fields = {
        field.key: _plain(field, getattr(value, field.attribute), f"{layer.name} {value.id}")
        for field in layer.fields
        if not _unsaid(field, getattr(value, field.attribute))
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
    if layer.placed:
        return [[number(value.x_m), number(value.y_m)]]
    if layer.geometry == "MultiPoint":
        return [position(value.node_id)]
    ring = [[number(x), number(y)] for x, y in value.polygon_map]
    return [[*ring, ring[0]]]


def _unsaid(field: Field, value: Any) -> bool:
    return value is None or (field.sparse and value == field.default)


def _plain(field: Field, value: Any, at: str) -> Any:
    """The value as a reader will take it: a number is a float, whatever the caller gave."""
    try:
        checked = field.read(list(value) if isinstance(value, tuple) else value)
    except ValueError as error:
        raise MapError(f"{at}: {field.key}: {error}") from None
    return list(checked) if isinstance(checked, tuple) else checked


def _pretty(document: Json) -> bytes:
    """One feature a line: small, and a readable difference between two versions."""
    head = {key: value for key, value in document.items() if key != "features"}
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in document["features"])
    text_head = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return f'{text_head},\n "features": [\n{lines}\n]}}\n'.encode()
