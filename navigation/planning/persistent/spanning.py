"""A first tour for many places: a spanning tree made Eulerian (after Christofides 1976).

Places of odd degree in the minimum spanning tree are paired, as cheaply as near
pairs allow; tree and pairs form an Eulerian circuit, and places are taken in the order of their
first visit on it.
"""

from __future__ import annotations

import numpy as np
import rustworkx as rx
from scipy.sparse.csgraph import minimum_spanning_tree

from navigation.planning.patrol_graph import Ints, PatrolGraph
from navigation.planning.persistent.bounds import links_s

NEAR_ODD = 8  # partners that a place of odd degree considers
PER_S = 1000  # the matching counts whole milliseconds


def spanning_order(graph: PatrolGraph) -> tuple[int, ...]:
    """All places in order of first visit."""
    tree = minimum_spanning_tree(links_s(graph, np.arange(len(graph)))).tocoo()
    links = list(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    degree = np.bincount(np.array(links, int).ravel(), minlength=len(graph))
    links += _pairs(graph, np.flatnonzero(degree % 2))
    partners: list[list[int]] = [[] for _ in range(len(graph))]
    for number, (start, end) in enumerate(links):
        partners[start].append(number)
        partners[end].append(number)
    return _first_visits(links, partners)


def _pairs(graph: PatrolGraph, odd: Ints) -> list[tuple[int, int]]:
    """Each odd place with another: a minimum matching among near ones, the rest as they come."""
    apart_s = graph.travel_s[np.ix_(odd, odd)]
    apart_s = apart_s + apart_s.T
    np.fill_diagonal(apart_s, np.inf)
    near = np.argsort(apart_s, axis=1, kind="stable")[:, :NEAR_ODD]
    costs = {
        (min(a, int(b)), max(a, int(b))): round(float(apart_s[a, b]) * PER_S)
        for a in range(len(odd))
        for b in near[a]
        if a != b
    }
    dearest = max(costs.values(), default=0) + 1
    choice = rx.PyGraph()
    choice.add_nodes_from(range(len(odd)))
    choice.add_edges_from([(a, b, dearest - cost) for (a, b), cost in costs.items()])
    matched = sorted(rx.max_weight_matching(choice, max_cardinality=True, weight_fn=int))
    left = sorted(set(range(len(odd))) - {place for pair in matched for place in pair})
    matched += list(zip(left[::2], left[1::2], strict=True))
    return [(int(odd[a]), int(odd[b])) for a, b in matched]


def _first_visits(links: list[tuple[int, int]], partners: list[list[int]]) -> tuple[int, ...]:
    """Places of an Eulerian circuit (Hierholzer 1873), each where it comes first."""
    driven, stack, circuit = [False] * len(links), [0], []
    while stack:
        here = stack[-1]
        while partners[here] and driven[partners[here][-1]]:
            partners[here].pop()
        if partners[here]:
            number = partners[here].pop()
            driven[number] = True
            start, end = links[number]
            stack.append(end if start == here else start)
        else:
            circuit.append(stack.pop())
    return tuple(dict.fromkeys(circuit))
