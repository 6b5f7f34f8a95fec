"""Dividing a circuit in two along a random tree of its cycles, compiled.

A circuit comes as arrays over its m passes: `arcs` (codes as in `streets`) and `both` (True where
the pass may be driven either way). Cycles that share a node hang together, so what lies below any
edge of a spanning tree of cycles, and the rest, are circuits again.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def pop_cycles(
    arcs: Ints, both: Flags, wanted: bool, order: Ints, ends: Ints, cycle: Ints, node_count: int
) -> None:
    """Number the cycles of the passes that are `both` or not, as wanted, into `cycle` (m,).

    A walk over undriven passes, in random `order` (m,), is cut whenever it meets itself; `ends`
    holds the node each arc ends at, by arc.
    """
    count = len(arcs)
    first, following = np.full(node_count, -1), np.empty(2 * count, np.int64)
    for k in order:
        if both[k] == wanted:
            for against in range(2 if wanted else 1):
                node, entry = ends[arcs[k] ^ 1 ^ against], 2 * k + against
                following[entry], first[node] = first[node], entry
    path, place = np.empty(count, np.int64), np.full(node_count, -1)
    number = cycle.max() + 1
    for k in order:
        if both[k] != wanted or cycle[k] >= 0:
            continue
        node, steps = ends[arcs[k] ^ 1], 0
        place[node] = 0
        while first[node] >= 0:
            entry = first[node]
            first[node] = following[entry]
            if cycle[entry >> 1] != -1:
                continue
            cycle[entry >> 1] = -2  # on the path
            path[steps] = entry
            steps += 1
            node = ends[arcs[entry >> 1] ^ (entry & 1)]
            if place[node] < 0:
                place[node] = steps
                continue
            while steps > place[node]:
                steps -= 1
                gone = path[steps]
                cycle[gone >> 1] = number
                start = ends[arcs[gone >> 1] ^ 1 ^ (gone & 1)]
                if start != node:
                    place[start] = -1
            number += 1
        place[node] = -1


@compiled
def spanning_tree(
    arcs: Ints, order: Ints, node_order: Ints, ends: Ints, cycle: Ints
) -> tuple[Ints, Ints, Ints]:
    """Cycles in preorder of a random tree: the order, each one's parent, and its subtree's end."""
    cycles = cycle.max() + 1
    first = np.full(len(node_order), -1)
    following = np.empty(2 * len(arcs), np.int64)
    for k in order:
        for side in range(2):
            node, entry = ends[arcs[k] ^ side], 2 * k + side
            following[entry], first[node] = first[node], entry
    root = np.arange(cycles)
    branch = np.full(cycles, -1)
    after, to = np.empty(2 * cycles, np.int64), np.empty(2 * cycles, np.int64)
    links = 0
    for node in node_order:
        if first[node] < 0:
            continue
        hub, entry = cycle[first[node] >> 1], following[first[node]]
        while entry >= 0:
            other = cycle[entry >> 1]
            entry = following[entry]
            a, b = hub, other
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a != b:
                root[b] = a
                for here, there in ((hub, other), (other, hub)):
                    to[links], after[links], branch[here] = there, branch[here], links
                    links += 1
    return _preorder(branch, after, to, cycle[order[0]])


@compiled
def _preorder(branch: Ints, after: Ints, to: Ints, start: int) -> tuple[Ints, Ints, Ints]:
    count = len(branch)
    order, parent, end = np.empty(count, np.int64), np.full(count, -1), np.empty(count, np.int64)
    stack, height, placed = np.empty(count, np.int64), 1, 0
    stack[0] = start
    while height:
        height -= 1
        here = stack[height]
        order[placed] = here
        placed += 1
        link = branch[here]
        while link >= 0:
            if to[link] != parent[here]:
                parent[to[link]] = here
                stack[height] = to[link]
                height += 1
            link = after[link]
    size = np.ones(count, np.int64)
    for p in range(count - 1, 0, -1):
        size[parent[order[p]]] += size[order[p]]
    for p in range(count):
        end[p] = p + size[order[p]]
    return order, parent, end


@compiled
def share_cost(length: float, nearest: float, moment: float, terms: Floats) -> float:
    """What a share costs whose least access is `nearest` and access × length is `moment`.

    `terms` are reach, recharge and handicap; a share beyond reach is estimated as so many equal
    sorties at the mean access.
    """
    if length <= 0.0:
        return 0.0
    reach, recharge, handicap = float(terms[0]), float(terms[1]), float(terms[2])
    if length + nearest <= reach:
        return handicap * (length + nearest)
    mean = moment / length
    sorties = math.ceil(length / max(reach - mean, 1e-3 * reach))
    return handicap * (length + sorties * mean + (sorties - 1) * recharge)


@compiled
def loads(
    arcs: Ints, cycle: Ints, ends: Ints, lengths: Floats, access: Floats
) -> tuple[Floats, Floats, Floats]:
    """Length, least access and access × length of each cycle."""
    count = cycle.max() + 1
    length, nearest, moment = np.zeros(count), np.full(count, np.inf), np.zeros(count)
    for k in range(len(arcs)):
        here, along = cycle[k], lengths[arcs[k] >> 1]
        near, far = access[ends[arcs[k]]], access[ends[arcs[k] ^ 1]]
        length[here] += along
        nearest[here] = min(nearest[here], near, far)
        moment[here] += along * (near + far) / 2
    return length, nearest, moment


@compiled
def cuts(
    order: Ints, parent: Ints, end: Ints, load: tuple[Floats, Floats, Floats], terms: Floats
) -> tuple[Floats, Floats]:
    """What is below the edge to each place in preorder costs, and what the rest costs."""
    count = len(order)
    length, nearest, moment = load[0].copy(), load[1].copy(), load[2].copy()
    before, behind = np.full(count + 1, np.inf), np.full(count + 1, np.inf)
    for p in range(count):
        before[p + 1] = min(before[p], nearest[order[p]])
    for p in range(count - 1, -1, -1):
        behind[p] = min(behind[p + 1], nearest[order[p]])
    for p in range(count - 1, 0, -1):
        here, up = order[p], parent[order[p]]
        length[up] += length[here]
        nearest[up] = min(nearest[up], nearest[here])
        moment[up] += moment[here]
    below, rest = np.zeros(count), np.zeros(count)
    top = order[0]
    for p in range(1, count):
        here = order[p]
        below[p] = share_cost(length[here], nearest[here], moment[here], terms)
        other = min(before[p], behind[end[p]])
        rest[p] = share_cost(length[top] - length[here], other, moment[top] - moment[here], terms)
    return below, rest


@compiled
def divide(
    arcs: Ints,
    both: Flags,
    order: Ints,
    node_order: Ints,
    ends: Ints,
    lengths: Floats,
    access: tuple[Floats, Floats],
    terms: tuple[Floats, Floats],
) -> tuple[float, Flags]:
    """The best division of a circuit between two holders along one random tree of cycles.

    Returns the greater of their costs (infinite when there is one cycle only) and which passes
    (m,) the first holder gets.
    """
    cycle = np.full(len(arcs), -1)
    pop_cycles(arcs, both, True, order, ends, cycle, len(node_order))
    pop_cycles(arcs, both, False, order, ends, cycle, len(node_order))
    tree, parent, end = spanning_tree(arcs, order, node_order, ends, cycle)
    load_0 = loads(arcs, cycle, ends, lengths, access[0])
    load_1 = loads(arcs, cycle, ends, lengths, access[1])
    below_0, rest_0 = cuts(tree, parent, end, load_0, terms[0])
    below_1, rest_1 = cuts(tree, parent, end, load_1, terms[1])
    best, at, first_below = np.inf, 0, True
    for p in range(1, len(tree)):
        for way in (True, False):
            cost = max(below_0[p], rest_1[p]) if way else max(rest_0[p], below_1[p])
            if cost < best:
                best, at, first_below = cost, p, way
    is_below = np.zeros(len(tree), np.bool_)
    for p in range(at, end[at]):
        is_below[tree[p]] = True
    mine = np.empty(len(arcs), np.bool_)
    for k in range(len(arcs)):
        mine[k] = is_below[cycle[k]] == first_below
    return best, mine
