"""The actions of an order and at once, and how each stands (VDA 5050 2.1.0, clause 6.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from navigation.order_rules import Route
from patrol.vda5050.messages import Action, ActionState, ActionStatus
from patrol.vda5050.node_actions import WAIT_FOR_OPERATOR

KEPT_INSTANT_ACTIONS = 8
DONE = ("FINISHED", "FAILED")


class ActionBook:
    """States by actionId, in the order they became known."""

    def __init__(self) -> None:
        self._states: dict[str, ActionState] = {}
        self._instant: dict[str, ActionState] = {}
        self._begun_s: dict[str, float] = {}

    def begin_order(self, route: Route, first_index: int) -> None:
        """Forget the former order's actions; those before `first_index` are done."""
        self._states.clear()
        self._begun_s.clear()
        for index, node in enumerate(route.order_nodes):
            self._enter(node.actions, "FINISHED" if index < first_index else "WAITING")

    def extend_order(self, route: Route) -> None:
        """Take in an update's actions and drop those of a horizon that it replaced."""
        wanted = [action for node in route.order_nodes for action in node.actions]
        ids = {action.action_id for action in wanted}
        self._states = {key: state for key, state in self._states.items() if key in ids}
        self._enter(wanted, "WAITING")

    def _enter(self, actions: Iterable[Action], status: ActionStatus) -> None:
        for action in actions:
            if action.action_id not in self._states:
                self._states[action.action_id] = ActionState(
                    action_id=action.action_id,
                    action_status=status,
                    action_type=action.action_type,
                )

    def open_action(self, actions: Sequence[Action]) -> Action | None:
        """The first of a node's actions that is not done."""
        for action in actions:
            if self._states[action.action_id].action_status not in DONE:
                return action
        return None

    def run(self, action: Action, now_s: float) -> None:
        """Carry a node action on; call every cycle while standing at its node."""
        begun_s = self._begun_s.setdefault(action.action_id, now_s)
        if action.action_type == WAIT_FOR_OPERATOR:
            self.set(action.action_id, "RUNNING")
            return
        dwell_s = float(action.parameters().get("dwell_s", 0.0))
        self.set(action.action_id, "FINISHED" if now_s - begun_s >= dwell_s else "RUNNING")

    def is_running(self, action: Action, action_type: str) -> bool:
        """Whether an action is of this type, and under way."""
        status = self._states[action.action_id].action_status
        return action.action_type == action_type and status == "RUNNING"

    def set(self, action_id: str, status: ActionStatus, result: str | None = None) -> None:
        """Note a node action's status."""
        state = self._states[action_id]
        self._states[action_id] = msgspec.structs.replace(
            state, action_status=status, result_description=result
        )

    def fail_open(self, result: str) -> None:
        """Fail every node action that is not done: the order was cancelled."""
        for key, state in self._states.items():
            if state.action_status not in DONE:
                self.set(key, "FAILED", result)

    def all_done(self) -> bool:
        """Whether every node action is done."""
        return all(state.action_status in DONE for state in self._states.values())

    def instant(self, action: Action, status: ActionStatus) -> None:
        """Note an instant action's status."""
        self._instant[action.action_id] = ActionState(
            action_id=action.action_id, action_status=status, action_type=action.action_type
        )
        while len(self._instant) > KEPT_INSTANT_ACTIONS:
            del self._instant[next(iter(self._instant))]

    def states(self) -> tuple[ActionState, ...]:
        """All states: the order's, then the instant ones."""
        return (*self._states.values(), *self._instant.values())
