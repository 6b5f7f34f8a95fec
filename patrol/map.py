"""PatrolMap: the neighbourhood as a vehicle and an operator share it.

Positions are metres in the local ENU frame `map` (REP-105) around `origin`; edges are directed
and straight between their nodes, as Nav2's route server reads them (curves are split into nodes).
Files are read and written by `patrol.map_geojson`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from shapely.geometry import Point, Polygon

from patrol.errors import MapError
from patrol.geodesy import GeoPoint


class WayClass(StrEnum):
    """What kind of way an edge is."""

    STREET = "street"  # a street without separate pavement, shared with cars
    PAVEMENT = "pavement"
    ALLEY = "alley"
    PARK_PATH = "park_path"
    CROSSWALK = "crosswalk"
    SERVICE = "service"  # yard, depot, driveway


class ZoneKind(StrEnum):
    """What a zone means to a vehicle."""

    KEEP_OUT = "keep_out"
    SPEED_LIMIT = "speed_limit"
    SCHOOL = "school"
    QUIET = "quiet"
    PATROL_AREA = "patrol_area"
    NO_RECORD = "no_record"


class AreaKind(StrEnum):
    """Ground that the console and the simulator draw."""

    PARK = "park"
    WATER = "water"
    SQUARE = "square"
    ROAD = "road"  # a carriageway for cars; patrol vehicles cross it on crosswalks


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the route graph."""

    id: int
    x_m: float
    y_m: float
    z_m: float = 0.0
    name: str = ""
    waiting_place: bool = False  # a vehicle may stand here without blocking anyone


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed, straight piece of way between two nodes."""

    id: int
    start_id: int
    end_id: int
    length_m: float
    speed_limit_mps: float
    width_m: float
    way_class: WayClass
    surface: str = "asphalt"
    grade: float = 0.0  # rise over run, positive uphill in the edge's direction
    lit: bool = True
    crosswalk_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """An area with a rule; `polygon_map` is a ring of (x, y) metres, not closed."""

    id: str
    kind: ZoneKind
    polygon_map: tuple[tuple[float, float], ...]
    name: str = ""
    speed_limit_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place a patrol visits."""

    id: str
    name: str
    node_id: int
    dwell_s: float = 0.0
    priority: float = 1.0


@dataclass(frozen=True, slots=True)
class Dock:
    """A place where a vehicle charges; it leaves along `heading_rad`."""

    id: str
    name: str
    node_id: int
    heading_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A crossing of the carriageway; its edges carry its id."""

    id: str
    name: str
    edge_ids: tuple[int, ...]
    signalled: bool = False
    signal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Building:
    """A footprint for the simulator, the console and GNSS shadow."""

    id: str
    polygon_map: tuple[tuple[float, float], ...]
    height_m: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Ground to draw: a park, a square."""

    id: str
    kind: AreaKind
    polygon_map: tuple[tuple[float, float], ...]
    name: str = ""


@dataclass(frozen=True)
class PatrolMap:
    """A whole neighbourhood; read-only once made."""

    map_id: str
    name: str
    origin: GeoPoint
    nodes: Mapping[int, Node]
    edges: Mapping[int, Edge]
    zones: Sequence[Zone] = ()
    checkpoints: Sequence[Checkpoint] = ()
    docks: Sequence[Dock] = ()
    crosswalks: Sequence[Crosswalk] = ()
    buildings: Sequence[Building] = ()
    areas: Sequence[Area] = ()
    licence: str = ""
    content_hash: str = field(default="", compare=False)  # SHA-256 of the canonical file content

    @cached_property
    def outgoing(self) -> dict[int, tuple[Edge, ...]]:
        """Edges by their start node; every node has an entry."""
        out: dict[int, list[Edge]] = {node_id: [] for node_id in self.nodes}
        for edge in self.edges.values():
            out[edge.start_id].append(edge)
        return {node_id: tuple(edges) for node_id, edges in out.items()}

    @cached_property
    def edge_between(self) -> dict[tuple[int, int], Edge]:
        """The edge from one node to another."""
        return {(edge.start_id, edge.end_id): edge for edge in self.edges.values()}

    @cached_property
    def _zone_polygons(self) -> list[tuple[Zone, Polygon]]:
        return [(zone, Polygon(zone.polygon_map)) for zone in self.zones]

    def zones_at(self, x_m: float, y_m: float) -> list[Zone]:
        """Zones that cover a position, in file order."""
        point = Point(x_m, y_m)
        return [zone for zone, polygon in self._zone_polygons if polygon.covers(point)]

    def speed_limit_at(self, edge: Edge, x_m: float, y_m: float) -> float:
        """The lowest limit (m/s) of the edge and of all zones at a position on it."""
        limits = [z.speed_limit_mps for z in self.zones_at(x_m, y_m) if z.speed_limit_mps]
        return min([edge.speed_limit_mps, *limits])

    def checkpoint(self, checkpoint_id: str) -> Checkpoint:
        """A checkpoint by id; raises MapError naming the known ones."""
        for checkpoint in self.checkpoints:
            if checkpoint.id == checkpoint_id:
                return checkpoint
        known = ", ".join(c.id for c in self.checkpoints) or "none"
        raise MapError(f"{self.map_id}: no checkpoint {checkpoint_id!r}; known: {known}")

    def dock(self, dock_id: str) -> Dock:
        """A dock by id; raises MapError naming the known ones."""
        for dock in self.docks:
            if dock.id == dock_id:
                return dock
        known = ", ".join(d.id for d in self.docks) or "none"
        raise MapError(f"{self.map_id}: no dock {dock_id!r}; known: {known}")

    def nearest_node(self, x_m: float, y_m: float) -> Node:
        """The node nearest to a position (plane distance)."""
        return min(self.nodes.values(), key=lambda n: math.hypot(n.x_m - x_m, n.y_m - y_m))

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north of everything on the map."""
        xs = [n.x_m for n in self.nodes.values()]
        ys = [n.y_m for n in self.nodes.values()]
        shapes: list[Building | Area | Zone] = [*self.buildings, *self.areas, *self.zones]
        for shape in shapes:
            xs += [x for x, _ in shape.polygon_map]
            ys += [y for _, y in shape.polygon_map]
        return min(xs), min(ys), max(xs), max(ys)
