"""Following what vehicles do: a step when one has said something new, and every second anyway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

TICK_S = 1.0  # what only time brings about is noticed without a message, too


class StateLoop:
    """`wake` it when something has changed; `run` until cancelled."""

    def __init__(self, step: Callable[[], Awaitable[None]]) -> None:
        self._step = step
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Step soon."""
        self._changed.set()

    async def run(self) -> None:
        """Step after step."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), TICK_S)
            self._changed.clear()
            await self._step()
