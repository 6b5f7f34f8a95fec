"""One map's ways: which are narrow for whom, and on which one a vehicle stands."""

from __future__ import annotations

import math
from collections.abc import Iterable

from shapely import Point as ShapelyPoint
from shapely import STRtree

from fleet_server.dispatch.claims import Point
from fleet_server.dispatch.narrow import Narrow, Way, narrow_for, way_of
from patrol.map import PatrolMap
from patrol.map_shapes import edge_lines

CLEAR_M = 2.0  # from a node: no part of a vehicle is left before the ways that end there
BESIDE_M = 1.0  # beyond a way's edge: who stands there is still on it


class MapWays:
    """`narrow`, `way_at`; what was worked out is kept."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self.patrol_map = patrol_map
        self._edges = list(patrol_map.edges.values())
        self._lines = edge_lines(patrol_map)
        self._tree = STRtree(self._lines)
        self._narrow: dict[tuple[float, float, float], Narrow] = {}

    def narrow(self, one_m: float, other_m: float, narrowest_m: float) -> Narrow:
        """As `narrow_for`."""
        widths = (one_m, other_m, narrowest_m)
        if widths not in self._narrow:
            self._narrow[widths] = narrow_for(self.patrol_map, *widths)
        return self._narrow[widths]

    def place_of(self, node_id: int) -> Point | None:
        """Where a node is; None for one of another version of the map, which an order may name."""
        node = self.patrol_map.nodes.get(node_id)
        return None if node is None else (node.x_m, node.y_m)

    def way_at(self, at_m: Point) -> Way | None:
        """The way that somebody stands on; None beside all of them."""
        if not self._edges:
            return None
        point = ShapelyPoint(at_m)
        index = int(self._tree.nearest(point))
        edge = self._edges[index]
        if self._lines[index].distance(point) > edge.width_m / 2 + BESIDE_M:
            return None
        return way_of(edge.start_id, edge.end_id)

    def nodes_near(self, at_m: Point | None, node_ids: Iterable[int]) -> frozenset[int]:
        """Those of some nodes that a vehicle there covers, and those that it may cover as nobody
        knows its place or theirs."""
        return frozenset(
            node_id
            for node_id in node_ids
            if at_m is None
            or (place := self.place_of(node_id)) is None
            or math.dist(at_m, place) <= CLEAR_M
        )
