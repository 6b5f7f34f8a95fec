"""Path: a polyline by distance walked, once, to and fro, or round and round."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled
from simulation.actors.script import Point, Repeat

Array = NDArray[np.float64]
SEARCH_M = 2.5  # how far ahead of the last place a walker's foot point is looked for
SAMPLE_M = 0.1
SAMPLES = round(SEARCH_M / SAMPLE_M) + 1


class Path:
    """Places by `s`, metres from the first point; repeating paths go on for ever."""

    def __init__(self, points: tuple[Point, ...], repeat: Repeat = Repeat.ONCE) -> None:
        self._repeats = repeat is not Repeat.ONCE
        if repeat is Repeat.TO_AND_FRO:
            points = (*points, *points[-2::-1])
        elif repeat is Repeat.ROUND:
            points = (*points, points[0])
        self._points: Array = np.array(points, float).reshape(-1, 2)
        steps = np.hypot(*np.diff(self._points, axis=0).T)
        self._at: Array = np.concatenate(([0.0], np.cumsum(steps)))
        self._marks: list[float] = self._at.tolist()

    @staticmethod
    def starting_at(place: Array, points: tuple[Point, ...], repeat: Repeat) -> Path:
        """A path walked once begins where the actor is, if its first point is elsewhere."""
        here = (float(place[0]), float(place[1]))
        if repeat is Repeat.ONCE and math.dist(here, points[0]) > 0.05:
            points = (here, *points)
        return Path(points, repeat)

    @property
    def length_m(self) -> float:
        """To the end; infinite where the path repeats."""
        return math.inf if self._repeats and self._at[-1] > 0 else float(self._at[-1])

    def at(self, s: float | Array) -> Array:
        """The place (2,) of a distance, or places (n, 2)."""
        if isinstance(s, float):
            return self._at_one(s)
        along = np.asarray(s, float)
        if self._repeats and self._at[-1] > 0:
            along = along % self._at[-1]
        x = np.interp(along, self._at, self._points[:, 0])
        y = np.interp(along, self._at, self._points[:, 1])
        place: Array = np.stack((x, y), axis=-1)
        return place

    def _at_one(self, s: float) -> Array:
        """The same for one distance, ten times as fast."""
        at, points = self._marks, self._points
        if self._repeats and at[-1] > 0:
            s %= at[-1]
        i = min(max(bisect_right(at, s) - 1, 0), max(len(at) - 2, 0))
        if len(at) < 2 or at[i + 1] <= at[i]:
            place: Array = points[i].copy()
            return place
        share = min(max((s - at[i]) / (at[i + 1] - at[i]), 0.0), 1.0)
        between: Array = points[i] + share * (points[i + 1] - points[i])
        return between

    def heading(self, s: float) -> float:
        """Direction of travel at a distance."""
        a, b = self.at(max(0.0, s - 0.05)), self.at(s + 0.05)
        if float(np.hypot(*(b - a))) < 1e-6 and len(self._points) > 1:
            a, b = self._points[-2], self._points[-1]
        return math.atan2(b[1] - a[1], b[0] - a[0])

    def progressed(self, s: float, place: Array) -> float:
        """The distance of the path's nearest point to a place, not before `s`."""
        return nearest_ahead(
            self._at, self._points, self._repeats, s, float(place[0]), float(place[1])
        )


@compiled
def nearest_ahead(
    at: Array, points: Array, repeats: bool, s: float, x_m: float, y_m: float
) -> float:
    """Of the distances from `s` on, in steps of SAMPLE_M, that of the place nearest to (x, y).

    `at` (n,) are the distances of the path's points (n, 2).
    """
    last, best, found = len(at) - 1, np.inf, s
    for k in range(SAMPLES):
        ahead = k * SAMPLE_M + s
        along = ahead % at[last] if repeats and at[last] > 0.0 else ahead
        i = min(max(np.searchsorted(at, along, side="right") - 1, 0), last)
        x, y = points[i]
        if i < last:
            share = (along - at[i]) / (at[i + 1] - at[i])
            x += share * (points[i + 1, 0] - x)
            y += share * (points[i + 1, 1] - y)
        squared = (x - x_m) ** 2 + (y - y_m) ** 2
        if squared < best:
            best, found = squared, ahead
    return found
