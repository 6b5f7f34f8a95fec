"""The compiled searches: between two nodes by bidirectional A* with landmarks, and to many.

NBA* (Pijls and Post 2009, "A new bidirectional search algorithm with shortened postprocessing",
European Journal of Operational Research 198): both sides search with a consistent estimate; a
node is expanded by one side only, and is left out when either side's bound shows that it cannot
be on a path shorter than the best one found. With `best` that path's cost, f the cost so far plus
the estimate, and F the other side's least f, node v is left out if

    f(v) >= best   or   g(v) + F - h(v) >= best,

h(v) estimating the way between this side's starts and v. The search ends when either side has
nothing left. Exact for consistent estimates. Several starts or goals with a cost each are one
node beyond them, expanded before all others. Starts and goals that are not in the core climb to
it first (`route_contraction`), so the search proper is between core nodes with a cost each; ways
that need no core are found where the two climbs meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined
from navigation.planning.route_changes import cost_now
from navigation.planning.route_contraction import Arcs
from navigation.planning.route_distances import FAR
from navigation.planning.route_heap import pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Table = NDArray[np.int32]

# What a search knows of a node lies together: 48 bytes, seen as numbers `cost` (n, 6) and, the
# same memory, whole numbers `note` (n, 12). The forward side is 0, the backward side 1.
LABEL_BYTES = 48
TO_GO = 2  # cost[v, TO_GO + side]: from v to the side's goal at least
CAME = 8  # note[v, CAME + side]: the node before v on the best way to it, -1 at its start
QUERY = 10  # note[v, QUERY]: the query that wrote this; all else is stale where it differs
DONE = 11  # note[v, DONE]: CLOSED once a side has expanded v or left it out
OPEN, CLOSED, GOAL = 0, 1, 2


@compiled
def search(
    arcs: Arcs, costs: Floats, slots: Ints, changed: Floats, table: Table, scale: float,
    goals: Ints, goal_costs: Floats, goal_count: int,
    origins: Ints, origin_costs: Floats, origin_count: int,
    cost: Floats, note: Ints, keys: Floats, items: Ints, query: int,
) -> tuple[float, int, int]:  # fmt: skip
    """The least cost, the node where the best path's halves meet (-1: no path), and how many
    nodes of the core were expanded.

    The search goes from the first `origin_count` of the origins to the first `goal_count` of the
    goals; the rest are gates (`route_gates`). `slots` and `changed` are a `CostTable` of places.
    `cost` and `note` are the labels, `keys` and `items` (2, arcs + n) two heaps, `query` a number
    these labels have not seen.
    """
    gone, first, others = arcs.gone, arcs.first, arcs.others
    sizes, least, nodes = np.zeros(2, np.int64), np.full(2, np.inf), len(note)
    entered, last = np.zeros(2, np.int64), items.shape[1] - 1
    best, meet, expanded = np.inf, -1, 0
    for side in range(2):  # climb to the core; its nodes are noted at the end of the heap's room
        for i in range(origin_count if side == 0 else goal_count):
            node = origins[i] if side == 0 else goals[i]
            begun = origin_costs[i] if side == 0 else goal_costs[i]
            if begun == np.inf:
                continue
            if note[node, QUERY] != query:
                _begin(cost, note, query, node)
            if begun >= cost[node, side]:
                continue
            cost[node, side], note[node, CAME + side] = begun, -1
            if begun + cost[node, 1 - side] < best:
                best, meet = begun + cost[node, 1 - side], node
            if node < gone:
                push(keys, items, side, sizes[side], node, node)
                sizes[side] += 1
            else:
                items[side, last - entered[side]] = node
                entered[side] += 1
        while sizes[side] > 0:
            node = items[side, 0]
            pop(keys, items, side, sizes[side])
            sizes[side] -= 1
            row = side * nodes + node
            for k in range(first[row], first[row + 1]):
                other = others[k]
                reached = cost[node, side] + cost_now(slots, changed, k, costs[k])
                if reached == np.inf:
                    continue  # a label that is begun must get a cost, and so an estimate
                if note[other, QUERY] != query:
                    _begin(cost, note, query, other)
                if reached >= cost[other, side]:
                    continue
                cost[other, side], note[other, CAME + side] = reached, node
                if reached + cost[other, 1 - side] < best:
                    best, meet = reached + cost[other, 1 - side], other
                if other < gone:
                    push(keys, items, side, sizes[side], other, other)
                    sizes[side] += 1
                else:
                    items[side, last - entered[side]] = other
                    entered[side] += 1
    for side in range(2):
        for i in range(entered[side]):
            node = items[side, last - i]
            _estimate(cost, table, scale, goals, goal_costs, origins, origin_costs, node)
            key = cost[node, side] + cost[node, TO_GO + side]
            least[side] = min(least[side], key)
            push(keys, items, side, sizes[side], key, node)
            sizes[side] += 1
    while sizes[0] > 0 and sizes[1] > 0:
        side = 0 if sizes[0] <= sizes[1] else 1
        least[side], node = keys[side, 0], items[side, 0]
        pop(keys, items, side, sizes[side])
        sizes[side] -= 1
        if least[side] >= best:
            break  # also where the landmarks say that no path exists: both are infinite
        if note[node, DONE]:
            continue
        note[node, DONE] = CLOSED
        here, facing = cost[node, side], least[1 - side]
        if here + facing - cost[node, TO_GO + 1 - side] >= best:
            continue
        expanded += 1
        row = side * nodes + node
        for k in range(first[row], first[row + 1]):
            other, step = others[k], costs[k]
            if len(slots) > 1:
                step = cost_now(slots, changed, k, step)
            if note[other, QUERY] != query:
                _begin(cost, note, query, other)
                _estimate(cost, table, scale, goals, goal_costs, origins, origin_costs, other)
            elif note[other, DONE]:
                continue
            reached = here + step
            if reached >= cost[other, side]:
                continue
            cost[other, side], note[other, CAME + side] = reached, node
            if reached + cost[other, 1 - side] < best:
                best, meet = reached + cost[other, 1 - side], other
            key = reached + cost[other, TO_GO + side]
            if key < best and reached + facing - cost[other, TO_GO + 1 - side] < best:
                push(keys, items, side, sizes[side], key, other)
                sizes[side] += 1
    return best, meet, expanded


@inlined
def _begin(cost: Floats, note: Ints, query: int, node: int) -> None:
    """A fresh label for a node that this query meets for the first time."""
    cost[node, 0], cost[node, 1] = np.inf, np.inf
    note[node, QUERY], note[node, DONE] = query, OPEN


@inlined
def _estimate(
    cost: Floats, table: Table, scale: float,
    goals: Ints, goal_costs: Floats, origins: Ints, origin_costs: Floats, node: int,
) -> None:  # fmt: skip
    """What it costs at least from a node of the core to either side's goals."""
    onward, back = np.inf, np.inf
    for j in range(len(goals)):
        units = _bound(table, node, goals[j])
        if units <= FAR:
            onward = min(onward, scale * units + goal_costs[j])
    for j in range(len(origins)):
        units = _bound(table, origins[j], node)
        if units <= FAR:
            back = min(back, scale * units + origin_costs[j])
    cost[node, TO_GO], cost[node, TO_GO + 1] = onward, back


