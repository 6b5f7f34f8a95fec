"""What a rule may ask of the map: regions with an honest "is it inside?", and zones by hour.

Positions are metres in the map frame, times epoch seconds. Rules know the protocol `MapView`;
`PatrolMapView` answers from a `PatrolMap`, `NOWHERE` knows nothing of any place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, unary_union

from patrol.map import AreaKind, Edge, PatrolMap, WayClass, Zone, ZoneKind
from patrol.windows import Windows

ON_FOOT = frozenset({WayClass.PAVEMENT, WayClass.PARK_PATH})
CROSSWALK_MARGIN_M = 1.0  # people step beside the stripes
NO_PARKING_AT_CROSSWALK_M = 10.0  # Road Traffic Act of Korea, art. 32 no. 5
_LEAST_SIGMA_M = 1e-3


class Region:
    """A piece of ground, maybe empty, maybe of several parts."""

    def __init__(self, shape: BaseGeometry) -> None:
        self._shape = shape
        self._edge = shape.boundary
        shapely.prepare(shape)

    @property
    def is_empty(self) -> bool:
        """Whether it covers nothing."""
        return bool(self._shape.is_empty)

    def depth_m(self, x_m: float, y_m: float) -> float:
        """Distance to the edge, positive inside; minus infinity where the region is empty."""
        if self.is_empty:
            return -math.inf
        point = Point(x_m, y_m)
        distance = float(self._edge.distance(point))
        return distance if self._shape.covers(point) else -distance

    def share(self, x_m: float, y_m: float, covariance: NDArray[np.float64]) -> float:
        """The probability that something seen at a place (2 x 2 covariance, m²) is inside.

        The nearest edge is taken as straight: Phi(depth / sigma across the edge). That is exact
        for half planes, and good while the region is wider than the uncertainty.
        """
        depth = self.depth_m(x_m, y_m)
        if not math.isfinite(depth):
            return 0.0
        sigma = max(self._sigma_across(x_m, y_m, covariance), _LEAST_SIGMA_M)
        return 0.5 * (1.0 + math.erf(depth / sigma / math.sqrt(2.0)))

    def _sigma_across(self, x_m: float, y_m: float, covariance: NDArray[np.float64]) -> float:
        point = Point(x_m, y_m)
        nearest, _ = nearest_points(self._edge, point)
        across = np.array([x_m - nearest.x, y_m - nearest.y])
        length = float(np.hypot(*across))
        if length < 1e-6:  # on the edge: the larger axis
            return float(math.sqrt(max(np.linalg.eigvalsh(covariance)[-1], 0.0)))
        across /= length
        return float(math.sqrt(max(across @ covariance @ across, 0.0)))


EMPTY = Region(Polygon())


@dataclass(frozen=True, slots=True)
class WatchedZone:
    """A zone of the map that a rule watches."""

    id: str
    region: Region


class MapView(Protocol):
    """What rules know of the map."""

    map_id: str

    @property
    def carriageway(self) -> Region:
        """Where only vehicles should be: road areas, off the crosswalks."""
        ...

    @property
    def footways(self) -> Region:
        """Ways for people alone: pavements and park paths."""
        ...

    @property
    def near_crosswalks(self) -> Region:
        """What is so near a crosswalk that no car may stand there."""
        ...

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        """Zones of a kind whose rule holds at a time."""
        ...

    def sensitivity_at(self, x_m: float, y_m: float, stamp_s: float) -> float:
        """1 as elsewhere; 2 raises incidents on half the evidence."""
        ...

    def window_holds(self, windows: str, stamp_s: float) -> bool:
        """Whether a time is in windows (opening_hours words, the map's local time)."""
        ...


class PatrolMapView:
    """A `MapView` of a patrol map; shapes are made once, when first asked for."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._map = patrol_map
        self.map_id = patrol_map.map_id
        self._regions = {id(zone): Region(Polygon(zone.polygon_map)) for zone in patrol_map.zones}

    @cached_property
    def carriageway(self) -> Region:
        """Road areas without the crosswalks and a step beside them."""
        roads = [Polygon(a.polygon_map) for a in self._map.areas if a.kind is AreaKind.ROAD]
        walks = [
            self._line(edge).buffer(edge.width_m / 2 + CROSSWALK_MARGIN_M)
            for edge in self._map.edges.values()
            if edge.crosswalk_id
        ]
        return Region(unary_union(roads).difference(unary_union(walks)))

    @cached_property
    def footways(self) -> Region:
        """By the ways' widths."""
        ways = [
            self._line(edge).buffer(edge.width_m / 2, cap_style="flat")
            for edge in self._map.edges.values()
            if edge.way_class in ON_FOOT
        ]
        return Region(unary_union(ways))

    @cached_property
    def near_crosswalks(self) -> Region:
        """Within 10 m of their middle line."""
        lines = [self._line(edge) for edge in self._map.edges.values() if edge.crosswalk_id]
        return Region(unary_union([line.buffer(NO_PARKING_AT_CROSSWALK_M) for line in lines]))

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        """Zones of a kind whose windows hold and that have not expired."""
        return [
            WatchedZone(zone.id, self._regions[id(zone)])
            for zone in self._map.zones
            if zone.kind is kind and self._is_active(zone, stamp_s)
        ]

    def sensitivity_at(self, x_m: float, y_m: float, stamp_s: float) -> float:
        """The largest of the zones that cover a place; 1 where none does."""
        values = [
            zone.sensitivity or 1.0
            for zone in self._map.zones
            if zone.kind is ZoneKind.INCIDENT_SENSITIVITY
            and self._regions[id(zone)].depth_m(x_m, y_m) >= 0
            and self._is_active(zone, stamp_s)
        ]
        return max(values, default=1.0)

    def window_holds(self, windows: str, stamp_s: float) -> bool:
        """Whether a time is in windows; empty words mean always."""
        return Windows.parse(windows, self._map.time_zone).holds_at(_instant(stamp_s))

    def _is_active(self, zone: Zone, stamp_s: float) -> bool:
        return zone.active_at(_instant(stamp_s), self._map.time_zone)

    def _line(self, edge: Edge) -> LineString:
        a, b = self._map.nodes[edge.start_id], self._map.nodes[edge.end_id]
        return LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)])


class _Nowhere:
    """A vehicle without a map: no place means anything."""

    map_id = ""
    carriageway = EMPTY
    footways = EMPTY
    near_crosswalks = EMPTY

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        return ()

    def sensitivity_at(self, x_m: float, y_m: float, stamp_s: float) -> float:
        return 1.0

    def window_holds(self, windows: str, stamp_s: float) -> bool:
        return Windows.parse(windows).holds_at(_instant(stamp_s))


NOWHERE: MapView = _Nowhere()


def _instant(stamp_s: float) -> datetime:
    return datetime.fromtimestamp(stamp_s, UTC)
