"""Orders and instant actions to the navigation process, and what it answers.

Asked from the fleet client's thread, carried out in the executor's thread (`step`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from patrol_interfaces.action import ExecuteOrder
from patrol_interfaces.srv import InstantAction
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle

from navigation.types import AsLeft
from patrol.errors import OrderError
from patrol.topics import EXECUTE_ORDER_ACTION, INSTANT_ACTION_SERVICE
from patrol.vda5050.messages import Action, Order, encode
from patrol_ros.convert import message_of_action
from patrol_ros.node import VehicleNode

ANSWER_WITHIN_S = 3.0  # wall time


class NavigationSilent(Exception):  # noqa: N818 - a condition, not a fault of the program
    """Navigation gives no answer: it is down or starting."""


@dataclass(slots=True)
class _Request:
    """Something to ask navigation; `answer` gets None, an OrderError or NavigationSilent."""

    send: Callable[[_Request], None]
    asked_s: float
    answer: Future[None] = field(default_factory=Future)
    is_sent: bool = False

    def settle(self, error: Exception | None = None) -> None:
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(None)
        else:
            self.answer.set_exception(error)


class NavigationLink:
    """The client side of ExecuteOrder and InstantAction."""

    def __init__(self, node: VehicleNode) -> None:
        self._orders = ActionClient(node, ExecuteOrder, EXECUTE_ORDER_ACTION)
        self._actions = node.create_client(InstantAction, INSTANT_ACTION_SERVICE)
        self._requests: deque[_Request] = deque()

    def give_order(
        self, order: Order, resume_from_sequence_id: int, as_left: AsLeft
    ) -> Future[None]:
        """Done when navigation has taken the order; raises OrderError or NavigationSilent."""

        def send(request: _Request) -> None:
            goal = ExecuteOrder.Goal(
                order_json=encode(order).decode(),
                resume_from_sequence_id=resume_from_sequence_id,
                done=[message_of_action(state) for state in as_left.actions],
                docked=as_left.docked.value,
            )
            sending = self._orders.send_goal_async(goal, lambda _feedback: request.settle())
            sending.add_done_callback(lambda done: _on_goal(request, done.result()))

        return self._ask(send)

    def give_action(self, action: Action) -> Future[None]:
        """Done when navigation has taken the action; raises OrderError or NavigationSilent."""

        def send(request: _Request) -> None:
            asked = InstantAction.Request(action_json=encode(action).decode())
            calling = self._actions.call_async(asked)
            calling.add_done_callback(lambda done: _on_action(request, done.result()))

        return self._ask(send)

    def _ask(self, send: Callable[[_Request], None]) -> Future[None]:
        request = _Request(send, time.monotonic())
        self._requests.append(request)
        return request.answer

    def step(self) -> None:
        """Send what was asked and is not sent; give up on what gets no answer."""
        is_ready = self._orders.server_is_ready() and self._actions.service_is_ready()
        for request in list(self._requests):
            if is_ready and not request.is_sent:
                request.is_sent = True
                request.send(request)
            if time.monotonic() - request.asked_s > ANSWER_WITHIN_S:
                request.settle(NavigationSilent())
            if request.answer.done():
                self._requests.remove(request)


def _on_goal(request: _Request, handle: ClientGoalHandle | None) -> None:
    if handle is None or not handle.accepted:
        request.settle(NavigationSilent())
        return

    def on_result(done: Future[ExecuteOrder.Result]) -> None:
        result = done.result().result
        refused = result.outcome == "rejected"
        request.settle(OrderError(result.message, result.error_type) if refused else None)

    handle.get_result_async().add_done_callback(on_result)


def _on_action(request: _Request, answer: InstantAction.Response | None) -> None:
    if answer is None:
        request.settle(NavigationSilent())
    elif answer.accepted:
        request.settle()
    else:
        request.settle(OrderError(answer.message, answer.error_type))
