"""Loops over everybody who is followed, compiled: filters, costs of pairs, who stands together.

States are means (n, 4) of x, y, vx, vy with covariances (n, 4, 4). Filters: Bar-Shalom, Li,
Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), sec. 5.2 and 6.3.2
(discrete white noise acceleration). What costs and groups are is said
in `association.py` and `rules/crowd.py`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from perception.compiled import compiled

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
States = tuple[Floats, Floats]  # means and covariances

_CHI2_2DOF_99 = 9.21  # gate of the squared Mahalanobis distance
_MOST_OF_HEIGHT = 9.0  # who falls over is still the same: three sigma cost no less than ten

_STATES = "Tuple((f8[:, ::1], f8[:, :, ::1]))(f8[:, ::1], f8[:, :, ::1], "


@compiled(_STATES + "f8[::1], f8[::1])")
def predicted(means: Floats, covariances: Floats, dts_s: Floats, sigmas: Floats) -> States:
    """Means and covariances after (n,) seconds of white acceleration (n,)."""
    moved, grown = means.copy(), covariances.copy()
    for track in range(len(means)):
        dt, gained2 = dts_s[track], (sigmas[track] * dts_s[track]) ** 2
        for axis in range(2):
            moved[track, axis] += dt * means[track, axis + 2]
            for column in range(4):  # F P: the velocity's rows are added to the place's
                grown[track, axis, column] += dt * grown[track, axis + 2, column]
        for axis in range(2):
            for row in range(4):  # (F P) F^T: and the columns
                grown[track, row, axis] += dt * grown[track, row, axis + 2]
            grown[track, axis, axis] += gained2 * dt**2 / 4
            grown[track, axis, axis + 2] += gained2 * dt / 2
            grown[track, axis + 2, axis] += gained2 * dt / 2
            grown[track, axis + 2, axis + 2] += gained2
    return moved, grown


@compiled(_STATES + "f8[:, ::1], f8[:, :, ::1])")
def updated(means: Floats, covariances: Floats, places: Floats, noises: Floats) -> States:
    """Means and covariances after places (n, 2) were seen with noise (n, 2, 2)."""
    seen, shrunk = means.copy(), covariances.copy()
    for track in range(len(means)):
        known, noise = covariances[track], noises[track]
        xx, xy = known[0, 0] + noise[0, 0], known[0, 1] + noise[0, 1]
        yx, yy = known[1, 0] + noise[1, 0], known[1, 1] + noise[1, 1]
        determinant = xx * yy - xy * yx
        off_x, off_y = places[track, 0] - means[track, 0], places[track, 1] - means[track, 1]
        for row in range(4):  # S K^T = H P, by Cramer's rule
            gain_x = (yy * known[0, row] - xy * known[1, row]) / determinant
            gain_y = (xx * known[1, row] - yx * known[0, row]) / determinant
            seen[track, row] += gain_x * off_x + gain_y * off_y
            for column in range(4):  # P - K H P
                shrunk[track, row, column] -= gain_x * known[0, column] + gain_y * known[1, column]
    return seen, shrunk


@compiled(
    "f8[:, ::1](f8[:, ::1], f8[:, :, ::1], i8[::1], f8[:, ::1], f8[::1], "
    "f8[:, ::1], f8[:, :, ::1], i8[::1], f8[:, ::1], UniTuple(f8, 3))"
)
def pair_costs(
    means: Floats,
    covariances: Floats,
    classes: Indices,
    expected: Floats,
    metres: Floats,
    places: Floats,
    noises: Floats,
    seen_classes: Indices,
    boxes: Floats,
    weights: tuple[float, float, float],
) -> Floats:
    """Costs (n, m) of n tracks and m objects.

    Tracks have means, covariances, numbers of classes (n,), boxes (n, 4) where they are expected
    (NaN: out of view), and the length of a metre there (n,); objects have places (m, 2) with
    noise (m, 2, 2), classes (m,) and boxes (m, 4). `weights` are the overlap's, the sigma of a
    height's logarithm, and the cost of a pair that cannot be one.
    """
    iou_weight, height_sigma, forbidden = weights
    costs = np.full((len(means), len(places)), forbidden)
    for row in range(len(means)):
        x1, y1, x2, y2 = expected[row, 0], expected[row, 1], expected[row, 2], expected[row, 3]
        in_view = not math.isnan(x1 + y1 + x2 + y2)
        tall, area = max(y2 - y1, 1.0), (x2 - x1) * (y2 - y1)
        for column in range(len(places)):
            if classes[row] != seen_classes[column]:
                continue
            x, y = places[column, 0] - means[row, 0], places[column, 1] - means[row, 1]
            xx = covariances[row, 0, 0] + noises[column, 0, 0]
            xy = covariances[row, 0, 1] + noises[column, 0, 1]
            yy = covariances[row, 1, 1] + noises[column, 1, 1]
            determinant = xx * yy - xy**2
            distance2 = (x**2 * yy - 2 * x * y * xy + y**2 * xx) / determinant
            if distance2 > _CHI2_2DOF_99:
                continue
            shared, height_cost = 0.0, _MOST_OF_HEIGHT
            if in_view:
                left, top = boxes[column, 0], boxes[column, 1]
                right, low = boxes[column, 2], boxes[column, 3]
                wide, high = min(x2, right) - max(x1, left), min(y2, low) - max(y1, top)
                if wide > 0 and high > 0:
                    both = wide * high
                    shared = both / (area + (right - left) * (low - top) - both)
                height_cost = min((math.log((low - top) / tall) / height_sigma) ** 2, height_cost)
            costs[row, column] = (
                (distance2 + math.log(determinant / metres[row] ** 4))
                + iou_weight * (1.0 - shared)
                + height_cost
            )
    return costs


@compiled("f8[:, ::1](f8[:, ::1], f8[::1], f8)")
def near_shares(apart_m: Floats, sigmas_m: Floats, radius_m: float) -> Floats:
    """With what probability (n, n) people are within a radius of one another; 1 of themselves.

    `apart_m` (n, n) is between their places, `sigmas_m` (n,) how well each is known.
    """
    shares = np.empty_like(apart_m)
    for one in range(len(sigmas_m)):
        shares[one, one] = 1.0
        for other in range(one):
            spread_m = max(math.hypot(sigmas_m[one], sigmas_m[other]), 1e-3)
            beyond = (apart_m[one, other] - radius_m) / spread_m
            shares[one, other] = shares[other, one] = 0.5 * math.erfc(beyond / math.sqrt(2.0))
    return shares


@compiled("Tuple((i8, f8, f8))(f8[:, ::1], b1[::1], b1[::1])")
def densest(shares: Floats, left: Mask, shown: Mask) -> tuple[int, float, float]:
    """Of those that are left (n,) the one with most of them round it, by shares (n, n).

    With how many that are, and how many of them are shown (n,).
    """
    best, most = 0, -1.0
    for one in range(len(left)):
        if left[one]:
            total = 0.0
            for other in range(len(left)):
                total += shares[one, other] if left[other] else 0.0
            if total > most:
                best, most = one, total
    pictured = 0.0
    for other in range(len(left)):
        pictured += shares[best, other] if left[other] and shown[other] else 0.0
    return best, most, pictured


@compiled("f8(f8[:, ::1], UniTuple(f8, 2), UniTuple(f8, 2), f8[:, ::1], f8, f8)")
def shadowed_share(
    bodies: Floats,
    middle: tuple[float, float],
    eye: tuple[float, float],
    disc: Floats,
    half_body_m: float,
    behind_m: float,
) -> float:
    """The share of points (k, 2) round a middle that an eye sees none of, for bodies (n, 2).

    A body hides what is within half its width of the line through it, and so much behind it.
    """
    shadowed = 0
    for point in range(len(disc)):
        x, y = disc[point, 0] + middle[0] - eye[0], disc[point, 1] + middle[1] - eye[1]
        far_m = math.hypot(x, y)
        for body in range(len(bodies)):
            body_x, body_y = bodies[body, 0] - eye[0], bodies[body, 1] - eye[1]
            near_m = max(math.hypot(body_x, body_y), 0.1)
            if far_m <= near_m + behind_m:
                continue
            # of the angle between the point and the body, as seen by the eye: cosine and sine
            cos, sin = body_x * x + body_y * y, abs(x * body_y - y * body_x)
            if sin < cos * (half_body_m / near_m):
                shadowed += 1
                break
    return shadowed / len(disc)


@compiled("f8[:, ::1](f8[:, ::1], i8[::1], f8, f8, i8)")
def velocities(rows: Floats, ends: Indices, window_s: float, late_s: float, least: int) -> Floats:
    """Weighted least squares of constant velocities (n, 4): x, y, sigma, and the misfit.

    `rows` (looks, 4) are time, weight and place of looks at n things, one thing's after the
    other's, up to row `ends` (n,). A thing's looks within the window before its newest count; one
    may come `late_s` after others. Of fewer than `least` nothing is known: 0, 0, inf, inf.
    """
    found = np.zeros((len(ends), 4))
    for number in range(len(ends)):
        end = ends[number]
        begin = 0 if number == 0 else ends[number - 1]
        now_s = rows[end - 1, 0]
        since_s, first, looks = now_s - window_s, end, 0
        while first > begin and rows[first - 1, 0] >= since_s - late_s:
            first -= 1
            looks += rows[first, 0] >= since_s
        total = sum_t = sum_x = sum_y = 0.0
        for row in range(first, end):
            if rows[row, 0] >= since_s:
                total += rows[row, 1]
                sum_t += rows[row, 1] * (rows[row, 0] - now_s)
                sum_x += rows[row, 1] * rows[row, 2]
                sum_y += rows[row, 1] * rows[row, 3]
        mean_t, mean_x, mean_y = sum_t / total, sum_x / total, sum_y / total
        spread = along_x = along_y = 0.0
        for row in range(first, end):
            if rows[row, 0] >= since_s:
                later = rows[row, 0] - now_s - mean_t
                spread += rows[row, 1] * later**2
                along_x += rows[row, 1] * later * rows[row, 2]
                along_y += rows[row, 1] * later * rows[row, 3]
        if looks < least or spread <= 0:
            found[number, 2] = found[number, 3] = math.inf
            continue
        vx, vy, off2 = along_x / spread, along_y / spread, 0.0
        for row in range(first, end):
            if rows[row, 0] >= since_s:
                later = rows[row, 0] - now_s - mean_t
                off_x = rows[row, 2] - mean_x - vx * later
                off_y = rows[row, 3] - mean_y - vy * later
                off2 += rows[row, 1] * (off_x**2 + off_y**2)
        found[number, 0], found[number, 1] = vx, vy
        found[number, 2], found[number, 3] = 1.0 / math.sqrt(spread), math.sqrt(off2 / total)
    return found
