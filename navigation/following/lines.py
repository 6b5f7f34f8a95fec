"""Lines as arrays: led over from where the vehicle is, evenly spaced, smoothed.

A line has a row a point: x and y (map metres) and what belongs to the point, such as its running
position in the route's nodes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2

Array = NDArray[np.float64]

SPACING_M = 0.1
SMOOTHING_M = 1.0
JOIN_MIN_M = 3.0


def smoothstep(share: Array) -> Array:
    """0 to 1 with no slope and no curvature at either end (quintic)."""
    u = np.clip(share, 0.0, 1.0)
    return u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)


def joined(line: Array, pose: Pose2) -> Array:
    """The line from where the vehicle is beside its first leg, led over to it smoothly."""
    first_leg = line[line[:, 2] <= line[0, 2] + 1.0]
    nearest = int(np.argmin(np.hypot(first_leg[:, 0] - pose.x_m, first_leg[:, 1] - pose.y_m)))
    nearest = min(nearest, len(line) - 2)
    step_x, step_y = line[nearest + 1, :2] - line[nearest, :2]
    yaw = math.atan2(step_y, step_x)
    along, left = Pose2(line[nearest, 0], line[nearest, 1], yaw).inverse_transform(
        pose.x_m, pose.y_m
    )
    line = line[nearest:].copy()
    if along < -SPACING_M:  # before the first node: straight to it
        lead = (line[0, 0] + along * math.cos(yaw), line[0, 1] + along * math.sin(yaw), line[0, 2])
        line = np.concatenate((np.array([lead]), line))
    travel = travel_of(line)
    length = max(JOIN_MIN_M, 4.0 * math.sqrt(abs(left)))
    offset = left * (1.0 - smoothstep(travel / length))
    tangent_x, tangent_y = np.gradient(line[:, 0]), np.gradient(line[:, 1])
    norm = np.maximum(np.hypot(tangent_x, tangent_y), 1e-9)
    line[:, 0] -= offset * tangent_y / norm
    line[:, 1] += offset * tangent_x / norm
    return line


def travel_of(line: Array) -> Array:
    """How far every point is from the first, along the line (m)."""
    steps = np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1]))
    return np.concatenate(([0.0], np.cumsum(steps)))


def resampled(line: Array) -> Array:
    """Even spacing, then a centred moving average; the ends stay where they are."""
    travel = travel_of(line)
    count = max(3, round(travel[-1] / SPACING_M) + 1)
    even = np.linspace(0.0, travel[-1], count)
    x, y, leg = (np.interp(even, travel, line[:, i]) for i in range(3))
    half = min(round(SMOOTHING_M / SPACING_M / 2), (count - 1) // 2)
    return np.column_stack((_averaged(x, half), _averaged(y, half), leg))


def _averaged(values: Array, half: int) -> Array:
    """Moving average over 2 half + 1 samples, ends extended by point reflection."""
    left = 2 * values[0] - values[half:0:-1]
    right = 2 * values[-1] - values[-2 : -2 - half : -1]
    padded = np.concatenate((left, values, right))
    return np.convolve(padded, np.full(2 * half + 1, 1.0 / (2 * half + 1)), mode="valid")
