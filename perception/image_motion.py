"""How a picture's background moved since the picture before: a shift, a turn and a scale.

Corners outside the detected boxes are followed by optical flow (Lucas and Kanade 1981, pyramids of
Bouguet 2000) and fitted by RANSAC. What it gives is the `motion` of `tracking_view.ImagePlane`:
for pictures without a pose. It knows nothing of depth: near things move otherwise when the camera
drives.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Image

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageMotionConfig:
    """How much is looked at, and what is enough."""

    long_side_px: int = 640  # of the picture that is looked at
    corners: int = 400
    least_corners: int = 20
    least_share: float = 0.4  # of followed corners that must agree
    residual_px: float = 2.0  # in the smaller picture


class ImageMotion:
    """The motion from picture to picture; one `step` per picture."""

    def __init__(self, config: ImageMotionConfig | None = None) -> None:
        self._config = config or ImageMotionConfig()
        self._last: NDArray[np.uint8] | None = None
        self._last_boxes: Array = np.zeros((0, 4))

    def step(self, image_bgr: Image, boxes_xyxy: Array) -> Array | None:
        """2 x 3, from the last picture's pixels to this one's; None where it cannot be told.

        That is so for the first picture, another size, too few corners, and corners that do not
        agree. `boxes_xyxy` (n, 4) is what moves by itself and is not looked at.
        """
        scale = min(1.0, self._config.long_side_px / max(image_bgr.shape[:2]))
        grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
        small = np.asarray(
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        last, last_boxes = self._last, self._last_boxes
        self._last, self._last_boxes = small, boxes_xyxy * scale
        if last is None or last.shape != small.shape:
            return None
        motion = self._between(last, small, last_boxes)
        if motion is not None:
            motion[:, 2] /= scale
        return motion

    def _between(
        self, last: NDArray[np.uint8], now: NDArray[np.uint8], boxes: Array
    ) -> Array | None:
        least = self._config.least_corners
        corners = cv2.goodFeaturesToTrack(
            last, self._config.corners, 0.01, 7, mask=free_of(last, boxes)
        )
        if corners is None or len(corners) < least:
            return None
        nowhere = np.zeros_like(corners)  # no first guess of where they went
        moved, found, _ = cv2.calcOpticalFlowPyrLK(last, now, corners, nowhere)
        good = found.ravel() == 1
        if good.sum() < least:
            return None
        motion, agree = cv2.estimateAffinePartial2D(
            corners[good], moved[good], ransacReprojThreshold=self._config.residual_px
        )
        if motion is None or agree.sum() < max(least, self._config.least_share * len(corners)):
            return None
        return np.asarray(motion, np.float64)


def free_of(image: NDArray[np.uint8], boxes: Array) -> NDArray[np.uint8]:
    """255 where no box (n, 4) px is, in a picture's size (h, w)."""
    height, width = image.shape[:2]
    free = np.full((height, width), 255, np.uint8)
    limits = np.array([width, height] * 2)
    for box in boxes[np.isfinite(boxes).all(axis=1)]:
        x1, y1, x2, y2 = np.clip(box, 0, limits).astype(int)
        free[y1 : y2 + 1, x1 : x2 + 1] = 0
    return free
