"""How much more the vehicle turns than its wheelbase and its steering angle say.

A wheelbase in the vehicle file that is 20 % wrong, tyres that slip in the rain, a steering link
that was set up anew: all change the curvature that a steering angle gives by about one factor. It
is learnt from what the vehicle does: over half a second, the turn of the heading against the turn
that the measured steering should have given. A scalar Kalman filter (Bar-Shalom, Li, Kirubarajan
2001, sec. 5.2) weighs the two; on a straight way there is nothing to learn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2

WINDOW_S = 0.5
LONGEST_GAP_S = 0.2  # between two poses; after a longer one it begins anew
LEAST_TURN_RAD = 0.05  # of a window: less says nothing
HEADING_SIGMA_RAD = 0.012  # of the turn between two headings
FIRST_SIGMA = 0.2  # of the factor, before anything was seen
WANDER = 0.003  # of the factor, from window to window
MOST_OFF = 0.6  # of the expected turn: what is further off is a fault, not a factor
LEAST, MOST = 0.7, 1.4
DOUBT_SHARE = 0.5  # of the factor's own sigma is left uncorrected


@dataclass(frozen=True, slots=True)
class LearntGain:
    """What was learnt so far: the factor and its variance; raises ValueError where it is none."""

    factor: float = 1.0
    variance: float = FIRST_SIGMA**2

    def __post_init__(self) -> None:
        if not LEAST <= self.factor <= MOST:
            raise ValueError(f"factor {self.factor:g} is not from {LEAST:g} to {MOST:g}")
        if not 0.0 < self.variance <= 1.0:
            raise ValueError(f"variance {self.variance:g} is not above 0 and at most 1")


class SteeringGain:
    """Learns the factor, from 1 or from what was learnt before."""

    def __init__(self, before: LearntGain | None = None) -> None:
        before = before or LearntGain()
        self._factor, self._variance = before.factor, before.variance
        self._begin: tuple[float, float] | None = None  # (time, heading) of the window
        self._last_s = -math.inf
        self._expected_rad = 0.0

    @property
    def learnt(self) -> LearntGain:
        """What another one can go on from."""
        return LearntGain(self._factor, self._variance)

    @property
    def factor(self) -> float:
        """True curvature over that of the wheelbase, as far as it is surely not 1."""
        off = self._factor - 1.0
        sure = max(abs(off) - DOUBT_SHARE * math.sqrt(self._variance), 0.0)
        return 1.0 + math.copysign(sure, off)

    def see(self, pose: Pose2, speed_mps: float, curvature_1pm: float, now_s: float) -> None:
        """Take a pose, with the speed and the curvature that the steering should give (1/m)."""
        if not math.isfinite(pose.yaw_rad + speed_mps + curvature_1pm):
            self._begin = None
            return
        gap_s = now_s - self._last_s
        self._last_s = now_s
        if self._begin is None or not 0.0 <= gap_s <= LONGEST_GAP_S:
            self._begin, self._expected_rad = (now_s, pose.yaw_rad), 0.0
            return
        self._expected_rad += speed_mps * curvature_1pm * gap_s
        began_s, yaw_rad = self._begin
        if now_s - began_s >= WINDOW_S:
            self._learn(wrap_angle(pose.yaw_rad - yaw_rad))
            self._begin, self._expected_rad = (now_s, pose.yaw_rad), 0.0

    def _learn(self, turned_rad: float) -> None:
        expected = self._expected_rad
        error = turned_rad - self._factor * expected
        if abs(expected) < LEAST_TURN_RAD or abs(error) > MOST_OFF * abs(expected):
            return
        spread = self._variance * expected**2 + HEADING_SIGMA_RAD**2
        gain = self._variance * expected / spread
        self._factor = min(max(self._factor + gain * error, LEAST), MOST)
        self._variance = self._variance * (1.0 - gain * expected) + WANDER**2
