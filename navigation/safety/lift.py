"""Whether somebody lifts the vehicle: its body rises as no driving explains.

The IMU's vertical acceleration gives a rising speed, driving along its own pitch explains some of
it, the rest adds up to a height, and both leak (docs/safety.md#bumped-pushed-lifted). A kerb of
0.05 m lifts the IMU by less than half of `LIFTED_M`, at any speed: what counts is how high, not
how fast.
"""

from __future__ import annotations

import math

from navigation.safety.leaky import LEAK_S, LeakySpeed

LIFTED_M = 0.08  # 1.6 kerbs, and twice as much as anything drives over has shown


class Lift:
    """`is_lifted` once a sample of the IMU."""

    def __init__(self) -> None:
        self._rise = LeakySpeed()
        self._height_m = 0.0

    def is_lifted(
        self, up_mps2: float, speed_mps: float, pitch_rad: float, elapsed_s: float
    ) -> bool:
        """From the vertical acceleration, the wheels' speed and the pitch (nose down positive)."""
        explained_mps = -speed_mps * math.sin(pitch_rad)
        rise_mps = self._rise.step(up_mps2, explained_mps, elapsed_s)
        self._height_m += rise_mps * elapsed_s
        self._height_m *= math.exp(-elapsed_s / LEAK_S)
        return self._height_m > LIFTED_M
