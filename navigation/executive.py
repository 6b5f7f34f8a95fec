"""Executive: what to do with an order now.

An order (VDA 5050 2.1.0, clause 6.6) becomes a row of nodes to reach in turn; at each the vehicle
may have actions to do. The executive knows which node was reached, what runs there, who wants the
vehicle to stand, and says to the stack: drive up to here, no faster than this, or brake.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from navigation.acting.attention import Attention
from navigation.acting.book import ActionBook
from navigation.acting.doers import Doers, Moment
from navigation.acting.on_edges import EdgeActions
from navigation.acting.parameters import check_parameters
from navigation.docking import Docking
from navigation.goal import CAPS_MPS, Brake, Circumstances, Goal
from navigation.order_rules import Route
from navigation.types import AsLeft, AttentionReport, BaseStatus, Mode
from navigation.waiting_place import WaitingPlace
from navigation.wishes import Wishes
from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind, Response
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    AT_ONCE_TOO,
    RELEASE_OPERATOR_WAIT,
    START_BEACON,
    START_CHARGING,
    STOP_BEACON,
    WAIT_FOR_OPERATOR,
    blocking_of,
)
from patrol.waiting import Waiting

log = logging.getLogger(__name__)

NODE_REACHED_M = 0.12


class Executive:
    """One order at a time; `advance` notes what was reached, `goal` says what to do."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self.route: Route | None = None
        self.reached = -1  # index of the last reached node
        self.book = ActionBook()
        self.attention = Attention()
        self.doers = Doers(self.attention, patrol_map)
        self._edges = EdgeActions(self.book, self.doers, self.attention)
        self._at_once: list[Action] = []  # of operators, under way
        self.docking = Docking()
        self.wishes = Wishes(self.book)
        self._waiting_place = WaitingPlace(patrol_map)
        self.order_id = ""
        self.update_id = 0
        self.last_node_id = ""
        self.last_sequence_id = 0

    # --- orders ---

    def begin(self, route: Route, reached: int, as_left: AsLeft) -> None:
        """Take a new order; `reached` is the index of the node that was reached before (or -1)."""
        self._take(route)
        self.wishes.begin_order()
        self.reached = -1
        self.book.begin_order(route, max(0, reached), as_left.actions)
        self.doers.begin_order()
        self._edges.begin_order()
        self.attention.end_order()
        self._waiting_place.forget()
        self.docking.forget()
        for index in range(reached + 1):
            self._reach(index)
        self.docking.resume(as_left.docked)
        for action in self.book.done_actions() if self.is_active else ():
            if action.action_type in (START_BEACON, STOP_BEACON):
                self.attention.resume_beacon(action.action_type == START_BEACON)

    def extend(self, route: Route) -> None:
        """Take an update of the order."""
        self._take(route)
        self.book.extend_order(route)
        if self.docking.has_failed:  # whoever sends it on knows
            self.docking.forget()

    def _take(self, route: Route) -> None:
        self.route, self.order_id, self.update_id = route, route.order_id, route.update_id

    @property
    def is_active(self) -> bool:
        """Whether an order is not finished yet."""
        route = self.route
        if route is None:
            return False
        return self.reached < len(route.nodes) - 1 or not self.book.all_done()

    def request(self, action: Action) -> None:
        """An instant action of an operator; raises OrderError."""
        if action.action_type == RELEASE_OPERATOR_WAIT:
            self._release(action)
        elif action.action_type in AT_ONCE_TOO:
            check_parameters(action)
            self._at_once.append(action)
            self.book.instant(action, "RUNNING")
        else:
            self.wishes.request(action, self.is_active)

    def _release(self, action: Action) -> None:
        waits = next((a for a in self._due() if self._is_asking(a)), None)
        if waits is None:
            raise OrderError(
                f"{RELEASE_OPERATOR_WAIT}: the vehicle does not wait for an operator",
                "actionError",
                actionId=action.action_id,
            )
        self.book.set(waits.action_id, "FINISHED")
        self.book.instant(action, "FINISHED")
        log.info("operator_wait_released action=%s by=%s", waits.action_id, action.action_id)

    def settle(self) -> None:
        """The vehicle stands, as operators wished: a cancelled order is over."""
        if self.wishes.settle():
            log.info("order_cancelled order=%s", self.order_id)
            self.route = None
            self._waiting_place.forget()
            self.docking.forget()
            self.attention.end_order()

    # --- progress ---

    def advance(
        self,
        travel_m: float,
        node_s_m: Sequence[float],
        standing: bool,
        base: BaseStatus | None,
        now_s: float,
    ) -> None:
        """Note what was reached at `travel_m`, and carry actions on."""
        route = self.route
        if route is None:
            return
        while self.open_action() is None and self.reached < route.last_released:
            index = self.reached + 1
            must_stand = index == route.last_released or self.book.holds_at(index)
            early_m = NODE_REACHED_M if must_stand else 0.0
            if travel_m < node_s_m[index] - early_m or (must_stand and not standing):
                break
            self._reach(index)
        if standing and self.reached >= 0:
            self._dock(travel_m >= node_s_m[self.reached] - NODE_REACHED_M, base, now_s)

    def act(self, report: AttentionReport | None, standing: bool, moment: Moment) -> None:
        """Carry on what is under way of the order's actions and of the operators'."""
        self.doers.step(report, moment)
        for action in self._due():
            needs_stand = blocking_of(action) != "NONE"
            if action.action_type != START_CHARGING and (standing or not needs_stand):
                since_s = self.book.begin(action, moment.now_s)
                self.book.set(action.action_id, *self.doers.run(action, since_s, by_plan=True))
        if self._is_on_edge():
            self._edges.drive_on(self.reached, moment.now_s)
        for action in list(self._at_once):
            status, result = self.doers.run(action, moment.now_s, by_plan=False)
            self.book.instant(action, status, result)
            if status != "RUNNING":
                self._at_once.remove(action)
        if not self.is_active:
            self.attention.end_order()

    def _is_on_edge(self) -> bool:
        """Whether the vehicle is on the edge from the last reached node on.

        Not before the light and the siren are as that node asks.
        """
        if self.route is None or not -1 < self.reached < self.route.last_released:
            return False
        due = self._due()
        return self.open_action() is None and all(a.action_type == ANNOUNCE for a in due)

    def _due(self) -> list[Action]:
        return [] if self.route is None else self.book.due(self.reached)

    def _dock(self, at_node: bool, base: BaseStatus | None, now_s: float) -> None:
        """Charge where the vehicle stands; `at_node`: not still on its way."""
        action = next(iter(self._due()), None)
        if self.docking.is_approaching and at_node:
            self.docking.arrive()
        if self.open_action() is None:
            self._watch_dock(base, now_s)
        elif action is not None and action.action_type == START_CHARGING:
            status = self.docking.run(base, now_s)
            self.book.set(action.action_id, status, self.docking.result or None)

    def _watch_dock(self, base: BaseStatus | None, now_s: float) -> None:
        assert self.route is not None
        is_leaving = self.reached < self.route.last_released
        if is_leaving and not self.docking.has_failed:
            self.docking.forget()
        self.docking.watch(base, now_s)

    def _reach(self, index: int) -> None:
        assert self.route is not None
        node = self.route.order_nodes[index]
        self._edges.leave(index - 1)
        self.reached = index
        self.docking.forget()
        self.last_node_id, self.last_sequence_id = node.node_id, node.sequence_id
        log.info(
            "node_reached order=%s node=%s sequence=%d",
            self.route.order_id,
            node.node_id,
            node.sequence_id,
        )

    def open_action(self) -> Action | None:
        """The action for which the vehicle stands at the last reached node, if one is left."""
        return None if self.route is None else self.book.holding(self.reached)

    def _is_asking(self, action: Action) -> bool:
        """Whether an action waits for an operator, now."""
        return action.action_type == WAIT_FOR_OPERATOR and self.book.is_running(action)

    # --- decision ---

    def goal(self, now: Circumstances) -> Goal:
        """What to do now; the strongest wish to stand wins."""
        route = self.route
        if route is None or not self.is_active:
            return Goal(self._rest_mode(now.base), brake=Brake.COMFORT)
        if now.response >= Response.STOP:
            return Goal(Mode.STOPPED, brake=Brake.HARD, waiting_for=_reason(now.faults))
        if self.wishes.stopped:
            return Goal(Mode.PAUSED, brake=Brake.HARD, waiting_for="stopPause")
        goal = self._wish(route, now)
        if now.passage.is_yielding:
            is_there = now.passage.yield_m - now.travel_m <= NODE_REACHED_M
            mode = Mode.WAITING if is_there else Mode.DRIVING
            reason = Waiting.CROSSWALK_TRAFFIC
            return Goal(mode, now.passage.yield_m, CAPS_MPS[now.response], waiting_for=reason)
        if now.passage.on_road and now.passage.crossing is not None:
            over_m = min(now.passage.crossing.exit_m, now.node_s_m[route.last_released])
            to_stand = goal.brake is not None or goal.stop_at_m < over_m
            if to_stand and now.travel_m < over_m - NODE_REACHED_M:  # it waits until then
                return Goal(Mode.DRIVING, over_m, CAPS_MPS[now.response])
        return goal

    def _wish(self, route: Route, now: Circumstances) -> Goal:
        """What to do where nothing forces it to stand here."""
        if self.wishes.cancelling:
            return Goal(Mode.PAUSED, brake=Brake.COMFORT, waiting_for="cancelOrder")
        if self.wishes.paused:
            return Goal(Mode.PAUSED, brake=Brake.COMFORT, waiting_for="stopPause")
        if self.docking.is_approaching:
            stop_at_m = now.passage.stop_at_m(now.node_s_m[self.reached])
            return Goal(Mode.DRIVING, stop_at_m, CAPS_MPS[now.response])
        action = self.open_action()
        if action is None and self.reached == len(route.nodes) - 1:  # the last word of the order
            action = next(iter(self._due()), None)
        if action is None:
            return self._drive(route, now)
        mode = Mode.CHARGING if action.action_type == START_CHARGING else Mode.DWELLING
        asks = any(self._is_asking(due) for due in self._due())
        reason = Waiting.OPERATOR if asks else action.action_type
        return Goal(mode, brake=Brake.COMFORT, waiting_for=reason)

    def _rest_mode(self, base: BaseStatus | None) -> Mode:
        if base is not None and base.charging:
            return Mode.CHARGING
        return Mode.IDLE if self.route is None else Mode.FINISHED

    def _drive(self, route: Route, now: Circumstances) -> Goal:
        stop = self._next_stop(route)
        waits = now.response is Response.SLOW_THEN_WAIT
        if waits:
            place = self._waiting_place.choose(
                route, self.reached, now.travel_m, now.node_s_m, now.braking_m
            )
            stop = min(stop, place)
        else:
            self._waiting_place.forget()
        wished_m = now.node_s_m[stop] if stop >= 0 else now.travel_m
        stop_at_m = now.passage.stop_at_m(wished_m)
        is_there = stop_at_m - now.travel_m <= NODE_REACHED_M
        cap_mps = CAPS_MPS[now.response]
        reason = _reason(now.faults) if waits else Waiting.NEW_BASE
        if stop <= self.reached:
            return Goal(Mode.WAITING, brake=Brake.COMFORT, waiting_for=reason)
        if waits and is_there:
            return Goal(Mode.WAITING, stop_at_m, cap_mps, waiting_for=reason)
        if stop_at_m < wished_m and is_there:
            return Goal(Mode.WAITING, stop_at_m, cap_mps, waiting_for=now.passage.waiting_for)
        return Goal(Mode.DRIVING, stop_at_m, cap_mps)

    def _next_stop(self, route: Route) -> int:
        """The next node with something to do, at most the end of the base."""
        for index in range(self.reached + 1, route.last_released):
            if self.book.holds_at(index):
                return index
        return route.last_released


def _reason(faults: frozenset[FaultKind]) -> str:
    """The text of the fault that counts most."""
    worst = max(faults, key=lambda fault: FAULTS[fault].response, default=None)
    return FAULTS[worst].text_en if worst is not None else ""
