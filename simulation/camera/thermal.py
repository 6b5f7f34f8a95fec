"""Thermal: how warm everything is that stands still, by material, hour and weather."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from simulation.actors.company import ActorNow
from simulation.camera.fire import puffs_of
from simulation.camera.view import View
from simulation.conditions import Conditions, Weather
from simulation.terrain import Terrain

NOISE_C = 0.08  # of an uncooled sensor (NETD 50 to 80 mK)
BLUR_PX = 3  # thermal optics are soft
MEAN_AIR_C, DAY_SWING_C, WARMEST_H = 17.0, 5.5, 15.0  # Seoul in May
SUN_WARMS_C: dict[str, float] = {  # above the air in full sun, at the warmest
    "road": 17.0, "street": 16.0, "alley": 14.0, "concrete": 12.0, "school": 15.0, "yard": 11.0,
    "square": 12.0, "pavers": 13.0, "compacted": 11.0, "grass": 3.0, "leaves": 1.0, "water": -3.0,
    "plain": 9.0,
}  # fmt: skip
WALL_WARMS_C = 7.0
LIT_LAMP_WARMS_C = 8.0  # the face of a light of 10 W above its dark neighbour
HEAT_KEPT_C = 2.5  # walls and asphalt give back at night
SKY_C: dict[Weather, float] = {  # apparent, near the horizon
    Weather.CLEAR: -18.0, Weather.CLOUDY: 3.0, Weather.RAIN: 8.0, Weather.FOG: 11.0,
}  # fmt: skip
FLAME_C, SMOKE_C = 101.0, 45.0  # as far as the camera's range goes; smoke is thin


def air_c(conditions: Conditions) -> float:
    """Temperature of the air."""
    angle = math.tau * (conditions.hour_h - WARMEST_H) / 24.0
    return MEAN_AIR_C + DAY_SWING_C * math.cos(angle)


def material_c(material: str, conditions: Conditions) -> float:
    """Temperature of a surface of the street."""
    air = air_c(conditions)
    warms = SUN_WARMS_C.get(material, WALL_WARMS_C)
    sun = max(0.0, math.sin(max(conditions.sun_elevation_rad, 0.0))) / math.sin(0.9)
    if conditions.weather is not Weather.CLEAR:
        sun *= 0.25
    wet = conditions.raining_mmph > 0
    kept = HEAT_KEPT_C if warms > 5.0 and not wet else 0.0
    return air + warms * sun + kept * (1.0 - min(sun, 1.0))


def sky_c(conditions: Conditions) -> float:
    """What the sky looks like to a thermal camera."""
    return SKY_C[conditions.weather]


def finished(
    degrees: NDArray[np.float32], view: View, actors: list[ActorNow], now_s: float,
    terrain: Terrain, conditions: Conditions, seed: int,
) -> NDArray[np.float32]:  # fmt: skip
    """Flames, haze, blur and noise over the temperatures of surfaces, (height, width)."""
    if view.has_depth:
        for place, radius, _, opacity, shines in puffs_of(actors, now_s, terrain):
            _warm(degrees, view, place, radius, opacity, FLAME_C if shines else SMOKE_C)
        reach = max(4.0 * conditions.optical_range_m, 60.0)  # long waves see further through fog
        kept = np.exp(-3.0 * view.distance_m() / reach, dtype=np.float32)
        air = np.float32(air_c(conditions))
        degrees = air + kept * (degrees - air)
    soft = np.asarray(cv2.GaussianBlur(degrees, (BLUR_PX, BLUR_PX), 0), np.float32)
    rng = np.random.default_rng([seed & 0xFFFF_FFFF, 41])
    noisy: NDArray[np.float32] = soft + rng.normal(0.0, NOISE_C, soft.shape).astype(np.float32)
    return noisy


def _warm(
    degrees: NDArray[np.float32], view: View, place: NDArray[np.float64], radius_m: float,
    opacity: float, warmth_c: float,
) -> None:  # fmt: skip
    seen = view.project(place)
    if seen is None:
        return
    column, row, depth = seen
    radius = max(1.0, radius_m * view.camera.focal_px / depth)
    reach = int(1.8 * radius) + 1
    top, low = max(0, int(row) - reach), min(degrees.shape[0], int(row) + reach + 1)
    west, east = max(0, int(column) - reach), min(degrees.shape[1], int(column) + reach + 1)
    if top >= low or west >= east:
        return
    rows, columns = np.ogrid[top:low, west:east]
    squared = ((rows - row) ** 2 + (columns - column) ** 2).astype(np.float32) / radius**2
    covers = opacity * np.exp(-1.3 * squared) * (view.depths()[top:low, west:east] > depth - 0.2)
    patch = degrees[top:low, west:east]
    patch += covers * np.maximum(np.float32(warmth_c) - patch, 0.0)
