"""The simulator's tick, and which tick a sensor of some rate fires on."""

from __future__ import annotations

TICK_S = 0.01


def due(tick: int, rate_hz: float) -> bool:
    """Whether a sensor fires on this tick (counted from 1); rates above 100 Hz fire on each."""
    step = TICK_S * rate_hz
    return int(tick * step + 1e-6) > int((tick - 1) * step + 1e-6)
