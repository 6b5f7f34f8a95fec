"""Joining streets that do not hang together: the rural postman's extra burden.

Required streets fall into clusters. As in Frederickson's heuristic (1979; Christofides et al.
1981) a spanning tree of shortest ways joins the clusters before odd nodes are paired; the tree
comes from the clusters' Voronoi cells (Mehlhorn 1988), so no all-pairs distances are needed.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from navigation.planning.coverage.streets import Floats, StreetGraph


class Clusters:
    """Disjoint sets of nodes (union-find with path halving)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, node: int) -> int:
        """The representative of a node's set."""
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, a: int, b: int) -> bool:
        """Merge two sets; False when they were one already."""
        a, b = self.find(a), self.find(b)
        self._parent[b] = a
        return a != b


def clusters_of(graph: StreetGraph, streets: Iterable[int]) -> Clusters:
    """Which nodes hang together by some streets."""
    clusters = Clusters(graph.node_count)
    for i in streets:
        clusters.join(graph.tails[2 * i], graph.heads[2 * i])
    return clusters


def count_clusters(graph: StreetGraph, streets: Iterable[int]) -> int:
    """How many pieces some streets are in."""
    streets = list(streets)
    clusters = clusters_of(graph, streets)
    return len({clusters.find(graph.tails[2 * i]) for i in streets})


def connecting_ways(
    graph: StreetGraph, streets: Iterable[int], factors: Floats | None = None
) -> list[list[int]]:
    """The ways, as arcs, of a least spanning tree between the pieces that some streets are in.

    `factors` by street, if given, multiply lengths, for another tree.
    """
    lengths = graph.lengths
    if factors is not None:
        lengths = (np.array(lengths) * factors).tolist()
    return [way for _, way in _tree(graph, list(streets), lengths)]


def tree_bound(graph: StreetGraph, streets: Iterable[int]) -> float:
    """What a closed walk over some streets must add, at least, because they are in pieces.

    It enters and leaves every set of pieces, so it is no shorter than the subtour bound over n
    pieces, which is at least n / (n - 1) spanning trees (Held and Karp 1970). One-way streets
    count as two-way here.
    """
    either = StreetGraph(
        graph.node_count, tuple(replace(street, one_way=False) for street in graph.streets)
    )
    tree = _tree(either, list(streets), graph.lengths)
    return sum(length for length, _ in tree) * (len(tree) + 1) / len(tree) if tree else 0.0


def without_needless(
    graph: StreetGraph, required: Iterable[int], added: Iterable[int]
) -> list[int]:
    """Added passes without the pairs of one street that neither joins nor evens anything."""
    required = list(required)
    count = Counter(added)
    doubled = sorted((i for i in count if count[i] > 1), key=lambda i: -graph.lengths[i])
    pieces = count_clusters(graph, [*required, *count])
    for i in doubled:
        count[i] -= 2
        kept = [j for j in count if count[j] > 0]
        if not _serves(graph, required, kept, pieces):
            count[i] += 2
    return sorted(count.elements())


def _serves(graph: StreetGraph, required: list[int], kept: list[int], pieces: int) -> bool:
    """Whether required streets still hang together, with no kept street apart from them."""
    return count_clusters(graph, [*required, *kept]) <= pieces


def _tree(
    graph: StreetGraph, streets: list[int], lengths: list[float]
) -> list[tuple[float, list[int]]]:
    """The ways of a least spanning tree between pieces: length and arcs of each."""
    clusters = clusters_of(graph, streets)
    if len({clusters.find(graph.tails[2 * i]) for i in streets}) < 2:
        return []
    distance, came = _cells(graph, streets, lengths)
    source = _origins(graph, distance, came)
    bridges = [
        (distance[node] + lengths[arc >> 1] + distance[graph.heads[arc]], arc)
        for node in distance
        for arc in graph.outgoing[node]
        if graph.heads[arc] in distance
        and clusters.find(source[node]) != clusters.find(source[graph.heads[arc]])
    ]
    ways = []
    for length, arc in sorted(bridges):
        tail, head = graph.tails[arc], graph.heads[arc]
        if clusters.join(source[tail], source[head]):
            ways.append((length, [arc, *_way(graph, came, tail), *_way(graph, came, head)]))
    return ways


def _cells(
    graph: StreetGraph, streets: list[int], lengths: list[float]
) -> tuple[dict[int, float], dict[int, int]]:
    """Each node's distance from the nearest of some streets, and the last arc of the way."""
    distance = {graph.tails[arc]: 0.0 for i in streets for arc in (2 * i, 2 * i + 1)}
    came: dict[int, int] = {}
    queue = [(0.0, node) for node in sorted(distance)]
    while queue:
        length, node = heapq.heappop(queue)
        if length > distance[node]:
            continue
        for arc in graph.outgoing[node]:
            head, reached = graph.heads[arc], length + lengths[arc >> 1]
            if reached < distance.get(head, float("inf")):
                distance[head], came[head] = reached, arc
                heapq.heappush(queue, (reached, head))
    return distance, came


def _way(graph: StreetGraph, came: dict[int, int], node: int) -> list[int]:
    way = []
    while node in came:
        way.append(came[node])
        node = graph.tails[came[node]]
    return way


def _origins(
    graph: StreetGraph, distance: dict[int, float], came: dict[int, int]
) -> dict[int, int]:
    """The node of a street that each node's way comes from."""
    origin: dict[int, int] = {}
    for node in sorted(distance, key=lambda node: distance[node]):
        origin[node] = node
        if node in came:
            origin[node] = origin.get(graph.tails[came[node]], node)
    return origin
