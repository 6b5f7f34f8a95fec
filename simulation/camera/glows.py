"""Glows: what shines into the lens: street lamps, crosswalk lights, cars, a low sun."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.lamps import HEADLIGHT_BGR, LAMP_BGR, Lamp
from simulation.camera.mesh import Rgb
from simulation.camera.view import View
from simulation.props import CAR_SIZE_M
from simulation.terrain import Terrain

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
Glow = tuple[Array, float, Floats]  # place in the map, radius in metres, BGR levels to add
LAMP_M, SIGNAL_M, HEADLIGHT_M, TAIL_LIGHT_M = 0.30, 0.16, 0.22, 0.12
TAIL_BGR = np.array((20.0, 20.0, 190.0), np.float32)
CAR_LAMP_Z_M, CAR_LAMP_SHARE = 0.68, 0.35  # of the width, to each side
BEAM_COS = 0.25  # a car's lamp shows within this of its direction
SUN_AWAY_M, SUN_M = 80.0, 3.0  # the sun as a lamp far off
SUN_BGR = np.array((330.0, 420.0, 520.0), np.float32)
LOW_SUN_RAD = math.radians(22.0)  # above, the sun is out of the picture


def lamp_glows(lamps: Iterable[Lamp]) -> Iterator[Glow]:
    """Street lamps."""
    return ((np.array(lamp.place), LAMP_M, LAMP_BGR * 255) for lamp in lamps)


def signal_glows(signals: Iterable[tuple[float, float, float, Rgb]]) -> Iterator[Glow]:
    """Crosswalk lights that are lit."""
    for x, y, z, (red, green, blue) in signals:
        yield np.array((x, y, z)), SIGNAL_M, 255 * np.array((blue, green, red), np.float32)


def car_glows(actors: Sequence[ActorNow], view: View, terrain: Terrain) -> Iterator[Glow]:
    """Head and tail lamps of cars whose engines run, where they shine towards the camera."""
    for actor in actors:
        state = actor.state
        if actor.spec.kind is not ActorKind.CAR or state.temperature_c is None:
            continue
        length, width, _ = CAR_SIZE_M[actor.outfit.car]
        forward = np.array((math.cos(state.yaw_rad), math.sin(state.yaw_rad)))
        leftward = np.array((-forward[1], forward[0]))
        middle = np.array((state.x_m, state.y_m))
        z_m = float(terrain.height_at(state.x_m, state.y_m)) + CAR_LAMP_Z_M
        to_eye = view.place[:2] - middle
        facing = float(forward @ to_eye) / max(float(np.hypot(*to_eye)), 1e-6)
        if abs(facing) < BEAM_COS:
            continue
        ahead = facing > 0
        end = middle + (1 if ahead else -1) * (length / 2 + 0.05) * forward
        radius, bgr = (HEADLIGHT_M, HEADLIGHT_BGR * 300) if ahead else (TAIL_LIGHT_M, TAIL_BGR)
        for side in (1, -1):
            x, y = end + side * CAR_LAMP_SHARE * width * leftward
            yield np.array((x, y, z_m)), radius, bgr * abs(facing)


def sun_glow(sun: Array, view: View) -> Glow:
    """The sun in a direction (3,)."""
    return view.place + SUN_AWAY_M * sun, SUN_M, SUN_BGR


def paint_glows(picture: Floats, view: View, glows: Iterable[Glow]) -> None:
    """Add each source with the halo that a lens gives it; nothing where something is before it."""
    for place, size_m, bgr in glows:
        seen = view.project(place)
        if seen is not None and view.open_to(*seen):
            _paint(picture, view, seen, size_m, bgr)


def _paint(
    picture: Floats, view: View, seen: tuple[float, float, float], size_m: float, bgr: Floats
) -> None:
    column, row, depth = seen
    radius = max(1.5, size_m * view.camera.focal_px / depth)
    reach = int(4 * radius) + 1
    top, low = max(0, int(row) - reach), min(picture.shape[0], int(row) + reach + 1)
    west, east = max(0, int(column) - reach), min(picture.shape[1], int(column) + reach + 1)
    rows, columns = np.ogrid[top:low, west:east]
    squared = ((rows - row) ** 2 + (columns - column) ** 2).astype(np.float32) / radius**2
    glow = np.exp(-1.2 * squared) + 0.16 * np.exp(-0.3 * squared)
    picture[top:low, west:east] += glow[..., None] * bgr
