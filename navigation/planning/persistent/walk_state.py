"""What the search over walks works on: closed walks, how often and evenly they pass a place."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STANDING_LOOK_S = 1.0  # a vehicle that stands at its only place counts as visiting it this often
NO_MOVE = 1e18
TOLERANCE_S = 1e-9


class Moves(NamedTuple):
    """The moves of a graph, and the weights of its places."""

    move_s: Floats  # (n, n) duration of a move, NO_MOVE where there is none
    neighbours: Ints  # (n, most) places with a move to, the first `degrees` valid
    degrees: Ints  # (n,)
    weights: Floats  # (n,)
    even: bool  # all weights are 1, so that a walk's spacing bounds every gap


class Walks(NamedTuple):
    """G closed walks over moves; the arrays after `vehicles` follow from the first three."""

    stops: Ints  # (G, room) places in order, the first `sizes[g]` valid
    sizes: Ints  # (G,)
    vehicles: Ints  # (G,)
    laps_s: Floats  # (G,)
    passes: Ints  # (G, n) how often a walk passes a place
    worst_s: Floats  # (G, n) largest weighted gap of a place on a walk, inf off it


class Goal(NamedTuple):
    """Cost = mean interval + `strictness` × what the worst idleness exceeds `limit_s` by.

    A walk's spacing counts as idleness of the `lightest` weight, so that no walk grows too long.
    """

    limit_s: float
    strictness: float
    lightest: float


@compiled
def measure(moves: Moves, walks: Walks, g: int) -> None:
    """Bring lap, passes and gaps of a walk up to date."""
    size, stops = walks.sizes[g], walks.stops[g]
    passes, worst_s = walks.passes[g], walks.worst_s[g]
    passes[:] = 0
    worst_s[:] = np.inf
    lap_s = 0.0
    for i in range(size):
        passes[stops[i]] += 1
        if size > 1:
            lap_s += moves.move_s[stops[i], stops[(i + 1) % size]]
    walks.laps_s[g] = lap_s
    spacing_s = lap_s / walks.vehicles[g]
    for i in range(size):
        worst_s[stops[i]] = spacing_s * moves.weights[stops[i]]
    if not moves.even and size > 1:
        _measure_gaps(moves, walks, g, spacing_s)


@compiled
def _measure_gaps(moves: Moves, walks: Walks, g: int, spacing_s: float) -> None:
    """Gaps of places passed more than once, with the vehicles evenly spaced."""
    size, stops, count = walks.sizes[g], walks.stops[g], len(moves.weights)
    phases_s, order, time_s = np.empty(size), np.empty(size, np.int64), 0.0
    for i in range(size):
        phase_s, j = time_s % spacing_s, i
        while j > 0 and phases_s[j - 1] > phase_s:  # few vehicles: nearly in order
            phases_s[j], order[j] = phases_s[j - 1], order[j - 1]
            j -= 1
        phases_s[j], order[j] = phase_s, stops[i]
        time_s += moves.move_s[stops[i], stops[(i + 1) % size]]
    first_s, last_s, gaps_s = np.full(count, -1.0), np.zeros(count), np.zeros(count)
    for i in range(size):
        place = order[i]
        if first_s[place] < 0.0:
            first_s[place] = phases_s[i]
        else:
            gaps_s[place] = max(gaps_s[place], phases_s[i] - last_s[place])
        last_s[place] = phases_s[i]
    for i in range(size):
        place = order[i]
        round_s = first_s[place] + spacing_s - last_s[place]
        walks.worst_s[g, place] = max(gaps_s[place], round_s) * moves.weights[place]


@compiled
def team_worst_s(walks: Walks, place: int) -> float:
    """The weighted gap of a place that one walk alone guarantees; inf if none passes it."""
    lowest = np.inf
    for g in range(len(walks.sizes)):
        lowest = min(lowest, walks.worst_s[g, place])
    return lowest


@compiled
def greatest_s(walks: Walks, lightest: float) -> float:
    """The team's worst weighted idleness that its walks guarantee; see Goal for `lightest`."""
    worst_s = 0.0
    for g in range(len(walks.sizes)):
        worst_s = max(worst_s, lightest * walks.laps_s[g] / walks.vehicles[g])
    for place in range(walks.passes.shape[1]):
        worst_s = max(worst_s, team_worst_s(walks, place))
    return worst_s


@compiled
def cost(walks: Walks, goal: Goal) -> float:
    """What the search lowers; inf if a place is left out.

    A place's mean interval is 1 / Σ vehicles × passes / lap over the walks.
    """
    count, total_s = walks.passes.shape[1], 0.0
    for place in range(count):
        rate = 0.0
        for g in range(len(walks.sizes)):
            if walks.passes[g, place]:
                lap_s = walks.laps_s[g]
                visits = walks.vehicles[g] * walks.passes[g, place]
                rate += visits / lap_s if lap_s > 0.0 else 1.0 / STANDING_LOOK_S
        if rate == 0.0:
            return math.inf
        total_s += 1.0 / rate
    worst_s = greatest_s(walks, goal.lightest)
    average_s: float = total_s / count
    return average_s + goal.strictness * max(worst_s - goal.limit_s, 0.0)
