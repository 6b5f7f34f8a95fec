"""Earliest arrival on a map whose edges are closed at times.

An edge may be entered only while it is open; the vehicle waits for it. It may wait anywhere (which
nodes are waiting places is told, and a wait is moved back to one where that delays nothing): then
leaving later never means arriving earlier (FIFO), and Dijkstra's algorithm over arrival times is
exact (Dreyfus 1969, "An appraisal of some shortest-path algorithms"; Kaufman and Smith 1993,
"Fastest paths in time-dependent networks for intelligent vehicle-highway systems").

Where nodes are closed at times, too, a vehicle may not stand there then. The earliest arrival at
such a node may be a trap, so each open interval of a node is a place of its own; in it FIFO holds
again (safe interval path planning, Phillips and Likhachev 2011, "SIPP").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from navigation.planning.route_options import Route, RouteOptions, Start
from navigation.planning.route_search import RouteSearch
from navigation.planning.route_timed_labels import (
    Label,
    Labels,
    Reached,
    Turning,
)
from navigation.planning.route_windows import ClosedTimes, Interval, zone_closures
from patrol.errors import PlanError
from patrol.map import PatrolMap

__all__ = ["Stay", "TimedRoute", "TimedSearch", "Turning", "Wait"]

Stay = Callable[[float], float | None]  # arrival → when the stay is over; None: it cannot be


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
    before it closes, else it only must not enter. At `closed_nodes`, by node id, no vehicle may
    stand in those times. What minimises here is time alone, but for what `turning` counts on top.
    Raises PlanError for an unknown edge.
    """

    def __init__(
        self,
        search: RouteSearch,
        closed: Mapping[int, ClosedTimes],
        *,
        must_clear: bool = False,
        closed_nodes: Mapping[int, ClosedTimes] | None = None,
        turning: Turning | None = None,
    ) -> None:
        unknown = closed.keys() - search.patrol_map.edges.keys()
        if unknown:
            raise PlanError(f"{search.patrol_map.map_id}: no edge {min(unknown)} to close")
        self.search, self._closed = search, dict(closed)
        if must_clear:
            self._closed = {i: c.cleared_for(search.duration_s(i)) for i, c in closed.items()}
        self._labels = Labels(search, self._closed, closed_nodes or {}, turning or Turning())

    @classmethod
    def of(cls, patrol_map: PatrolMap, options: RouteOptions, departure: datetime) -> TimedSearch:
        """The map's keep-out zones in their windows, in seconds after an aware departure."""
        search = RouteSearch(patrol_map, replace(options, respect_keep_out=False))
        closed = zone_closures(patrol_map, departure) if options.respect_keep_out else {}
        return cls(search, closed)

    @cached_property
    def open_s(self) -> tuple[Interval, ...]:
        """When nothing is closed of what is closed at times."""
        intervals = [i for times in self._closed.values() for i in times.intervals_s]
        return ClosedTimes.of(intervals).open_s()

    # ------------------------------------------------------------------------------- questions

    def route(
        self, start: Start, goal_node_id: int, depart_s: float = 0.0, stay: Stay | None = None
    ) -> TimedRoute:
        """The route that arrives first; raises PlanError saying why there is none.

        With `stay` the vehicle stays at the goal for a while and must then get away from it: it
        arrives when that can be.
        """
        search = self.search
        if start.node_id == goal_node_id and self._may_stay_here(start, depart_s, stay):
            return TimedRoute(search.as_route(start, ()), (), depart_s, ())
        found: dict[Label, Reached] = {}
        goals = set(search.arrivals(goal_node_id))
        for label in self._labels.reach(self._labels.begin(start, depart_s), found):
            if label[0] in goals and self._may_stay(label, found[label].end_s, stay):
                return self._told(start, label, found)
        if stay is not None and self._is_reachable(start, goal_node_id, depart_s):
            raise PlanError(
                f"{search.patrol_map.map_id}: node {goal_node_id} can be reached from node "
                f"{start.node_id}, but not stayed at as long as wanted and left again"
            )
        raise PlanError(self._reason(start, goal_node_id))

    def is_open(self, start: Start, edge_ids: Sequence[int], depart_s: float) -> bool:
        """Whether a vehicle that drives these edges without a wait finds every one open."""
        states, now_s = self.search.states, depart_s
        for number, edge_id in enumerate(edge_ids):
            lasts_s = self.search.as_route(start, (edge_id,)).duration_s
            state = states.index[edge_id]
            enter_s = now_s + lasts_s - self._labels.drive_s[state]
            now_s += lasts_s
            is_last = number == len(edge_ids) - 1
            if self._labels.opens_s(state, enter_s) > enter_s or not (
                is_last or self.may_stand(self._labels.ends[state], now_s, now_s)
            ):
                return False
            start = Start(self._labels.ends[state], self.search.arrival_heading_rad(state))
        return True

    def may_stand(self, node_id: int, from_s: float, until_s: float) -> bool:
        """Whether a vehicle may stand at a node for a time."""
        return self._labels.may_stand(node_id, from_s, until_s)

    def _may_stay(self, label: Label, arrive_s: float, stay: Stay | None) -> bool:
        """Whether a vehicle can stay at a label as long as wanted, and get away after that."""
        if stay is None:
            return True
        until_s, leave_by_s = stay(arrive_s), self._labels.leave_by_s(label)
        if until_s is None or until_s > leave_by_s:
            return False
        at = Reached(until_s, until_s, until_s, until_s, None)
        return math.isinf(leave_by_s) or self._labels.gets_away(self._labels.after(label, at))

    def _may_stay_here(self, start: Start, depart_s: float, stay: Stay | None) -> bool:
        """As `_may_stay`, for a vehicle that stands there already."""
        if stay is None:
            return True
        until_s = stay(depart_s)
        if until_s is None or not self.may_stand(start.node_id, depart_s, until_s):
            return False
        return self.may_stand(start.node_id, depart_s, math.inf) or self._labels.gets_away(
            self._labels.begin(start, until_s)
        )

    def _is_reachable(self, start: Start, goal_node_id: int, depart_s: float) -> bool:
        goals = set(self.search.arrivals(goal_node_id))
        reached = self._labels.reach(self._labels.begin(start, depart_s), {})
        return start.node_id == goal_node_id or any(state in goals for state, _ in reached)

    # ------------------------------------------------------------------------------- the answer

    def _told(self, start: Start, goal: Label, found: Mapping[Label, Reached]) -> TimedRoute:
        """The route with its waits, each at an earlier waiting place where that delays nothing."""
        label: Label | None = goal
        chain, times_s = list[int](), list[Interval]()
        while label is not None:
            chain.append(label[0])
            times_s.append((found[label].ready_s, found[label].enter_s))
            label = found[label].before
        chain.reverse()
        times_s.reverse()
        route = self.search.as_route(start, (self.search.states.edge_ids[i] for i in chain))
        nodes, enter_s = self.search.patrol_map.nodes, [enter for _, enter in times_s]
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
        return TimedRoute(route, tuple(enter_s), found[goal].end_s, tuple(waits))

    def _place_to_wait(
        self,
        route: Route,
        chain: Sequence[int],
        enter_s: Sequence[float],
        places: range,
        wait_s: float,
    ) -> int:
        """Before which edge to wait, the later the better: places go back from the closed one."""
        nodes = self.search.patrol_map.nodes
        for at in places:
            later_s = enter_s[at] + (wait_s if at < places[0] else 0.0)
            if at < places[0] and (
                self._labels.opens_s(chain[at], later_s) > later_s
                or not self.may_stand(route.node_ids[at], enter_s[at], later_s)
            ):
                break
            if nodes[route.node_ids[at]].waiting_place:
                return at
        return places[0]

    def _reason(self, start: Start, goal_node_id: int) -> str:
        """With what never opens again closed, the plain search knows why."""
        options = self.search.options
        final = {i: f"{c.text}, closed for good" for i, c in self._closed.items() if c.is_final}
        shut = replace(options, closures={**options.closures, **final})
        return self.search.with_options(shut).why_not(start, goal_node_id)
