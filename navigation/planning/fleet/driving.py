"""Driving a row of places: from the order of visits to timed steps a vehicle can follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy

from navigation.planning.fleet.types import PlanVehicle, Step, Task
from navigation.planning.route_search import Route, RouteSearch, Start
from patrol.errors import PlanError
from patrol.map import Dock
from patrol.map_check import edge_heading_rad


class Driver:
    """One vehicle's way through the map; it knows where the vehicle stands and how it faces.

    `clock_s` runs from the vehicle's availability; `used_s` is what the battery has given since
    the last full charge.
    """

    def __init__(self, search: RouteSearch, vehicle: PlanVehicle) -> None:
        self._search = search
        self.vehicle = vehicle
        self.clock_s = vehicle.available_at_s
        self.used_s = 0.0
        self.steps: list[Step] = []
        self.u_turn_node_ids: list[int] = []
        self._start = Start(vehicle.node_id, vehicle.heading_rad)

    def copy(self) -> Driver:
        """Another driver in the same place at the same time, to try things with."""
        other = copy(self)
        other.steps, other.u_turn_node_ids = list(self.steps), list(self.u_turn_node_ids)
        return other

    @property
    def node_id(self) -> int:
        """Where the vehicle stands."""
        return self._start.node_id

    def route_to(self, node_id: int) -> Route:
        """The way from here; raises PlanError saying why there is none."""
        return self._search.route(self._start, node_id)

    def route_into(self, state: int) -> Route:
        """The way from here that arrives by an edge, given as the search's state.

        Raises PlanError where there is none.
        """
        edge_ids = self._search.way(self._start, state)
        if not edge_ids:
            edge_id = self._search.states.edge_ids[state]
            raise PlanError(f"no way from node {self.node_id} arrives by edge {edge_id}")
        return self._search.as_route(self._start, edge_ids)

    def visit(self, task: Task, state: int | None = None) -> Step:
        """Drive to a task (arriving in a state, if asked), wait for its window, stay.

        Raises PlanError where it cannot be met.
        """
        route = self.route_to(task.node_id) if state is None else self.route_into(state)
        return self._add(route, task)

    def follow(self, edge_ids: Sequence[int], task: Task) -> Step:
        """Drive just these edges, which begin here, and do a task at their end."""
        return self._add(self._search.as_route(self._start, edge_ids), task)

    def charge(
        self,
        dock: Dock,
        duration_s: float = 0.0,
        *,
        until_s: float = 0.0,
        edge_ids: Sequence[int] | None = None,
    ) -> Step:
        """Drive to a dock (along given edges) and charge for a time, and until a moment.

        The vehicle leaves along the dock's heading.
        """
        route = (
            self.route_to(dock.node_id)
            if edge_ids is None
            else self._search.as_route(self._start, edge_ids)
        )
        arrive_s = self.clock_s + route.duration_s
        end_s = max(arrive_s + duration_s, until_s)
        step = Step(
            route.node_ids, route.edge_ids, self.clock_s, arrive_s, arrive_s, end_s,
            route.length_m, dock.id, dock.name, is_charge=True,
        )  # fmt: skip
        self._take(route, step)
        self._start = Start(dock.node_id, dock.heading_rad)
        self.used_s = 0.0 if end_s > arrive_s else self.used_s + route.duration_s
        return step

    def _add(self, route: Route, task: Task) -> Step:
        arrive_s = self.clock_s + route.duration_s
        begin_s = begin_in(task.windows_s, arrive_s)
        if begin_s is None:
            raise PlanError(
                f"{task.id}: the vehicle arrives after {arrive_s:.0f} s, when no window is left"
            )
        step = Step(
            route.node_ids, route.edge_ids, self.clock_s, arrive_s, begin_s,
            begin_s + task.dwell_s, route.length_m, task.id, task.name, task.actions,
        )  # fmt: skip
        self.used_s += step.end_s - step.leave_s
        self._take(route, step)
        return step

    def _take(self, route: Route, step: Step) -> None:
        self.steps.append(step)
        self.u_turn_node_ids.extend(route.u_turn_node_ids)
        self.clock_s = step.end_s
        if route.edge_ids:
            patrol_map = self._search.patrol_map
            edge = patrol_map.edges[route.edge_ids[-1]]
            self._start = Start(edge.end_id, edge_heading_rad(patrol_map, edge))


def begin_in(windows_s: Sequence[tuple[float, float]], arrive_s: float) -> float | None:
    """When a visit can begin for an arrival: at once, at the next window, or None for never."""
    for opens_s, closes_s in sorted(windows_s):
        if arrive_s <= closes_s:
            return max(arrive_s, opens_s)
    return None


def is_windowed(task: Task) -> bool:
    """Whether a visit may not begin at any time."""
    return tuple(task.windows_s) != ((0.0, math.inf),)
