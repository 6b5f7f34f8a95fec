"""Pace: simulated time follows wall time at a chosen factor, without drift and without racing."""

from __future__ import annotations

from collections import deque

from patrol.clock import Clock

# Lost time is made up for gently: a world that raced would make the vehicle's inputs stale.
CATCH_UP = 1.2  # times the wanted pace
GIVE_UP_S = 2.0  # later than this, the lost time is lost
WINDOW_S = 5.0


class Pace:
    """When the next step is due on the wall clock, and how fast the world really goes."""

    def __init__(self, factor: float, clock: Clock) -> None:
        self._factor, self._clock = factor, clock
        self._due_s = clock.monotonic_s()
        self._begin_s = self._last_s = self._due_s
        self._simulated_s = 0.0
        self._marks: deque[tuple[float, float]] = deque([(self._begin_s, 0.0)])

    def advance(self, duration_s: float) -> float:
        """Count a simulated step; returns how long to wait (wall seconds) before the next."""
        now_s = self._clock.monotonic_s()
        self._simulated_s += duration_s
        self._due_s += duration_s / self._factor
        if now_s - self._due_s > GIVE_UP_S:
            self._due_s = now_s
        if now_s - self._marks[-1][0] >= WINDOW_S / 10:
            self._marks.append((now_s, self._simulated_s))
            while now_s - self._marks[0][0] > WINDOW_S:
                self._marks.popleft()
        earliest_s = self._last_s + duration_s / (self._factor * CATCH_UP)
        self._last_s = max(now_s, earliest_s, self._due_s)
        return self._last_s - now_s

    @property
    def recent_factor(self) -> float:
        """Simulated over wall time in the last seconds."""
        return self._ratio(*self._marks[0])

    @property
    def overall_factor(self) -> float:
        """Simulated over wall time since the start."""
        return self._ratio(self._begin_s, 0.0)

    def _ratio(self, wall_s: float, simulated_s: float) -> float:
        elapsed = self._clock.monotonic_s() - wall_s
        return (self._simulated_s - simulated_s) / elapsed if elapsed > 0 else 0.0
