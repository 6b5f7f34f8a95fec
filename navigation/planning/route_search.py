"""Shortest routes over the directed edges of a patrol map, for a vehicle that cannot turn on
the spot.

The search runs over edge states (the line graph): being on an edge in its direction. So it knows
how a vehicle arrives at a node, and may charge for turning round there. Dijkstra is rustworkx's.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

import rustworkx as rx
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from patrol.errors import PlanError
from patrol.map import Edge, PatrolMap
from patrol.map_check import (
    edge_heading_rad,
    edge_line,
    keep_out_edges,
    turn_rad,
    unfit_reason,
)
from patrol.vehicle import VehicleSpec

U_TURN_RAD = math.radians(150)  # a sharper turn is driven as a turn-round
# A turn-round costs as much as a long way about, so it is taken only where no other way exists.
U_TURN_COST_S = 900.0
NARROW_U_TURN_COST_S = 3600.0  # too narrow to turn in one sweep: several moves, a person is needed
TURNING_RADIUS_M = 1.36  # where no vehicle is given
TURNING_WIDTH_M = 0.9


class Minimise(StrEnum):
    """What the best route has least of."""

    TIME = "time"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What a search may use and what it minimises."""

    closed_edge_ids: frozenset[int] = frozenset()
    spec: VehicleSpec | None = None
    minimise: Minimise = Minimise.TIME
    respect_keep_out: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the map; a route of no edges stays at its only node."""

    node_ids: tuple[int, ...]
    edge_ids: tuple[int, ...]
    length_m: float
    duration_s: float
    u_turn_node_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where a vehicle stands and, if known, which way it faces (0 = east, counter-clockwise)."""

    node_id: int
    heading_rad: float | None = None


@dataclass(slots=True)
class RouteSearch:
    """Searches one map under one set of options; build it once and ask it often."""

    patrol_map: PatrolMap
    options: RouteOptions = field(default_factory=RouteOptions)
    closed: dict[int, str] = field(init=False)  # edge id → why
    _graph: rx.PyDiGraph = field(init=False)
    _state: dict[int, int] = field(init=False)  # edge id → state index
    _duration_s: dict[int, float] = field(init=False)
    _heading_rad: dict[int, float] = field(init=False)

    def __post_init__(self) -> None:
        edges = self.patrol_map.edges.values()
        unknown = self.options.closed_edge_ids - self.patrol_map.edges.keys()
        if unknown:
            raise PlanError(f"{self.patrol_map.map_id}: no edge {min(unknown)} to close")
        self.closed = closures(self.patrol_map, self.options)
        cap = self.options.spec.speed_cap_mps if self.options.spec else math.inf
        self._duration_s = edge_durations_s(self.patrol_map, cap)
        self._heading_rad = {edge.id: edge_heading_rad(self.patrol_map, edge) for edge in edges}
        self._build()

    def _build(self) -> None:
        open_edges = [e for e in self.patrol_map.edges.values() if e.id not in self.closed]
        self._graph = rx.PyDiGraph()
        indices = self._graph.add_nodes_from([edge.id for edge in open_edges])
        self._state = {e.id: i for e, i in zip(open_edges, indices, strict=True)}
        self._graph.add_edges_from(
            [
                (self._state[a.id], self._state[b.id], self._step_cost(a.id, b))
                for a in open_edges
                for b in self.patrol_map.outgoing[a.end_id]
                if b.id in self._state
            ]
        )

    # ------------------------------------------------------------------------------- questions

    def route(self, start: Start, goal_node_id: int) -> Route:
        """The best route; raises PlanError saying why there is none."""
        self._known(start.node_id, goal_node_id)
        if start.node_id == goal_node_id:
            return self.as_route(start, ())
        graph, source = self.with_start(start)
        goals = self.arrivals(goal_node_id)
        costs = rx.dijkstra_shortest_path_lengths(graph, source, float)
        reached = [state for state in goals if state in costs]
        if not reached:
            raise PlanError(self.reason(start.node_id, goal_node_id))
        best = min(reached, key=lambda state: (costs[state], state))
        return self.as_route(start, self.path(graph, source, best))

    def with_start(self, start: Start) -> tuple[rx.PyDiGraph, int]:
        """A copy of the state graph with one more state, standing at the start, and its index."""
        graph = self._graph.copy()
        source = graph.add_node(None)
        for edge in self.patrol_map.outgoing[start.node_id]:
            if edge.id in self._state:
                turn_cost = self._turn_cost(start.heading_rad, edge)
                graph.add_edge(source, self._state[edge.id], self._cost(edge) + turn_cost)
        return graph, source

    def arrivals(self, node_id: int) -> list[int]:
        """States that end at a node."""
        return [
            self._state[edge.id]
            for edge in self.patrol_map.edges.values()
            if edge.end_id == node_id and edge.id in self._state
        ]

    def arrival_heading_rad(self, state: int) -> float:
        """The heading in which a vehicle arrives in a state."""
        return self._heading_rad[self._graph[state]]

    @staticmethod
    def path(graph: rx.PyDiGraph, source: int, target: int) -> tuple[int, ...]:
        """Edge ids after `source` up to and with `target`."""
        if source == target:
            return ()
        states = rx.dijkstra_shortest_paths(graph, source, target=target, weight_fn=float)[target]
        return tuple(graph[state] for state in list(states)[1:])

    def as_route(self, start: Start, edge_ids: Iterable[int]) -> Route:
        """The value of a chain of edges that leaves the start."""
        edges = [self.patrol_map.edges[edge_id] for edge_id in edge_ids]
        turns = [a.end_id for a, b in pairwise(edges) if self._is_u_turn(a.id, b)]
        if edges and self._turns_round(start.heading_rad, edges[0]):
            turns.insert(0, start.node_id)
        return Route(
            node_ids=(start.node_id, *(edge.end_id for edge in edges)),
            edge_ids=tuple(edge.id for edge in edges),
            length_m=math.fsum(edge.length_m for edge in edges),
            duration_s=math.fsum(self._duration_s[edge.id] for edge in edges),
            u_turn_node_ids=tuple(turns),
        )

    def reason(self, start_node_id: int, goal_node_id: int) -> str:
        """Why there is no route: what closes it, or that no way joins the two."""
        open_search = RouteSearch(self.patrol_map, RouteOptions(respect_keep_out=False))
        head = f"{self.patrol_map.map_id}: no route from node {start_node_id} to {goal_node_id}"
        if not self.closed:
            return f"{head}: no way joins them"
        try:
            without = open_search.route(Start(start_node_id), goal_node_id)
        except PlanError:
            return f"{head}: no way joins them, whatever is closed"
        blocking = next(edge_id for edge_id in without.edge_ids if edge_id in self.closed)
        return f"{head}: edge {blocking} is closed ({self.closed[blocking]}), no other way"

    def _known(self, *node_ids: int) -> None:
        for node_id in node_ids:
            if node_id not in self.patrol_map.nodes:
                raise PlanError(f"{self.patrol_map.map_id}: no node {node_id}")

    # ------------------------------------------------------------------------------------ costs

    def _cost(self, edge: Edge) -> float:
        if self.options.minimise is Minimise.DISTANCE:
            return edge.length_m
        return self._duration_s[edge.id]

    def _step_cost(self, from_id: int, edge: Edge) -> float:
        return self._cost(edge) + self._turn_cost(self._heading_rad[from_id], edge, from_id)

    def _turn_cost(
        self, heading_rad: float | None, edge: Edge, from_id: int | None = None
    ) -> float:
        if not self._turns_round(heading_rad, edge):
            return 0.0
        spec = self.options.spec
        radius = spec.min_turning_radius_m if spec else TURNING_RADIUS_M
        width = spec.width_m if spec else TURNING_WIDTH_M
        came = self.patrol_map.edges[from_id].width_m if from_id is not None else edge.width_m
        narrow = max(came, edge.width_m) < 2 * radius + width
        return NARROW_U_TURN_COST_S if narrow else U_TURN_COST_S

    def _turns_round(self, heading_rad: float | None, edge: Edge) -> bool:
        if heading_rad is None:
            return False
        return turn_rad(heading_rad, self._heading_rad[edge.id]) > U_TURN_RAD

    def _is_u_turn(self, from_id: int, edge: Edge) -> bool:
        return self._turns_round(self._heading_rad[from_id], edge)


