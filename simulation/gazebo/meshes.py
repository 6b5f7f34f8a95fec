"""Triangle meshes as Wavefront OBJ, which Gazebo reads without a converter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import constrained_delaunay_triangles, get_coordinates, get_parts
from shapely.geometry import Polygon

Array = NDArray[np.float64]
Faces = NDArray[np.int64]
Files = dict[str, str]  # path inside the world's folder → text


@dataclass(frozen=True)
class Mesh:
    """Vertices (n, 3) in metres and triangles (m, 3), counter-clockwise from outside."""

    points: Array
    faces: Faces
    normals: Array | None = None  # (n, 3) of vertices; None: each face is flat

    def obj(self, groups: Sequence[tuple[str, Faces]] = ()) -> str:
        """The text of an OBJ file; with `groups` (smooth meshes), faces by material."""
        flat = self.normals is None
        normals = face_normals(self.points, self.faces) if self.normals is None else self.normals
        lines = [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in self.points.tolist()]
        lines += [f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in normals.tolist()]
        corners = (self.faces + 1).tolist()
        if flat:
            lines += [f"f {a}//{i} {b}//{i} {c}//{i}" for i, (a, b, c) in enumerate(corners, 1)]
            return "\n".join([*lines, ""])
        for material, faces in groups or [("", self.faces)]:
            lines += [f"usemtl {material}"] if material else []
            lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in (faces + 1).tolist()]
        return "\n".join([*lines, ""])

    @property
    def volume_m3(self) -> float:
        """Enclosed volume; negative where the triangles look inwards."""
        a, b, c = (self.points[self.faces[:, i]] for i in range(3))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def face_normals(points: Array, faces: Faces) -> Array:
    """Unit normals (m, 3) of triangles."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    unit: Array = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return unit


def joined(meshes: list[Mesh]) -> Mesh:
    """Several flat-faced meshes as one."""
    offsets = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    faces = [mesh.faces + at for mesh, at in zip(meshes, offsets, strict=False)]
    return Mesh(np.vstack([mesh.points for mesh in meshes]), np.vstack(faces))


def prism(ring: Array, low_m: float, high_m: float) -> Mesh:
    """A closed upright prism over a counter-clockwise ring (n, 2), convex or not."""
    n = len(ring)
    points = np.vstack([np.column_stack((ring, np.full(n, z_m))) for z_m in (low_m, high_m)])
    i = np.arange(n)
    j = (i + 1) % n
    walls = np.vstack((np.column_stack((i, j, j + n)), np.column_stack((i, j + n, i + n))))
    cap = triangles_of(ring)
    return Mesh(points, np.vstack((walls, cap[:, ::-1], cap + n)))


def triangles_of(ring: Array) -> Faces:
    """Counter-clockwise triangles (m, 3) over the corners of a simple ring (n, 2)."""
    index = {(float(x), float(y)): i for i, (x, y) in enumerate(ring)}
    faces = []
    for triangle in get_parts(constrained_delaunay_triangles(Polygon(ring))):
        a, b, c = (index[float(x), float(y)] for x, y in get_coordinates(triangle)[:3])
        (ax, ay), (bx, by), (cx, cy) = ring[a], ring[b], ring[c]
        left = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0
        faces.append((a, b, c) if left else (a, c, b))
    return np.array(faces, np.int64).reshape(-1, 3)


def cuboid(size_m: tuple[float, float, float], rotation: Array, middle: Array) -> Mesh:
    """A box by its full sizes, turned by (3, 3) and moved to its middle."""
    half = np.array(size_m) / 2
    ring = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]) * half[:2]
    upright = prism(ring, -half[2], half[2])
    return Mesh(upright.points @ rotation.T + middle, upright.faces)
