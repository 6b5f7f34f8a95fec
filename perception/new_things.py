"""Whether something new is where somebody was: by lidar, or by how the place looks now.

By lidar: something of a thing's size stands free beside where somebody stood, and did not before
they came. By the picture: structure that was not there before, compact and not all one way, in
most of several looks. What was hidden by who stood there counts only if they bent down, as who
puts something down does, and only where it goes on no line that was seen beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.lidar_spots import Spot
from perception.person_stops import Stop
from perception.picture_log import Before
from perception.place_looks import (
    BELOW,
    CELL_M,
    HIGH,
    WIDE,
    Floats,
    Mask,
    Patch,
    contrast,
    filled,
    gradients,
    one_way,
)
from perception.rules.abandoned_object_config import NewThingConfig

_STANDS_OUT = 3.0  # times the usual contrast of a place that was never seen bare
_NEAR_CELLS = np.ones((5, 5), np.uint8)  # so far looks may be off against each other
_LEAST_CELLS = 12
_WAYS = 8  # directions of a gradient, all around in half a turn
_LINE_CONTRAST = 0.04
_LONG, _LONGER = 6, 14  # cells either way of an edge that is a line
_REACH = 26  # cells from there it may go on


class PlaceBefore:
    """A place as it looked before, and the looks at it since: what is new there."""

    def __init__(self, before: Before | None, range_m: float) -> None:
        """`range_m` is from where it was looked at; None: never from near enough."""
        self._told_by = before
        self._lines: NDArray[np.uint8] | None = None  # found when they are asked for
        self._range_m = 0.0 if before is None else range_m
        self._new = np.zeros((HIGH, WIDE), np.int16)
        self._looks = np.zeros((HIGH, WIDE), np.int16)
        self._sum = np.zeros((HIGH, WIDE), np.float32)
        self._count = 0

    @property
    def is_settled(self) -> bool:
        """Whether the pictures of before need not be kept any more."""
        return self._told_by is None

    def settle(self) -> Patch | None:
        """Take what they tell, and let go of them."""
        return self._before

    @cached_property
    def _before(self) -> Patch | None:
        """The place without a thing; most are never looked at again, and need none."""
        before, self._told_by = self._told_by, None
        return None if before is None else before.patch()

    @cached_property
    def _known(self) -> Mask:
        return np.zeros((HIGH, WIDE), np.bool_) if self._before is None else self._before.seen

    @cached_property
    def _was(self) -> Floats:
        """The contrast there was, a few cells either way."""
        if self._before is None:
            return np.zeros((HIGH, WIDE), np.float32)
        return np.asarray(cv2.dilate(contrast(filled(self._before)), _NEAR_CELLS), np.float32)

    def look(
        self, now: Patch, range_m: float, camera_m: float, bent: bool, config: NewThingConfig
    ) -> tuple[float, float, float, float] | None:
        """Take a look: what is new, as metres right of the place, above it, width and height.

        `camera_m` is how high the camera is over the ground there. None: nothing new (yet).
        """
        is_near = range_m < config.picture_nearer * self._range_m
        if range_m > config.picture_far_m or (is_near and not bent):
            return None
        is_new = self._is_new(now, bent, is_near, config)
        self._new += is_new
        self._looks += now.seen
        self._sum += now.grey
        self._count += 1
        if self._count < config.votes:
            return None
        agreed = (self._new >= config.agree * self._looks) & (self._looks >= config.votes)
        return self._thing(agreed & is_new, range_m, camera_m, config)

    def _is_new(self, now: Patch, bent: bool, is_near: bool, config: NewThingConfig) -> Mask:
        """`is_near`: more is seen of it than before, so what is faint may have been there."""
        there, asked = contrast(now.grey), now.seen.copy()
        asked[: HIGH - BELOW - round(config.picture_high_m / CELL_M)] = False
        grown = asked & (there > config.structure)
        if grown.any():
            grown &= there > config.grown * self._was
        known = np.zeros_like(self._known) if is_near else self._known
        new = grown & known
        if bent:
            if self._before is None:
                self._lines = _continued(now, _LONGER)
            elif self._lines is None:
                self._lines = _continued(self._before, _LONG)
            stands_out = asked & ~known & (grown | ~self._known)
            stands_out &= there > 1.5 * config.structure
            if stands_out.any():
                stands_out &= there > _STANDS_OUT * float(np.median(there))
                across, down = gradients(now.grey)
                ways = _ways(across[stands_out], down[stands_out])
                stands_out[stands_out] = (self._lines[stands_out] >> ways) & 1 == 0
                new |= stands_out
        return np.asarray(new, np.bool_)

    def _thing(
        self, cells: Mask, range_m: float, camera_m: float, config: NewThingConfig
    ) -> tuple[float, float, float, float] | None:
        """The largest group of cells that may be a thing standing beside the place."""
        closed = cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_CLOSE, _NEAR_CELLS)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
        slack = (camera_m * config.beside_m / max(range_m, 1.0)) / CELL_M + 2
        best, most = None, _LEAST_CELLS - 1
        for number in range(1, count):
            x, y, wide, high = (int(v) for v in stats[number, :4])
            low, middle = y + high - (HIGH - BELOW), x + wide / 2 - WIDE / 2
            sized = config.least_m <= CELL_M * min(wide, high)
            sized &= CELL_M * max(wide, high) <= config.most_m
            own = cells & (labels == number)
            if not sized or abs(low) > slack or abs(middle) * CELL_M > config.beside_m:
                continue
            mean = np.asarray(self._sum / self._count, np.float32)
            if own.sum() <= most or one_way(mean, own) > config.one_way:
                continue
            best, most = (middle * CELL_M, -low * CELL_M, wide * CELL_M, high * CELL_M), own.sum()
        return best


def _ways(across: Floats, down: Floats) -> NDArray[np.uint8]:
    """Which of _WAYS directions the gradients of cells have."""
    turn = np.arctan2(down, across) / math.pi * _WAYS
    return np.asarray(np.round(turn) % _WAYS, np.uint8)


def _continued(before: Patch, half: int) -> NDArray[np.uint8]:
    """Cells on a line, or where it would go on: a bit for each direction of its gradient.

    A line is an edge of `half` cells either way, longer than a thing's where nothing is known of
    the place without it.
    """
    lines = np.zeros((HIGH, WIDE), np.uint8)
    grey = filled(before)
    was = contrast(grey)
    sure = cv2.erode(before.seen.astype(np.uint8), _NEAR_CELLS) > 0
    ways = _ways(*gradients(grey))
    for way in range(_WAYS):
        on_edge = (sure & (ways == way) & (was > _LINE_CONTRAST)).astype(np.uint8)
        long_edge = cv2.erode(cv2.dilate(on_edge, np.ones((3, 3), np.uint8)), _line(way, half, 1))
        if long_edge.any():
            reached = cv2.dilate(long_edge, _line(way, _REACH, 3)) > 0
            for near in (way - 1, way, way + 1):
                lines[reached] |= 1 << (near % _WAYS)
    return lines


def _line(way: int, half: int, thick: int) -> NDArray[np.uint8]:
    """A kernel: a line of an edge whose gradient has a direction, `half` cells either way."""
    turn = way * math.pi / _WAYS + math.pi / 2  # an edge runs across its gradient
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.uint8)
    dx, dy = round(half * math.cos(turn)), round(half * math.sin(turn))
    cv2.line(kernel, (half - dx, half - dy), (half + dx, half + dy), 1, thick)
    return kernel


def new_spot(
    stop: Stop,
    spots: Sequence[Spot],
    people: Sequence[tuple[float, float]],
    stamp_s: float,
    config: NewThingConfig,
) -> Spot | None:
    """The spot beside a stop that was not there before, is seen now, and is nobody who is seen.

    `people` are the places (map m) of everybody in the picture; the stop has been left.
    """
    assert stop.left_s is not None
    for spot in spots:
        was_there = spot.first_s < stop.arrived_s - config.before_s
        seen_since_s = stamp_s - max(stop.left_s, spot.first_s)
        if was_there or spot.last_s != stamp_s or seen_since_s < config.lasts_s:
            continue
        if all(math.dist(spot.place, place) > config.apart_m for place in people):
            return spot
    return None
