"""Lines, headings and closures of a map's edges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString, Polygon

from patrol.map import Area, Building, Edge, PatrolMap, Zone, ZoneKind


def edge_line(patrol_map: PatrolMap, edge: Edge) -> LineString:
    """The edge's middle line in map metres."""
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return LineString([(start.x_m, start.y_m), (end.x_m, end.y_m)])


def edge_lines(patrol_map: PatrolMap) -> NDArray[Any]:
    """The middle lines of all edges in map order, shape (n,) of LineString."""
    nodes = patrol_map.nodes
    ends = [(nodes[e.start_id], nodes[e.end_id]) for e in patrol_map.edges.values()]
    coordinates = [((a.x_m, a.y_m), (b.x_m, b.y_m)) for a, b in ends]
    return np.asarray(shapely.linestrings(np.array(coordinates, float).reshape(-1, 2, 2)))


def edge_heading_rad(patrol_map: PatrolMap, edge: Edge) -> float:
    """Heading of travel, 0 = east, counter-clockwise."""
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


def turn_rad(heading_from_rad: float, heading_to_rad: float) -> float:
    """The unsigned angle between two headings, in [0, pi]."""
    return abs((heading_to_rad - heading_from_rad + math.pi) % (2 * math.pi) - math.pi)


def each_way_once(patrol_map: PatrolMap) -> list[Edge]:
    """Of two opposite edges the one with the lower start; one-way edges as they are."""
    both = patrol_map.edge_between
    return [
        edge
        for edge in patrol_map.edges.values()
        if edge.start_id < edge.end_id or (edge.end_id, edge.start_id) not in both
    ]


def ways_length_m(edges: Iterable[Edge]) -> float:
    """Metres of way under some edges; two opposite edges are one way."""
    ways = {(min(e.start_id, e.end_id), max(e.start_id, e.end_id)): e.length_m for e in edges}
    return sum(ways.values())


def keep_out_edges(patrol_map: PatrolMap, when: datetime | None = None) -> dict[int, str]:
    """Edges that a keep-out zone touches, with the id of the first such zone.

    At an aware `when` only zones that hold then count; without it all do, the safe side.
    """
    zones = [z for z in patrol_map.active_zones(when) if z.kind is ZoneKind.KEEP_OUT]
    if not zones:
        return {}
    closed: dict[int, str] = {}
    for zone, edge_ids in zip(zones, edges_within(patrol_map, zones), strict=True):
        for edge_id in edge_ids:
            closed.setdefault(edge_id, zone.id)
    return closed


def edges_within(
    patrol_map: PatrolMap, shapes: Sequence[Zone | Building | Area]
) -> list[list[int]]:
    """For each shape: the ids of the edges it touches, in map order."""
    edge_ids = list(patrol_map.edges)
    tree = STRtree(edge_lines(patrol_map))
    polygons = [Polygon(shape.polygon_map) for shape in shapes]
    return [
        [edge_ids[i] for i in sorted(tree.query(polygon, predicate="intersects"))]
        for polygon in polygons
    ]
