"""How high the map's ground is, and how likely each distance of a box is: compiled loops.

What is weighed, and why, is said in `ranging.py` and `map_heights.py`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from perception.compiled import compiled

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_NOTHING = 80.0  # exp(-80) of something, added to it, changes no digit: nor does 1e10 times it
_MOST_CELLS = 1e9  # further off no map is


@compiled(
    "UniTuple(f8[::1], 2)(f8[:, ::1], f8[:, ::1], i8[::1], UniTuple(f8, 3), i8[:, ::1], i8, f8)"
)
def ground_at(
    places: Floats,
    points: Floats,
    counts: Indices,
    corner_cell: tuple[float, float, float],
    begins: Indices,
    neighbours: int,
    softening_m: float,
) -> tuple[Floats, Floats]:
    """Heights (n,) at places (n, 2), and how far (n,) the nearest point is.

    `points` (m, 3) are sorted by the cell they are in, `counts` (m,) how often each counts;
    `corner_cell` is (x, y) of the first cell's corner and a cell's side; points of the cell
    (row, column) are those from `begins[row, column]` to `begins[row, column + 1]`. The
    `neighbours` nearest are averaged, by one over the square of their distance.
    """
    corner_x, corner_y, side = corner_cell
    rows, columns = begins.shape[0], begins.shape[1] - 1
    heights, beside = np.empty(len(places)), np.empty(len(places))
    near2, nearest = np.empty(neighbours), np.empty(neighbours, np.int64)
    for number in range(len(places)):
        x, y = places[number, 0], places[number, 1]
        across, up = (x - corner_x) / side, (y - corner_y) / side
        if not (abs(across) < _MOST_CELLS and abs(up) < _MOST_CELLS):  # NaN, too
            heights[number] = beside[number] = math.nan
            continue
        column, row = math.floor(across), math.floor(up)
        inner = min(across - column, column + 1 - across, up - row, row + 1 - up)
        ring = max(0, -column, column - columns + 1, -row, row - rows + 1)
        last = max(column, columns - 1 - column, row, rows - 1 - row)
        found, total = 0, 0
        while ring <= last:
            for at_row in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                first, last_column, step = column - ring, column + ring, 2 * ring
                if abs(at_row - row) == ring:  # a side of the ring; else its two ends
                    first, last_column, step = max(first, 0), min(last_column, columns - 1), 1
                for at_column in range(first, last_column + 1, step):
                    if not 0 <= at_column < columns:
                        continue
                    for point in range(begins[at_row, at_column], begins[at_row, at_column + 1]):
                        away2 = (points[point, 0] - x) ** 2 + (points[point, 1] - y) ** 2
                        if found == neighbours and away2 >= near2[found - 1]:
                            continue
                        place = min(found, neighbours - 1)
                        while place > 0 and near2[place - 1] > away2:
                            near2[place], nearest[place] = near2[place - 1], nearest[place - 1]
                            place -= 1
                        near2[place], nearest[place] = away2, point
                        found = min(found + 1, neighbours)
            total = 0
            # what is in no ring yet is so far away; with enough nearer ones it is not asked for
            beyond2 = (max(ring + inner, 0.0) * side) ** 2
            for place in range(found):
                if near2[place] <= beyond2:
                    total += counts[nearest[place]]
            if total >= neighbours:
                break
            ring += 1
        left, weights, weighted = neighbours, 0.0, 0.0
        for place in range(found):
            count = min(counts[nearest[place]], left)
            weight = count / (math.sqrt(near2[place]) + softening_m) ** 2
            left -= count
            weights += weight
            weighted += weight * points[nearest[place], 2]
        heights[number], beside[number] = weighted / weights, math.sqrt(near2[0])
    return heights, beside


@compiled(
    "UniTuple(f8[:, ::1], 2)(UniTuple(f8, 2), UniTuple(f8, 2), UniTuple(f8, 2), f8[:, ::1], "
    "f8[::1], f8[:, ::1], i8[::1], UniTuple(f8, 3), i8[:, ::1], i8, f8)"
)
def profiles_along(
    here: tuple[float, float],
    heading: tuple[float, float],
    eye: tuple[float, float],
    lines: Floats,
    samples: Floats,
    points: Floats,
    counts: Indices,
    corner_cell: tuple[float, float, float],
    begins: Indices,
    neighbours: int,
    softening_m: float,
) -> tuple[Floats, Floats]:
    """Heights (n, samples) over that of `here` along lines, and how far the nearest points are.

    `here` is a place of the map, `heading` the cosine and sine of a level frame's yaw there, in
    which are the place of an `eye` and horizontal directions from it, columns 4 and 5 of `lines`
    (n, 6). The rest is as of `ground_at`.
    """
    cos, sin = heading
    shape = (len(lines), len(samples))
    places = np.empty((1 + shape[0] * shape[1], 2))
    places[0, 0], places[0, 1] = here
    number = 1
    for line in range(shape[0]):
        for sample in range(shape[1]):
            x = eye[0] + samples[sample] * lines[line, 4]
            y = eye[1] + samples[sample] * lines[line, 5]
            places[number, 0] = here[0] + (cos * x - sin * y)
            places[number, 1] = here[1] + (sin * x + cos * y)
            number += 1
    heights, beside = ground_at(
        places, points, counts, corner_cell, begins, neighbours, softening_m
    )
    return (heights[1:] - heights[0]).reshape(shape), beside[1:].copy().reshape(shape)


@compiled(
    "Tuple((f8[:, ::1], b1[::1]))(f8[:, ::1], b1[::1], f8[:, ::1], f8[:, ::1], "
    "UniTuple(f8, 3), UniTuple(f8, 2), UniTuple(f8, 2), UniTuple(f8, 2))"
)
def lines_of(
    boxes: Floats,
    people: NDArray[np.bool_],
    base_from_optical: Floats,
    level_from_base: Floats,
    camera: tuple[float, float, float],
    shares: tuple[float, float],
    sigmas: tuple[float, float],
    limits: tuple[float, float],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Lines of sight (n, 6) of boxes (n, 4), and which are people (n,) seen whole and upright.

    Columns: the slopes of the feet's ray in the level frame and over the vehicle's plane, and of
    the head's, the sigma of the feet's (rad), and the horizontal direction. `camera` is the focal
    length, half the width and half the height (px); `shares` of a box's height are below the feet
    and above the head; `sigmas` of the feet are px and a share of the height; `limits` are the
    distance from the picture's edge (px) up to which a box is cut, and the share of its height
    from which on it is too wide.
    """
    focal_px, half_wide, half_high = camera
    lines, whole = np.empty((len(boxes), 6)), np.empty(len(boxes), np.bool_)
    base, level = np.empty(3), np.empty(3)
    for number in range(len(boxes)):
        x1, y1, x2, y2 = boxes[number, 0], boxes[number, 1], boxes[number, 2], boxes[number, 3]
        tall = y2 - y1
        right = ((x1 + x2) / 2 - half_wide) / focal_px
        for is_head in range(2):
            row = y1 + shares[1] * tall if is_head else y2 - shares[0] * tall
            down = (row - half_high) / focal_px
            for axis in range(3):
                of_axis = base_from_optical[axis]
                base[axis] = of_axis[0] * right + of_axis[1] * down + of_axis[2]
            for axis in range(3):
                of_axis = level_from_base[axis]
                level[axis] = of_axis[0] * base[0] + of_axis[1] * base[1] + of_axis[2] * base[2]
            across = math.hypot(level[0], level[1])
            lines[number, 2 * is_head] = level[2] / across
            if not is_head:
                lines[number, 1] = base[2] / math.hypot(base[0], base[1])
                lines[number, 4], lines[number, 5] = level[0] / across, level[1] / across
        lines[number, 3] = math.hypot(sigmas[0], sigmas[1] * tall) / focal_px
        cut = y1 <= limits[0] or y2 >= 2 * half_high - limits[0]
        whole[number] = people[number] and x2 - x1 < limits[1] * tall and not cut
    return lines, whole


