"""What is found for everybody at once is what is found for each; what is put off is the same."""

from __future__ import annotations

import gc
import math
import weakref

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box
from staged_people import CAMERA

from patrol.geometry import Pose2, Scan, StampedPose
from perception.ground_projection import GroundProjector
from perception.lidar_echoes import LidarEchoes
from perception.map_places import EMPTY, Region
from perception.new_things import PlaceBefore
from perception.picture_log import PictureLog
from perception.place_looks import patch_at
from perception.ranging import Ranging, RangingConfig
from perception.tracking_view import iou, ious

NOBODY = np.empty((0, 4))
PLACE = (6.0, 0.3)
SCAN = Scan(0.0, -math.pi, math.pi / 180, np.full(360, 15.0), 0.1, 30.0)


def eye(x_m: float = 0.0) -> GroundProjector:
    return GroundProjector(CAMERA, StampedPose(0.0, Pose2(x_m, 0.0, 0.0), np.eye(3) * 1e-4))


def picture(seed: int) -> np.ndarray:
    shape = (CAMERA.height_px, CAMERA.width_px, 3)
    return np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)


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


@given(st.floats(5.0, 60.0), st.integers(0, 2**32 - 1))
def test_a_profile_is_straight_between_its_samples(reach_m: float, seed: int) -> None:
    ranging = Ranging(RangingConfig(), reach_m)
    values = np.random.default_rng(seed).normal(0.0, 3.0, (4, 16))
    expected = [np.interp(ranging._grid, ranging._samples, row) for row in values]
    np.testing.assert_allclose(ranging._between(values), expected, rtol=1e-12, atol=1e-12)


def test_returns_of_who_stands_in_front_are_not_of_who_is_behind() -> None:
    ranges = SCAN.ranges_m.copy()
    ranges[178:183], ranges[174:178] = 6.0, 9.0
    scan = Scan(0.0, -math.pi, math.pi / 180, ranges, 0.1, 30.0)
    echoes = LidarEchoes(scan.points_base(0.0, 0.0), eye())
    wide = (200.0, 100.0, 440.0, 300.0)
    front = echoes.hit(wide, 4.9, 1.0, [])
    assert front is not None
    assert abs(front.x_m - 6.0) < 0.1
    assert echoes.hit(wide, 4.9, 1.0, [echoes.of_body(front)]) is None
    behind = echoes.hit(wide, 6.4, 3.0, [echoes.of_body(front)])
    assert behind is not None
    assert abs(math.hypot(behind.x_m, behind.y_m) - 9.0) < 0.1


def test_how_a_place_looked_is_the_same_however_late_one_asks_and_pictures_are_let_go() -> None:
    log = PictureLog(0.4, 3)
    hides = np.array([[0.0, 0.0, 330.0, 360.0]])
    for number in range(3):
        log.step(0.5 * number, picture(number), eye(), hides if number == 1 else NOBODY)
    told = log.before(PLACE, 0.0, arrived_s=0.9)
    oldest = weakref.ref(told.pictures[0].grey)
    expected = told.patch()
    for number in range(3, 9):
        log.step(0.5 * number, picture(number), eye(), NOBODY)
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
    log.step(0.0, picture(0), eye(), NOBODY)
    log.step(0.5, picture(1), eye(), hides)
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
