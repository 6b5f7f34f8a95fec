"""Driving a row of places: from the order of visits to timed steps a vehicle can follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from functools import partial

from navigation.planning.fleet.types import PlanVehicle, Step, Task
from navigation.planning.route_search import Route, RouteSearch, Start
from navigation.planning.route_timed import TimedSearch
from patrol.errors import PlanError
from patrol.map import Dock
from patrol.map_check import edge_heading_rad

WAITS = "waits until the way is open"


class Driver:
    """One vehicle's way through the map; it knows where the vehicle stands and how it faces.

    `clock_s` runs from the vehicle's availability; `used_s` is what the battery has given since
    the last full charge. With a `timed` search ways go by the clock: past what is closed at times
    while it is open, waits included.
    """

    def __init__(
        self, search: RouteSearch, vehicle: PlanVehicle, timed: TimedSearch | None = None
    ) -> None:
        self._search, self._timed = search, timed
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

    def seconds_to(self, node_ids: Sequence[int]) -> list[float]:
        """What the ways from here cost, turning round counted dear; inf where there is none."""
        return [float(cost) for cost in self._search.costs_s([self._start], node_ids).costs[0]]

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

    def arrival_s(self, node_id: int) -> float:
        """When it can be at a node; raises PlanError saying why it cannot."""
        if self._timed is not None:
            return self._timed.route(self._start, node_id, self.clock_s).arrive_s
        return self.clock_s + self.route_to(node_id).duration_s

    def visit(self, task: Task, state: int | None = None) -> Step:
        """Drive to a task (arriving in a state, if asked), wait for its window, stay.

        Raises PlanError where it cannot be met.
        """
        if state is not None:
            return self._add(self.route_into(state), task)
        if self._timed is not None:
            return self._add(self._by_the_clock(self._timed, task.node_id, task), task)
        return self._add(self.route_to(task.node_id), task)

    def follow(self, edge_ids: Sequence[int], task: Task) -> Step:
        """Drive just these edges, which begin here, and do a task at their end.

        Raises PlanError where one of them, or the place to stay at, is closed then.
        """
        route = self._search.as_route(self._start, edge_ids)
        self._check_open(route, task)
        return self._add(route, task)

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
        if edge_ids is not None:
            route = self._search.as_route(self._start, edge_ids)
            self._check_open(route)
        elif self._timed is not None:
            route = self._by_the_clock(self._timed, dock.node_id)
        else:
            route = self.route_to(dock.node_id)
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

    def _check_open(self, route: Route, task: Task | None = None) -> None:
        """Raises PlanError for a way, or a stay at its end, that is closed at that time."""
        if self._timed is None:
            return
        arrive_s = self.clock_s + route.duration_s
        over_s = None if task is None else stay_over_s(task, arrive_s)
        is_open = self._timed.is_open(self._start, route.edge_ids, self.clock_s)
        if not is_open or (
            over_s is not None and not self._timed.may_stand(route.node_ids[-1], arrive_s, over_s)
        ):
            raise PlanError(f"the way to node {route.node_ids[-1]} is closed at that time")

    def _by_the_clock(self, timed: TimedSearch, node_id: int, task: Task | None = None) -> Route:
        """Drive and wait on the way to a node; what is left of it is driven without a wait."""
        stay = None if task is None else partial(stay_over_s, task)
        found = timed.route(self._start, node_id, self.clock_s, stay)
        edge_ids, done = found.route.edge_ids, 0
        for wait in found.waits:
            at = next(
                i for i in range(done, len(edge_ids))
                if found.enter_s[i] == wait.until_s and found.route.node_ids[i] == wait.node_id
            )  # fmt: skip
            self._wait(edge_ids[done:at], edge_ids[at], wait.until_s)
            done = at
        return self._search.as_route(self._start, edge_ids[done:])

    def _wait(self, edge_ids: Sequence[int], next_edge_id: int, until_s: float) -> None:
        """Drive some edges and stand there until the next one may be entered."""
        route = self._search.as_route(self._start, edge_ids)
        arrive_s = self.clock_s + route.duration_s
        after = Start(route.node_ids[-1], self._heading_after(route))
        ahead_s = self._search.as_route(after, (next_edge_id,)).duration_s
        end_s = max(arrive_s, until_s - (ahead_s - self._search.duration_s(next_edge_id)))
        step = Step(
            route.node_ids, route.edge_ids, self.clock_s, arrive_s, end_s, end_s, route.length_m,
            name=WAITS,
        )  # fmt: skip
        self.used_s += step.end_s - step.leave_s
        self._take(route, step)

    def _heading_after(self, route: Route) -> float | None:
        if not route.edge_ids:
            return self._start.heading_rad
        patrol_map = self._search.patrol_map
        return edge_heading_rad(patrol_map, patrol_map.edges[route.edge_ids[-1]])

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
        self._start = Start(route.node_ids[-1], self._heading_after(route))


def begin_in(windows_s: Sequence[tuple[float, float]], arrive_s: float) -> float | None:
    """When a visit can begin for an arrival: at once, at the next window, or None for never."""
    for opens_s, closes_s in sorted(windows_s):
        if arrive_s <= closes_s:
            return max(arrive_s, opens_s)
    return None


def stay_over_s(task: Task, arrive_s: float) -> float | None:
    """When a visit is over for an arrival; None: no window is left."""
    begin_s = begin_in(task.windows_s, arrive_s)
    return None if begin_s is None else begin_s + task.dwell_s


def is_windowed(task: Task) -> bool:
    """Whether a visit may not begin at any time."""
    return tuple(task.windows_s) != ((0.0, math.inf),)
