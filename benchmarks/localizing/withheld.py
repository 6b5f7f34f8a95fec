"""Fixes that are kept back to check with, and what can be said of them without a filter.

Places are rows that begin with time (s), x, y (m); `given` tells which of them are told.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FIRST_S, EVERY_S = 30.0, 60.0  # when stretches begin, from the first fix on
Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def every_second(places: Array) -> Flags:
    """The first, the third, and so on, and the last, so that a fix follows each kept back."""
    given: Flags = np.arange(len(places)) % 2 == 0
    given[-1] = True
    return given


def but_stretches(places: Array, length_s: float) -> Flags:
    """All but stretches of a length; each is followed by fixes again."""
    since_s = places[:, 0] - places[0, 0]
    phase_s = (since_s - FIRST_S) % EVERY_S
    hidden = (since_s >= FIRST_S) & (phase_s < length_s)
    hidden &= since_s - phase_s + length_s < since_s[-1]
    given: Flags = ~hidden
    return given


def interpolated(places: Array, given: Flags) -> Array:
    """Places (n, 2) on the straight line between the fixes told before and after."""
    told = places[given]
    return np.column_stack([np.interp(places[:, 0], told[:, 0], told[:, i]) for i in (1, 2)])


def dead_reckoned(places: Array, given: Flags, imu: Array) -> Array:
    """Places (n, 2) from the last two fixes told on: their speed, kept, turned by the gyro.

    `imu` rows begin with time and yaw rate. NaN before two were told.
    """
    turned = np.concatenate(((0.0,), np.cumsum(imu[1:, 1] * np.diff(imu[:, 0]))))
    out = np.full((len(places), 2), np.nan)
    told: list[int] = []
    for i, row in enumerate(places):
        if len(told) >= 2:
            out[i] = _carried(places[told[-2]], places[told[-1]], row[0], imu[:, 0], turned)
        if given[i]:
            told.append(i)
    return out


def errors_m(answers: Array, places: Array, given: Flags) -> Array:
    """How far answers (n, 2) are from the fixes that were kept back; NaN without an answer."""
    off: Array = np.hypot(*(answers - places[:, 1:3]).T)
    return off[~given]


def summary(errors: Array) -> str:
    """Root mean square, median, 95th percentile, maximum, and how many had no answer."""
    known = errors[np.isfinite(errors)]
    if len(known) == 0:
        return "no answer"
    rms, p95 = math.sqrt(float(np.mean(known**2))), float(np.percentile(known, 95))
    missing = len(errors) - len(known)
    tail = f", {missing} without an answer" if missing else ""
    return (
        f"RMS {rms:.2f}, median {np.median(known):.2f}, p95 {p95:.2f}, max {known.max():.2f} m"
        f" of {len(known)}{tail}"
    )


def rms_m(errors: Array) -> float:
    """Of those with an answer; infinite without any."""
    known = errors[np.isfinite(errors)]
    return math.sqrt(float(np.mean(known**2))) if len(known) else math.inf


def silences(errors: Array) -> int:
    """How many have no answer though one before them had; all where none has."""
    known = np.isfinite(errors)
    return int(np.count_nonzero(~known[np.argmax(known) :]))


def times_ours(theirs: Array, ours: Array) -> float:
    """One RMS over another, of the fixes to which both have an answer; 0 where there is none."""
    both = np.isfinite(theirs) & np.isfinite(ours)
    return rms_m(theirs[both]) / rms_m(ours[both]) if both.any() else 0.0


def _carried(before: Array, last: Array, now_s: float, times: Array, turned: Array) -> Array:
    """On from the last fix; a chord's heading is that of the middle of its time."""
    step = last[1:3] - before[1:3]
    elapsed_s = last[0] - before[0]
    stamps = np.append(np.arange(last[0], now_s, 0.1), now_s)
    headings = np.interp(stamps, times, turned)
    middle = float(np.interp((before[0] + last[0]) / 2, times, turned))
    yaw = math.atan2(step[1], step[0]) + headings - middle
    way = math.hypot(*step) / elapsed_s * np.diff(stamps)
    half = (yaw[1:] + yaw[:-1]) / 2
    return last[1:3] + np.array((way @ np.cos(half), way @ np.sin(half)))
