"""Event time of the fleet client."""

from __future__ import annotations

import time
from collections.abc import Callable


class NodeClock:
    """The node's clock for event time; wall time before the first `/clock`."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        """Seconds since the epoch."""
        return self._now_s() or time.time()

    def monotonic_s(self) -> float:
        """Wall time that never jumps back."""
        return time.monotonic()
