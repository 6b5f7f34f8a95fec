"""Where a detour may lead: the route's own ways to their full width, and no keep-out zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from patrol.map import Edge, PatrolMap, WayClass, ZoneKind

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Room:
    """The ground of some edges that follow each other; read-only once made.

    A zone that is closed at some hours only counts as closed.
    """

    def __init__(self, patrol_map: PatrolMap, edges: Sequence[Edge]) -> None:
        ends = [(patrol_map.nodes[e.start_id], patrol_map.nodes[e.end_id]) for e in edges]
        self._starts = np.array([(a.x_m, a.y_m) for a, _ in ends]).reshape(-1, 2)
        self._along = np.array([(b.x_m - a.x_m, b.y_m - a.y_m) for a, b in ends]).reshape(-1, 2)
        self._halves_m = np.array([edge.width_m / 2 for edge in edges])
        self._closed = [
            shapely.Polygon(zone.polygon_map)
            for zone in patrol_map.zones
            if zone.kind is ZoneKind.KEEP_OUT
        ]

    def holds(self, points_map: Array) -> bool:
        """Whether all points (n, 2) lie on a way and in no keep-out zone."""
        if not np.all(self._on_ways(points_map)):
            return False
        x, y = points_map.T
        return not any(np.any(shapely.contains_xy(zone, x, y)) for zone in self._closed)

    def touches(self, points_map: Array) -> bool:
        """Whether one of the points (n, 2) lies on a way."""
        return bool(np.any(self._on_ways(points_map)))

    def _on_ways(self, points_map: Array) -> Mask:
        from_start = points_map[:, None, :] - self._starts
        squares = np.maximum(np.einsum("ej,ej->e", self._along, self._along), 1e-9)
        share = np.clip(np.einsum("nej,ej->ne", from_start, self._along) / squares, 0.0, 1.0)
        away = np.linalg.norm(from_start - share[..., None] * self._along, axis=2)
        on_ways: Mask = np.any(away <= self._halves_m, axis=1)
        return on_ways


def may_be_left(edge: Edge) -> bool:
    """Whether a vehicle may go round a thing on this way: not where it crosses a carriageway."""
    return edge.way_class is not WayClass.CROSSWALK and edge.crosswalk_id is None
