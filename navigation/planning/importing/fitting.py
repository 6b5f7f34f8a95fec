"""Which segments can be used: walls beside them make them narrower, a vehicle asks for more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from navigation.planning.importing.points import Points
from navigation.planning.importing.segments import Attributes, Segment
from navigation.planning.importing.way_rules import MIN_WIDTH_M
from patrol.map import Building, Edge
from patrol.map_passable import hindrances
from patrol.vehicle import VehicleSpec

WALL_GAP_M = 0.1
WIDTH_STEP_M = 0.1  # of widths that walls leave, rounded down
THROUGH_BUILDING = "through a building"


@dataclass
class Tally:
    """Lengths (m) and counts by reason."""

    lengths_m: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, length_m: float) -> None:
        """One more."""
        self.lengths_m[reason] = self.lengths_m.get(reason, 0.0) + length_m
        self.counts[reason] = self.counts.get(reason, 0) + 1

    @property
    def length_m(self) -> float:
        """All reasons together."""
        return sum(self.lengths_m.values())


def fit_segments(
    segments: Sequence[Segment],
    points: Points,
    buildings: Sequence[Building],
    spec: VehicleSpec | None,
) -> tuple[list[Segment], Tally]:
    """The segments that can be used, made as narrow as their walls, and what was left out."""
    gaps_m = _wall_gaps_m(segments, points, buildings)
    kept: list[Segment] = []
    left_out = Tally()
    for segment, gap_m in zip(segments, gaps_m.tolist(), strict=True):
        fitted = _between_walls(segment, gap_m)
        reason = _unfit(fitted.attributes, spec)
        if reason is None:
            kept.append(fitted)
        else:
            left_out.add(reason, points.distance_m(segment.start, segment.end))
    return kept, left_out


def _wall_gaps_m(
    segments: Sequence[Segment], points: Points, buildings: Sequence[Building]
) -> NDArray[np.float64]:
    """From each middle line to the nearest wall that could stand in its way, shape (n,)."""
    gaps_m = np.full(len(segments), np.inf)
    if not buildings or not segments:
        return gaps_m
    lines = shapely.linestrings([[points[s.start], points[s.end]] for s in segments])
    walls = np.array([shapely.Polygon(building.polygon_map) for building in buildings])
    reach_m = np.array([s.attributes.width_m / 2 + WALL_GAP_M for s in segments])
    line, wall = STRtree(walls).query(lines, predicate="dwithin", distance=reach_m)
    np.minimum.at(gaps_m, line, shapely.distance(lines[line], walls[wall]))
    return gaps_m


def _between_walls(segment: Segment, gap_m: float) -> Segment:
    free_m = 2 * (gap_m - WALL_GAP_M)
    if free_m >= segment.attributes.width_m:
        return segment
    width_m = round(max(free_m // WIDTH_STEP_M * WIDTH_STEP_M, 0.0), 1)
    return replace(segment, attributes=replace(segment.attributes, width_m=width_m))


def _unfit(attributes: Attributes, spec: VehicleSpec | None) -> str | None:
    if attributes.width_m < MIN_WIDTH_M:
        return THROUGH_BUILDING
    if spec is None:
        return None
    found = hindrances(edge_of(attributes, 0, 0, 1, 1.0), spec)
    return str(found[0].hindrance) if found else None


def edge_of(
    a: Attributes,
    edge_id: int,
    start_id: int,
    end_id: int,
    length_m: float,
    cap_mps: float = math.inf,
) -> Edge:
    """A map's edge with these attributes in its direction, no faster than a cap."""
    return Edge(
        edge_id, start_id, end_id, length_m, round(min(a.speed_limit_mps, cap_mps), 3), a.width_m,
        a.way_class, a.surface, a.grade, a.lit, a.crosswalk_id, a.name, a.kerb_m,
        exposure=a.exposure,
    )  # fmt: skip
