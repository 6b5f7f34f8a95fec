"""Changing a map: set fields, move, remove, add; each gives a new, whole and valid map.

Values go through the readers of `patrol.map_fields` and the rules of `patrol.map_rules`, as if
the map came from a file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from patrol.errors import MapError
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.map import Edge, PatrolMap
from patrol.map_diff import features
from patrol.map_fields import COLLECTIONS, LAYER, NUMBERED, Layer
from patrol.map_geojson import content_hash
from patrol.map_reader import read_feature
from patrol.map_rules import check_map
from patrol.map_values import identifier, number, text, time_zone, whole

_HEADER_READERS = {
    "map_id": identifier,
    "name": text,
    "licence": text,
    "time_zone": time_zone,
}
_POSITION = {"x_m": number, "y_m": number, "z_m": number}


def set_fields(
    patrol_map: PatrolMap, layer_name: str, feature_id: str, values: Mapping[str, str]
) -> PatrolMap:
    """The map with fields of one feature set, values as a person types them; raises MapError.

    Keys are those of the file (docs/map-format.md), for a node also x_m, y_m and z_m, for a point
    of interest x_m and y_m. The layer "map" is the header. Moving a node measures its edges anew.
    """
    if layer_name == "map":
        readers: Mapping[str, Any] = _HEADER_READERS
        changes = {k: _typed(readers, k, v, "map") for k, v in values.items()}
        return _checked(replace(patrol_map, **changes))
    layer, key = _find(patrol_map, layer_name, feature_id)
    at = f"{layer.name} {key}"
    attributes, readers = _readers(layer)
    changes = {attributes.get(k, k): _typed(readers, k, v, at) for k, v in values.items()}
    changed = replace(features(patrol_map, layer)[key], **changes)
    edited = _with_features(patrol_map, layer, features(patrol_map, layer) | {key: changed})
    if layer.name == "node" and changes.keys() & {"x_m", "y_m"}:
        edited = _measured(edited, key)
    return _checked(edited)


def remove_feature(patrol_map: PatrolMap, layer_name: str, feature_id: str) -> PatrolMap:
    """The map without one feature; raises MapError naming what still needs it."""
    layer, key = _find(patrol_map, layer_name, feature_id)
    kept = {k: v for k, v in features(patrol_map, layer).items() if k != key}
    return _checked(_with_features(patrol_map, layer, kept))


def add_features(
    patrol_map: PatrolMap, document: Any, where: str, lonlat: bool = False
) -> PatrolMap:
    """The map with the features of a GeoJSON document; raises MapError.

    `document` is a Feature or FeatureCollection in map metres, or with `lonlat` in WGS 84 degrees
    as web tools draw it; `where` names it in errors.
    """
    found = document.get("features", [document]) if isinstance(document, dict) else None
    if not isinstance(found, list) or not found:
        raise MapError(f"{where}: expected a GeoJSON Feature or FeatureCollection with features")
    edited = patrol_map
    for index, raw in enumerate(found):
        feature = (
            _in_metres(raw, patrol_map.origin, f"{where}: feature {index}") if lonlat else raw
        )
        layer, value = read_feature(feature, f"{where}: feature {index}", where)
        present = features(edited, layer)
        if value.id in present:
            raise MapError(f"{where}: {layer.name} {value.id}: the map has that id already")
        if layer.name == "edge" and value.length_m is None:
            value = _length(edited, value)
        edited = _with_features(edited, layer, present | {value.id: value})
    return _checked(edited)


def _find(patrol_map: PatrolMap, layer_name: str, feature_id: str) -> tuple[Layer, Any]:
    layer = LAYER.get(layer_name)
    if layer is None:
        raise MapError(f"{layer_name!r} is no layer; layers: map, {', '.join(LAYER)}")
    numbered = layer.name in NUMBERED
    key = int(feature_id) if numbered and feature_id.isdecimal() else feature_id
    if key not in features(patrol_map, layer):
        raise MapError(f"{patrol_map.map_id}: no {layer.name} {feature_id!r}")
    return layer, key


def _readers(layer: Layer) -> tuple[dict[str, str], dict[str, Any]]:
    """File key → attribute, and file key → reader."""
    attributes = {field.key: field.attribute for field in layer.fields}
    readers = {
        field.key: _or_none(field.read) if field.default is None else field.read
        for field in layer.fields
    }
    if layer.name == "node":
        readers |= _POSITION
    if layer.placed:
        readers |= {"x_m": number, "y_m": number}
    if layer.name == "edge":
        attributes |= {"startid": "start_id", "endid": "end_id"}
        readers |= {"startid": whole, "endid": whole}
    return attributes, readers


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _typed(readers: Mapping[str, Any], key: str, typed: str, at: str) -> Any:
    """What a person typed as the field's value: JSON where it is JSON, else plain text.

    `null` empties a field that may be empty.
    """
    if key not in readers:
        raise MapError(f"{at}: {key!r} is no field; fields: {', '.join(readers)}")
    try:
        return readers[key](json.loads(typed))
    except ValueError:  # not JSON, or JSON of another type: "name=12"
        pass
    try:
        return readers[key](typed)
    except ValueError as error:
        raise MapError(f"{at}: {key}: {error}") from None


def _with_features(patrol_map: PatrolMap, layer: Layer, values: Mapping[Any, Any]) -> PatrolMap:
    collection: Any = dict(values) if layer.name in NUMBERED else tuple(values.values())
    return replace(patrol_map, **{COLLECTIONS[layer.name]: collection})


def _measured(patrol_map: PatrolMap, node_id: int) -> PatrolMap:
    """With the edges at a node measured anew."""
    edges = {
        edge.id: _length(patrol_map, edge) if node_id in (edge.start_id, edge.end_id) else edge
        for edge in patrol_map.edges.values()
    }
    return replace(patrol_map, edges=edges)


def _length(patrol_map: PatrolMap, edge: Edge) -> Edge:
    start, end = patrol_map.nodes.get(edge.start_id), patrol_map.nodes.get(edge.end_id)
    if start is None or end is None:
        return replace(edge, length_m=1.0)  # the rules name the missing node
    return replace(edge, length_m=math.hypot(end.x_m - start.x_m, end.y_m - start.y_m))


def _checked(patrol_map: PatrolMap) -> PatrolMap:
    check_map(patrol_map, patrol_map.map_id)
    return replace(patrol_map, content_hash=content_hash(patrol_map))


def _in_metres(feature: Any, origin: GeoPoint, at: str) -> Any:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        return feature  # the reader says what is wrong
    return feature | {
        "geometry": geometry | {"coordinates": _metres(geometry.get("coordinates"), origin, at)}
    }


def _metres(coordinates: Any, origin: GeoPoint, at: str) -> Any:
    if not isinstance(coordinates, list) or not coordinates:
        return coordinates
    if isinstance(coordinates[0], list):
        return [_metres(item, origin, at) for item in coordinates]
    try:
        longitude, latitude = (number(value) for value in coordinates[:2])
        x_m, y_m, _ = enu_from_wgs84(GeoPoint(latitude, longitude, origin.altitude_m), origin)
    except ValueError as error:
        raise MapError(f"{at}: coordinates: expected [longitude, latitude]: {error}") from None
    return [round(x_m, 3), round(y_m, 3)]


def read_changes(values: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE words as a mapping; raises MapError."""
    pairs = {}
    for word in values:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise MapError(f"{word!r} is no change; write KEY=VALUE, such as abs_speed_limit=1.0")
        pairs[key] = value
    return pairs
