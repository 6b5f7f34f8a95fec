"""Mean average precision of boxes against the simulator's labels, as COCO has it.

Lin et al., Microsoft COCO, 2014, and its evaluation code: boxes in the order of their scores, the
precision's envelope at 101 recalls, the mean over overlaps of 0.5 to 0.95 and over classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.picturing.score import overlap
from simulation.truth_box import TruthBox

LEAST_VISIBLE = 0.5  # what is hidden more is asked of nobody
OVERLAPS = np.linspace(0.5, 0.95, 10)
CLASSES = ("person", "car")  # of the pictures; other boxes are left out


@dataclass(frozen=True, slots=True)
class Found:
    """Boxes (n, 4) px of a picture, their scores (n,) and class names."""

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: Sequence[str]


class Precision:
    """Gathers pictures, and gives the mean over classes and overlaps."""

    def __init__(self) -> None:
        self._hits: list[NDArray[np.bool_]] = []  # (10,) of each box
        self._scores: list[float] = []
        self._classes: list[int] = []
        self._wanted: list[int] = []

    def add(self, truth: Sequence[TruthBox], found: Found) -> None:
        """One picture. A box on something that is mostly hidden is neither right nor wrong."""
        for number, name in enumerate(CLASSES):
            labelled = [box for box in truth if box.class_name == name]
            rows = [i for i, label in enumerate(found.labels) if label == name]
            rows.sort(key=lambda i: -float(found.scores[i]))
            self._wanted += [number] * sum(b.visible >= LEAST_VISIBLE for b in labelled)
            self._match(number, labelled, found, rows)

    def _match(
        self, number: int, labelled: Sequence[TruthBox], found: Found, rows: Sequence[int]
    ) -> None:
        free = np.array([box.visible >= LEAST_VISIBLE for box in labelled], np.bool_)
        taken = [~free for _ in OVERLAPS]  # the hidden ones cannot be hit
        for row in rows:
            shares = _shares(labelled, found.boxes_xyxy[row])
            if len(shares) and not free[int(shares.argmax())] and shares.max() >= OVERLAPS[0]:
                continue
            hit = np.zeros(len(OVERLAPS), np.bool_)
            for index, least in enumerate(OVERLAPS):
                open_shares = np.where(taken[index], 0.0, shares)
                if len(open_shares) and open_shares.max() >= least:
                    taken[index][int(open_shares.argmax())] = hit[index] = True
            self._hits.append(hit)
            self._scores.append(float(found.scores[row]))
            self._classes.append(number)

    def mean(self) -> float:
        """mAP50-95 over the classes that are there, 0 to 1."""
        classes, wanted = np.array(self._classes), np.array(self._wanted)
        hits = np.array(self._hits, np.bool_).reshape(-1, len(OVERLAPS))
        order = np.argsort(-np.array(self._scores), kind="stable")
        precisions = [
            _average(hits[order][classes[order] == number], int((wanted == number).sum()))
            for number in np.unique(wanted)
        ]
        return float(np.mean(precisions)) if precisions else 0.0


def _average(hits: NDArray[np.bool_], wanted: int) -> float:
    """One class's average precision, mean over overlaps; hits (boxes, overlaps), best first."""
    if not len(hits):
        return 0.0
    right = np.cumsum(hits, axis=0)
    recall, precision = right / wanted, right / np.arange(1, len(hits) + 1)[:, None]
    envelope = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    averages = []
    for column in range(hits.shape[1]):
        first = np.searchsorted(recall[:, column], np.linspace(0.0, 1.0, 101))
        reached = np.append(envelope[:, column], 0.0)
        averages.append(reached[first].mean())
    return float(np.mean(averages))


def _shares(labelled: Sequence[TruthBox], box: NDArray[np.float32]) -> NDArray[np.float64]:
    """Intersection over union of a box with each label."""
    if not labelled:
        return np.zeros(0)
    boxes = np.array([one.box_xyxy_px for one in labelled])
    return overlap((float(box[0]), float(box[1]), float(box[2]), float(box[3])), boxes)
