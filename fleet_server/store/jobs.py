"""Pieces of work for the database, and how whoever asked waits for one."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fleet_server.errors import UnavailableError
from fleet_server.store.patience import PATIENCE_S, RETRY_S, SILENT_S

log = logging.getLogger(__name__)
SILENT = "no answer"


@dataclass(slots=True)
class Job:
    """A piece of work over all its tries."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    given_up: bool = False  # who asked has been told that it is not done
    mark: str = ""
    committed: bool = False  # found out later
    result: Any = None

    def run(self, connection: sa.Connection) -> Any:
        """In the caller's transaction; raises where nobody wants it any more."""
        self.result = self.work(connection, *self.arguments)
        if self.given_up:
            raise _GivenUpError
        return self.result


class _GivenUpError(Exception):
    """Ends a transaction that nobody waits for; nobody sees it."""


class Side:
    """Reading or writing: its threads, and whether it is ill.

    It is while a piece of work that has failed still waits: others may be small enough to succeed.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.threads = ThreadPoolExecutor(threads, f"database-{name}")
        self.reason: str | None = None  # what is wrong, while it is ill
        self._ill_since_s = 0.0  # monotonic
        self._said: set[str] = set()
        self._waiting: list[Job] = []  # have failed, and are tried again

    def note_ill(self, job: Job, reason: str) -> None:
        """Say it, once for each reason."""
        if self.reason is None:
            self._ill_since_s, self._said = time.monotonic(), set()
        self.reason = reason
        if not any(job is other for other in self._waiting):
            self._waiting.append(job)
        if reason not in self._said:
            self._said.add(reason)
            log.error(
                "database_unavailable to=%s reason=%r retry_s=%g", self.name, reason, RETRY_S
            )

    def note_done(self, job: Job) -> None:
        """Well again, once nothing that failed waits any more."""
        self.forget(job)
        if self.reason is not None and not self._waiting:
            ill_s = time.monotonic() - self._ill_since_s
            log.warning("database_back to=%s ill_s=%.0f", self.name, ill_s)
            self.reason = None

    def forget(self, job: Job) -> None:
        """It waits no longer; whether the database is well, another will show."""
        self._waiting = [other for other in self._waiting if other is not job]


async def answer(side: Side, run: Callable[[Job], Any], job: Job, until_s: float) -> Any:
    """One try. Where the database is silent, that is said; the try goes on, for who can wait."""
    running = asyncio.get_running_loop().run_in_executor(side.threads, run, job)
    try:
        while True:
            left_s = until_s - time.monotonic()
            done, _ = await asyncio.wait({running}, timeout=max(0.0, min(SILENT_S, left_s)))
            if done:
                return running.result()
            if left_s <= SILENT_S:
                raise unavailable(side.reason or SILENT)
            side.note_ill(job, SILENT)
    finally:
        running.cancel()  # if it has not begun, it never does


def unavailable(reason: str) -> UnavailableError:
    """For who asked, and cannot wait."""
    reason = reason.replace(": ", ", ")  # one part of the sentence: so its Korean is found
    return UnavailableError(
        f"the database takes nothing at the moment: {reason}", "database_unavailable"
    )


@asynccontextmanager
async def patiently(lock: asyncio.Lock) -> AsyncIterator[None]:
    """Hold a lock whose holder may be waiting for the database; raises UnavailableError."""
    try:
        async with asyncio.timeout(None if math.isinf(PATIENCE_S.get()) else PATIENCE_S.get()):
            await lock.acquire()
    except TimeoutError:
        raise unavailable(SILENT) from None
    try:
        yield
    finally:
        lock.release()
