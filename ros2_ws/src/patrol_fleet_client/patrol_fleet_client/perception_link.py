"""Requests for sealed originals to the perception process, and what it answers."""

from __future__ import annotations

from concurrent.futures import Future

from patrol_interfaces.srv import ReleaseOriginal
from rclpy.node import Node

from patrol.errors import OrderError
from patrol.topics import RELEASE_SERVICE
from patrol.vda5050.release import RELEASE_ORIGINAL, Release
from patrol_fleet_client.asking import NoAnswer, Question, Questions


class PerceptionLink:
    """The client side of ReleaseOriginal; `step` in the executor's thread."""

    def __init__(self, node: Node) -> None:
        self._releases = node.create_client(ReleaseOriginal, RELEASE_SERVICE)
        self._questions = Questions(lambda: bool(self._releases.service_is_ready()))

    def release(self, release: Release) -> Future[None]:
        """Done when the originals are on their way; raises OrderError or NoAnswer."""

        def send(question: Question) -> None:
            calling = self._releases.call_async(
                ReleaseOriginal.Request(
                    incident_id=release.incident_id,
                    requested_by=release.requested_by,
                    reason=release.reason,
                )
            )
            calling.add_done_callback(lambda done: _on_answer(question, done.result()))

        return self._questions.ask(send)

    def step(self) -> None:
        """Send what was asked; give up on what gets no answer."""
        self._questions.step()


def _on_answer(question: Question, answer: ReleaseOriginal.Response | None) -> None:
    if answer is None:
        question.settle(NoAnswer())
    elif answer.failure:
        question.settle(OrderError(f"{RELEASE_ORIGINAL}: {answer.failure}", "orderError"))
    else:
        question.settle()
