"""Ways through a map: where a vehicle patrols, and the lines beside it on which people go."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.prepared import PreparedGeometry, prep

from patrol.map import AreaKind, Edge, PatrolMap, WayClass
from patrol.map_features import ZoneKind
from simulation.placing import edge_line
from simulation.scenarios.places import Place

XY = tuple[float, float]
WALL_M = 0.45  # kept to walls
LEFT_SHARES = (1.0, 0.5, 0.0)  # of a wish to be beside the middle, where walls leave no more


@dataclass(frozen=True, slots=True)
class Spot:
    """A place beside the middle of a way; `yaw_rad` is the way's direction."""

    edge: Edge
    at_m: float  # from the edge's start
    left_m: float
    point: XY
    yaw_rad: float

    def moved(self, ahead_m: float, inwards_m: float = 0.0) -> XY:
        """A point so much further along the way and nearer to its middle."""
        inward = -math.copysign(inwards_m, self.left_m)
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        x_m, y_m = self.point
        return x_m + ahead_m * cos - inward * sin, y_m + ahead_m * sin + inward * cos


class Ways:
    """A map's ways as somebody goes along them."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self.map = patrol_map
        self._kept_out = unary_union(
            [Polygon(z.polygon_map) for z in patrol_map.zones if z.kind is ZoneKind.KEEP_OUT]
        )
        houses = unary_union([Polygon(b.polygon_map) for b in patrol_map.buildings])
        self._walls = prep(houses.buffer(WALL_M))

    # --- edges in a row ---

    def route(self, rng: np.random.Generator, length_m: float) -> list[Edge]:
        """A vehicle's patrol, at least so long: any way at each fork, never straight back."""
        drivable = self._without_dead_ends
        edge = drivable[int(rng.integers(len(drivable)))]
        return self._onward(edge, rng, length_m, {e.id for e in drivable})

    def walk(self, rng: np.random.Generator, near: Sequence[Edge], length_m: float) -> list[Edge]:
        """A walk that passes one of some edges, shorter where its way ends."""
        edge = near[int(rng.integers(len(near)))]
        return self._onward(edge, rng, length_m, set(self.map.edges))

    def _onward(
        self, edge: Edge, rng: np.random.Generator, length_m: float, allowed: set[int]
    ) -> list[Edge]:
        row = [edge]
        while sum(one.length_m for one in row) < length_m:
            last = row[-1]
            onward = [
                e
                for e in self.map.outgoing[last.end_id]
                if e.end_id != last.start_id and e.id in allowed
            ]
            if not onward:
                break
            row.append(onward[int(rng.integers(len(onward)))])
        return row

    @cached_property
    def _without_dead_ends(self) -> list[Edge]:
        """Edges that a vehicle can go on from for ever, outside of zones where it may not be."""
        left = {
            edge.id: edge
            for edge in self.map.edges.values()
            if not edge_line(self.map, edge).intersects(self._kept_out)
        }
        while True:
            out: defaultdict[int, set[int]] = defaultdict(set)
            for edge in left.values():
                out[edge.start_id].add(edge.end_id)
            ends = [e.id for e in left.values() if not out[e.end_id] - {e.start_id}]
            if not ends:
                return list(left.values())
            for edge_id in ends:
                del left[edge_id]

    # --- places beside them ---

    def beside(self, edges: Sequence[Edge], left_m: float) -> tuple[XY, ...]:
        """The line so far to the left of edges in a row, nearer to their middle at walls."""
        nodes = [edges[0].start_id, *(edge.end_id for edge in edges)]
        middle = [(self.map.nodes[n].x_m, self.map.nodes[n].y_m) for n in nodes]
        for share in LEFT_SHARES:
            line = tuple(_shifted(middle, share * left_m))
            if not self._walls.intersects(LineString(line)):
                return line
        return tuple(middle)

    def spot(self, edge: Edge, at_m: float, left_m: float) -> Spot:
        """A place beside an edge."""
        a, b = self.map.nodes[edge.start_id], self.map.nodes[edge.end_id]
        yaw = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
        share = at_m / math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))
        x_m = a.x_m + share * (b.x_m - a.x_m) - left_m * math.sin(yaw)
        y_m = a.y_m + share * (b.y_m - a.y_m) + left_m * math.cos(yaw)
        return Spot(edge, at_m, left_m, (x_m, y_m), yaw)

    def place(self, edge: Edge, at_m: float, left_m: float) -> Place:
        """The same as a scenario's file has it."""
        a, b = self.map.nodes[edge.start_id], self.map.nodes[edge.end_id]
        flat_m = math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))
        return Place(edge.id, min(1.0, max(0.0, at_m / flat_m)), left_m)

    def is_free(self, point: XY, room_m: float = 0.0) -> bool:
        """Whether somebody can stand there: at no wall, and not where cars drive alone."""
        here = Point(point).buffer(room_m) if room_m > 0 else Point(point)
        return not (self._walls.intersects(here) or self._roads.intersects(here))

    def around(self, route: Sequence[Edge], within_m: float) -> list[Edge]:
        """Every edge so near a route."""
        line = unary_union([edge_line(self.map, edge) for edge in route])
        edges = self.map.edges.values()
        return [edge for edge in edges if edge_line(self.map, edge).distance(line) <= within_m]

    def is_beside(self, point: XY, from_middle_m: float) -> bool:
        """Whether a place is so far from the middle of every way, at no wall and on no road."""
        lines = (edge_line(self.map, edge) for edge in self.map.edges.values())
        here = Point(point)
        return self.is_free(point, 1.0) and all(
            line.distance(here) >= from_middle_m for line in lines
        )

    def crosses_others(self, edge: Edge, ring: Polygon) -> bool:
        """Whether an area reaches into another way than this edge's."""
        ends = {edge.start_id, edge.end_id}
        return any(
            ring.distance(edge_line(self.map, other)) < other.width_m / 2
            for other in self.map.edges.values()
            if {other.start_id, other.end_id} != ends
        )

    @cached_property
    def roads(self) -> list[list[XY]]:
        """Middle lines of carriageways, whose outlines run there and back in as many points."""
        rings = [a.polygon_map for a in self.map.areas if a.kind is AreaKind.ROAD]
        return [_middle(ring) for ring in rings if len(ring) >= 4 and len(ring) % 2 == 0]

    @cached_property
    def _roads(self) -> PreparedGeometry[BaseGeometry]:
        areas = [a for a in self.map.areas if a.kind is AreaKind.ROAD]
        return prep(unary_union([Polygon(area.polygon_map) for area in areas]))


