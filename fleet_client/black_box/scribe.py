"""Scribe: does a black box's work in a thread of its own, so that a slow disk holds nobody up."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1  # in one go what came meanwhile: spares waking up for every message
MOST_WAITING = 5000  # ten seconds of a vehicle's messages; beyond, more are lost


class Scribe:
    """Does things in the order in which they were given; `do` never waits."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._lost = 0
        self._failure: Exception | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="black_box", daemon=True)
        self._thread.start()

    def do(self, action: Callable[[], None], *, may_be_lost: bool = False) -> None:
        """Have something done soon; raises what one before did.

        What `may_be_lost` is not done where too much waits.
        """
        if self._failure is not None:
            raise self._failure
        if may_be_lost and len(self._waiting) >= MOST_WAITING:
            self._lost += 1
        else:
            self._waiting.append(action)

    def close(self, within_s: float) -> None:
        """Do what waits, then end; after so long it is left to end with the process."""
        self._ending.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while not self._ending.wait(LOOK_EVERY_S):
                self._work_off()
            self._work_off()
        except Exception as error:  # for the thread that gives the work: it ends the process
            self._failure = error

    def _work_off(self) -> None:
        while self._waiting:
            self._waiting.popleft()()
        if self._lost:
            log.warning("black_box_behind lost=%d", self._lost)
            self._lost = 0
