"""Shortest ways in a network of arcs, compiled (Dijkstra 1959)."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Network:
    """Arcs are coded `2 i` and `2 i + 1` for the two ways along link `i`.

    `out[start[n]:start[n + 1]]` are the arcs that leave node n. `ends` is the node each arc ends
    at, by arc; `lengths` are by link.
    """

    start: Ints
    out: Ints
    ends: Ints
    lengths: Floats

    @classmethod
    def of(cls, outgoing: Sequence[Sequence[int]], ends: Sequence[int], lengths: Sequence[float]
           ) -> Network:  # fmt: skip
        """From the arcs out of each node."""
        start = np.cumsum([0, *map(len, outgoing)])
        out = [arc for arcs in outgoing for arc in arcs]
        return cls(
            start, np.array(out, np.int64), np.array(ends, np.int64), np.array(lengths, np.float64)
        )

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.start) - 1

    def way(self, source: int, target: int) -> list[int] | None:
        """The arcs of a shortest way; None when there is none."""
        if source == target:
            return []
        found = _way(self.start, self.out, self.ends, self.lengths, source, target)
        return None if found[0] < 0 else found.tolist()

    def nearest(self, nodes: Ints, count: int) -> tuple[Ints, Floats]:
        """(len(nodes), count) of each node the nearest others of them, -1 where there are fewer,
        and how far away they are."""
        wanted = np.zeros(self.size, np.bool_)
        wanted[nodes] = True
        return _nearest(self.start, self.out, self.ends, self.lengths, nodes, wanted, count)


@compiled
def _nearest(
    start: Ints, out: Ints, ends: Ints, lengths: Floats, nodes: Ints, wanted: Flags, count: int
) -> tuple[Ints, Floats]:
    others = np.full((len(nodes), count), -1)
    distance = np.full((len(nodes), count), np.inf)
    best = np.full(len(start) - 1, np.inf)
    for k in range(len(nodes)):
        source, found = nodes[k], 0
        best[source] = 0.0
        touched, queue = [source], [(0.0, source)]
        while len(queue) and found < count:
            length, node = heapq.heappop(queue)
            if length > best[node]:
                continue
            if wanted[node] and node != source:
                others[k, found], distance[k, found] = node, length
                found += 1
            for arc in out[start[node] : start[node + 1]]:
                head, reached = ends[arc], length + lengths[arc >> 1]
                if reached < best[head]:
                    best[head] = reached
                    touched.append(head)
                    heapq.heappush(queue, (reached, head))
        for node in touched:
            best[node] = np.inf
    return others, distance


@compiled
def _way(start: Ints, out: Ints, ends: Ints, lengths: Floats, source: int, target: int) -> Ints:
    """Arcs of a shortest way between two different nodes; [-1] when there is none."""
    best, came = np.full(len(start) - 1, np.inf), np.full(len(start) - 1, -1)
    best[source] = 0.0
    queue = [(0.0, source)]
    while len(queue):
        length, node = heapq.heappop(queue)
        if node == target:
            break
        if length > best[node]:
            continue
        for arc in out[start[node] : start[node + 1]]:
            head, reached = ends[arc], length + lengths[arc >> 1]
            if reached < best[head]:
                best[head], came[head] = reached, arc
                heapq.heappush(queue, (reached, head))
    way, node = np.full(len(start), -1), target
    steps = 0
    while came[node] >= 0 and node != source:
        way[steps] = came[node]
        steps += 1
        node = ends[came[node] ^ 1]
    return way[:steps][::-1].copy() if steps else way[:1]
