"""Earliest arrival on a map whose edges are closed at times.

An edge may be entered only while it is open; the vehicle waits for it. It may wait anywhere (which
nodes are waiting places is told, and a wait is moved back to one where that delays nothing): then
leaving later never means arriving earlier (FIFO), and Dijkstra's algorithm over arrival times is
exact (Dreyfus 1969, "An appraisal of some shortest-path algorithms"; Kaufman and Smith 1993,
"Fastest paths in time-dependent networks for intelligent vehicle-highway systems").
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from navigation.planning.route_options import Route, RouteOptions, Start
from navigation.planning.route_search import RouteSearch
from navigation.planning.route_states import Floats
from navigation.planning.route_turns import NARROW_U_TURN_COST_S, U_TURN_COST_S
from navigation.planning.route_windows import ClosedTimes, Interval, zone_closures
from patrol.errors import PlanError
from patrol.map import PatrolMap

U_TURN_TIME_S = 30.0  # in one sweep
NARROW_U_TURN_TIME_S = 3600.0  # until a person has come


@dataclass(frozen=True, slots=True)
class Wait:
    """Standing at a node until the way ahead is open."""

    node_id: int
    from_s: float
    until_s: float
    is_waiting_place: bool


@dataclass(frozen=True, slots=True)
class TimedRoute:
    """A route by the clock: when each edge is entered, when the last one is done; seconds."""

    route: Route
    enter_s: tuple[float, ...]
    arrive_s: float
    waits: tuple[Wait, ...]


class TimedSearch:
    """Earliest arrivals under a search's closures and turn rules, and edges closed at times.

    `closed` are times by edge id in seconds; with `must_clear` a vehicle must have left an edge
    before it closes, else it only must not enter. What minimises here is time alone; turning round
    takes `U_TURN_TIME_S`, or `NARROW_U_TURN_TIME_S` where the way is narrow. Raises PlanError for
    an unknown edge.
    """

    def __init__(
        self,
        search: RouteSearch,
        closed: Mapping[int, ClosedTimes],
        *,
        must_clear: bool = False,
    ) -> None:
        unknown = closed.keys() - search.patrol_map.edges.keys()
        if unknown:
            raise PlanError(f"{search.patrol_map.map_id}: no edge {min(unknown)} to close")
        self._search, self._closed = search, dict(closed)
        if must_clear:
            self._closed = {i: c.cleared_for(search.duration_s(i)) for i, c in closed.items()}
        index = search.states.index
        self._times = {index[edge_id]: times for edge_id, times in self._closed.items()}
        self._first = search.states.first.tolist()
        self._heads = search.states.heads.tolist()
        turning = _turn_times_s(search.states.turns(search.options).cost)
        self._turn_s = np.where(np.isfinite(search.costs.steps), turning, np.inf).tolist()
        self._drive_s = search.durations_s.tolist()

    @classmethod
    def of(cls, patrol_map: PatrolMap, options: RouteOptions, departure: datetime) -> TimedSearch:
        """The map's keep-out zones in their windows, in seconds after an aware departure."""
        search = RouteSearch(patrol_map, replace(options, respect_keep_out=False))
        closed = zone_closures(patrol_map, departure) if options.respect_keep_out else {}
        return cls(search, closed)

    def route(self, start: Start, goal_node_id: int, depart_s: float = 0.0) -> TimedRoute:
        """The route that arrives first; raises PlanError saying why there is none."""
        search = self._search
        if start.node_id == goal_node_id:
            return TimedRoute(search.as_route(start, ()), (), depart_s, ())
        states, costs = search.seeds(start)
        begin = search.states.start_turns(start, search.options)
        turn_s = np.where(np.isfinite(costs), _turn_times_s(begin.cost), np.inf)
        ready_s = {s: depart_s + t for s, t in zip(states.tolist(), turn_s.tolist(), strict=True)}
        chain, times_s = self._earliest(ready_s, search.arrivals(goal_node_id))
        if not chain:
            raise PlanError(self._reason(start, goal_node_id))
        route = search.as_route(start, (search.states.edge_ids[state] for state in chain))
        return self._told(route, chain, times_s)

    def _earliest(
        self, ready_s: Mapping[int, float], goals: Sequence[int]
    ) -> tuple[list[int], list[Interval]]:
        """The states to the goal that is reached first; when one is ready for each and enters."""
        arrive, times, came = dict[int, float](), dict[int, Interval](), dict[int, int]()
        queue, done, wanted = list[tuple[float, int]](), set[int](), set(goals)

        def reach(state: int, from_state: int, ready: float) -> None:
            enter = self._opens_s(state, ready)
            end = enter + self._drive_s[state]
            if end < arrive.get(state, math.inf):
                arrive[state], times[state], came[state] = end, (ready, enter), from_state
                heapq.heappush(queue, (end, state))

        for state, ready in ready_s.items():
            reach(state, -1, ready)
        while queue:
            now, state = heapq.heappop(queue)
            if state in done:
                continue
            done.add(state)
            if state in wanted:
                chain = [state]
                while came[chain[-1]] >= 0:
                    chain.append(came[chain[-1]])
                return chain[::-1], [times[state] for state in reversed(chain)]
            for k in range(self._first[state], self._first[state + 1]):
                reach(self._heads[k], state, now + self._turn_s[k])
        return [], []

    def _opens_s(self, state: int, ready_s: float) -> float:
        times = self._times.get(state)
        return ready_s if times is None else times.opens_s(ready_s)

    def _told(self, route: Route, chain: Sequence[int], times_s: Sequence[Interval]) -> TimedRoute:
        """The route with its waits, each at an earlier waiting place where that delays nothing."""
        nodes, enter_s = self._search.patrol_map.nodes, [enter for _, enter in times_s]
        arrive_s = enter_s[-1] + self._drive_s[chain[-1]]
        waits, since = list[Wait](), 0
        for i, (ready, enter) in enumerate(times_s):
            if enter <= ready:
                continue
            at = self._place_to_wait(route, chain, enter_s, range(i, since - 1, -1), enter - ready)
            enter_s[at:i] = [s + enter - ready for s in enter_s[at:i]]
            node = nodes[route.node_ids[at]]
            until_s = enter_s[at]
            waits.append(Wait(node.id, until_s - (enter - ready), until_s, node.waiting_place))
            since = i
        return TimedRoute(route, tuple(enter_s), arrive_s, tuple(waits))

    def _place_to_wait(
        self,
        route: Route,
        chain: Sequence[int],
        enter_s: Sequence[float],
        places: range,
        wait_s: float,
    ) -> int:
        """Before which edge to wait, the later the better: places go back from the closed one."""
        nodes = self._search.patrol_map.nodes
        for at in places:
            later_s = enter_s[at] + wait_s
            if at < places[0] and self._opens_s(chain[at], later_s) > later_s:
                break
            if nodes[route.node_ids[at]].waiting_place:
                return at
        return places[0]

    def _reason(self, start: Start, goal_node_id: int) -> str:
        """With what never opens again closed, the plain search knows why."""
        options = self._search.options
        final = {i: f"{c.text}, closed for good" for i, c in self._closed.items() if c.is_final}
        shut = replace(options, closures={**options.closures, **final})
        return self._search.with_options(shut).why_not(start, goal_node_id)


def _turn_times_s(costs: Floats) -> Floats:
    """How long turns take, given what a search charges for them."""
    turns = [costs == NARROW_U_TURN_COST_S, costs == U_TURN_COST_S]
    return np.select(turns, [NARROW_U_TURN_TIME_S, U_TURN_TIME_S], 0.0)
