"""Which places are watched together, and by how many vehicles each group.

Vehicles that follow a closed walk evenly spaced visit each of its places every lap / vehicles
seconds. So the task is to divide places and vehicles into groups with the smallest greatest
weight × tour / vehicles: simulated annealing (Kirkpatrick 1983) over cycles in the metric of
travel times, with 2-opt, Or-opt, exchanges between groups, merging and splitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.compiled import compiled
from navigation.planning.persistent.anneal_moves import (
    merge,
    nearest,
    relocate,
    reverse,
    shift_vehicle,
    split,
)
from navigation.planning.persistent.anneal_state import (
    Board,
    Floats,
    Groups,
    rescore,
    start_groups,
    worst_s,
)

NEAR = 12  # near places that a move may join
RESCORE_AFTER = 1000  # accepted moves


@dataclass(frozen=True, slots=True)
class Group:
    """Places in order of visit, and the vehicles that share them."""

    order: tuple[int, ...]
    vehicles: int


@dataclass(frozen=True, slots=True)
class Cooling:
    """How long and how hot the search runs; temperatures are shares of the start's worst."""

    iterations: int
    hot: float = 0.05
    cold: float = 0.001
    power: float = 14.0


@compiled
def _anneal(
    board: Board, groups: Groups, best: Groups, iterations: int, hot: float, cold: float, seed: int
) -> None:
    np.random.seed(seed)
    lowest, taken = worst_s(groups), 0
    for step in range(iterations):
        temperature = hot * (cold / hot) ** (step / iterations)
        kind = np.random.random()
        u = np.random.randint(len(board.weights))
        v = board.near[u, np.random.randint(board.near.shape[1])]
        a, b = groups.group_of[u], groups.group_of[v]
        if kind < 0.02:
            done = shift_vehicle(groups, a, b, temperature)
        elif kind < 0.04:
            done = merge(board, groups, u, v, temperature)
        elif kind < 0.08:
            done = split(board, groups, u, temperature)
        elif kind < 0.35 and a == b:
            done = reverse(board, groups, u, v, temperature)
        else:
            done = relocate(board, groups, u, v, temperature)
        if done:
            taken += 1
            if taken % RESCORE_AFTER == 0:
                rescore(groups)
            worst = worst_s(groups)
            if worst < lowest - 1e-9:
                lowest = worst
                best.orders[:], best.sizes[:] = groups.orders, groups.sizes
                best.vehicles[:] = groups.vehicles


def partition(
    travel_s: Floats, weights: Floats, start: Sequence[Group], cooling: Cooling, seed: int
) -> list[Group]:
    """The best division found from a start; every place in one group, every vehicle too."""
    team = sum(group.vehicles for group in start)
    if len(travel_s) < 2:
        return list(start)
    board = Board(np.ascontiguousarray(travel_s, float), nearest(travel_s, NEAR), weights)
    orders, vehicles = [list(g.order) for g in start], [g.vehicles for g in start]
    groups = start_groups(board, orders, vehicles, team, cooling.power)
    best = start_groups(board, orders, vehicles, team, cooling.power)
    scale = worst_s(groups)
    if scale <= 0.0:
        return list(start)
    _anneal(
        board, groups, best, cooling.iterations, cooling.hot * scale, cooling.cold * scale, seed
    )
    return [
        Group(
            tuple(int(place) for place in best.orders[g, : best.sizes[g]]), int(best.vehicles[g])
        )
        for g in range(team)
        if best.vehicles[g]
    ]


def nearest_neighbour(travel_s: Floats, start: int = 0) -> tuple[int, ...]:
    """A tour that always goes to the nearest place not yet visited."""
    left, order = np.ones(len(travel_s), bool), [start]
    left[start] = False
    while left.any():
        order.append(int(np.where(left, travel_s[order[-1]], np.inf).argmin()))
        left[order[-1]] = False
    return tuple(order)


def group_worst_s(travel_s: Floats, weights: Floats, group: Group) -> float:
    """Greatest weight × lap / vehicles of a group."""
    order = np.array(group.order)
    lap_s = float(travel_s[order, np.roll(order, -1)].sum()) if len(order) > 1 else 0.0
    return float(weights[order].max()) * lap_s / group.vehicles
