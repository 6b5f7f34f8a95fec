"""How a thing looks where it stands: a template of its patch, compared again and again.

Normalised cross-correlation (Lewis 1995) over a few cells either way. The template is taken anew
when the camera has come nearer or gone further off, where it matched: a look keeps up with a
vehicle that drives. From another side, or from a quite different distance, nothing can be said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from perception.place_looks import BELOW, CELL_M, HIGH, WIDE, Floats, Patch

_SEARCH = 5  # cells either way
_EDGE = 2  # cells around a thing belong to its look
_HIGH_M = 0.4  # higher up there is more of what is behind it
_SIDE_RAD = 0.5  # from further round a thing looks different
_NEARER, _FURTHER = 0.5, 1.6  # times the range of the template
_RENEW = 0.06  # change of the range that asks for a new template
_MEANS = 8  # looks that make a template together: one alone is as noisy as any other


@dataclass(frozen=True, slots=True)
class View:
    """From where a thing is looked at: distance, and the bearing from the thing to the camera."""

    range_m: float
    bearing_rad: float
    stamp_s: float


@dataclass(frozen=True, slots=True)
class Match:
    """How well a place looks as it did (-1 to 1), and how many cells right and down from it."""

    score: float
    right: int = 0
    down: int = 0
    is_new_range: bool = False


class RememberedLook:
    """A template of a thing of a size (m) in the patches of its place."""

    def __init__(self, width_m: float, height_m: float) -> None:
        half = math.ceil(width_m / 2 / CELL_M) + _EDGE
        high = math.ceil(min(height_m, _HIGH_M) / CELL_M)
        self._row, self._column = max(HIGH - BELOW - high, 0), max(WIDE // 2 - half, 0)
        self._part = (
            slice(self._row, HIGH - BELOW + _EDGE),
            slice(self._column, WIDE // 2 + half),
        )
        self._grey: Floats | None = None
        self._means = 0
        self._view = View(1.0, 0.0, 0.0)

    @property
    def seen_s(self) -> float:
        """When it last looked like this; minus infinity where it has no look yet."""
        return -math.inf if self._grey is None else self._view.stamp_s

    def compares(self, view: View) -> bool:
        """Whether what is seen from there can be compared."""
        if self._grey is None:
            return False
        turned = abs(math.remainder(view.bearing_rad - self._view.bearing_rad, math.tau))
        return turned <= _SIDE_RAD and _NEARER < view.range_m / self._view.range_m < _FURTHER

    def learn(self, patch: Patch, view: View) -> None:
        """Take its look from a patch, where all of it is seen."""
        if patch.seen[self._part].all():
            self._grey, self._view, self._means = patch.grey[self._part].copy(), view, 1

    def match(self, patch: Patch, view: View, there: float, gone: float) -> Match:
        """Compare, and keep up where at least `there` of it matches; ask `compares` first.

        The first looks that match better than `gone` make the template together.
        """
        assert self._grey is not None
        rows, columns = self._grey.shape
        top, left = max(self._row - _SEARCH, 0), max(self._column - _SEARCH, 0)
        part = patch.grey[
            top : self._row + rows + _SEARCH, left : self._column + columns + _SEARCH
        ]
        scores = cv2.matchTemplate(part, self._grey, cv2.TM_CCOEFF_NORMED)
        _, best, _, (u, v) = cv2.minMaxLoc(scores)
        is_new = abs(view.range_m / self._view.range_m - 1.0) > _RENEW
        here = part[v : v + rows, u : u + columns]
        if best >= gone and self._means < _MEANS and not is_new:
            mean = (self._means * self._grey + here) / (self._means + 1)
            self._grey = np.asarray(mean, np.float32)
            self._means += 1
        if best < there:
            return Match(best)
        if is_new:
            self._grey, self._means = here.copy(), 1
        kept = view if is_new else self._view
        self._view = View(kept.range_m, kept.bearing_rad, view.stamp_s)
        return Match(best, u + left - self._column, v + top - self._row, is_new)
