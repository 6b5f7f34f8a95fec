"""GraphSearch: cheapest paths between two nodes of a graph of any size, in compiled code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navigation.planning.landmarks import Landmarks
from navigation.planning.route_arcs import edges_of
from navigation.planning.route_changes import NO_CHANGES, Changes
from navigation.planning.route_gates import gate_offsets, gates_and_scale
from navigation.planning.route_kernels import LABEL_BYTES, search, to_many, trace
from navigation.planning.search_graph import Floats, Ints, SearchGraph

_QUERIES = 2**31 - 1  # a label's query number is 32 bits


@dataclass(frozen=True, slots=True)
class GraphPath:
    """A cheapest path; where there is none an infinite cost, no edges and -1 for its source."""

    cost: float
    source: int
    edges: NDArray[np.int64]
    expanded: int  # nodes of the core that the search expanded: how hard it was


NO_PATH = GraphPath(math.inf, -1, np.zeros(0, np.int64), 0)


class GraphSearch:
    """Answers queries over one graph, from any number of threads at once.

    The landmarks may be those of other costs of the same structure; they are prepared here when
    not given. `Changes` go with a query. Every answer is exact (`landmarks` has the proof).
    """

    def __init__(self, graph: SearchGraph, landmarks: Landmarks | None = None) -> None:
        self.graph = graph
        self.landmarks = landmarks or Landmarks.of(graph)
        self._scale = float(self.landmarks.worth(graph.costs).min(initial=np.inf))
        self._idle: list[_Scratch] = []  # append and pop are each atomic

    def with_costs(self, costs: Floats) -> GraphSearch:
        """The same with all costs new and nothing prepared; raises PlanError."""
        return GraphSearch(self.graph.with_costs(costs), self.landmarks)

    def path(self, source: int, target: int, changes: Changes = NO_CHANGES) -> GraphPath:
        """A cheapest path; raises PlanError for an unknown node."""
        free = np.zeros(1)
        start, goal = self.graph.rank_of(source), self.graph.rank_of(target)
        origins, goals = np.array([start], np.int32), np.array([goal], np.int32)
        return self._path((origins, free), (goals, free), changes)

    def path_between(
        self,
        sources: ArrayLike,
        source_costs: ArrayLike,
        targets: ArrayLike,
        changes: Changes = NO_CHANGES,
    ) -> GraphPath:
        """The cheapest of all paths from a source, at its finite cost, to a target; PlanError."""
        origins = self.graph.ranks_of(sources), np.asarray(source_costs, np.float64)
        goals = self.graph.ranks_of(targets)
        if not len(origins[0]) or not len(goals):
            return NO_PATH
        return self._path(origins, (goals, np.zeros(len(goals))), changes)

    def costs(self, origins: Sequence[tuple[ArrayLike, ArrayLike]], targets: ArrayLike) -> Floats:
        """Costs from each of n sets of nodes with finite costs to each of k targets, (n, k).

        By Dijkstra's algorithm from each set until all targets are reached.
        """
        goals, rows = self.graph.ranks_of(targets), self.graph.rows
        found = np.full((len(origins), len(goals)), np.inf)
        scratch = self._borrow()
        for row, (nodes, costs) in enumerate(origins):
            to_many(
                rows.first, rows.others, rows.costs,
                self.graph.ranks_of(nodes), np.asarray(costs, np.float64), goals, found[row],
                scratch.cost, scratch.note, scratch.keys, scratch.items,
                scratch.next_query(),
            )  # fmt: skip
        self._idle.append(scratch)
        return found

    def _borrow(self) -> _Scratch:
        try:
            return self._idle.pop()
        except IndexError:
            return _Scratch.of(self.graph)

    def _path(
        self, origins: tuple[Ints, Floats], goals: tuple[Ints, Floats], changes: Changes
    ) -> GraphPath:
        arcs, now = self.graph.arcs, self.graph.now(changes)
        gates, scale = gates_and_scale(self.landmarks, self._scale, changes)
        known = changes.edges[gates], changes.values[gates]
        from_, to = gate_offsets(self.graph, self.landmarks, scale, known, origins, goals)
        scratch = self._borrow()
        cost, meet, expanded = search(
            arcs, now.costs, now.slots, now.changed, self.landmarks.table, scale,
            *to, len(goals[0]), *from_, len(origins[0]),
            scratch.cost, scratch.note, scratch.keys, scratch.items, scratch.next_query(),
        )  # fmt: skip
        found = NO_PATH
        if meet >= 0:
            nodes = trace(scratch.note, meet)
            edges = edges_of(arcs, self.graph.makings, now, nodes)
            found = GraphPath(cost, int(self.graph.nodes[nodes[0]]), edges, expanded)
        self._idle.append(scratch)
        return found


@dataclass(eq=False)
class _Scratch:
    """What one running query writes to; used again by the next, without clearing."""

    cost: Floats
    note: Ints
    keys: Floats
    items: Ints
    query: int = 0

    @classmethod
    def of(cls, graph: SearchGraph) -> _Scratch:
        labels = np.zeros(graph.node_count * LABEL_BYTES, np.uint8)
        entries = len(graph.arcs.others) + graph.node_count
        return cls(
            labels.view(np.float64).reshape(graph.node_count, -1),
            labels.view(np.int32).reshape(graph.node_count, -1),
            np.empty((2, entries)), np.empty((2, entries), np.int32),
        )  # fmt: skip

    def next_query(self) -> int:
        """A number the labels have not seen."""
        if self.query == _QUERIES:
            self.note[:], self.query = 0, 0
        self.query += 1
        return self.query
