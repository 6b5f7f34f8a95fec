"""Walks that use what time is left: places passed more often where the worst place allows it.

Two searches over the same edits (`walk_moves`): one lowers the worst weighted idleness, where
heavy places must be passed several times a lap; one lowers the average interval between visits
and leaves the worst alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.compiled import compiled
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.walk_moves import (
    hand_over,
    visit_less,
    visit_more,
    visit_other,
)
from navigation.planning.persistent.walk_state import (
    NO_MOVE,
    TOLERANCE_S,
    Goal,
    Moves,
    Walks,
    cost,
    greatest_s,
    measure,
)

HOT, COLD = 0.02, 0.0005  # temperatures, shares of the first cost
ROOM = 6  # stops of a walk, at most this many times the places
SEVERITY = 50.0  # seconds of average that a second of worst idleness is worth


@compiled
def _copy_walk(source: Walks, target: Walks, g: int) -> None:
    size = source.sizes[g]
    target.sizes[g], target.laps_s[g] = size, source.laps_s[g]
    target.stops[g, :size] = source.stops[g, :size]
    target.passes[g], target.worst_s[g] = source.passes[g], source.worst_s[g]


@compiled
def _edit(moves: Moves, walks: Walks, g: int, h: int) -> bool:
    i = np.random.randint(walks.sizes[g])
    kind = np.random.random()
    if kind < 0.45:
        return visit_more(moves, walks, g, i)
    if kind < 0.8:
        return visit_less(moves, walks, g, i)
    if kind < 0.9:
        return visit_other(moves, walks, g, i)
    return hand_over(moves, walks, g, i, h)


@compiled
def _search(
    moves: Moves, walks: Walks, before: Walks, best: Walks, goal: Goal, iterations: int, seed: int
) -> None:
    """`before` and `best` start as copies of `walks`; the result is `best`."""
    np.random.seed(seed)
    now = cost(walks, goal)
    lowest, hot, cold, groups = now, HOT * now, COLD * now, len(walks.sizes)
    for step in range(iterations):
        temperature = hot * (cold / hot) ** (step / iterations)
        g, h = np.random.randint(groups), np.random.randint(groups)
        if not _edit(moves, walks, g, h):
            continue
        after = cost(walks, goal)
        worse = after - now
        if worse > 0.0 and np.random.random() >= math.exp(-worse / temperature):
            _copy_walk(before, walks, g)
            _copy_walk(before, walks, h)
            continue
        now = after
        _copy_walk(walks, before, g)
        _copy_walk(walks, before, h)
        within = (
            goal.limit_s == 0.0 or greatest_s(walks, goal.lightest) <= goal.limit_s + TOLERANCE_S
        )
        if now < lowest - TOLERANCE_S and within:
            lowest = now
            for each in range(groups):
                _copy_walk(walks, best, each)


def _moves(graph: PatrolGraph) -> Moves:
    count = len(graph)
    degrees = np.array([len(options) for options in graph.neighbours], np.int64)
    move_s = np.full((count, count), NO_MOVE)
    neighbours = np.zeros((count, max(int(degrees.max()), 1)), np.int64)
    for place, options in enumerate(graph.neighbours):
        for q, (other, duration_s) in enumerate(options):
            move_s[place, other], neighbours[place, q] = duration_s, other
    weights = np.array(graph.weights)
    return Moves(move_s, neighbours, degrees, weights, bool((weights == 1.0).all()))


def _walks(graph: PatrolGraph, moves: Moves, cycles: Sequence[PatrolCycle]) -> Walks:
    count = len(graph)
    room = max(ROOM * count, *(len(cycle.places) + 2 for cycle in cycles))
    walks = Walks(
        np.zeros((len(cycles), room), np.int64), np.zeros(len(cycles), np.int64),
        np.array([cycle.vehicles for cycle in cycles], np.int64), np.zeros(len(cycles)),
        np.zeros((len(cycles), count), np.int64), np.zeros((len(cycles), count)),
    )  # fmt: skip
    for g, cycle in enumerate(cycles):
        walks.stops[g, : len(cycle.places)], walks.sizes[g] = cycle.places, len(cycle.places)
        measure(moves, walks, g)
    return walks


def _improve(
    graph: PatrolGraph, cycles: Sequence[PatrolCycle], limit_s: float, iterations: int, seed: int
) -> tuple[PatrolCycle, ...]:
    if len(graph) < 2:
        return tuple(cycles)
    moves = _moves(graph)
    best = _walks(graph, moves, cycles)
    now, before = _walks(graph, moves, cycles), _walks(graph, moves, cycles)
    goal = Goal(limit_s, SEVERITY, min(graph.weights))
    _search(moves, now, before, best, goal, iterations, seed)
    stops = [best.stops[g, : best.sizes[g]].tolist() for g in range(len(cycles))]
    return tuple(
        PatrolCycle.of_walk(graph, places, cycle.vehicles)
        for places, cycle in zip(stops, cycles, strict=True)
    )


def lower_worst(
    graph: PatrolGraph, cycles: Sequence[PatrolCycle], iterations: int, seed: int
) -> tuple[PatrolCycle, ...]:
    """Walks of the same vehicles with a smaller worst weighted idleness, if any are found."""
    return _improve(graph, cycles, 0.0, iterations, seed)


def lower_average(
    graph: PatrolGraph, cycles: Sequence[PatrolCycle], limit_s: float, iterations: int, seed: int
) -> tuple[PatrolCycle, ...]:
    """Walks of the same vehicles that visit more often, every weighted gap at most `limit_s`."""
    return _improve(graph, cycles, limit_s, iterations, seed)
