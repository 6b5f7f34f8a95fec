"""Clocks: injected everywhere, so that tests and simulations own the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Source of time for everything outside pure functions."""

    def now_s(self) -> float:
        """Seconds since the Unix epoch (event time, UTC)."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never jump back; for watchdogs and ages."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_s(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()

    def monotonic_s(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic()


class SimClock:
    """A clock that moves only when told to; both readings advance together."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now_s(self) -> float:
        """Seconds since the Unix epoch."""
        return self._now_s

    def monotonic_s(self) -> float:
        """The same reading: simulated time never jumps back."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move forward; raises ValueError for a negative step."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back: step {seconds} s")
        self._now_s += seconds


def iso_utc(time_s: float) -> str:
    """ISO 8601 UTC with milliseconds and `Z`, the timestamp format of VDA 5050 (clause 6.1.2)."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_iso_utc(text: str) -> float:
    """Seconds since the epoch; raises ValueError where the text has no ISO 8601 time and zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time {text!r} has no zone: expected e.g. 2026-03-01T21:30:00.000Z")
    return moment.timestamp()
