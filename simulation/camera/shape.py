"""Shape: triangles of something that moves, in its own frame, with its warmth for the thermal eye.

Own frame: x ahead, y left, z up from the ground, metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from panda3d.core import GeomNode

from simulation.camera.light import Daylight
from simulation.camera.mesh import Array, Rgb, make_geom, rotation_map

AIR = math.nan  # warmth of what is as warm as the air


@dataclass
class Shape:
    """Parts gathered by whoever builds a figure."""

    points: list[Array] = field(default_factory=list)
    faces: list[NDArray[np.int64]] = field(default_factory=list)
    colours: list[Array] = field(default_factory=list)
    warmth: list[Array] = field(default_factory=list)
    count: int = 0

    def mesh(
        self,
        points: Array,
        faces: NDArray[np.int64],
        colours: Array,
        warmth_c: Array | float = AIR,
    ) -> None:
        """Vertices (n, 3), faces (m, 3), colours (n, 3) or (3,), degrees Celsius (n,) or one."""
        self.points.append(points)
        self.faces.append(np.asarray(faces, np.int64) + self.count)
        self.colours.append(np.broadcast_to(np.asarray(colours, float), points.shape))
        self.warmth.append(np.broadcast_to(np.asarray(warmth_c, float), (len(points),)))
        self.count += len(points)

    def box(
        self, size: tuple[float, float, float], place: Array | tuple[float, float, float],
        colour: Rgb, rotation: Array | None = None, warmth_c: float = AIR,
    ) -> None:  # fmt: skip
        """A box with its middle at `place`; every side has its own corners, so edges are sharp."""
        half = np.asarray(size, float) / 2
        turned = np.eye(3) if rotation is None else rotation
        for axis in range(3):
            for sign in (1.0, -1.0):
                u, v = (axis + 1) % 3, (axis + 2) % 3
                corners = np.zeros((4, 3))
                corners[:, axis] = sign
                corners[:, u] = (-1, 1, 1, -1)
                corners[:, v] = (-1, -1, 1, 1)
                faces = np.array(((0, 1, 2), (0, 2, 3)))
                side = (corners * half) @ turned.T + np.asarray(place, float)
                self.mesh(side, faces if sign > 0 else faces[:, ::-1], np.array(colour), warmth_c)

    def tube(
        self, a: Array | tuple[float, float, float], b: Array | tuple[float, float, float],
        radius: float, colour: Rgb, end_radius: float | None = None, sides: int = 7,
        warmth_c: float = AIR,
    ) -> None:  # fmt: skip
        """A round bar from a to b."""
        start, end = np.asarray(a, float), np.asarray(b, float)
        axis = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
        across = np.cross(axis, (0, 0, 1.0) if abs(axis[2]) < 0.9 else (1.0, 0, 0))
        across /= np.linalg.norm(across)
        angles = 2 * np.pi * np.arange(sides) / sides
        rim = np.outer(np.cos(angles), across) + np.outer(np.sin(angles), np.cross(axis, across))
        top = radius if end_radius is None else end_radius
        points = np.vstack((start + radius * rim, end + top * rim))
        i = np.arange(sides)
        j = (i + 1) % sides
        faces = np.vstack((np.column_stack((i, j, j + sides)),
                           np.column_stack((i, j + sides, i + sides))))  # fmt: skip
        self.mesh(points, faces, np.array(colour), warmth_c)

    def ball(
        self, middle: Array | tuple[float, float, float], radii: tuple[float, float, float],
        colour: Rgb, rotation: Array | None = None, warmth_c: float = AIR, top_only: bool = False,
    ) -> None:  # fmt: skip
        """An ellipsoid; the upper half only where asked."""
        rings, sides = 6, 10
        theta = np.linspace(0.02, (0.5 if top_only else 0.98) * np.pi, rings)[:, None]
        phi = (2 * np.pi * np.arange(sides + 1) / sides)[None, :]
        unit = np.stack((np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi),
                         np.cos(theta) * np.ones_like(phi)), axis=-1).reshape(-1, 3)  # fmt: skip
        turned = np.eye(3) if rotation is None else rotation
        i = (np.arange(rings - 1)[:, None] * (sides + 1) + np.arange(sides)[None, :]).ravel()
        below = i + sides + 1
        faces = np.vstack((np.column_stack((i, below, below + 1)),
                           np.column_stack((i, below + 1, i + 1))))  # fmt: skip
        points = (unit * radii) @ turned.T + np.asarray(middle, float)
        self.mesh(points, faces, np.array(colour), warmth_c)

    def wheel(
        self, middle: tuple[float, float, float], radius: float, colour: Rgb, width: float = 0.04
    ) -> None:
        """An upright ring of a tyre that rolls along x."""
        angles = np.linspace(0, 2 * np.pi, 15)
        x, z = middle[0] + radius * np.cos(angles), middle[2] + radius * np.sin(angles)
        for k in range(14):
            self.tube((x[k], middle[1], z[k]), (x[k + 1], middle[1], z[k + 1]), width / 2, colour,
                      sides=5)  # fmt: skip

    def node(self, name: str, light: Daylight, yaw_rad: float) -> GeomNode:
        """The finished picture node, lit for a heading."""
        points, faces = np.concatenate(self.points), np.concatenate(self.faces)
        normals = smooth_normals(points, faces) @ rotation_map(yaw_rad).T
        colours = np.concatenate(self.colours) * light.on(normals)[:, None]
        made = GeomNode(name)
        made.add_geom(make_geom(points, colours, np.zeros((len(points), 2)), faces))
        return made

    def warm_node(self, name: str, air_c: float, shade: ThermalShade) -> GeomNode:
        """The same triangles in the thermal camera's grey levels."""
        warmth = np.concatenate(self.warmth)
        grey = shade.grey(np.where(np.isnan(warmth), air_c, warmth))
        points = np.concatenate(self.points)
        made = GeomNode(name)
        made.add_geom(
            make_geom(
                points,
                np.repeat(grey[:, None], 3, axis=1),
                np.zeros((len(points), 2)),
                np.concatenate(self.faces),
            )
        )
        return made  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThermalShade:
    """Degrees Celsius as grey in 0..1: half a degree to a level of 255."""

    lowest_c: float = -25.0
    step_c: float = 0.5

    def grey(self, degrees_c: Array) -> Array:
        """Grey of temperatures; what is hotter than the range saturates."""
        level = np.round((np.asarray(degrees_c, float) - self.lowest_c) / self.step_c)
        grey: Array = (np.clip(level, 0, 255) + 0.25) / 255.0
        return grey

    def degrees_c(self, level: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Temperatures of a picture's levels."""
        degrees: NDArray[np.float32] = level.astype(np.float32) * self.step_c + self.lowest_c
        return degrees


def smooth_normals(points: Array, faces: NDArray[np.int64]) -> Array:
    """Vertex normals (n, 3): the mean of the faces around, weighed by area."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(face[:, k], 3), len(points))
                     for k in range(3)], axis=1)  # fmt: skip
    normals: Array = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return normals
