"""The camera's motion of a sequence that has pictures and no file of it, by our own estimator."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from benchmarks.perception.tracking_parts.numbers import Array
from patrol.errors import LogError
from perception.image_motion import ImageMotion


def motions(pictures: list[Path], boxes_of: list[Array]) -> Array:
    """(n, 2, 3), each from the picture before; the camera stands where it cannot be told.

    `boxes_of` (n of (m, 4)): what was detected, so what may move by itself.
    """
    looks, found = ImageMotion(), []
    for file, boxes in zip(pictures, boxes_of, strict=True):
        image = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            raise LogError(f"{file}: no picture that can be read")
        motion = looks.step(image, boxes)
        found.append(np.eye(2, 3) if motion is None else motion)
    return np.array(found)
