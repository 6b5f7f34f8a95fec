"""What a rule may ask of the map: regions with an honest "is it inside?", and zones by hour.

Positions are metres in the map frame, times epoch seconds. Rules know the protocol `MapView`;
`PatrolMapView` answers from a `PatrolMap`, `NOWHERE` knows nothing of any place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

from patrol.map import AreaKind, Edge, PatrolMap, PoiKind, WayClass, Zone, ZoneKind
from patrol.sun import CIVIL_TWILIGHT_RAD, sun_elevation_rad
from patrol.windows import Windows
from perception.map_heights import MapHeights
from perception.map_places import EMPTY, MappedLamp, Passage, Region, WatchedZone
from perception.watched_property import WatchedProperty, watched_properties

DRIVEN_ON = frozenset({WayClass.STREET, WayClass.LIVING_STREET})
ON_FOOT = frozenset({WayClass.PAVEMENT, WayClass.PARK_PATH})
CROSSWALK_MARGIN_M = 1.0  # people step beside the stripes
NO_PARKING_AT_CROSSWALK_M = 10.0  # Road Traffic Act of Korea, art. 32 no. 5


class MapView(Protocol):
    """What rules know of the map."""

    map_id: str

    @property
    def carriageway(self) -> Region:
        """Where only vehicles should be: road areas, off the crosswalks."""
        ...

    @property
    def driven_on(self) -> Region:
        """Where vehicles drive: road areas, streets, and crosswalks."""
        ...

    @property
    def footways(self) -> Region:
        """Ways for people alone: pavements and park paths."""
        ...

    @property
    def near_crosswalks(self) -> Region:
        """What is so near a crosswalk that no car may stand there."""
        ...

    @property
    def heights(self) -> MapHeights | None:
        """The ground's heights; None where the map has none."""
        ...

    def passages_near(self, x_m: float, y_m: float, reach_m: float) -> Sequence[Passage]:
        """Ways that come within a distance of a place, crosswalks left out."""
        ...

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        """Zones of a kind whose rule holds at a time."""
        ...

    def lamps_in_sight(self, x_m: float, y_m: float, within_m: float) -> Sequence[MappedLamp]:
        """Street lamps that no building hides from a place."""
        ...

    def watched_near(
        self, x_m: float, y_m: float, within_m: float, stamp_s: float
    ) -> Sequence[WatchedProperty]:
        """Watched property within a distance of a place, at a time when it is watched."""
        ...

    def is_night(self, stamp_s: float) -> bool:
        """Whether street lamps must burn: after civil dusk and before civil dawn."""
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
        self._night = (-math.inf, False)  # a time, and whether it was night then
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
    def driven_on(self) -> Region:
        """By the road areas and the ways' widths."""
        roads = [Polygon(a.polygon_map) for a in self._map.areas if a.kind is AreaKind.ROAD]
        ways = [
            self._line(edge).buffer(edge.width_m / 2, cap_style="flat")
            for edge in self._map.edges.values()
            if edge.way_class in DRIVEN_ON or edge.crosswalk_id
        ]
        return Region(unary_union([*roads, *ways]))

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

    @cached_property
    def heights(self) -> MapHeights | None:
        """By the ways' nodes."""
        return MapHeights.of(self._map)

    @cached_property
    def _passages(self) -> tuple[list[Passage], shapely.STRtree]:
        both_ways = {
            frozenset((edge.start_id, edge.end_id)): edge
            for edge in self._map.edges.values()
            if not edge.crosswalk_id
        }
        edges = list(both_ways.values())
        lines = [self._line(edge) for edge in edges]
        ways = [
            Passage(edge.id, (a[0], a[1]), (b[0], b[1]), edge.width_m)
            for edge, (a, b) in zip(edges, (line.coords for line in lines), strict=True)
        ]
        return ways, shapely.STRtree(lines)

    def passages_near(self, x_m: float, y_m: float, reach_m: float) -> Sequence[Passage]:
        """By the ways' middle lines."""
        ways, tree = self._passages
        found = tree.query(Point(x_m, y_m), predicate="dwithin", distance=reach_m)
        return [ways[int(index)] for index in np.sort(found)]

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        """Zones of a kind whose windows hold and that have not expired."""
        return [
            WatchedZone(zone.id, self._regions[id(zone)])
            for zone in self._map.zones
            if zone.kind is kind and self._is_active(zone, stamp_s)
        ]

    @cached_property
    def _lamps(self) -> Sequence[MappedLamp]:
        return [
            MappedLamp(poi.id, poi.x_m, poi.y_m, poi.height_m)
            for poi in self._map.pois
            if poi.kind is PoiKind.STREET_LAMP
        ]

    @cached_property
    def _walls(self) -> shapely.STRtree:
        return shapely.STRtree([Polygon(b.polygon_map) for b in self._map.buildings])

    def lamps_in_sight(self, x_m: float, y_m: float, within_m: float) -> Sequence[MappedLamp]:
        """Whatever the buildings' height: what stands behind one is not in sight."""
        return [
            lamp
            for lamp in self._lamps
            if math.hypot(lamp.x_m - x_m, lamp.y_m - y_m) <= within_m
            and not self._walls.query(
                LineString([(x_m, y_m), (lamp.x_m, lamp.y_m)]), predicate="intersects"
            ).size
        ]

    @cached_property
    def _watched(self) -> Sequence[tuple[Zone, WatchedProperty]]:
        return [
            (zone, piece)
            for zone in self._map.zones
            if zone.kind is ZoneKind.WATCHED_PROPERTY
            for piece in watched_properties(zone, self._map.buildings)
        ]

    def watched_near(
        self, x_m: float, y_m: float, within_m: float, stamp_s: float
    ) -> Sequence[WatchedProperty]:
        """By the middles of the zones, or of the pieces of long ones."""
        return [
            piece
            for zone, piece in self._watched
            if math.dist(piece.place, (x_m, y_m)) <= within_m and self._is_active(zone, stamp_s)
        ]

    def is_night(self, stamp_s: float) -> bool:
        """By the sun over the map's origin."""
        if stamp_s != self._night[0]:  # several rules ask in each picture
            elevation_rad = sun_elevation_rad(self._map.origin, stamp_s)
            self._night = stamp_s, elevation_rad < CIVIL_TWILIGHT_RAD
        return self._night[1]

    @cached_property
    def _sensitive(self) -> Sequence[Zone]:
        return [z for z in self._map.zones if z.kind is ZoneKind.INCIDENT_SENSITIVITY]

    def sensitivity_at(self, x_m: float, y_m: float, stamp_s: float) -> float:
        """The largest of the zones that cover a place; 1 where none does."""
        values = [
            zone.sensitivity or 1.0
            for zone in self._sensitive
            if self._regions[id(zone)].depth_m(x_m, y_m) >= 0 and self._is_active(zone, stamp_s)
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
    driven_on = EMPTY
    footways = EMPTY
    near_crosswalks = EMPTY
    heights = None

    def passages_near(self, x_m: float, y_m: float, reach_m: float) -> Sequence[Passage]:
        return ()

    def zones(self, kind: ZoneKind, stamp_s: float) -> Sequence[WatchedZone]:
        return ()

    def lamps_in_sight(self, x_m: float, y_m: float, within_m: float) -> Sequence[MappedLamp]:
        return ()

    def watched_near(
        self, x_m: float, y_m: float, within_m: float, stamp_s: float
    ) -> Sequence[WatchedProperty]:
        return ()

    def is_night(self, stamp_s: float) -> bool:
        return False

    def sensitivity_at(self, x_m: float, y_m: float, stamp_s: float) -> float:
        return 1.0

    def window_holds(self, windows: str, stamp_s: float) -> bool:
        return Windows.parse(windows).holds_at(_instant(stamp_s))


NOWHERE: MapView = _Nowhere()


def _instant(stamp_s: float) -> datetime:
    return datetime.fromtimestamp(stamp_s, UTC)
