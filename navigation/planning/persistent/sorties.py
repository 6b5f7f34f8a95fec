"""Walks that return to a dock before the battery is empty."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_graph import PatrolGraph
from patrol.errors import PlanError

TOLERANCE_S = 1e-9


def charging_walk(
    graph: PatrolGraph, places: Sequence[int], dock: int, endurance_s: float
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """A closed walk over the same places that passes the dock in time.

    Also, for each stop, the time driven since the last charge where the vehicle charges, else 0.
    The places keep their order; where the dock comes in is best for that order (Beasley 1983).
    Raises PlanError naming a place that is too far from the dock, and the endurance it needs.
    """
    visits = [place for place in dict.fromkeys(places) if place != dock]
    _check_reach(graph, visits, dock, endurance_s)
    if not visits:
        return (dock,), (0.0,)
    trips = min(
        (_trips(graph, visits[i:] + visits[:i], dock, endurance_s) for i in _starts(graph, visits,
                                                                                 dock)),
        key=lambda found: found[0],
    )[1]  # fmt: skip
    walk: list[int] = []
    charged: list[float] = []
    for trip in trips:
        ways = [dock, *trip, dock]
        walk.append(dock)
        charged.append(0.0)
        for start, end in itertools.pairwise(ways):
            inner = graph.path(start, end)[1:]
            walk += inner
            charged += [0.0] * len(inner)
        walk.pop()
        charged.pop()
    docked = _trip_starts(graph, trips, dock)
    for stop, driven_s in docked:
        charged[stop] = driven_s
    return tuple(walk), tuple(charged)


def _trip_starts(
    graph: PatrolGraph, trips: Sequence[Sequence[int]], dock: int
) -> list[tuple[int, float]]:
    """The stop at which each trip begins, and how long the trip before it took."""
    lengths_s = [_duration_s(graph, [dock, *trip, dock]) for trip in trips]
    found, stop = [], 0
    for number, trip in enumerate(trips):
        found.append((stop, lengths_s[number - 1]))
        ways = [dock, *trip, dock]
        stop += sum(len(graph.path(a, b)) - 1 for a, b in itertools.pairwise(ways))
    return found


def _duration_s(graph: PatrolGraph, stops: Sequence[int]) -> float:
    return math.fsum(graph.travel_s[a, b] for a, b in itertools.pairwise(stops))


def _check_reach(graph: PatrolGraph, visits: Sequence[int], dock: int, endurance_s: float) -> None:
    for place in visits:
        needed_s = float(graph.travel_s[dock, place] + graph.travel_s[place, dock])
        if needed_s > endurance_s:
            raise PlanError(
                f"place {graph.names[place]}: {needed_s:.0f} s from dock {graph.names[dock]} and"
                f" back, more than the endurance of {endurance_s:.0f} s; it needs a nearer dock"
                f" or an endurance of {needed_s:.0f} s"
            )


def _starts(graph: PatrolGraph, visits: Sequence[int], dock: int) -> list[int]:
    """Where the dock may come into the order; the few places with the least detour."""
    detour_s = {
        i: float(graph.travel_s[visits[i - 1], dock] + graph.travel_s[dock, visits[i]]
                 - graph.travel_s[visits[i - 1], visits[i]])
        for i in range(len(visits))
    }  # fmt: skip
    return sorted(detour_s, key=lambda i: (detour_s[i], i))[:5]


def _trips(
    graph: PatrolGraph, order: list[int], dock: int, endurance_s: float
) -> tuple[float, list[list[int]]]:
    """The shortest division of an order into trips from and to the dock."""
    count, stops = len(order), np.array(order)
    out_s, home_s = graph.travel_s[dock, stops], graph.travel_s[stops, dock]
    along_s = np.concatenate(([0.0], np.cumsum(graph.travel_s[stops[:-1], stops[1:]])))
    best_s, before = np.full(count + 1, np.inf), np.zeros(count + 1, np.intp)
    best_s[0] = 0.0
    for first in range(count):
        trip_s = out_s[first] + along_s[first:] - along_s[first] + home_s[first:]
        trip_s[trip_s > endurance_s + TOLERANCE_S] = np.inf
        better = best_s[first] + trip_s < best_s[first + 1 :]
        best_s[first + 1 :][better] = (best_s[first] + trip_s)[better]
        before[first + 1 :][better] = first
    trips, end = [], count
    while end:
        trips.append(order[before[end] : end])
        end = before[end]
    return float(best_s[count]), trips[::-1]
