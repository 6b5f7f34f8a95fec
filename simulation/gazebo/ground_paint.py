"""What the ground looks like: one colour a cell of the terrain's grid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from shapely import contains_xy
from shapely.geometry import Polygon

from patrol.map import AreaKind
from simulation.gazebo.elements import Rgb
from simulation.gazebo.meshes import Array
from simulation.placing import edge_line, one_way_edges
from simulation.terrain import Terrain
from simulation.world import World

YARD_RGB: Rgb = (0.52, 0.50, 0.46)
AREA_RGB: dict[AreaKind, Rgb] = {  # later ones lie over earlier ones
    AreaKind.PARK: (0.33, 0.42, 0.22),
    AreaKind.SQUARE: (0.58, 0.56, 0.53),
    AreaKind.WATER: (0.22, 0.32, 0.38),
    AreaKind.ROAD: (0.24, 0.24, 0.25),
}
REACH = 0.71  # of a cell: a line this near to a middle crosses the cell, whichever way it runs
PAVED_RGB, SOFT_RGB = (0.34, 0.34, 0.34), (0.50, 0.45, 0.36)
SOFT = frozenset({"grass", "dirt", "ground", "unpaved", "gravel", "fine_gravel", "compacted"})


def cell_colours(world: World) -> Array:
    """Colours (rows - 1, columns - 1, 3) of cells: areas of the map, and its ways over them."""
    terrain = world.terrain
    rows, columns = terrain.heights_m.shape
    colours = np.tile(np.array(YARD_RGB), (rows - 1, columns - 1, 1))
    areas = world.patrol_map.areas
    for kind, rgb in AREA_RGB.items():
        for area in areas:
            if area.kind is kind:
                _paint(colours, terrain, Polygon(area.polygon_map), rgb)
    for edge in one_way_edges(world.patrol_map):
        line = edge_line(world.patrol_map, edge)
        half_m = max(edge.width_m / 2, REACH * terrain.cell_m)
        way = line.buffer(half_m, cap_style="flat")
        _paint(colours, terrain, way, SOFT_RGB if edge.surface in SOFT else PAVED_RGB)
    return colours


def _paint(colours: Array, terrain: Terrain, shape: Polygon, rgb: Rgb) -> None:
    """Colour the cells whose middles a shape contains."""
    if shape.is_empty:
        return
    west, south, east, north = shape.bounds
    rows, columns, _ = colours.shape
    i = _span(west, east, terrain.west_m, terrain.cell_m, columns)
    j = _span(south, north, terrain.south_m, terrain.cell_m, rows)
    x, y = np.meshgrid(
        terrain.west_m + terrain.cell_m * (i + 0.5), terrain.south_m + terrain.cell_m * (j + 0.5)
    )
    inside: NDArray[np.bool_] = np.asarray(contains_xy(shape, x, y))
    colours[np.ix_(j, i)] = np.where(inside[..., None], rgb, colours[np.ix_(j, i)])


def _span(
    low_m: float, high_m: float, start_m: float, cell_m: float, count: int
) -> NDArray[np.int64]:
    """Indices of cells between two coordinates."""
    first = max(0, math.floor((low_m - start_m) / cell_m))
    last = min(count, math.ceil((high_m - start_m) / cell_m))
    return np.arange(first, max(first, last))
