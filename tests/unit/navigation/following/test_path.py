"""Paths: corners that can be steered, turns that fit, pieces that join."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from navigation.following.corner_room import fits
from navigation.following.corners import MAX_CUT_M, SAMPLE_M, corner, rounded_line
from navigation.following.path import RoutePath, build_path
from navigation.following.turning import k_turn, sample_arc
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.map import Edge, WayClass
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
ORIGIN = Pose2(0.0, 0.0, 0.0)
LEAST_RADIUS_M = SPEC.min_turning_radius_m

Points = list[tuple[float, float]]


def edges_along(points: Points, width_m: float = 3.5) -> list[Edge]:
    return [
        Edge(i, i, i + 1, math.dist(points[i], points[i + 1]), 1.39, width_m, WayClass.ALLEY)
        for i in range(len(points) - 1)
    ]


def path_along(points: Points, width_m: float = 3.5, start: Pose2 | None = None) -> RoutePath:
    if start is None:
        (x0, y0), (x1, y1) = points[:2]
        start = Pose2(x0, y0, math.atan2(y1 - y0, x1 - x0))
    return build_path(points, edges_along(points, width_m), SPEC, start)


@st.composite
def routes(draw: st.DrawFn) -> Points:
    """Streets of 12 to 60 m that turn by anything up to a U-turn."""
    count = draw(st.integers(1, 6))
    x, y, yaw = 0.0, 0.0, draw(st.floats(-3.0, 3.0))
    points = [(x, y)]
    for _ in range(count):
        length = draw(st.floats(12.0, 60.0))
        x, y = x + length * math.cos(yaw), y + length * math.sin(yaw)
        points.append((x, y))
        yaw += draw(st.floats(-math.pi, math.pi))
    return points


@given(st.floats(-2.6, 2.6), st.floats(2.5, 8.0), st.floats(4.0, 40.0))
def test_a_corner_is_an_arc_that_can_be_steered_or_a_turn(
    turn: float, width_m: float, length_m: float
) -> None:
    after = (length_m * math.cos(turn), length_m * math.sin(turn))
    rounding = corner((-length_m, 0.0), (0.0, 0.0), after, (width_m, width_m), SPEC)
    assert rounding.turn_rad == pytest.approx(turn, abs=1e-9)
    if rounding.radius_m is None:
        assert abs(turn) > math.pi / 4
        return
    if rounding.radius_m == 0.0:
        assert abs(turn) < math.radians(1.0)
        return
    assert rounding.tangent_m <= length_m / 2 + 1e-9
    if abs(turn) > math.pi / 4:
        assert rounding.radius_m >= LEAST_RADIUS_M
    inner = width_m / 2 / math.cos(turn / 2)
    cut = rounding.radius_m * (1 / math.cos(turn / 2) - 1)
    assert cut + SPEC.width_m / 2 < inner
    if rounding.radius_m > 1.16 * LEAST_RADIUS_M:
        assert cut <= MAX_CUT_M + 1e-9


def test_a_right_angle_in_an_alley_is_rounded_close_to_the_node() -> None:
    rounding = corner((-20.0, 0.0), (0.0, 0.0), (0.0, 20.0), (3.0, 3.0), SPEC)
    line = rounded_line([(-20.0, 0.0), (0.0, 0.0), (0.0, 20.0)], [rounding])
    assert np.hypot(line[:, 0], line[:, 1]).min() == pytest.approx(MAX_CUT_M, abs=0.05)
    assert np.all(np.diff(line[:, 2]) > 0)
    assert tuple(line[-1]) == pytest.approx((0.0, 20.0, 2.0))


def test_a_street_gives_the_room_to_turn_into_a_narrow_alley() -> None:
    before, node, after = (-30.0, 0.0), (0.0, 0.0), (0.0, 30.0)
    assert corner(before, node, after, (1.8, 1.8), SPEC).radius_m is None
    for widths in ((5.0, 1.8), (1.8, 5.0)):
        rounding = corner(before, node, after, widths, SPEC)
        assert rounding.radius_m is not None
        assert rounding.radius_m >= LEAST_RADIUS_M


@settings(max_examples=40, deadline=None)
@given(st.floats(0.3, 2.6), st.floats(1.4, 12.0), st.floats(1.2, 8.0), st.floats(1.2, 8.0))
def test_more_room_never_makes_an_arc_that_fits_unfit(
    turn: float, radius_m: float, before_m: float, after_m: float
) -> None:
    if fits(turn, radius_m, before_m, after_m, SPEC):
        assert fits(turn, radius_m, before_m + 0.5, after_m, SPEC)
        assert fits(turn, radius_m, before_m, after_m + 0.5, SPEC)
    assert not fits(turn, radius_m, SPEC.width_m - 0.1, after_m, SPEC)


def test_the_swing_of_the_front_counts() -> None:
    centre_to_front = math.hypot(2.0 + SPEC.width_m / 2, SPEC.front_m)
    swing_m = centre_to_front - 2.0  # beyond the middle of the way that is turned into
    assert fits(math.pi / 2, 2.0, 8.0, 2 * swing_m + 0.4, SPEC)
    assert not fits(math.pi / 2, 2.0, 8.0, 2 * swing_m - 0.1, SPEC)


@settings(max_examples=60, deadline=None)
@given(routes(), st.floats(2.5, 8.0))
def test_every_path_can_be_driven(points: Points, width_m: float) -> None:
    path = path_along(points, width_m)
    for piece in path.pieces:
        assert np.all(np.diff(piece.s_m) > 0)
        assert np.abs(piece.curvature_1pm).max() <= 1.06 / LEAST_RADIUS_M
        assert np.abs(np.diff(piece.yaw_rad)).max() < 0.2
    for before, after in zip(path.pieces, path.pieces[1:], strict=False):
        assert after.s_m[0] == pytest.approx(before.end_s_m)
        assert before.end_pose.x_m == pytest.approx(after.x_m[0], abs=0.1)
        assert before.end_pose.y_m == pytest.approx(after.y_m[0], abs=0.1)
        assert wrap_angle(before.end_pose.yaw_rad - after.yaw_rad[0]) == pytest.approx(0, abs=0.5)
    assert list(path.node_s_m) == sorted(path.node_s_m)
    assert path.node_s_m[-1] == pytest.approx(path.length_m)
    end = path.pieces[-1].end_pose
    assert math.dist((end.x_m, end.y_m), points[-1]) < 0.1


@settings(max_examples=40, deadline=None)
@given(routes(), routes())
@example(
    [(0.0, 0.0), (-11.879909959205346, 1.6934400967184065), (-1.02000543, -3.41170178)],
    [(0.0, 0.0), (12.0, 0.0)],
)
def test_a_longer_route_begins_with_the_same_path(first: Points, more: Points) -> None:
    (x, y), longer = first[-1], list(first)
    longer += [(x + px, y + py) for px, py in more[1:]]
    short, long = path_along(first), path_along(longer)
    until_m = short.length_m - 6.0  # before the corner at the former end
    for piece, same in zip(short.pieces, long.pieces, strict=False):
        for s_m in np.arange(piece.s_m[0], min(piece.end_s_m, until_m), 1.0):
            # a piece after a turn begins at a sample of the raw line
            assert piece.point_at(s_m) == pytest.approx(same.point_at(s_m), abs=SAMPLE_M)


@pytest.mark.parametrize("turn_rad", [math.pi, -math.pi + 1e-9, math.pi / 2, -2.0])
@pytest.mark.parametrize("width_m", [2.9, 3.5, 6.0])
def test_a_k_turn_turns_within_the_way(turn_rad: float, width_m: float) -> None:
    turn = k_turn(turn_rad, width_m, SPEC)
    pose = ORIGIN
    for arc in turn.arcs:
        assert abs(arc.curvature_1pm) < 1.0 / LEAST_RADIUS_M
        _, pose = sample_arc(pose, arc)
    assert pose.yaw_rad == pytest.approx(turn_rad)
    assert turn.half_width_m <= width_m / 2
    if abs(turn_rad) > 3.0:
        assert math.hypot(pose.x_m, pose.y_m) < 1e-6


def test_a_wide_way_needs_fewer_steps() -> None:
    assert len(k_turn(math.pi, 6.0, SPEC).arcs) == 3
    assert len(k_turn(math.pi, 3.0, SPEC).arcs) > 3
    assert len(k_turn(math.pi, 1.0, SPEC).arcs) == 9  # the slimmest there is


def test_a_dead_end_is_left_by_a_turn() -> None:
    path = path_along([(0.0, 0.0), (30.0, 0.0), (0.0, 0.0)], 3.0)
    assert [p.direction for p in path.pieces[:2]] == [1, -1]
    assert path.pieces[-1].direction == 1
    assert path.node_s_m[1] == pytest.approx(30.0, abs=0.05)
    end = path.pieces[-1].end_pose
    assert math.hypot(end.x_m, end.y_m) < 0.05
    assert max(float(p.x_m.max()) for p in path.pieces) < 30.1


@pytest.mark.parametrize("yaw_rad", [math.pi, -2.0, 1.6])
def test_a_vehicle_that_faces_away_turns_first(yaw_rad: float) -> None:
    path = path_along([(0.0, 0.0), (30.0, 0.0)], start=Pose2(0.0, 0.0, yaw_rad))
    assert path.pieces[0].is_turn
    assert not path.pieces[-1].is_turn
    end = path.pieces[-1].end_pose
    assert (end.x_m, end.y_m) == pytest.approx((30.0, 0.0), abs=0.05)


@given(st.floats(-2.5, 15.0), st.floats(-2.5, 2.5))
def test_a_path_begins_at_the_vehicle_and_joins_the_way(x_m: float, y_m: float) -> None:
    path = path_along([(0.0, 0.0), (40.0, 0.0)], start=Pose2(x_m, y_m, 0.0))
    piece = path.pieces[0]
    assert (piece.x_m[0], piece.y_m[0]) == pytest.approx((x_m, y_m), abs=0.12)
    assert abs(piece.y_m[piece.s_m > 8.0]).max() < 0.02
    assert np.abs(piece.curvature_1pm).max() < 1.0 / LEAST_RADIUS_M


def test_a_route_of_one_node_has_no_path() -> None:
    path = build_path([(3.0, 4.0)], [], SPEC, ORIGIN)
    assert path.pieces == ()
    assert path.length_m == 0.0


def test_points_and_edges_must_fit() -> None:
    with pytest.raises(ValueError, match="3 points do not fit 1 edges"):
        build_path([(0, 0), (1, 0), (2, 0)], edges_along([(0, 0), (1, 0)]), SPEC, ORIGIN)
