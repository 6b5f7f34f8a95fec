"""The search behind `TimedSearch`: labels, each reached as early as can be.

A label is having driven an edge and standing in one of the open intervals of the node at its end
(safe interval path planning, Phillips and Likhachev 2011, "SIPP"): a node that is never closed has
one, and then this is Dijkstra's algorithm over arrival times.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from navigation.planning.route_options import Start
from navigation.planning.route_search import RouteSearch
from navigation.planning.route_states import Floats
from navigation.planning.route_turns import NARROW_U_TURN_COST_S, TURN_ROUND_S, U_TURN_COST_S
from navigation.planning.route_windows import ClosedTimes, Interval

NARROW_U_TURN_TIME_S = 3600.0  # until a person has come
ALWAYS: tuple[Interval, ...] = ((-math.inf, math.inf),)

Label = tuple[int, int]  # a state, and the open interval of its end node


@dataclass(frozen=True, slots=True)
class Turning:
    """How long turning round takes, and what it counts on top, in seconds of arriving later.

    Where it counts anything the earliest arrival is no longer what is found, but what a
    `RouteSearch` would like best, driven by the clock.
    """

    wide_s: float = TURN_ROUND_S
    narrow_s: float = NARROW_U_TURN_TIME_S
    wide_extra_s: float = 0.0
    narrow_extra_s: float = 0.0

    @classmethod
    def as_planned(cls) -> Turning:
        """As plans count it: it takes `TURN_ROUND_S` and is avoided as in a `RouteSearch`."""
        return cls(
            TURN_ROUND_S, TURN_ROUND_S,
            U_TURN_COST_S - TURN_ROUND_S, NARROW_U_TURN_COST_S - TURN_ROUND_S,
        )  # fmt: skip

    def of(self, costs: Floats) -> tuple[Floats, Floats]:
        """The times of turns and what they count on top, given what a search charges for them."""
        turns = [costs == NARROW_U_TURN_COST_S, costs == U_TURN_COST_S]
        time_s = np.select(turns, [self.narrow_s, self.wide_s], 0.0)
        return time_s, np.select(turns, [self.narrow_extra_s, self.wide_extra_s], 0.0)


@dataclass(frozen=True, slots=True)
class Reached:
    """How a label was reached: when the vehicle was ready for its edge, entered and left it."""

    cost: float
    ready_s: float
    enter_s: float
    end_s: float
    before: Label | None


class Labels:
    """A search's states by the clock; `closed` are times by edge id, `closed_nodes` by node id."""

    def __init__(
        self,
        search: RouteSearch,
        closed: Mapping[int, ClosedTimes],
        closed_nodes: Mapping[int, ClosedTimes],
        turning: Turning,
    ) -> None:
        states = search.states
        self._search, self._turning = search, turning
        self._times = {states.index[edge_id]: times for edge_id, times in closed.items()}
        self._open = {node: times.open_s() for node, times in closed_nodes.items()}
        self.ends = [edge.end_id for edge in search.patrol_map.edges.values()]  # nodes, by state
        self._first = states.first.tolist()
        self._heads = states.heads.tolist()
        turn_s, extra_s = turning.of(states.turns(search.options).cost)
        self._turn_s = np.where(np.isfinite(search.costs.steps), turn_s, np.inf).tolist()
        self._extra_s = extra_s.tolist()
        self.drive_s = search.durations_s.tolist()

    def opens_s(self, state: int, ready_s: float) -> float:
        """When an edge may be entered by a vehicle that is ready for it."""
        times = self._times.get(state)
        return ready_s if times is None else times.opens_s(ready_s)

    def open_at(self, node_id: int) -> tuple[Interval, ...]:
        """When a vehicle may stand at a node."""
        return self._open.get(node_id, ALWAYS)

    def leave_by_s(self, label: Label) -> float:
        """When a vehicle must have left the node at which it stands in a label."""
        state, number = label
        return self.open_at(self.ends[state])[number][1]

    def gets_away(self, begun: Iterator[tuple[Label, Reached]]) -> bool:
        """Whether a vehicle that begins so comes to where it may stand for ever."""
        return any(math.isinf(self.leave_by_s(label)) for label in self.reach(begun, {}))

    def may_stand(self, node_id: int, from_s: float, until_s: float) -> bool:
        """Whether a vehicle may stand at a node for a time."""
        return any(begin <= from_s and until_s <= end for begin, end in self.open_at(node_id))

    def begin(self, start: Start, depart_s: float) -> Iterator[tuple[Label, Reached]]:
        """The labels right behind the start. Who stands where nobody may stand stays till it
        may leave."""
        states, costs = self._search.seeds(start)
        turn_s, extra_s = self._turning.of(
            self._search.states.start_turns(start, self._search.options).cost
        )
        leave_by_s = next(
            (end for begin, end in self.open_at(start.node_id) if begin <= depart_s < end),
            math.inf,
        )
        for i, state in enumerate(states.tolist()):
            if math.isfinite(costs[i]):
                ready_s, extra = depart_s + float(turn_s[i]), float(extra_s[i])
                yield from self._enter(state, ready_s, leave_by_s, extra, None)

    def reach(
        self, begun: Iterator[tuple[Label, Reached]], found: dict[Label, Reached]
    ) -> Iterator[Label]:
        """Labels in the order in which they are settled; `found` says how."""
        queue, done = list[tuple[float, Label]](), set[Label]()

        def note(label: Label, how: Reached) -> None:
            if label not in found or how.cost < found[label].cost:
                found[label] = how
                heapq.heappush(queue, (how.cost, label))

        for label, how in begun:
            note(label, how)
        while queue:
            _, label = heapq.heappop(queue)
            if label in done:
                continue
            done.add(label)
            yield label
            for next_label, how in self.after(label, found[label]):
                note(next_label, how)

    def after(self, label: Label, at: Reached) -> Iterator[tuple[Label, Reached]]:
        """The labels behind a label that was reached so."""
        leave_by_s, extra_s = self.leave_by_s(label), at.cost - at.end_s
        for k in range(self._first[label[0]], self._first[label[0] + 1]):
            ready_s = at.end_s + self._turn_s[k]
            if ready_s <= leave_by_s:
                extra = extra_s + self._extra_s[k]
                yield from self._enter(self._heads[k], ready_s, leave_by_s, extra, label)

    def _enter(
        self, state: int, ready_s: float, leave_by_s: float, extra_s: float, before: Label | None
    ) -> Iterator[tuple[Label, Reached]]:
        """An edge entered as soon as can be, for each open interval of the node at its end."""
        drive_s = self.drive_s[state]
        for number, (begin_s, end_s) in enumerate(self.open_at(self.ends[state])):
            enter_s = self.opens_s(state, max(ready_s, begin_s - drive_s))
            arrive_s = enter_s + drive_s
            if enter_s > leave_by_s or math.isinf(enter_s):
                return
            if arrive_s < end_s:
                how = Reached(arrive_s + extra_s, ready_s, enter_s, arrive_s, before)
                yield (state, number), how
