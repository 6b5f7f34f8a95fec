"""The simulator's tick, and which tick a sensor of some rate fires on."""

from __future__ import annotations

TICK_S = 0.01


def due(tick: int, rate_hz: float) -> bool:
    """Whether a sensor fires on this tick (counted from 1); rates above 100 Hz fire on each."""
    step = TICK_S * rate_hz
    return int(tick * step + 1e-6) > int((tick - 1) * step + 1e-6)


class Turns:
    """When a sensor fires, for whoever asks tick by tick."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._next = 1

    def come(self, tick: int) -> bool:
        """Whether the sensor fires on this tick; no earlier tick may follow."""
        if tick < self._next:
            return False
        fires = due(tick, self._rate_hz)
        self._next = tick + 1
        if fires:  # not before all but a tick of the period is over
            self._next += max(0, int(1.0 / (TICK_S * self._rate_hz)) - 2)
        return fires
