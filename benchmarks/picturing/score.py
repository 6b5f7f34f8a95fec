"""Found or not: detections against the boxes of a perfect detector."""

from __future__ import annotations

from collections.abc import Iterable, Set

import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Detections
from simulation.actors.kinds import ActorKind
from simulation.truth_box import TruthBox

Array = NDArray[np.float64]
MIN_SCORE = 0.25  # the detector's own default
MIN_OVERLAP = 0.5  # intersection over union
MIN_VISIBLE = 0.7
MAX_TRUNCATED_PX = 2.0  # a box this close to the picture's edge is cut off


def wanted(
    boxes: Iterable[TruthBox], kind: ActorKind, near_m: float, far_m: float,
    size: tuple[int, int],
) -> list[TruthBox]:  # fmt: skip
    """Those of a kind that count: near enough, visible enough, not cut off."""
    width, height = size
    return [
        box
        for box in boxes
        if box.class_name == kind.value
        and near_m <= box.distance_m <= far_m
        and box.visible >= MIN_VISIBLE
        and box.box_xyxy_px[0] > MAX_TRUNCATED_PX
        and box.box_xyxy_px[1] > MAX_TRUNCATED_PX
        and box.box_xyxy_px[2] < width - MAX_TRUNCATED_PX
        and box.box_xyxy_px[3] < height - MAX_TRUNCATED_PX
    ]


def found(boxes: list[TruthBox], detections: Detections, labels: Set[str]) -> int:
    """How many boxes have a detection of one of the labels over them."""
    rows = [i for i in range(len(detections)) if detections.label(i) in labels]
    seen = detections.boxes_xyxy[rows].astype(float)
    return sum(bool((overlap(box.box_xyxy_px, seen) >= MIN_OVERLAP).any()) for box in boxes)


def overlap(box: tuple[float, float, float, float], others: Array) -> Array:
    """Intersection over union of a box with others (n, 4)."""
    low = np.maximum(np.array(box[:2]), others[:, :2])
    high = np.minimum(np.array(box[2:]), others[:, 2:])
    inside = np.prod(np.clip(high - low, 0.0, None), axis=1)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    result: Array = inside / np.maximum(area + areas - inside, 1e-9)
    return result
