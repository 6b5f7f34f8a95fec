"""What is driven: ways through points as a map gives them, and what is wrong on them.

Every corner is rounded as on a map (`navigation/following/corners.py`) whose streets are 3 m wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from navigation.following.path import RoutePath, build_path
from navigation.following.tracker import PathTracker
from navigation.following.velocity_profile import EdgeLimits
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vehicle import VehicleSpec

WIDTH_M = 3.0
LEAD_IN_M = 3.0  # to full speed; judged from here on
RUN_OUT_M = 2.0  # braking at the end is not judged
STRAIGHT = ((0.0, 0.0), (25.0, 0.0))
CORNER = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0))  # an arc of 1.6 m
S_CURVE = ((0.0, 0.0), (8.0, 0.0), (12.0, 4.0), (22.0, 4.0))  # arcs of 6.8 m
U_TURN = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.3), (0.0, 3.3))  # two corners: half a circle of 1.6 m


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a course, an error that localization takes back at the lead-in's end, and how much
    longer than it is the controllers believe the wheelbase to be."""

    name: str
    points: tuple[tuple[float, float], ...]
    offset_m: float = 0.0  # the vehicle is left of where it believes itself to be
    wheelbase_share: float = 1.0
    p95_target_m: float | None = None


CASES = (
    Case("straight", STRAIGHT, p95_target_m=0.08),
    Case("90 degree corner", CORNER, p95_target_m=0.15),
    Case("S-curve", S_CURVE, p95_target_m=0.08),
    Case("U-turn", U_TURN),
    Case("0.5 m offset", STRAIGHT, offset_m=0.5),
    Case("1 m offset", STRAIGHT, offset_m=1.0),
    Case("straight, wheelbase +20 %", STRAIGHT, wheelbase_share=1.2),
    Case("straight, wheelbase -20 %", STRAIGHT, wheelbase_share=0.8),
    Case("S-curve, wheelbase +20 %", S_CURVE, wheelbase_share=1.2),
    Case("S-curve, wheelbase -20 %", S_CURVE, wheelbase_share=0.8),
)


def path_of(case: Case, spec: VehicleSpec) -> RoutePath:
    """The path from the course's first point on."""
    return build_path(case.points, _edges(case), spec, start_of(case))


def start_of(case: Case) -> Pose2:
    """On the course's first point, along its first leg."""
    (x0, y0), (x1, y1) = case.points[:2]
    return Pose2(x0, y0, math.atan2(y1 - y0, x1 - x0))


def tracker_of(case: Case, path: RoutePath, believed: VehicleSpec) -> PathTracker:
    """Our follower on the path, with speeds for the vehicle that is believed in."""
    edges = _edges(case)
    nodes = {i: Node(i, x, y) for i, (x, y) in enumerate(case.points)}
    place = PatrolMap("b", "b", GeoPoint(37.0, 127.0), nodes, {e.id: e for e in edges})
    caps = [math.inf] * len(edges)
    return PathTracker(path, edges, caps, EdgeLimits(place), believed)


def _edges(case: Case) -> list[Edge]:
    legs = zip(case.points[:-1], case.points[1:], strict=True)
    return [
        Edge(i, i, i + 1, math.dist(a, b), 1.39, WIDTH_M, WayClass.STREET)
        for i, (a, b) in enumerate(legs)
    ]
