"""Landmarks: lower bounds on the cost between any two nodes, by the triangle inequality.

ALT (Goldberg and Harrelson 2005, "Computing the shortest path: A* search meets graph theory"):
with the costs d from and to a landmark L known for all nodes,

    d(v, t) >= d(L, t) - d(L, v)   and   d(v, t) >= d(v, L) - d(t, L).

**Exact in whole numbers.** Edge e of cost c(e) counts q(e) = min(floor(c(e) / unit), MOST) in the
tables, a whole number, so unit q(e) <= c(e). Distances over q are exact, hence unit h, h being the
greatest of the differences above, is at most the true cost and consistent:
unit (h(u) - h(v)) <= unit q(u, v) <= c(u, v). Tables saturate at `FAR`; since
min(x, FAR) - min(y, FAR) <= max(0, x - y) the bounds stay true and consistent. A node that a
landmark does not reach holds `NEVER` > FAR: a difference above FAR says that no path exists.

**Changed costs.** Let c' be the costs now and r such that c'(e) >= r q(e) for all e. Then r h is
consistent for c': r (h(u) - h(v)) <= r q(u, v) <= c'(u, v), or the left side is negative and c' is
not; and it is 0 at the target. So no cost, dearer or cheaper, asks for new tables. Closures and
dearer edges leave r >= unit; only an edge cheaper than in the tables lowers it, and makes the
search look at more nodes, at worst at as many as Dijkstra's.

Landmarks are chosen to avoid what the earlier ones bound well (`_worst_bounded`), which puts them
at the rim of a street network: Goldberg and Werneck 2005, "Computing point-to-point shortest paths
from external memory", "avoid", here over a few fixed trees instead of a new one each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled
from navigation.planning.route_contraction import Arcs
from navigation.planning.route_distances import FAR, MOST, NEVER, distances, in_largest_part
from navigation.planning.search_graph import Floats, Ints, SearchGraph

LANDMARKS = 16
TREES = 4  # shortest-path trees that show where bounds are weak
STEPS = 1024  # units in a mean edge: rounding down costs 0.05 % of a bound
SAMPLE = 4

Table = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Tables of one graph's structure and costs; good for all later costs of that structure.

    `table[v]` (n, 2 k) holds for each of k landmarks the units from it to rank v and, negative,
    those from v to it: so every bound from u to v is a difference `table[v] - table[u]`.
    """

    nodes: Ints  # (k,) ranks
    table: Table
    units: Ints  # (m,) by edge
    unit: float

    @classmethod
    def of(cls, graph: SearchGraph, count: int = LANDMARKS, seed: int = 0) -> Landmarks:
        """Prepare the tables; closed edges count as open, for they may be opened later."""
        unit, units = _units(graph.costs)
        members = in_largest_part(graph.arcs)
        count = min(count, len(members))
        table = np.zeros((graph.node_count, 2 * count), np.int32)
        nodes = np.zeros(count, np.int32)
        if not count:
            return cls(nodes, table, units, unit)
        arcs, arc_units = graph.arcs, graph.priced(units.astype(float), MOST).astype(np.int32)
        roots = np.random.default_rng(seed).choice(members, TREES)
        trees = [_tree(arcs, arc_units, int(root)) for root in roots]
        for i in range(count):
            nodes[i] = _worst_bounded(*trees[i % TREES], nodes[:i], table)
            _fill(arcs, arc_units, nodes[i], 2 * i, table)
        _descend(arcs, arc_units, table)
        return cls(nodes, table, units, unit)

    @property
    def nbytes(self) -> int:
        """Memory of the tables."""
        return self.table.nbytes + self.units.nbytes

    def worth(self, costs: Floats, edges: NDArray[np.integer] | slice = slice(None)) -> Floats:
        """c'(e) / q(e) as above for the costs of some edges, infinite where q(e) is 0."""
        units = self.units[edges]
        worth = np.full(len(units), np.inf)
        np.divide(costs, units, out=worth, where=units > 0)
        return worth * (1 - 2**-48)  # below the rounding of quotients and of sums


