"""PatrolMap: the neighbourhood as a vehicle and an operator share it.

Positions are metres in the local ENU frame `map` (REP-105) around `origin`; edges are directed
and straight between their nodes, as Nav2's route server reads them (curves are split into nodes).
Files are read and written by `patrol.map_geojson`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shapely.geometry import Point, Polygon

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map_features import (
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
from patrol.windows import DEFAULT_TIME_ZONE

__all__ = [
    "Area",
    "AreaKind",
    "Building",
    "Checkpoint",
    "Crosswalk",
    "Dock",
    "Edge",
    "Node",
    "PatrolMap",
    "PoiKind",
    "PointOfInterest",
    "WayClass",
    "Zone",
    "ZoneKind",
]


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
    pois: Sequence[PointOfInterest] = ()
    time_zone: str = DEFAULT_TIME_ZONE  # IANA; windows are local time there
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

    def active_zones(self, when: datetime | None = None) -> list[Zone]:
        """Zones whose rule holds at an aware `when`; all of them when the time is not known."""
        if when is None:
            return list(self.zones)
        return [zone for zone in self.zones if zone.active_at(when, self.time_zone)]

    def zones_at(self, x_m: float, y_m: float, when: datetime | None = None) -> list[Zone]:
        """Zones that cover a position, in file order; with `when` those that hold then."""
        point = Point(x_m, y_m)
        return [
            zone
            for zone, polygon in self._zone_polygons
            if polygon.covers(point) and (when is None or zone.active_at(when, self.time_zone))
        ]

    def speed_limit_at(
        self, edge: Edge, x_m: float, y_m: float, when: datetime | None = None
    ) -> float:
        """The lowest limit (m/s) of the edge and of the zones at a position on it."""
        limits = [z.speed_limit_mps for z in self.zones_at(x_m, y_m, when) if z.speed_limit_mps]
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
        points: list[Node | PointOfInterest] = [*self.nodes.values(), *self.pois]
        xs = [point.x_m for point in points]
        ys = [point.y_m for point in points]
        shapes: list[Building | Area | Zone] = [*self.buildings, *self.areas, *self.zones]
        for shape in shapes:
            xs += [x for x, _ in shape.polygon_map]
            ys += [y for _, y in shape.polygon_map]
        return min(xs), min(ys), max(xs), max(ys)
