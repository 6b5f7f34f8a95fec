"""The compiled searches: between two nodes by bidirectional A* with landmarks, and to many.

NBA* (Pijls and Post 2009, "A new bidirectional search algorithm with shortened postprocessing",
European Journal of Operational Research 198): both sides search with a consistent estimate; a
node is expanded by one side only, and is left out when either side's bound shows that it cannot
be on a path shorter than the best one found. With `best` that path's cost, f the cost so far plus
the estimate, and F the other side's least f, node v is left out if

    f(v) >= best   or   g(v) + F - h(v) >= best,

h(v) estimating the way between this side's starts and v. The search ends when either side has
nothing left. Exact for consistent estimates. Several starts or goals with a cost each are one
node beyond them, expanded before all others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined
from navigation.planning.landmarks import Table
from navigation.planning.route_changes import HASH
from navigation.planning.route_distances import FAR
from navigation.planning.search_graph import Floats, Ints

# What a search knows of a node lies together: 48 bytes, seen as numbers `cost` (n, 6) and, the
# same memory, whole numbers `note` (n, 12). The forward side is 0, the backward side 1.
LABEL_BYTES = 48
TO_GO = 2  # cost[v, TO_GO + side]: from v to the side's goal at least
EDGE = 8  # note[v, EDGE + side]: place in the rows of the best edge to v, -1 at its start
QUERY = 10  # note[v, QUERY]: the query that wrote this; all else is stale where it differs
DONE = 11  # note[v, DONE]: CLOSED once a side has expanded v or left it out
OPEN, CLOSED, GOAL = 0, 1, 2


@compiled
def search(
    first: Ints, others: Ints, costs: Floats, slots: Ints, changed: Floats,
    table: Table, scale: float,
    goals: Ints, goal_costs: Floats, goal_count: int,
    origins: Ints, origin_costs: Floats, origin_count: int,
    cost: Floats, note: Ints, keys: Floats, items: Ints, query: int,
) -> tuple[float, int, int]:  # fmt: skip
    """The least cost, the node where the best path's halves meet (-1: no path), and how many
    nodes were expanded.

    The rows are those of `Rows`, `slots` and `changed` those of `Changes`. The search goes from
    the first `origin_count` of the origins to the first `goal_count` of the goals; the rest are
    gates (`route_gates`). `cost` and `note` are the labels, `keys` and `items` (2, m + n) two
    heaps, `query` a number these labels have not seen.
    """
    sizes, least, nodes = np.zeros(2, np.int64), np.full(2, np.inf), len(note)
    best, meet, expanded = np.inf, -1, 0
    for i in range(origin_count + goal_count):
        side = 0 if i < origin_count else 1
        start = origins[i] if side == 0 else goals[i - origin_count]
        begun = origin_costs[i] if side == 0 else goal_costs[i - origin_count]
        if note[start, QUERY] != query:
            _begin(cost, note, table, scale, goals, goal_costs, origins, origin_costs, query,
                   start)  # fmt: skip
        if begun >= cost[start, side]:
            continue
        cost[start, side], note[start, EDGE + side] = begun, -1
        key = begun + cost[start, TO_GO + side]
        least[side] = min(least[side], key)
        push(keys, items, side, sizes[side], key, start)
        sizes[side] += 1
        if cost[start, 0] + cost[start, 1] < best:
            best, meet = cost[start, 0] + cost[start, 1], start
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
                _begin(cost, note, table, scale, goals, goal_costs, origins, origin_costs, query,
                       other)  # fmt: skip
            elif note[other, DONE]:
                continue
            reached = here + step
            if reached >= cost[other, side]:
                continue
            cost[other, side], note[other, EDGE + side] = reached, k
            if reached + cost[other, 1 - side] < best:
                best, meet = reached + cost[other, 1 - side], other
            key = reached + cost[other, TO_GO + side]
            if key < best and reached + facing - cost[other, TO_GO + 1 - side] < best:
                push(keys, items, side, sizes[side], key, other)
                sizes[side] += 1
    return best, meet, expanded


@inlined
def _begin(
    cost: Floats, note: Ints, table: Table, scale: float,
    goals: Ints, goal_costs: Floats, origins: Ints, origin_costs: Floats,
    query: int, node: int,
) -> None:  # fmt: skip
    """A fresh label for a node that this query meets for the first time."""
    onward, back = np.inf, np.inf
    for j in range(len(goals)):
        units = _bound(table, node, goals[j])
        if units <= FAR:
            onward = min(onward, scale * units + goal_costs[j])
    for j in range(len(origins)):
        units = _bound(table, origins[j], node)
        if units <= FAR:
            back = min(back, scale * units + origin_costs[j])
    cost[node, 0], cost[node, 1] = np.inf, np.inf
    cost[node, TO_GO], cost[node, TO_GO + 1] = onward, back
    note[node, QUERY], note[node, DONE] = query, OPEN


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
def trace(note: Ints, side: int, edges: Ints, ends: Ints, node: int) -> NDArray[np.int64]:
    """The edges between `node` and a side's start, from `node` on.

    `edges` are those of the rows, `ends` (m,) the node an edge is reached from.
    """
    count, at = 0, node
    while note[at, EDGE + side] >= 0:
        count, at = count + 1, ends[edges[note[at, EDGE + side]]]
    chain = np.empty(count, np.int64)
    for i in range(count):
        chain[i] = edges[note[node, EDGE + side]]
        node = ends[chain[i]]
    return chain


@compiled
def to_many(
    first: Ints, others: Ints, costs: Floats,
    origins: Ints, origin_costs: Floats, goals: Ints, found: Floats,
    cost: Floats, note: Ints, keys: Floats, items: Ints, query: int,
) -> None:  # fmt: skip
    """The cost to each goal into `found` (k,), infinite where there is no path.

    Labels and heap are those of `route_bidirectional.search`; goals may stand twice.
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


@inlined
def cost_now(slots: Ints, changed: Floats, place: int, cost: float) -> float:
    """What the edge at a place in the rows costs under changes, given what it costs without."""
    mask = len(slots) - 1
    slot = (place * HASH) & 0xFFFFFFFF & mask
    while slots[slot] >= 0 and slots[slot] != place:
        slot = (slot + 1) & mask
    return float(changed[slot]) if slots[slot] == place else cost


@inlined
def push(keys: Floats, items: Ints, heap: int, size: int, key: float, item: int) -> None:
    """Add an entry to a heap of `size` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[heap, parent] <= key:
            break
        keys[heap, at], items[heap, at] = keys[heap, parent], items[heap, parent]
        at = parent
    keys[heap, at], items[heap, at] = key, item


@inlined
def pop(keys: Floats, items: Ints, heap: int, size: int) -> None:
    """Take the first entry from a heap of `size` entries; read it before."""
    last = size - 1
    key, item, at = keys[heap, last], items[heap, last], 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and keys[heap, child + 1] < keys[heap, child]:
            child += 1
        if keys[heap, child] >= key:
            break
        keys[heap, at], items[heap, at] = keys[heap, child], items[heap, child]
        at = child
    keys[heap, at], items[heap, at] = key, item
