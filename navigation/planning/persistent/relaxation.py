"""How often is each move driven: the graphical travelling salesman problem, cuts added as needed.

Cornuéjols, Fonlupt and Naddef 1985, in directed form: as many moves enter a place as leave it,
every wanted place is entered, and at least one move leaves every set of places that holds some
wanted ones but not all. The last kind is added only where a solution breaks it. Moves driven so
many times form an Eulerian circuit.
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

from navigation.planning.patrol_graph import Floats

Flags = NDArray[np.bool_]
Neighbours = Sequence[Sequence[tuple[int, float]]]  # for each place `(place, duration_s)`

MOST_MOVES = 600  # of a graph that is bounded in a moment
MOST_ROUNDS = 40  # of adding cuts to a bound
NODE_LIMIT = 2000  # of one branch and bound; the bound then is what it has proved


@dataclass(slots=True)
class Relaxation:
    """Counts of moves under the cuts found so far."""

    neighbours: Neighbours
    wanted: Flags  # (n,)
    starts: NDArray[np.intp] = field(init=False)
    ends: NDArray[np.intp] = field(init=False)
    times_s: Floats = field(init=False)
    rows: list[csr_array] = field(init=False)
    lowest: list[float] = field(init=False)
    highest: list[float] = field(init=False)
    is_joined: bool = False

    def __post_init__(self) -> None:
        options = enumerate(self.neighbours)
        moves = [(place, end, time_s) for place, found in options for end, time_s in found]
        self.starts, self.ends = np.array([m[0] for m in moves]), np.array([m[1] for m in moves])
        self.times_s = np.array([m[2] for m in moves])
        leave, enter = self._incidence(self.starts), self._incidence(self.ends)
        count, wanted = len(self.neighbours), int(self.wanted.sum())
        self.rows = [(leave - enter).tocsr(), leave[np.flatnonzero(self.wanted)]]
        self.lowest = [0.0] * count + [1.0] * wanted
        self.highest = [0.0] * count + [np.inf] * wanted

    def _incidence(self, places: NDArray[np.intp]) -> csr_array:
        moves = np.arange(len(places))
        shape = (len(self.neighbours), len(places))
        return coo_array((np.ones(len(places)), (places, moves)), shape=shape).tocsr()

    def limit_leaving(self, place: int, most: float) -> None:
        """Moves leave a place at most so often."""
        self._add_row((self.starts == place).astype(float), 0.0, most)

    def _add_row(self, row: Floats, lowest: float, highest: float) -> None:
        self.rows.append(csr_array(row[None, :]))
        self.lowest.append(lowest)
        self.highest.append(highest)

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

    def bound_s(self) -> float:
        """A lower bound on the duration of whole counts, from some rounds of cuts."""
        bound_s = 0.0
        for _ in range(MOST_ROUNDS):
            counts, _, value_s = self.solve(exact=False)
            bound_s = max(bound_s, value_s)
            if counts is None or not self.cut(counts):
                break
        return bound_s

    def cut(self, counts: Floats) -> bool:
        """Add the cuts that the counts break; False if there are none."""
        used = counts > 1e-6
        ones = np.ones(int(used.sum()))
        shape = (len(self.neighbours), len(self.neighbours))
        links = csr_array((ones, (self.starts[used], self.ends[used])), shape=shape)
        parts, part_of = connected_components(links, directed=False)
        sides = [part_of == part for part in range(parts)]
        sides = [side for side in sides if (side & self.wanted).any()]
        if len(sides) < 2:
            sides = self._narrow_cut(counts, used)
        self.is_joined = not sides
        for side in sides:
            self._add_row((side[self.starts] & ~side[self.ends]).astype(float), 1.0, np.inf)
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
        side = np.zeros(len(self.neighbours), bool)
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
