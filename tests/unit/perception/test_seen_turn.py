"""How far the vehicle turned, by the street alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import CameraSpec
from perception.detectors.base import Image
from perception.seen_turn import SeenPicture, rolled, seen_turn_rad
from tests.unit.perception import painted_world as world
from tests.unit.perception.staged_street import after_turn, after_way, street

CAMERA = replace(world.CAMERA, yaw_rad=0.0, pitch_rad=0.0)
NOBODY = np.zeros((0, 4))


def seen(image: Image, boxes: np.ndarray = NOBODY, pitch_rad: float = 0.0) -> SeenPicture:
    pose = StampedPose(0.0, Pose2(0.0, 0.0, 0.0), np.eye(3), pitch_rad=pitch_rad)
    return SeenPicture(image, pose, boxes)


def told(
    image: Image, camera: CameraSpec = CAMERA, way_m: float = 0.0, guess_rad: float = 0.0
) -> float | None:
    return seen_turn_rad(camera, seen(street(camera)), seen(image), way_m, guess_rad)


@pytest.mark.parametrize(("turn_rad", "guess_rad"), [(0.03, 0.0), (-0.05, 0.0), (0.12, 0.1)])
def test_a_turn_is_told_within_2_mrad(turn_rad: float, guess_rad: float) -> None:
    far = after_turn(street(CAMERA), CAMERA, turn_rad)
    assert told(far, guess_rad=guess_rad) == pytest.approx(turn_rad, abs=0.002)


@pytest.mark.parametrize("turn_rad", [0.0, 0.04, -0.06])
@pytest.mark.parametrize("wall_m", [5.0, 12.0])
def test_the_way_there_and_the_cameras_own_swing_are_no_turn(
    turn_rad: float, wall_m: float
) -> None:
    way_m = 0.25
    x_m, y_m = rolled(way_m, turn_rad).transform(CAMERA.x_m, CAMERA.y_m)
    near = after_way(
        street(CAMERA), CAMERA, turn_rad, (x_m - CAMERA.x_m, y_m - CAMERA.y_m), wall_m
    )
    assert told(near, way_m=way_m) == pytest.approx(turn_rad, abs=0.002)


def test_a_camera_over_the_axle_that_stands_has_only_turned() -> None:
    middle = replace(CAMERA, x_m=0.0, y_m=0.0)
    far = after_turn(street(middle), middle, 0.04)
    assert told(far, middle) == pytest.approx(0.04, abs=0.002)


def test_a_large_picture_is_looked_at_small() -> None:
    large = replace(CAMERA, width_px=1280, height_px=720)
    far = after_turn(street(large), large, 0.04)
    assert told(far, large) == pytest.approx(0.04, abs=0.002)


def test_a_nod_that_the_poses_tell_of_is_no_turn() -> None:
    nodded = after_turn(street(CAMERA), CAMERA, 0.03, nods_rad=0.04)
    turn = seen_turn_rad(CAMERA, seen(street(CAMERA)), seen(nodded, pitch_rad=0.04), 0.0, 0.0)
    assert turn == pytest.approx(0.03, abs=0.002)


def test_what_moves_by_itself_is_left_out() -> None:
    before, later = street(CAMERA), after_turn(street(CAMERA), CAMERA, 0.03)
    bus = np.array([[60.0, 20.0, 600.0, 340.0]])
    other = street(CAMERA, seed=9)
    before[20:340, 60:600] = other[20:340, 60:600]
    later[20:340, 60:600] = np.roll(other, -14, axis=1)[20:340, 60:600]
    around = np.concatenate((bus, np.full((1, 4), np.nan)))
    turn = seen_turn_rad(CAMERA, seen(before, around), seen(later), 0.0, 0.0)
    assert turn == pytest.approx(0.03, abs=0.003)
    blind = seen_turn_rad(CAMERA, seen(before), seen(later), 0.0, 0.0)
    assert blind is None or abs(blind - 0.03) > 0.01


def test_it_says_nothing_rather_than_something_wrong() -> None:
    grey = np.full_like(street(CAMERA), 90)
    assert seen_turn_rad(CAMERA, seen(grey), seen(grey), 0.0, 0.0) is None
    assert told(street(CAMERA, seed=9)) is None  # another street
    for turn_rad in (0.2, 0.4):
        turn = told(after_turn(street(CAMERA), CAMERA, turn_rad))
        assert turn is None or turn == pytest.approx(turn_rad, abs=0.005)
