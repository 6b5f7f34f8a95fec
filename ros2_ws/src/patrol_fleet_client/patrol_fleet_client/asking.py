"""Questions to another process: asked from one thread, put by the executor's, answered in time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

ANSWER_WITHIN_S = 3.0  # wall time


class NoAnswer(Exception):  # noqa: N818 - a condition, not a fault of the program
    """The other process gives no answer: it is down or starting."""


@dataclass(slots=True)
class Question:
    """Something to ask; `answer` gets None, or an exception: NoAnswer, or what was refused."""

    send: Callable[[Question], None]
    asked_s: float
    answer: Future[None] = field(default_factory=Future)
    is_sent: bool = False

    def settle(self, error: Exception | None = None) -> None:
        """It is answered; a second answer says nothing."""
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(None)
        else:
            self.answer.set_exception(error)


class Questions:
    """`ask` from any thread, `step` in the executor's; `is_ready`: whether anybody listens."""

    def __init__(self, is_ready: Callable[[], bool]) -> None:
        self._is_ready = is_ready
        self._waiting: deque[Question] = deque()

    def ask(self, send: Callable[[Question], None]) -> Future[None]:
        """Done when it is answered; raises NoAnswer where nobody does in time."""
        question = Question(send, time.monotonic())
        self._waiting.append(question)
        return question.answer

    def step(self) -> None:
        """Send what was asked and is not sent; give up on what gets no answer."""
        is_ready = self._is_ready()
        for question in list(self._waiting):
            if is_ready and not question.is_sent:
                question.is_sent = True
                question.send(question)
            if time.monotonic() - question.asked_s > ANSWER_WITHIN_S:
                question.settle(NoAnswer())
            if question.answer.done():
                self._waiting.remove(question)
