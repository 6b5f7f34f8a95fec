"""Places that people tell to the localization process, and what it answers."""

from __future__ import annotations

from concurrent.futures import Future

from patrol_interfaces.srv import SetPose
from rclpy.node import Node

from patrol.errors import OrderError
from patrol.topics import SET_POSE_SERVICE
from patrol.vda5050.init_position import INIT_POSITION, InitialPosition
from patrol_fleet_client.asking import NoAnswer, Question, Questions


class LocalizationLink:
    """The client side of SetPose; `step` in the executor's thread."""

    def __init__(self, node: Node) -> None:
        self._places = node.create_client(SetPose, SET_POSE_SERVICE)
        self._questions = Questions(lambda: bool(self._places.service_is_ready()))

    def place(self, position: InitialPosition) -> Future[None]:
        """Done when localization has begun anew there; raises OrderError or NoAnswer."""

        def send(question: Question) -> None:
            pose = position.pose
            calling = self._places.call_async(
                SetPose.Request(
                    map_id=position.map_id, x_m=pose.x_m, y_m=pose.y_m, yaw_rad=pose.yaw_rad
                )
            )
            calling.add_done_callback(lambda done: _on_answer(question, done.result()))

        return self._questions.ask(send)

    def step(self) -> None:
        """Send what was asked; give up on what gets no answer."""
        self._questions.step()


def _on_answer(question: Question, answer: SetPose.Response | None) -> None:
    if answer is None:
        question.settle(NoAnswer())
    elif answer.failure:
        question.settle(OrderError(f"{INIT_POSITION}: {answer.failure}", "actionError"))
    else:
        question.settle()