def _units(costs: Floats) -> tuple[float, Ints]:
    """The unit and what each edge counts; closed edges count as the dearest may."""
    finite = costs[np.isfinite(costs)]
    mean = float(np.mean(finite)) if len(finite) else 0.0
    unit = mean / STEPS if mean > 0 else 1.0
    return unit, np.minimum(costs / unit, MOST).astype(np.int32)


@compiled
def _fill(arcs: Arcs, units: Ints, node: int, column: int, table: Table) -> None:
    """Distances from and, negative, to a landmark into two columns of the core's rows."""
    count = len(table)
    there, back = np.empty(count, np.int32), np.empty(count, np.int32)
    distances(arcs.first[: count + 1], arcs.others, units, node, there)
    distances(arcs.first[count:], arcs.others, units, node, back)
    for v in range(arcs.gone, count):
        table[v, column], table[v, column + 1] = there[v], -back[v]


@compiled
def _descend(arcs: Arcs, units: Ints, table: Table) -> None:
    """The rows of the nodes that left, from those of the nodes that left later."""
    count, columns = table.shape
    for v in range(arcs.gone - 1, -1, -1):
        for c in range(columns):
            table[v, c] = NEVER if c % 2 == 0 else -NEVER
        for k in range(arcs.first[count + v], arcs.first[count + v + 1]):
            above, step = arcs.others[k], units[k]
            for c in range(0, columns, 2):
                if table[above, c] <= FAR:
                    table[v, c] = min(table[v, c], min(FAR, table[above, c] + step))
        for k in range(arcs.first[v], arcs.first[v + 1]):
            above, step = arcs.others[k], units[k]
            for c in range(1, columns, 2):
                if table[above, c] >= -FAR:
                    table[v, c] = max(table[v, c], max(-FAR, table[above, c] - step))


@compiled
def _tree(arcs: Arcs, units: Ints, root: int) -> tuple[Ints, Ints, Ints]:
    """A tree of shortest paths in the core: its nodes, nearest first, their parents, distances."""
    count = len(arcs.first) >> 1
    first_in, others = arcs.first[count:], arcs.others
    found = np.empty(count, np.int32)
    order = distances(arcs.first[: count + 1], others, units, root, found)
    rank = np.full(len(found), len(order), np.int32)
    for i in range(len(order)):
        rank[order[i]] = i
    parents = np.full(len(found), -1, np.int32)
    for node in order[1:]:
        for k in range(first_in[node], first_in[node + 1]):
            tail = others[k]
            if rank[tail] < rank[node] and found[tail] + units[k] == found[node]:
                parents[node] = tail
                break
    return order, parents, found


@compiled
def _worst_bounded(order: Ints, parents: Ints, found: Ints, landmarks: Ints, table: Table) -> int:
    """A leaf of the subtree, free of landmarks, whose bounds from the root are worst in sum.

    Every `SAMPLE`-th node stands for its neighbours in the sum.
    """
    root = order[0]
    weight = np.zeros(len(found))
    has_landmark = np.zeros(len(found), np.bool_)
    heaviest = np.full(len(found), -1, np.int32)  # child
    for landmark in landmarks:
        has_landmark[landmark] = True
    best, at = -1.0, root
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        if i % SAMPLE == 0:
            bound = np.int32(0)
            for c in range(2 * len(landmarks)):
                bound = max(bound, np.int32(table[node, c] - table[root, c]))
            weight[node] += found[node] - min(bound, found[node])
        size = 0.0 if has_landmark[node] else weight[node]
        if size > best:
            best, at = size, node
        parent = parents[node]
        if parent >= 0:
            weight[parent] += weight[node]
            has_landmark[parent] |= has_landmark[node]
            child = heaviest[parent]
            if not has_landmark[node] and (child < 0 or weight[node] > weight[child]):
                heaviest[parent] = node
    while heaviest[at] >= 0:
        at = heaviest[at]
    return int(at)
