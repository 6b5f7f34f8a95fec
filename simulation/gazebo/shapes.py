"""The embedded camera's figures and cars as OBJ files with their colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.camera.shape import Shape, smooth_normals
from simulation.gazebo.meshes import Array, Files, Mesh

LEVELS = 10  # of each colour part: near colours share one material


def shape_files(path: str, shape: Shape) -> Files:
    """A figure of the embedded camera as OBJ and MTL."""
    points, faces = np.concatenate(shape.points), np.concatenate(shape.faces)
    colours = np.concatenate(shape.colours)[faces].mean(axis=1)
    return coloured_obj(path, Mesh(points, faces, smooth_normals(points, faces)), colours)


def coloured_obj(path: str, mesh: Mesh, colours: Array) -> Files:
    """An OBJ and its MTL beside it; triangles are grouped by their colours (m, 3)."""
    levels = np.round(np.clip(colours, 0, 1) * LEVELS).astype(np.int64)
    kinds, group = np.unique(levels, axis=0, return_inverse=True)
    library = path.removesuffix(".obj") + ".mtl"
    groups, materials = [], []
    for i in range(len(kinds)):
        members = group.ravel() == i
        groups.append((f"colour_{i}", mesh.faces[members]))
        materials.append(_material(f"colour_{i}", colours[members].mean(axis=0)))
    text = f"mtllib {library.rsplit('/', 1)[-1]}\n" + mesh.obj(groups)
    return {path: text, library: "\n".join(materials)}


def _material(name: str, rgb: NDArray[np.float64]) -> str:
    r, g, b = rgb.tolist()
    colour = f"{r:.4f} {g:.4f} {b:.4f}"
    return f"newmtl {name}\nKa {colour}\nKd {colour}\nKs 0.03 0.03 0.03\nNs 10\nd 1\nillum 1\n"
