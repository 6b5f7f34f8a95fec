"""How many vehicles any division needs: no closed walks, evenly shared, do with fewer.

A division puts every place on a closed walk, and m vehicles evenly spaced keep a walk of up to
m × W within W. Its vehicles are the cost of a set covering whose linear relaxation is solved by
column generation (Gilmore and Gomory 1961): prices of places, and the walk worth the most
vehicles at these prices (`richest_walks`). As the prices of any round, scaled down until no walk
earns more than its vehicles, are a solution of the dual, their sum is a bound at once.

The bound holds for more than divisions. Let every place be visited at times one W apart, by
whichever vehicle. How often a vehicle goes from a place to the next, so many W later, is a
fractional assignment whose mean delay is the number of vehicles; assignments have whole optima,
and their cycles are closed walks, evenly shared (Orlin 1982).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linprog

from benchmarks.patrolling.richest_walks import WalkSweep
from navigation.planning.patrol_graph import Floats, PatrolGraph

CLOSE = 1e-6
MOST_TICKS = 16_000  # of the longest walk; above, moves are rounded down more
Walk = tuple[int, frozenset[int]]  # vehicles, places


def vehicles_needed(graph: PatrolGraph, worst_s: float, vehicles: int) -> float:
    """A lower bound on the vehicles of any division of a worst idleness; weights do not count.

    Complete unless it is above `vehicles`. Raises PlanError for a move that takes another time
    back, and for more than 62 places.
    """
    sweep = WalkSweep(graph, _tick_s(graph, vehicles * worst_s))
    room = [sweep.ticks(count * worst_s) for count in range(vehicles + 1)]
    walks: list[Walk] = [(1, frozenset((place,))) for place in range(len(graph))]
    bound = 0.0
    while bound <= vehicles + CLOSE:
        prices = _prices(walks, len(graph))
        worth, bits = sweep.richest(prices, room[-1])
        earned = [float(worth[room[count]]) / count for count in range(1, vehicles + 1)]
        bound = max(bound, float(prices.sum()) / max(1.0, *earned))
        if max(earned) <= 1.0 + CLOSE:
            break
        walks += [
            (count, _places(int(bits[room[count]])))
            for count in range(1, vehicles + 1)
            if earned[count - 1] > 1.0 + CLOSE
        ]
    return bound


def _tick_s(graph: PatrolGraph, longest_s: float) -> float:
    """The greatest tick of whole milliseconds that divides every move, if walks stay short."""
    exact = math.gcd(*(round(1000 * time_s) for *_, time_s in graph.moves)) / 1000
    return max(exact, longest_s / MOST_TICKS)


def _prices(walks: list[Walk], count: int) -> Floats:
    """(count,) what it costs to cover each place one time more, in vehicles."""
    covers = np.zeros((count, len(walks)))
    for column, (_, places) in enumerate(walks):
        covers[list(places), column] = 1.0
    costs = [vehicles for vehicles, _ in walks]
    found = linprog(costs, A_ub=-covers, b_ub=-np.ones(count), method="highs-ds")
    prices: Floats = np.maximum(-found.ineqlin.marginals, 0.0)
    return prices


def _places(bits: int) -> frozenset[int]:
    return frozenset(place for place in range(bits.bit_length()) if bits >> place & 1)
