"""The actions of an order and at once, and how each stands (VDA 5050 2.1.0, clause 6.11).

A HARD action is done alone, a SOFT one beside others while the vehicle stands, a NONE one on the
way, too (clause 6.10.2, `blockingType`). Actions begin in the order in which they stand. Those of
edges last as long as the vehicle is on the edge (`on_edges.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from navigation.order_rules import Route
from patrol.vda5050.messages import Action, ActionState, ActionStatus
from patrol.vda5050.node_actions import blocking_of

KEPT_INSTANT_ACTIONS = 8
DONE = ("FINISHED", "FAILED")


class ActionBook:
    """States by actionId, in the order they became known."""

    def __init__(self) -> None:
        self._states: dict[str, ActionState] = {}
        self._instant: dict[str, ActionState] = {}
        self._begun_s: dict[str, float] = {}
        self._places: dict[int, list[Action]] = {}  # by the index of their node, in its order
        self._edges: dict[int, list[Action]] = {}  # the same of edges, by where they start

    def begin_order(
        self, route: Route, first_index: int, as_left: Iterable[ActionState] = ()
    ) -> None:
        """Forget the former order's actions; those before `first_index` are done.

        And so are those that `as_left` says are.
        """
        self._states.clear()
        self._begun_s.clear()
        self._place(route)
        for places in (self._places, self._edges):
            for index, actions in places.items():
                self._enter(actions, "FINISHED" if index < first_index else "WAITING")
        for state in as_left:
            if state.action_id in self._states and state.action_status in DONE:
                self.set(state.action_id, state.action_status, state.result_description)

    def extend_order(self, route: Route) -> None:
        """Take in an update's actions and drop those of a horizon that it replaced."""
        self._place(route)
        wanted = [*self._of_nodes(), *(a for actions in self._edges.values() for a in actions)]
        ids = {action.action_id for action in wanted}
        self._states = {key: state for key, state in self._states.items() if key in ids}
        self._enter(wanted, "WAITING")

    def _place(self, route: Route) -> None:
        self._places = {
            index: node.actions for index, node in enumerate(route.order_nodes) if node.actions
        }
        self._edges = {
            index: edge.actions for index, edge in enumerate(route.order_edges) if edge.actions
        }

    def _of_nodes(self) -> list[Action]:
        return [action for actions in self._places.values() for action in actions]

    def _enter(self, actions: Iterable[Action], status: ActionStatus) -> None:
        for action in actions:
            if action.action_id not in self._states:
                self._states[action.action_id] = ActionState(
                    action_id=action.action_id,
                    action_status=status,
                    action_type=action.action_type,
                )

    def open_actions(self, reached: int) -> list[Action]:
        """Those that are not done, of the nodes up to one, in their order."""
        return [
            action
            for index, actions in self._places.items()
            if index <= reached
            for action in actions
            if not self._is_done(action)
        ]

    def done_actions(self) -> list[Action]:
        """Those of nodes that were finished, in their order; what an edge did is over with it."""
        return [
            action
            for action in self._of_nodes()
            if self._states[action.action_id].action_status == "FINISHED"
        ]

    def open_on_edge(self, index: int) -> list[Action]:
        """Those of the edge from a node on that are not done, in their order."""
        return [a for a in self._edges.get(index, ()) if not self._is_done(a)]

    def has_on_edge(self, index: int) -> bool:
        """Whether the edge from a node on has any, done or not."""
        return index in self._edges

    def due(self, reached: int) -> list[Action]:
        """Those that may be carried on now, the vehicle standing."""
        due: list[Action] = []
        for action in self.open_actions(reached):
            if blocking_of(action) == "HARD":
                return due or [action]
            due.append(action)
        return due

    def holding(self, reached: int) -> Action | None:
        """The first for which the vehicle has to stand where it is."""
        return next((a for a in self.open_actions(reached) if blocking_of(a) != "NONE"), None)

    def holds_at(self, index: int) -> bool:
        """Whether the vehicle has to stand at a node for an action of it."""
        return any(
            blocking_of(action) != "NONE" and not self._is_done(action)
            for action in self._places.get(index, ())
        )

    def begin(self, action: Action, now_s: float) -> float:
        """When an action that is carried on was first carried on."""
        return self._begun_s.setdefault(action.action_id, now_s)

    def is_running(self, action: Action) -> bool:
        """Whether it is under way."""
        return self._states[action.action_id].action_status == "RUNNING"

    def _is_done(self, action: Action) -> bool:
        return self._states[action.action_id].action_status in DONE

    def set(self, action_id: str, status: ActionStatus, result: str | None = None) -> None:
        """Note the status of an order's action."""
        state = self._states[action_id]
        self._states[action_id] = msgspec.structs.replace(
            state, action_status=status, result_description=result
        )

    def fail_open(self, result: str) -> None:
        """Fail every action that is not done: the order was cancelled."""
        for key, state in self._states.items():
            if state.action_status not in DONE:
                self.set(key, "FAILED", result)

    def all_done(self) -> bool:
        """Whether every action of the order is done."""
        return all(state.action_status in DONE for state in self._states.values())

    def instant(self, action: Action, status: ActionStatus, result: str | None = None) -> None:
        """Note an instant action's status."""
        self._instant[action.action_id] = ActionState(
            action_id=action.action_id,
            action_status=status,
            action_type=action.action_type,
            result_description=result,
        )
        while len(self._instant) > KEPT_INSTANT_ACTIONS:
            del self._instant[next(iter(self._instant))]

    def states(self) -> tuple[ActionState, ...]:
        """All states: the order's, then the instant ones."""
        return (*self._states.values(), *self._instant.values())
