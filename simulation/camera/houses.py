"""Houses: walls with windows by the bay and floor, flat green roofs as Seoul's hillsides have."""

from __future__ import annotations

import math

import numpy as np

from simulation.camera.mesh import Array, MeshBuilder, Rgb
from simulation.camera.textures import WALLS
from simulation.props import Prism
from simulation.world import World

BAY_M, FLOOR_M = 3.2, 2.9
PLINTH_M = 0.35  # plain stone between the slope and the lowest floor
CORNICE_M, OVERHANG_M = 0.35, 0.14
ROOFS: tuple[Rgb, ...] = ((0.30, 0.52, 0.38), (0.28, 0.47, 0.36), (0.52, 0.52, 0.50))
TANK: Rgb = (0.86, 0.74, 0.22)
PLINTH: Rgb = (0.52, 0.50, 0.47)


def build_houses(world: World, builder: MeshBuilder) -> None:
    """Adds all buildings; style and tint follow from the building's order and the seed."""
    rng = np.random.default_rng([world.seed, 7])
    for prism in world.buildings:
        style = int(rng.integers(len(WALLS)))
        tint = 0.92 + 0.14 * float(rng.random())
        _walls(prism, builder, style, (tint, tint, tint))
        _cornice(prism, builder, (0.62, 0.59, 0.55))
        _roof(prism, builder, rng)


def _walls(prism: Prism, builder: MeshBuilder, style: int, tint: Rgb) -> None:
    ring = prism.ring_map
    first = prism.ground_m + PLINTH_M
    floors = max(1, round((prism.top_m - first) / FLOOR_M))
    floor_m = (prism.top_m - first) / floors
    for i, (x0, y0) in enumerate(ring):
        x1, y1 = ring[(i + 1) % len(ring)]
        bays = max(1, round(math.hypot(x1 - x0, y1 - y0) / BAY_M)) / 2
        shift = (i + len(prism.id)) % 2 / 2

        def wall(
            low: float, high: float, ends: tuple[float, ...] = (x0, y0, x1, y1)
        ) -> list[tuple[float, float, float]]:
            xa, ya, xb, yb = ends
            return [(xa, ya, low), (xb, yb, low), (xb, yb, high), (xa, ya, high)]

        def uv(high: float, bays: float = bays, shift: float = shift) -> list[tuple[float, float]]:
            return [(shift, 0.0), (shift + bays, 0.0), (shift + bays, high), (shift, high)]

        builder.quad("plain", wall(prism.base_m, first), PLINTH)
        builder.quad(f"door {style}", wall(first, first + floor_m), tint, uv(1.0))
        if floors > 1:
            builder.quad(f"wall {style}", wall(first + floor_m, prism.top_m), tint,
                         uv((floors - 1) / 2))  # fmt: skip


def _cornice(prism: Prism, builder: MeshBuilder, colour: Rgb) -> None:
    """A band around the top that stands out a little: it gives houses an edge against the sky."""
    ring = np.array(prism.ring_map)
    out = _grown(ring, OVERHANG_M)
    low, high = prism.top_m - CORNICE_M, prism.top_m + 0.55
    for i in range(len(ring)):
        j = (i + 1) % len(ring)
        a, b, c, d = out[i], out[j], ring[j], ring[i]
        builder.quad("plain", [(*a, low), (*b, low), (*b, high), (*a, high)], colour)
        builder.quad("plain", [(*d, low), (*c, low), (*b, low), (*a, low)], colour)
        builder.quad("plain", [(*a, high), (*b, high), (*c, high), (*d, high)], colour)


def _grown(ring: Array, by: float) -> Array:
    """A counter-clockwise ring moved outwards at every corner."""
    after = np.roll(ring, -1, axis=0) - ring
    after /= np.linalg.norm(after, axis=1, keepdims=True)
    outward = np.column_stack((after[:, 1], -after[:, 0]))
    both = outward + np.roll(outward, 1, axis=0)
    grown: Array = ring + by * 2 * both / np.maximum((both**2).sum(axis=1, keepdims=True), 0.5)
    return grown


def _roof(prism: Prism, builder: MeshBuilder, rng: np.random.Generator) -> None:
    ring = np.array(prism.ring_map)
    colour = ROOFS[int(rng.integers(len(ROOFS)))]
    middle = ring.mean(axis=0)
    fan = np.vstack((np.column_stack((ring, np.full(len(ring), prism.top_m))),
                     [*middle, prism.top_m]))  # fmt: skip
    n = len(ring)
    triangles = [(i, (i + 1) % n, n) for i in range(n)]
    builder.add("plain", fan, colour, (0.0, 0.0), triangles)
    along = ring[1] - ring[0]
    yaw = math.atan2(along[1], along[0])
    turn = np.array([[math.cos(yaw), -math.sin(yaw), 0], [math.sin(yaw), math.cos(yaw), 0],
                     [0, 0, 1.0]])  # fmt: skip
    if rng.random() < 0.5:
        spot = np.array([*(0.7 * middle + 0.3 * ring[2 % n]), prism.top_m + 1.2])
        builder.box("plain", (3.2, 2.6, 2.4), spot, turn, (0.72, 0.66, 0.60))
    if rng.random() < 0.35:
        spot = np.array([*(0.7 * middle + 0.3 * ring[0]), prism.top_m + 0.9])
        builder.box("plain", (1.6, 1.6, 1.8), spot, turn, TANK)
