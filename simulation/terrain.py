"""Terrain: the ground between the map's nodes, smooth, as a grid that physics also uses.

Node heights are interpolated by a thin-plate spline (Duchon 1977; scipy RBFInterpolator), sampled
on a regular grid and read bilinearly, so the wheels, the lidar and the camera see one ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import RBFInterpolator

from patrol.map import PatrolMap

MARGIN_M = 60.0  # ground beyond the outermost thing on the map
CELL_M = 2.0
MAX_CELLS = 700  # a side; a large imported district gets larger cells
ALL_NODES = 800  # up to here every node shapes every point; beyond, the nearest NEIGHBOURS do
NEIGHBOURS = 60


@dataclass(frozen=True)
class Terrain:
    """Heights (rows south to north, columns west to east) on a square grid; z in metres."""

    west_m: float
    south_m: float
    cell_m: float
    heights_m: NDArray[np.float64]

    @property
    def size_m(self) -> tuple[float, float]:
        """Extent to the east and to the north."""
        rows, columns = self.heights_m.shape
        return (columns - 1) * self.cell_m, (rows - 1) * self.cell_m

    def height_at(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
        """Ground height, same shape as the arguments; beyond the grid the border's height."""
        rows, columns = self.heights_m.shape
        u = np.clip((np.asarray(x_m, float) - self.west_m) / self.cell_m, 0, columns - 1 - 1e-9)
        v = np.clip((np.asarray(y_m, float) - self.south_m) / self.cell_m, 0, rows - 1 - 1e-9)
        i, j = u.astype(np.intp), v.astype(np.intp)
        fu, fv = u - i, v - j
        flat, at = self.heights_m.ravel(), j * columns + i
        low = flat[at] + fu * (flat[at + 1] - flat[at])
        at += columns
        high = flat[at] + fu * (flat[at + 1] - flat[at])
        result: NDArray[np.float64] = low + fv * (high - low)
        return result

    def spot_height_m(self, x_m: float, y_m: float) -> float:
        """`height_at` of one place, many times as fast."""
        rows, columns = self.heights_m.shape
        u = min(max((x_m - self.west_m) / self.cell_m, 0.0), columns - 1 - 1e-9)
        v = min(max((y_m - self.south_m) / self.cell_m, 0.0), rows - 1 - 1e-9)
        i, j, height = int(u), int(v), self.heights_m.item
        low: float = height(j, i)
        high: float = height(j + 1, i)
        low += (u - i) * (height(j, i + 1) - low)
        high += (u - i) * (height(j + 1, i + 1) - high)
        return float(low + (v - j) * (high - low))

    def slope_at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Rise over run to the east and to the north."""
        step = self.cell_m / 2
        east = self.height_at([x_m - step, x_m + step], [y_m, y_m])
        north = self.height_at([x_m, x_m], [y_m - step, y_m + step])
        return float(east[1] - east[0]) / (2 * step), float(north[1] - north[0]) / (2 * step)


def attitude_on(terrain: Terrain, x_m: float, y_m: float, yaw_rad: float) -> tuple[float, float]:
    """Roll and pitch (rad, REP-103: pitch positive nose down) of a plate lying on the ground."""
    east, north = terrain.slope_at(x_m, y_m)
    forward = east * math.cos(yaw_rad) + north * math.sin(yaw_rad)
    left = -east * math.sin(yaw_rad) + north * math.cos(yaw_rad)
    pitch = -math.atan(forward)
    return math.atan(left * math.cos(pitch)), pitch


def build_terrain(patrol_map: PatrolMap) -> Terrain:
    """The ground of a map; flat at the nodes' height where all nodes are level."""
    west, south, east, north = patrol_map.bounds_m
    west, south = west - MARGIN_M, south - MARGIN_M
    width, depth = east + MARGIN_M - west, north + MARGIN_M - south
    cell = max(CELL_M, max(width, depth) / MAX_CELLS)
    columns, rows = math.ceil(width / cell) + 1, math.ceil(depth / cell) + 1
    xs = np.float64(west) + cell * np.arange(columns, dtype=np.float64)
    ys = np.float64(south) + cell * np.arange(rows, dtype=np.float64)
    return Terrain(west, south, cell, _heights(patrol_map, xs, ys))


def _heights(
    patrol_map: PatrolMap, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.float64]:
    known = np.array([(n.x_m, n.y_m, n.z_m) for n in patrol_map.nodes.values()])
    _, first = np.unique(np.round(known[:, :2], 2), axis=0, return_index=True)
    known = known[first]
    shape = (len(ys), len(xs))
    if len(known) < 4 or np.ptp(known[:, 2]) < 1e-6:
        return np.full(shape, float(known[:, 2].mean()))
    # Beyond the outermost nodes a spline runs away along its last slope: hold it there.
    hull_x = np.clip(xs, known[:, 0].min() - 10, known[:, 0].max() + 10)
    hull_y = np.clip(ys, known[:, 1].min() - 10, known[:, 1].max() + 10)
    grid = np.stack(np.meshgrid(hull_x, hull_y), axis=-1).reshape(-1, 2)
    spline = RBFInterpolator(
        known[:, :2],
        known[:, 2],
        neighbors=None if len(known) <= ALL_NODES else NEIGHBOURS,
        kernel="thin_plate_spline",
    )
    heights: NDArray[np.float64] = spline(grid).reshape(shape)
    return heights
