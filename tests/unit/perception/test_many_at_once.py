"""What is found for everybody at once is what is found for each; what is put off is the same."""

from __future__ import annotations

import gc
import math
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box
from staged_people import CAMERA

from patrol.geometry import Pose2, Scan, StampedPose
from perception.followed import Followed, FollowedConfig
from perception.ground_projection import GroundPoint, GroundProjector
from perception.lidar_echoes import LidarEchoes
from perception.map_heights import MapHeights
from perception.map_places import EMPTY, Region
from perception.motion import Look
from perception.new_things import PlaceBefore
from perception.picture_log import PictureLog
from perception.place_looks import patch_at
from perception.rules.base import Scene
from perception.tracking_view import iou, ious
from perception.tracks import Observation, Track
from perception.trails import StopConfig, Trails

NOBODY = np.empty((0, 4))
PLACE = (6.0, 0.3)
SCAN = Scan(0.0, -math.pi, math.pi / 180, np.full(360, 15.0), 0.1, 30.0)


def eye(x_m: float = 0.0) -> GroundProjector:
    return GroundProjector(CAMERA, StampedPose(0.0, Pose2(x_m, 0.0, 0.0), np.eye(3) * 1e-4))


def picture(seed: int) -> np.ndarray:
    shape = (CAMERA.height_px, CAMERA.width_px, 3)
    return np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)


def scene(number: int) -> Scene:
    return Scene(0.5 * number, picture(number), eye(), (), (), (0.0, 0.0))


@given(st.integers(0, 2**32 - 1))
def test_shares_of_several_are_those_of_each(seed: int) -> None:
    rng, region = np.random.default_rng(seed), Region(box(0.0, 0.0, 10.0, 4.0))
    places = [(float(x), float(y)) for x, y in rng.uniform(-3.0, 13.0, (9, 2))]
    covariances = [np.diag(rng.uniform(0.0, 2.0, 2)) for _ in places]
    each = [region.share(*place, one) for place, one in zip(places, covariances, strict=True)]
    assert region.shares(places, covariances) == each
    assert region.shares([], []) == []
    assert EMPTY.shares(places, covariances) == [0.0] * 9


@given(st.integers(0, 2**32 - 1))
def test_overlaps_of_all_pairs_are_those_of_each(seed: int) -> None:
    corners = np.random.default_rng(seed).uniform(0, 60, (9, 2, 2))
    boxes = np.sort(corners, axis=1).reshape(-1, 4)
    boxes[2] = np.nan
    found = ious(boxes[:5], boxes[5:])
    assert found.tolist() == [[iou(a, b) for b in boxes[5:]] for a in boxes[:5]]
    assert not found[2].any()
    assert iou(boxes[6], boxes[6]) == 1.0


def test_returns_of_who_stands_in_front_are_not_of_who_is_behind() -> None:
    ranges = SCAN.ranges_m.copy()
    ranges[178:183], ranges[174:178] = 6.0, 9.0
    scan = Scan(0.0, -math.pi, math.pi / 180, ranges, 0.1, 30.0)
    echoes = LidarEchoes(scan.points_base(0.0, 0.0), eye())
    wide = (200.0, 100.0, 440.0, 300.0)
    front = echoes.hit(wide, 3.9, 5.9, [])
    assert front is not None
    assert abs(front.x_m - 6.0) < 0.1
    assert echoes.hit(wide, 3.9, 5.9, [echoes.of_body(front)]) is None
    behind = echoes.hit(wide, 3.4, 9.4, [echoes.of_body(front)])
    assert behind is not None
    assert abs(math.hypot(behind.x_m, behind.y_m) - 9.0) < 0.1


def test_how_a_place_looked_is_the_same_however_late_one_asks_and_pictures_are_let_go() -> None:
    log = PictureLog(0.4, 3)
    hides = np.array([[0.0, 0.0, 330.0, 360.0]])
    for number in range(3):
        log.step(scene(number), hides if number == 1 else NOBODY)
    told = log.before(PLACE, 0.0, arrived_s=0.9)
    oldest = weakref.ref(told.pictures[0].grey)
    expected = told.patch()
    for number in range(3, 9):
        log.step(scene(number), NOBODY)
    before = PlaceBefore(told, 6.0)
    del told
    gc.collect()
    assert oldest() is not None
    assert not before.is_settled
    before.settle()
    gc.collect()
    assert before.is_settled
    assert oldest() is None
    assert (before._known == expected.seen).all()
    assert before._before is not None
    assert (before._before.grey == expected.grey).all()


