"""A speed out of an accelerometer, which alone would run away.

An accelerometer is wrong by a little all the time, and an attitude that is wrong by a little lets
gravity in. So the slow mean of what it says is taken for its error, and the speed leaks back to
what is known of it from elsewhere (a complementary filter; Mahony et al., IEEE Transactions on
Automatic Control 53(5), 2008, section III).
"""

from __future__ import annotations

import math

LEAK_S = 1.2  # longer than a lift or a shove takes to be felt, shorter than a slope lasts
MEAN_S = 20.0  # of the sensor's error: long against anybody's hands
FIRST_MEAN_S = 2.0  # at the start, when nothing is known of it yet, and growing from there


class LeakySpeed:
    """The speed (m/s) of a body along one axis; `step` once a sample."""

    def __init__(self) -> None:
        self._speed_mps = 0.0
        self._error_mps2 = 0.0
        self._mean_s = FIRST_MEAN_S

    def step(self, acceleration_mps2: float, known_mps: float, elapsed_s: float) -> float:
        """What is beyond the known speed."""
        rest_mps2 = acceleration_mps2 - self._error_mps2
        self._error_mps2 += rest_mps2 * elapsed_s / self._mean_s
        self._mean_s = min(self._mean_s + elapsed_s, MEAN_S)
        self._speed_mps += rest_mps2 * elapsed_s
        beyond_mps = (self._speed_mps - known_mps) * math.exp(-elapsed_s / LEAK_S)
        self._speed_mps = known_mps + beyond_mps
        return beyond_mps
