"""Where a vehicle may be: on the map's ways, and in no keep-out zone that holds now.

A point's depth is how far (m) it may be moved in any direction and still be allowed; negative
outside, by how far it is away. Only what lies near the vehicle is looked at: `move_to` first.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from patrol.map import Edge, PatrolMap, WayClass, Zone, ZoneKind

MOVED_M = 3.0  # then what is near is looked up again
EARLIEST_S = 1_767_225_600.0  # 2026-01-01; a clock before that was never set

Array = NDArray[np.float64]


def wall_time(now_s: float) -> datetime | None:
    """The time of day that a vehicle's clock shows; None where nobody has set it."""
    return datetime.fromtimestamp(now_s, UTC) if now_s >= EARLIEST_S else None


class Ground:
    """The ways of a map with their width, without its keep-out zones; flights of steps are none.

    `beside_m`: how far beside a way it still counts as one. What lies farther than `reach_m` from
    where `move_to` was called is not looked at. Without a map nothing is allowed.
    """

    def __init__(self, patrol_map: PatrolMap | None, beside_m: float, reach_m: float) -> None:
        self._near_m = reach_m + MOVED_M
        ways = _ways(patrol_map) if patrol_map is not None else []
        self._starts = np.array([start for start, _, _ in ways]).reshape(-1, 2)
        self._along = np.array([end for _, end, _ in ways]).reshape(-1, 2) - self._starts
        self._squares = np.maximum(np.einsum("ij,ij->i", self._along, self._along), 1e-9)
        self._halves_m = np.array([width_m / 2 + beside_m for _, _, width_m in ways])
        self._zones = _keep_out(patrol_map) if patrol_map is not None else []
        self._time_zone = patrol_map.time_zone if patrol_map is not None else ""
        self._holding: list[shapely.Polygon] = []
        self._held_s = math.nan  # the second for which zones were asked
        self._at = (math.nan, math.nan)
        self._ways = np.empty(0, dtype=np.intp)
        self._closed: list[shapely.Polygon] = []

    def move_to(self, x_m: float, y_m: float, now_s: float) -> None:
        """Look up what is near a position, and which zones hold now."""
        second_s = math.floor(now_s)
        has_moved = not math.dist(self._at, (x_m, y_m)) <= MOVED_M
        if second_s != self._held_s:
            self._held_s, when = second_s, wall_time(now_s)
            self._holding = [area for zone, area in self._zones if self._holds(zone, when)]
            has_moved = True
        if not has_moved:
            return
        self._at = (x_m, y_m)
        away_m = self._away_m(np.array([self._at]), slice(None))[0]
        self._ways = np.flatnonzero(away_m <= self._halves_m + self._near_m)
        here = shapely.Point(self._at)
        self._closed = [area for area in self._holding if area.distance(here) <= self._near_m]

    def ways_depth_m(self, points_map: Array) -> Array:
        """How deep points of shape (n, 2) lie in the ways; shape (n,)."""
        away_m = self._away_m(points_map, self._ways)
        depth: Array = np.max(self._halves_m[self._ways] - away_m, axis=1, initial=-np.inf)
        return depth

    def zones_depth_m(self, points_map: Array) -> Array:
        """How far points of shape (n, 2) lie outside every keep-out zone; shape (n,)."""
        depth = np.full(len(points_map), np.inf)
        points = shapely.points(points_map) if self._closed else None
        for area in self._closed:
            inside = shapely.contains_xy(area, points_map)
            border_m = shapely.distance(area.exterior, points)
            depth = np.minimum(depth, np.where(inside, -border_m, border_m))
        return depth

    def _holds(self, zone: Zone, when: datetime | None) -> bool:
        """Whether a zone is closed; where the time is not known, it is."""
        return when is None or zone.active_at(when, self._time_zone)

    def _away_m(self, points_map: Array, ways: NDArray[np.intp] | slice) -> Array:
        """Distances of points (n, 2) from the middles of ways, shape (n, ways)."""
        along = self._along[ways]
        dx = points_map[:, :1] - self._starts[ways, 0]
        dy = points_map[:, 1:] - self._starts[ways, 1]
        share = (dx * along[:, 0] + dy * along[:, 1]) / self._squares[ways]
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        away: Array = np.hypot(dx - share * along[:, 0], dy - share * along[:, 1])
        return away


def _ways(patrol_map: PatrolMap) -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """Start, end and width of every way, both of its directions once."""
    widths: dict[tuple[int, int], float] = {}
    for edge in patrol_map.edges.values():
        if not _is_steps(edge):
            ends = min(edge.start_id, edge.end_id), max(edge.start_id, edge.end_id)
            widths[ends] = max(edge.width_m, widths.get(ends, 0.0))
    places = {node.id: (node.x_m, node.y_m) for node in patrol_map.nodes.values()}
    return [(places[start], places[end], width_m) for (start, end), width_m in widths.items()]


def _is_steps(edge: Edge) -> bool:
    return edge.steps or edge.way_class is WayClass.STEPS


def _keep_out(patrol_map: PatrolMap) -> list[tuple[Zone, shapely.Polygon]]:
    return [
        (zone, shapely.Polygon(zone.polygon_map))
        for zone in patrol_map.zones
        if zone.kind is ZoneKind.KEEP_OUT
    ]
