"""Whether the wheels do what they were told: the gate's reason to cut the motors' power.

A command is a wish. A motor controller that runs away, a motor without pull on a slope or a brake
that is worn turn the wheels in spite of it. What the base may show is a band around zero: as fast,
either way, as it was told within the last `DELAY_S`; once it is told less, the band's edge falls
at half of the hardest braking that the stop zone counts on. Wheels beyond the band for `GRACE_S`,
or that creep on after the band has closed, do not obey (docs/safety.md#the-second-way-to-stop).
"""

from __future__ import annotations

from collections import deque

DELAY_S = 0.3  # a gate period, the base's dead time and lag, its report on the way back
BRAKING_SHARE = 0.5  # of the hardest deceleration: below it the stop zone is a wrong promise
SLACK_MPS = 0.3  # 10 % too fast at 5 km/h, and three times a noise of 0.05 m/s
GRACE_S = 0.1  # a wheel that bounces off a kerb is back by then
CREEP_MPS = 0.05
CREEP_M = 0.1


class Obedience:
    """Compares wheels with commands; `tell` and `is_broken` once a gate cycle.

    It counts the gate's own cycles instead of stamps: a clock that jumps proves nothing.
    """

    def __init__(self, max_deceleration_mps2: float) -> None:
        self._slowing_mps2 = BRAKING_SHARE * max_deceleration_mps2
        self._told: deque[tuple[float, float]] = deque([(0.0, 0.0)])  # when, speed in force since
        self._time_s = 0.0
        self._band: tuple[float, float] | None = None  # slowest and fastest, m/s
        self._beyond_s = 0.0
        self._crept_m = 0.0

    def tell(self, speed_mps: float) -> None:
        """What the wheels are told from now on."""
        self._told.append((self._time_s, speed_mps))

    def is_broken(self, speed_mps: float | None, elapsed_s: float) -> bool:
        """Whether the wheels turn as they cannot by any command; None where nothing is measured.

        What the wheels did before the first measurement is not known: they may have been told to.
        """
        self._time_s += elapsed_s
        slowest_mps, fastest_mps = self._narrowed(speed_mps, elapsed_s)
        if speed_mps is None:
            return False
        excess_mps = max(speed_mps - fastest_mps, slowest_mps - speed_mps)
        self._beyond_s = self._beyond_s + elapsed_s if excess_mps > SLACK_MPS else 0.0
        is_creeping = slowest_mps == fastest_mps == 0.0 and excess_mps > CREEP_MPS
        self._crept_m = self._crept_m + excess_mps * elapsed_s if is_creeping else 0.0
        return self._beyond_s > GRACE_S or self._crept_m > CREEP_M

    def _narrowed(self, speed_mps: float | None, elapsed_s: float) -> tuple[float, float]:
        """The band now: as wide as commands of the last DELAY_S, or as braking has left it."""
        while len(self._told) > 1 and self._told[1][0] <= self._time_s - DELAY_S:
            self._told.popleft()
        speeds = [speed for _, speed in self._told]
        if self._band is None:
            if speed_mps is None:
                return 0.0, 0.0
            self._band = min(0.0, speed_mps), max(0.0, speed_mps)
        narrower_mps = self._slowing_mps2 * elapsed_s
        slowest_mps = min(0.0, *speeds, self._band[0] + narrower_mps)
        fastest_mps = max(0.0, *speeds, self._band[1] - narrower_mps)
        self._band = slowest_mps, fastest_mps
        return self._band
