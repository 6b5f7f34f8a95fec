"""Zones and checkpoints that contradict one another or never hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime

from shapely.geometry import Point, Polygon

from patrol.map import Checkpoint, PatrolMap, Zone, ZoneKind
from patrol.map_findings import Finding, error, warning
from patrol.map_shapes import edges_within
from patrol.windows import Windows, parse_instant

# may well cover ground beside the ways
_WAYSIDE = (
    ZoneKind.KEEP_OUT,
    ZoneKind.NO_RECORD,
    ZoneKind.RESTRICTED,
    ZoneKind.NO_LOITERING,
    ZoneKind.WATCHED_PROPERTY,
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)  # before any window of a map


def find_zone_problems(
    patrol_map: PatrolMap,
    closed_edge_ids: Set[int],
    reached: Mapping[str, tuple[set[int], set[int]]],
    when: datetime | None,
    now: datetime | None,
) -> Iterator[Finding]:
    """Findings about zones and windows.

    `reached`: dock id → nodes it reaches and nodes it is reached from; `when` and `now` as in
    `patrol.map_check.find_problems`.
    """
    yield from _places_in_keep_out(patrol_map, when)
    yield from _areas(patrol_map, closed_edge_ids, reached)
    for zone in patrol_map.zones:
        yield from _never(zone, f"zone {zone.id}", patrol_map.time_zone, now)
        if zone.expires and now is not None and now >= parse_instant(zone.expires):
            yield warning(f"zone {zone.id}", f"expired at {zone.expires}; it never holds again")
    for checkpoint in patrol_map.checkpoints:
        place = f"checkpoint {checkpoint.id}"
        yield from _never(checkpoint, place, patrol_map.time_zone, now)


def _places_in_keep_out(patrol_map: PatrolMap, when: datetime | None) -> Iterator[Finding]:
    for zone in patrol_map.active_zones(when):
        if zone.kind is not ZoneKind.KEEP_OUT:
            continue
        polygon = Polygon(zone.polygon_map)
        for kind, places in (("checkpoint", patrol_map.checkpoints), ("dock", patrol_map.docks)):
            for place in places:
                node = patrol_map.nodes[place.node_id]
                if polygon.covers(Point(node.x_m, node.y_m)):
                    hours = f" ({zone.windows})" if zone.windows else ""
                    yield error(f"{kind} {place.id}", f"lies in keep-out zone {zone.id}{hours}")


def _areas(
    patrol_map: PatrolMap,
    closed_edge_ids: Set[int],
    reached: Mapping[str, tuple[set[int], set[int]]],
) -> Iterator[Finding]:
    """Zones without ways, and patrol areas in which nothing can be patrolled."""
    zones = [zone for zone in patrol_map.zones if zone.kind not in _WAYSIDE]
    there = set[int]().union(*(nodes for nodes, _ in reached.values()))
    for zone, edge_ids in zip(zones, edges_within(patrol_map, zones), strict=True):
        place = f"zone {zone.id}"
        if not edge_ids:
            yield warning(place, f"this {zone.kind} zone covers no way")
            continue
        if zone.kind is not ZoneKind.PATROL_AREA:
            continue
        open_ids = [edge_id for edge_id in edge_ids if edge_id not in closed_edge_ids]
        if not open_ids:
            text = f"every way in this patrol area is closed: {_closers(patrol_map, zone)}"
            yield error(place, text)
        elif reached and not any(patrol_map.edges[i].start_id in there for i in open_ids):
            yield error(place, "no dock reaches any open way of this patrol area")


def _closers(patrol_map: PatrolMap, area: Zone) -> str:
    polygon = Polygon(area.polygon_map)
    over = [
        zone.id
        for zone in patrol_map.zones
        if zone.kind is ZoneKind.KEEP_OUT and polygon.intersects(Polygon(zone.polygon_map))
    ]
    names = ", ".join(over)
    return f"keep-out zones {names} lie over it" if over else "the vehicle fits none of them"


def _never(
    timed: Zone | Checkpoint, place: str, time_zone: str, now: datetime | None
) -> Iterator[Finding]:
    if not timed.windows:
        return
    windows = Windows.parse(timed.windows, time_zone)
    moment = now or _EVER
    if not windows.holds_at(moment) and windows.next_change(moment) is None:
        again = " again" if now else ""
        yield warning(place, f"windows {timed.windows!r} never open{again}")
