"""Whether two who are near one another keep to a spot, or run to and fro there.

Who fights sways, lunges and is pushed about; children who chase one another cover metres and come
back, so that they stay within a spot, too. They are told apart by how fast the middle between the
two goes: on root mean square, over steps long enough for a sway to be over and short enough for a
run to go on, along the line on which it goes fastest. Who strolls past is slower than that, and
in the first seconds still within a spot, but goes one way: from where the pair was at first to
where it is in the end.

How well a place is known depends on the direction: by the camera alone it is doubtful along the
view and sure across it. So the doubt is taken off as a covariance, direction by direction, and
only as much of it as a step's is of a place's: what tilts the ground or makes a child a grown-up
is the same in all looks, and drops out of their differences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import larger_sigma

Floats = NDArray[np.float64]

_STEP_S = 0.8
_STEP_DOUBT = 0.8  # of a place's sigma: mostly 0.4 to 1.0 by camera; 1.4 if looks were independent
_LONGEST = 0.1  # of the steps are left out: boxes jump, and another pair comes to the place
_OUTERMOST = 0.1  # of the places, on either side
_PARTS = 3  # of the time: the first and the last are compared
_ROUNDING_S = 1e-6


def extent_m(places: Floats) -> float:
    """How far places (n, 2) spread, the outermost ones left out."""
    low, high = np.quantile(places, (_OUTERMOST, 1 - _OUTERMOST), axis=0)
    return float(np.hypot(*(high - low)))


def to_and_fro_mps(stamps_s: Floats, places: Floats, covariances_m2: Floats) -> float:
    """How fast something goes along the line on which it goes fastest, less its places' doubt.

    `stamps_s` (n,) rising, `places` (n, 2) m as single looks tell them, not as a filter does that
    cuts the turns; `covariances_m2` (n, 2, 2). 0 where no step is long enough.
    """
    later = np.searchsorted(stamps_s, stamps_s + _STEP_S - _ROUNDING_S)
    early = np.flatnonzero(later < len(stamps_s))
    later = later[early]
    if not len(early):
        return 0.0
    seconds = (stamps_s[later] - stamps_s[early])[:, None]
    speeds = (places[later] - places[early]) / seconds
    doubts = (covariances_m2[early] + covariances_m2[later]) / 2 / seconds[:, :, None] ** 2
    shorter = np.argsort(np.hypot(speeds[:, 0], speeds[:, 1]))
    kept = speeds[shorter[: len(shorter) - int(_LONGEST * len(shorter))]]
    squares = kept.T @ kept / len(kept)
    return larger_sigma(squares - _STEP_DOUBT**2 * doubts.mean(axis=0))


def drift_mps(stamps_s: Floats, places: Floats, covariances_m2: Floats) -> float:
    """How fast something goes from its first places to its last, less its places' doubt.

    As `to_and_fro_mps`: places by their median in either part, since boxes jump. 0 where there
    are too few looks for a first and a last part.
    """
    part = len(stamps_s) // _PARTS
    seconds = stamps_s[-part:].mean() - stamps_s[:part].mean() if part else 0.0
    if seconds <= 0:
        return 0.0
    way = np.median(places[-part:], axis=0) - np.median(places[:part], axis=0)
    way_m = float(np.hypot(*way))
    if way_m == 0:
        return 0.0
    along = way / way_m
    doubt_m = float(np.sqrt(along @ covariances_m2.mean(axis=0) @ along))
    return max(way_m - _STEP_DOUBT * doubt_m, 0.0) / float(seconds)
