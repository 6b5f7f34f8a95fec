"""What the partition search works on: a cycle and a number of vehicles for each group of places.

The search lowers the p-norm of `weight × lap / vehicles` over groups, each counted once a
vehicle: near the maximum for large p, but with a slope where the maximum is flat.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOTAL, SCORE, SCALE, POWER, VEHICLES = range(5)  # entries of `Groups.score`


class Board(NamedTuple):
    """What does not change: times, near places, weights."""

    travel_s: Floats  # (n, n)
    near: Ints  # (n, K) the nearest places of each
    weights: Floats  # (n,)


class Groups(NamedTuple):
    """At most G groups; a group without vehicles has no places, and the reverse."""

    orders: Ints  # (G, n) places in order of visit, the first `sizes[g]` valid
    sizes: Ints  # (G,)
    vehicles: Ints  # (G,)
    laps_s: Floats  # (G,)
    heaviest: Floats  # (G,) greatest weight of a place in the group
    ahead_s: Floats  # (G, n) time from the first place along the order
    back_s: Floats  # (G, n) time back to the first place against the order
    group_of: Ints  # (n,)
    index_of: Ints  # (n,) place in its group's order
    score: Floats  # (5,) see TOTAL … VEHICLES


@compiled
def measure(board: Board, groups: Groups, g: int) -> None:
    """Bring everything that follows from a group's order up to date."""
    order, size = groups.orders[g], groups.sizes[g]
    ahead_s, back_s = groups.ahead_s[g], groups.back_s[g]
    groups.laps_s[g], groups.heaviest[g] = 0.0, 0.0
    for i in range(size):
        place, before = order[i], order[max(i - 1, 0)]
        ahead_s[i] = ahead_s[i - 1] + board.travel_s[before, place] if i else 0.0
        back_s[i] = back_s[i - 1] + board.travel_s[place, before] if i else 0.0
        groups.group_of[place], groups.index_of[place] = g, i
        groups.heaviest[g] = max(groups.heaviest[g], board.weights[place])
    if size > 1:
        groups.laps_s[g] = ahead_s[size - 1] + board.travel_s[order[size - 1], order[0]]


@compiled
def term(groups: Groups, lap_s: float, vehicles: int, heaviest: float) -> float:
    """A group's part of the p-norm."""
    if vehicles == 0:
        return 0.0
    ratio = heaviest * lap_s / vehicles / groups.score[SCALE]
    return vehicles * math.exp(groups.score[POWER] * math.log(max(ratio, 1e-9)))


@compiled
def own_term(groups: Groups, g: int) -> float:
    """The part of a group as it is."""
    return term(groups, groups.laps_s[g], groups.vehicles[g], groups.heaviest[g])


@compiled
def accepts(groups: Groups, change: float, temperature: float) -> bool:
    """Metropolis' rule for a changed sum of terms; takes the new score when accepted."""
    score = groups.score
    total = max(score[TOTAL] + change, 1e-30)
    after = score[SCALE] * math.exp(math.log(total / score[VEHICLES]) / score[POWER])
    worse = after - score[SCORE]
    if worse > 0.0 and np.random.random() >= math.exp(-worse / temperature):
        return False
    score[TOTAL], score[SCORE] = total, after
    return True


@compiled
def rescore(groups: Groups) -> None:
    """The score from scratch, against adding up rounding errors."""
    total = 0.0
    for g in range(len(groups.sizes)):
        total += own_term(groups, g)
    score = groups.score
    score[TOTAL] = total
    score[SCORE] = score[SCALE] * math.exp(math.log(total / score[VEHICLES]) / score[POWER])


@compiled
def worst_s(groups: Groups) -> float:
    """The greatest weighted lap time a vehicle."""
    worst = 0.0
    for g in range(len(groups.sizes)):
        if groups.vehicles[g]:
            worst = max(worst, groups.heaviest[g] * groups.laps_s[g] / groups.vehicles[g])
    return worst


def start_groups(
    board: Board, orders: list[list[int]], vehicles: list[int], slots: int, power: float
) -> Groups:
    """Groups with these orders and vehicles, room for `slots` groups."""
    count = len(board.weights)
    groups = Groups(
        np.zeros((slots, count), np.int64), np.zeros(slots, np.int64), np.zeros(slots, np.int64),
        np.zeros(slots), np.zeros(slots), np.zeros((slots, count)), np.zeros((slots, count)),
        np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(5),
    )  # fmt: skip
    for g, (order, number) in enumerate(zip(orders, vehicles, strict=True)):
        groups.orders[g, : len(order)] = order
        groups.sizes[g], groups.vehicles[g] = len(order), number
        measure(board, groups, g)
    groups.score[POWER], groups.score[VEHICLES] = power, sum(vehicles)
    groups.score[SCALE] = max(worst_s(groups), 1e-6)
    rescore(groups)
    return groups
