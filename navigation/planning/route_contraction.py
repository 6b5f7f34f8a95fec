"""Contraction: nodes with few neighbours leave the graph, arcs that bridge them take their place.

Which nodes leave depends on the structure alone, not on costs: between any two neighbours of a
node that leaves stands an arc, so what an arc costs can be found anew for any costs, from the
costs of at most a few arcs below it (customizable contraction hierarchies, Dibbelt, Strasser and
Wagner 2016, "Customizable contraction hierarchies", ACM Journal of Experimental Algorithmics 21;
ended early, as in core-ALT, Bauer et al. 2010, "Combining hierarchical and goal-directed speed-up
techniques for Dijkstra's algorithm"). What is left, the core, has less than half of a street
grid's nodes and as many arcs as the grid had edges; chains of nodes along a bend leave altogether.

A cheapest path from s to t climbs from s to the core, or to a node below it, by arcs to nodes that
left later, and comes down to t by arcs from such nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined

Ints = NDArray[np.int32]

# A node leaves if it adds so many arcs at most, in one round after the other.
LIMITS = (0, 0, 2, 4, 4, 4, 4)
WORTH = 0.01  # a limit's rounds end when a smaller share of the nodes left
CROWD = 49  # a node that so many pairs of neighbours could use stays without a closer look


class Arcs(NamedTuple):
    """The arcs' structure, by rank: the nodes 0 … `gone` - 1 left in this order, the others are
    the core.

    `others[first[v]:first[v + 1]]` are the nodes that arcs from v lead to, in `first[n + v]` on
    those that arcs into v come from. A node that left has only arcs to and from nodes that left
    later; an arc within the core stands in the row of either end.
    """

    gone: int
    first: Ints  # (2 n + 1,)
    others: Ints


def contracted(near: Ints, first: Ints, heads: NDArray[np.integer]) -> tuple[Ints, Arcs]:
    """The rank (n,) of every node of a graph given by rows, and the arcs.

    `near` (n,) numbers the nodes so that close ones have close numbers; ranks keep its order where
    they can.
    """
    first, heads = _renumbered(first, heads.astype(np.int32), near, np.argsort(near))
    count, level, parts = len(near), np.full(len(near), -1, np.int32), []
    first, heads = _bridged(first, heads, level, 0)  # merges parallel edges
    first_in, tails = _reversed(first, heads)
    ended = -1
    for turn, limit in enumerate(LIMITS):
        if limit == ended:
            continue
        picked = _pick(first, heads, first_in, tails, level, turn, limit)
        if not len(picked):
            ended = limit
            continue
        parts.append((picked, _part(first, heads, picked), _part(first_in, tails, picked)))
        first, heads = _bridged(first, heads, level, turn)
        first_in, tails = _reversed(first, heads)
        ended = limit if len(picked) < WORTH * count else ended
    core = np.flatnonzero(level < 0).astype(np.int32)
    parts.append((core, _part(first, heads, core), _part(first_in, tails, core)))
    return _assembled(near, parts, count - len(core))


Part = tuple[Ints, Ints]  # how many neighbours each node has, and which


def _assembled(near: Ints, parts: list[tuple[Ints, Part, Part]], gone: int) -> tuple[Ints, Arcs]:
    order = np.concatenate([part[0] for part in parts])
    rank = np.empty(len(near), np.int32)
    rank[order] = np.arange(len(near))
    sides = [side for k in (1, 2) for side in (part[k] for part in parts)]
    first = np.zeros(2 * len(near) + 1, np.int32)
    np.cumsum(np.concatenate([side[0] for side in sides]), out=first[1:])
    others = rank[np.concatenate([side[1] for side in sides])]
    return rank[near], Arcs(gone, first, others)


@compiled
def _renumbered(first: Ints, heads: Ints, near: Ints, given: NDArray[np.int64]
                ) -> tuple[Ints, Ints]:  # fmt: skip
    """Rows by new numbers."""
    begin, made, size = np.zeros_like(first), np.empty(len(heads), np.int32), 0
    for v in range(len(given)):
        for k in range(first[given[v]], first[given[v] + 1]):
            made[size] = near[heads[k]]
            size += 1
        begin[v + 1] = size
    return begin, made


@compiled
def _bridged(first: Ints, heads: Ints, level: Ints, turn: int) -> tuple[Ints, Ints]:
    """Rows without the nodes that left this turn, with arcs between their neighbours instead."""
    count, room = len(first) - 1, len(heads)
    for k in range(len(heads)):
        if level[heads[k]] == turn:
            room += first[heads[k] + 1] - first[heads[k]]
    begin, made, size = np.zeros(count + 1, np.int32), np.empty(room, np.int32), 0
    seen = np.full(count, -1, np.int32)  # the last node whose row has it
    for tail in range(count):
        if level[tail] < 0:
            seen[tail] = tail
            for k in range(first[tail], first[tail + 1]):
                via = heads[k]
                if level[via] < 0:
                    if seen[via] != tail:
                        seen[via], made[size], size = tail, via, size + 1
                    continue
                for j in range(first[via], first[via + 1]):
                    head = heads[j]
                    if seen[head] != tail:
                        seen[head], made[size], size = tail, head, size + 1
        begin[tail + 1] = size
    return begin, made[:size].copy()


@compiled
def _reversed(first: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Rows by the other end."""
    count = len(first) - 1
    begin, tails = np.zeros(count + 1, np.int32), np.empty(len(heads), np.int32)
    for head in heads:
        begin[head + 1] += 1
    for v in range(count):
        begin[v + 1] += begin[v]
    at = begin[:-1].copy()
    for tail in range(count):
        for k in range(first[tail], first[tail + 1]):
            tails[at[heads[k]]] = tail
            at[heads[k]] += 1
    return begin, tails


