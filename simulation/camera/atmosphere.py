"""Atmosphere: what hour and weather do to a finished picture, on every backend alike.

A picture comes drawn in full light, with the distance of every pixel; it leaves with lamps in the
dark, flames, fog, rain and the noise of a sensor. Order: light, sparks of lamps, flames and smoke,
haze, streaks and drops of rain, noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.camera.fire import paint_fires
from simulation.camera.glows import (
    LOW_SUN_RAD,
    Glow,
    car_glows,
    lamp_glows,
    paint_glows,
    signal_glows,
    sun_glow,
)
from simulation.camera.lamps import Lamp, lamps_of, light_map
from simulation.camera.light import Daylight, sun_direction
from simulation.camera.mesh import Rgb
from simulation.camera.rain import RainLook
from simulation.camera.renderer import SceneNow
from simulation.camera.view import View
from simulation.world import World

Floats = NDArray[np.float32]
NOISE = 5.0  # levels of sensor noise in the dark (1 sigma); by day an eighth of it
NOISE_TILE = 512
DAY_FOG_BGR = np.array((0.86, 0.86, 0.85), np.float32) * 255
NIGHT_FOG = 0.13  # of the day's, lit by the lamps of a town
CLEAR_M = 5000.0  # seen further than this no haze is painted


@dataclass(frozen=True, slots=True)
class Moment:
    """What the atmosphere must know of one picture."""

    scene: SceneNow
    signal_glows: list[tuple[float, float, float, Rgb]]
    base_position_map: NDArray[np.float64]
    map_from_base: NDArray[np.float64]
    seed: int  # for rain and noise of this picture


class Atmosphere:
    """One world's air and light."""

    def __init__(self, world: World, light: Daylight) -> None:
        self._terrain, self._light = world.terrain, light
        conditions = world.conditions
        self._dark = conditions.is_dark
        self._lamps = lamps_of(world) if self._dark else []
        self._sun = sun_direction(conditions)
        self._sun_low = light.sun_light > 0 and conditions.sun_elevation_rad < LOW_SUN_RAD
        self._range_m = conditions.optical_range_m
        raining = conditions.raining_mmph
        self._rain = RainLook(raining, world.seed) if raining > 0 else None
        rng = np.random.default_rng([world.seed & 0xFFFF_FFFF, 29])
        tile = rng.normal(0.0, 1.0, (NOISE_TILE, NOISE_TILE, 3))
        self._noise: Floats = np.tile(tile, (2, 2, 1)).astype(np.float32)
        self._gain = 1.0 - min(1.0, light.exposure)

    @property
    def needs_depth(self) -> bool:
        """Whether pictures need the distance of their pixels, flames apart."""
        return self._dark or self._sun_low or self._range_m < CLEAR_M

    def apply(self, bgr: NDArray[np.uint8], view: View, moment: Moment) -> NDArray[np.uint8]:
        """The picture as a camera would take it now."""
        fires = [a for a in moment.scene.actors if a.state.visible]
        picture: Floats = bgr.astype(np.float32)
        if self._dark or self._light.changes_picture:
            picture *= self._lighting(view, moment)
        if view.has_depth:
            paint_glows(picture, view, self._glows(view, moment))
        if view.has_depth:
            paint_fires(picture, view, fires, moment.scene.now_s, self._terrain)
        if self._range_m < CLEAR_M and view.has_depth:
            self._haze(picture, view)
        if self._rain is not None:
            self._rain.paint(picture, moment.seed)
        self._add_noise(picture, moment.seed)
        return np.clip(picture, 0, 255).astype(np.uint8)

    def _glows(self, view: View, moment: Moment) -> Iterator[Glow]:
        if self._dark:
            yield from lamp_glows(self._burning(moment.scene))
            yield from signal_glows(moment.signal_glows)
            yield from car_glows(moment.scene.actors, view, self._terrain)
        elif self._sun_low:
            yield sun_glow(self._sun, view)

    @property
    def leaves_alone(self) -> bool:
        """Whether apply would only add what nobody sees."""
        plain = (
            not self._dark
            and not self._sun_low
            and not self._light.changes_picture
            and self._rain is None
        )
        return plain and self._range_m >= CLEAR_M

    def _burning(self, scene: SceneNow) -> list[Lamp]:
        return [lamp for lamp in self._lamps if lamp.post not in scene.dark_posts]

    def _lighting(self, view: View, moment: Moment) -> Floats:
        ambient = (self._light.exposure * self._light.tint_bgr).astype(np.float32)
        if not (self._dark and view.has_depth):
            return np.broadcast_to(ambient, (1, 1, 3))
        return light_map(view, ambient, self._burning(moment.scene), moment.scene.headlights,
                         moment.base_position_map, moment.map_from_base)  # fmt: skip

    def _haze(self, picture: Floats, view: View) -> None:
        """Koschmieder's law: contrast falls to 5 % at the optical range, so by exp(-3 d / V)."""
        kept = np.exp(-3.0 * view.distance_m() / self._range_m, dtype=np.float32)[..., None]
        fog = DAY_FOG_BGR * (NIGHT_FOG if self._dark else max(self._light.exposure, NIGHT_FOG))
        picture *= kept
        picture += (1.0 - kept) * fog

    def _add_noise(self, picture: Floats, seed: int) -> None:
        """Read noise, raised with the gain."""
        height, width, _ = picture.shape
        rows, columns = seed * 7919 % NOISE_TILE, seed * 104729 % NOISE_TILE
        rows = min(rows, 2 * NOISE_TILE - height) if height <= NOISE_TILE else 0
        size = NOISE * (0.125 + 0.875 * self._gain)
        noise = self._noise
        while noise.shape[0] < height + rows or noise.shape[1] < width + columns:
            noise = np.tile(noise, (2, 2, 1))
        picture += size * noise[rows : rows + height, columns : columns + width]