def closures(patrol_map: PatrolMap, options: RouteOptions) -> dict[int, str]:
    """Edges that must not be used, each with its reason."""
    closed: dict[int, str] = {}
    if options.spec is not None:
        for edge in patrol_map.edges.values():
            reason = unfit_reason(edge, options.spec)
            if reason:
                closed[edge.id] = reason
    if options.respect_keep_out:
        for edge_id, zone_id in keep_out_edges(patrol_map).items():
            closed[edge_id] = f"keep-out zone {zone_id}"
    for edge_id in options.closed_edge_ids:
        closed[edge_id] = "closed by the operator"
    return closed


def edge_durations_s(patrol_map: PatrolMap, speed_cap_mps: float = math.inf) -> dict[int, float]:
    """Driving time of every edge at the lowest of its limit, its zones' limits and the cap."""
    zones = [
        (zone.speed_limit_mps, Polygon(zone.polygon_map))
        for zone in patrol_map.zones
        if zone.speed_limit_mps is not None
    ]
    return {
        edge.id: _duration_s(patrol_map, edge, zones, speed_cap_mps)
        for edge in patrol_map.edges.values()
    }


def _duration_s(
    patrol_map: PatrolMap, edge: Edge, zones: Collection[tuple[float, Polygon]], cap: float
) -> float:
    """Zones slow down their share of the edge; where two overlap, the slower counts first."""
    speed = min(edge.speed_limit_mps, cap)
    rest: BaseGeometry = edge_line(patrol_map, edge)
    full_m, duration_s = rest.length, 0.0
    for limit, polygon in sorted(zones, key=lambda zone: zone[0]):
        if limit >= speed or not polygon.intersects(rest):
            continue
        outside = rest.difference(polygon)
        duration_s += (rest.length - outside.length) / limit
        rest = outside
    duration_s += rest.length / speed
    return duration_s * edge.length_m / full_m
