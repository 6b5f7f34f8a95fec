"""ONE table of what a map file says about each layer; reader, writer, docs and tests share it.

Nodes and edges keep nav2_route's shape and carry our fields under `metadata`; the other layers
are further features that name their `layer`. Their geometries are MultiPoint or Polygon, because
Nav2's loader takes every Point for a node and every LineString for an edge
(nav2_route GeoJsonGraphFileLoader::getGraphElements).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    PoiKind,
    PointOfInterest,
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_values import (
    flag,
    identifier,
    instant,
    not_negative,
    number,
    one_of,
    positive,
    share,
    text,
    texts,
    whole,
    wholes,
    windows,
)
from patrol.vda5050.node_actions import CHECKPOINT_ACTIONS

FORMAT_VERSION = 1
# what every map says of its metres: topocentric (EPSG method 9837) around a WGS 84 3D origin
COORDINATE_REFERENCE = "local east, north, up in metres around origin (EPSG:4979)"
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
    sparse: bool = False  # not written at its default, so a map without it keeps its hash


@dataclass(frozen=True, slots=True)
class Layer:
    """A kind of feature: its value type, geometry and fields."""

    name: str
    kind: type
    geometry: str
    fields: tuple[Field, ...]
    nested: bool = False  # fields stand under `metadata`, as nav2_route has them
    placed: bool = False  # its geometry is the position itself: `x_m`, `y_m`


_NAME = Field("name", "name", text, "what people call it", "")


def _windows(meaning: str) -> Field:
    words = f"{meaning}, in opening_hours words; empty: always"
    return Field("windows", "windows", windows, words, "", sparse=True)


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
            Field(
                "kerb_m",
                "kerb_m",
                not_negative,
                "highest kerb or step crossed on it, metres",
                0.0,
                sparse=True,
            ),
            Field(
                "steps",
                "steps",
                flag,
                "a flight of steps: for no wheeled vehicle",
                False,
                sparse=True,
            ),
            Field(
                "exposure",
                "exposure",
                share,
                "share of the way mixed with motor traffic, 0 to 1; none: by way class",
                None,
                sparse=True,
            ),
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
            _windows("when it holds"),
            Field(
                "expires",
                "expires",
                instant,
                "RFC 3339 instant from which it holds no more; empty: never",
                "",
                sparse=True,
            ),
            Field(
                "sensitivity",
                "sensitivity",
                positive,
                "how readily incidents are raised: 1 as elsewhere, 2 on half the evidence",
                None,
                sparse=True,
            ),
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
            _windows("when a visit counts"),
            Field(
                "actions",
                "actions",
                texts,
                "what to do there after the stay, in this order: "
                + ", ".join(f"`{name}`" for name in CHECKPOINT_ACTIONS),
                (),
                sparse=True,
            ),
            Field("announcement", "announcement", text, "what `announce` says", "", sparse=True),
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
    Layer(
        "poi",
        PointOfInterest,
        "MultiPoint",
        (
            Field("kind", "kind", one_of(PoiKind), "what stands there"),
            _NAME,
            Field(
                "height_m",
                "height_m",
                positive,
                "how high it is above the ground, of a street lamp its light",
                None,
                sparse=True,
            ),
        ),
        placed=True,
    ),
)
LAYER = {layer.name: layer for layer in LAYERS}
COLLECTIONS = {layer.name: f"{layer.name}s" for layer in LAYERS}  # layer → PatrolMap attribute
NUMBERED = ("node", "edge")  # layers whose id is a number, as nav2_route has it
