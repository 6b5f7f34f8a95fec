"""Lamps in the dark: cones of street lamps and the vehicle's headlights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulation.camera.mesh import rotation_map
from simulation.camera.view import View
from simulation.props import PostKind
from simulation.world import World

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
LAMP_BGR = np.array((0.72, 0.90, 1.0), np.float32)  # of about 3500 K
HEADLIGHT_BGR = np.array((1.0, 1.0, 0.96), np.float32)
LAMP_LIGHT = 15.0  # brightness at 1 m below, against full daylight; 0.6 on the road 5 m below
LAMP_REACH_M = 16.0
CONE_COS = math.cos(math.radians(68.0))  # street lamps shine down within this
HEADLIGHT_LIGHT, HEADLIGHT_REACH_M = 26.0, 30.0
HEADLIGHT_X_M, HEADLIGHT_Y_M, HEADLIGHT_Z_M = 1.15, 0.30, 0.60  # on the vehicle
BEAM_SIDE, BEAM_DOWN, BEAM_UP = 0.50, 0.35, 0.16  # slopes at which the beam has faded
MAX_LAMPS = 10  # the nearest light the picture
STEP_PX = 4  # light is worked out for every fourth pixel: it changes slowly
ARM_M, ARM_HEIGHT = 1.35, 0.68  # the lamp on its pole, see simulation.camera.furniture


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp at a place in the map; `post` is its pole's number in the world."""

    post: int
    place: tuple[float, float, float]


def lamps_of(world: World) -> list[Lamp]:
    """The lamps of all poles."""
    lamps = []
    for i, post in enumerate(world.posts):
        if post.kind is PostKind.POLE:
            top = np.array((post.x_m, post.y_m, post.z_m + ARM_HEIGHT * post.height_m))
            x, y, z = top + rotation_map(post.yaw_rad + math.pi) @ (ARM_M, 0.0, -0.1)
            lamps.append(Lamp(i, (float(x), float(y), float(z))))
    return lamps


def light_map(
    view: View, ambient_bgr: Floats, lamps: Sequence[Lamp], headlights: bool, base: Array,
    map_from_base: Array,
) -> Floats:  # fmt: skip
    """What the picture is multiplied with, (height, width, 3)."""
    x, y, z = view.points(STEP_PX)
    street = np.zeros_like(x)
    for lamp in _nearest(view, lamps):
        street += _cone(x, y, z, np.array(lamp.place) - view.place)
    small = ambient_bgr + street[..., None] * LAMP_BGR
    if headlights:
        small = small + _beams(view, x, y, z, base, map_from_base)[..., None] * HEADLIGHT_BGR
    # an eye for the dark: bright places saturate softly
    small = small / (1.0 + 0.25 * np.maximum(small - 0.6, 0.0) * 4.0)
    size = (view.camera.width_px, view.camera.height_px)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _nearest(view: View, lamps: Sequence[Lamp]) -> list[Lamp]:
    """Those that light something in sight: near, and not far behind."""

    def rank(lamp: Lamp) -> float:
        return math.dist(lamp.place, view.place)

    ahead = [
        lamp for lamp in lamps
        if rank(lamp) < 70.0
        and view.axes[0] @ (np.array(lamp.place) - view.place) > -LAMP_REACH_M
    ]  # fmt: skip
    return sorted(ahead, key=rank)[:MAX_LAMPS]


def _cone(x: Floats, y: Floats, z: Floats, place: Array) -> Floats:
    """A lamp's light at points: inverse square, within its cone, fading at its reach."""
    dx, dy, dz = x - np.float32(place[0]), y - np.float32(place[1]), np.float32(place[2]) - z
    squared = dx * dx + dy * dy + dz * dz + 0.25
    far = np.sqrt(squared)
    cone = np.clip((dz / far - CONE_COS) / (1.0 - CONE_COS), 0.0, 1.0)
    fade = np.clip(1.5 - 1.5 * far / LAMP_REACH_M, 0.0, 1.0)
    return np.asarray(LAMP_LIGHT * np.sqrt(cone) * fade / squared, np.float32)


def _beams(
    view: View, x: Floats, y: Floats, z: Floats, base: Array, map_from_base: Array
) -> Floats:
    """Both dipped beams: cut off above the horizon, wide to the sides."""
    total = np.zeros_like(x)
    forward, left, up = map_from_base.T.astype(np.float32)
    for side in (HEADLIGHT_Y_M, -HEADLIGHT_Y_M):
        place = base + map_from_base @ (HEADLIGHT_X_M, side, HEADLIGHT_Z_M) - view.place
        dx, dy, dz = (a - np.float32(b) for a, b in zip((x, y, z), place, strict=True))
        ahead = np.maximum(dx * forward[0] + dy * forward[1] + dz * forward[2], 0.05)
        aside = (dx * left[0] + dy * left[1] + dz * left[2]) / ahead
        above = (dx * up[0] + dy * up[1] + dz * up[2]) / ahead
        vertical = np.where(above > 0, above / BEAM_UP, above / BEAM_DOWN)
        shape = np.exp(-((aside / BEAM_SIDE) ** 2) - vertical**2)
        fade = np.clip(1.5 - 1.5 * ahead / HEADLIGHT_REACH_M, 0.0, 1.0)
        total += HEADLIGHT_LIGHT * shape * fade / (ahead * ahead + 9.0)
    return total
