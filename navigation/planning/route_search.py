"""Shortest routes over the directed edges of a patrol map, for a vehicle that cannot turn on
the spot.

The search runs over edge states (the line graph, `route_states`): being on an edge in its
direction. So it knows how a vehicle arrives at a node, and may charge for turning round there, or
forbid it. `docs/route-search.md` describes costs, closures and turns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from navigation.planning.route_closures import closures, find_closures
from navigation.planning.route_costs import durations_s, edge_costs, edge_durations_s
from navigation.planning.route_engine import Engine, Engines
from navigation.planning.route_matrix import RouteMatrix
from navigation.planning.route_options import (
    Minimise,
    Route,
    RouteOptions,
    RouteWeights,
    Start,
    UTurns,
)
from navigation.planning.route_reason import Obstacles
from navigation.planning.route_states import Floats, Seeds, StateCosts, States
from navigation.planning.route_turns import (
    NARROW_U_TURN_COST_S,
    TURN_ROUND_S,
    U_TURN_COST_S,
    U_TURN_RAD,
)
from patrol.errors import PlanError
from patrol.map import Edge, PatrolMap
from patrol.map_shapes import turn_rad

__all__ = [
    "NARROW_U_TURN_COST_S",
    "TURN_ROUND_S",
    "U_TURN_COST_S",
    "U_TURN_RAD",
    "Minimise",
    "Route",
    "RouteOptions",
    "RouteSearch",
    "RouteWeights",
    "Start",
    "UTurns",
    "closures",
    "edge_durations_s",
]


class RouteSearch:
    """Searches one map under one set of options; build it once and ask it often.

    A state is the number of an edge in map order: having driven that edge. `closed` holds the
    edges that must not be used, each with its reason. Raises PlanError for unknown edges to close.
    """

    def __init__(self, patrol_map: PatrolMap, options: RouteOptions | None = None) -> None:
        self._begin(States.of(patrol_map), options or RouteOptions(), None)

    def with_options(self, options: RouteOptions) -> Self:
        """Another search of the same map that shares what both can use; nothing is prepared."""
        made = object.__new__(type(self))
        made._begin(self.states, options, self._engines)
        return made

    def _begin(self, states: States, options: RouteOptions, engines: Engines | None) -> None:
        self.patrol_map, self.options, self.states = states.patrol_map, options, states
        self._closures = find_closures(self.patrol_map, options)
        self.closed = {edge_id: closure.text for edge_id, closure in self._closures.items()}
        cap_mps = options.spec.speed_cap_mps if options.spec else math.inf
        self.durations_s = durations_s(self.patrol_map, cap_mps, options.when)
        self._edge_costs = edge_costs(self.patrol_map, options.costs, self.durations_s)
        closed = [states.index[edge_id] for edge_id in self.closed]
        self.costs = StateCosts.of(states, self._edge_costs, options, closed)
        open_steps = self._edge_costs[states.heads] + states.turns(options).cost
        if engines is None or not np.array_equal(engines.open_steps, open_steps):
            engines = Engines(states, open_steps)
        self._engines = engines

    @cached_property
    def _engine(self) -> Engine:
        return self._engines.engine(self.costs)

    # ------------------------------------------------------------------------------- questions

    def route(self, start: Start, goal_node_id: int) -> Route:
        """The best route; raises PlanError saying why there is none."""
        self._known(start.node_id, goal_node_id)
        if start.node_id == goal_node_id:
            return self.as_route(start, ())
        _, chain = self._engine.path(self.seeds(start), self.arrivals(goal_node_id))
        if not chain:
            raise PlanError(self.why_not(start, goal_node_id))
        return self.as_route(start, self._ids(chain))

    def costs_s(self, starts: Sequence[Start], goal_node_ids: Sequence[int]) -> RouteMatrix:
        """Costs from every start to every goal, and the routes behind them; raises PlanError.

        0 where a start is the goal, infinite where there is no route.
        """
        self._known(*(start.node_id for start in starts), *goal_node_ids)
        groups = [self.arrivals(node_id) for node_id in goal_node_ids]
        states = np.array([state for group in groups for state in group], np.intp)
        between = self.costs_between(starts, states)
        cost = np.full((len(starts), len(groups)), np.inf)
        ends = np.cumsum([len(group) for group in groups], dtype=np.intp)
        for column, (end, group) in enumerate(zip(ends, groups, strict=True)):
            if group:
                cost[:, column] = between[:, end - len(group) : end].min(axis=1)
        for row, start in enumerate(starts):
            cost[row, [node_id == start.node_id for node_id in goal_node_ids]] = 0.0
        return RouteMatrix(cost, tuple(starts), tuple(goal_node_ids), self.route)

    def costs_between(
        self, origins: Sequence[Start | int], states: Sequence[int] | np.ndarray
    ) -> Floats:
        """Costs from n starts, or states one has arrived in, to k states; (n, k).

        Infinite where there is no way, 0 from a state to itself.
        """
        goals = np.asarray(states, np.intp)
        if not len(origins) or not len(goals):
            return np.full((len(origins), len(goals)), np.inf)
        return self._engine.costs([self.seeds(origin) for origin in origins], goals)

    def way(self, origin: Start | int, state: int) -> tuple[int, ...]:
        """Edge ids of the best way from a start, or after a state, up to and with a state.

        Empty where there is none, and from a state to itself.
        """
        _, chain = self._engine.path(self.seeds(origin), [state])
        return self._ids(chain if isinstance(origin, Start) else chain[1:])

    def seeds(self, origin: Start | int) -> Seeds:
        """The states in which a search from a start, or after a state, begins, and their costs."""
        if isinstance(origin, Start):
            return self.costs.seeds(self.states, origin, self.options)
        return np.array([origin], np.intp), np.zeros(1)

    def arrivals(self, node_id: int) -> list[int]:
        """Open states that end at a node."""
        entering = self.costs.entering
        return [state for state in self.states.arriving[node_id] if entering[state] < math.inf]

    def duration_s(self, edge_id: int) -> float:
        """Driving time of an edge."""
        return float(self.durations_s[self.states.index[edge_id]])

    def arrival_heading_rad(self, state: int) -> float:
        """The heading in which a vehicle arrives in a state."""
        return float(self.states.heading_rad[state])

    def as_route(self, start: Start, edge_ids: Iterable[int]) -> Route:
        """The value of a chain of edges that leaves the start."""
        edges = [self.patrol_map.edges[edge_id] for edge_id in edge_ids]
        turns = [b.start_id for a, b in pairwise(edges) if self._turns_round(self._heading(a), b)]
        if edges and self._turns_round(start.heading_rad, edges[0]):
            turns.insert(0, start.node_id)
        driving_s = math.fsum(self.duration_s(edge.id) for edge in edges)
        return Route(
            node_ids=(start.node_id, *(edge.end_id for edge in edges)),
            edge_ids=tuple(edge.id for edge in edges),
            length_m=math.fsum(edge.length_m for edge in edges),
            duration_s=driving_s + TURN_ROUND_S * len(turns),
            u_turn_node_ids=tuple(turns),
        )

    def reason(self, start_node_id: int, goal_node_id: int) -> str:
        """Why there is no route: what closes it, or that no way joins the two."""
        return self.why_not(Start(start_node_id), goal_node_id)

    def why_not(self, start: Start, goal_node_id: int) -> str:
        """As `reason`, for a start that may face some way."""
        goals = self.states.arriving[goal_node_id]
        obstacles = Obstacles(self.states, self.options, self._closures, self._edge_costs)
        why = obstacles.explain(
            start, lambda costs, seeds: self._engines.path(costs, seeds, goals)
        )
        between = f"from node {start.node_id} to {goal_node_id}"
        return f"{self.patrol_map.map_id}: no route {between}: {why}"

    def _known(self, *node_ids: int) -> None:
        for node_id in node_ids:
            if node_id not in self.patrol_map.nodes:
                raise PlanError(f"{self.patrol_map.map_id}: no node {node_id}")

    def _ids(self, chain: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.states.edge_ids[state] for state in chain)

    def _heading(self, edge: Edge) -> float:
        return float(self.states.heading_rad[self.states.index[edge.id]])

    def _turns_round(self, heading_rad: float | None, edge: Edge) -> bool:
        return heading_rad is not None and turn_rad(heading_rad, self._heading(edge)) > U_TURN_RAD
