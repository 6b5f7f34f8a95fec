"""Times between places for a vehicle that leaves a place the way it came.

How long a leg takes depends on the street by which the vehicle arrived before. A matrix over
places needs one number: `worst` is the time from the worst arrival (a plan that keeps to it holds
for certain, at most with a wait), `mean` the average over arrivals (what to expect).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from navigation.planning.route_search import RouteSearch, Start


@dataclass(frozen=True)
class TravelTimes:
    """(n, n) seconds from place to place in their order; inf where there is no way."""

    worst_s: NDArray[np.float64]
    mean_s: NDArray[np.float64]


def travel_times(search: RouteSearch, places: Sequence[Start]) -> TravelTimes:
    """Times between places; a place with a heading is left in that heading, as a dock is."""
    count = len(places)
    worst_s, mean_s = np.full((count, count), np.inf), np.full((count, count), np.inf)
    goals = [search.arrivals(place.node_id) for place in places]
    for row, place in enumerate(places):
        graph, source = search.with_start(place)
        leaving = [source] if place.heading_rad is not None or not goals[row] else goals[row]
        rows = np.array([_to_each(graph, state, goals) for state in leaving])
        reached = np.isfinite(rows).all(axis=0)
        worst_s[row] = rows.max(axis=0)
        mean_s[row, reached] = rows[:, reached].mean(axis=0)
        same = [other.node_id == place.node_id for other in places]
        worst_s[row, same] = mean_s[row, same] = 0.0
    return TravelTimes(worst_s, mean_s)


def _to_each(graph: rx.PyDiGraph, state: int, goals: Sequence[Sequence[int]]) -> list[float]:
    found = dict(rx.dijkstra_shortest_path_lengths(graph, state, float))
    found[state] = 0.0
    return [min((found.get(goal, np.inf) for goal in group), default=np.inf) for group in goals]
