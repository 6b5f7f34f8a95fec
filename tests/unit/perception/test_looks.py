"""Turned looks come back in pixels of the whole picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.detectors.base import Detections, Skeleton
from perception.detectors.scripted import ScriptedDetector, ScriptedPose
from perception.looks import (
    LEFT,
    RIGHT,
    UPRIGHT,
    look,
    skeleton_in,
    square_around,
    turn_boxes_back,
    turn_image,
)


def bright_box(image: np.ndarray) -> list:
    """The bounding box of all bright pixels, as a person."""
    v, u = np.nonzero(image[..., 0] > 200)
    if len(u) == 0:
        return []
    return [("person", 0.5, (u.min(), v.min(), u.max() + 1.0, v.max() + 1.0))]


@pytest.mark.parametrize("turn", [UPRIGHT, LEFT, RIGHT])
def test_a_turned_look_finds_the_box_where_it_is(turn: int) -> None:
    image = np.zeros((120, 200, 3), np.uint8)
    image[60:70, 90:130] = 255
    region = np.array([40.0, 30.0, 160.0, 110.0])
    (found,) = look(image, region, turn, ScriptedDetector(bright_box), 0.1)
    np.testing.assert_allclose(found.box_xyxy, [90, 60, 130, 70])
    assert found.turn_deg == turn


@given(
    st.sampled_from([UPRIGHT, LEFT, RIGHT]),
    st.integers(0, 30),
    st.integers(0, 20),
    st.integers(1, 10),
    st.integers(1, 10),
)
def test_boxes_of_turned_pictures_turn_back(turn: int, u: int, v: int, w: int, h: int) -> None:
    image = np.zeros((32, 48, 3), np.uint8)
    image[v : v + h, u : u + w] = 255
    (_, _, box) = bright_box(turn_image(image, turn))[0]
    back = turn_boxes_back(np.array([box], float), turn, 48, 32)[0]
    np.testing.assert_allclose(back, [u, v, min(u + w, 48), min(v + h, 32)])


def test_a_skeleton_in_a_turned_crop_comes_back() -> None:
    def script(crop: np.ndarray) -> Skeleton:
        (_, _, (x1, y1, x2, y2)) = bright_box(crop)[0]
        points = np.tile(np.array([(x1 + x2) / 2, (y1 + y2) / 2, 1.0], np.float32), (17, 1))
        return Skeleton(points, 0.9)

    image = np.zeros((100, 100, 3), np.uint8)
    image[40:50, 60:80] = 255
    found = skeleton_in(image, np.array([20.0, 10.0, 100.0, 90.0]), RIGHT, ScriptedPose(script))
    assert found is not None
    np.testing.assert_allclose(found.keypoints[0, :2], [70, 45], atol=1)


class TwoBeside:
    """Two who stand side by side in a crop, the surer one on the left."""

    def __init__(self, left_u: float, right_u: float) -> None:
        self.places = left_u, right_u

    def skeletons(self, crop_bgr: np.ndarray) -> list[Skeleton]:
        found = []
        for u, score in zip(self.places, (0.9, 0.6), strict=True):
            points = np.ones((17, 3), np.float32)
            points[:, 0], points[:, 1] = np.linspace(u - 6, u + 6, 17), np.linspace(15, 75, 17)
            found.append(Skeleton(points, score))
        return found


@pytest.mark.parametrize("apart_px", [10.0, 20.0, 40.0])
def test_of_two_in_a_region_each_box_gets_its_own(apart_px: float) -> None:
    image, region = np.zeros((100, 100, 3), np.uint8), np.array([0.0, 0.0, 100.0, 100.0])
    left_u, right_u = 50 - apart_px / 2, 50 + apart_px / 2
    pose = TwoBeside(left_u, right_u)
    for u in (left_u, right_u):
        box = np.array([u - 10, 10, u + 10, 80])
        found = skeleton_in(image, region, UPRIGHT, pose, box)
        assert found is not None
        assert found.keypoints[:, 0].mean() == pytest.approx(u)


def test_without_a_box_the_surest_is_meant() -> None:
    image, region = np.zeros((100, 100, 3), np.uint8), np.array([0.0, 0.0, 100.0, 100.0])
    found = skeleton_in(image, region, UPRIGHT, TwoBeside(30.0, 70.0))
    assert found is not None
    assert found.score == pytest.approx(0.9)


def test_a_skeleton_without_joints_is_the_last_choice() -> None:
    class Blind(TwoBeside):
        def skeletons(self, crop_bgr: np.ndarray) -> list[Skeleton]:
            first, second = super().skeletons(crop_bgr)
            first.keypoints[:, 2] = 0.0
            return [first, second]

    image, region = np.zeros((100, 100, 3), np.uint8), np.array([0.0, 0.0, 100.0, 100.0])
    box = np.array([20.0, 10.0, 40.0, 80.0])
    found = skeleton_in(image, region, UPRIGHT, Blind(30.0, 50.0), box)
    assert found is not None
    assert found.score == pytest.approx(0.6)


def test_squares_stay_inside_the_picture() -> None:
    square = square_around(np.array([600.0, 300.0, 640.0, 320.0]), 1.7, 72, (360, 640))
    assert square[2] <= 640
    assert square[2] - square[0] == pytest.approx(72)


def test_a_region_outside_the_picture_shows_nothing() -> None:
    detector = ScriptedDetector(bright_box)
    assert (
        look(np.zeros((10, 10, 3), np.uint8), np.array([20, 20, 30, 30.0]), 0, detector, 0.1) == []
    )


def test_detections_refuse_lengths_that_differ() -> None:
    with pytest.raises(ValueError, match=r"expected boxes \(n, 4\)"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(1, np.float32), np.zeros(2, np.int64))
