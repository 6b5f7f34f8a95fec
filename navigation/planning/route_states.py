"""The line graph of a map: being on an edge is a state, turning into another one is a step.

So a search knows how a vehicle arrives at a node and what it may do next. State i is the i-th
edge of the map; step k leads from state `tails[k]` to state `heads[k]`, its costs lie beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from navigation.planning.route_options import RouteOptions, Start
from navigation.planning.route_turns import Turns, turns
from patrol.map import PatrolMap

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

Seeds = tuple[Indices, Floats]  # states a search begins in, and what they cost by then


@dataclass(frozen=True, eq=False)
class States:
    """The structure: the same for every search of one map."""

    patrol_map: PatrolMap
    edge_ids: tuple[int, ...]
    index: dict[int, int]  # edge id → state
    heading_rad: Floats  # (m,) of travel
    width_m: Floats  # (m,)
    tails: Indices  # (k,)
    heads: Indices  # (k,)
    angle_rad: Floats  # (k,) of the turn, unsigned

    @classmethod
    def of(cls, patrol_map: PatrolMap) -> States:
        """Every edge and every turn, closed or not."""
        edges, nodes = patrol_map.edges.values(), patrol_map.nodes
        node_index = {node_id: i for i, node_id in enumerate(nodes)}
        places = np.array([(n.x_m, n.y_m) for n in nodes.values()], float).reshape(-1, 2)
        starts = np.array([node_index[edge.start_id] for edge in edges], np.intp)
        ends = np.array([node_index[edge.end_id] for edge in edges], np.intp)
        ahead = places[ends] - places[starts]
        heading_rad = np.arctan2(ahead[:, 1], ahead[:, 0])
        tails, heads = _steps(len(nodes), starts, ends)
        return cls(
            patrol_map,
            tuple(patrol_map.edges),
            {edge_id: i for i, edge_id in enumerate(patrol_map.edges)},
            heading_rad,
            np.array([edge.width_m for edge in edges], float),
            tails,
            heads,
            angles_rad(heading_rad[tails], heading_rad[heads]),
        )

    @property
    def count(self) -> int:
        """How many states there are."""
        return len(self.edge_ids)

    @cached_property
    def arriving(self) -> dict[int, list[int]]:
        """States by the node they end at, in map order; every node has an entry."""
        found: dict[int, list[int]] = {node_id: [] for node_id in self.patrol_map.nodes}
        for state, edge in enumerate(self.patrol_map.edges.values()):
            found[edge.end_id].append(state)
        return found

    @cached_property
    def first(self) -> Indices:
        """Where each state's steps begin, (m + 1,); steps lie in order of their tails."""
        return np.concatenate(([0], np.cumsum(np.bincount(self.tails, minlength=self.count))))

    def step(self, tail: int, head: int) -> int:
        """The step from a state into another, which must follow it."""
        begin, end = self.first[tail], self.first[tail + 1]
        return int(begin + np.flatnonzero(self.heads[begin:end] == head)[0])

    def turns(self, options: RouteOptions) -> Turns:
        """The turns of all steps."""
        widths = self.width_m[self.tails], self.width_m[self.heads]
        return turns(self.angle_rad, *widths, options)

    def leaving(self, start: Start) -> Indices:
        """States by which one may leave a start."""
        edges = self.patrol_map.outgoing[start.node_id]
        return np.array([self.index[edge.id] for edge in edges], np.intp)

    def start_turns(self, start: Start, options: RouteOptions) -> Turns:
        """The turns from a start's heading into the states that leave it."""
        states = self.leaving(start)
        if start.heading_rad is None:
            angle_rad = np.zeros(len(states))
        else:
            angle_rad = angles_rad(np.float64(start.heading_rad), self.heading_rad[states])
        return turns(angle_rad, self.width_m[states], self.width_m[states], options)


@dataclass(frozen=True, eq=False)
class StateCosts:
    """What states and steps cost under some options; infinite where they are closed."""

    entering: Floats  # (m,) the edge alone
    steps: Floats  # (k,) the turn and the edge behind it

    @classmethod
    def of(cls, states: States, edge_costs: Floats, options: RouteOptions, closed: Sequence[int]
           ) -> StateCosts:  # fmt: skip
        """`edge_costs` (m,) by state, `closed` the states that must not be used."""
        entering = edge_costs.copy()
        entering[list(closed)] = np.inf
        turning = states.turns(options)
        steps = entering[states.heads] + turning.cost
        steps[turning.forbidden | np.isinf(entering[states.tails])] = np.inf
        return cls(entering, steps)

    def seeds(self, states: States, start: Start, options: RouteOptions) -> Seeds:
        """Where a search from a start begins."""
        leaving, turning = states.leaving(start), states.start_turns(start, options)
        costs = self.entering[leaving] + turning.cost
        costs[turning.forbidden] = np.inf
        return leaving, costs


def angles_rad(from_rad: Floats | np.float64, to_rad: Floats) -> Floats:
    """The unsigned angles between headings, in [0, pi]."""
    return np.asarray(np.abs((to_rad - from_rad + np.pi) % (2 * np.pi) - np.pi))


def _steps(node_count: int, starts: Indices, ends: Indices) -> tuple[Indices, Indices]:
    """Every pair of an edge and one that begins where it ends, in order of both."""
    order = np.argsort(starts, kind="stable")
    degree = np.bincount(starts, minlength=node_count)
    first = np.cumsum(degree) - degree
    many = degree[ends]
    tails = np.repeat(np.arange(len(ends)), many)
    within = np.arange(len(tails)) - np.repeat(np.cumsum(many) - many, many)
    return tails, order[first[ends][tails] + within]
