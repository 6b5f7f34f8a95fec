"""Hulls of vehicles on the ground: the box that others meet, and points around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from patrol.vehicle_body import HULL_SHARE
from simulation.actors.kinds import ActorKind
from simulation.actors.spec import ActorSpec, Look

HULL_RGB = (0.93, 0.55, 0.10)  # a service vehicle's orange
ALONG, ACROSS = 7, 3  # points of an outline
Points = NDArray[np.float64]


def hull_of(name: str, spec: VehicleSpec, base: Pose2) -> ActorSpec:
    """A vehicle's hull, without its mast, as a solid box; `base` is base_link's pose."""
    size_m = (spec.length_m, spec.width_m, HULL_SHARE * spec.height_m)
    look = Look(size_m=size_m, colour=HULL_RGB)
    return ActorSpec(name, ActorKind.BOX, hull_middle(spec, base), base.yaw_rad, look)


def hull_middle(spec: VehicleSpec, base: Pose2) -> tuple[float, float]:
    """The hull's middle on the ground."""
    return base.transform(spec.length_m / 2 - spec.rear_overhang_m, 0.0)


def footprint(spec: VehicleSpec, base: Pose2) -> Polygon:
    """The hull's rectangle on the ground, map metres."""
    back, half = -spec.rear_overhang_m, spec.width_m / 2
    corners = ((back, -half), (spec.front_m, -half), (spec.front_m, half), (back, half))
    return Polygon([base.transform(x, y) for x, y in corners])


def outline(spec: VehicleSpec, base: Pose2) -> Points:
    """Points over the hull's rectangle, edges included, (n, 2) map metres."""
    xs = np.linspace(-spec.rear_overhang_m, spec.front_m, ALONG)
    ys = np.linspace(-spec.width_m / 2, spec.width_m / 2, ACROSS)
    return np.array([base.transform(float(x), float(y)) for x in xs for y in ys])
