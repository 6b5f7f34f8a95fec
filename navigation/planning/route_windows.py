"""When edges are closed, in seconds after a departure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from patrol.errors import PlanError
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.map_shapes import edges_within
from patrol.windows import Windows, parse_instant

HORIZON_S = 7 * 86400.0  # a windowed zone counts as closed for good after a week

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ClosedTimes:
    """When an edge is closed: intervals [from, until) in seconds, sorted and apart; and why."""

    intervals_s: tuple[Interval, ...]
    text: str = "closed"

    @classmethod
    def of(cls, intervals_s: Iterable[Interval], text: str = "closed") -> ClosedTimes:
        """From intervals in any order; raises PlanError for one that ends before it begins."""
        merged: list[Interval] = []
        for begin, end in sorted(intervals_s):
            if not begin < end:
                raise PlanError(
                    f"{text}: closed from {begin:g} to {end:g} s ends before it begins"
                )
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        return cls(tuple(merged), text)

    @property
    def is_final(self) -> bool:
        """Whether it never opens again."""
        return bool(self.intervals_s) and math.isinf(self.intervals_s[-1][1])

    def opens_s(self, at_s: float) -> float:
        """The first moment at or after `at_s` at which it is open; infinite: never."""
        i = bisect_right(self.intervals_s, (at_s, math.inf)) - 1
        return max(at_s, self.intervals_s[i][1]) if i >= 0 else at_s

    def open_s(self) -> tuple[Interval, ...]:
        """When it is open: the intervals between."""
        begins = (-math.inf, *(end for _, end in self.intervals_s))
        ends = (*(begin for begin, _ in self.intervals_s), math.inf)
        return tuple((b, e) for b, e in zip(begins, ends, strict=True) if b < e)

    def cleared_for(self, driving_s: float) -> ClosedTimes:
        """When one must not enter in order to be off it, after so long, before it closes."""
        return ClosedTimes.of(
            ((begin - driving_s, end) for begin, end in self.intervals_s), self.text
        )


def zone_closures(
    patrol_map: PatrolMap, departure: datetime, horizon_s: float = HORIZON_S
) -> dict[int, ClosedTimes]:
    """When keep-out zones close which edges, in seconds after an aware departure."""
    zones = [zone for zone in patrol_map.zones if zone.kind is ZoneKind.KEEP_OUT]
    found: dict[int, list[tuple[str, list[Interval]]]] = {}
    for zone, edge_ids in zip(
        zones, edges_within(patrol_map, zones) if zones else (), strict=True
    ):
        intervals = zone_intervals(zone, patrol_map.time_zone, departure, horizon_s)
        for edge_id in edge_ids if intervals else ():
            found.setdefault(edge_id, []).append((zone.id, intervals))
    return {
        edge_id: ClosedTimes.of(
            (interval for _, intervals in parts for interval in intervals),
            f"zone {', '.join(zone_id for zone_id, _ in parts)}",
        )
        for edge_id, parts in found.items()
    }


def zone_intervals(
    zone: Zone, time_zone: str, departure: datetime, horizon_s: float
) -> list[Interval]:
    """When a zone holds, in seconds after departure; from the horizon on, if it has windows."""
    expires_s = math.inf
    if zone.expires:
        expires_s = (parse_instant(zone.expires) - departure).total_seconds()
    if not zone.windows:
        return [(0.0, expires_s)] if expires_s > 0 else []
    windows = Windows.parse(zone.windows, time_zone)
    found, begin_s, holds = [], 0.0, windows.holds_at(departure)
    while begin_s < horizon_s:
        change = windows.next_change(departure + timedelta(seconds=begin_s))
        end_s = (change - departure).total_seconds() if change else math.inf
        if holds:
            found.append((begin_s, end_s))
        begin_s, holds = end_s, not holds
    if begin_s < math.inf:
        found.append((begin_s, math.inf))
    return [(begin, min(end, expires_s)) for begin, end in found if begin < expires_s]
