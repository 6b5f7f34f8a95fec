"""Of all closed walks up to each length the one whose places are worth the most.

A closed walk over moves that take as long either way is a connected choice of links, each driven
once or twice, an even number of them at every place. A sweep over the places decides one link
after another; all it has to know is, of the places between those done and those to come, how they
hang together and which are odd so far. Street and corridor graphs are narrow: a handful of places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from navigation.planning.patrol_graph import Floats, PatrolGraph
from patrol.errors import PlanError

Bits = NDArray[np.int64]
Values = TypeVar("Values", Floats, Bits)
Front = tuple[tuple[int, int, int], ...]  # (place, part, 1 if odd) of those touched and not done
Table = dict[Front, tuple[Floats, Bits]]

MOST_PLACES = 62  # bits of a whole number
NONE = -1e18
SAME_S = 1e-9


@dataclass(frozen=True)
class WalkSweep:
    """Walks of a graph of up to 62 places, measured in ticks, each move rounded down."""

    graph: PatrolGraph
    tick_s: float

    def __post_init__(self) -> None:
        durations_s = {(start, end): time_s for start, end, time_s in self._moves()}
        for (start, end), time_s in durations_s.items():
            if not math.isclose(durations_s.get((end, start), math.inf), time_s):
                names = self.graph.names
                raise PlanError(f"move {names[start]} to {names[end]}: takes another time back")
        if len(self.graph) > MOST_PLACES:
            raise PlanError(f"{len(self.graph)} places; walks are counted for {MOST_PLACES}")

    def _moves(self) -> list[tuple[int, int, float]]:
        options = enumerate(self.graph.neighbours)
        return [(place, end, time_s) for place, found in options for end, time_s in found]

    def ticks(self, time_s: float) -> int:
        """Whole ticks in a time."""
        return math.floor(time_s / self.tick_s + SAME_S)

    @cached_property
    def _order(self) -> list[int]:
        """Places so that few are between those done and those to come, each chosen for that."""
        near = [{end for end, _ in found} for found in self.graph.neighbours]
        orders = []
        for first in range(len(near)):
            order, widest, front, left = [], 0, {first}, set(range(len(near)))
            while front:
                place = min(front, key=lambda p: (len((near[p] & left) - front), p))
                left.discard(place)
                front = (front | (near[place] & left)) - {place}
                widest = max(widest, len(front))
                order.append(place)
            orders.append((widest, order))
        return min(orders)[1]

    def richest(self, values: Floats, room: int) -> tuple[Floats, Bits]:
        """(room + 1,) for each number of ticks the greatest value of the places, and these.

        `values` (n,) are not negative; a place counts once. Place p is bit p.
        """
        best = np.full(room + 1, NONE), np.zeros(room + 1, np.int64)
        table: Table = {(): (np.full(room + 1, NONE), np.zeros(room + 1, np.int64))}
        table[()][0][0] = 0.0
        rank = {place: i for i, place in enumerate(self._order)}
        for place in self._order:
            for end, time_s in self.graph.neighbours[place]:
                if rank[end] > rank[place]:
                    table = _with_link(table, place, end, self.ticks(time_s))
            table = _without(table, place, float(values[place]), best)
        return _running_best(*best)


def _with_link(table: Table, a: int, b: int, ticks: int) -> Table:
    """A link left out, driven once, or driven twice."""
    wider: Table = {}
    for front, (value, bits) in table.items():
        _put(wider, front, value, bits)
        for times in (1, 2):
            moved = _later(value, NONE, times * ticks), _later(bits, 0, times * ticks)
            if moved[0].max() > NONE:
                _put(wider, _joined(front, a, b, times), *moved)
    return wider


def _without(table: Table, place: int, value: float, best: tuple[Floats, Bits]) -> Table:
    """Nothing more is decided at a place; walks that end there go into `best`."""
    kept: Table = {}
    for front, (worth, bits) in table.items():
        here = next(((part, odd) for p, part, odd in front if p == place), None)
        if here is None:
            _put(kept, front, worth, bits)
            continue
        rest = tuple(each for each in front if each[0] != place)
        worth, bits = worth + value, bits | np.int64(1 << place)
        if here[1]:
            continue
        if any(part == here[0] for _, part, _ in rest):
            _put(kept, _renumbered(rest), worth, bits)
        elif not rest:
            _take_better(best, worth, bits)
    return kept


def _joined(front: Front, a: int, b: int, times: int) -> Front:
    """The front after a link between two places, which may be new to it."""
    known = {place: (part, odd) for place, part, odd in front}
    for number, place in enumerate((a, b)):
        known.setdefault(place, (len(front) + number + 1, 0))
    into, gone = known[a][0], known[b][0]
    return _renumbered(tuple(
        (place, into if part == gone else part, (odd + times) % 2 if place in (a, b) else odd)
        for place, (part, odd) in known.items()
    ))  # fmt: skip


def _renumbered(front: Front) -> Front:
    """In order of place, parts numbered as they come."""
    numbers: dict[int, int] = {}
    return tuple(
        (place, numbers.setdefault(part, len(numbers)), odd) for place, part, odd in sorted(front)
    )


def _later(values: Values, fill: float, ticks: int) -> Values:
    moved = np.full_like(values, fill)
    moved[ticks:] = values[: max(len(values) - ticks, 0)]
    return moved


def _put(table: Table, front: Front, value: Floats, bits: Bits) -> None:
    if front in table:
        _take_better(table[front], value, bits)
    else:
        table[front] = value.copy(), bits.copy()


def _take_better(best: tuple[Floats, Bits], value: Floats, bits: Bits) -> None:
    better = value > best[0]
    best[0][better], best[1][better] = value[better], bits[better]


def _running_best(value: Floats, bits: Bits) -> tuple[Floats, Bits]:
    """For each length the best up to it."""
    most = np.maximum.accumulate(value)
    at = np.maximum.accumulate(np.where(value >= most, np.arange(len(value)), 0))
    return most, bits[at]
