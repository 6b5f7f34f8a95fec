"""ONE table of what a map file says about each layer; reader, writer, docs and tests share it.

Nodes and edges keep nav2_route's shape and carry our fields under `metadata`; the other layers
are further features that name their `layer`. Their geometries are MultiPoint or Polygon, because
Nav2's loader takes every Point for a node and every LineString for an edge
(nav2_route GeoJsonGraphFileLoader::getGraphElements).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from patrol.map import (
    Area,
    AreaKind,
    Building,
    Checkpoint,
    Crosswalk,
    Dock,
    Edge,
    Node,
    WayClass,
    Zone,
    ZoneKind,
)

FORMAT_VERSION = 1
REQUIRED: Any = object()
DEFAULT_SPEED_LIMIT_MPS = 1.0  # for a graph that gives none: walking pace
DEFAULT_WIDTH_M = 2.0


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer: its key in the file, the attribute it fills, how it is read."""

    key: str
    attribute: str
    read: Callable[[Any], Any]  # raises ValueError saying what was expected
    meaning: str
    default: Any = REQUIRED


@dataclass(frozen=True, slots=True)
class Layer:
    """A kind of feature: its value type, geometry and fields."""

    name: str
    kind: type
    geometry: str
    fields: tuple[Field, ...]
    nested: bool = False  # fields stand under `metadata`, as nav2_route has them


def text(value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")
    return value


def identifier(value: Any) -> str:
    """A string with at least one character."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a name with at least one character, got {value!r}")
    return value


def whole(value: Any) -> int:
    """An unsigned 32-bit integer, the range of nav2_route's ids."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        raise ValueError(f"expected a whole number from 0 to {2**32 - 1}, got {value!r}")
    return value


def wholes(value: Any) -> tuple[int, ...]:
    """A list of ids."""
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list of at least one id, got {value!r}")
    return tuple(whole(item) for item in value)


def number(value: Any) -> float:
    """A finite number; minus zero becomes zero so that equal maps have equal hashes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {value!r}")
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError(f"expected a finite number, got {converted}")
    return converted + 0.0


def positive(value: Any) -> float:
    """A finite number above 0."""
    converted = number(value)
    if converted <= 0:
        raise ValueError(f"expected a number above 0, got {converted:g}")
    return converted


def not_negative(value: Any) -> float:
    """A finite number, 0 or more."""
    converted = number(value)
    if converted < 0:
        raise ValueError(f"expected a number of 0 or more, got {converted:g}")
    return converted


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r}")
    return value


def one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    """A reader for the values of an enum."""

    def read(value: Any) -> StrEnum:
        allowed = [str(member) for member in kind]
        if value not in allowed:
            raise ValueError(f"{value!r} is none of: {', '.join(allowed)}")
        return kind(value)

    return read


_NAME = Field("name", "name", text, "what people call it", "")

LAYERS: tuple[Layer, ...] = (
    Layer(
        "node",
        Node,
        "Point",
        (
            _NAME,
            Field(
                "waiting_place",
                "waiting_place",
                flag,
                "a vehicle may stand here without blocking anyone",
                False,
            ),
        ),
        nested=True,
    ),
    Layer(
        "edge",
        Edge,
        "LineString",
        (
            Field("length_m", "length_m", positive, "plane distance between its nodes", None),
            Field(
                "abs_speed_limit",
                "speed_limit_mps",
                positive,
                "speed limit in m/s, the tag of Nav2's TimeScorer",
                DEFAULT_SPEED_LIMIT_MPS,
            ),
            Field("width_m", "width_m", positive, "width of the way in metres", DEFAULT_WIDTH_M),
            Field("way_class", "way_class", one_of(WayClass), "kind of way", WayClass.SERVICE),
            Field("surface", "surface", text, "surface, as OpenStreetMap names it", "asphalt"),
            Field("grade", "grade", number, "rise over run, positive uphill towards `endid`", 0.0),
            Field("lit", "lit", flag, "has street lights", True),
            Field("crosswalk_id", "crosswalk_id", identifier, "the crosswalk it belongs to", None),
            _NAME,
        ),
        nested=True,
    ),
    Layer(
        "zone",
        Zone,
        "Polygon",
        (
            Field("kind", "kind", one_of(ZoneKind), "what it means to a vehicle"),
            _NAME,
            Field("speed_limit_mps", "speed_limit_mps", positive, "speed limit in m/s", None),
        ),
    ),
    Layer(
        "checkpoint",
        Checkpoint,
        "MultiPoint",
        (
            _NAME,
            Field("node_id", "node_id", whole, "the node to visit"),
            Field("dwell_s", "dwell_s", not_negative, "how long to stay, seconds", 0.0),
            Field("priority", "priority", positive, "weight of a visit", 1.0),
        ),
    ),
    Layer(
        "dock",
        Dock,
        "MultiPoint",
        (
            _NAME,
            Field("node_id", "node_id", whole, "the node it stands at"),
            Field(
                "heading_rad",
                "heading_rad",
                number,
                "heading in which a vehicle leaves, 0 = east, counter-clockwise",
                0.0,
            ),
        ),
    ),
    Layer(
        "crosswalk",
        Crosswalk,
        "MultiPoint",
        (
            _NAME,
            Field("edge_ids", "edge_ids", wholes, "its edges; each carries its id"),
            Field("signalled", "signalled", flag, "has a signal for pedestrians", False),
            Field("signal_id", "signal_id", identifier, "id of that signal", None),
        ),
    ),
    Layer(
        "building",
        Building,
        "Polygon",
        (Field("height_m", "height_m", positive, "height in metres"), _NAME),
    ),
    Layer(
        "area",
        Area,
        "Polygon",
        (Field("kind", "kind", one_of(AreaKind), "what the ground is"), _NAME),
    ),
)
LAYER = {layer.name: layer for layer in LAYERS}
COLLECTIONS = {layer.name: f"{layer.name}s" for layer in LAYERS}  # layer → PatrolMap attribute
NUMBERED = ("node", "edge")  # layers whose id is a number, as nav2_route has it
