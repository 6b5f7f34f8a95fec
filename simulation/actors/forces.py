"""The social force model of Helbing & Molnár, Physical Review E 51, 4282 (1995).

Driving force (their eq. 2), repulsion of others with elliptical equipotentials (eq. 3 and 4),
repulsion of borders (eq. 5), the sight that halves what is behind (eq. 8), and the speed limit
(eq. 10), with the parameters of their section III. The robot repels as a border does, at the
nearest point of its hull, from further away.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RELAXATION_S = 0.5  # tau
PERSON_V0 = 2.1  # m²/s²
PERSON_SIGMA_M = 0.3
BORDER_U0 = 10.0  # m²/s²
BORDER_R_M = 0.2
ROBOT_R_M = 0.35  # people leave a machine more room than a wall
AHEAD_S = 2.0  # Delta t: the other's step that the ellipse covers
BEHIND = 0.5  # c
SIGHT_COS = math.cos(math.radians(100.0))  # 2 phi = 200 degrees
MAX_SPEED_FACTOR = 1.3
MAX_FORCE = 12.0  # m/s²: keeps a crowded start from exploding
STEP_S = 0.05


def social_step(
    place: Array, velocity: Array, wanted: Array, others: Array, borders: Array, robot: Array,
    duration_s: float,
) -> tuple[Array, Array]:  # fmt: skip
    """Place and velocity (2,) after a time, wanting a velocity (2,).

    `others` are rows (x, y, vx, vy); `borders` and `robot` are nearest points (n, 2).
    """
    limit = MAX_SPEED_FACTOR * max(float(np.hypot(*wanted)), 0.3)
    steps = max(1, math.ceil(duration_s / STEP_S - 1e-9))
    dt = duration_s / steps
    for _ in range(steps):
        force = (wanted - velocity) / RELAXATION_S  # eq. 2
        if len(others):
            force = force + _seen(_from_others(place, others), wanted)
        if len(borders):
            force = force + _from_points(place, borders, BORDER_R_M)
        if len(robot):
            force = force + _from_points(place, robot, ROBOT_R_M)
        velocity = velocity + dt * _limited(force, MAX_FORCE)
        velocity = _limited(velocity, limit)  # eq. 10
        place = place + dt * velocity
    return place, velocity


def _from_others(place: Array, others: Array) -> Array:
    """Forces (n, 2) of others: minus the gradient of V0 exp(-b / sigma), eq. 3 and 4."""
    apart = place - others[:, :2]
    stride = others[:, 2:] * AHEAD_S
    before = apart - stride
    near = np.maximum(np.hypot(*apart.T), 1e-3)
    far = np.maximum(np.hypot(*before.T), 1e-3)
    along = np.hypot(*stride.T)
    b = 0.5 * np.sqrt(np.maximum((near + far) ** 2 - along**2, 1e-6))
    slope = ((near + far) / (4 * b))[:, None] * (apart / near[:, None] + before / far[:, None])
    strength = PERSON_V0 / PERSON_SIGMA_M * np.exp(-b / PERSON_SIGMA_M)
    forces: Array = strength[:, None] * slope
    return forces


def _seen(forces: Array, wanted: Array) -> Array:
    """The sum of forces, those from behind weakened (eq. 8)."""
    towards = -forces @ wanted
    ahead = towards >= np.hypot(*forces.T) * float(np.hypot(*wanted)) * SIGHT_COS
    total: Array = (np.where(ahead, 1.0, BEHIND)[:, None] * forces).sum(axis=0)
    return total


def _from_points(place: Array, points: Array, range_m: float) -> Array:
    """The force of the nearest border point: minus the gradient of U0 exp(-r / R), eq. 5."""
    apart = place - points
    distance = np.hypot(*apart.T)
    i = int(distance.argmin())
    near = max(float(distance[i]), 1e-3)
    force: Array = BORDER_U0 / range_m * math.exp(-near / range_m) * apart[i] / near
    return force


def _limited(vector: Array, most: float) -> Array:
    size = float(np.hypot(*vector))
    return vector if size <= most else vector * (most / size)
