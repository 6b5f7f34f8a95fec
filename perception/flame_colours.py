"""Parts of a picture that have the colours of flames.

Celik and Demirel 2009, "Fire detection in video sequences using a generic color model": in YCbCr a
flame is brighter than its blue-difference, redder than blue, and stands out from the picture's
means in all three; the gap between Cr and Cb is wide. A flame also shines: red is near the end of
the camera's range, and from its edge to its core the colour goes from orange to yellow or white,
which paint, cloth and brick do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Image

LEAST_RED, LEAST_GAP = 190, 50  # of 255: red, and Cr above Cb
CORE_LEVEL, EDGE_LEVEL = 175, 150  # luma above, below
LEAST_CORE, LEAST_EDGE = 0.06, 0.06  # of a flame's pixels
MOST_BLOBS = 8


@dataclass(frozen=True, slots=True)
class FlameBlob:
    """A part with the colours of flames: its box, its pixels, where its foot is, its light."""

    box_xyxy: NDArray[np.float64]
    area_px: int
    foot_u_px: float
    glow: float  # luma, summed over its pixels


def flame_blobs(image_bgr: Image, least_px: int) -> list[FlameBlob]:
    """The largest ones first, `MOST_BLOBS` at most."""
    found = _flame_mask(image_bgr, least_px)
    if found is None:
        return []
    flame, luma, (left, top) = found
    joined = cv2.morphologyEx(flame, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    order = sorted(range(1, count), key=lambda label: -int(stats[label, cv2.CC_STAT_AREA]))
    blobs = []
    for label in order[:MOST_BLOBS]:
        x, y, width, height, area = (int(v) for v in stats[label])
        if area < least_px:
            break
        inside = labels[y : y + height, x : x + width] == label
        part = luma[y : y + height, x : x + width]
        levels = part[inside]
        if (levels >= CORE_LEVEL).mean() < LEAST_CORE or (levels < EDGE_LEVEL).mean() < LEAST_EDGE:
            continue
        columns = np.nonzero(inside[-max(1, height // 4) :].any(axis=0))[0]
        blobs.append(
            FlameBlob(
                np.array([left + x, top + y, left + x + width, top + y + height], np.float64),
                area,
                left + x + float(columns.mean()) + 0.5,
                float(levels.sum()),
            )
        )
    return blobs


def _flame_mask(
    image_bgr: Image, least_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], tuple[int, int]] | None:
    """Flame pixels (0 or 1) and luma of the part that may hold any, and its corner."""
    red = cv2.extractChannel(image_bgr, 2)
    _, bright = cv2.threshold(red, LEAST_RED - 1, 1, cv2.THRESH_BINARY)
    if cv2.countNonZero(bright) < least_px:
        return None
    warmth = cv2.subtract(red, cv2.extractChannel(image_bgr, 0))
    _, warm = cv2.threshold(warmth, LEAST_GAP - 1, 1, cv2.THRESH_BINARY)
    likely = cv2.bitwise_and(bright, warm)
    if cv2.countNonZero(likely) < least_px:
        return None
    x, y, width, height = cv2.boundingRect(likely)
    part = np.ascontiguousarray(image_bgr[y : y + height, x : x + width])
    luma, cr, cb = cv2.split(cv2.cvtColor(part, cv2.COLOR_BGR2YCrCb))
    sparse = np.ascontiguousarray(image_bgr[::4, ::4])
    luma_mean, cr_mean, cb_mean = cv2.mean(cv2.cvtColor(sparse, cv2.COLOR_BGR2YCrCb))[:3]
    flame = (likely[y : y + height, x : x + width] > 0) & (cv2.subtract(cr, cb) >= LEAST_GAP)
    flame &= (luma > cb) & (luma > luma_mean) & (cb < cb_mean) & (cr > cr_mean)
    return flame.astype(np.uint8), np.asarray(luma, np.uint8), (x, y)
