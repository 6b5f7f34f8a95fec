"""Executive: what to do with an order now.

An order (VDA 5050 2.1.0, clause 6.6) becomes a row of nodes to reach in turn; at each the vehicle
may have actions to do. The executive knows which node was reached, what runs there, who wants the
vehicle to stand, and says to the stack: drive up to here, no faster than this, or brake.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from navigation.actions import ActionBook
from navigation.crossing.rule import NO_CROSSWALK, Passage
from navigation.order_rules import START_CHARGING, Route
from navigation.types import BaseStatus, Mode
from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind, Response
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action

log = logging.getLogger(__name__)

NODE_REACHED_M = 0.12
WAITING_PLACE_M = 0.5  # standing this near to a waiting place is standing there
WALKING_PACE_MPS = 0.5

# What each response allows: a speed cap, and whether to stand at the next waiting place or now.
CAPS_MPS = {
    Response.NONE: math.inf,
    Response.CONTINUE_OFFLINE: math.inf,
    Response.SLOW: WALKING_PACE_MPS,
    Response.SLOW_THEN_WAIT: WALKING_PACE_MPS,
}


class Brake(Enum):
    """How to come to a halt."""

    COMFORT = "comfort"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Goal:
    """Drive up to a travel at up to a speed; or brake."""

    mode: Mode
    stop_at_m: float = 0.0
    cap_mps: float = math.inf
    brake: Brake | None = None
    waiting_for: str = ""


class Executive:
    """One order at a time; `advance` notes what was reached, `goal` says what to do."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._docks = {dock.node_id for dock in patrol_map.docks}
        self.route: Route | None = None
        self.reached = -1  # index of the last reached node
        self.book = ActionBook()
        self.paused = False
        self._stopped_by_hand = False
        self.order_id = ""
        self.update_id = 0
        self.last_node_id = ""
        self.last_sequence_id = 0
        self._cancel: Action | None = None
        self._pausing: Action | None = None
        self._wait_index: int | None = None

    # --- orders ---

    def begin(self, route: Route, reached: int) -> None:
        """Take a new order; `reached` is the index of the node that was reached before (or -1)."""
        self._take(route)
        self.reached = -1
        self.book.begin_order(route, max(0, reached))
        self._wait_index = None
        for index in range(reached + 1):
            self._reach(index)

    def extend(self, route: Route) -> None:
        """Take an update of the order."""
        self._take(route)
        self.book.extend_order(route)

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
        """An instant action: startPause, stopPause, remoteStop, cancelOrder; raises OrderError
        for others."""
        handlers: dict[str, Callable[[Action], None]] = {
            "startPause": self._start_pause,
            "remoteStop": self._remote_stop,
            "stopPause": self._stop_pause,
            "cancelOrder": self._cancel_order,
        }
        handler = handlers.get(action.action_type)
        if handler is None:
            known = ", ".join(handlers)
            raise OrderError(
                f"instant action {action.action_type!r} is not known here; known: {known}",
                "actionError",
                actionId=action.action_id,
            )
        handler(action)
        log.info("instant_action type=%s id=%s", action.action_type, action.action_id)

    def _start_pause(self, action: Action) -> None:
        self.paused, self._pausing = True, action
        self.book.instant(action, "RUNNING")

    def _remote_stop(self, action: Action) -> None:
        """As a pause, but here and as hard as the vehicle may, on a crosswalk too."""
        self._start_pause(action)
        self._stopped_by_hand = True

    def _stop_pause(self, action: Action) -> None:
        self.paused, self._pausing, self._stopped_by_hand = False, None, False
        self.book.instant(action, "FINISHED")

    def _cancel_order(self, action: Action) -> None:
        if not self.is_active:
            raise OrderError(
                "cancelOrder: no order is active", "noOrderToCancel", actionId=action.action_id
            )
        self._cancel = action
        self.book.instant(action, "RUNNING")

    # --- progress ---

    def advance(
        self,
        travel_m: float,
        node_s_m: Sequence[float],
        standing: bool,
        base: BaseStatus | None,
        now_s: float,
    ) -> None:
        """Note what was reached at `travel_m`, carry actions on, settle pause and cancel."""
        if self._pausing is not None and standing:
            self.book.instant(self._pausing, "FINISHED")
            self._pausing = None
        if self._cancel is not None and standing:
            self._settle_cancel(self._cancel)
        route = self.route
        if route is None:
            return
        while self.open_action() is None and self.reached < route.last_released:
            index = self.reached + 1
            must_stand = index == route.last_released or bool(route.order_nodes[index].actions)
            early_m = NODE_REACHED_M if must_stand else 0.0
            if travel_m < node_s_m[index] - early_m or (must_stand and not standing):
                break
            self._reach(index)
        action = self.open_action()
        if action is not None and standing:
            self.book.run(action, base, now_s)

    def _reach(self, index: int) -> None:
        assert self.route is not None
        node = self.route.order_nodes[index]
        self.reached = index
        self.last_node_id, self.last_sequence_id = node.node_id, node.sequence_id
        log.info(
            "node_reached order=%s node=%s sequence=%d",
            self.route.order_id,
            node.node_id,
            node.sequence_id,
        )

    def _settle_cancel(self, action: Action) -> None:
        """Standing: the order's states are cleared, what waited has failed (clause 6.6.3)."""
        self.book.fail_open("the order was cancelled")
        self.book.instant(action, "FINISHED")
        if self.route is not None:
            log.info("order_cancelled order=%s", self.route.order_id)
        self.route, self._cancel, self._wait_index = None, None, None

    def open_action(self) -> Action | None:
        """The action to be done at the last reached node, if one is left."""
        if self.route is None or self.reached < 0:
            return None
        return self.book.open_action(self.route.order_nodes[self.reached].actions)

    # --- decision ---

    def goal(
        self,
        response: Response,
        faults: frozenset[FaultKind],
        travel_m: float,
        node_s_m: Sequence[float],
        braking_m: float,
        base: BaseStatus | None,
        passage: Passage = NO_CROSSWALK,
    ) -> Goal:
        """What to do now; the strongest wish to stand wins."""
        route = self.route
        if route is None or not self.is_active:
            return Goal(self._rest_mode(base), brake=Brake.COMFORT)
        if response >= Response.STOP:
            return Goal(Mode.STOPPED, brake=Brake.HARD, waiting_for=_reason(faults))
        if self._stopped_by_hand:
            return Goal(Mode.PAUSED, brake=Brake.HARD, waiting_for="stopPause")
        if passage.on_road and passage.crossing is not None:
            over_m = min(passage.crossing.exit_m, node_s_m[route.last_released])
            if travel_m < over_m - NODE_REACHED_M:  # whatever else is wished waits until then
                return Goal(Mode.DRIVING, over_m, CAPS_MPS[response])
        if self._cancel is not None:
            return Goal(Mode.PAUSED, brake=Brake.COMFORT, waiting_for="cancelOrder")
        if self.paused:
            return Goal(Mode.PAUSED, brake=Brake.COMFORT, waiting_for="stopPause")
        action = self.open_action()
        if action is not None:
            charging = action.action_type == START_CHARGING
            mode = Mode.CHARGING if charging else Mode.DWELLING
            return Goal(mode, brake=Brake.COMFORT, waiting_for=action.action_type)
        return self._drive(route, response, faults, travel_m, node_s_m, braking_m, passage)

    def _rest_mode(self, base: BaseStatus | None) -> Mode:
        if base is not None and base.charging:
            return Mode.CHARGING
        return Mode.IDLE if self.route is None else Mode.FINISHED

    def _drive(
        self,
        route: Route,
        response: Response,
        faults: frozenset[FaultKind],
        travel_m: float,
        node_s_m: Sequence[float],
        braking_m: float,
        passage: Passage,
    ) -> Goal:
        stop = self._next_stop(route)
        waits = response is Response.SLOW_THEN_WAIT
        if waits:
            stop = min(stop, self._waiting_node(route, travel_m, node_s_m, braking_m))
        else:
            self._wait_index = None
        wished_m = node_s_m[stop] if stop >= 0 else travel_m
        stop_at_m = passage.stop_at_m(wished_m)
        reason = _reason(faults) if waits else "a new base"
        if stop <= self.reached:
            return Goal(Mode.WAITING, brake=Brake.COMFORT, waiting_for=reason)
        if waits and stop_at_m - travel_m <= NODE_REACHED_M:
            return Goal(Mode.WAITING, stop_at_m, CAPS_MPS[response], waiting_for=reason)
        if stop_at_m < wished_m and stop_at_m - travel_m <= NODE_REACHED_M:
            reason = passage.waiting_for
            return Goal(Mode.WAITING, stop_at_m, CAPS_MPS[response], waiting_for=reason)
        return Goal(Mode.DRIVING, stop_at_m, CAPS_MPS[response])

    def _next_stop(self, route: Route) -> int:
        """The next node with something to do, at most the end of the base."""
        for index in range(self.reached + 1, route.last_released):
            if self.book.open_action(route.order_nodes[index].actions) is not None:
                return index
        return route.last_released

    def _waiting_node(
        self, route: Route, travel_m: float, node_s_m: Sequence[float], braking_m: float
    ) -> int:
        """The node to wait at: the one stood at, else the next that can still be stopped at."""
        if self._wait_index is None:
            here = self.reached
            near_m = max(WAITING_PLACE_M, braking_m)
            if here >= 0 and self._may_wait(route, here) and travel_m - node_s_m[here] <= near_m:
                self._wait_index = here
            if self._wait_index is None:
                self._wait_index = self._waiting_node_ahead(route, travel_m + braking_m, node_s_m)
        return min(self._wait_index, route.last_released)

    def _waiting_node_ahead(self, route: Route, from_m: float, node_s_m: Sequence[float]) -> int:
        for index in range(self.reached + 1, route.last_released):
            if node_s_m[index] >= from_m and self._may_wait(route, index):
                return index
        return route.last_released

    def _may_wait(self, route: Route, index: int) -> bool:
        node = route.nodes[index]
        return node.waiting_place or node.id in self._docks


def _reason(faults: frozenset[FaultKind]) -> str:
    """The text of the fault that counts most."""
    worst = max(faults, key=lambda fault: FAULTS[fault].response, default=None)
    return FAULTS[worst].text_en if worst is not None else ""
