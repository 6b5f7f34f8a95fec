"""Triangles gathered by material and by place, then handed to Panda3D in one piece each.

Light is baked into vertex colours (one sun, one sky), so static scenery costs no lighting and
looks the same on every backend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from panda3d.core import (
    Geom,
    GeomEnums,
    GeomNode,
    GeomTriangles,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
)

from simulation.camera.light import Daylight

CHUNK_M = 40.0  # scenery is culled in squares of this size

Rgb = tuple[float, float, float]
Array = NDArray[np.float64]


@dataclass
class _Batch:
    positions: list[Array] = field(default_factory=list)
    colours: list[Array] = field(default_factory=list)
    uvs: list[Array] = field(default_factory=list)
    triangles: list[NDArray[np.int64]] = field(default_factory=list)
    count: int = 0


class MeshBuilder:
    """Collects triangles; each piece goes to the chunk of its first vertex."""

    def __init__(self, light: Daylight) -> None:
        self.light = light
        self._batches: dict[tuple[str, int, int], _Batch] = defaultdict(_Batch)

    def add(
        self, material: str, positions: ArrayLike, colours: ArrayLike, uvs: ArrayLike,
        triangles: ArrayLike,
    ) -> None:  # fmt: skip
        """Vertices (n, 3) m, colours (n, 3) 0..1, uvs (n, 2), triangles (m, 3) into vertices."""
        points = np.asarray(positions, float)
        cx, cy = np.floor(points[0, :2] / CHUNK_M).astype(int)
        batch = self._batches[material, int(cx), int(cy)]
        batch.positions.append(points)
        batch.colours.append(np.broadcast_to(np.asarray(colours, float), points.shape))
        batch.uvs.append(np.broadcast_to(np.asarray(uvs, float), (len(points), 2)))
        batch.triangles.append(np.asarray(triangles, np.int64) + batch.count)
        batch.count += len(points)

    def quad(
        self, material: str, corners: Sequence[Sequence[float]], colour: Rgb | Array,
        uvs: ArrayLike = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), shaded: bool = True,
    ) -> None:  # fmt: skip
        """Four corners, counter-clockwise from outside; light is baked from its normal."""
        points = np.asarray(corners, float)
        shade = 1.0
        if shaded:
            normal = np.cross(points[1] - points[0], points[3] - points[0])
            normal /= max(float(np.linalg.norm(normal)), 1e-9)
            shade = float(self.light.on(normal[None, :])[0])
        self.add(material, points, np.asarray(colour) * shade, uvs, ((0, 1, 2), (0, 2, 3)))

    def box(
        self, material: str, size: Sequence[float], place: Array, rotation: Array, colour: Rgb
    ) -> None:
        """A closed box with its middle at `place` (3,), turned by (3, 3)."""
        h = np.asarray(size, float) / 2
        signs = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], float)
        corners = signs * h @ rotation.T + place
        for a, b, c, d in ((0, 1, 5, 4), (3, 2, 6, 7), (2, 0, 4, 6), (1, 3, 7, 5), (4, 5, 7, 6)):
            self.quad(material, corners[[a, b, c, d]].tolist(), colour)

    def chunks(self) -> Iterator[tuple[str, tuple[int, int], GeomNode]]:
        """Material, chunk and finished node of every batch."""
        for (material, cx, cy), batch in self._batches.items():
            node = GeomNode(f"{material}-{cx}-{cy}")
            node.add_geom(
                make_geom(
                    np.concatenate(batch.positions),
                    np.concatenate(batch.colours),
                    np.concatenate(batch.uvs),
                    np.concatenate(batch.triangles),
                )
            )
            yield material, (cx, cy), node


_VERTEX = np.dtype([("p", "<f4", 3), ("c", "u1", 4), ("t", "<f4", 2)])


def _format() -> GeomVertexFormat:
    array = GeomVertexArrayFormat()
    array.add_column("vertex", 3, GeomEnums.NT_float32, GeomEnums.C_point)
    array.add_column("color", 4, GeomEnums.NT_uint8, GeomEnums.C_color)
    array.add_column("texcoord", 2, GeomEnums.NT_float32, GeomEnums.C_texcoord)
    layout = GeomVertexFormat()
    layout.add_array(array)
    return GeomVertexFormat.register_format(layout)


def make_geom(positions: Array, colours: Array, uvs: Array, triangles: NDArray[np.int64]) -> Geom:
    """A Geom of triangles; colours are 0..1 and clipped."""
    rows = np.zeros(len(positions), _VERTEX)
    rows["p"], rows["t"] = positions, uvs
    rows["c"][:, :3] = np.clip(np.asarray(colours) * 255.0, 0, 255)
    rows["c"][:, 3] = 255
    data = GeomVertexData("mesh", _format(), Geom.UH_static)
    data.unclean_set_num_rows(len(rows))
    memoryview(data.modify_array(0)).cast("B")[:] = rows.tobytes()
    primitive = GeomTriangles(Geom.UH_static)
    primitive.set_index_type(GeomEnums.NT_uint32)
    indices = primitive.modify_vertices()
    indices.unclean_set_num_rows(triangles.size)
    memoryview(indices).cast("B")[:] = triangles.astype("<u4").tobytes()
    geom = Geom(data)
    geom.add_primitive(primitive)
    return geom


def rotation_map(yaw_rad: float, pitch_rad: float = 0.0, roll_rad: float = 0.0) -> Array:
    """Rotation (3, 3) of intrinsic yaw, pitch (nose down positive), roll."""
    cy, sy, cp, sp = np.cos(yaw_rad), np.sin(yaw_rad), np.cos(pitch_rad), np.sin(pitch_rad)
    cr, sr = np.cos(roll_rad), np.sin(roll_rad)
    yaw = np.array([[cy, -sy, 0.0], [sy, cy, 0.0], [0.0, 0.0, 1.0]])
    pitch = np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])
    roll = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
    rotation: Array = yaw @ pitch @ roll
    return rotation
