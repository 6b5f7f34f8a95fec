"""Who comes along a path, and the right-hand side that the vehicle takes for him."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from navigation.following.aside import Aside
from navigation.following.oncoming import WIDEST_M, Comer, OncomingWatch, bodies
from navigation.following.path import Piece, beside, build_path
from navigation.following.room import Room
from navigation.following.side import clearance_m, find_side, free_until_m
from navigation.roadside import find_roadside
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
HALF_M = SPEC.width_m / 2
NOBODY = np.empty((0, 2))
Array = NDArray[np.float64]


def street(width_m: float = 6.0, crosswalk_from: bool = False) -> tuple[Piece, list[Edge], Room]:
    """60 m eastwards, the second half perhaps a crosswalk."""
    nodes = {i: Node(i, 30.0 * (i - 1), 0.0) for i in (1, 2, 3)}
    second = WayClass.CROSSWALK if crosswalk_from else WayClass.STREET
    edges = [
        Edge(7, 1, 2, 30.0, 1.39, width_m, WayClass.STREET),
        Edge(8, 2, 3, 30.0, 1.39, width_m, second),
    ]
    place = PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, {e.id: e for e in edges})
    points = [(0.0, 0.0), (30.0, 0.0), (60.0, 0.0)]
    path = build_path(points, edges, SPEC, Pose2(0.0, 0.0, 0.0))
    return path.pieces[0], edges, Room(place, edges)


def face(x_m: float, right_m: float, left_m: float) -> Array:
    y = np.arange(right_m, left_m + 0.01, 0.1)
    return np.column_stack((np.full_like(y, x_m), y))


def watched(
    speed_x_mps: float, speed_y_mps: float = 0.0, wide_m: float = 0.5, noise_m: float = 0.01
) -> tuple[Comer, ...]:
    """Those who have come after 1.5 s."""
    piece, _, _ = street()
    watch, rng = OncomingWatch(), np.random.default_rng(5)
    found: tuple[Comer, ...] = ()
    for tick in range(16):
        t = 0.1 * tick
        points = face(18.0 + speed_x_mps * t, -wide_m / 2, wide_m / 2)
        moved = np.array((0.0, speed_y_mps * t))
        points = points + moved + rng.normal(0.0, noise_m, points.shape)
        found = watch.look(piece, 2.0, points, t)
    return found


def comer(near_m: float, speed_mps: float, right_m: float = -0.25) -> Comer:
    piece, _, _ = street()
    (body,) = bodies(piece, 0.0, face(near_m, right_m, right_m + 0.5))
    return Comer(body, speed_mps=speed_mps, has_come=True)


@pytest.mark.parametrize("speed_mps", [0.5, 1.3, 4.0])
def test_who_comes_is_seen_with_his_speed_and_his_sides(speed_mps: float) -> None:
    (one,) = watched(-speed_mps)
    assert one.speed_mps == pytest.approx(speed_mps, abs=0.15)
    assert (one.body.right_m, one.body.left_m) == pytest.approx((-0.25, 0.25), abs=0.1)


def test_a_side_that_the_rays_miss_now_is_where_it_was_seen_just_before() -> None:
    piece, _, _ = street()
    watch = OncomingWatch()
    found: tuple[Comer, ...] = ()
    for tick in range(8):
        right_m = -0.3 if tick == 5 else -0.1
        found = watch.look(piece, 2.0, face(18.0 - 0.13 * tick, right_m, 0.3), 0.1 * tick)
    (one,) = found
    assert one.body.right_m == pytest.approx(-0.1)
    assert one.right_m == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("along_mps", "across_mps", "wide_m"),
    [(0.0, 0.0, 0.5), (1.3, 0.0, 0.5), (-0.5, 1.2, 0.5), (-1.3, 0.0, WIDEST_M + 0.5)],
    ids=["stands", "goes ahead", "crosses", "fills the way"],
)
def test_who_does_not_come_is_no_comer(along_mps: float, across_mps: float, wide_m: float) -> None:
    assert watched(along_mps, across_mps, wide_m) == ()


def test_what_leaps_is_not_taken_for_motion() -> None:
    assert watched(-0.6, noise_m=0.4) == ()


def side_for(
    coming: Comer, width_m: float = 6.0, things: Array = NOBODY, *, crosswalk: bool = False
) -> Aside | None:
    piece, edges, room = street(width_m, crosswalk)
    until_m = free_until_m(piece, edges, 0.0, SPEC)
    return find_side(piece, 0.0, until_m, 1.0, [coming], things, width_m, room, SPEC)


@pytest.mark.parametrize("width_m", [3.4, 4.0, 6.0])
def test_it_goes_to_the_right_and_stays_on_the_way(width_m: float) -> None:
    aside = side_for(comer(20.0, 1.2), width_m)
    assert aside is not None
    assert aside.offset_m < 0
    piece, _, _ = street(width_m)
    assert np.abs(beside(piece, aside).y_m).max() + HALF_M <= width_m / 2


def test_it_leaves_a_metre_where_there_is_one() -> None:
    coming = comer(20.0, 1.2)
    aside = side_for(coming)
    assert aside is not None
    assert clearance_m(coming, aside, 0.0, SPEC) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("coming", "width_m"), [(comer(20.0, 1.2), 2.2), (comer(4.0, 1.2), 6.0)],
    ids=["too narrow", "too late"],
)  # fmt: skip
def test_it_stays_on_its_line_where_moving_over_helps_nobody(
    coming: Comer, width_m: float
) -> None:
    assert side_for(coming, width_m) is None


def test_it_does_not_move_over_into_what_stands_there() -> None:
    assert side_for(comer(20.0, 1.2), things=face(8.0, -2.9, -0.8)) is None


def test_it_is_back_on_the_route_before_a_crosswalk() -> None:
    piece, edges, _ = street(crosswalk_from=True)
    assert free_until_m(piece, edges, 0.0, SPEC) == pytest.approx(30.0 - SPEC.front_m, abs=0.2)
    aside = side_for(comer(20.0, 1.2), crosswalk=True)
    assert aside is not None
    assert aside.end_m <= 30.0 - SPEC.front_m


@pytest.mark.parametrize("at_m", [29.0, 30.0, 30.5, 31.0, 35.0])
def test_nobody_is_made_way_for_on_a_crosswalk_and_nothing_breaks(at_m: float) -> None:
    piece, edges, _ = street(crosswalk_from=True)
    nodes = {i: Node(i, 30.0 * (i - 1), 0.0) for i in (1, 2, 3)}
    place = PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, {e.id: e for e in edges})
    s_m = float(piece.s_m[0]) + at_m
    tracker = cast(Any, SimpleNamespace(piece=piece, s_m=s_m, edges=edges, piece_index=0))
    plan = cast(Any, SimpleNamespace(lead=None, first_index=0, detour=None))
    (body,) = bodies(piece, at_m, face(at_m + 10.0, -0.25, 0.25))
    who = Comer(body, speed_mps=1.2, has_come=True)
    assert find_roadside(plan, tracker, 1.0, [who], NOBODY, place, SPEC) is None
