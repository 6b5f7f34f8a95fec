"""The lost-localization detector: does the filter still agree with its measurements?

A consistent filter refuses one honest fix in a thousand (Bar-Shalom et al. 2001, sec. 5.4). When
most of the last fixes are refused, either the fixes or the filter are wrong; which one cannot be
told from inside, so the position counts as lost until they agree again or a person re-seeds it.

Three sources speak of the position: wheels with the gyro carry it on, GNSS and the walls that the
lidar sees correct it. Walls that contradict it count where no fix was taken just before; with a
fix that is refused as well, two stand against one and little is waited for.
"""

from __future__ import annotations

import math
from collections import deque

from navigation.types import LocalizationStatus
from patrol.faults import FaultKind
from patrol.topics import TOPICS

WINDOW = 15  # fixes: 3 s at 5 Hz
LOST_REFUSALS = 10
FOUND_REFUSALS = 5
LOST_IN_A_ROW = 5  # fixes refused, 1 s, where the last is
LOST_APART_M = 1.0  # so far away at least
LOST_WALLS = 3  # looks in a row at walls that contradict
LOST_TOGETHER = 2  # each of both in a row
FOUND_WALLS = 6  # looks at walls that hold the whole pose: 3 s
LOST_WAY_M = 0.8  # that the wheels told too much or too little, with nothing to correct it
CONFIRMED_S = 1.0  # a fix that was taken so lately outweighs walls: a street is rebuilt
LOST_SIGMA_M = 1.5  # beyond this an alley of 3 m no longer holds the vehicle
FOUND_SIGMA_M = 0.75
GNSS_MAX_AGE_S = TOPICS["/gnss/fix"].max_age_s or 10.0


class LocalizationMonitor:
    """Counts refused fixes and watches the covariance; `status` says what to believe."""

    def __init__(self, start_s: float | None = None) -> None:
        self._refused: deque[bool] = deque(maxlen=WINDOW)
        self._refused_in_a_row = 0
        self._apart_m = 0.0
        self._contradicted_in_a_row = 0
        self._held_in_a_row = 0
        self._lost_by_walls = False
        self._slipped_m = self._slipped_from_m = 0.0
        self._lost_by_wheels = False
        self._confirmed_s = -math.inf
        self._last_accepted_s = start_s
        self._status = LocalizationStatus.INITIALIZING

    def fix(self, stamp_s: float, accepted: bool, apart_m: float = 0.0) -> None:
        """Note a usable fix, whether the filter took it, and how far from the estimate it was."""
        self._apart_m = apart_m
        self._refused.append(not accepted)
        self._refused_in_a_row = 0 if accepted else self._refused_in_a_row + 1
        if accepted:
            self._last_accepted_s = max(stamp_s, self._last_accepted_s or -math.inf)
            self._confirmed_s = max(stamp_s, self._confirmed_s)
            self._contradicted_in_a_row = 0
            self._found()

    def walls(self, stamp_s: float, agree: bool, whole: bool = False) -> None:
        """Note a look at walls: whether they fit the pose, `whole` where in every direction."""
        against = not agree and not self.is_confirmed(stamp_s)
        self._contradicted_in_a_row = self._contradicted_in_a_row + 1 if against else 0
        self._held_in_a_row = self._held_in_a_row + 1 if agree and whole else 0
        if self._contradicted_in_a_row >= LOST_WALLS:
            self._lost_by_walls = True
        elif self._held_in_a_row >= FOUND_WALLS:
            self._found()

    def wheels(self, stamp_s: float, slipped_m: float) -> None:
        """Note the way that wheels have told too much since the start (slip.py)."""
        self._slipped_m = slipped_m
        is_far = abs(slipped_m - self._slipped_from_m) >= LOST_WAY_M
        if is_far and not self.is_confirmed(stamp_s):
            self._lost_by_wheels = True

    def is_confirmed(self, stamp_s: float) -> bool:
        """Whether a fix was taken just before: it outweighs walls and wheels."""
        return self._refused_in_a_row == 0 and stamp_s - self._confirmed_s < CONFIRMED_S

    def _found(self) -> None:
        self._lost_by_walls = self._lost_by_wheels = False
        self._slipped_from_m = self._slipped_m

    @property
    def doubts_walls(self) -> bool:
        """Whether the last look contradicted: the next is worth while at once."""
        return self._contradicted_in_a_row > 0

    def refusals(self) -> int:
        """How many of the last fixes were refused."""
        return sum(self._refused)

    def status(self, position_sigma_m: float) -> LocalizationStatus:
        """The status now; needs clearly better figures to leave LOST than to enter it."""
        wide = not position_sigma_m <= LOST_SIGMA_M
        if self._is_contradicted() or (
            wide and self._status is not LocalizationStatus.INITIALIZING
        ):
            self._status = LocalizationStatus.LOST
        elif self.refusals() <= FOUND_REFUSALS and position_sigma_m <= FOUND_SIGMA_M:
            self._status = LocalizationStatus.OK
        return self._status

    def _is_contradicted(self) -> bool:
        both = min(self._refused_in_a_row, self._contradicted_in_a_row)
        return (
            self._lost_by_walls
            or self._lost_by_wheels
            or both >= LOST_TOGETHER
            or (self._refused_in_a_row >= LOST_IN_A_ROW and self._apart_m >= LOST_APART_M)
            or self.refusals() >= LOST_REFUSALS
        )

    def faults(self, now_s: float) -> frozenset[FaultKind]:
        """LOCALIZATION_LOST unless the last status is OK, GNSS_LOST by the last good fix's age."""
        faults = set()
        if self._status is not LocalizationStatus.OK:
            faults.add(FaultKind.LOCALIZATION_LOST)
        if self._last_accepted_s is None:
            self._last_accepted_s = now_s  # the clock starts with the first question
        if now_s - self._last_accepted_s > GNSS_MAX_AGE_S:
            faults.add(FaultKind.GNSS_LOST)
        return frozenset(faults)
