"""Where the tracker's places lie: on the map, or in a picture whose camera's motion is known.

The tracker itself knows states of (place, velocity) and boxes of pixels. A view ties them: it
tells which box something of a size at a place would fill, how long a metre is, and how places of
the last picture move into this one. `GroundProjector` is the view of a camera with a pose: places
are map metres and stay where they are. `ImagePlane` is the view without one: places are pixels,
and each picture's camera motion (an affine of the background) carries them on.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PERSON_HEIGHT_M = 1.7  # what a box in a picture without a pose is taken for
# Of a detector's boxes, as a share of their height: where the feet are.
FOOT_SIGMA_SHARE = 0.06


class View(Protocol):
    """One picture, as the tracker asks for it."""

    @property
    def motion(self) -> Array | None:
        """2 x 3: places of the picture before into this one's; None where places stay."""
        ...

    def boxes_at(self, places: Array, sizes: Array, rises_m: Array) -> Array:
        """Boxes (n, 4) px of things of sizes (n, 2) at places (n, 2); NaN out of view.

        `rises_m` (n,) is the ground's height there over the camera's own ground, where it has one.
        """
        ...

    def units_per_m(self, sizes: Array) -> Array:
        """(n,): the length of a metre, in the places' unit, beside things of sizes (n, 2)."""
        ...


class ImagePlane:
    """The view of a picture without a pose: places (the feet) and sizes in pixels.

    An upright box is a person of 1.7 m, so its height tells how long a metre is beside it.
    """

    def __init__(self, motion: Array | None = None) -> None:
        """`motion`: 2 x 3 affine of the background, from the picture before; raises ValueError."""
        if motion is not None and (motion.shape != (2, 3) or not np.isfinite(motion).all()):
            raise ValueError(f"motion: {motion} must be 2 x 3 finite numbers")
        self._motion = motion

    @property
    def motion(self) -> Array | None:
        """As given."""
        return self._motion

    def boxes_at(self, places: Array, sizes: Array, rises_m: Array) -> Array:
        """Upright boxes on their feet."""
        half, height = sizes[:, 0] / 2, sizes[:, 1]
        x, y = places[:, 0], places[:, 1]
        return np.stack((x - half, y - height, x + half, y), axis=1)

    def units_per_m(self, sizes: Array) -> Array:
        """Pixels in a metre."""
        return np.asarray(sizes[:, 1] / PERSON_HEIGHT_M, np.float64)

    @staticmethod
    def place(box_xyxy: Array) -> tuple[Array, Array]:
        """The feet (2,) of a box and their covariance (2 x 2) px²."""
        feet = np.array([(box_xyxy[0] + box_xyxy[2]) / 2, box_xyxy[3]])
        sigma = FOOT_SIGMA_SHARE * (box_xyxy[3] - box_xyxy[1])
        return feet, np.eye(2) * sigma**2


def iou(a: Array, b: Array) -> float:
    """Intersection over union of two xyxy boxes."""
    return float(overlaps(a[None], b[None])[0])


def ious(a: Array, b: Array) -> Array:
    """(n, m) of boxes (n, 4) and (m, 4); 0 where a box is NaN."""
    return overlaps(a[:, None], b[None])


def overlaps(a: Array, b: Array) -> Array:
    """Intersection over union of boxes (..., 4), pair by pair; 0 where one is NaN."""
    wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    high = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    shared = np.maximum(wide, 0.0) * np.maximum(high, 0.0)
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.asarray(shared / (area_a + area_b - shared), np.float64)
    found[np.isnan(found)] = 0.0
    return found
