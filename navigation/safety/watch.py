"""Which readings of lidar and rangers cannot be believed: old, impossible, repeated.

A sensor that hangs and sends its last reading again looks alive. While the vehicle moves, real
readings change: by the motion, and by noise in the last digits. What cannot be told so is a scan
or a ranger without any echo: nothing, again and again, is also what an open place looks like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from navigation.types import RangeSample
from patrol.faults import FaultKind
from patrol.geometry import Scan
from patrol.topics import DROP_TOPICS, TOPICS, ULTRASONIC_TOPICS
from patrol.vehicle import DropRangerSpec, UltrasonicSpec

SCAN_MAX_AGE_S = TOPICS["/scan"].max_age_s or 0.0
RANGE_MAX_AGE_S = TOPICS[ULTRASONIC_TOPICS].max_age_s or 0.0
DROP_MAX_AGE_S = TOPICS[DROP_TOPICS].max_age_s or 0.0
CLOCK_SLACK_S = 0.02  # two publishers of one clock may differ by a tick, no more
# Of motion without a new reading: three alike at 10 Hz, six at 20 Hz. A gate cycle above the ages,
# so that who is silent counts as stale; with another, and one on the way, zero within 0.3 s.
FROZEN_AFTER_S = 0.27
MOVING_MPS = 0.05
RESOLUTION_M = 0.001  # messages carry ranges as float32, which rounds up too
MAX_BLIND_SHARE = 0.1  # of a scan's rays without a valid reading (`inf`, nothing hit, is valid)

Ranger = UltrasonicSpec | DropRangerSpec


@dataclass(frozen=True, slots=True)
class _Sort:
    """How a sort of ranger is watched."""

    max_age_s: float
    stale: FaultKind
    invalid: FaultKind
    frozen: FaultKind


_ULTRASONIC = _Sort(
    RANGE_MAX_AGE_S,
    FaultKind.ULTRASONIC_STALE,
    FaultKind.ULTRASONIC_INVALID,
    FaultKind.ULTRASONIC_FROZEN,
)
_DROP = _Sort(
    DROP_MAX_AGE_S,
    FaultKind.DROP_RANGER_STALE,
    FaultKind.DROP_RANGER_INVALID,
    FaultKind.DROP_RANGER_FROZEN,
)


def is_fresh(stamp_s: float | None, max_age_s: float, now_s: float) -> bool:
    """Whether a stamp is neither missing, too old, in the future, nor no number."""
    return stamp_s is not None and -CLOCK_SLACK_S <= now_s - stamp_s <= max_age_s


def is_seeing(scan: Scan) -> bool:
    """Whether enough rays of a scan carry a reading."""
    if len(scan.ranges_m) == 0:
        return False
    blind = np.count_nonzero(~(scan.ranges_m >= scan.range_min_m))
    return bool(blind <= MAX_BLIND_SHARE * len(scan.ranges_m))


def is_possible(range_m: float, ranger: Ranger) -> bool:
    """Whether a ranger can have measured this (REP-117: infinite either way is a reading).

    Nothing but a cover is nearer to a drop ranger than it can measure.
    """
    if isinstance(ranger, DropRangerSpec):
        in_reach = ranger.range_min_m <= range_m <= ranger.range_max_m + RESOLUTION_M
        return range_m == math.inf or in_reach
    return math.isinf(range_m) or 0 <= range_m <= ranger.range_max_m + RESOLUTION_M


def is_echo(range_m: float, ranger: Ranger) -> bool:
    """Whether a possible range is an echo from beyond the blind zone: such a one has to change."""
    return ranger.range_min_m + RESOLUTION_M < range_m < math.inf


class ReadingWatch:
    """Knows how long each reading has stayed the same in motion; `faults` once a gate cycle."""

    def __init__(self, rangers: Sequence[Ranger]) -> None:
        self._rangers = rangers
        self._range_m = {ranger.name: math.inf for ranger in rangers}
        self._range_same_s = dict.fromkeys(self._range_m, 0.0)
        self._scan: Scan | None = None
        self._scan_same_s = 0.0
        self._is_seeing = False

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
        found = [self._of_scan(scan, moving_s, now_s)]
        found += [self._of_ranger(r, samples.get(r.name), moving_s, now_s) for r in self._rangers]
        return frozenset(fault for fault in found if fault is not None)

    def _of_scan(self, scan: Scan | None, moving_s: float, now_s: float) -> FaultKind | None:
        if scan is not None and scan is not self._scan:
            if self._scan is None or _differ(self._scan, scan):
                self._scan_same_s = 0.0
            self._scan, self._is_seeing = scan, is_seeing(scan)
        self._scan_same_s += moving_s
        fresh = scan is not None and is_fresh(scan.stamp_s, SCAN_MAX_AGE_S, now_s)
        if not (fresh and self._is_seeing):
            return FaultKind.SCAN_STALE
        return FaultKind.SCAN_FROZEN if self._scan_same_s > FROZEN_AFTER_S else None

    def _of_ranger(
        self, ranger: Ranger, sample: RangeSample | None, moving_s: float, now_s: float
    ) -> FaultKind | None:
        name = ranger.name
        sort = _DROP if isinstance(ranger, DropRangerSpec) else _ULTRASONIC
        if sample is None or not is_fresh(sample.stamp_s, sort.max_age_s, now_s):
            return sort.stale
        if not is_possible(sample.range_m, ranger):
            return sort.invalid
        if sample.range_m != self._range_m[name] or not is_echo(sample.range_m, ranger):
            self._range_m[name], self._range_same_s[name] = sample.range_m, 0.0
        self._range_same_s[name] += moving_s
        return sort.frozen if self._range_same_s[name] > FROZEN_AFTER_S else None


def _differ(before: Scan, now: Scan) -> bool:
    """Whether any ray reads another range; so counts a scan without any echo."""
    same = np.array_equal(before.ranges_m, now.ranges_m)
    return not same or not np.any(np.isfinite(now.ranges_m))
