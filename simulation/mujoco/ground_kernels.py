"""Rays and wheels against the terrain, in machine code.

Arrays `heights` (rows, columns) with `west`, `south` and `cell` are those of
`simulation.terrain.Terrain`: bilinear in each cell, and beyond the edge as high as there.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

REFINEMENTS = 3  # regula falsi steps after the crossing is bracketed
APPROACHES = 2  # steps towards the point of a cell that is nearest to a hub
EDGE = 1e-9  # of a cell: so near to the last row or column a point still has a cell
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@compiled
def meet_ground(
    heights: Floats, west: float, south: float, cell: float, origin: Floats, directions: Floats,
    march: float, marks: int, ranges: Floats,
) -> None:  # fmt: skip
    """Shorten `ranges` (n,) to where rays first dip below the ground, looked at every `march`."""
    for ray in range(len(directions)):
        d = directions[ray]
        near, gap_near = 0.0, _gap(heights, west, south, cell, origin, d, 0.0)
        if gap_near < 0.0:
            continue
        for k in range(1, marks):
            if near > ranges[ray]:
                break
            far = march * k
            gap_far = _gap(heights, west, south, cell, origin, d, far)
            if gap_far >= 0.0:
                near, gap_near = far, gap_far
                continue
            for _ in range(REFINEMENTS):
                middle = near + (far - near) * gap_near / (gap_near - gap_far)
                gap = _gap(heights, west, south, cell, origin, d, middle)
                if gap < 0.0:
                    far, gap_far = middle, gap
                else:
                    near, gap_near = middle, gap
            at = near + (far - near) * gap_near / max(gap_near - gap_far, 1e-12)
            ranges[ray] = min(ranges[ray], at)
            break


@compiled
def lay_planes(
    heights: Floats, west: float, south: float, cell: float, radius: float,
    places: Floats, wheels: Ints, planes: Ints, at: Floats, turns: Floats,
) -> None:  # fmt: skip
    """Set rows `planes` of `at` (n, 3) and of the quaternions `turns` (n, 4): planes through the
    ground's nearest points to the wheels at rows `wheels` of `places`, across the shortest ways
    there. On a slope that is its tangent, on an edge a plane that rests on it.
    """
    rows, columns = heights.shape
    reach = radius / cell
    for k in range(len(wheels)):
        x, y, z = places[wheels[k]]
        u = min(max((x - west) / cell, 0.0), columns - 1 - EDGE)
        v = min(max((y - south) / cell, 0.0), rows - 1 - EDGE)
        least, plane = math.inf, planes[k]
        for j in range(int(max(v - reach, 0.0)), int(min(v + reach, rows - 1 - EDGE)) + 1):
            for i in range(int(max(u - reach, 0.0)), int(min(u + reach, columns - 1 - EDGE)) + 1):
                away, east, north, foot_u, foot_v, height = _nearest(heights, cell, i, j, u, v, z)
                if away >= least:
                    continue
                least = away
                at[plane, 0], at[plane, 1] = west + foot_u * cell, south + foot_v * cell
                at[plane, 2] = height
                up = 1.0 / math.sqrt(1.0 + east * east + north * north)
                half = math.sqrt((1.0 + up) / 2)  # cosine of half the tilt
                turns[plane, 0], turns[plane, 3] = half, 0.0
                turns[plane, 1] = north * up / (2 * half)
                turns[plane, 2] = -east * up / (2 * half)


@compiled
def _nearest(
    heights: Floats, cell: float, i: int, j: int, u: float, v: float, z: float
) -> tuple[float, float, float, float, float, float]:
    """How far a place is from a cell; the rise to the east and to the north of the plane that
    rests on its nearest point; that point. `u`, `v` are in cells from the terrain's corner.
    """
    fu, fv, inside = min(max(u - i, 0.0), 1.0), min(max(v - j, 0.0), 1.0), True
    for _ in range(APPROACHES):
        height, east, north = _patch(heights, cell, i, j, fu, fv)
        fall = z - height - east * (u - i - fu) * cell - north * (v - j - fv) * cell
        fall /= 1.0 + east * east + north * north
        to_u, to_v = u - i + fall * east / cell, v - j + fall * north / cell
        fu, fv = min(max(to_u, 0.0), 1.0), min(max(to_v, 0.0), 1.0)
        inside = fu == to_u and fv == to_v
    height, east, north = _patch(heights, cell, i, j, fu, fv)
    x, y, up = (u - i - fu) * cell, (v - j - fv) * cell, z - height
    if not inside and up > 0.0:
        east, north = -x / up, -y / up  # across the way to the edge
    return math.sqrt(x * x + y * y + up * up), east, north, i + fu, j + fv, height


@compiled
def _gap(
    heights: Floats, west: float, south: float, cell: float, origin: Floats, d: Floats, at: float
) -> float:
    """Height of a ray's point over the ground."""
    rows, columns = heights.shape
    u = min(max((origin[0] + d[0] * at - west) / cell, 0.0), columns - 1 - EDGE)
    v = min(max((origin[1] + d[1] * at - south) / cell, 0.0), rows - 1 - EDGE)
    height, _, _ = _patch(heights, cell, int(u), int(v), u - int(u), v - int(v))
    return float(origin[2] + d[2] * at - height)


@compiled
def _patch(
    heights: Floats, cell: float, i: int, j: int, fu: float, fv: float
) -> tuple[float, float, float]:
    """Height, and rise over run to the east and to the north, at a cell's shares."""
    along, along_high = (
        heights[j, i + 1] - heights[j, i],
        heights[j + 1, i + 1] - heights[j + 1, i],
    )
    low, high = heights[j, i] + fu * along, heights[j + 1, i] + fu * along_high
    east = (along + fv * (along_high - along)) / cell
    return low + fv * (high - low), east, (high - low) / cell
