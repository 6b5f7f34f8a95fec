"""What differs between two versions of a map, in words: "edge 17: speed limit 1.39 → 1 m/s"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry import Polygon

from patrol.map import PatrolMap
from patrol.map_fields import COLLECTIONS, LAYERS, NUMBERED, Layer

HEADER = ("map_id", "name", "licence", "time_zone")
_UNITS = {"mps": "m/s", "m": "m", "s": "s", "rad": "rad"}  # suffix of an attribute → unit


class ChangeKind(StrEnum):
    """What happened to a feature."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `before` and `after` are plain JSON values, None where there is none."""

    layer: str  # "map" for the header
    id: str
    kind: ChangeKind
    field: str  # attribute, or "position", "outline", "" for a whole feature
    before: Any
    after: Any
    text: str

    def __str__(self) -> str:
        place = self.layer if self.layer == "map" else f"{self.layer} {self.id}"
        return f"{place}: {self.text}"


def diff_maps(first: PatrolMap, second: PatrolMap) -> list[Change]:
    """Changes from the first to the second, by layer and id; empty if the content is the same."""
    return [
        *_header(first, second),
        *(
            change
            for layer in LAYERS
            for change in _layer(layer, features(first, layer), features(second, layer))
        ),
    ]


def features(patrol_map: PatrolMap, layer: Layer) -> dict[Any, Any]:
    """The features of a layer by id."""
    collection = getattr(patrol_map, COLLECTIONS[layer.name])
    if layer.name in NUMBERED:
        return dict(collection)
    return {feature.id: feature for feature in collection}


def field_changes(layer: Layer, before: Any, after: Any) -> list[Change]:
    """How one feature differs from another of its layer; their ids do not count."""
    changes = [*_geometry(layer, before, after)]
    for attribute in (*_ENDS.get(layer.name, ()), *(f.attribute for f in layer.fields)):
        old, new = getattr(before, attribute), getattr(after, attribute)
        if old != new:
            text = f"{_label(attribute)} {_from_to(old, new, _unit(attribute))}"
            changes.append(_change(layer, before, attribute, old, new, text))
    return changes


_ENDS = {"edge": ("start_id", "end_id")}


def _header(first: PatrolMap, second: PatrolMap) -> Iterator[Change]:
    for key in HEADER:
        old, new = getattr(first, key), getattr(second, key)
        if old != new:
            text = f"{_label(key)} {_shown(old)} → {_shown(new)}"
            yield Change("map", first.map_id, ChangeKind.CHANGED, key, old, new, text)
    if first.origin != second.origin:
        old, new = (
            [m.origin.latitude_deg, m.origin.longitude_deg, m.origin.altitude_m]
            for m in (first, second)
        )
        text = "origin ({:.7f}°, {:.7f}°, {:g} m) → ({:.7f}°, {:.7f}°, {:g} m)".format(*old, *new)
        yield Change("map", first.map_id, ChangeKind.CHANGED, "origin", old, new, text)


def _layer(layer: Layer, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[Change]:
    for feature_id in sorted(before.keys() | after.keys(), key=natural):
        old, new = before.get(feature_id), after.get(feature_id)
        if old is None or new is None:
            kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
            about = describe(layer, new if old is None else old)
            yield Change(layer.name, str(feature_id), kind, "", None, None, f"{kind} ({about})")
        elif old != new:
            yield from field_changes(layer, old, new)


def describe(layer: Layer, feature: Any) -> str:
    """A feature in a few words: "keep_out, 'construction'"."""
    words = []
    if layer.name == "node" or layer.placed:
        words.append(f"at ({feature.x_m:.1f}, {feature.y_m:.1f})")
    if layer.name == "edge":
        words += [str(feature.way_class), f"{feature.length_m:.1f} m"]
        words.append(f"node {feature.start_id} to {feature.end_id}")
    if hasattr(feature, "kind"):
        words.insert(0, str(feature.kind))
    if hasattr(feature, "node_id"):
        words.append(f"node {feature.node_id}")
    if layer.geometry == "Polygon":
        words.append(f"{Polygon(feature.polygon_map).area:.0f} m²")
    if feature.name:
        words.append(f"'{feature.name}'")
    return ", ".join(words)


def _geometry(layer: Layer, before: Any, after: Any) -> Iterator[Change]:
    if layer.name == "node" or layer.placed:
        old, new = [before.x_m, before.y_m], [after.x_m, after.y_m]
        if old != new:
            text = f"moved {_metres(math.dist(old, new))} m"
            yield _change(layer, before, "position", old, new, text)
    if layer.name == "node" and before.z_m != after.z_m:
        text = f"height {_shown(before.z_m)} → {_shown(after.z_m)} m"
        yield _change(layer, before, "z_m", before.z_m, after.z_m, text)
    if layer.geometry == "Polygon" and before.polygon_map != after.polygon_map:
        rings = Polygon(before.polygon_map), Polygon(after.polygon_map)
        text = f"outline changed, {rings[0].area:.0f} → {rings[1].area:.0f} m²"
        yield _change(layer, before, "outline", before.polygon_map, after.polygon_map, text)


def _change(layer: Layer, feature: Any, field: str, old: Any, new: Any, text: str) -> Change:
    return Change(layer.name, str(feature.id), ChangeKind.CHANGED, field, old, new, text)


def natural(feature_id: Any) -> tuple[Any, ...]:
    """A sorting key that puts cp-2 before cp-10."""
    parts = re.split(r"(\d+)", str(feature_id))
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def _label(attribute: str) -> str:
    """`speed_limit_mps` → "speed limit"."""
    words = attribute.split("_")
    return " ".join(words[:-1] if words[-1] in _UNITS and len(words) > 1 else words)


def _from_to(old: Any, new: Any, unit: str) -> str:
    """The unit stands once, after the last number."""
    if new is None:
        return f"{_shown(old)}{unit} → none"
    return f"{_shown(old)} → {_shown(new)}{unit}"


def _unit(attribute: str) -> str:
    unit = _UNITS.get(attribute.split("_")[-1]) if "_" in attribute else None
    return f" {unit}" if unit else ""


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return f"'{value}'" if isinstance(value, str) and type(value) is str else str(value)


def _metres(distance_m: float) -> str:
    return f"{distance_m:.2f}" if distance_m >= 0.01 else f"{distance_m:.2g}"
