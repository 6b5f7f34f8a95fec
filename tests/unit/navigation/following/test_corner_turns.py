"""Corners that no arc can round: the vehicle turns there without leaving the ways."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.following.detour import outlines
from navigation.following.path import RoutePath, build_path
from navigation.following.turning import BACK_OFF_M, corner_turn
from patrol.geometry import Pose2
from patrol.map import Edge, WayClass
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
AT_NODE_M = math.hypot(SPEC.front_m, SPEC.width_m / 2)  # its corners, when it stands on a node
BEFORE_M = 20.0


def path_round(turn_rad: float, widths_m: tuple[float, float], after_m: float) -> RoutePath:
    """Through a corner at the origin, from a way along +x into a short one."""
    points = [(-BEFORE_M, 0.0), (0.0, 0.0)]
    points.append((after_m * math.cos(turn_rad), after_m * math.sin(turn_rad)))
    edges = [
        Edge(i, i, i + 1, length_m, 1.39, width_m, WayClass.ALLEY)
        for i, (length_m, width_m) in enumerate(zip((BEFORE_M, after_m), widths_m, strict=True))
    ]
    return build_path(points, edges, SPEC, Pose2(-BEFORE_M, 0.0, 0.0))


def leaves_m(path: RoutePath, turn_rad: float, widths_m: tuple[float, float]) -> float:
    """How far the outline is outside both ways at the worst, when they go on for long."""
    ends = [(-30.0, 0.0), (30.0 * math.cos(turn_rad), 30.0 * math.sin(turn_rad))]
    ways = shapely.union_all([
        shapely.LineString([(0.0, 0.0), end]).buffer(width_m / 2, quad_segs=32)
        for end, width_m in zip(ends, widths_m, strict=True)
    ])  # fmt: skip
    poses = np.concatenate([piece.poses for piece in path.pieces])
    corners = shapely.points(outlines(poses, SPEC).reshape(-1, 2))
    return float(shapely.distance(ways, corners).max())


@pytest.mark.parametrize("degrees", [60, 90, -90, 120, -140])
@pytest.mark.parametrize("after_m", [0.9, 1.5])
def test_before_a_short_way_it_turns_within_the_ways(degrees: int, after_m: float) -> None:
    turn_rad, widths_m = math.radians(degrees), (3.0, 3.0)
    path = path_round(turn_rad, widths_m, after_m)
    assert any(piece.is_turn for piece in path.pieces)
    assert leaves_m(path, turn_rad, widths_m) < 0.02


@settings(max_examples=60, deadline=None)
@given(
    st.floats(math.radians(50.0), math.radians(145.0)),
    st.sampled_from([-1.0, 1.0]),
    st.floats(2.2, 6.0),
    st.floats(2.2, 6.0),
)
def test_no_corner_takes_it_further_out_than_standing_on_the_node(
    angle_rad: float, side: float, before_m: float, after_m: float
) -> None:
    turn_rad, widths_m = side * angle_rad, (before_m, after_m)
    path = path_round(turn_rad, widths_m, 1.1)
    on_node_m = max(0.0, AT_NODE_M - max(widths_m) / 2)
    assert leaves_m(path, turn_rad, widths_m) <= on_node_m + 0.1


def test_it_backs_up_less_than_in_a_dead_end_and_ends_near_the_way_after() -> None:
    turn = corner_turn(math.pi / 2, 3.0, 3.0, SPEC)
    path = path_round(math.pi / 2, (3.0, 3.0), 1.1)
    last = path.pieces[-1]
    assert turn.back_off_m < BACK_OFF_M / 2
    assert abs(float(last.x_m[0])) < 0.5
