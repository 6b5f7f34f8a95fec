"""What of a map's hours falls into a plan: zones with windows or an expiry, while it runs.

A zone that does not hold while the plan runs is no matter to it, one that holds all the time
closes (or slows down) as any other. A keep-out zone that opens or closes in between is `changing`:
a tour drives there while it is open (`TimedSearch`), every other plan counts it as closed. Of
speed limits that hold for a part of the plan all hold: a vehicle that may drive faster waits.
Without a start nobody knows the hours, and every zone holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import shapely
from shapely import Polygon

from navigation.planning.fleet.types import LeftOut
from navigation.planning.remembering_search import RememberingSearch
from navigation.planning.route_options import RouteOptions
from navigation.planning.route_timed import TimedSearch, Turning
from navigation.planning.route_windows import HORIZON_S, ClosedTimes, Interval, zone_intervals
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.map_shapes import edges_within
from patrol.vehicle import VehicleSpec
from patrol.windows import closed_until_text, opens_at

AT_ALL_HOURS = "counted as closed at all hours"


@dataclass(frozen=True)
class ZoneHours:
    """A keep-out zone that closes something while a plan runs.

    `intervals_s` are seconds after the plan's start; `text` goes into "the only way passes …".
    """

    zone: Zone
    intervals_s: tuple[Interval, ...]
    edge_ids: tuple[int, ...]
    text: str
    remedy: str
    is_changing: bool


@dataclass(frozen=True)
class PlanHours:
    """The hours of a plan that ends by `end_s` after `when` (aware; None: unknown)."""

    source: PatrolMap
    when: datetime | None
    end_s: float

    @classmethod
    def of(cls, patrol_map: PatrolMap, when: datetime | None, end_s: float) -> PlanHours:
        """A plan without an end is looked at for a week."""
        return cls(patrol_map, when, end_s if math.isfinite(end_s) else HORIZON_S)

    @cached_property
    def patrol_map(self) -> PatrolMap:
        """The map with the zones that may hold while the plan runs."""
        if self.when is None:
            return self.source
        return replace(self.source, zones=tuple(z for z in self.source.zones if self._counts(z)))

    @cached_property
    def zones(self) -> tuple[ZoneHours, ...]:
        """What is kept out of while the plan runs; nothing is known without a start."""
        kept_out = [z for z in self.patrol_map.zones if z.kind is ZoneKind.KEEP_OUT]
        if self.when is None or not kept_out:
            return ()
        found = zip(kept_out, edges_within(self.patrol_map, kept_out), strict=True)
        return tuple(
            self._hours(zone, tuple(edge_ids), self.when) for zone, edge_ids in found if edge_ids
        )

    def options(
        self, closed_edge_ids: frozenset[int], spec: VehicleSpec | None, *, is_timed: bool = False
    ) -> RouteOptions:
        """For a search that counts changing zones as closed or, if it is timed, as open."""
        if self.when is None:
            return RouteOptions(closed_edge_ids, spec)
        closures: dict[int, str] = {}
        for hours in sorted(self.zones, key=lambda hours: hours.is_changing):
            if not (is_timed and hours.is_changing):
                for edge_id in hours.edge_ids:
                    closures.setdefault(edge_id, hours.text)
        for edge_id in closed_edge_ids & closures.keys():
            del closures[edge_id]  # a person closed it
        return RouteOptions(closed_edge_ids, spec, respect_keep_out=False, closures=closures)

    @property
    def is_changing(self) -> bool:
        """Whether a zone opens or closes while the plan runs."""
        return any(hours.is_changing for hours in self.zones)

    def timed(self, closed_edge_ids: frozenset[int], spec: VehicleSpec | None) -> TimedSearch:
        """A search by the clock through changing zones; nobody stands in one that is closed."""
        changing = [hours for hours in self.zones if hours.is_changing]
        options = self.options(closed_edge_ids, spec, is_timed=True)
        return TimedSearch(
            RememberingSearch(self.patrol_map, options),
            _merged((hours, hours.edge_ids) for hours in changing),
            must_clear=True,
            closed_nodes=_merged((hours, self._nodes_in(hours.zone)) for hours in changing),
            turning=Turning.as_planned(),
        )

    def notes(self, is_timed: bool) -> Iterator[str]:
        """What an operator should know of the hours."""
        if self.when is None:
            for zone in self.source.zones:
                if zone.kind is ZoneKind.KEEP_OUT and (zone.windows or zone.expires):
                    yield (
                        f"zone {zone.id} has hours ({_words(zone)}): {AT_ALL_HOURS}, because the "
                        "plan says not when it starts"
                    )
        for hours in self.zones:
            if hours.is_changing and is_timed:
                yield f"{hours.text}: passed only while it is open"
            elif hours.is_changing:
                yield f"{hours.text}: {AT_ALL_HOURS}, because the plan reaches into its hours"

    def explained(self, left: LeftOut) -> LeftOut:
        """Something left out, with a remedy that names the hours of the zones in its way."""
        remedies = [hours.remedy for hours in self.zones if hours.text in left.why]
        return replace(left, remedy=" and ".join(remedies)) if remedies else left

    def _counts(self, zone: Zone) -> bool:
        """Whether a zone may matter: all that do not close or slow down do."""
        has_rule = zone.kind is ZoneKind.KEEP_OUT or zone.speed_limit_mps is not None
        return not has_rule or bool(self._intervals_s(zone))

    def _intervals_s(self, zone: Zone) -> tuple[Interval, ...]:
        """When a zone holds, from now until the plan is over."""
        assert self.when is not None
        found = zone_intervals(zone, self.source.time_zone, self.when, self.end_s)
        return tuple((begin, end) for begin, end in found if begin < self.end_s)

    def _hours(self, zone: Zone, edge_ids: tuple[int, ...], when: datetime) -> ZoneHours:
        intervals_s = self._intervals_s(zone)
        begin_s, end_s = intervals_s[0]
        time_zone, begin = self.source.time_zone, when + timedelta(seconds=begin_s)
        until = closed_until_text(zone, begin, time_zone)
        opens = opens_at(zone, begin, time_zone)
        again = f"start after {until.removeprefix('closed until ')}" if opens else "open it"
        if begin_s <= 0:
            is_changing = end_s < self.end_s
            text, remedy = f"zone {zone.id}, {until}", again
        else:
            is_changing = True
            closes = _clock(begin, when, time_zone)
            text = f"zone {zone.id}, closed from {closes} {until.removeprefix('closed ')}"
            remedy = f"be done by {closes}, or {again}"
        return ZoneHours(zone, intervals_s, edge_ids, text, remedy, is_changing)

    def _nodes_in(self, zone: Zone) -> tuple[int, ...]:
        nodes = self.patrol_map.nodes
        places = [(node.x_m, node.y_m) for node in nodes.values()]
        inside = shapely.covers(Polygon(zone.polygon_map), shapely.points(places))
        return tuple(node_id for node_id, is_in in zip(nodes, inside, strict=True) if is_in)


def _merged(zones: Iterable[tuple[ZoneHours, Sequence[int]]]) -> dict[int, ClosedTimes]:
    """When edges, or nodes, are closed that lie in one zone or several."""
    found: dict[int, list[ZoneHours]] = {}
    for hours, ids in zones:
        for number in ids:
            found.setdefault(number, []).append(hours)
    return {
        number: ClosedTimes.of(
            (interval for hours in parts for interval in hours.intervals_s),
            f"zone {', '.join(hours.zone.id for hours in parts)}",
        )
        for number, parts in found.items()
    }


def _clock(moment: datetime, when: datetime, time_zone: str) -> str:
    """A moment's local time, with the date unless it is the day of `when`."""
    local, start = (t.astimezone(ZoneInfo(time_zone)) for t in (moment, when))
    return f"{local:%H:%M}" if local.date() == start.date() else f"{local:%Y-%m-%d %H:%M}"


def _words(zone: Zone) -> str:
    parts = [zone.windows] if zone.windows else []
    parts += [f"until {zone.expires}"] if zone.expires else []
    return ", ".join(parts)
