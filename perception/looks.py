"""Looking again: parts of a picture, enlarged and turned, through detector and pose model.

A detector trained on upright people sees a lying one weakly or not at all; turned by 90° it sees
a standing one. Two kinds of looks, both give boxes in pixels of the whole picture:

- the sweep: every picture, the band of ground ahead turned to one side, alternating;
- the close look: the square around a candidate, at the turns asked for, and its skeleton.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from perception.detectors.base import PERSON, Detector, Image, PoseDetector, Skeleton

Box = NDArray[np.float64]

UPRIGHT, LEFT, RIGHT = 0, 90, -90  # degrees counter-clockwise
_QUARTERS = {UPRIGHT: 0, LEFT: 1, RIGHT: 3}
_SEEN, _MARGIN = 0.4, 0.1  # a joint's least score; so far beyond its box it may be, body heights


class Sighting(Struct, frozen=True):
    """A person box by some look: pixels of the whole picture, and the turn that showed it."""

    box_xyxy: Box
    score: float
    turn_deg: int = UPRIGHT


@dataclass(frozen=True, slots=True)
class CloseLook:
    """What a close look found at one place; `skeleton` in pixels of the whole picture."""

    sightings: list[Sighting]
    skeleton: Skeleton | None = None


def turn_image(image: Image, turn_deg: int) -> Image:
    """The picture turned counter-clockwise by 0 or ±90 degrees."""
    return np.ascontiguousarray(np.rot90(image, _QUARTERS[turn_deg]))


def turn_points_back(
    points: NDArray[np.float64], turn_deg: int, width: int, height: int
) -> NDArray[np.float64]:
    """Points (n, 2) of a turned picture in the unturned picture of `width` x `height` px."""
    x, y = points[:, 0], points[:, 1]
    if turn_deg == LEFT:
        return np.column_stack((width - y, x))
    if turn_deg == RIGHT:
        return np.column_stack((y, height - x))
    return points.copy()


def turn_boxes_back(boxes: Box, turn_deg: int, width: int, height: int) -> Box:
    """Boxes (n, 4) of a turned picture in the unturned picture."""
    first = turn_points_back(boxes[:, :2], turn_deg, width, height)
    second = turn_points_back(boxes[:, 2:], turn_deg, width, height)
    return np.hstack((np.minimum(first, second), np.maximum(first, second)))


def square_around(box: Box, margin: float, min_side_px: float, shape: tuple[int, int]) -> Box:
    """The square around a box, enlarged by `margin`, moved and cut to the picture (h, w)."""
    x1, y1, x2, y2 = box.tolist()
    side = max(max(x2 - x1, y2 - y1) * margin, min_side_px)
    side = min(side, float(min(shape)))
    u = min(max((x1 + x2) / 2, side / 2), shape[1] - side / 2)
    v = min(max((y1 + y2) / 2, side / 2), shape[0] - side / 2)
    return np.round(np.array([u - side / 2, v - side / 2, u + side / 2, v + side / 2]))


def look(
    image: Image, region: Box, turn_deg: int, detector: Detector, min_score: float
) -> list[Sighting]:
    """People in a region (xyxy px) of a picture, the region turned before it is looked at."""
    x1, y1, x2, y2 = (int(v) for v in region)
    crop = image[y1:y2, x1:x2]
    if crop.size == 0:
        return []
    height, width = crop.shape[:2]
    found = detector.detect(turn_image(crop, turn_deg), min_score).named(PERSON)
    boxes = turn_boxes_back(found.boxes_xyxy.astype(np.float64), turn_deg, width, height)
    boxes = boxes + np.array([x1, y1, x1, y1], np.float64)
    return [
        Sighting(box, float(score), turn_deg)
        for box, score in zip(boxes, found.scores, strict=True)
    ]


def skeleton_in(
    image: Image, region: Box, turn_deg: int, pose: PoseDetector, of_xyxy: Box | None = None
) -> Skeleton | None:
    """The skeleton of the person in a region, the region turned so that the person stands.

    Of several the surest, or the one that fits the box `of_xyxy` best: who stands beside
    somebody, or covers them, is in their region, too.
    """
    x1, y1, x2, y2 = (int(v) for v in region)
    crop = image[y1:y2, x1:x2]
    if crop.size == 0:
        return None
    height, width = crop.shape[:2]
    found = []
    for one in pose.skeletons(turn_image(crop, turn_deg)):
        points = one.keypoints.copy()
        turned = turn_points_back(points[:, :2].astype(np.float64), turn_deg, width, height)
        points[:, :2] = (turned + np.array([x1, y1], np.float64)).astype(np.float32)
        found.append(Skeleton(points, one.score))
    if of_xyxy is None or len(found) < 2:
        return found[0] if found else None
    return max(found, key=lambda one: _fit(one, of_xyxy))  # of equals the surest


def _fit(skeleton: Skeleton, box: Box) -> float:
    """The share of its joints in a box, less how far its middle is from the box's, in heights."""
    points, seen = skeleton.keypoints[:, :2], skeleton.keypoints[:, 2] >= _SEEN
    if not seen.any():
        return -1.0
    height = max(float(box[3] - box[1]), 1.0)
    low, high = box[:2] - _MARGIN * height, box[2:] + _MARGIN * height
    inside = np.all((points >= low) & (points <= high), axis=1)
    aside = abs(float(points[seen, 0].mean()) - float(box[0] + box[2]) / 2)
    return float(inside[seen].mean()) - aside / height
