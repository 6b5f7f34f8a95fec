"""The compact piece of a difference of two views that is the largest."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from perception.plane_views import Levels
from perception.watched_property import PIXEL_M


@dataclass(frozen=True, slots=True)
class Patch:
    """A compact piece of what differs, in pixels of the view."""

    area_m2: float
    column: float  # of its middle
    row: float
    width_m: float
    height_m: float
    gained: float


def largest_patch(
    difference: Levels, gained: Levels, least: float, thick_px: int, longest: float
) -> Patch | None:
    """The largest piece above `least` that is at least `thick_px` thick in both directions.

    One more than `longest` times as long as wide is left out: a kerb or a line that lies a little
    beside where it lay.
    """
    differs = (difference > least).astype(np.uint8)
    thick = cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((thick_px, thick_px), np.uint8))
    _, labels, stats, middles = cv2.connectedComponentsWithStats(thick)
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    areas = np.where(sides.max(1) <= longest * sides.min(1), stats[1:, cv2.CC_STAT_AREA], 0)
    if not areas.any():
        return None
    index = 1 + int(np.argmax(areas))
    box = stats[index]
    return Patch(
        float(box[cv2.CC_STAT_AREA]) * PIXEL_M**2,
        float(middles[index][0]),
        float(middles[index][1]),
        float(box[cv2.CC_STAT_WIDTH]) * PIXEL_M,
        float(box[cv2.CC_STAT_HEIGHT]) * PIXEL_M,
        float(np.median(gained[labels == index])),
    )
