"""Which detected object is which track: costs of all pairs at once, then one assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from perception.tracking_view import View, overlaps
from perception.tracks import Observation, Track

Array = NDArray[np.float64]

CHI2_2DOF_99 = 9.21  # gate of the squared Mahalanobis distance
_MOST_OF_HEIGHT = 9.0  # who falls over is still the same: three sigma cost no less than ten
_FORBIDDEN = 1e6


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside the place."""

    iou: float
    height_sigma: float  # of the logarithm of a box's height


def pairs_of(
    tracks: Sequence[Track], seen: Sequence[Observation], view: View, weights: Weights
) -> list[tuple[int, int]]:
    """Index pairs (track, observation) of the cheapest assignment; forbidden pairs left out."""
    if not tracks or not seen:
        return []
    costs = _costs(tracks, seen, view, weights)
    rows, columns = linear_sum_assignment(costs)
    allowed = costs[rows, columns] < _FORBIDDEN
    return list(zip(rows[allowed].tolist(), columns[allowed].tolist(), strict=True))


def _costs(
    tracks: Sequence[Track], seen: Sequence[Observation], view: View, weights: Weights
) -> Array:
    """(n, m): twice the negative log likelihood of the place, and what boxes tell beside it.

    The likelihood's determinant matters: a track long unseen is near everything by Mahalanobis
    distance alone, and would take the objects of those that are surely there. Most pairs are too
    far apart or of two classes: what boxes tell is asked of the others alone.
    """
    means, sizes = np.array([track.place for track in tracks]), _sizes(tracks)
    distances2, determinants = _distances(tracks, means, seen)
    one, other = np.nonzero(~(_others(tracks, seen) | (distances2 > CHI2_2DOF_99)))
    boxes = np.array([one.box_xyxy for one in seen])[other]
    rises = np.array([track.observation.point.rise_m for track in tracks])
    expected = view.boxes_at(means, sizes, rises)[one]
    metres = view.units_per_m(sizes)[one]
    costs = np.full(distances2.shape, _FORBIDDEN)
    costs[one, other] = (
        (distances2[one, other] + np.log(determinants[one, other] / metres**4))
        + weights.iou * (1.0 - overlaps(expected, boxes))
        + _height_costs(expected, boxes, weights.height_sigma)
    )
    return costs


def _sizes(tracks: Sequence[Track]) -> Array:
    return np.array([track.size for track in tracks])


def _others(tracks: Sequence[Track], seen: Sequence[Observation]) -> NDArray[np.bool_]:
    """(n, m): which are not of one class."""
    numbers = {label: number for number, label in enumerate({one.label for one in seen})}
    ours = np.array([numbers.get(track.label, -1) for track in tracks])
    return np.asarray(ours[:, None] != np.array([numbers[one.label] for one in seen]), np.bool_)


def _distances(
    tracks: Sequence[Track], means: Array, seen: Sequence[Observation]
) -> tuple[Array, Array]:
    """Squared Mahalanobis distances (n, m) of the places and their spreads' determinants."""
    places = np.array([(one.point.x_m, one.point.y_m) for one in seen])
    noises = np.array([one.point.covariance for one in seen])
    spreads = np.array([track.covariance for track in tracks])
    x, y = places[:, 0] - means[:, :1], places[:, 1] - means[:, 1:]
    xx, xy, yy = (
        spreads[:, row, column, None] + noises[:, row, column]
        for row, column in ((0, 0), (0, 1), (1, 1))
    )
    determinants = xx * yy - xy**2
    return (x**2 * yy - 2 * x * y * xy + y**2 * xx) / determinants, determinants


def _height_costs(expected: Array, boxes: Array, sigma: float) -> Array:
    """Of pairs of boxes (n, 4); the most of it where the expected one is out of view."""
    tall = np.maximum(expected[:, 3] - expected[:, 1], 1.0)  # keeps NaN
    ratio = np.log((boxes[:, 3] - boxes[:, 1]) / tall)
    costs = np.minimum((ratio / sigma) ** 2, _MOST_OF_HEIGHT)
    return np.asarray(np.nan_to_num(costs, nan=_MOST_OF_HEIGHT), np.float64)
