"""Where everybody in the picture has been in the last seconds, and who stays at one place."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_TRAIL_S = 10.0  # of places are kept for everybody
_ROUNDING_M = 1e-6
Step = tuple[float, float, float]  # seconds, map x, map y
_STEP = 3


@dataclass(frozen=True, slots=True)
class StopConfig:
    """What counts as a stop, and for how long it is of interest."""

    dwell_s: float = 1.2
    within_m: float = 0.6  # of one place while stopping, and half the doubt of a place more
    leave_m: float = 1.3  # so far away somebody has left, and the doubt of a place more
    least_looks: int = 4  # while stopping
    rejoin_m: float = 1.5  # a track that begins so near a stop may be of who was there
    rejoin_mps: float = 1.2  # and so much further for each second since
    rejoin_s: float = 3.5
    lost_s: float = 4.0  # in view, without anybody near
    keep_s: float = 180.0  # after somebody was seen there last
    most: int = 40  # stops; the oldest is forgotten

    def __post_init__(self) -> None:
        for name, most in (
            ("dwell_s", 10.0), ("within_m", 2.0), ("leave_m", 5.0), ("rejoin_m", 5.0),
            ("rejoin_mps", 5.0), ("rejoin_s", 10.0),
            ("lost_s", 60.0), ("keep_s", 3600.0),
        ):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if self.leave_m <= self.within_m:
            raise ValueError(f"leave_m: {self.leave_m} must be above within_m")
        if self.least_looks < 2:
            raise ValueError(f"least_looks: {self.least_looks} must be at least 2")
        if not 1 <= self.most <= 500:
            raise ValueError(f"most: {self.most} must be 1 to 500")


class Trails:
    """The last places of everybody, by track.

    Where everybody was last stands in one array, so that those near a place are found at once.
    """

    def __init__(self, config: StopConfig) -> None:
        self._config = config
        self._steps: dict[int, array[float]] = {}  # by track: seconds, map x, map y, and so on
        self._rows: dict[int, int] = {}  # by track, of its last step, in the same order
        self._last = np.empty((64, _STEP))

    def add(self, key: int, place: tuple[float, float], stamp_s: float) -> bool:
        """Note where somebody is; gives whether they were never seen before."""
        steps, step = self._steps.get(key), (stamp_s, *place)
        is_new = steps is None
        if steps is None:
            steps = self._steps[key] = array("d")
            self._rows[key] = len(self._rows)
            if len(self._rows) > len(self._last):
                self._last = np.vstack((self._last, np.empty_like(self._last)))
        steps.extend(step)
        self._last[self._rows[key]] = step
        while not 0 <= stamp_s - steps[0] <= _TRAIL_S:
            del steps[:_STEP]
        return is_new

    def forget(self, stamp_s: float) -> None:
        """Let go of those who have not been seen for a while."""
        last = self._last[: len(self._steps)]
        ages = stamp_s - last[:, 0]
        kept = (ages >= 0) & (ages <= _TRAIL_S)
        if kept.all():
            return
        self._last[: np.count_nonzero(kept)] = last[kept]
        all_steps = zip(self._steps.items(), kept.tolist(), strict=True)
        self._steps = {key: steps for (key, steps), is_kept in all_steps if is_kept}
        self._rows = {key: row for row, key in enumerate(self._steps)}

    def recent(self, key: int, stamp_s: float) -> list[Step]:
        """The places while who walks would have passed, newest first."""
        steps = self._steps[key]
        return list(_backwards(steps[self._since(steps, stamp_s) :]))

    def _since(self, steps: array[float], stamp_s: float) -> int:
        """Where the first of these places stands in somebody's steps."""
        since_s, begin = stamp_s - self._config.dwell_s - 1e-6, len(steps)
        while begin and steps[begin - _STEP] >= since_s:
            begin -= _STEP
        return begin

    def stays_at(self, key: int, sigma_m: float, stamp_s: float) -> tuple[float, float] | None:
        """Where somebody stays now, the mean of their last places; None for who walks."""
        config, steps = self._config, self._steps[key]
        reach_m, begin = config.within_m + 0.5 * sigma_m, self._since(steps, stamp_s)
        count = (len(steps) - begin) // _STEP
        if count < config.least_looks or stamp_s - steps[begin] < 0.8 * config.dwell_s:
            return None
        gone_m = math.hypot(steps[-2] - steps[begin + 1], steps[-1] - steps[begin + 2])
        if gone_m > 2 * reach_m + _ROUNDING_M:
            return None  # who walks: no place is within reach of both
        recent = steps[begin:].tolist()
        recent.reverse()
        ys, xs = recent[0::_STEP], recent[1::_STEP]
        x, y = sum(xs) / count, sum(ys) / count
        for there_x, there_y in zip(xs, ys, strict=True):
            if math.hypot(x - there_x, y - there_y) > reach_m:
                return None
        return x, y

    def near_since_s(self, place: tuple[float, float], stamp_s: float) -> float:
        """Since when somebody has been near a place without a break, whatever track shows it."""
        (x, y), leave_m, keys = place, self._config.leave_m, list(self._steps)
        _, last_x, last_y = self._last[: len(keys)].T
        there = np.hypot(last_x - x, last_y - y) <= leave_m + _ROUNDING_M
        near = []
        for row in np.flatnonzero(there).tolist():
            for seen_s, there_x, there_y in _backwards(self._steps[keys[row]]):
                if math.hypot(there_x - x, there_y - y) > leave_m:
                    break
                near.append(seen_s)
        arrived_s = stamp_s
        for earlier_s in sorted(near, reverse=True):
            if arrived_s - earlier_s > self._config.rejoin_s:
                break
            arrived_s = earlier_s
        return arrived_s


def _backwards(steps: array[float]) -> Iterator[Step]:
    """The newest first."""
    for end in range(len(steps), 0, -_STEP):
        seen_s, x_m, y_m = steps[end - _STEP : end]
        yield seen_s, x_m, y_m
