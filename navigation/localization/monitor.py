"""The lost-localization detector: does the filter still agree with its measurements?

A consistent filter refuses one honest fix in a thousand (Bar-Shalom et al. 2001, sec. 5.4). When
most of the last fixes are refused, either the fixes or the filter are wrong; which one cannot be
told from inside, so the position counts as lost until they agree again or a person re-seeds it.
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
LOST_SIGMA_M = 1.5  # beyond this an alley of 3 m no longer holds the vehicle
FOUND_SIGMA_M = 0.75
GNSS_MAX_AGE_S = TOPICS["/gnss/fix"].max_age_s or 10.0


class LocalizationMonitor:
    """Counts refused fixes and watches the covariance; `status` says what to believe."""

    def __init__(self, start_s: float | None = None) -> None:
        self._refused: deque[bool] = deque(maxlen=WINDOW)
        self._last_accepted_s = start_s
        self._status = LocalizationStatus.INITIALIZING

    def fix(self, stamp_s: float, accepted: bool) -> None:
        """Note a usable fix and whether the filter took it."""
        self._refused.append(not accepted)
        if accepted:
            self._last_accepted_s = max(stamp_s, self._last_accepted_s or -math.inf)

    def refusals(self) -> int:
        """How many of the last fixes were refused."""
        return sum(self._refused)

    def status(self, position_sigma_m: float) -> LocalizationStatus:
        """The status now; needs clearly better figures to leave LOST than to enter it."""
        refused = self.refusals()
        wide = not position_sigma_m <= LOST_SIGMA_M
        if refused <= FOUND_REFUSALS and position_sigma_m <= FOUND_SIGMA_M:
            self._status = LocalizationStatus.OK
        elif refused >= LOST_REFUSALS or (
            wide and self._status is not LocalizationStatus.INITIALIZING
        ):
            self._status = LocalizationStatus.LOST
        return self._status

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