@compiled("UniTuple(f8, 2)(f8[::1], f8[::1], f8[::1])")
def _middle(exponents: Floats, factors: Floats, ranges: Floats) -> tuple[float, float]:
    """The median of ranges (n,) of likelihoods factor * exp(-exponent), and the spread about it.

    Steps are equally likely beforehand, whatever their length: nobody is rather far away than
    near. The factors are overwritten with probabilities.
    """
    least, total = exponents.min(), 0.0
    for step in range(len(factors)):
        beyond = exponents[step] - least
        factors[step] = 0.0 if beyond > _NOTHING else factors[step] * math.exp(-beyond)
        total += factors[step]
    reached, half = 0.0, 0
    for step in range(len(factors)):
        factors[step] /= total
        reached += factors[step]
        half += reached < 0.5
    median, spread2 = ranges[min(half, len(ranges) - 1)], 0.0
    for step in range(len(factors)):
        spread2 += factors[step] * (ranges[step] - median) ** 2
    return median, math.sqrt(spread2)


@compiled(
    "f8[:, ::1](f8[:, ::1], b1[::1], UniTuple(f8, 3), f8[:, ::1], f8[:, ::1], "
    "f8[:, ::1], i8[::1], UniTuple(f8, 3), UniTuple(f8, 5))"
)
def ranges_of(
    lines: Floats,
    whole_people: NDArray[np.bool_],
    eye: tuple[float, float, float],
    profiles: Floats,
    beside: Floats,
    steps: Floats,
    before: Indices,
    ground: tuple[float, float, float],
    people: tuple[float, float, float, float, float],
) -> Floats:
    """Of n boxes (3, n) m: the median distance, its standard deviation, the ground's own median.

    `lines` (n, 6) are those of `lines_of`. `eye` is how high the camera is over
    base_link's level and over the plane (m), and the sigma of the head's ray (rad). `profiles`
    (n, samples) m is the map's ground along each line and `beside` how far ways are; empty:
    there is no map. `steps` (5, ranges): the ranges, variance of the map's profile, sigma of the
    plane that follows it, variance of the plane alone, and how far from the last sample to the
    next, 0 to 1; `before` (ranges,) is that sample. `ground`: share of the distance beside
    the ways, share of outliers, their factor of the variance. `people`: how tall grown-ups are
    and their variance, the same of children, and the share of children.

    A normal distribution with a wider one, w times the variance, is
    exp(-q / w) ((1 - s) exp(q / w - q) + s / sqrt(w)) / sigma, with q half the squared error in
    sigmas: the exponents are summed up apart, so nothing gets too small to be told.
    """
    (eye_m, over_plane_m, head_sigma), (beside_share, outliers, wide) = eye, ground
    adult_m, adult2, child_m, child2, children = people
    count, least, has_map = steps.shape[1], outliers / math.sqrt(wide), len(profiles) > 0
    ranges_m, map_alone2, plane_sigmas = steps[0], steps[1], steps[2]
    plane_alone2, beyond = steps[3], steps[4]
    found, told = np.empty((3, len(lines))), np.empty((4, count))
    exponents, factors, all_exponents, all_factors = told[0], told[1], told[2], told[3]
    edges2 = (head_sigma * ranges_m) ** 2
    grown2, small2 = adult2 + edges2, child2 + edges2
    grown_weights, small_weights = (1.0 - children) / np.sqrt(grown2), children / np.sqrt(small2)
    for number in range(len(lines)):
        foot_slope, plane_slope = lines[number, 0], lines[number, 1]
        tall_slope, foot_sigma = lines[number, 2] - foot_slope, lines[number, 3]
        for step in range(count):
            range_m = ranges_m[step]
            ray_m = eye_m + foot_slope * range_m
            level_m = ray_m - (over_plane_m + plane_slope * range_m)
            variance = plane_alone2[step]
            if has_map:  # its ground and the plane, by their variances
                sample, share = before[step], beyond[step]
                low, near = profiles[number, sample], beside[number, sample]
                map_m = low + share * (profiles[number, sample + 1] - low)
                far = near + share * (beside[number, sample + 1] - near)
                apart_m = abs(map_m - level_m)
                map2 = map_alone2[step] + (beside_share * far) ** 2
                plane2 = (plane_sigmas[step] + 0.8 * apart_m) ** 2
                both2 = map2 + plane2
                level_m = (plane2 * map_m + map2 * level_m) / both2
                # and which of the two it is
                variance = map2 * plane2 / both2 * (1.0 + 0.49 * apart_m**2 / both2)
            variance += (foot_sigma * range_m) ** 2
            exponents[step] = 0.5 * (ray_m - level_m) ** 2 / variance
            factors[step] = 1.0 / math.sqrt(variance)
        for step in range(count):
            exponent = exponents[step]
            exponents[step], factor = exponent / wide, least
            if exponent - exponents[step] < _NOTHING:
                factor += (1.0 - outliers) * math.exp(exponents[step] - exponent)
            factors[step] *= factor
        all_exponents[:], all_factors[:] = exponents, factors
        found[2, number], found[1, number] = _middle(exponents, factors, ranges_m)
        found[0, number] = found[2, number]
        if whole_people[number]:
            for step in range(count):
                tall_m, factor = tall_slope * ranges_m[step], 0.0
                grown = 0.5 * (tall_m - adult_m) ** 2 / grown2[step]
                small = 0.5 * (tall_m - child_m) ** 2 / small2[step]
                nearer = min(grown, small)
                if grown - nearer < _NOTHING:
                    factor += grown_weights[step] * math.exp(nearer - grown)
                if small - nearer < _NOTHING:
                    factor += small_weights[step] * math.exp(nearer - small)
                all_exponents[step] += nearer
                all_factors[step] *= factor
            found[0, number], found[1, number] = _middle(all_exponents, all_factors, ranges_m)
    return found
