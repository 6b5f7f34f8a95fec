"""The shortest closed walk over given places, with a proof.

In a graph of moves this is the graphical travelling salesman problem (Cornuéjols, Fonlupt and
Naddef 1985) in directed form: how often is each move driven, so that as many moves enter a place
as leave it, every wanted place is entered, and at least one move leaves every set of places that
holds some wanted ones but not all. The last kind is added only where a solution breaks it.
Moves driven so many times form an Eulerian circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from navigation.planning.patrol_graph import Floats, PatrolGraph

Flags = NDArray[np.bool_]

PROVABLE_PLACES = 64  # beyond, the relaxation's bound is enough
NODE_LIMIT = 2000  # of one branch and bound; the bound then is what it has proved
MOST_ROUNDS = 60  # of adding cuts
CLOSE_S = 1e-6


@dataclass(frozen=True, slots=True)
class Tour:
    """A closed walk, first place not repeated, and a duration that no tour can go below."""

    places: tuple[int, ...]
    duration_s: float
    bound_s: float

    @property
    def is_optimal(self) -> bool:
        """Whether the bound proves that there is nothing shorter."""
        return self.bound_s >= self.duration_s - CLOSE_S * max(1.0, self.duration_s)


def walk_of(graph: PatrolGraph, order: Sequence[int]) -> tuple[int, ...]:
    """The stops of a closed walk that visits places in an order, by quickest ways."""
    if len(order) == 1:
        return (int(order[0]),)
    following = [*order[1:], order[0]]
    legs = (graph.path(a, b)[:-1] for a, b in zip(order, following, strict=True))
    return tuple(place for leg in legs for place in leg)


def prove_tour(graph: PatrolGraph, order: Sequence[int]) -> Tour:
    """The shortest tour over the places of an order, which is a first guess and upper bound.

    Exact and proved for up to 64 places unless branch and bound hits its limit; then, and for
    more places, the guess or the best found with the bound proved.
    """
    walk = walk_of(graph, order)
    duration_s = float(sum(graph.travel_s[a, b] for a, b in _pairs(order)))
    if len(order) < 3:
        return Tour(walk, duration_s, duration_s)
    relaxation = _Relaxation(graph, np.isin(np.arange(len(graph)), order))
    bound_s, exact = 0.0, False
    for _ in range(MOST_ROUNDS):
        counts, value_s, proved_s = relaxation.solve(exact)
        bound_s = max(bound_s, proved_s)
        if bound_s >= duration_s - CLOSE_S:
            return Tour(walk, duration_s, min(bound_s, duration_s))
        if counts is None or (not relaxation.cut(counts) and len(order) > PROVABLE_PLACES):
            break
        if relaxation.is_joined:
            if exact:
                return Tour(relaxation.circuit(counts), value_s, bound_s)
            exact = True
    return Tour(walk, duration_s, bound_s)


def _pairs(order: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(order, [*order[1:], order[0]], strict=True)) if len(order) > 1 else []


@dataclass(slots=True)
class _Relaxation:
    """Counts of moves under the cuts found so far."""

    graph: PatrolGraph
    wanted: Flags  # (n,)
    starts: NDArray[np.intp] = field(init=False)
    ends: NDArray[np.intp] = field(init=False)
    times_s: Floats = field(init=False)
    rows: list[csr_array] = field(init=False)
    lowest: list[float] = field(init=False)
    highest: list[float] = field(init=False)
    is_joined: bool = False

    def __post_init__(self) -> None:
        options = enumerate(self.graph.neighbours)
        moves = [(place, end, time_s) for place, found in options for end, time_s in found]
        self.starts, self.ends = np.array([m[0] for m in moves]), np.array([m[1] for m in moves])
        self.times_s = np.array([m[2] for m in moves])
        leave, enter = self._incidence(self.starts), self._incidence(self.ends)
        count, wanted = len(self.graph), int(self.wanted.sum())
        self.rows = [(leave - enter).tocsr(), leave[np.flatnonzero(self.wanted)]]
        self.lowest = [0.0] * count + [1.0] * wanted
        self.highest = [0.0] * count + [np.inf] * wanted

    def _incidence(self, places: NDArray[np.intp]) -> csr_array:
        moves = np.arange(len(places))
        shape = (len(self.graph), len(places))
        return coo_array((np.ones(len(places)), (places, moves)), shape=shape).tocsr()

    def solve(self, exact: bool) -> tuple[Floats | None, float, float]:
        """Counts of moves, their duration, and the proved bound; whole numbers if exact."""
        found = milp(
            self.times_s,
            constraints=LinearConstraint(vstack(self.rows), self.lowest, self.highest),
            bounds=Bounds(0, np.inf),
            integrality=np.full(len(self.times_s), int(exact)),
            options={"mip_rel_gap": 0.0, "node_limit": NODE_LIMIT},
        )
        if not exact:
            return found.x, float(found.fun), float(found.fun)
        complete = found.status == 0
        bound_s = 0.0 if found.mip_dual_bound is None else float(found.mip_dual_bound)
        return (found.x if complete else None), float(found.fun or np.inf), bound_s

    def cut(self, counts: Floats) -> bool:
        """Add the cuts that the counts break; False if there are none."""
        used = counts > 1e-6
        ones = np.ones(int(used.sum()))
        shape = (len(self.graph), len(self.graph))
        links = csr_array((ones, (self.starts[used], self.ends[used])), shape=shape)
        parts, part_of = connected_components(links, directed=False)
        sides = [part_of == part for part in range(parts)]
        sides = [side for side in sides if (side & self.wanted).any()]
        if len(sides) < 2:
            sides = self._narrow_cut(counts, used)
        self.is_joined = not sides
        for side in sides:
            leaves = (side[self.starts] & ~side[self.ends]).astype(float)
            self.rows.append(csr_array(leaves[None, :]))
            self.lowest.append(1.0)
            self.highest.append(np.inf)
        return bool(sides)

    def _narrow_cut(self, counts: Floats, used: Flags) -> list[Flags]:
        """A side that less than one move leaves (Stoer and Wagner 1997), if there is one."""
        reached = np.unique(np.concatenate((self.starts[used], self.ends[used])))
        number = {int(place): i for i, place in enumerate(reached)}
        graph = rx.PyGraph(multigraph=True)
        graph.add_nodes_from(list(number))
        graph.add_edges_from([
            (number[int(self.starts[m])], number[int(self.ends[m])], float(counts[m]))
            for m in np.flatnonzero(used)
        ])  # fmt: skip
        found = rx.stoer_wagner_min_cut(graph, float)
        if found is None or found[0] >= 2.0 - 1e-6:
            return []
        side = np.zeros(len(self.graph), bool)
        side[[graph[node] for node in found[1]]] = True
        both = (side & self.wanted).any() and (~side & self.wanted).any()
        return [side] if both else []

    def circuit(self, counts: Floats) -> tuple[int, ...]:
        """An Eulerian circuit over the counted moves (Hierholzer 1873)."""
        left: dict[int, list[int]] = {}
        for move in np.flatnonzero(counts > 0.5):
            start, end = int(self.starts[move]), int(self.ends[move])
            left.setdefault(start, []).extend([end] * round(float(counts[move])))
        stack, walk = [min(left)], []
        while stack:
            if left.get(stack[-1]):
                stack.append(left[stack[-1]].pop())
            else:
                walk.append(stack.pop())
        return tuple(walk[:0:-1])
