"""What of a map lies where: the questions that joining another map's graph to it asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import STRtree
from shapely.geometry import LineString, Point

from patrol.map import Edge, Node, PatrolMap
from patrol.map_shapes import turn_rad

MAX_STEP_M = 2.5  # further apart in height are a bridge and what it crosses
SAME_HEADING_RAD = math.radians(20)
MIN_PIECE_M = 0.1

Way = tuple[int, int]  # its two nodes, the lower id first


def line_between(start: Node, end: Node) -> LineString:
    """A straight line with heights, in map metres."""
    return LineString([(start.x_m, start.y_m, start.z_m), (end.x_m, end.y_m, end.z_m)])


class GraphLookup:
    """A map's nodes and edges by place; the same place lies within `tolerance_m`.

    With `heights` also within `MAX_STEP_M` of height; without, the heights say nothing.
    """

    def __init__(self, patrol_map: PatrolMap, tolerance_m: float, heights: bool) -> None:
        self.tolerance_m, self.heights = tolerance_m, heights
        self._nodes = list(patrol_map.nodes.values())
        self._edges = list(patrol_map.edges.values())
        self._node_tree = cKDTree([(n.x_m, n.y_m) for n in self._nodes])
        self._points = [Point(n.x_m, n.y_m) for n in self._nodes]
        self._point_tree = STRtree(self._points)
        at = patrol_map.nodes
        self._lines: NDArray[Any] = np.array(
            [line_between(at[e.start_id], at[e.end_id]) for e in self._edges], object
        )
        self._line_tree = STRtree(self._lines)

    def meeting_nodes(self, others: Sequence[Node]) -> dict[int, int]:
        """Other's node → node here at the same place; nearest pairs first, one to one."""
        distances, indices = self._node_tree.query(
            [(n.x_m, n.y_m) for n in others], distance_upper_bound=self.tolerance_m
        )
        pairs: dict[int, int] = {}
        used: set[int] = set()
        for i in np.argsort(distances, kind="stable"):
            if not math.isfinite(distances[i]):
                break
            other, here = others[i], self._nodes[indices[i]]
            if here.id not in used and self._level(here.z_m, other.z_m):
                pairs[other.id] = here.id
                used.add(here.id)
        return pairs

    def nodes_along(self, line: LineString) -> list[int]:
        """Nodes on a line, between its ends, in its direction."""
        found = []
        for i in self._near(self._point_tree, line):
            at_m = line.project(self._points[i])
            inside = self.tolerance_m < at_m < line.length - self.tolerance_m
            if inside and self._level(self._nodes[i].z_m, line.interpolate(at_m).z):
                found.append((at_m, self._nodes[i].id))
        return [node_id for _, node_id in sorted(found)]

    def covers(self, line: LineString) -> bool:
        """Whether edges in about the line's direction lie all along it."""
        if line.length < MIN_PIECE_M:
            return True
        middle = line.interpolate(0.5, normalized=True)
        heading = _heading_rad(line)
        alike = [
            self._lines[i]
            for i in self._near(self._line_tree, line)
            if turn_rad(heading, _heading_rad(self._lines[i])) < SAME_HEADING_RAD
            and self._level(self._height_m(i, middle), middle.z)
        ]
        if not alike:
            return False
        corridor = shapely.union_all(shapely.buffer(alike, 1.02 * self.tolerance_m))
        return bool(corridor.covers(line))

    def way_under(self, node: Node) -> tuple[Way, float] | None:
        """The way that passes a node, and the share of it before that; None beside its ends."""
        point = Point(node.x_m, node.y_m)
        near = self._near(self._line_tree, point)
        for i in near[np.argsort(shapely.distance(self._lines[near], point), kind="stable")]:
            line, edge = self._lines[i], self._edges[i]
            at_m = line.project(point)
            inside = MIN_PIECE_M < at_m < line.length - MIN_PIECE_M
            if inside and self._level(self._height_m(i, point), node.z_m):
                return _way(edge, at_m / line.length)
        return None

    def nearest(self, node: Node, reach_m: float) -> int | None:
        """The node nearest to another's, if it is in reach."""
        distance_m, index = self._node_tree.query((node.x_m, node.y_m))
        return self._nodes[index].id if distance_m <= reach_m else None

    def _near(self, tree: STRtree, shape: Any) -> NDArray[np.intp]:
        return np.sort(tree.query(shape, predicate="dwithin", distance=self.tolerance_m))

    def _height_m(self, index: int, point: Point) -> float:
        line = self._lines[index]
        return float(line.interpolate(line.project(point)).z)

    def _level(self, one_m: float, other_m: float) -> bool:
        return not self.heights or abs(one_m - other_m) <= MAX_STEP_M


def _heading_rad(line: LineString) -> float:
    (x1, y1, *_), (x2, y2, *_) = line.coords[0], line.coords[-1]
    return math.atan2(y2 - y1, x2 - x1)


def _way(edge: Edge, share: float) -> tuple[Way, float]:
    if edge.start_id < edge.end_id:
        return (edge.start_id, edge.end_id), share
    return (edge.end_id, edge.start_id), 1 - share
