"""What somebody wears, by the colours of the upper and the lower body in one picture.

Light is not known, so a colour is read against the ground beside the feet: asphalt and paving are
nearly grey, and lie in the same light. What is left of the light's brightness and tint is common
to both halves of a body and is part of the covariance (`appearance_likelihood`). Colours are sRGB
levels (0..1) as a white ground's light would give them; light and a camera's gain are factors of
them, whatever power law they are coded with. Where the picture is dark the noise of a reading is
large, and it says so.

Where: between shoulders and hips, and along the thighs, by the skeleton; without one, at the
shares of an upright box. Nobody's face is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.person_search import Rgb
from perception.detectors.base import Image, Skeleton

Vector = NDArray[np.float64]

GROUND_LEVEL = 0.55  # sRGB level of dry asphalt and paving in the light that shows white as 1
PIXEL_NOISE = 0.02  # sigma of one pixel's level in the dark (five of 255)
BLACK_NOISE = 0.012  # of a median: what clipping at black, haze and glare make of it
CLIPPED = 0.98  # a level so high may have been any higher
CLIPPED_NOISE = 0.1
BY_BOX_DOUBT = 0.3  # of a half that no skeleton shows
LEAST_PX = 12  # pixels of a half, fewer say nothing
_SHOULDERS, _HIPS, _KNEES = (5, 6), (11, 12), (13, 14)
_TOP_ROWS, _TROUSER_ROWS = (0.22, 0.45), (0.56, 0.80)  # of an upright box's height
_CORE = (0.36, 0.64)  # of its width
_THICK = 0.25  # of a half's length: so wide it is at least, seen from the side
_EDGE_PX = 2


@dataclass(frozen=True, slots=True)
class HalfColour:
    """One half of a body: levels (3,) in RGB order, and one sigma of each."""

    levels: Vector
    noise: float  # the darker the light, the more
    doubt: float = 0.0  # one sigma of its logarithm: where the half is, how it lies in the light

    @property
    def rgb(self) -> Rgb:
        """As sRGB in 0..1."""
        red, green, blue = np.clip(self.levels, 0.0, 1.0).tolist()
        return red, green, blue


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at somebody's clothes; a half that is hidden is None."""

    top: HalfColour | None
    trousers: HalfColour | None
    by_skeleton: bool = False

    @property
    def says_something(self) -> bool:
        """Whether any colour was seen."""
        return self.top is not None or self.trousers is not None


@dataclass(frozen=True, slots=True)
class _Part:
    """Two lines (4, 2) px, start and end of each, as thick as they are drawn."""

    corners: Vector
    thickness_px: float
    is_filled: bool  # between the lines, too


def read_colours(
    image: Image, box: Vector, skeleton: Skeleton | None, least_score: float = 0.4
) -> Reading:
    """The colours of who stands or sits in a box (xyxy px); `skeleton` in pixels of the picture.

    A half of the skeleton counts where all of its points have `least_score`.
    """
    if not np.isfinite(box).all() or box[2] - box[0] < 4 or box[3] - box[1] < 8:
        return Reading(None, None)
    light = light_beside(image, box)
    top = trousers = None
    if skeleton is not None:
        top = _half(image, _trunk(skeleton, least_score), light)
        trousers = _half(image, _thighs(skeleton, least_score), light)
    if top is None and trousers is None:
        upright = (box[3] - box[1]) > 1.8 * (box[2] - box[0])
        if not upright:
            return Reading(None, None)
        top = _half(image, _share(box, _TOP_ROWS), light)
        trousers = _half(image, _share(box, _TROUSER_ROWS), light)
        return Reading(_doubted(top), _doubted(trousers))
    return Reading(top, trousers, by_skeleton=True)


def _doubted(half: HalfColour | None) -> HalfColour | None:
    """Between legs is street, and an umbrella hides a chest."""
    return None if half is None else replace(half, doubt=BY_BOX_DOUBT)


