"""Crossings: where a path passes a crosswalk, and where the vehicle stands before it.

What must not be stood on is the carriageway: the part of the crosswalk's edges inside the map's
`road` areas, or all of them where the map shows none there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from navigation.following.path import Piece, RoutePath
from patrol.geometry import Pose2
from patrol.map import AreaKind, Crosswalk, Edge, PatrolMap
from patrol.vehicle import VehicleSpec

LINE_M = 1.0  # base_link stands so far before the crosswalk begins
CLEARANCE_M = 0.3  # between bumper and carriageway of a vehicle that stands


@dataclass(frozen=True, slots=True)
class Crossing:
    """One passage over a crosswalk; travels of base_link along the path, m."""

    crosswalk: Crosswalk
    hold_m: float  # where it stands and waits
    safe_m: float  # standing no further than this, nothing of it is on the carriageway
    road_from_m: float  # base_link enters the carriageway
    kerb_known: bool  # the map shows the carriageway
    exit_m: float  # all of the vehicle has left it
    end_node: int  # index in the route of the node behind it
    cap_mps: float  # slowest limit of its edges
    kerb: Pose2  # where the carriageway begins, x across it
    across_m: float  # width of the carriageway along x
    half_width_m: float  # of the strip that is crossed

    @property
    def signal_id(self) -> str | None:
        """The id by which its light is known; None without a light."""
        if not self.crosswalk.signalled:
            return None
        return self.crosswalk.signal_id or self.crosswalk.id


class CrossingFinder:
    """Finds the crossings of paths on one map."""

    def __init__(self, patrol_map: PatrolMap, spec: VehicleSpec) -> None:
        self._spec = spec
        self._crosswalks = {crosswalk.id: crosswalk for crosswalk in patrol_map.crosswalks}
        roads = [a.polygon_map for a in patrol_map.areas if a.kind is AreaKind.ROAD]
        self._road = shapely.union_all([shapely.Polygon(road) for road in roads])
        shapely.prepare(self._road)

    def find(
        self, path: RoutePath, edges: Sequence[Edge], caps_mps: Sequence[float], first_node: int
    ) -> tuple[Crossing, ...]:
        """The crossings in driving order; leg i of the path ends at route node first_node + i."""
        found: list[Crossing] = []
        for begin, end in _runs(edges):
            crosswalk = self._crosswalks[edges[begin].crosswalk_id or ""]
            limits = [edge.speed_limit_mps for edge in edges[begin:end]]
            cap_mps = min(*limits, *caps_mps[begin:end], self._spec.speed_cap_mps)
            half_width_m = max(edge.width_m for edge in edges[begin:end]) / 2
            for piece in path.pieces:
                legs = np.floor(piece.leg)
                on = np.flatnonzero((legs >= begin) & (legs < end))
                if piece.direction > 0 and not piece.is_turn and len(on) > 1:
                    place = self._place(piece, on)
                    found.append(
                        Crossing(
                            crosswalk, *place.stops, first_node + end - 1, cap_mps,
                            place.kerb, place.across_m, half_width_m,
                        )
                    )  # fmt: skip
        return tuple(found)

    def _place(self, piece: Piece, on: NDArray[np.intp]) -> _Place:
        in_road = shapely.contains_xy(self._road, piece.x_m[on], piece.y_m[on])
        known = bool(in_road.any())
        road = on[in_road] if known else on
        begin, first, last = int(on[0]), int(road[0]), int(road[-1])
        safe_m = float(piece.s_m[first]) - self._spec.front_m - CLEARANCE_M
        hold_m = min(float(piece.s_m[begin]) - LINE_M, safe_m)
        from_point = (float(piece.x_m[first]), float(piece.y_m[first]))
        to_point = (float(piece.x_m[last]), float(piece.y_m[last]))
        yaw = math.atan2(to_point[1] - from_point[1], to_point[0] - from_point[0])
        exit_m = float(piece.s_m[last]) + self._spec.rear_overhang_m
        stops = (hold_m, safe_m, float(piece.s_m[first]), known, exit_m)
        return _Place(stops, Pose2(*from_point, yaw), math.dist(from_point, to_point))


@dataclass(frozen=True, slots=True)
class _Place:
    stops: tuple[float, float, float, bool, float]
    kerb: Pose2
    across_m: float


def _runs(edges: Sequence[Edge]) -> list[tuple[int, int]]:
    """Ranges of edges in a row that cross the same crosswalk in the same direction."""
    runs: list[tuple[int, int]] = []
    for index, edge in enumerate(edges):
        if edge.crosswalk_id is None:
            continue
        before = edges[index - 1] if index else None
        goes_on = (
            runs
            and runs[-1][1] == index
            and before is not None
            and before.crosswalk_id == edge.crosswalk_id
            and before.start_id != edge.end_id
        )
        if goes_on:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs
