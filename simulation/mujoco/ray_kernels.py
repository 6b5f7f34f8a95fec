"""Rays against convex shapes, in machine code.

Every shape is convex, so that a ray is within it between two distances; slabs and half-spaces
after Kay and Kajiya, "Ray tracing complex scenes" (SIGGRAPH 1986).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

BOX, ROUND_BAR, ROUND_POST, PRISM = 0, 1, 2, 3  # box, capsule or sphere, cylinder, convex mesh


class Shapes(NamedTuple):
    """Rows of all geoms, each in the geom's own frame.

    `planes` are half-spaces n x <= c as rows (n, c); those of shape i are
    `first_plane[i]:first_plane[i + 1]`.
    """

    kinds: Ints  # (n,)
    sizes: Floats  # (n, 3)
    boxes: Floats  # (n, 6): middle and half sides of the box around it
    bounds: Floats  # (n,): radius of the ball around it
    first_plane: Ints  # (n + 1,)
    planes: Floats  # (p, 4)


@compiled
def fan_spans(
    shapes: Shapes, near: Ints, places: Floats, turns: Floats, origin: Floats, turn: Floats,
    angle_min: float, step: float, rays: int, reach: float, spans: Ints,
) -> int:  # fmt: skip
    """Rows (shape, first ray, last ray) into `spans`, for shapes that a flat fan can meet.

    The fan lies in the x, y plane of the frame `turn` (9,) at `origin`, counted from `angle_min`.
    """
    count, corner = 0, np.zeros((8, 2))
    for i in near:
        low, high = math.inf, -math.inf
        box, place, own = shapes.boxes[i], places[i], turns[i]
        for k in range(8):
            x = box[0] + (box[3] if k & 1 else -box[3])
            y = box[1] + (box[4] if k & 2 else -box[4])
            z = box[2] + (box[5] if k & 4 else -box[5])
            east = own[0] * x + own[1] * y + own[2] * z + place[0] - origin[0]
            north = own[3] * x + own[4] * y + own[5] * z + place[1] - origin[1]
            up = own[6] * x + own[7] * y + own[8] * z + place[2] - origin[2]
            corner[k, 0], corner[k, 1], height = _own(turn, east, north, up)
            low, high = min(low, height), max(high, height)
        if low <= 0.0 <= high:
            count = _add_spans(i, corner, angle_min, step, rays, reach, spans, count)
    return count


@compiled
def _add_spans(
    shape: int, corner: Floats, angle_min: float, step: float, rays: int, reach: float,
    spans: Ints, count: int,
) -> int:  # fmt: skip
    """The rays between the outermost of a box's corners (8, 2); all where it is around the eye."""
    x, y = 0.0, 0.0
    for k in range(8):
        x, y = x + corner[k, 0] / 8, y + corner[k, 1] / 8
    radius = 0.0
    for k in range(8):
        radius = max(radius, math.hypot(corner[k, 0] - x, corner[k, 1] - y))
    if math.hypot(x, y) - radius > reach:
        return count
    least, most = 0.0, 0.0
    for k in range(8):
        across, along = x * corner[k, 1] - y * corner[k, 0], x * corner[k, 0] + y * corner[k, 1]
        off = math.atan2(across, along)
        least, most = min(least, off), max(most, off)
    if most - least >= math.pi:
        least, most = -math.pi, math.pi
    middle = math.atan2(y, x)
    for turns in range(-1, 2):
        begin = (middle + least + turns * math.tau - angle_min) / step
        end = (middle + most + turns * math.tau - angle_min) / step
        if end >= 0.0 and begin <= rays - 1:
            spans[count, 0] = shape
            spans[count, 1] = max(0, math.floor(begin))
            spans[count, 2] = min(rays - 1, math.ceil(end))
            count += 1
    return count


@compiled
def cast(
    shapes: Shapes, spans: Ints, count: int, places: Floats, turns: Floats, origin: Floats,
    directions: Floats, ranges: Floats,
) -> None:  # fmt: skip
    """Shorten `ranges` (n,) to where rays meet the shapes of the first `count` spans.

    A ray that begins within a shape meets its far side.
    """
    for k in range(count):
        i = spans[k, 0]
        own, place = turns[i], places[i]
        x, y, z = _own(own, origin[0] - place[0], origin[1] - place[1], origin[2] - place[2])
        for ray in range(spans[k, 1], spans[k, 2] + 1):
            dx, dy, dz = _own(own, directions[ray, 0], directions[ray, 1], directions[ray, 2])
            enters, leaves = _within(shapes, i, x, y, z, dx, dy, dz)
            if enters <= leaves and leaves >= 0.0:
                ranges[ray] = min(ranges[ray], enters if enters >= 0.0 else leaves)


@compiled
def nearest_in_cones(
    shapes: Shapes, near: Ints, places: Floats, turns: Floats, place: Floats, turn: Floats,
    mounts: Floats, cones: Floats, reaches: Floats, found: Floats,
) -> None:  # fmt: skip
    """The least distance (k,) to a shape within reach in each of k cones, infinite without one.

    A cone has its eye at `mounts` (k, 3) and rays `cones` (k, n, 3), both in the frame `turn` (9,)
    at `place`.
    """
    eye, ray = np.empty(3), np.empty(3)
    for k in range(len(mounts)):
        found[k] = math.inf
        _turned(turn, mounts[k], eye)
        for axis in range(3):
            eye[axis] += place[axis]
        for i in near:
            away = math.hypot(places[i, 0] - eye[0], places[i, 1] - eye[1])
            if math.hypot(away, places[i, 2] - eye[2]) > reaches[k] + shapes.bounds[i]:
                continue
            x, y, z = _own(turns[i], eye[0] - places[i, 0], eye[1] - places[i, 1],
                           eye[2] - places[i, 2])  # fmt: skip
            for n in range(cones.shape[1]):
                _turned(turn, cones[k, n], ray)
                dx, dy, dz = _own(turns[i], ray[0], ray[1], ray[2])
                enters, leaves = _within(shapes, i, x, y, z, dx, dy, dz)
                if enters <= leaves and leaves >= 0.0:
                    found[k] = min(found[k], enters if enters >= 0.0 else leaves)


@compiled
def _turned(turn: Floats, vector: Floats, out: Floats) -> None:
    """A vector of a frame, in the map."""
    for axis in range(3):
        out[axis] = turn[3 * axis] * vector[0]
        out[axis] += turn[3 * axis + 1] * vector[1] + turn[3 * axis + 2] * vector[2]


@compiled
def _own(turn: Floats, east: float, north: float, up: float) -> tuple[float, float, float]:
    """A vector of the map, in a frame."""
    return (
        turn[0] * east + turn[3] * north + turn[6] * up,
        turn[1] * east + turn[4] * north + turn[7] * up,
        turn[2] * east + turn[5] * north + turn[8] * up,
    )


@compiled
def _within(
    shapes: Shapes, i: int, x: float, y: float, z: float, dx: float, dy: float, dz: float
) -> tuple[float, float]:
    """Between which distances a ray is within a shape; the first is larger where it never is."""
    kind, size = shapes.kinds[i], shapes.sizes[i]
    if kind == BOX:
        a, b = _between(x, dx, size[0])
        c, d = _between(y, dy, size[1])
        e, f = _between(z, dz, size[2])
        return max(a, c, e), min(b, d, f)
    if kind == PRISM:
        enters, leaves = -math.inf, math.inf
        for k in range(shapes.first_plane[i], shapes.first_plane[i + 1]):
            n = shapes.planes[k]
            inside = n[3] - (n[0] * x + n[1] * y + n[2] * z)
            enters, leaves = _half_space(inside, n[0] * dx + n[1] * dy + n[2] * dz, enters, leaves)
        return enters, leaves
    a, b = _in_circle(x * x + y * y, x * dx + y * dy, dx * dx + dy * dy, size[0])
    c, d = _between(z, dz, size[1])
    enters, leaves = max(a, c), min(b, d)
    if kind == ROUND_BAR:
        for end in (-size[1], size[1]):
            h = z - end
            a, b = _in_circle(x * x + y * y + h * h, x * dx + y * dy + h * dz, 1.0, size[0])
            if a <= b and enters <= leaves:
                enters, leaves = min(enters, a), max(leaves, b)
            elif a <= b:
                enters, leaves = a, b
    return enters, leaves


@compiled
def _between(x: float, dx: float, half: float) -> tuple[float, float]:
    """Where a line is between two parallel planes, `half` to either side of the middle."""
    if dx == 0.0:
        return (-math.inf, math.inf) if abs(x) <= half else (math.inf, -math.inf)
    a, b = (-half - x) / dx, (half - x) / dx
    return min(a, b), max(a, b)


@compiled
def _half_space(
    inside: float, outward: float, enters: float, leaves: float
) -> tuple[float, float]:
    """An interval without what is outside of a plane: so far inside, going outward so fast."""
    if outward == 0.0:
        return (enters, leaves) if inside >= 0.0 else (math.inf, -math.inf)
    at = inside / outward
    return (enters, min(leaves, at)) if outward > 0.0 else (max(enters, at), leaves)


@compiled
def _in_circle(squared: float, along: float, speed2: float, radius: float) -> tuple[float, float]:
    """Where a point at a squared distance from a middle is within a radius (circle or ball)."""
    off = squared - radius * radius
    if speed2 == 0.0:
        return (-math.inf, math.inf) if off <= 0.0 else (math.inf, -math.inf)
    root = along * along - speed2 * off
    if root < 0.0:
        return math.inf, -math.inf
    return (-along - math.sqrt(root)) / speed2, (-along + math.sqrt(root)) / speed2
