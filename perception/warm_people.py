"""People by temperature: warm regions of a thermal picture that are as large as people.

A region (`warm_regions.py`) is placed as a detector's box is, by lidar, ground and map, and then
measured in metres. Somebody stands or sits where it is as tall and slim as people are; somebody
lies where it is low and as long as a body. Animals are too low and too short, a bonnet or flames
too hot, a window or a lamp has its foot above the ground, or the lidar meets a wall well before
the ground that it seems to stand on.

**No contrast, nobody.** Dressed people are 27 to 31 degrees Celsius on their outside on a summer
day, asphalt in the sun is warmer: where the ground is warmer than `most_ground_c` the camera
cannot tell people, `WarmLook.sees` says so, and there are none.

The **score** is the product of three shares: how far the size is a person's, how many pixels
there are, and contrast / (contrast + 2 degrees). A dressed person in a cool night within 15 m has
0.6 and more, somebody 4 degrees warmer than the ground at 20 m about 0.5. It is compared with the
same limits as a detector's score, and means no more than the order: it is no probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Scan
from patrol.vehicle import LidarSpec
from perception.detectors.base import PERSON
from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights
from perception.placing import Placed, Placer
from perception.types import ThermalPicture
from perception.warm_footing import Footing
from perception.warm_people_config import WarmPeopleConfig
from perception.warm_regions import WarmRegion, hotter_parts, parted_at_heads, regions_above
from perception.warm_sizes import lying_share, upright_share

Celsius = NDArray[np.float32]
Floats = NDArray[np.float64]

_LEVELS = 6  # so often a region that is too large is taken apart
_STEP_C = 1.5  # from one level to the next
_HALF_C = 2.0  # this contrast counts half
_FULL_PX = 20.0  # so many pixels are enough
_HOT_SHARE = 0.05  # of its pixels may be hotter than skin: a lit cigarette
_BURNS_C = 8.0  # so much hotter than skin something burns or runs, and what is round it is no one
_BURNS_PX = 4  # about it
_VALLEY_M, _APART_M = 0.10, 0.30  # between heads
_LEAST_SHARE = 0.3  # of a person's size: less is nobody
_ROW_M = (0.75, 8.0)  # as wide as that it may be several people
_TALL_M = 0.9  # of a row of them, at least
_OF_ONE = 0.6  # of the smaller of two boxes, in the other one


@dataclass(frozen=True, slots=True)
class WarmPerson:
    """Somebody in a thermal picture; `box_xyxy` in its pixels."""

    box_xyxy: Floats
    score: float  # 0..1, see above
    placed: Placed
    contrast_c: float
    lies: bool


@dataclass(frozen=True, slots=True)
class WarmLook:
    """What a thermal picture tells of people; without `sees` it tells nothing."""

    people: Sequence[WarmPerson] = field(default_factory=list)
    sees: bool = True
    ground_c: float = float("nan")


@dataclass(frozen=True, slots=True)
class _View:
    """One picture, with what the lidar measured at the time."""

    celsius: Celsius
    projector: GroundProjector
    scan: Scan | None
    echoes: Floats | None  # (k, 2) of base_link


class WarmPeople:
    """Finds people in thermal pictures; keeps no memory."""

    def __init__(
        self,
        config: WarmPeopleConfig,
        placer: Placer,
        lidar: LidarSpec,
        heights: MapHeights | None = None,
    ) -> None:
        """`placer`: for boxes that are exact; `heights` of the map where it has some."""
        self.config, self._placer, self._lidar = config, placer, lidar
        self._footing = Footing(lidar, heights)

    def look(
        self, thermal: ThermalPicture, projector: GroundProjector, scan: Scan | None
    ) -> WarmLook:
        """Everybody in a picture; `projector` is the thermal camera's.

        A picture of another size than its camera's, or with pixels that are no numbers, shows
        nothing.
        """
        celsius, config = thermal.celsius, self.config
        shape = (thermal.camera.height_px, thermal.camera.width_px)
        if celsius.shape != shape or not np.isfinite(celsius).all():
            return WarmLook(sees=False)
        ground_c = _ground_c(celsius, projector)
        if not ground_c <= config.most_ground_c:
            return WarmLook(sees=False, ground_c=ground_c)
        echoes = None if scan is None else scan.points_base(self._lidar.x_m, self._lidar.y_m)
        view, found = _View(celsius, projector, scan, echoes), list[WarmPerson]()
        regions = regions_above(celsius, ground_c + config.least_contrast_c, config.least_px)
        for _ in range(_LEVELS):
            regions, people = self._judge(regions, view)
            found += people
            if not regions:
                break
        return WarmLook(_one_each(found), True, ground_c)

    def _judge(
        self, regions: Sequence[WarmRegion], view: _View
    ) -> tuple[list[WarmRegion], list[WarmPerson]]:
        """Who is among regions, and the parts of those that may hold several people."""
        outlines = [region.outlined(view.celsius) for region in regions]
        boxes = np.array([one.box_xyxy for one in outlines], np.float64).reshape(-1, 4)
        placed = self._placer.places(view.projector, boxes, [PERSON] * len(regions), view.scan)
        left: list[WarmRegion] = []
        people: list[WarmPerson] = []
        contrasts = [one.contrast_c for one in outlines]
        for region, box, at, contrast_c in zip(regions, boxes, placed, contrasts, strict=True):
            parts = self._row_of_people(region, at, view)
            person = None
            if not parts and at is not None and contrast_c >= self.config.least_contrast_c:
                person = self._person(region, box, at, contrast_c, view)
            if person is not None:
                people.append(person)
            elif not parts and self._is_too_large(region, at):
                parts = hotter_parts(view.celsius, region, _STEP_C, self.config.least_px)
            left += parts
        return left, people

    def _person(
        self, region: WarmRegion, box: Floats, at: Placed, contrast_c: float, view: _View
    ) -> WarmPerson | None:
        config, projector = self.config, view.projector
        if at.point.range_m > config.max_range_m or self._is_hot(region, view.celsius):
            return None
        upright = upright_share(at, box, projector, config)
        lying = lying_share(at, box, projector, config, view.scan is not None)
        size = max(upright, lying)
        if size < _LEAST_SHARE or self._footing.hangs(box, at.point, projector, view.echoes):
            return None
        enough = min(float(region.mask.sum()) / _FULL_PX, 1.0)
        score = size * enough * contrast_c / (contrast_c + _HALF_C)
        return WarmPerson(box, score, at, contrast_c, lying > upright)

    def _is_hot(self, region: WarmRegion, celsius: Celsius) -> bool:
        """Whether it is hotter than skin, or something in it, under it or about it burns."""
        most_c = self.config.most_c
        if float((region.of(celsius)[region.mask] > most_c).mean()) > _HOT_SHARE:
            return True
        top, left = max(region.y - _BURNS_PX, 0), max(region.x - _BURNS_PX, 0)
        low = region.y + region.height + max(_BURNS_PX, region.height // 2)
        about = celsius[top:low, left : region.x + region.width + _BURNS_PX]
        return float(about.max()) > most_c + _BURNS_C

    def _row_of_people(
        self, region: WarmRegion, at: Placed | None, view: _View
    ) -> list[WarmRegion]:
        """The parts between heads of what is as tall as people and wider than one."""
        config = self.config
        if at is None or not _TALL_M < at.height_m < config.most_height_m:
            return []
        if not _ROW_M[0] < at.width_m < _ROW_M[1]:
            return []
        metre = view.projector.camera.focal_px / at.point.range_m
        return parted_at_heads(region, _VALLEY_M * metre, _APART_M * metre, config.least_px)

    def _is_too_large(self, region: WarmRegion, at: Placed | None) -> bool:
        """Whether what is nobody may be something warm with somebody before it."""
        if at is None:
            return region.width > 2 and region.height > 3
        config = self.config
        return at.width_m > config.least_length_m or at.height_m > config.most_height_m


def _ground_c(celsius: Celsius, projector: GroundProjector) -> float:
    """How warm the ground is: the median below the horizon, of the lowest quarter at least."""
    camera = projector.camera
    down = camera.pitch_rad + projector.stamped.pitch_rad
    horizon = camera.height_px / 2 - camera.focal_px * float(np.tan(down))
    first = int(np.clip(horizon + 3, 0, camera.height_px * 3 // 4))
    return float(np.median(celsius[first:]))


def _one_each(people: Sequence[WarmPerson]) -> list[WarmPerson]:
    """Of boxes that lie in one another, the best."""
    kept: list[WarmPerson] = []
    for person in sorted(people, key=lambda one: -one.score):
        if all(_share_in(person.box_xyxy, other.box_xyxy) < _OF_ONE for other in kept):
            kept.append(person)
    return kept


def _share_in(first: Floats, second: Floats) -> float:
    """Which share of the smaller of two boxes lies in the other."""
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    areas = (float(np.prod(box[2:] - box[:2])) for box in (first, second))
    return shared / max(min(areas), 1e-9)
