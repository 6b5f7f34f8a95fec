"""Boxes that show a piece of somebody whose whole box is there as well.

A detector that lets two boxes of one body stand says that it sees two people, and the piece of a
body, whose feet are not in it, would be placed far behind its owner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import PERSON, Detections

_INSIDE = 0.9  # of a piece's area lies in the whole box
_SAME_HEAD, _FEET_MISS = 0.1, 0.1  # of the whole box's height: tops as near, feet further apart
_LEAST_WIDTH = 0.5  # of the whole box's: less is somebody behind, of whom a strip is seen


def whole_bodies(found: Detections) -> Detections:
    """All boxes but those of people that begin at another one's head and end above their feet."""
    people = np.array([label == PERSON for label in found.labels()], np.bool_)
    if np.count_nonzero(people) < 2:
        return found
    keep = np.ones(len(found), np.bool_)
    keep[people] = ~_pieces(found.boxes_xyxy[people].astype(np.float64))
    return found if keep.all() else found.select(keep)


def _pieces(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of n boxes (n, 4) are pieces of another one."""
    left, top, right, bottom = boxes.T
    wide, high = right - left, bottom - top
    shared_wide = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    shared_high = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    shared = np.maximum(shared_wide, 0.0) * np.maximum(shared_high, 0.0)
    of_whole = (
        (shared >= _INSIDE * (wide * high)[:, None])
        & (np.abs(top[:, None] - top) <= _SAME_HEAD * high)
        & (bottom - bottom[:, None] > _FEET_MISS * high)
        & (wide[:, None] >= _LEAST_WIDTH * wide)
    )
    return np.asarray(of_whole.any(axis=1), np.bool_)
