"""How well a place is known: a covariance on the map as it is told and kept, three numbers.

xx, xy and yy in m², x east and y north. A place that came with one standard deviation alone is
round. Distances in standard deviations are Mahalanobis's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Covariance = tuple[float, float, float]  # xx, xy, yy in m²

MOST_SIGMA_M = 1000.0  # no vehicle sees as far: this says no more than that it is on the map
_ROUNDING = 1e-9  # of a covariance that knows one direction exactly
SAME_SIGMA_M, SAME_SIGMA_SHARE = 0.01, 0.01  # a sigma that was told and its covariance's own


def told_covariance(matrix: NDArray[np.float64]) -> Covariance:
    """The three numbers of a covariance (2, 2)."""
    (xx, xy), (_, yy) = matrix.tolist()
    return xx, xy, yy


def round_covariance(sigma_m: float) -> Covariance:
    """The same standard deviation in all directions; the most there is where it is none."""
    known_m = sigma_m if 0 <= sigma_m <= MOST_SIGMA_M else MOST_SIGMA_M
    return known_m * known_m, 0.0, known_m * known_m


def is_covariance(covariance: Covariance) -> bool:
    """Whether all of it are numbers, with a doubt from none to `MOST_SIGMA_M` everywhere."""
    xx, xy, yy = covariance
    if not (0 <= xx < math.inf and 0 <= yy < math.inf):
        return False
    most_xy = math.sqrt(xx) * math.sqrt(yy) + _ROUNDING * max(xx, yy)
    return abs(xy) <= most_xy and sigma_of(covariance) <= MOST_SIGMA_M * (1 + _ROUNDING)


def told_or_round(told: Covariance | None, sigma_m: float) -> Covariance:
    """What was told; round where nothing was, or what can be none."""
    return told if told is not None and is_covariance(told) else round_covariance(sigma_m)


def sigma_of(covariance: Covariance) -> float:
    """One standard deviation along the larger axis, metres."""
    xx, xy, yy = covariance
    return math.sqrt(max((xx + yy) / 2 + math.hypot((xx - yy) / 2, xy), 0.0))


def is_of_sigma(covariance: Covariance, sigma_m: float) -> bool:
    """Whether a sigma that came along is the covariance's own."""
    allowed_m = SAME_SIGMA_M + SAME_SIGMA_SHARE * abs(sigma_m)
    return abs(sigma_of(covariance) - sigma_m) <= allowed_m


def sigmas_apart(
    apart_m: tuple[float, float], one: Covariance, other: Covariance, shared_sigma_m: float
) -> float:
    """Mahalanobis distance of two places, by what doubts both and a round doubt they share.

    `apart_m` from one to the other; `shared_sigma_m` above 0.
    """
    (x, y), shared = apart_m, shared_sigma_m * shared_sigma_m
    xx, xy, yy = (a + b for a, b in zip(one, other, strict=True))
    xx, yy = xx + shared, yy + shared
    squared = (yy * x * x - 2 * xy * x * y + xx * y * y) / (xx * yy - xy * xy)
    return math.sqrt(max(squared, 0.0))
