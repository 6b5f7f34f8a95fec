"""Distances in whole numbers from one node to all others, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled
from navigation.planning.route_contraction import Arcs

Ints = NDArray[np.int32]

MOST = 1 << 16  # an edge counts so many units at most
FAR = 1 << 29  # distances end here: what is farther away is this far
NEVER = (1 << 30) + 1  # the distance of what no path leads to


@compiled
def distances(first: Ints, others: Ints, units: Ints, source: int, found: Ints) -> Ints:
    """Distances from a node in whole units into `found` (n,), at most `FAR`, or `NEVER`.

    Returns the nodes reached, nearest first. Dijkstra with a ring of buckets, one a unit (Dial
    1969); `first`, `others` and `units` are rows as in `search_graph`.
    """
    ring = MOST + 1
    buckets, order = np.full(ring, -1, np.int32), np.empty(len(found), np.int32)
    entry, after = np.empty(len(others) + 1, np.int32), np.empty(len(others) + 1, np.int32)
    found[:] = NEVER
    entry[0], after[0], buckets[0], found[source] = source, -1, 0, 0
    entries, waiting, now, slot, reached = 1, 1, 0, 0, 0
    while waiting > 0:
        while buckets[slot] >= 0:
            at = buckets[slot]
            buckets[slot] = after[at]
            waiting -= 1
            node = entry[at]
            if found[node] != now:
                continue  # reached sooner since
            order[reached] = node
            reached += 1
            for k in range(first[node], first[node + 1]):
                there, other = min(now + units[k], FAR), others[k]
                if there < found[other]:
                    found[other] = there
                    place = slot + there - now
                    place -= ring if place >= ring else 0
                    entry[entries], after[entries] = other, buckets[place]
                    buckets[place] = entries
                    entries += 1
                    waiting += 1
        now, slot = now + 1, slot + 1 if slot + 1 < ring else 0
    return order[:reached]


@compiled
def in_largest_part(arcs: Arcs) -> NDArray[np.int64]:
    """The core's nodes of the part that has most of them, joined in any direction."""
    count, first, others = len(arcs.first) >> 1, arcs.first, arcs.others
    root, size = np.arange(count), np.ones(count, np.int64)
    for v in range(arcs.gone, count):
        for k in range(first[v], first[v + 1]):
            a, b = v, others[k]
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a != b:
                root[max(a, b)] = min(a, b)
                size[min(a, b)] += size[max(a, b)]
    members, found = np.empty(count - arcs.gone, np.int64), 0
    if arcs.gone == count:
        return members
    largest = arcs.gone + np.argmax(size[arcs.gone :])
    for v in range(arcs.gone, count):
        a = v
        while root[a] != a:
            a = root[a]
        if a == largest:
            members[found] = v
            found += 1
    return members[:found]
