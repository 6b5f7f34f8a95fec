"""Detours: the way round a thing, the room it needs, the trail to back up on, who moves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from navigation.following.aside import Aside, Detour
from navigation.following.detour import (
    LEAST_CLEARANCE_M,
    UNSEEN_DEPTH_M,
    WISHED_CLEARANCE_M,
    NoWay,
    extended,
    find_aside,
    touches,
)
from navigation.following.path import Piece, beside, build_path
from navigation.following.room import Room, may_be_left
from navigation.following.stillness import SeenBefore, StillWatch
from navigation.following.trail import LENGTH_M, Trail
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
HALF_M = SPEC.width_m / 2
NOBODY = np.empty((0, 2))

Array = NDArray[np.float64]


def street(width_m: float = 6.0, zones: tuple[Zone, ...] = ()) -> tuple[Piece, Room]:
    """60 m eastwards, and its room."""
    nodes = {1: Node(1, 0.0, 0.0), 2: Node(2, 60.0, 0.0)}
    edge = Edge(7, 1, 2, 60.0, 1.39, width_m, WayClass.STREET)
    place = PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, {7: edge}, zones=zones)
    path = build_path([(0.0, 0.0), (60.0, 0.0)], [edge], SPEC, Pose2(0.0, 0.0, 0.0))
    return path.pieces[0], Room(place, [edge])


def face(x_m: float, right_m: float, left_m: float) -> Array:
    """What a lidar sees of a thing across the street, from one side to the other."""
    y = np.arange(right_m, left_m + 0.01, 0.05)
    return np.column_stack((np.full_like(y, x_m), y))


def poses_of(piece: Piece) -> Array:
    return np.column_stack((piece.x_m, piece.y_m, piece.yaw_rad))


# --- the search ---


@settings(max_examples=40, deadline=None)
@given(st.floats(8.5, 12.0), st.floats(-1.2, 0.9), st.floats(0.2, 1.0), st.floats(4.0, 8.0))
def test_a_way_round_touches_nothing_and_stays_on_the_way(
    x_m: float, right_m: float, wide_m: float, width_m: float
) -> None:
    piece, room = street(width_m)
    things = face(x_m, right_m, right_m + wide_m)
    found = find_aside(piece, things, width_m, room, SPEC)
    if isinstance(found, NoWay):
        return
    led = beside(piece, found)
    assert not touches(poses_of(led), things, SPEC, LEAST_CLEARANCE_M - 0.01)
    assert np.abs(led.y_m).max() + HALF_M <= width_m / 2
    assert np.abs(led.curvature_1pm).max() < 1.0 / SPEC.min_turning_radius_m
    assert led.y_m[0] == pytest.approx(0.0, abs=1e-6)
    assert led.y_m[-1] == pytest.approx(0.0, abs=1e-6)
    assert list(led.s_m) == list(piece.s_m)


def test_it_keeps_a_metre_where_the_way_is_wide_and_passes_on_the_nearer_side() -> None:
    piece, room = street(8.0)
    found = find_aside(piece, face(10.0, 0.05, 0.55), 8.0, room, SPEC)
    assert isinstance(found, Aside)
    assert found.offset_m == pytest.approx(0.05 - WISHED_CLEARANCE_M - HALF_M, abs=0.01)


def test_it_keeps_less_where_the_way_is_narrower_and_never_less_than_is_asked() -> None:
    piece, room = street(3.4)
    found = find_aside(piece, face(10.0, 0.05, 0.55), 3.4, room, SPEC)
    assert isinstance(found, Aside)
    kept_m = 0.05 - (found.offset_m + HALF_M)
    assert LEAST_CLEARANCE_M <= kept_m < WISHED_CLEARANCE_M
    refused = find_aside(piece, face(10.0, 0.05, 0.55), 3.4, room, SPEC, WISHED_CLEARANCE_M)
    assert isinstance(refused, NoWay)


def test_what_leaves_no_gap_has_no_way_round() -> None:
    piece, room = street(6.0)
    found = find_aside(piece, face(10.0, -2.75, 2.75), 6.0, room, SPEC)
    assert isinstance(found, NoWay)
    assert "no gap" in found.reason


def test_what_the_lidar_does_not_see_is_not_gone_round() -> None:
    piece, room = street()
    for things in (NOBODY, face(10.0, 2.0, 2.5)):
        found = find_aside(piece, things, 6.0, room, SPEC)
        assert isinstance(found, NoWay)
        assert "not seen" in found.reason


def test_too_near_it_asks_for_a_run_up_that_suffices() -> None:
    piece, room = street()
    found = find_aside(piece, face(SPEC.front_m + 0.3, 0.05, 0.55), 6.0, room, SPEC)
    assert isinstance(found, NoWay)
    assert 2.0 < found.run_up_m < 6.0
    further = face(SPEC.front_m + 0.3 + found.run_up_m, 0.05, 0.55)
    assert isinstance(find_aside(piece, further, 6.0, room, SPEC), Aside)


def test_it_comes_back_behind_all_that_stands_close_together() -> None:
    piece, room = street(8.0)
    row = np.concatenate((face(10.0, 0.0, 0.5), face(12.0, 0.0, 0.5)))
    found = find_aside(piece, row, 8.0, room, SPEC)
    assert isinstance(found, Aside)
    assert found.return_m > 12.0 + UNSEEN_DEPTH_M


def test_a_keep_out_zone_is_not_entered() -> None:
    closed = ((5.0, -4.0), (15.0, -4.0), (15.0, -1.0), (5.0, -1.0))
    piece, room = street(8.0, (Zone("works", ZoneKind.KEEP_OUT, closed),))
    found = find_aside(piece, face(10.0, 0.05, 0.55), 8.0, room, SPEC)
    assert isinstance(found, Aside)
    assert found.offset_m > 0


def test_the_route_must_go_on_long_enough_behind_it() -> None:
    piece, room = street()
    end = Piece(
        1, *(column[:140] for column in (piece.s_m, piece.x_m, piece.y_m, piece.yaw_rad,
                                         piece.curvature_1pm, piece.leg))
    )  # fmt: skip
    found = find_aside(end, face(10.0, 0.05, 0.55), 6.0, room, SPEC)
    assert isinstance(found, NoWay)
    assert "right behind" in found.reason


def test_it_stays_aside_longer_for_a_thing_that_turns_out_long() -> None:
    piece, room = street(8.0)
    things = face(8.0, 0.05, 0.55)
    found = find_aside(piece, things, 8.0, room, SPEC)
    assert isinstance(found, Aside)
    assert extended(piece, found, things, room, SPEC, LEAST_CLEARANCE_M) == found
    side = np.column_stack((np.arange(8.0, 11.0, 0.1), np.full(30, 0.05)))
    longer = extended(piece, found, side, room, SPEC, LEAST_CLEARANCE_M)
    assert longer.return_m > found.return_m
    assert (longer.offset_m, longer.begin_m) == (found.offset_m, found.begin_m)
    assert not touches(poses_of(beside(piece, longer)), side, SPEC, LEAST_CLEARANCE_M - 0.01)


def test_what_closes_the_way_round_leaves_it_to_the_gate() -> None:
    piece, room = street(8.0)
    found = find_aside(piece, face(8.0, 0.05, 0.55), 8.0, room, SPEC)
    assert isinstance(found, Aside)
    wall = np.concatenate((face(9.5, 0.05, 0.55), face(11.0, -3.5, 0.5)))
    assert extended(piece, found, wall, room, SPEC, LEAST_CLEARANCE_M) == found


def test_a_crosswalk_may_not_be_left() -> None:
    def edge(way_class: WayClass, crosswalk_id: str | None = None) -> Edge:
        return Edge(1, 1, 2, 9.0, 1.39, 4.0, way_class, crosswalk_id=crosswalk_id)

    assert may_be_left(edge(WayClass.STREET))
    assert not may_be_left(edge(WayClass.CROSSWALK))
    assert not may_be_left(edge(WayClass.STREET, "cw-1"))


def test_backing_up_comes_before_the_way_round() -> None:
    back = np.column_stack((10.0 - np.arange(0.0, 3.05, 0.1), np.zeros(31)))
    edge = Edge(7, 1, 2, 60.0, 1.39, 6.0, WayClass.STREET)
    path = build_path(
        [(0.0, 0.0), (60.0, 0.0)], [edge], SPEC, Pose2(10.0, 0.0, 0.0),
        Detour(back, Aside(-1.0, 0.5, 6.0)),
    )  # fmt: skip
    reverse, forward = path.pieces
    assert (reverse.direction, forward.direction) == (-1, 1)
    assert reverse.x_m[-1] == forward.x_m[0] == pytest.approx(7.0)
    assert forward.y_m.min() == pytest.approx(-1.0, abs=0.01)
    assert path.node_s_m[-1] == pytest.approx(path.length_m)


# --- the trail ---


def test_the_trail_leads_back_over_what_was_driven() -> None:
    trail = Trail()
    for x in np.arange(0.0, 20.0, 0.05):
        trail.note(Pose2(float(x), math.sin(x / 10), math.cos(x / 10) / 10))
    back = trail.back(Pose2(19.95, math.sin(1.995), 0.0), 5.0)
    assert back is not None
    assert tuple(back[0]) == pytest.approx((19.95, math.sin(1.995)))
    assert math.hypot(*(back[-1] - back[0])) == pytest.approx(5.0, abs=0.2)
    assert np.abs(back[:, 1] - np.sin(back[:, 0] / 10)).max() < 1e-6
    assert trail.back(Pose2(19.95, 0.9, 0.0), LENGTH_M + 1.0) is None


def test_what_was_backed_over_is_off_the_trail_and_a_jump_ends_it() -> None:
    trail = Trail()
    for x in [*np.arange(0.0, 5.0, 0.1), *np.arange(5.0, 3.0, -0.1)]:
        trail.note(Pose2(float(x), 0.0, 0.0))
    back = trail.back(Pose2(3.1, 0.0, 0.0), 1.0)
    assert back is not None
    assert np.all(np.diff(back[:, 0]) <= 0)
    trail.note(Pose2(40.0, 0.0, 0.0))
    assert trail.back(Pose2(40.0, 0.0, 0.0), 0.5) is None


# --- who moves ---


def test_stillness_is_counted_from_the_last_motion_nearby() -> None:
    watch, box = StillWatch(), face(2.0, -0.2, 0.3)
    assert watch.still_s(5.0) == 0.0
    jitter = np.random.default_rng(3).normal(0.0, 0.02, box.shape)
    for tick in range(20):
        watch.look(box + jitter * (tick % 2), 0.5 * tick)
    assert watch.still_s(10.0) == pytest.approx(10.0)
    watch.look(np.concatenate((box, face(3.0, 1.5, 2.0))), 10.0)  # somebody comes
    assert watch.still_s(12.0) == pytest.approx(2.0)
    assert watch.has_moved


def test_who_walks_far_away_does_not_count() -> None:
    watch, box = StillWatch(), face(2.0, -0.2, 0.3)
    watch.look(box, 0.0)
    watch.look(np.concatenate((box, face(15.0, 0.0, 1.0))), 1.0)
    assert not watch.has_moved


def scan_of(ranges_m: Array) -> Scan:
    step = SPEC.lidar.field_of_view_rad / (len(ranges_m) - 1)
    return Scan(0.0, -SPEC.lidar.field_of_view_rad / 2, step, ranges_m, 0.06, 25.0)


@pytest.mark.parametrize("yaw_rad", [0.0, 2.5, -3.0])
def test_new_is_who_stands_where_free_ground_was_seen(yaw_rad: float) -> None:
    ranges = np.full(541, 12.0)
    ranges[250:291] = 3.0  # a thing ahead, 10 degrees to either side
    pose = Pose2(5.0, -2.0, yaw_rad)
    seen = SeenBefore(scan_of(ranges), pose, SPEC.lidar)

    def is_new(forward_m: float, left_m: float) -> bool:
        point = pose.transform(SPEC.lidar.x_m + forward_m, left_m)
        return len(seen.newcomers(np.array([point]))) == 1

    assert is_new(4.0, 3.0)
    assert not is_new(5.0, 0.0)  # behind the thing: hidden then
    assert not is_new(3.1, 0.7)  # its side
    assert not is_new(12.0, 4.0)  # the wall
    assert not is_new(-6.0, 0.0)  # behind the vehicle: never seen
    assert len(seen.newcomers(NOBODY)) == 0