def light_beside(image: Image, box: Vector) -> Vector:
    """What white would be here (3,) in levels: by the ground beside the feet, or the picture."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    low, high = int(y2 - 0.06 * tall), int(np.ceil(y2 + 0.06 * tall))
    pieces = [
        image[max(low, 0) : min(high, height), max(int(left), 0) : min(int(right), width)]
        for left, right in ((x1 - 0.7 * wide, x1 - 0.1 * wide), (x2 + 0.1 * wide, x2 + 0.7 * wide))
    ]
    ground = np.concatenate([piece.reshape(-1, 3) for piece in pieces])
    if len(ground) < LEAST_PX or y2 >= height - _EDGE_PX:
        ground = image[height // 2 :: 4, ::4].reshape(-1, 3)  # the lower half is mostly ground
    level = np.median(ground, axis=0)[::-1] / 255.0
    return np.asarray(np.maximum(level, 0.01) / GROUND_LEVEL, np.float64)


def _half(image: Image, part: _Part | None, light: Vector) -> HalfColour | None:
    """The median colour of a part of the body."""
    if part is None:
        return None
    height, width = image.shape[:2]
    reach = part.thickness_px / 2
    x1, y1 = np.maximum(np.floor(part.corners.min(axis=0) - reach).astype(int), 0)
    x2, y2 = np.ceil(part.corners.max(axis=0) + reach).astype(int) + 1
    x2, y2 = min(x2, width), min(y2, height)
    if x2 - x1 < 2 or y2 - y1 < 2:
        return None
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    points = np.round(part.corners - (x1, y1)).astype(np.int32)
    if part.is_filled:
        cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
    for start, end in points.reshape(-1, 2, 2):
        cv2.line(mask, start.tolist(), end.tolist(), 1, max(round(part.thickness_px), 1))
    pixels = image[y1:y2, x1:x2][mask > 0].astype(np.float64) / 255.0
    if len(pixels) < LEAST_PX:
        return None
    return _colour(np.median(pixels, axis=0)[::-1], len(pixels), light)


def _colour(seen: Vector, pixels: int, light: Vector) -> HalfColour:
    """A colour (3,) in levels, read in a light."""
    noise = PIXEL_NOISE / float(np.sqrt(pixels)) + BLACK_NOISE
    if seen.max() >= CLIPPED:
        noise += CLIPPED_NOISE
    return HalfColour(np.asarray(seen / light, np.float64), noise / float(light.mean()))


def _points(skeleton: Skeleton, indices: tuple[int, ...], least_score: float) -> Vector | None:
    points = skeleton.keypoints[list(indices)].astype(np.float64)
    return points[:, :2] if (points[:, 2] >= least_score).all() else None


def _trunk(skeleton: Skeleton, least_score: float) -> _Part | None:
    """Between shoulders and hips, without collar and belt."""
    shoulders = _points(skeleton, _SHOULDERS, least_score)
    hips = _points(skeleton, _HIPS, least_score)
    if shoulders is None or hips is None:
        return None
    return _between(shoulders, hips, (0.15, 0.75), is_filled=True)


def _thighs(skeleton: Skeleton, least_score: float) -> _Part | None:
    """From below the hips to the knees, each leg by itself: between them is street."""
    hips = _points(skeleton, _HIPS, least_score)
    knees = _points(skeleton, _KNEES, least_score)
    if hips is None or knees is None:
        return None
    return _between(hips, knees, (0.25, 0.95), is_filled=False)


def _between(above: Vector, below: Vector, share: tuple[float, float], is_filled: bool) -> _Part:
    """A share of the two lines from two points (2, 2) to those below them, on either side."""
    step = below - above
    start, end = above + share[0] * step, above + share[1] * step
    corners = np.vstack((start[0], end[0], start[1], end[1]))
    length_px = float(np.hypot(*(end - start).mean(axis=0)))
    return _Part(corners, _THICK * length_px, is_filled)


def _share(box: Vector, rows: tuple[float, float]) -> _Part:
    """A part of an upright box."""
    x1, y1, x2, y2 = box
    left, right = (x1 + share * (x2 - x1) for share in _CORE)
    top, bottom = (y1 + share * (y2 - y1) for share in rows)
    return _Part(np.array([(left, top), (left, bottom), (right, top), (right, bottom)]), 1.0, True)
