"""Columns of warm air and smoke in a thermal picture, and where they rise.

What rises from something that smoulders is warmer than its surroundings and than any skin, cooler
than flames, and stands higher than the thermal camera. Each row of the picture is compared with
what else is in it: asphalt in the sun may be as warm as smoke, but fills most of its rows. Where a
street climbs, its asphalt stands above the camera's horizon, too, before walls that are cooler: so
some of a column must be warmer than the ground is, and it must not lie like a road far ahead that
is warmer than the grass and the gravel before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundPoint, GroundProjector
from perception.hot_spots import place_of
from perception.types import ThermalPicture

Floats = NDArray[np.float32]
_USUAL_SHARE = 70.0  # percentile of a row that counts as its surroundings
_ABOVE_ROW_C, _BELOW_C = 2.5, 4.0  # above its row, below its warmest
_OVER_HORIZON_PX = 4  # it must reach so far above the camera's horizon
_HOT_GROUND = 75.0  # percentile below the horizon: that much of it may lie in the shade
_ABOVE_GROUND_C = 1.0
_LIES = 3.0  # as many times wider than high is a road, seen from afar
_UNSURE_FOOT_PX = 9.0  # where the ground is nearly as warm as the column
_TIED_PX = 6  # columns that are so near are one: smoke drifts
_TIES = np.ones((7, 3), np.uint8)  # a column has gaps where something stands behind


@dataclass(frozen=True, slots=True)
class Plume:
    """A column: its place, its size (of a square as large), its heat above what is around it."""

    point: GroundPoint
    size_m: float
    degrees_c: float  # the warmest
    heat: float
    foot_c: float  # the warmest of its lower half, flames included
    columns_px: tuple[int, int]  # in the thermal picture


def warm_plumes(
    thermal: ThermalPicture,
    projector: GroundProjector,
    returns_base: NDArray[np.float64] | None,
    least_c: float,
    least_px: int,
) -> list[Plume]:
    """Columns warmer than `least_c` somewhere; `projector` is the thermal camera's."""
    celsius = thermal.celsius
    if float(celsius.max()) < least_c:
        return []
    limit = _limits(celsius, least_c)
    core = (celsius >= limit).astype(np.uint8)
    joined = cv2.morphologyEx(core, cv2.MORPH_CLOSE, _TIES)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    horizon = _horizon_px(projector)
    ground_c = _ground_c(celsius, horizon)
    plumes = []
    for label in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[label])
        if area < least_px or y > horizon - _OVER_HORIZON_PX or width > _LIES * height:
            continue
        box = (slice(y, y + height), slice(x, x + width))
        part, inside = celsius[box], labels[box] == label
        warmest = float(part[inside].max())
        if warmest < least_c or (part[inside] > ground_c + _ABOVE_GROUND_C).sum() < least_px:
            continue
        low, columns = y + height, np.nonzero(inside[-max(1, height // 6) :].any(axis=0))[0]
        unsure = float(limit[low - 1, 0]) > least_c - _BELOW_C
        point = place_of(
            (x + float(columns.mean()) + 0.5, float(low)),
            (x, x + width),
            projector,
            returns_base,
            _UNSURE_FOOT_PX if unsure else 1.0,
        )
        size_m = math.sqrt(area) * point.range_m / projector.camera.focal_px
        heat = float(np.maximum(part - limit[y:low], 0.0)[inside].sum())
        foot_c = float(celsius[max(0, y + height // 2) : low + 6, box[1]].max())
        plumes.append(Plume(point, size_m, warmest, heat, foot_c, (x, x + width)))
    return _one_above_another(plumes)


def _one_above_another(plumes: list[Plume]) -> list[Plume]:
    """Of the pieces of one column, which lie over one another, the largest."""
    kept: list[Plume] = []
    for plume in sorted(plumes, key=lambda one: -one.heat):
        left, right = plume.columns_px
        if not any(
            left < other.columns_px[1] + _TIED_PX and other.columns_px[0] < right + _TIED_PX
            for other in kept
        ):
            kept.append(plume)
    return kept


def _limits(celsius: Floats, least_c: float) -> Floats:
    """From which temperature on a pixel belongs to a column, by row: (height, 1)."""
    usual = np.percentile(celsius, _USUAL_SHARE, axis=1)[:, None]
    return np.asarray(np.maximum(least_c - _BELOW_C, usual + _ABOVE_ROW_C), np.float32)


def _ground_c(celsius: Floats, horizon_px: float) -> float:
    """How warm ground in the sun is: below the horizon, of the lowest quarter at least."""
    height = celsius.shape[0]
    first = int(np.clip(horizon_px, 0, height * 3 // 4))
    return float(np.percentile(celsius[first:], _HOT_GROUND))


def _horizon_px(projector: GroundProjector) -> float:
    """The row at which the camera looks level, in the middle of the picture."""
    camera = projector.camera
    down_rad = camera.pitch_rad + projector.stamped.pitch_rad
    return camera.height_px / 2 - camera.focal_px * math.tan(down_rad)
