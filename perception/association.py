"""Which detected object is which track: costs of all pairs at once, then one assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from perception.tracking_view import View
from perception.tracks import Observation, Track

Array = NDArray[np.float64]

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
    from perception.track_kernels import pair_costs  # loaded with the tracker

    numbers = {label: number for number, label in enumerate({one.label for one in seen})}
    means, sizes = np.array([track.mean for track in tracks]), _sizes(tracks)
    rises = np.array([track.observation.point.rise_m for track in tracks])
    return pair_costs(
        means,
        np.array([track.covariance for track in tracks]),
        _classes([track.label for track in tracks], numbers),
        view.boxes_at(means[:, :2], sizes, rises),
        view.units_per_m(sizes),
        np.array([(one.point.x_m, one.point.y_m) for one in seen]),
        np.array([one.point.covariance for one in seen]),
        _classes([one.label for one in seen], numbers),
        np.array([one.box_xyxy for one in seen], np.float64),
        (weights.iou, weights.height_sigma, _FORBIDDEN),
    )


def _sizes(tracks: Sequence[Track]) -> Array:
    return np.array([track.size for track in tracks])


def _classes(labels: Sequence[str], numbers: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([numbers.get(label, -1) for label in labels], np.int64)
