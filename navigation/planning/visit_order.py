"""Orders of visit over a cost matrix of states: exact for few groups, improved for many.

A group is the set of states that count as a visit of one place; a tour picks one state of each
group. Costs are (n, n) from state to state; `end_cost` (n,) is added for the last state.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EXACT_GROUPS = 10
MAX_ROUNDS = 30
LONGEST_MOVE = 3  # Or-opt moves chains of up to three places (Or 1976)

Costs = NDArray[np.float64]
Groups = Sequence[Sequence[int]]


def chain(cost: Costs, start: int, groups: Groups, end_cost: Costs) -> tuple[float, list[int]]:
    """The cheapest states through groups in the given order (Viterbi), with the total cost."""
    total = np.zeros(1)
    here: Sequence[int] = [start]
    back = []
    for group in groups:
        through = total[:, None] + cost[np.ix_(here, group)]
        best = through.argmin(axis=0)
        back.append(best)
        total, here = through.min(axis=0), group
    total = total + end_cost[list(here)] if len(groups) else total
    pick = int(total.argmin())
    lowest = float(total[pick])
    picked = []
    for group, best in zip(reversed(groups), reversed(back), strict=True):
        picked.append(group[pick])
        pick = int(best[pick])
    return lowest, picked[::-1]


def best_order(
    cost: Costs, start: int, groups: Groups, last: Sequence[int] | None, end_cost: Costs
) -> list[int]:
    """Indices of `groups` in the best order found; `last` is visited after all of them."""
    if len(groups) <= EXACT_GROUPS:
        return _exact(cost, start, groups, last, end_cost)
    return _improve(cost, start, groups, last, end_cost)


def _exact(
    cost: Costs, start: int, groups: Groups, last: Sequence[int] | None, end_cost: Costs
) -> list[int]:
    """Held and Karp's recursion over (visited set, state)."""
    flat = [(g, state) for g, group in enumerate(groups) for state in group]
    states = [state for _, state in flat]
    group_of = np.array([g for g, _ in flat])
    step = cost[np.ix_(states, states)]
    best = {1 << g: np.full(len(flat), np.inf) for g in range(len(groups))}
    for g in range(len(groups)):
        mine = group_of == g
        best[1 << g][mine] = cost[start, np.array(states)[mine]]
    back: dict[int, NDArray[np.intp]] = {}
    for visited in range(1, 1 << len(groups)):
        if visited.bit_count() < 2:
            continue
        row, parent = np.full(len(flat), np.inf), np.zeros(len(flat), np.intp)
        for g in range(len(groups)):
            if visited >> g & 1:
                mine = np.flatnonzero(group_of == g)
                through = best[visited ^ (1 << g)][:, None] + step[:, mine]
                parent[mine], row[mine] = through.argmin(axis=0), through.min(axis=0)
        best[visited], back[visited] = row, parent
    visited = (1 << len(groups)) - 1
    ends = best[visited] + end_cost[states]
    if last is not None:
        ends = best[visited] + (cost[np.ix_(states, last)] + end_cost[list(last)]).min(axis=1)
    at, order = int(ends.argmin()), []
    while visited:
        group = int(group_of[at])
        order.append(group)
        at = int(back[visited][at]) if visited in back else at
        visited ^= 1 << group
    return order[::-1]


def _improve(
    cost: Costs, start: int, groups: Groups, last: Sequence[int] | None, end_cost: Costs
) -> list[int]:
    """Cheapest insertion, then 2-opt and Or-opt until nothing helps."""

    def total(order: Sequence[int]) -> float:
        stops = [groups[i] for i in order] + ([last] if last is not None else [])
        return chain(cost, start, stops, end_cost)[0]

    order: list[int] = []
    left = set(range(len(groups)))
    while left:
        _, place, at = min(
            (total([*order[:at], place, *order[at:]]), place, at)
            for place in left
            for at in range(len(order) + 1)
        )
        order.insert(at, place)
        left.remove(place)
    best = total(order)
    for _ in range(MAX_ROUNDS):
        found = min(((total(other), other) for other in _moves(order)), default=(best, order))
        if found[0] >= best - 1e-9:
            break
        best, order = found
    return order


def _moves(order: list[int]) -> list[list[int]]:
    n = len(order)
    reversals = [
        order[:i] + order[i:j][::-1] + order[j:] for i in range(n) for j in range(i + 2, n + 1)
    ]
    shifts = []
    for length in range(1, LONGEST_MOVE + 1):
        for i in range(n - length + 1):
            moved, rest = order[i : i + length], order[:i] + order[i + length :]
            shifts += [rest[:k] + moved + rest[k:] for k in range(len(rest) + 1) if k != i]
    return reversals + shifts
