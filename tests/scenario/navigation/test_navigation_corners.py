"""Corners that no arc rounds, driven: the whole vehicle stays on the ways."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from navigation.following.detour import outlines
from navigation.types import Mode
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass

TRACKING_M = 0.1  # what the late wheels are off the path
WIDTH_M = 3.0
Points = list[tuple[float, float]]


def place(points: Points) -> PatrolMap:
    nodes = {i: Node(i, x, y) for i, (x, y) in enumerate(points)}
    edges = {
        a: Edge(a, a, b, math.dist(points[a], points[b]), 1.39, WIDTH_M, WayClass.ALLEY)
        for a, b in itertools.pairwise(nodes)
    }
    return PatrolMap("corners", "Corners", GeoPoint(37.48, 126.93), nodes, edges)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 0.0), (20.0, 0.0), (20.0, 1.2), (40.0, 1.2)],
        [(0.0, 0.0), (20.0, 0.0), (20.0, -1.0)],
        [(0.0, 0.0), (1.0, 0.0), (1.0, 20.0)],
        [(0.0, 0.0), (20.0, 0.0), (19.3, 1.2), (19.0, 20.0)],
    ],
    ids=["steps aside", "ends behind it", "begins before it", "sharp"],
)
def test_a_corner_with_a_short_way_is_driven_on_the_ways(
    kit: SimpleNamespace, points: Points, seed: int
) -> None:
    patrol = kit.Patrol(place(points), Pose2(*points[0], 0.0), seed=seed)
    patrol.stack.accept_order(kit.make_order(patrol.map, range(len(points))), patrol.now_s)
    ways = shapely.LineString(points).buffer(WIDTH_M / 2, quad_segs=32)
    outside_m = 0.0
    while patrol.state.mode is not Mode.FINISHED:
        patrol.step()
        assert patrol.now_s < 1300.0
        pose = patrol.vehicle.pose
        corners = outlines(np.array([[pose.x_m, pose.y_m, pose.yaw_rad]]), kit.SPEC)
        outside_m = max(outside_m, shapely.distance(ways, shapely.points(corners[0])).max())
    assert outside_m < TRACKING_M
    assert patrol.distance_to(len(points) - 1) < 0.6
