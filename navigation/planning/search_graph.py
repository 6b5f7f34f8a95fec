"""SearchGraph: a directed graph with costs as plain arrays, for pure search at any size.

Nodes and edges are numbers from 0. Edges lie in compressed sparse rows by their start; the costs
lie beside, so a search reads neighbours and costs in one stretch.
Inside, nodes are numbered anew so that near ones lie near in memory (`rank`): a search over a
million nodes in any order waits for memory half the time otherwise. Most searches go over the
arcs of the contracted graph (`route_contraction`), whose costs lie beside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navigation.planning.compiled import compiled
from navigation.planning.route_arc_changes import changed_arcs
from navigation.planning.route_arcs import Now, makings, priced
from navigation.planning.route_changes import NO_CHANGES, Changes, CostTable
from navigation.planning.route_contraction import contracted
from patrol.errors import PlanError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CLUSTER = 256  # nodes that are numbered in a row


@dataclass(frozen=True, eq=False)
class Rows:
    """The edges out of each node: those of rank v lie at `first[v]:first[v + 1]`.

    `others` is the rank of the edge's end, `edges` its number, `costs` its cost.
    """

    first: Ints  # (n + 1,)
    others: Ints  # (m,)
    edges: Ints  # (m,)
    costs: Floats  # (m,)


class SearchGraph:
    """Nodes 0 … `node_count` - 1 and edges 0 … m - 1 from `tails` to `heads`, shape (m,).

    A cost is 0 or more; infinite means closed. Parallel edges and loops are allowed. Raises
    PlanError naming the edge for a NaN or negative cost or an unknown node. `rank` (n,) is each
    node's number inside, `nodes` (n,) the node of each rank; `tails` and `heads` hold ranks.
    """

    def __init__(
        self, node_count: int, tails: ArrayLike, heads: ArrayLike, costs: ArrayLike
    ) -> None:
        given_tails, given_heads = _whole(tails, "tails"), _whole(heads, "heads")
        given_costs = np.asarray(costs, np.float64)
        if not given_tails.shape == given_heads.shape == given_costs.shape:
            raise PlanError(
                f"graph: {given_tails.shape} tails, {given_heads.shape} heads and "
                f"{given_costs.shape} costs; give one of each for every edge"
            )
        _check_ends(node_count, given_tails, given_heads)
        _check_costs(given_costs, np.arange(len(given_costs)))
        self.node_count = node_count
        self.costs = given_costs.copy()
        first, order = _grouped(node_count, given_tails)
        near = _near_together(first, given_heads[order])
        self.rank, self.arcs = contracted(near, first, given_heads[order])
        self.nodes = np.argsort(self.rank).astype(np.int32)
        self.tails, self.heads = self.rank[given_tails], self.rank[given_heads]
        first, order = _grouped(node_count, self.tails)
        self.rows = Rows(first, self.heads[order], order, self.costs[order])
        self.makings = makings(self.arcs, self.tails, self.heads)
        self.arc_costs = self.priced(self.costs)

    @property
    def edge_count(self) -> int:
        """How many edges there are, closed ones included."""
        return len(self.tails)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        rows = (self.rows.first, self.rows.others, self.rows.edges, self.rows.costs)
        arcs = (*self.arcs[1:], *self.makings, self.arc_costs)
        arrays = (self.rank, self.nodes, self.tails, self.heads, self.costs, *rows, *arcs)
        return sum(array.nbytes for array in arrays)

    def priced(self, costs: Floats, most: float = math.inf) -> Floats:
        """What the arcs cost, at most `most`, where the edges cost so much; (places,)."""
        found = np.empty(len(self.arcs.others))
        unchanged = NO_CHANGES.by_edge.slots, NO_CHANGES.by_edge.costs
        now = Now(costs, *unchanged, found, *unchanged)
        priced(self.arcs, self.makings, now, most)
        return found

    def now(self, changes: Changes) -> Now:
        """What edges and arcs cost under changes."""
        by_edge, by_place = changes.by_edge, changes.by_place
        return Now(self.costs, by_edge.slots, by_edge.costs,
                   self.arc_costs, by_place.slots, by_place.costs)  # fmt: skip

    def with_costs(self, costs: ArrayLike) -> SearchGraph:
        """The same graph with all costs new, shape (m,); shares its structure; raises PlanError.

        For many changes at once; `Changes` is for few.
        """
        given = np.asarray(costs, np.float64)
        if given.shape != self.costs.shape:
            raise PlanError(f"graph: {given.shape} costs for {self.edge_count} edges")
        _check_costs(given, np.arange(self.edge_count))
        made = copy(self)
        made.costs = given.copy()
        made.rows = replace(self.rows, costs=given[self.rows.edges])
        made.arc_costs = self.priced(made.costs)
        return made

    def changed(self, costs: Mapping[int, float]) -> Changes:
        """Some edges' costs for one query or more; infinite closes. Raises PlanError."""
        edges = _whole(list(costs), "changed edges")
        values = np.array(list(costs.values()), np.float64)
        bad = edges[(edges < 0) | (edges >= self.edge_count)]
        if len(bad):
            raise PlanError(
                f"graph: no edge {bad[0]} to change; edges are {_range(self.edge_count)}"
            )
        _check_costs(values, edges)
        if not len(edges):
            return NO_CHANGES
        by_edge = CostTable.of(edges.astype(np.int32), values)
        changes = Changes(edges, values, by_edge, NO_CHANGES.by_place)
        ends = self.tails[edges], self.heads[edges]
        by_place = CostTable.of(*changed_arcs(self.arcs, self.makings, self.now(changes), *ends))
        return replace(changes, by_place=by_place)

    def closed(self, edges: Iterable[int]) -> Changes:
        """These edges closed; raises PlanError for an unknown one."""
        return self.changed(dict.fromkeys(edges, math.inf))

    def ranks_of(self, nodes: ArrayLike) -> Ints:
        """The ranks of nodes, (k,); raises PlanError for one the graph does not have."""
        given = _whole(nodes, "nodes").ravel()
        bad = given[(given < 0) | (given >= self.node_count)]
        if len(bad):
            self.rank_of(int(bad[0]))
        return self.rank[given]

    def rank_of(self, node: int) -> int:
        """A node's rank; raises PlanError for one the graph does not have."""
        if not 0 <= node < self.node_count:
            raise PlanError(f"graph: no node {node}; nodes are {_range(self.node_count)}")
        return int(self.rank[node])


