"""The inbox: what has been read from the broker and waits for its commit, bounded in bytes.

The broker holds a QoS 1 message back until earlier ones are acknowledged; a QoS 0 message it hands
over at once, as many as come. So those are bounded here: above `max_bytes` the oldest go, the
back-fill before the live states. None is lost: without the server's own acknowledgement the
vehicle sends it again (docs/protocol.md, "Acknowledgement after commit").
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)

# Spooled by the vehicle and sent with QoS 0, by the end of the topic; the first goes first.
DROPPED_IN_TURN = ("/backfill", "/state")
# A batch is decoded in the event loop, which must soon read again: the embedded broker closes the
# connection of a reader that is too far behind (`max_pending`). Some 2,000 states.
BATCH_BYTES = 4 * 1024**2
OVERHEAD_BYTES = 1024  # of a waiting message besides its payload, about: task, future, topic


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came; `committed` is done when its handler may return."""

    topic: str
    payload: bytes
    committed: asyncio.Future[None]

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return len(self.payload) + OVERHEAD_BYTES


class Inbox:
    """Messages in the order of their arrival; one event loop's own.

    `put` never waits. Messages that may be dropped hold at most `max_bytes`, or the newest alone.
    """

    def __init__(self, max_bytes: int, batch_max: int) -> None:
        self._max_bytes = max_bytes
        self._batch_max = batch_max  # messages
        self._waiting: dict[int, Received] = {}  # by number, in the order of arrival
        self._droppable: dict[str, deque[int]] = {end: deque() for end in DROPPED_IN_TURN}
        self._number = 0
        self._filled = asyncio.Event()
        self._is_enough = asyncio.Event()  # for a batch that need not wait for company
        self._dropped_before = 0  # when it was last empty
        self.droppable_bytes = 0
        self.dropped = 0  # messages, since the start

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, topic: str, payload: bytes) -> asyncio.Future[None]:
        """Keep a message; the result is done when it was committed, or dropped."""
        message = Received(topic, payload, asyncio.get_running_loop().create_future())
        self._number += 1
        self._waiting[self._number] = message
        end = _droppable_end(topic)
        if end is not None:
            self._droppable[end].append(self._number)
            self.droppable_bytes += message.size
            self._keep_bound()
        self._note_fill()
        return message.committed

    async def batch(self, wait_s: float) -> list[Received]:
        """The oldest messages, at least one, up to `batch_max` or until `BATCH_BYTES`; waits
        `wait_s` for company."""
        await self._filled.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._is_enough.wait()
        taken: list[Received] = []
        size = 0
        while self._waiting and len(taken) < self._batch_max and size < BATCH_BYTES:
            taken.append(self._remove(next(iter(self._waiting))))
            size += taken[-1].size
        self._note_fill()
        if not self._waiting:
            self._caught_up()
        return taken

    def _note_fill(self) -> None:
        is_enough = len(self) >= self._batch_max or self.droppable_bytes >= BATCH_BYTES
        for event, holds in ((self._filled, bool(self._waiting)), (self._is_enough, is_enough)):
            if holds:
                event.set()
            else:
                event.clear()

    def _keep_bound(self) -> None:
        while self.droppable_bytes > self._max_bytes and self._droppable_count() > 1:
            oldest = next(numbers[0] for numbers in self._droppable.values() if numbers)
            if self.dropped == self._dropped_before:
                log.warning("ingest_full bytes=%d", self.droppable_bytes)
            self.dropped += 1
            message = self._remove(oldest)
            if not message.committed.done():
                message.committed.set_result(None)

    def _remove(self, number: int) -> Received:
        """Take a message out; of its kind it is the oldest."""
        message = self._waiting.pop(number)
        end = _droppable_end(message.topic)
        if end is not None:
            self._droppable[end].popleft()
            self.droppable_bytes -= message.size
        return message

    def _droppable_count(self) -> int:
        return sum(len(numbers) for numbers in self._droppable.values())

    def _caught_up(self) -> None:
        if self.dropped > self._dropped_before:
            log.warning("ingest_caught_up dropped=%d", self.dropped - self._dropped_before)
            self._dropped_before = self.dropped


def _droppable_end(topic: str) -> str | None:
    return next((end for end in DROPPED_IN_TURN if topic.endswith(end)), None)
