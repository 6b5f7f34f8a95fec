"""Sky and far hills: a dome of vertex colours that follows the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from panda3d.core import Geom, GeomNode

from simulation.camera.mesh import make_geom
from simulation.conditions import FAIR, Conditions, Weather

ZENITH = np.array((0.33, 0.53, 0.82))
HAZE = np.array((0.80, 0.86, 0.91))
GREY = np.array((0.80, 0.82, 0.84))  # clouds
GLOW = np.array((0.95, 0.74, 0.55))  # around a low sun
HILL = np.array((0.45, 0.55, 0.56))
SIDES = 48


def sky_dome(radius: float, seed: int, conditions: Conditions = FAIR) -> GeomNode:
    """Sky from haze to blue, and a ridge of hills in the haze; open below.

    Under clouds, in rain and in fog it is grey all over; a low sun colours the haze.
    """
    node = GeomNode("sky")
    haze, zenith = _colours(conditions)
    elevations = np.radians([-12, 0, 4, 10, 20, 40, 65, 90])
    azimuths = 2 * np.pi * np.arange(SIDES + 1) / SIDES
    share = np.clip(elevations / np.radians(55), 0, 1) ** 0.6
    bands = haze + share[:, None] * (zenith - haze)
    points = np.stack([
        np.stack((np.cos(e) * np.cos(azimuths), np.cos(e) * np.sin(azimuths),
                  np.full_like(azimuths, np.sin(e))), axis=-1)
        for e in elevations
    ])  # fmt: skip
    colours = np.repeat(bands[:, None, :], SIDES + 1, axis=1)
    node.add_geom(_strip(radius * points, colours))
    if conditions.weather is not Weather.FOG:
        node.add_geom(_hills(radius * 0.97, seed))
    return node


def _colours(conditions: Conditions) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Colours at the horizon and overhead."""
    if conditions.weather is not Weather.CLEAR:
        return GREY * 1.03, GREY * 0.94
    low = np.clip(1.0 - abs(conditions.sun_elevation_rad) / 0.25, 0.0, 1.0)
    return HAZE + low * (GLOW - HAZE), ZENITH + 0.3 * low * (GLOW - ZENITH)


def _hills(radius: float, seed: int) -> Geom:
    rng = np.random.default_rng([seed, 5])
    fine = np.linspace(0, 2 * np.pi, 4 * SIDES + 1)
    height = np.full_like(fine, 5.0)
    for waves in range(2, 26):
        height += rng.normal(0, 4.5 / waves) * np.sin(waves * fine + rng.uniform(0, 7))
    height = np.radians(np.clip(height, 1.0, 14.0))
    low = np.full_like(fine, np.radians(-12))
    points = np.stack([
        np.stack((np.cos(e) * np.cos(fine), np.cos(e) * np.sin(fine), np.sin(e)), axis=-1)
        for e in (low, height)
    ])  # fmt: skip
    colours = np.stack((np.tile(HAZE * 0.95, (len(fine), 1)), np.tile(HILL, (len(fine), 1))))
    return _strip(radius * points, colours)


def _strip(points: NDArray[np.float64], colours: NDArray[np.float64]) -> Geom:
    rows, columns, _ = points.shape
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
    triangles = np.vstack((np.column_stack((i, i + columns, i + columns + 1)),
                           np.column_stack((i, i + columns + 1, i + 1))))  # fmt: skip
    return make_geom(
        points.reshape(-1, 3), colours.reshape(-1, 3), np.zeros((rows * columns, 2)), triangles
    )