@compiled
def _grouped(node_count: int, ends: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Where each node's edges begin, and the edges in order of an end."""
    first, order = np.zeros(node_count + 1, np.int32), np.empty(len(ends), np.int32)
    for end in ends:
        first[end + 1] += 1
    for v in range(node_count):
        first[v + 1] += first[v]
    at = first[:-1].copy()
    for edge in range(len(ends)):
        order[at[ends[edge]]] = edge
        at[ends[edge]] += 1
    return first, order


@compiled
def _near_together(first: Ints, others: NDArray[np.int64]) -> Ints:
    """New numbers for nodes, shape (n,): clusters of neighbours, one cluster after the next."""
    count = len(first) - 1
    rank, placed = np.full(count, -1, np.int32), 0
    seen, queue = np.zeros(count, np.bool_), np.empty(count, np.int64)
    cluster = np.empty(CLUSTER, np.int64)
    for root in range(count):
        if seen[root]:
            continue
        queue[0], done, waiting, seen[root] = root, 0, 1, True
        while done < waiting:
            node = queue[done]
            done += 1
            if rank[node] < 0:
                rank[node], placed = placed, placed + 1
                cluster[0], grown, size = node, 0, 1
                while grown < size:
                    member = cluster[grown]
                    grown += 1
                    for other in others[first[member] : first[member + 1]]:
                        if rank[other] < 0 and size < CLUSTER:
                            rank[other], placed = placed, placed + 1
                            cluster[size], size = other, size + 1
            for other in others[first[node] : first[node + 1]]:
                if not seen[other]:
                    seen[other], queue[waiting], waiting = True, other, waiting + 1
    return rank


def _whole(values: ArrayLike, what: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise PlanError(f"graph: {what} are {array.dtype}; give whole numbers")
    return array.astype(np.int64)


def _check_ends(node_count: int, tails: NDArray[np.int64], heads: NDArray[np.int64]) -> None:
    for name, ends in (("from", tails), ("to", heads)):
        bad = np.flatnonzero((ends < 0) | (ends >= node_count))
        if len(bad):
            edge = bad[0]
            raise PlanError(
                f"edge {edge}: leads {name} node {ends[edge]}; nodes are {_range(node_count)}"
            )


def _check_costs(costs: Floats, edges: NDArray[np.integer]) -> None:
    bad = np.flatnonzero(~(costs >= 0))  # true for NaN, too
    if len(bad):
        raise PlanError(
            f"edge {edges[bad[0]]}: cost {costs[bad[0]]} is not a number of 0 or more; infinity "
            "closes an edge"
        )


def _range(count: int) -> str:
    return f"0 to {count - 1}" if count else "none"
