"""Which readings of lidar and ultrasonic rangers cannot be believed: old, impossible, repeated.

A sensor that hangs and sends its last reading again looks alive. While the vehicle moves, real
readings change: by the motion, and by noise in the last digits. What cannot be told so is a scan
or a ranger without any echo: nothing, again and again, is also what an open place looks like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from navigation.types import RangeSample
from patrol.faults import FaultKind
from patrol.geometry import Scan
from patrol.topics import topic_row, ultrasonic_topic
from patrol.vehicle import UltrasonicSpec

CLOCK_SLACK_S = 0.02  # two publishers of one clock may differ by a tick, no more
FROZEN_AFTER_S = 0.3  # of motion without a new reading: three periods at 10 Hz
MOVING_MPS = 0.05
RESOLUTION_M = 0.001  # messages carry ranges as float32, which rounds up too


def is_fresh(stamp_s: float | None, max_age_s: float, now_s: float) -> bool:
    """Whether a stamp is neither missing, too old, in the future, nor no number."""
    return stamp_s is not None and -CLOCK_SLACK_S <= now_s - stamp_s <= max_age_s


def is_possible(range_m: float, ranger: UltrasonicSpec) -> bool:
    """Whether a ranger can have measured this (REP-117: infinite either way is a reading)."""
    return math.isinf(range_m) or 0 <= range_m <= ranger.range_max_m + RESOLUTION_M


def is_echo(range_m: float, ranger: UltrasonicSpec) -> bool:
    """Whether a possible range is an echo from beyond the blind zone: such a one has to change."""
    return ranger.range_min_m + RESOLUTION_M < range_m < math.inf


class ReadingWatch:
    """Knows how long each reading has stayed the same in motion; `faults` once a gate cycle."""

    def __init__(self, rangers: Sequence[UltrasonicSpec]) -> None:
        self._rangers = rangers
        self._max_age_s = {r.name: topic_row(ultrasonic_topic(r.name)).max_age_s for r in rangers}
        self._range_m = {ranger.name: math.inf for ranger in rangers}
        self._range_same_s = dict.fromkeys(self._range_m, 0.0)
        self._scan: Scan | None = None
        self._scan_same_s = 0.0

    def faults(
        self,
        scan: Scan | None,
        samples: Mapping[str, RangeSample],
        speed_mps: float,
        elapsed_s: float,
        now_s: float,
    ) -> frozenset[FaultKind]:
        """What is wrong with the readings now; `elapsed_s` since the cycle before."""
        moving_s = elapsed_s if abs(speed_mps) > MOVING_MPS else 0.0
        found = {FaultKind.SCAN_FROZEN} if self._is_frozen(scan, moving_s) else set()
        for ranger in self._rangers:
            found |= self._of_ranger(ranger, samples.get(ranger.name), moving_s, now_s)
        return frozenset(found)

    def _is_frozen(self, scan: Scan | None, moving_s: float) -> bool:
        if scan is not None and scan is not self._scan:
            if self._scan is None or _differ(self._scan, scan):
                self._scan_same_s = 0.0
            self._scan = scan
        self._scan_same_s += moving_s
        return self._scan_same_s > FROZEN_AFTER_S

    def _of_ranger(
        self, ranger: UltrasonicSpec, sample: RangeSample | None, moving_s: float, now_s: float
    ) -> set[FaultKind]:
        name = ranger.name
        max_age_s = self._max_age_s[name] or 0.0
        if sample is None or not is_fresh(sample.stamp_s, max_age_s, now_s):
            return {FaultKind.ULTRASONIC_STALE}
        if not is_possible(sample.range_m, ranger):
            return {FaultKind.ULTRASONIC_INVALID}
        if sample.range_m != self._range_m[name] or not is_echo(sample.range_m, ranger):
            self._range_m[name], self._range_same_s[name] = sample.range_m, 0.0
        self._range_same_s[name] += moving_s
        frozen = self._range_same_s[name] > FROZEN_AFTER_S and is_echo(sample.range_m, ranger)
        return {FaultKind.ULTRASONIC_FROZEN} if frozen else set()


def _differ(before: Scan, now: Scan) -> bool:
    """Whether any ray reads another range; so counts a scan without any echo."""
    same = np.array_equal(before.ranges_m, now.ranges_m)
    return not same or not np.any(np.isfinite(now.ranges_m))
