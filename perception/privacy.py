"""Privacy: heads and number plates are made unrecognisable before anything is stored.

Faces and plates are too small for a detector of their own at 640 x 360, so what is blurred is
where they must be: the head by skeleton where there is one, else the upper part of an upright
person's box, both ends of a lying one's; the lower middle of a vehicle's box. A posture stays
judgeable: the trunk and the limbs are left alone. (PIPA art. 25-2 requires a filming notice; the
blur is what keeps a bystander unidentifiable in what is stored.)
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import PERSON, Detections, Image

VEHICLES = frozenset({"car", "bus", "truck", "motorcycle"})
_HEAD_SHARE = 0.22  # of a standing body's height, chin and hair included
_END_SHARE = 0.25  # of a lying box's length, at either end: an arm may reach past the head
# On each side, of its width and height: walking past at 1.4 m/s moves and widens a head 5 m away
# by about its own size in a second.
GROWTH_PER_S = 1.0

Region = tuple[float, float, float, float]  # xyxy px


def person_regions(box: NDArray[np.float64] | Sequence[float]) -> list[Region]:
    """Where the head of a person in a box may be."""
    x1, y1, x2, y2 = (float(v) for v in box)
    width, height = x2 - x1, y2 - y1
    if width > 1.2 * height:
        end = _END_SHARE * width
        return [(x1, y1, x1 + end, y2), (x2 - end, y1, x2, y2)]
    return [(x1, y1, x2, y1 + max(_HEAD_SHARE * height, 4.0))]


def vehicle_region(box: Sequence[float] | NDArray[np.float64]) -> Region:
    """Where the plate of a vehicle in a box may be."""
    x1, y1, x2, y2 = (float(v) for v in box)
    height = y2 - y1
    return (x1, y1 + 0.5 * height, x2, y1 + 0.9 * height)


def head_region(circle: tuple[float, float, float]) -> Region:
    """The square around a head given as (u, v, radius) px."""
    u, v, radius = circle
    return (u - radius, v - radius, u + radius, v + radius)


def regions_of(found: Detections) -> list[Region]:
    """What to blur in a picture by its detections."""
    regions: list[Region] = []
    for index in range(len(found)):
        label, box = found.label(index), found.boxes_xyxy[index].astype(np.float64)
        if label == PERSON:
            regions += person_regions(box)
        elif label in VEHICLES:
            regions.append(vehicle_region(box))
    return regions


def is_about(box: NDArray[np.float64], places: Sequence[NDArray[np.float64]]) -> bool:
    """Whether the middle of a wide box is inside one of the places: another view of the same."""
    u, v = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide = box[2] - box[0] > 0.8 * (box[3] - box[1])
    return bool(wide) and any(p[0] <= u <= p[2] and p[1] <= v <= p[3] for p in places)


class RegionMemory:
    """Keeps regions for a while after they were last seen: a detector blinks, a face stays."""

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._seen: list[tuple[float, Region]] = []

    def step(self, stamp_s: float, regions: Sequence[Region]) -> list[Region]:
        """The regions of now and, grown with their age, those not seen again yet."""
        self._seen = [
            (seen_s, old)
            for seen_s, old in self._seen
            if 0 <= stamp_s - seen_s <= self._hold_s
            and not any(_touch(_grown(old, stamp_s - seen_s), new) for new in regions)
        ]
        held = [_grown(old, stamp_s - seen_s) for seen_s, old in self._seen]
        self._seen += [(stamp_s, region) for region in regions]
        return [*regions, *held]


def _grown(region: Region, age_s: float) -> Region:
    x1, y1, x2, y2 = region
    dx, dy = (GROWTH_PER_S * age_s * (x2 - x1), GROWTH_PER_S * age_s * (y2 - y1))
    return (x1 - dx, y1 - dy, x2 + dx, y2 + dy)


def _touch(a: Region, b: Region) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _blocks(side_px: int) -> int:
    """So few that no face is left, so many that a limb still shows its direction."""
    return min(max(side_px // 5, 2), 6)


def blur(image: Image, regions: Sequence[Region]) -> Image:
    """A copy with the regions reduced to at most 6 x 6 means each, which no filter can undo."""
    out = image.copy()
    height, width = out.shape[:2]
    for x1, y1, x2, y2 in regions:
        left, top = max(int(x1) - 1, 0), max(int(y1) - 1, 0)
        right, bottom = min(int(np.ceil(x2)) + 1, width), min(int(np.ceil(y2)) + 1, height)
        if right - left < 2 or bottom - top < 2:
            continue
        part = out[top:bottom, left:right]
        blocks = (_blocks(right - left), _blocks(bottom - top))
        small = cv2.resize(part, blocks, interpolation=cv2.INTER_AREA)
        shape = (right - left, bottom - top)
        out[top:bottom, left:right] = cv2.resize(small, shape, interpolation=cv2.INTER_LINEAR)
    return out
