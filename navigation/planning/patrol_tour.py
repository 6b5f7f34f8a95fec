"""The tour of a patrol: in which order to visit checkpoints, and by which routes.

A vehicle that cannot turn on the spot leaves a checkpoint the way it came to it, so the tour is
chosen over arrival states (checkpoint, last edge), not over checkpoints alone. "best" is exact up
to 10 checkpoints (Held and Karp 1962, over states); above that, cheapest insertion improved by
2-opt and Or-opt moves.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from navigation.planning.route_search import (
    U_TURN_COST_S,
    Minimise,
    Route,
    RouteOptions,
    RouteSearch,
    Start,
)
from navigation.planning.visit_order import best_order, chain
from patrol.errors import MapError, PlanError
from patrol.map import Checkpoint, Dock, PatrolMap
from patrol.map_check import turn_rad
from patrol.vehicle import VehicleSpec


class TourOrder(StrEnum):
    """Who decides the order of visits."""

    GIVEN = "given"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class TourLeg:
    """A route with what stands at its end: a checkpoint, or the dock."""

    route: Route
    checkpoint: Checkpoint | None
    dock: Dock | None = None


@dataclass(frozen=True, slots=True)
class PatrolTour:
    """A whole patrol, leg by leg."""

    start_node_id: int
    legs: tuple[TourLeg, ...]

    @property
    def node_ids(self) -> tuple[int, ...]:
        """Every node in driving order, the start first; legs share their meeting node."""
        return (self.start_node_id, *(n for leg in self.legs for n in leg.route.node_ids[1:]))

    @property
    def edge_ids(self) -> tuple[int, ...]:
        """Every edge in driving order."""
        return tuple(edge_id for leg in self.legs for edge_id in leg.route.edge_ids)

    @property
    def checkpoint_ids(self) -> tuple[str, ...]:
        """Checkpoints in order of visit."""
        return tuple(leg.checkpoint.id for leg in self.legs if leg.checkpoint)

    @property
    def length_m(self) -> float:
        """Driven distance."""
        return math.fsum(leg.route.length_m for leg in self.legs)

    @property
    def duration_s(self) -> float:
        """Driving time at the speed limits, and dwelling."""
        dwell = math.fsum(leg.checkpoint.dwell_s for leg in self.legs if leg.checkpoint)
        return dwell + math.fsum(leg.route.duration_s for leg in self.legs)

    @property
    def u_turn_node_ids(self) -> tuple[int, ...]:
        """Nodes where the vehicle must turn round, in driving order."""
        return tuple(node_id for leg in self.legs for node_id in leg.route.u_turn_node_ids)


def plan_patrol(
    patrol_map: PatrolMap,
    start_node_id: int,
    checkpoint_ids: Sequence[str],
    order: TourOrder | str = TourOrder.GIVEN,
    return_to_dock: Dock | None = None,
    *,
    start_heading_rad: float | None = None,
    closed_edge_ids: Collection[int] = (),
    spec: VehicleSpec | None = None,
    minimise: Minimise = Minimise.TIME,
) -> PatrolTour:
    """A tour from a node over checkpoints and, if asked, back to a dock; raises PlanError.

    A vehicle that starts at a dock's node faces the dock's heading unless `start_heading_rad`
    says otherwise. Keep-out zones are never crossed; `spec` closes what the vehicle cannot use.
    """
    order = _order(order)
    checkpoints = _checkpoints(patrol_map, checkpoint_ids)
    if start_node_id not in patrol_map.nodes:
        raise PlanError(f"{patrol_map.map_id}: no node {start_node_id} to start from")
    start = Start(start_node_id, _start_heading(patrol_map, start_node_id, start_heading_rad))
    options = RouteOptions(frozenset(closed_edge_ids), spec, minimise)
    return tour_over(RouteSearch(patrol_map, options), start, checkpoints, order, return_to_dock)


def tour_over(
    search: RouteSearch,
    start: Start,
    checkpoints: Sequence[Checkpoint],
    order: TourOrder,
    return_to_dock: Dock | None = None,
) -> PatrolTour:
    """As `plan_patrol`, with a search at hand; raises PlanError."""
    return _Planner(search, start, list(checkpoints), return_to_dock).tour(order)


def _order(order: TourOrder | str) -> TourOrder:
    try:
        return TourOrder(order)
    except ValueError:
        allowed = ", ".join(TourOrder)
        raise PlanError(f"order: {order!r} is none of: {allowed}") from None


def _checkpoints(patrol_map: PatrolMap, checkpoint_ids: Sequence[str]) -> list[Checkpoint]:
    if not checkpoint_ids:
        raise PlanError(f"{patrol_map.map_id}: a patrol needs at least one checkpoint")
    try:
        return [patrol_map.checkpoint(checkpoint_id) for checkpoint_id in checkpoint_ids]
    except MapError as error:
        raise PlanError(str(error)) from None


def _start_heading(patrol_map: PatrolMap, node_id: int, heading_rad: float | None) -> float | None:
    if heading_rad is not None:
        return heading_rad
    return next((dock.heading_rad for dock in patrol_map.docks if dock.node_id == node_id), None)


class _Planner:
    """Stops, their arrival states, and the costs between states."""

    source = -1  # the state of standing at the start

    def __init__(
        self, search: RouteSearch, start: Start, checkpoints: list[Checkpoint], dock: Dock | None
    ) -> None:
        self.search, self.start = search, start
        self.checkpoints, self.dock = checkpoints, dock
        node_ids = [checkpoint.node_id for checkpoint in checkpoints]
        node_ids += [dock.node_id] if dock else []
        self.groups = [self._states(node_id) for node_id in node_ids]
        self.states = sorted({self.source, *(s for group in self.groups for s in group)})
        self.cost = self._costs()
        self._check_reach(node_ids)

    def _states(self, node_id: int) -> list[int]:
        standing = [self.source] if node_id == self.start.node_id else []
        return standing + self.search.arrivals(node_id)

    def _costs(self) -> NDArray[np.float64]:
        """(n, n) cost from state to state, infinite where there is no way."""
        cost = np.full((len(self.states), len(self.states)), np.inf)
        first = 1 if self.states[0] == self.source else 0  # no way leads into standing there
        cost[:, first:] = self.search.costs_between(
            [self._origin(state) for state in self.states], self.states[first:]
        )
        np.fill_diagonal(cost, 0.0)
        return cost

    def _origin(self, state: int) -> Start | int:
        return self.start if state == self.source else state

    def _check_reach(self, node_ids: list[int]) -> None:
        """Each stop must be reachable from the start, and the next stop from it."""
        index = {state: i for i, state in enumerate(self.states)}
        here, here_id = [index[self.source]], self.start.node_id
        for node_id, group in zip(node_ids, self.groups, strict=True):
            there = [index[state] for state in group]
            if not there or not np.isfinite(self.cost[np.ix_(here, there)]).any():
                raise PlanError(self.search.reason(here_id, node_id))
            here, here_id = there, node_id

    def tour(self, order: TourOrder) -> PatrolTour:
        """The best tour in the order asked for."""
        index = {state: i for i, state in enumerate(self.states)}
        groups = [[index[state] for state in group] for group in self.groups]
        last, end_cost = None, np.zeros(len(self.states))
        if self.dock:
            last = groups.pop()
            end_cost = self._docking_cost()
        start = index[self.source]
        visits = list(range(len(groups)))
        if order is TourOrder.BEST:
            visits = best_order(self.cost, start, groups, last, end_cost)
        stops = [groups[i] for i in visits] + ([last] if last is not None else [])
        total, picked = chain(self.cost, start, stops, end_cost)
        if not math.isfinite(total):
            raise PlanError(f"{self.search.patrol_map.map_id}: no tour joins these checkpoints")
        return self._assemble([self.states[i] for i in picked], visits)

    def _docking_cost(self) -> NDArray[np.float64]:
        """Arriving against the dock's heading means turning round before the next patrol."""
        cost = np.zeros(len(self.states))
        assert self.dock is not None
        for i, state in enumerate(self.states):
            if state != self.source:
                heading = self.search.arrival_heading_rad(state)
                if turn_rad(heading, self.dock.heading_rad) > math.pi / 2:
                    cost[i] = U_TURN_COST_S
        return cost

    def _assemble(self, picked: list[int], visits: list[int]) -> PatrolTour:
        legs, here, start = [], self.source, self.start
        ends: list[tuple[Checkpoint | None, Dock | None]]
        ends = [(self.checkpoints[i], None) for i in visits]
        ends += [(None, self.dock)] if self.dock else []
        for state, (checkpoint, dock) in zip(picked, ends, strict=True):
            edge_ids = () if state == here else self.search.way(self._origin(here), state)
            route = self.search.as_route(start, edge_ids)
            legs.append(TourLeg(route, checkpoint, dock))
            if state != self.source:
                start = Start(route.node_ids[-1], self.search.arrival_heading_rad(state))
            here = state
        return PatrolTour(self.start.node_id, tuple(legs))
