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

from navigation.following.path import Piece
from navigation.following.tracker import CREEP_MPS, PathTracker
from patrol.geometry import Pose2
from patrol.map import AreaKind, Crosswalk, Edge, PatrolMap
from patrol.vehicle import VehicleSpec

Array = NDArray[np.float64]

LOOKS_WITHIN_M = 8.0  # of the place to wait at, the vehicle looks at light and traffic
LINE_M = 1.0  # base_link stands so far before the crosswalk begins
CLEARANCE_M = 0.3  # between bumper and carriageway of a vehicle that stands


@dataclass(frozen=True, slots=True)
class Carriageway:
    """The strip of road that is crossed."""

    kerb: Pose2  # where it begins, x across it
    across_m: float  # its width along x
    half_width_m: float  # of the crosswalk


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """One passage over a crosswalk; travels of base_link along the path, m."""

    crosswalk: Crosswalk
    end_node: int  # index in the route of the node behind it
    road: Carriageway
    kerb_known: bool  # the map shows the carriageway
    hold_m: float  # where it stands and waits
    safe_m: float  # standing no further than this, nothing of it is on the carriageway
    road_from_m: float  # base_link enters the carriageway
    exit_m: float  # all of the vehicle has left it
    s_m: Array  # from where the vehicle looks to the exit, shape (n,)
    limit_mps: Array  # how fast the path lets it drive there

    @property
    def signal_id(self) -> str | None:
        """The id by which its light is known; None without a light."""
        if not self.crosswalk.signalled:
            return None
        return self.crosswalk.signal_id or self.crosswalk.id

    def drive_s(self, from_m: float, cap_mps: float) -> float:
        """How long it takes from a travel to the exit as fast as path and cap allow."""
        speeds = np.minimum(self.limit_mps, cap_mps)
        marks = np.maximum(np.append(self.s_m, self.exit_m), from_m)
        marks[0] = from_m
        return float(np.sum(np.diff(marks) / speeds))


class CrossingFinder:
    """Finds the crossings of paths on one map."""

    def __init__(self, patrol_map: PatrolMap, spec: VehicleSpec) -> None:
        self._spec = spec
        self._crosswalks = {crosswalk.id: crosswalk for crosswalk in patrol_map.crosswalks}
        roads = [a.polygon_map for a in patrol_map.areas if a.kind is AreaKind.ROAD]
        self._road = shapely.union_all([shapely.Polygon(road) for road in roads])
        shapely.prepare(self._road)

    def find(self, tracker: PathTracker, first_node: int) -> tuple[Crossing, ...]:
        """The crossings in driving order; leg i of the path ends at route node first_node + i."""
        found: list[Crossing] = []
        edges = tracker.edges
        for begin, end in _runs(edges):
            for piece, profile in zip(tracker.path.pieces, tracker.profiles, strict=True):
                legs = np.floor(piece.leg)
                on = np.flatnonzero((legs >= begin) & (legs < end))
                if piece.direction > 0 and not piece.is_turn and len(on) > 1:
                    found.append(
                        self._crossing(piece, profile, on, edges[begin:end], first_node + end - 1)
                    )
        return tuple(found)

    def _crossing(
        self,
        piece: Piece,
        profile: Array,
        on: NDArray[np.intp],
        edges: Sequence[Edge],
        end_node: int,
    ) -> Crossing:
        """The crossing where the samples `on` of a piece run along a crosswalk's edges."""
        in_road = shapely.contains_xy(self._road, piece.x_m[on], piece.y_m[on])
        kerb_known = bool(in_road.any())
        road = on[in_road] if kerb_known else on
        first, last = int(road[0]), int(road[-1])
        road_from_m = float(piece.s_m[first])
        safe_m = road_from_m - self._spec.front_m - CLEARANCE_M
        hold_m = min(float(piece.s_m[on[0]]) - LINE_M, safe_m)
        exit_m = float(piece.s_m[last]) + self._spec.rear_overhang_m
        near = (piece.s_m >= hold_m - LOOKS_WITHIN_M) & (piece.s_m <= exit_m)
        return Crossing(
            crosswalk=self._crosswalks[edges[0].crosswalk_id or ""],
            end_node=end_node,
            road=_carriageway(piece, first, last, max(edge.width_m for edge in edges) / 2),
            kerb_known=kerb_known,
            hold_m=hold_m,
            safe_m=safe_m,
            road_from_m=road_from_m,
            exit_m=exit_m,
            s_m=piece.s_m[near],
            limit_mps=np.maximum(profile[near], CREEP_MPS),
        )


def _carriageway(piece: Piece, first: int, last: int, half_width_m: float) -> Carriageway:
    begin, end = ((float(piece.x_m[i]), float(piece.y_m[i])) for i in (first, last))
    yaw = math.atan2(end[1] - begin[1], end[0] - begin[0])
    return Carriageway(Pose2(*begin, yaw), math.dist(begin, end), half_width_m)


def _runs(edges: Sequence[Edge]) -> list[tuple[int, int]]:
    """Ranges of edges in a row that cross the same crosswalk in the same direction."""
    runs: list[tuple[int, int]] = []
    for index, edge in enumerate(edges):
        if edge.crosswalk_id is None:
            continue
        before = edges[index - 1] if index else None
        goes_on = (
            before is not None
            and before.crosswalk_id == edge.crosswalk_id
            and before.start_id != edge.end_id
        )
        if goes_on:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs
