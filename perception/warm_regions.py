"""Warm regions in a thermal picture: what stands out from the ground, taken apart if it must be.

A person is warmer than the ground about them, by how much depends on clothes and weather. So a
region is all that is connected and warmer than a level, and the levels begin a little above the
ground in this picture, never at a temperature of the body. What is too large for a person at one
level is looked at again at a higher one, in its own pixels (a walk up the component tree, as in
Matas et al. 2002), or parted at the valleys between heads where people stand side by side.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_BESIDE_PX = 3  # so far beside a region is its surroundings
_NARROW_PX = 2  # of what is no wider nothing is blur
_LEAST_PARTS_PX = 1.0  # a valley between two heads is so deep at least


@dataclass(frozen=True, slots=True)
class Outline:
    """A region's box without the blur about it, px, and how much it stands out."""

    box_xyxy: tuple[float, float, float, float]
    contrast_c: float


@dataclass(frozen=True, slots=True)
class WarmRegion:
    """Connected pixels above a level: `mask` (height, width) in the box at (x, y) px."""

    x: int
    y: int
    mask: Mask
    level_c: float

    @property
    def width(self) -> int:
        """Of its box, px."""
        return int(self.mask.shape[1])

    @property
    def height(self) -> int:
        """Of its box, px."""
        return int(self.mask.shape[0])

    @property
    def box_xyxy(self) -> tuple[float, float, float, float]:
        """Its box, px."""
        return (
            float(self.x),
            float(self.y),
            float(self.x + self.width),
            float(self.y + self.height),
        )

    def of(self, celsius: Floats) -> Floats:
        """The part of a picture in its box."""
        return celsius[self.y : self.y + self.height, self.x : self.x + self.width]

    def outlined(self, celsius: Floats) -> Outline:
        """How much warmer its middle is than what is beside it, and its edges at half of that.

        The edge is blurred: an outermost row or column is left out where none of its pixels is
        half as warm, against what is beside and below the level, as the middle is.
        """
        own = self.of(celsius)
        middle = float(np.median(own[self.mask]))
        contrast_c = middle - self._beside_c(celsius)
        warm = self.mask & (own >= middle - contrast_c / 2)
        x1, y1, x2, y2 = self.box_xyxy
        if self.width > _NARROW_PX:
            x1, x2 = x1 + (not warm[:, 0].any()), x2 - (not warm[:, -1].any())
        if self.height > _NARROW_PX:
            y1, y2 = y1 + (not warm[0].any()), y2 - (not warm[-1].any())
        return Outline((x1, y1, x2, y2), contrast_c)

    def _beside_c(self, celsius: Floats) -> float:
        """How warm it is left and right of it where it is cooler than the level."""
        rows = celsius[self.y : self.y + self.height]
        left = rows[:, max(0, self.x - _BESIDE_PX) : self.x]
        right = rows[:, self.x + self.width : self.x + self.width + _BESIDE_PX]
        beside = np.concatenate((left, right), axis=1)
        cooler = beside[beside < self.level_c]
        return float(np.median(cooler)) if cooler.size else self.level_c


def regions_above(
    celsius: Floats, level_c: float, least_px: int, within: WarmRegion | None = None
) -> list[WarmRegion]:
    """Connected pixels warmer than a level, of the whole picture or of a region's own pixels."""
    left, top, part = 0, 0, celsius
    if within is not None:
        left, top, part = within.x, within.y, within.of(celsius)
    warm = part >= level_c
    if within is not None:
        warm &= within.mask
    if not warm.any():
        return []
    rows, columns = np.flatnonzero(warm.any(axis=1)), np.flatnonzero(warm.any(axis=0))
    low_y, low_x = int(rows[0]), int(columns[0])
    warm = warm[low_y : rows[-1] + 1, low_x : columns[-1] + 1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(warm.astype(np.uint8), connectivity=8)
    found = []
    for label in (np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= least_px) + 1).tolist():
        x, y, width, height, _ = stats[label].tolist()
        mask = labels[y : y + height, x : x + width] == label
        found.append(WarmRegion(left + low_x + x, top + low_y + y, mask, level_c))
    return found


def hotter_parts(
    celsius: Floats, region: WarmRegion, step_c: float, least_px: int
) -> list[WarmRegion]:
    """What of a region stands out from most of it: its pixels above a higher level."""
    middle = float(np.median(region.of(celsius)[region.mask]))
    return regions_above(celsius, max(region.level_c, middle) + step_c, least_px, region)


def parted_at_heads(
    region: WarmRegion, valley_px: float, apart_px: float, least_px: int
) -> list[WarmRegion]:
    """A region cut upright between its heads; none where it has but one.

    A head is a top of its outline `valley_px` above the valleys beside it, `apart_px` from the
    next one.
    """
    tops = np.where(region.mask.any(axis=0), region.height - region.mask.argmax(axis=0), 0)
    outline = np.concatenate(([0], tops, [0])).astype(np.float64)
    heads = _heads(outline.tolist(), max(valley_px, _LEAST_PARTS_PX), apart_px)
    if len(heads) < 2:
        return []
    cuts = [
        int(first + np.argmin(outline[first : second + 1])) - 1
        for first, second in itertools.pairwise(heads)
    ]
    parts = []
    for left, right in zip((0, *cuts), (*cuts, region.width), strict=True):
        part = _trimmed(region, left, right)
        if part is not None and int(part.mask.sum()) >= least_px:
            parts.append(part)
    return parts


def _heads(outline: Sequence[float], valley_px: float, apart_px: float) -> list[int]:
    """Where an outline has tops between valleys; of two that are too near, the higher one."""
    heads: list[int] = []
    rises, extreme = True, 0
    for column, height in enumerate(outline):
        since = (height - outline[extreme]) * (1 if rises else -1)
        if since > 0:
            extreme = column
        elif -since >= valley_px:  # it has turned
            if rises:
                _add_head(heads, extreme, outline, apart_px)
            rises, extreme = not rises, column
    return heads


def _add_head(heads: list[int], top: int, outline: Sequence[float], apart_px: float) -> None:
    if not heads or top - heads[-1] >= apart_px:
        heads.append(top)
    elif outline[top] > outline[heads[-1]]:
        heads[-1] = top


def _trimmed(region: WarmRegion, left: int, right: int) -> WarmRegion | None:
    """Some columns of a region, without what is empty about them."""
    mask = region.mask[:, left:right]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return WarmRegion(
        region.x + left + int(columns[0]), region.y + int(rows[0]), mask, region.level_c
    )
