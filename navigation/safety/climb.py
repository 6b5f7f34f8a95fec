"""How base_link rises and falls as it drives, told by its pitch.

base_link is at the rear axle, and the pitch is the slope of the chord between both axles: that
of the ground half a wheelbase ahead. So the slope under the rear axle is the pitch of half a
wheelbase before. Taken at once, the pitch would show a crest of 15 % as a fall of 0.07 m.
"""

from __future__ import annotations

import bisect
import math

EVERY_M = 0.02
KEEP = 100  # 2 m: more than half a wheelbase, and some way to go back


class Climb:
    """Pitches by the way driven; `step` for each piece of it."""

    def __init__(self, wheelbase_m: float) -> None:
        self._ahead_m = wheelbase_m / 2
        self._at_m = 0.0
        self._places_m: list[float] = []
        self._pitches_rad: list[float] = []

    def step(self, travel_m: float, pitch_rad: float) -> float:
        """The rise (m) on a way of so much (negative in reverse), nose down by so much."""
        self._at_m += travel_m
        while self._places_m and self._places_m[-1] > self._at_m:  # driven back
            self._places_m.pop()
            self._pitches_rad.pop()
        if not self._places_m or self._at_m - self._places_m[-1] >= EVERY_M:
            self._places_m = [*self._places_m[-KEEP:], self._at_m]
            self._pitches_rad = [*self._pitches_rad[-KEEP:], pitch_rad]
        here = bisect.bisect_right(self._places_m, self._at_m - self._ahead_m) - 1
        return -travel_m * math.sin(self._pitches_rad[here] if here >= 0 else pitch_rad)

    def clear(self) -> None:
        """Forget: it is somewhere else."""
        self._places_m, self._pitches_rad = [], []
