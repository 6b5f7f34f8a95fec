"""TimeLine: the beliefs of the last half second, each after one sample.

A late sample is put where it belongs, and what came after it is replayed.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass

from navigation.localization.ekf import Belief
from navigation.localization.scan_match import OutlineFix
from navigation.types import GnssFix, ImuSample, WheelOdometry

Sample = WheelOdometry | ImuSample | GnssFix | OutlineFix

# Two periods of a receiver at 5 Hz and some; so late a fix replays some fifty samples at once.
MAX_DELAY_S = 0.5


@dataclass(frozen=True, slots=True)
class _Entry:
    """A sample and the belief after it."""

    stamp_s: float
    sample: Sample
    belief: Belief


class TimeLine:
    """`advance` carries a belief to a time, `measure` takes a sample in or says why not."""

    def __init__(
        self,
        advance: Callable[[Belief, float], None],
        measure: Callable[[Belief, Sample], str | None],
    ) -> None:
        self._advance = advance
        self._measure = measure
        self._entries: list[_Entry] = []

    def start(self, sample: Sample, belief: Belief) -> None:
        """Begin with what is believed after a first sample."""
        self._entries = [_Entry(sample.stamp_s, sample, belief)]

    @property
    def newest(self) -> Belief | None:
        """The belief after the newest sample, not to be changed; None before the start."""
        return self._entries[-1].belief if self._entries else None

    def at(self, stamp_s: float) -> Belief | None:
        """A copy of what was, or will be, believed at a time; None before what is remembered."""
        if not self._entries or stamp_s < self._entries[0].stamp_s:
            return None
        return self._carried(self._entries[self._after(stamp_s) - 1].belief, stamp_s)

    def too_late(self, stamp_s: float) -> str | None:
        """Why no sample of this time can be taken in any more, or None."""
        oldest_s, newest_s = self._entries[0].stamp_s, self._entries[-1].stamp_s
        is_late = stamp_s < newest_s - MAX_DELAY_S or stamp_s < oldest_s
        return f"late by {newest_s - stamp_s:.2f} s" if is_late else None

    def put(self, sample: Sample) -> str | None:
        """Take a sample in at its time, which is not too late; returns why `measure` did not."""
        at = self._after(sample.stamp_s)
        later = [entry.sample for entry in self._entries[at:]]
        del self._entries[at:]
        reason = self._append(sample)
        for follower in later:
            self._append(follower)
        self._forget(self._entries[-1].stamp_s - MAX_DELAY_S)
        return reason

    def _after(self, stamp_s: float) -> int:
        """Of the first entry that is newer."""
        return bisect.bisect_right(self._entries, stamp_s, key=lambda entry: entry.stamp_s)

    def _append(self, sample: Sample) -> str | None:
        belief = self._carried(self._entries[-1].belief, sample.stamp_s)
        reason = self._measure(belief, sample)
        self._entries.append(_Entry(sample.stamp_s, sample, belief))
        return reason

    def _carried(self, belief: Belief, stamp_s: float) -> Belief:
        copy = belief.copy()
        self._advance(copy, stamp_s)
        return copy

    def _forget(self, before_s: float) -> None:
        keep = 0
        while keep < len(self._entries) - 1 and self._entries[keep + 1].stamp_s < before_s:
            keep += 1
        del self._entries[:keep]
