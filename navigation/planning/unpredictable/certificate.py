"""The certificate: a schedule for ever in which every place is visited before its deadline.

A group of vehicles always holds one. Another schedule replaces it only after `overrun_s` found no
place late in the new one, so no draw of the dice can break the bound (docs/unpredictable.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph
from patrol.errors import PlanError

TOLERANCE_S = 1e-6  # rounding of sums of leg times


def overrun_s(last_visit_s: Floats, times_s: Floats, places: Ints, limit_s: Floats) -> float:
    """The most by which a place waits longer than its limit; at or below 0 nobody is late.

    `last_visit_s` and `limit_s` are (n,) by place, infinite limits for places of no concern;
    `times_s` and `places` (m,) are the visits to come in any order. What comes after the last
    listed visit is not looked at: list enough of a schedule that repeats itself.
    """
    late_s, _ = _gaps(last_visit_s, times_s, places, limit_s)
    return float(late_s.max(initial=-np.inf))


def late_until_s(last_visit_s: Floats, times_s: Floats, places: Ints, limit_s: Floats) -> float:
    """When the last visit comes that is late; the earliest visit of all if none is."""
    late_s, ends_s = _gaps(last_visit_s, times_s, places, limit_s)
    return float(ends_s[late_s > TOLERANCE_S].max(initial=last_visit_s.min()))


def _gaps(
    last_visit_s: Floats, times_s: Floats, places: Ints, limit_s: Floats
) -> tuple[Floats, Floats]:
    """Of every interval between visits: by how much it is too long, and when it ends."""
    visited = np.concatenate((np.arange(len(last_visit_s)), places))
    when_s = np.concatenate((last_visit_s, times_s))
    order = np.lexsort((when_s, visited))
    visited, when_s = visited[order], when_s[order]
    same = visited[1:] == visited[:-1]
    late_s = np.diff(when_s) - limit_s[visited[1:]]
    return late_s[same], when_s[1:][same]


def persistent_idleness_s(graph: PatrolGraph, cycles: Sequence[PatrolCycle]) -> float:
    """P: the worst priority-weighted idleness of the evenly spaced plan."""
    return max(float(gap_s) * graph.weights[place] for place, (_, gap_s) in _best(graph, cycles))


def owners(graph: PatrolGraph, cycles: Sequence[PatrolCycle]) -> tuple[frozenset[int], ...]:
    """For each cycle the places it answers for; of several the one that comes most often."""
    owned: list[set[int]] = [set() for _ in cycles]
    for place, (cycle, _) in _best(graph, cycles):
        owned[cycle].add(place)
    return tuple(frozenset(places) for places in owned)


def _best(
    graph: PatrolGraph, cycles: Sequence[PatrolCycle]
) -> list[tuple[int, tuple[int, float]]]:
    best: dict[int, tuple[int, float]] = {}
    for number, cycle in enumerate(cycles):
        for place, gaps_s in cycle.gaps_s(graph).items():
            if place not in best or max(gaps_s) < best[place][1]:
                best[place] = (number, max(gaps_s))
    missing = [graph.names[place] for place in range(len(graph)) if place not in best]
    if missing:
        raise PlanError(
            f"places {', '.join(missing[:5])}: on no cycle of the plan; put each on one, or leave"
            " it out of the graph"
        )
    return sorted(best.items())
