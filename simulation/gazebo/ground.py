"""The terrain as meshes: tiles of the height grid, for the eye and for the wheels.

A heightmap would do for drawing, but its physics samples an image; a mesh has the very vertices
of the grid that the embedded simulator's height field uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np

from patrol.map import PatrolMap
from simulation.gazebo.elements import add, add_collision, mesh, static_model
from simulation.gazebo.ground_paint import cell_colours
from simulation.gazebo.meshes import Array, Faces, Files, Mesh
from simulation.gazebo.shapes import coloured_obj
from simulation.mujoco.groups import GROUND_BIT
from simulation.surfaces import UNKNOWN, grip_of
from simulation.terrain import Terrain
from simulation.world import World

TILE_CELLS = 64


def ground_model(world: World) -> tuple[Element, Files]:
    """The `<model>` of the ground and its mesh files."""
    model, link = static_model("ground")
    friction, colours = ground_friction(world), cell_colours(world)
    files: Files = {}
    for name, (j, i), tile in ground_tiles(world.terrain):
        path = f"meshes/{name}.obj"
        cells = colours[j : j + TILE_CELLS, i : i + TILE_CELLS].reshape(-1, 3)
        files |= coloured_obj(path, tile, np.vstack((cells, cells)))  # two triangles a cell
        add_collision(link, name, mesh(path), bits=GROUND_BIT, friction=friction)
        add(link, "visual", name=name).append(mesh(path))
    return model, files


def ground_tiles(terrain: Terrain) -> Iterator[tuple[str, tuple[int, int], Mesh]]:
    """Tiles by name and first cell (row, column); neighbours share their border's vertices."""
    rows, columns = terrain.heights_m.shape
    x = terrain.west_m + terrain.cell_m * np.arange(columns)
    y = terrain.south_m + terrain.cell_m * np.arange(rows)
    grid = np.stack((*np.meshgrid(x, y), terrain.heights_m), axis=-1)
    normals = _normals(terrain)
    for j in range(0, rows - 1, TILE_CELLS):
        for i in range(0, columns - 1, TILE_CELLS):
            part = np.s_[j : j + TILE_CELLS + 1, i : i + TILE_CELLS + 1]
            points = grid[part]
            faces = _grid_faces(*points.shape[:2])
            tile = Mesh(points.reshape(-1, 3), faces, normals[part].reshape(-1, 3))
            yield f"ground_{j // TILE_CELLS}_{i // TILE_CELLS}", (j, i), tile


def _normals(terrain: Terrain) -> Array:
    """Unit normals (rows, columns, 3) of the grid's vertices."""
    north, east = np.gradient(terrain.heights_m, terrain.cell_m)
    normals = np.stack((-east, -north, np.ones_like(east)), axis=-1)
    unit: Array = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
    return unit


def _grid_faces(rows: int, columns: int) -> Faces:
    """Two triangles a cell, looking up."""
    at = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
    below = np.column_stack((at, at + 1, at + columns))
    above = np.column_stack((at + 1, at + columns + 1, at + columns))
    return np.vstack((below, above))


def ground_friction(world: World) -> float:
    """The grip of the surface that most of the ways have, dry or in the world's rain.

    The embedded simulator looks the surface up under each wheel; Gazebo has one for the ground.
    """
    return grip_of(commonest_surface(world.patrol_map)).friction(world.conditions.raining_mmph)


def commonest_surface(patrol_map: PatrolMap) -> str:
    """The OpenStreetMap surface of the longest part of all edges."""
    lengths: Counter[str] = Counter()
    for edge in patrol_map.edges.values():
        a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
        lengths[edge.surface] += round(100 * float(np.hypot(b.x_m - a.x_m, b.y_m - a.y_m)))
    return lengths.most_common(1)[0][0] if lengths else UNKNOWN
