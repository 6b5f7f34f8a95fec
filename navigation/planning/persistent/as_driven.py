"""Divisions as they are driven: laps over arrivals, each in the best order found.

Planned over times that hold whatever came before, a division is safe and often far from the
best: in a lap what came before is known. So each walk's order is improved over arrivals, several
divisions are compared, and so is one lap for all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.lap_order import shortened
from navigation.planning.patrol_cycle import PatrolCycle, gaps_between


def as_driven(
    arrivals: ArrivalGraph, divisions: Sequence[Sequence[PatrolCycle]], seed: int = 0
) -> tuple[PatrolCycle, ...]:
    """The best of divisions, with laps as driven: the smallest worst weighted idleness.

    Never above that of any of them driven in its own order. Each division covers all places.
    """
    first = divisions[0]
    everywhere = list(dict.fromkeys(place for cycle in first for place in cycle.places))
    together = [PatrolCycle(tuple(everywhere), 0.0, sum(cycle.vehicles for cycle in first))]
    found = [
        tuple(_driven(arrivals, cycle, seed) for cycle in division)
        for division in (*divisions, together)
        if all(cycle.vehicles > 0 for cycle in division)
    ]
    return min(found, key=lambda division: _worst_and_mean_s(arrivals, division))


def _driven(arrivals: ArrivalGraph, cycle: PatrolCycle, seed: int) -> PatrolCycle:
    """In its own order or, where that is better, in the one found."""
    orders = (cycle.places, shortened(arrivals, cycle.places, seed))
    laps = [_lap(arrivals, order, cycle.vehicles) for order in orders]
    return min(laps, key=lambda lap: _worst_and_mean_s(arrivals, [lap]))


def _lap(arrivals: ArrivalGraph, order: Sequence[int], vehicles: int) -> PatrolCycle:
    stops = np.array(arrivals.lap(order))
    duration_s = float(arrivals.legs_s[stops, np.roll(stops, -1)].sum())
    return PatrolCycle(tuple(arrivals.place_of[stops].tolist()), duration_s, vehicles)


def _worst_and_mean_s(
    arrivals: ArrivalGraph, division: Sequence[PatrolCycle]
) -> tuple[float, float]:
    """Over places: the worst weighted idleness, and the mean time between visits."""
    gaps: dict[int, tuple[float, ...]] = {}
    for cycle in division:
        stops = np.array(arrivals.lap(cycle.places))
        legs_s = arrivals.legs_s[stops, np.roll(stops, -1)]
        offsets_s = np.concatenate(([0.0], np.cumsum(legs_s)[:-1]))
        places = arrivals.place_of[stops].tolist()
        for place, found in gaps_between(places, offsets_s.tolist(), cycle.spacing_s).items():
            if place not in gaps or max(found) < max(gaps[place]):
                gaps[place] = found
    worst_s = max(max(found) * arrivals.weights[place] for place, found in gaps.items())
    return round(worst_s, 6), float(np.mean([np.mean(found) for found in gaps.values()]))
