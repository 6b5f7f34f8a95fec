"""Which way of the map a place lies on."""

from __future__ import annotations

import numpy as np
from shapely import STRtree
from shapely.geometry import Point

from patrol.map import Edge, PatrolMap
from simulation.placing import edge_line


class Ways:
    """The edges of a map, to be asked by place."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._edges = list(patrol_map.edges.values())
        self._lines = [edge_line(patrol_map, edge) for edge in self._edges]
        self._tree = STRtree(self._lines)

    def edge_at(self, x_m: float, y_m: float) -> Edge | None:
        """The nearest edge whose width covers a place; None beside every way."""
        point = Point(x_m, y_m)
        index = self._tree.nearest(point)
        if index is None:
            return None
        edge = self._edges[int(np.atleast_1d(index)[0])]
        inside = self._lines[int(np.atleast_1d(index)[0])].distance(point) <= edge.width_m / 2
        return edge if inside else None

    def crosswalk_at(self, x_m: float, y_m: float) -> str | None:
        """The crosswalk that a place lies on."""
        edge = self.edge_at(x_m, y_m)
        return edge.crosswalk_id if edge else None
