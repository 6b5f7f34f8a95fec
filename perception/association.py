"""Which detected object is which track: costs of all pairs at once, then one assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from perception.tracking_view import View, ious
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
    return [
        (int(r), int(c)) for r, c in zip(rows, columns, strict=True) if costs[r, c] < _FORBIDDEN
    ]


def _costs(
    tracks: Sequence[Track], seen: Sequence[Observation], view: View, weights: Weights
) -> Array:
    """(n, m): twice the negative log likelihood of the place, and what boxes tell beside it.

    The likelihood's determinant matters: a track long unseen is near everything by Mahalanobis
    distance alone, and would take the objects of those that are surely there.
    """
    sizes = np.array([track.size for track in tracks])
    distances2, determinants = _distances(tracks, seen)
    metres = view.units_per_m(sizes)[:, None]
    boxes = np.array([one.box_xyxy for one in seen])
    rises = np.array([track.observation.point.rise_m for track in tracks])
    expected = view.boxes_at(np.array([track.mean[:2] for track in tracks]), sizes, rises)
    costs = distances2 + np.log(determinants / metres**4)
    costs += weights.iou * (1.0 - ious(expected, boxes))
    costs += _height_costs(expected, boxes, weights.height_sigma)
    labels = np.array([one.label for one in seen])
    others = np.array([track.label for track in tracks])[:, None] != labels
    return np.where(others | (distances2 > CHI2_2DOF_99), _FORBIDDEN, costs)


def _distances(tracks: Sequence[Track], seen: Sequence[Observation]) -> tuple[Array, Array]:
    """Squared Mahalanobis distances (n, m) of the places and their spreads' determinants."""
    places = np.array([[one.point.x_m, one.point.y_m] for one in seen])
    noises = np.array([one.point.covariance for one in seen])
    means = np.array([track.mean[:2] for track in tracks])
    spreads = np.array([track.covariance[:2, :2] for track in tracks])[:, None] + noises
    x, y = np.moveaxis(places - means[:, None], 2, 0)
    xx, xy, yy = spreads[..., 0, 0], spreads[..., 0, 1], spreads[..., 1, 1]
    determinants = xx * yy - xy**2
    return (x**2 * yy - 2 * x * y * xy + y**2 * xx) / determinants, determinants


def _height_costs(expected: Array, boxes: Array, sigma: float) -> Array:
    """(n, m); the most of it where the expected box is out of view."""
    tall = np.maximum(expected[:, 3] - expected[:, 1], 1.0)  # keeps NaN
    ratio = np.log((boxes[:, 3] - boxes[:, 1]) / tall[:, None])
    costs = np.minimum((ratio / sigma) ** 2, _MOST_OF_HEIGHT)
    return np.asarray(np.nan_to_num(costs, nan=_MOST_OF_HEIGHT), np.float64)
