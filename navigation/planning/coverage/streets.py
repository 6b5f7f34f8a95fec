"""StreetGraph: streets to cover, as coverage planning sees them.

A street joins two nodes; a vehicle drives it in either direction unless it is one-way. An *arc*
is a street with a direction, coded as one number: `2 i` is street `i` from its start to its end,
`2 i + 1` the other way, so `arc ^ 1` turns it round and `arc >> 1` is its street. A *walk* is a
sequence of arcs, each starting where the one before ends.

Lengths are metres or seconds: whatever they are, ranges and results are in the same unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from navigation.planning.coverage.searches import Network
from patrol.errors import PlanError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Street:
    """One street; `sides` 2 asks for a pass in each direction, `required` False only allows it."""

    start: int
    end: int
    length: float
    required: bool = True
    sides: int = 1
    one_way: bool = False  # only from start to end
    name: str = ""


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """Nodes 0 … n-1 and streets; raises PlanError naming the street that is wrong and why."""

    node_count: int
    streets: tuple[Street, ...]
    unit: str = "m"  # of all lengths: "m" or "s"

    def __post_init__(self) -> None:
        object.__setattr__(self, "streets", tuple(self.streets))
        if not self.streets:
            raise PlanError("street graph: has no streets")
        for index in range(len(self.streets)):
            self._check(index)

    def _check(self, index: int) -> None:
        street, name = self.streets[index], self.label(index)
        for node in (street.start, street.end):
            if not 0 <= node < self.node_count:
                raise PlanError(
                    f"{name}: node {node} is unknown; nodes are 0 to {self.node_count - 1}"
                )
        if not (math.isfinite(street.length) and street.length >= 0):
            raise PlanError(f"{name}: length {street.length} is not a number of at least 0")
        if street.sides not in (1, 2):
            raise PlanError(f"{name}: sides {street.sides} is neither 1 nor 2")
        if street.one_way and street.sides == 2:
            raise PlanError(f"{name}: one-way, so it cannot be covered in both directions")

    def __len__(self) -> int:
        return len(self.streets)

    def label(self, index: int) -> str:
        """What a person calls a street."""
        name = self.streets[index].name
        return f"street {index} ({name})" if name else f"street {index}"

    @cached_property
    def tails(self) -> list[int]:
        """The node each arc starts at, by arc code."""
        return [node for street in self.streets for node in (street.start, street.end)]

    @cached_property
    def heads(self) -> list[int]:
        """The node each arc ends at, by arc code."""
        return [node for street in self.streets for node in (street.end, street.start)]

    @cached_property
    def lengths(self) -> list[float]:
        """Length by street."""
        return [street.length for street in self.streets]

    @cached_property
    def outgoing(self) -> list[list[int]]:
        """Arcs that may be driven out of each node."""
        out: list[list[int]] = [[] for _ in range(self.node_count)]
        for index, street in enumerate(self.streets):
            out[street.start].append(2 * index)
            if not street.one_way:
                out[street.end].append(2 * index + 1)
        return out

    @cached_property
    def has_one_way(self) -> bool:
        """Whether any street is one-way."""
        return any(street.one_way for street in self.streets)

    @cached_property
    def required(self) -> tuple[int, ...]:
        """Streets to cover, in order of index."""
        return tuple(i for i, street in enumerate(self.streets) if street.required)

    def text(self, length: float) -> str:
        """A length for a person: metres, or minutes."""
        return f"{length / 60:.1f} min" if self.unit == "s" else f"{length:.0f} m"

    def tasks(self, index: int) -> list[int]:
        """What covers a street: one arc for a pass in any direction, two for one in each."""
        return [2 * index, 2 * index + 1] if self.streets[index].sides == 2 else [2 * index]

    def task_of(self, arc: int) -> int:
        """The task that driving an arc does."""
        return arc if self.streets[arc >> 1].sides == 2 else arc & ~1

    def length_of(self, walk: Iterable[int]) -> float:
        """Length of a walk."""
        return math.fsum(self.lengths[arc >> 1] for arc in walk)

    @cached_property
    def _matrix(self) -> csr_array:
        """(n, n) shortest single arc from node to node."""
        best: dict[tuple[int, int], float] = {}
        for node, arcs in enumerate(self.outgoing):
            for arc in arcs:
                key, length = (node, self.heads[arc]), self.lengths[arc >> 1]
                best[key] = min(length, best.get(key, math.inf))
        keys = np.array(list(best), dtype=np.intp).reshape(-1, 2)
        values = np.maximum(np.array(list(best.values())), 1e-12)  # 0 would mean "no arc"
        shape = (self.node_count, self.node_count)
        return csr_array((values, (keys[:, 0], keys[:, 1])), shape=shape)

    @cached_property
    def parts(self) -> Ints:
        """(n,) the number of the strongly connected part each node is in."""
        labels: Ints = connected_components(self._matrix, connection="strong")[1]
        return labels

    def distances(self, nodes: Sequence[int], towards: bool = False) -> Floats:
        """(len(nodes), n) shortest distance from (or `towards`) each of some nodes."""
        matrix = self._matrix.T.tocsr() if towards else self._matrix
        found: Floats = dijkstra(matrix, indices=np.asarray(nodes, dtype=np.intp))
        return found

    @cached_property
    def network(self) -> Network:
        """The arcs that may be driven, for searches."""
        return Network.of(self.outgoing, self.heads, self.lengths)

    def shortest_walk(self, start: int, end: int) -> list[int]:
        """The arcs of a shortest way; raises PlanError when there is none."""
        walk = self.network.way(start, end)
        if walk is None:
            raise PlanError(f"no way from node {start} to node {end}")
        return walk


def with_changes(graph: StreetGraph, done: Iterable[int], closed: Iterable[int]) -> StreetGraph:
    """The graph with some streets no longer required, and some closed.

    Streets keep their numbers; a closed one becomes a loop of no length that nobody asks for.
    """
    over, shut = set(done), set(closed)
    streets = list(graph.streets)
    for i in over:
        streets[i] = replace(streets[i], required=False)
    for i in shut:
        name, start = streets[i].name, streets[i].start
        streets[i] = Street(start, start, 0.0, required=False, name=name)
    return replace(graph, streets=tuple(streets))
