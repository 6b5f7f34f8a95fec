"""Outline: where the vehicle's hull stands on the ground, as actors see it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

ALONG = 5  # points along the middle and along both sides
Points = NDArray[np.float64]


class Outline:
    """Points of a hull in base_link, placed where the vehicle is."""

    def __init__(self, spec: VehicleSpec) -> None:
        half = spec.width_m / 2
        xs = np.linspace(-spec.rear_overhang_m, spec.front_m, ALONG)
        self._points_base: Points = np.array([(x, y) for x in xs for y in (-half, 0.0, half)])

    def at(self, pose: Pose2) -> Points:
        """The points (n, 2) of a vehicle with base_link there, map metres."""
        cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
        turn = np.array(((cos, sin), (-sin, cos)))
        points: Points = self._points_base @ turn + (pose.x_m, pose.y_m)
        return points
