"""A lens that is suddenly hidden: the picture has lost its detail (`camera_tampering`)."""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

import numpy as np

from perception.picture_structure import CELLS, Floats, structured_cells
from perception.rules.base import Glimpse

_DEAD_LEVELS = 0.3  # deviation of all pixels: less is no lens but a dead sensor


@dataclass(frozen=True, slots=True)
class CoverConfig:
    """When a lens counts as hidden."""

    memory_s: float = 5.0  # pictures that tell what the camera shows
    least_pictures: int = 5
    least_cells: int = 20  # of 144: where less is to be seen, nothing can be missed
    lost_share: float = 0.12  # of the cells that showed something; less is nothing
    kept_share: float = 0.6  # more is as before
    sudden_s: float = 1.5
    moved_m: float = 2.0

    def __post_init__(self) -> None:
        for name, most in (("memory_s", 60.0), ("sudden_s", 10.0), ("moved_m", 20.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.lost_share < self.kept_share < 1:
            raise ValueError(f"lost_share: {self.lost_share} must be in (0, kept_share)")
        if self.least_pictures < 2 or not 1 <= self.least_cells <= CELLS:
            raise ValueError(f"least_pictures: at least 2; least_cells: 1 to {CELLS}")


@dataclass(frozen=True, slots=True)
class _Look:
    stamp_s: float
    cells: int
    contrast: float  # of the detail, rms
    place_map: tuple[float, float] | None


class CoverWatch:
    """Remembers how much the camera has just shown."""

    name = "covered"

    def __init__(self, config: CoverConfig) -> None:
        self._config = config
        self._past: deque[_Look] = deque()
        self._before = 0.0  # cells that showed something before the lens was hidden

    def begins(self, glimpse: Glimpse, detail: Floats) -> bool:
        """Whether the lens has just been hidden; else the picture is remembered."""
        cells = structured_cells(detail)
        if self._is_hidden(glimpse, cells):
            return True
        contrast = float(np.sqrt((detail**2).mean()))
        self._past.append(_Look(glimpse.stamp_s, cells, contrast, glimpse.place_map))
        while glimpse.stamp_s - self._past[0].stamp_s > self._config.memory_s:
            self._past.popleft()
        return False

    def lasts(self, _glimpse: Glimpse, detail: Floats) -> bool:
        """Whether it is hidden as it was."""
        return structured_cells(detail) <= self._config.lost_share * self._before

    def is_back(self, detail: Floats) -> bool:
        """Whether the picture shows as much as before."""
        return structured_cells(detail) >= self._config.kept_share * self._before

    def _is_hidden(self, glimpse: Glimpse, cells: int) -> bool:
        config = self._config
        if len(self._past) < config.least_pictures:
            return False
        before = statistics.median(look.cells for look in self._past)
        if before < config.least_cells or cells > config.lost_share * before:
            return False
        last = self._last_good(before)
        if last is None or glimpse.stamp_s - last.stamp_s > config.sudden_s:
            return False
        if float(glimpse.image_bgr[::4, ::4].std()) < _DEAD_LEVELS:
            return False
        here, there = glimpse.place_map, last.place_map
        if here is not None and there is not None and math.dist(here, there) > config.moved_m:
            return False
        self._before = before
        return True

    def _last_good(self, cells_before: float) -> _Look | None:
        """The newest picture with as many cells and as much contrast as usual: what fades slowly
        keeps its cells until the end, and then has little of its contrast left."""
        contrast = statistics.median(look.contrast for look in self._past)
        share = self._config.kept_share
        for look in reversed(self._past):
            if look.cells >= share * cells_before and look.contrast >= share * contrast:
                return look
        return None