@compiled
def _pick(
    first: Ints, heads: Ints, first_in: Ints, tails: Ints, level: Ints, turn: int, limit: int
) -> Ints:  # fmt: skip
    """Nodes that leave this turn, no two of them neighbours; their `level` is the turn."""
    count, size = len(level), 0
    picked, kept = np.empty(count, np.int32), np.zeros(count, np.bool_)
    for v in range(count):
        if level[v] >= 0 or kept[v]:
            continue
        into, out = first_in[v + 1] - first_in[v], first[v + 1] - first[v]
        pairs = into * out
        if pairs > CROWD:
            continue
        for k in range(first_in[v], first_in[v + 1]):
            for j in range(first[v], first[v + 1]):
                pairs -= tails[k] == heads[j]
        if pairs - into - out > limit:
            pairs -= _joined(first, heads, first_in, tails, v)
        if pairs - into - out > limit:
            continue
        level[v], picked[size], size = turn, v, size + 1
        for k in range(first_in[v], first_in[v + 1]):
            kept[tails[k]] = True
        for j in range(first[v], first[v + 1]):
            kept[heads[j]] = True
    return picked[:size].copy()


@inlined
def _joined(first: Ints, heads: Ints, first_in: Ints, tails: Ints, node: int) -> int:
    """How many pairs of a node's neighbours have an arc between them already."""
    found = 0
    for k in range(first_in[node], first_in[node + 1]):
        for i in range(first[tails[k]], first[tails[k] + 1]):
            for j in range(first[node], first[node + 1]):
                found += heads[i] == heads[j]
    return found


@compiled
def _part(first: Ints, others: Ints, nodes: Ints) -> tuple[Ints, Ints]:
    """How many entries the rows of some nodes have, and all of these."""
    sizes = first[nodes + 1] - first[nodes]
    found, size = np.empty(sizes.sum(), np.int32), 0
    for v in nodes:
        for k in range(first[v], first[v + 1]):
            found[size] = others[k]
            size += 1
    return sizes, found
