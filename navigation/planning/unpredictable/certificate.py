"""The certificate: a schedule for ever in which every place is visited before its deadline.

A group of vehicles always holds one. Another schedule replaces it only after `outlook_s` found no
place late in the new one, so no draw of the dice can break the bound (docs/unpredictable.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.compiled import compiled
from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.track import Track
from patrol.errors import PlanError

TOLERANCE_S = 1e-6  # rounding of sums of leg times
BOUND = 2.0  # worst idleness over the persistent plan's


@compiled
def outlook_s(
    now_s: float,
    last_visit_s: Floats,
    times_s: Floats,
    places: Ints,
    seen_s: Floats,
    seen: Ints,
    limit_s: Floats,
    unseen_limit_s: Floats,
) -> tuple[float, float]:
    """By how much a place waits longest over its limit, and goes unseen longest over the other.

    `last_visit_s` and limits are (n,) by place, infinite limits for places of no concern;
    `times_s` and `places` (m,) are the visits to come in any order, `seen_s` and `seen` (k,) when
    places are seen besides. Waiting counts from the last visit, going unseen from now. At or
    below 0 nobody is late. What comes after the last listed visit is not looked at: list enough
    of a schedule that repeats itself.
    """
    last_s, watched_s = last_visit_s.copy(), np.full(len(limit_s), now_s)
    late_s = unseen_s = -np.inf
    all_s, all_places = np.concatenate((times_s, seen_s)), np.concatenate((places, seen))
    for event in np.argsort(all_s):
        time_s, place = all_s[event], all_places[event]
        if event < len(times_s):
            late_s = max(late_s, time_s - last_s[place] - limit_s[place])
            last_s[place] = time_s
        if time_s > now_s:
            unseen_s = max(unseen_s, time_s - watched_s[place] - unseen_limit_s[place])
            watched_s[place] = time_s
    return late_s, unseen_s


def late_until_s(last_visit_s: Floats, times_s: Floats, places: Ints, limit_s: Floats) -> float:
    """When the last visit comes that is late; the earliest visit of all if none is."""
    visited = np.concatenate((np.arange(len(last_visit_s)), places))
    when_s = np.concatenate((last_visit_s, times_s))
    order = np.lexsort((when_s, visited))
    visited, when_s = visited[order], when_s[order]
    same = visited[1:] == visited[:-1]
    late = same & (np.diff(when_s) - limit_s[visited[1:]] > TOLERANCE_S)
    return float(when_s[1:][late].max(initial=last_visit_s.min()))


def persistent_idleness_s(arrivals: ArrivalGraph, tracks: Sequence[Track]) -> float:
    """P: the worst priority-weighted idleness of evenly spaced vehicles on these tracks."""
    return max(gap_s * arrivals.weights[place] for place, (_, gap_s) in _best(arrivals, tracks))


def owners(arrivals: ArrivalGraph, tracks: Sequence[Track]) -> tuple[frozenset[int], ...]:
    """For each track the places it answers for; of several the one that comes most often."""
    owned: list[set[int]] = [set() for _ in tracks]
    for place, (track, _) in _best(arrivals, tracks):
        owned[track].add(place)
    return tuple(frozenset(places) for places in owned)


def _best(arrivals: ArrivalGraph, tracks: Sequence[Track]) -> list[tuple[int, tuple[int, float]]]:
    best: dict[int, tuple[int, float]] = {}
    for number, track in enumerate(tracks):
        for place, gaps_s in track.gaps_s.items():
            if place not in best or max(gaps_s) < best[place][1]:
                best[place] = (number, max(gaps_s))
    missing = [name for place, name in enumerate(arrivals.names) if place not in best]
    if missing:
        raise PlanError(
            f"places {', '.join(missing[:5])}: on no cycle of the plan; put each on one, or leave"
            " it out of the graph"
        )
    return sorted(best.items())
