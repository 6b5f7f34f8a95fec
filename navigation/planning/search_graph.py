"""SearchGraph: a directed graph with costs as plain arrays, for pure search at any size.

Nodes and edges are numbers from 0. Edges lie in compressed sparse rows by their start and, again,
by their end; the costs lie beside both, so a search reads neighbours and costs in one stretch.
Inside, nodes are numbered anew so that near ones lie near in memory (`rank`): a search over a
million nodes in any order waits for memory half the time otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navigation.planning.compiled import compiled
from navigation.planning.route_changes import Changes
from patrol.errors import PlanError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CLUSTER = 256  # nodes that are numbered in a row


@dataclass(frozen=True, eq=False)
class Rows:
    """Edges out of each node, then edges into each node, in one set of arrays.

    Those out of rank v lie at `first[v]:first[v + 1]`, those into it at
    `first[n + v]:first[n + v + 1]`. `others` is the rank of the edge's far end, `edges` its
    number, `costs` its cost. One set, since a compiled search may not choose between arrays at
    every step: counting who holds them takes longer than the step.
    """

    first: Ints  # (2 n + 1,)
    others: Ints  # (2 m,)
    edges: Ints  # (2 m,)
    costs: Floats  # (2 m,)


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
        self.rank = _near_together(first, given_heads[order])
        self.nodes = np.argsort(self.rank).astype(np.int32)
        self.tails, self.heads = self.rank[given_tails], self.rank[given_heads]
        self.rows = _rows(node_count, self.tails, self.heads, self.costs)

    @property
    def edge_count(self) -> int:
        """How many edges there are, closed ones included."""
        return len(self.tails)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        rows = (self.rows.first, self.rows.others, self.rows.edges, self.rows.costs)
        arrays = (self.rank, self.nodes, self.tails, self.heads, self.costs, *rows)
        return sum(array.nbytes for array in arrays)

    @property
    def first_out(self) -> Ints:
        """Where in the rows the edges out of each node begin, (n + 1,)."""
        return self.rows.first[: self.node_count + 1]

    @property
    def first_in(self) -> Ints:
        """Where in the rows the edges into each node begin, (n + 1,)."""
        return self.rows.first[self.node_count :]

    @cached_property
    def _places(self) -> Ints:
        """Where in the rows each edge stands, out of its tail and into its head; (2, m)."""
        places, count = np.empty((2, self.edge_count), np.int32), self.edge_count
        places[0, self.rows.edges[:count]] = np.arange(count)
        places[1, self.rows.edges[count:]] = np.arange(count, 2 * count)
        return places

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
        return Changes.of(edges, values, self._places[:, edges])

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


def _grouped(node_count: int, ends: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Where each node's edges begin, and the edges in order of an end."""
    first = np.zeros(node_count + 1, np.int32)
    np.cumsum(np.bincount(ends, minlength=node_count), out=first[1:])
    return first, np.argsort(ends, kind="stable").astype(np.int32)


def _rows(node_count: int, tails: Ints, heads: Ints, costs: Floats) -> Rows:
    first_out, out = _grouped(node_count, tails)
    first_in, into = _grouped(node_count, heads)
    first = np.concatenate((first_out, first_in[1:] + np.int32(len(tails))))
    edges = np.concatenate((out, into))
    return Rows(first, np.concatenate((heads[out], tails[into])), edges, costs[edges])


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
