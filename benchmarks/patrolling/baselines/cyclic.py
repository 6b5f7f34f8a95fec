"""The evenly spaced cyclic strategy (Chevaleyre 2004): all vehicles follow one shortest tour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace


def cyclic_trace(
    graph: PatrolGraph, tour: Sequence[int], vehicles: int, horizon_s: float
) -> PatrolTrace:
    """Visits of vehicles spread evenly over a closed walk, the first at its first place."""
    moves = list(zip(tour, [*tour[1:], tour[0]], strict=True)) if len(tour) > 1 else []
    legs_s = [dict(graph.neighbours[start])[end] for start, end in moves]
    lap_s = sum(legs_s)
    offsets_s = np.concatenate(([0.0], np.cumsum(legs_s)[:-1])) if moves else np.zeros(1)
    visits = []
    for vehicle in range(vehicles):
        for place, offset_s in zip(tour, offsets_s, strict=True):
            first_s = float(offset_s) - vehicle * lap_s / vehicles
            times_s = np.arange(first_s % lap_s, horizon_s, lap_s) if lap_s else [0.0]
            visits += [(float(time_s), int(place), vehicle) for time_s in times_s]
    return PatrolTrace.of_visits(visits, horizon_s)