def is_for_cars(edge: Edge) -> bool:
    """Whether a car can pass the vehicle on a way."""
    return edge.way_class is WayClass.STREET and edge.width_m >= 6.0


def is_for_parking(edge: Edge) -> bool:
    """Whether a car can stand at a way's edge."""
    return edge.way_class is WayClass.STREET and edge.width_m >= 4.5


def lanes(middle: Sequence[XY], left_m: float) -> list[XY]:
    """A round course along a road: out on one side of its middle, back on the other."""
    out = _shifted(middle, -left_m)
    return [*out, *reversed(_shifted(middle, left_m))]


def _middle(ring: Sequence[XY]) -> list[XY]:
    half = len(ring) // 2
    back = list(reversed(ring[half:]))
    pairs = zip(ring[:half], back, strict=True)
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs]


def _shifted(points: Sequence[XY], left_m: float) -> list[XY]:
    """Each point moved across the mean direction of the pieces that meet there."""
    headings = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in itertools.pairwise(points)]
    moved = []
    for i, (x_m, y_m) in enumerate(points):
        before, after = headings[max(i - 1, 0)], headings[min(i, len(headings) - 1)]
        across = math.atan2(math.sin(before) + math.sin(after), math.cos(before) + math.cos(after))
        moved.append((x_m - left_m * math.sin(across), y_m + left_m * math.cos(across)))
    return moved
