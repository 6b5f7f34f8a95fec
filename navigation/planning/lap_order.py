"""The order in which a closed walk passes its places, made shorter over arrivals.

Iterated local search (Lourenço, Martin and Stützle 2003) for the tour with neighbourhoods
(one arrival of each place: Noon and Bean 1991): reversing a stretch (2-opt), moving up to three
places (Or 1976), and from the best order on with two stretches exchanged. Every order is judged
by the best arrivals for it, so a step costs as much as a lap; their number is limited.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.compiled import compiled
from navigation.planning.patrol_graph import Floats, Ints

STEPS = 10_000_000  # arrivals looked at, about a twentieth of a second
STEPS_A_PLACE = 20  # what a place costs besides
LONGEST_MOVE = 3  # places moved together
SAME_S = 1e-6
TRIES = 300  # changes tried for one variant
FEWEST = 4  # places, below which all orders are alike but for their direction


def is_one_weight(arrivals: ArrivalGraph, places: Sequence[int]) -> bool:
    """Whether no place must come more often than another, so that one pass of each will do."""
    return len({arrivals.weights[place] for place in places}) == 1


def shortened(arrivals: ArrivalGraph, places: Sequence[int], seed: int = 0) -> tuple[int, ...]:
    """The places of a closed walk, each once, in the best order found.

    Never longer than in the order of their first passes, whose direction it keeps from the first
    place on. Deterministic for one seed.
    """
    order = np.array(list(dict.fromkeys(places)), np.intp)
    if len(order) < FEWEST:
        return tuple(order.tolist())
    rows = _rows(arrivals, order)
    a_lap = len(order) * (rows.shape[1] ** 3 + STEPS_A_PLACE)
    best = _search(rows, arrivals.legs_s, STEPS // a_lap, seed)
    return tuple(order[best].tolist())


def variants(
    arrivals: ArrivalGraph, places: Sequence[int], most_s: float, count: int, changes: int
) -> list[tuple[int, ...]]:
    """Up to so many other orders of a walk's places whose laps take at most `most_s`.

    Each is a few random changes away from the order of first passes, and begins as it does.
    """
    order = np.array(list(dict.fromkeys(places)), np.intp)
    if len(order) < FEWEST:
        return []
    rows, rng = _rows(arrivals, order), np.random.default_rng(0)
    found: dict[tuple[int, ...], None] = {}
    for _ in range(count):
        now = np.arange(len(order))
        accepted = 0
        for _ in range(TRIES):
            tried = np.empty_like(now)
            moved = int(rng.integers(LONGEST_MOVE + 1))
            i, to = rng.integers(1, len(order) - moved + 1, 2)
            _try(now, tried, int(i), moved, int(to))
            if (tried == now).all() or _lap_s(tried, rows, arrivals.legs_s, np.inf) > most_s:
                continue
            now, accepted = tried, accepted + 1
            if accepted == changes:
                break
        if accepted:
            found[tuple(order[now].tolist())] = None
    return list(found)


def _rows(arrivals: ArrivalGraph, order: Ints) -> Ints:
    """(places, most arrivals at one) of each place its arrivals, then -1."""
    widest = max(len(arrivals.arrivals_at[place]) for place in order)
    rows = np.full((len(order), widest), -1, np.intp)
    for row, place in enumerate(order):
        found = arrivals.arrivals_at[place]
        rows[row, : len(found)] = found
    return rows


def _search(rows: Ints, legs_s: Floats, laps: int, seed: int) -> Ints:
    """The best order of the rows, as far as about so many laps show."""
    rng = np.random.default_rng(seed)
    best = np.arange(len(rows))
    best_s, laps = _descend(best, rows, legs_s, laps)
    while laps > 0:
        a, b, c = np.sort(rng.choice(np.arange(1, len(rows) + 1), 3, replace=False))
        order = np.concatenate((best[:a], best[b:c], best[a:b], best[c:]))
        lap_s, laps = _descend(order, rows, legs_s, laps)
        if lap_s < best_s - SAME_S:
            best, best_s = order, lap_s
    return best


@compiled
def _lap_s(order: Ints, rows: Ints, legs_s: Floats, most_s: float) -> float:
    """The shortest closed walk in an order; `most_s` or above where it is no shorter than that."""
    widest, best = rows.shape[1], np.inf
    total, after = np.empty(widest), np.empty(widest)
    for i in range(widest):
        first = rows[order[0], i]
        if first < 0:
            break
        total[:] = np.inf
        total[i] = 0.0
        for at in range(1, len(order) + 1):
            here, there = rows[order[at - 1]], rows[order[at % len(order)]]
            least = np.inf
            for k in range(widest):
                after[k] = np.inf
                if there[k] < 0:
                    break
                for j in range(widest):
                    if here[j] < 0:
                        break
                    after[k] = min(after[k], total[j] + legs_s[here[j], there[k]])
                least = min(least, after[k])
            if least >= min(best, most_s):
                break
            total[:] = after
        else:
            best = min(best, total[i])
    return best


@compiled
def _descend(order: Ints, rows: Ints, legs_s: Floats, laps: int) -> tuple[float, int]:
    """Improve an order in place until nothing helps; its lap, and how many laps are left."""
    count, lap_s = len(order), _lap_s(order, rows, legs_s, np.inf)
    better, tried = True, np.empty_like(order)
    while better and laps > 0:
        better = False
        for moved in range(LONGEST_MOVE + 1):  # 0: reverse the stretch between both
            for i in range(1, count - moved + 1):
                for to in range(1, count - moved + 1):
                    _try(order, tried, i, moved, to)
                    laps -= 1
                    found_s = _lap_s(tried, rows, legs_s, lap_s - SAME_S)
                    if found_s < lap_s - SAME_S:
                        order[:] = tried
                        lap_s, better = found_s, True
    return lap_s, laps


@compiled
def _try(order: Ints, tried: Ints, i: int, moved: int, to: int) -> None:
    """Move so many places from row i to row `to`; of none, reverse between the two."""
    count = len(order)
    if moved == 0:
        tried[:] = order
        for k in range(i, to):
            tried[k] = order[to - 1 + i - k]
        return
    left = 0
    for k in range(count):
        if i <= k < i + moved:
            tried[to + k - i] = order[k]
        else:
            tried[left if left < to else left + moved] = order[k]
            left += 1
