"""Orders and instant actions to the navigation process, and what it answers.

Asked from the fleet client's thread, carried out in the executor's thread (`step`).
"""

from __future__ import annotations

from concurrent.futures import Future

from patrol_interfaces.action import ExecuteOrder
from patrol_interfaces.srv import InstantAction
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle

from navigation.types import AsLeft
from patrol.errors import OrderError
from patrol.topics import EXECUTE_ORDER_ACTION, INSTANT_ACTION_SERVICE
from patrol.vda5050.messages import Action, Order, encode
from patrol_fleet_client.asking import NoAnswer, Question, Questions
from patrol_ros.convert import message_of_action
from patrol_ros.node import VehicleNode


class NavigationLink:
    """The client side of ExecuteOrder and InstantAction."""

    def __init__(self, node: VehicleNode) -> None:
        self._orders = ActionClient(node, ExecuteOrder, EXECUTE_ORDER_ACTION)
        self._actions = node.create_client(InstantAction, INSTANT_ACTION_SERVICE)
        self._questions = Questions(
            lambda: self._orders.server_is_ready() and bool(self._actions.service_is_ready())
        )

    def give_order(
        self, order: Order, resume_from_sequence_id: int, as_left: AsLeft
    ) -> Future[None]:
        """Done when navigation has taken the order; raises OrderError or NoAnswer."""

        def send(question: Question) -> None:
            goal = ExecuteOrder.Goal(
                order_json=encode(order).decode(),
                resume_from_sequence_id=resume_from_sequence_id,
                done=[message_of_action(state) for state in as_left.actions],
                docked=as_left.docked.value,
            )
            sending = self._orders.send_goal_async(goal, lambda _feedback: question.settle())
            sending.add_done_callback(lambda done: _on_goal(question, done.result()))

        return self._questions.ask(send)

    def give_action(self, action: Action) -> Future[None]:
        """Done when navigation has taken the action; raises OrderError or NoAnswer."""

        def send(question: Question) -> None:
            asked = InstantAction.Request(action_json=encode(action).decode())
            calling = self._actions.call_async(asked)
            calling.add_done_callback(lambda done: _on_action(question, done.result()))

        return self._questions.ask(send)

    def step(self) -> None:
        """Send what was asked; give up on what gets no answer."""
        self._questions.step()


def _on_goal(question: Question, handle: ClientGoalHandle | None) -> None:
    if handle is None or not handle.accepted:
        question.settle(NoAnswer())
        return

    def on_result(done: Future[ExecuteOrder.Result]) -> None:
        result = done.result().result
        refused = result.outcome == "rejected"
        question.settle(OrderError(result.message, result.error_type) if refused else None)

    handle.get_result_async().add_done_callback(on_result)


def _on_action(question: Question, answer: InstantAction.Response | None) -> None:
    if answer is None:
        question.settle(NoAnswer())
    elif answer.accepted:
        question.settle()
    else:
        question.settle(OrderError(answer.message, answer.error_type))
