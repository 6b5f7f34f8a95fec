"""What arcs cost, from what edges cost, and which edges they stand for; compiled.

The cost of an arc is the least of the edges between its ends and of the sums of two arcs that meet
in a node that left sooner: its lower pairs. Arcs out of a node come with its rank, so every sum
is known before it is needed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined
from navigation.planning.route_changes import cost_now
from navigation.planning.route_contraction import Arcs

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

NONE = -1


class Makings(NamedTuple):
    """What each arc is made of. Arcs are the first `len(edge)` places in the rows; those behind
    are the core's arcs once more, from their other end.
    """

    edge: Ints  # (arcs,) an edge between the ends, NONE
    next_edge: Ints  # (m,) another edge between the same ends, NONE
    first_pair: Ints  # (arcs + 1,)
    pairs: Ints  # (pairs, 2) places
    twins: Ints  # the places of the core's arcs behind


class Now(NamedTuple):
    """What edges and arcs cost for one question: their costs and the changed ones' hash tables."""

    edge_costs: Floats
    edge_slots: Ints
    edge_changed: Floats
    costs: Floats
    slots: Ints
    changed: Floats


@inlined
def place_of(arcs: Arcs, tail: int, head: int) -> int:
    """The arc from one node to another, NONE where there is none."""
    count = len(arcs.first) >> 1
    if tail < head or head >= arcs.gone:
        row, other = tail, head
    else:
        row, other = count + head, tail
    found = NONE
    for k in range(arcs.first[row], arcs.first[row + 1]):
        if arcs.others[k] == other:
            found = k
    return found


@compiled
def makings(arcs: Arcs, tails: Ints, heads: Ints) -> Makings:
    """What the arcs are made of, given the edges' ends by rank."""
    count = len(arcs.first) >> 1
    core_in = arcs.first[count + arcs.gone]
    edge, next_edge = np.full(core_in, NONE, np.int32), np.full(len(tails), NONE, np.int32)
    for e in range(len(tails)):
        if tails[e] != heads[e]:
            place = place_of(arcs, tails[e], heads[e])
            next_edge[e], edge[place] = edge[place], e
    room = 0
    for v in range(arcs.gone):
        into = arcs.first[count + v + 1] - arcs.first[count + v]
        room += into * (arcs.first[v + 1] - arcs.first[v])
    above, below, size = np.empty(room, np.int32), np.empty((room, 2), np.int32), 0
    first_pair = np.zeros(core_in + 1, np.int32)
    for v in range(arcs.gone):
        for i in range(arcs.first[count + v], arcs.first[count + v + 1]):
            for j in range(arcs.first[v], arcs.first[v + 1]):
                if arcs.others[i] != arcs.others[j]:
                    place = place_of(arcs, arcs.others[i], arcs.others[j])
                    first_pair[place + 1] += 1
                    above[size], below[size, 0], below[size, 1] = place, i, j
                    size += 1
    for place in range(core_in):
        first_pair[place + 1] += first_pair[place]
    at, pairs = first_pair[:-1].copy(), np.empty((size, 2), np.int32)
    for k in range(size):
        pairs[at[above[k]]] = below[k]
        at[above[k]] += 1
    twins = np.empty(len(arcs.others) - core_in, np.int32)
    for v in range(arcs.gone, count):
        for k in range(arcs.first[count + v], arcs.first[count + v + 1]):
            twins[k - core_in] = place_of(arcs, arcs.others[k], v)
    return Makings(edge, next_edge, first_pair, pairs, twins)


@inlined
def least(made: Makings, now: Now, place: int) -> float:
    """What an arc costs, those below it being known."""
    best, edge = np.inf, made.edge[place]
    while edge != NONE:
        cost = cost_now(now.edge_slots, now.edge_changed, edge, now.edge_costs[edge])
        best = min(best, cost)
        edge = made.next_edge[edge]
    for k in range(made.first_pair[place], made.first_pair[place + 1]):
        best = min(best, _sum(made, now, k))
    return best


@inlined
def _sum(made: Makings, now: Now, pair: int) -> float:
    a, b = made.pairs[pair, 0], made.pairs[pair, 1]
    there = cost_now(now.slots, now.changed, a, now.costs[a])
    return there + cost_now(now.slots, now.changed, b, now.costs[b])


@compiled
def priced(arcs: Arcs, made: Makings, now: Now, most: float) -> None:
    """What all arcs cost, at most `most`, into `now.costs` (places,)."""
    count, core_in = len(arcs.first) >> 1, len(made.edge)
    for v in range(count):
        for k in range(arcs.first[v], arcs.first[v + 1]):
            now.costs[k] = min(least(made, now, k), most)
        if v < arcs.gone:
            for k in range(arcs.first[count + v], arcs.first[count + v + 1]):
                now.costs[k] = min(least(made, now, k), most)
    for k in range(len(made.twins)):
        now.costs[core_in + k] = now.costs[made.twins[k]]


@compiled
def edges_of(arcs: Arcs, made: Makings, now: Now, nodes: Ints) -> NDArray[np.int64]:
    """The edges that the arcs along a path's nodes stand for, in order."""
    edges, size = np.empty(4 * len(nodes), np.int64), 0
    waiting = np.empty(64, np.int32)  # one more with each level of the contraction, at most
    for i in range(len(nodes) - 1):
        waiting[0], left = place_of(arcs, nodes[i], nodes[i + 1]), 1
        while left > 0:
            left -= 1
            place = waiting[left]
            cost = cost_now(now.slots, now.changed, place, now.costs[place])
            edge = made.edge[place]
            while edge != NONE and (
                cost_now(now.edge_slots, now.edge_changed, edge, now.edge_costs[edge]) != cost
            ):
                edge = made.next_edge[edge]
            if edge != NONE:
                if size == len(edges):
                    edges = np.append(edges, np.empty(size, np.int64))
                edges[size] = edge
                size += 1
                continue
            k = made.first_pair[place]
            while _sum(made, now, k) != cost:
                k += 1
            waiting[left], waiting[left + 1] = made.pairs[k, 1], made.pairs[k, 0]
            left += 2
    return edges[:size].copy()
