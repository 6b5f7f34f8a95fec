"""Speed profile, progress and pure pursuit: the maths of following a path."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.following.path import Piece, build_path
from navigation.following.progress import locate
from navigation.following.pure_pursuit import (
    MIN_LOOKAHEAD_M,
    SteeringDelay,
    advance,
    lookahead_m,
    pursuit_curvature,
)
from navigation.following.turning import Arc, sample_arc
from navigation.following.velocity_profile import (
    EdgeLimits,
    approach_speed,
    braking_profile,
    curve_speed,
    static_limits,
)
from navigation.types import Command, steering_for
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
LOCK = 1.0 / SPEC.min_turning_radius_m


def piece_along(points: list[tuple[float, float]], width_m: float = 4.0) -> Piece:
    edges = [
        Edge(i, i, i + 1, math.dist(points[i], points[i + 1]), 1.39, width_m, WayClass.STREET)
        for i in range(len(points) - 1)
    ]
    (x0, y0), (x1, y1) = points[:2]
    start = Pose2(x0, y0, math.atan2(y1 - y0, x1 - x0))
    pieces = build_path(points, edges, SPEC, start).pieces
    assert len(pieces) == 1
    return pieces[0]


STRAIGHT = piece_along([(0.0, 0.0), (60.0, 0.0)])


# --- speed ---


@given(st.lists(st.floats(0.1, 1.39), min_size=3, max_size=60), st.floats(0.2, 2.0))
def test_the_profile_brakes_in_time_for_every_limit(limits: list[float], brake: float) -> None:
    s = 0.1 * np.arange(len(limits))
    profile = braking_profile(s, np.array(limits), brake)
    assert np.all(profile <= np.array(limits) + 1e-9)
    assert profile[-1] == pytest.approx(0.0, abs=1e-6)
    deceleration = -np.diff(np.square(profile)) / (2 * np.diff(s))
    assert deceleration.max() <= brake + 1e-6


@given(st.floats(0.01, 20.0), st.floats(0.1, 2.0), st.floats(0.0, 0.5))
def test_the_approach_speed_stops_in_exactly_the_distance(
    distance: float, brake: float, delay: float
) -> None:
    speed = approach_speed(distance, brake, delay)
    assert speed * delay + speed * speed / (2 * brake) == pytest.approx(distance)
    assert approach_speed(-distance, brake, delay) == 0.0


def test_limits_come_from_zones_the_law_and_the_order() -> None:
    nodes = {1: Node(1, 0.0, 0.0), 2: Node(2, 60.0, 0.0)}
    edge = Edge(7, 1, 2, 60.0, 5.0, 4.0, WayClass.STREET)
    square = ((20.0, -5.0), (30.0, -5.0), (30.0, 5.0), (20.0, 5.0))
    zone = Zone("s", ZoneKind.SCHOOL, square, speed_limit_mps=0.8)
    patrol_map = PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, {7: edge}, zones=(zone,))
    limits = EdgeLimits(patrol_map)
    speed = static_limits(STRAIGHT, [edge], [math.inf], limits, SPEC)
    at = dict(zip(np.round(STRAIGHT.s_m, 1), speed, strict=True))
    assert at[10.0] == pytest.approx(SPEC.speed_cap_mps)
    assert at[20.0] == at[25.0] == at[30.0] == pytest.approx(0.8)
    assert static_limits(STRAIGHT, [edge], [0.5], limits, SPEC).max() == 0.5


def test_curves_keep_the_side_acceleration() -> None:
    piece = piece_along([(0.0, 0.0), (20.0, 0.0), (20.0, 20.0)])
    speed = curve_speed(piece, SPEC)
    lateral = np.square(speed) * np.abs(piece.curvature_1pm)
    assert lateral.max() <= SPEC.max_lateral_acceleration_mps2
    assert speed.min() > 0.5


# --- progress ---


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 70), st.floats(-8, 8), st.floats(-3, 3)), min_size=1, max_size=30
    )
)
def test_progress_never_goes_back(poses: list[tuple[float, float, float]]) -> None:
    s_m = 0.0
    for x, y, yaw in poses:
        position = locate(STRAIGHT, Pose2(x, y, yaw), s_m)
        assert position.s_m >= s_m
        assert -math.pi <= position.heading_error_rad < math.pi
        s_m = position.s_m


@given(st.floats(-1.5, 1.5), st.floats(-1.0, 1.0))
def test_errors_are_positive_to_the_left(left_m: float, yaw_rad: float) -> None:
    position = locate(STRAIGHT, Pose2(20.0, left_m, yaw_rad), 19.5)
    assert position.cross_track_error_m == pytest.approx(left_m, abs=1e-6)
    assert position.heading_error_rad == pytest.approx(yaw_rad, abs=1e-6)
    assert position.s_m == pytest.approx(20.0)


def test_progress_is_steady_where_the_path_crosses_itself() -> None:
    corners = [(0.0, 0.0), (40.0, 0.0), (40.0, 20.0), (20.0, 20.0), (20.0, -20.0)]
    piece = piece_along(corners)
    s_m, last = 0.0, 0.0
    for s_true in np.arange(0.0, piece.end_s_m, 0.07):
        x, y = piece.point_at(s_true)
        yaw = float(np.interp(s_true, piece.s_m, piece.yaw_rad))
        position = locate(piece, Pose2(x, y, yaw), s_m)
        assert position.s_m == pytest.approx(s_true, abs=0.05)
        assert abs(position.cross_track_error_m) < 0.01
        assert position.s_m >= last
        s_m = last = position.s_m


def test_before_and_behind_the_path_there_is_an_end() -> None:
    assert locate(STRAIGHT, Pose2(-1.0, 0.0, 0.0), 0.0).s_m == 0.0
    assert locate(STRAIGHT, Pose2(61.0, 0.0, 0.0), 59.5).s_m == pytest.approx(60.0)


# --- pure pursuit ---


def arc_piece(direction: int, curvature: float) -> Piece:
    poses, _ = sample_arc(Pose2(0.0, 0.0, 0.3), Arc(direction, curvature, 6.0))
    s = np.linspace(0.0, 6.0, len(poses))
    flat = np.full_like(s, curvature)
    return Piece(direction, s, poses[:, 0], poses[:, 1], poses[:, 2], flat, 0 * s)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("curvature", [0.0, 0.3, -0.5])
def test_on_a_circle_pursuit_steers_the_circle(direction: int, curvature: float) -> None:
    piece = arc_piece(direction, curvature)
    pose = Pose2(float(piece.x_m[20]), float(piece.y_m[20]), float(piece.yaw_rad[20]))
    found = pursuit_curvature(piece, pose, float(piece.s_m[20]), 1.0, LOCK)
    assert found == pytest.approx(curvature, abs=0.01)


@given(st.floats(-1.0, 1.0), st.floats(-0.6, 0.6))
def test_pursuit_steers_back_and_never_beyond_the_lock(left_m: float, yaw_rad: float) -> None:
    curvature = pursuit_curvature(STRAIGHT, Pose2(20.0, left_m, yaw_rad), 20.0, 1.2, LOCK)
    assert abs(curvature) <= LOCK
    if yaw_rad == 0.0 and left_m:
        assert math.copysign(1.0, curvature) == -math.copysign(1.0, left_m)


def test_on_the_path_it_steers_the_paths_own_curvature_where_that_changes() -> None:
    piece = piece_along([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 3.0)
    for index in range(20, len(piece.s_m) - 25):
        pose = Pose2(float(piece.x_m[index]), float(piece.y_m[index]), float(piece.yaw_rad[index]))
        found = pursuit_curvature(piece, pose, float(piece.s_m[index]), 1.2, LOCK)
        assert found == pytest.approx(float(piece.curvature_1pm[index]), abs=1e-6)


@given(st.floats(0.02, 0.6), st.sampled_from([1, -1]), st.sampled_from([1, -1]))
def test_off_a_bend_it_steers_back_forward_and_in_reverse(
    off_m: float, side: int, direction: int
) -> None:
    piece = arc_piece(direction, 0.3)
    on_path = Pose2(float(piece.x_m[20]), float(piece.y_m[20]), float(piece.yaw_rad[20]))
    aside = Pose2(*on_path.transform(0.0, side * off_m), on_path.yaw_rad)
    found = pursuit_curvature(piece, aside, float(piece.s_m[20]), 1.2, LOCK)
    assert math.copysign(1.0, found - 0.3) == -side or abs(found) == LOCK


@given(st.floats(0.0, 2.0), st.floats(0.0, 1.5), st.floats(0.0, 0.5))
def test_further_beside_the_path_the_lookahead_is_no_longer(
    speed_mps: float, beside_m: float, further_m: float
) -> None:
    near = lookahead_m(speed_mps, beside_m)
    far = lookahead_m(speed_mps, -(beside_m + further_m))
    assert MIN_LOOKAHEAD_M <= far <= near <= lookahead_m(speed_mps)
    assert far >= min(0.75 * lookahead_m(speed_mps), near)


def test_beyond_the_end_the_path_goes_straight_on() -> None:
    assert STRAIGHT.point_at(63.0) == pytest.approx((63.0, 0.0), abs=1e-6)
    back = arc_piece(-1, 0.0)
    assert back.point_at(7.0) == pytest.approx((-7 * math.cos(0.3), -7 * math.sin(0.3)), abs=1e-6)


@given(st.floats(-0.7, 0.7), st.floats(-0.5, 1.4))
def test_the_delay_predicts_what_steady_steering_does(curvature: float, speed: float) -> None:
    delay = SteeringDelay(0.24)
    for tick in range(20):
        delay.sent(curvature, 0.05 * tick)
    predicted = delay.predict(Pose2(1.0, 2.0, 0.5), speed, 1.0)
    expected = advance(Pose2(1.0, 2.0, 0.5), 0.24 * speed, curvature)
    assert predicted.yaw_rad == pytest.approx(expected.yaw_rad)
    assert (predicted.x_m, predicted.y_m) == pytest.approx((expected.x_m, expected.y_m), abs=0.01)


def test_without_a_history_the_delay_goes_straight() -> None:
    delay = SteeringDelay(0.5)
    delay.sent(0.7, 0.0)
    delay.clear()
    assert delay.predict(Pose2(0.0, 0.0, 0.0), 1.0, 3.0) == Pose2(0.5, 0.0, 0.0)


def test_steering_follows_from_a_twist() -> None:
    angle = steering_for(Command(-0.5, 0.25), 1.0)
    assert angle == pytest.approx(math.atan(-0.5))
    assert steering_for(Command(0.0, 0.0), 1.0) is None