def test_what_one_picture_hides_another_shows_of_how_it_was() -> None:
    log = PictureLog(0.4, 5)
    hides = np.array([[0.0, 0.0, 330.0, 360.0]])
    log.step(scene(0), NOBODY)
    log.step(scene(1), hides)
    first = patch_at(picture(0), eye(), PLACE, 0.0, NOBODY)
    second = patch_at(picture(1), eye(), PLACE, 0.0, hides)
    found = log.before(PLACE, 0.0, arrived_s=0.9).patch()
    assert first is not None
    assert second is not None
    assert 0 < np.count_nonzero(second.seen) < second.seen.size
    assert (found.grey[second.seen] == second.grey[second.seen]).all()
    other = first.seen & ~second.seen
    assert np.abs(found.grey[other] - first.grey[other]).max() <= 1.0
    assert (found.seen == (first.seen | second.seen)).all()


@given(st.integers(0, 2**32 - 1))
def test_a_point_of_several_ways_counts_for_each_of_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0.0, 20.0, (12, 3))
    points = np.vstack((points, points[:9], points[:4] + 1e-13))  # three are there but once
    places = rng.uniform(-5.0, 25.0, (6, 2))
    heights, beside = MapHeights(points).at(places)
    for place, height, distance in zip(places, heights, beside, strict=True):
        away = np.hypot(*(points[:, :2] - place).T)
        near = np.argsort(away)[:4]
        weights = 1.0 / (away[near] + 0.5) ** 2
        assert distance == pytest.approx(away.min())
        assert height == pytest.approx(weights @ points[near, 2] / weights.sum())


def test_places_of_all_boxes_are_those_of_each() -> None:
    pose = StampedPose(0.0, Pose2(3.0, -2.0, 0.7), np.diag([0.04, 0.09, 1e-3]))
    here = GroundProjector(CAMERA, pose)
    x, y = np.array([4.0, 9.0]), np.array([1.0, -3.0])
    spread = np.array([0.3, 0.5]), np.array([0.1, -0.2]), np.array([0.2, 0.4])
    xs, ys, covariances = here.level_points(x, y, spread)
    for index in range(2):
        xx, xy, yy = (float(part[index]) for part in spread)
        one = here.base_point((float(x[index]), float(y[index])), (xx, xy, yy), 1.0)
        assert (xs[index], ys[index]) == pytest.approx((one.x_m, one.y_m))
        np.testing.assert_allclose(covariances[index], one.covariance)


def test_a_hundred_trails_are_kept_while_somebody_is_seen_and_their_beginning_is_known() -> None:
    trails = Trails(StopConfig())
    for number in range(100):
        assert trails.add(number, (0.0, 3.0 * number), 0.0)
    for stamp_s in (3.0, 6.0, 9.0):
        for number in range(50, 100):
            assert not trails.add(number, (0.1, 3.0 * number), stamp_s)
    trails.forget(11.0)
    assert trails.near_since_s((0.0, 3.0 * 10), 11.0) == 11.0  # nobody, any more
    assert trails.near_since_s((0.0, 3.0 * 99), 11.0) == 0.0
    assert trails.add(10, (0.0, 0.0), 11.0)
    assert not trails.add(99, (50.0, 50.0), 11.0)
    assert trails.near_since_s((0.0, 3.0 * 99), 11.0) == 11.0  # they have gone
    assert [step[0] for step in trails.recent(98, 9.5)] == [9.0]


def test_looks_of_the_last_second_are_found_though_two_cameras_take_turns() -> None:
    seen = Observation(NOBODY, 0.8, "person", GroundPoint(0.0, 0.0, np.eye(2), 5.0), 0.5, 1.7)
    followed = Followed(Track(1, "person", np.zeros(4), np.eye(4), 0.0, 0.0, 0.0, seen))
    for stamp_s in (0.0, 0.9, 0.6, 1.1, 1.5, 1.7, 1.8, 1.7, 2.0):
        rides = stamp_s == 0.0
        look = Look(stamp_s, (0.0, 0.0), np.eye(2), 1.0 + stamp_s, 0.4, rides, rides, False)
        followed.see(look, FollowedConfig(keep_s=1.5))
        assert followed.recent(1.0)[-1] is look
    assert [look.stamp_s for look in followed.recent(1.2)] == [0.9, 1.1, 1.5, 1.7, 1.8, 1.7, 2.0]
    assert len(followed.recent(0.3)) == 4
    assert followed.ride_share == 0.0  # that look is too old
    assert followed.height_m == pytest.approx(2.6)