@inlined
def _bound(table: Table, start: int, end: int) -> np.int32:
    """Units from one node to another at least.

    In 32 bits, several times as fast as in the 64 that numba would take.
    """
    units = np.int32(0)
    for i in range(table.shape[1]):
        units = max(units, np.int32(table[end, i] - table[start, i]))
    return units


@compiled
def trace(note: Ints, meet: int) -> Ints:
    """The nodes of the best path, from its start to its goal."""
    ends, counts = np.empty(2, np.int64), np.zeros(2, np.int64)
    for side in range(2):
        ends[side] = meet
        while note[ends[side], CAME + side] >= 0:
            ends[side], counts[side] = note[ends[side], CAME + side], counts[side] + 1
    nodes = np.empty(counts.sum() + 1, np.int32)
    for side in range(2):
        node, step = meet, 2 * side - 1
        for i in range(counts[side] + 1):
            nodes[counts[0] + step * i] = node
            node = note[node, CAME + side]
    return nodes


@compiled
def to_many(
    first: Ints, others: Ints, costs: Floats,
    origins: Ints, origin_costs: Floats, goals: Ints, found: Floats,
    cost: Floats, note: Ints, keys: Floats, items: Ints, query: int,
) -> None:  # fmt: skip
    """The cost to each goal into `found` (k,), infinite where there is no path.

    Labels and heap are those of `search`; goals may stand twice.
    """
    size, left = 0, 0
    for goal in goals:
        if note[goal, QUERY] != query:
            cost[goal, 0], note[goal, QUERY], note[goal, DONE] = np.inf, query, GOAL
            left += 1
    for i in range(len(origins)):
        node = origins[i]
        if note[node, QUERY] != query:
            cost[node, 0], note[node, QUERY], note[node, DONE] = np.inf, query, OPEN
        if origin_costs[i] < cost[node, 0]:
            cost[node, 0] = origin_costs[i]
            push(keys, items, 0, size, origin_costs[i], node)
            size += 1
    while size > 0 and left > 0:
        here, node = keys[0, 0], items[0, 0]
        pop(keys, items, 0, size)
        size -= 1
        if here > cost[node, 0] or note[node, DONE] == CLOSED:
            continue
        left -= note[node, DONE] == GOAL
        note[node, DONE] = CLOSED
        for k in range(first[node], first[node + 1]):
            other, reached = others[k], here + costs[k]
            if note[other, QUERY] != query:
                cost[other, 0], note[other, QUERY], note[other, DONE] = np.inf, query, OPEN
            if reached < cost[other, 0]:
                cost[other, 0] = reached
                push(keys, items, 0, size, reached, other)
                size += 1
    for i in range(len(goals)):
        goal = goals[i]
        found[i] = cost[goal, 0]
