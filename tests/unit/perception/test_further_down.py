"""Who stands far down a slope fills the box of a body before its crest; by the map it is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from staged_people import CAMERA, NOON_S

from patrol.geometry import Pose2, StampedPose
from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights
from perception.rules.further_down import may_stand_beyond

CREST_M, GRADE = 14.0, -0.09


def projector(yaw_rad: float = 0.0) -> GroundProjector:
    stamped = StampedPose(NOON_S, Pose2(0.0, 0.0, yaw_rad), np.eye(3) * 1e-4)
    return GroundProjector(CAMERA, stamped)


def street(yaw_rad: float = 0.0, falls: bool = True) -> MapHeights:
    """Level to a crest, then down; or level but for a hill behind the vehicle."""
    along_m = np.arange(-40.0, 70.0, 2.0)
    down = np.maximum(along_m - CREST_M, 0.0) if falls else np.minimum(along_m + 10.0, 0.0)
    return MapHeights(
        np.column_stack((along_m * math.cos(yaw_rad), along_m * math.sin(yaw_rad), GRADE * down))
    )


def box(near_m: float, low_m: float, far_m: float, high_m: float, wide_m: float) -> np.ndarray:
    """From a foot's height at one distance up to a height at another, straight ahead."""
    rays = projector().rays
    foot, top = rays.pixel(near_m, 0.0, low_m), rays.pixel(far_m, 0.0, high_m)
    assert foot is not None
    assert top is not None
    half_px = wide_m / 2 * CAMERA.focal_px / near_m
    return np.array([foot[0] - half_px, top[1], foot[0] + half_px, foot[1]])


def stands(far_m: float, tall_m: float) -> np.ndarray:
    ground_m = GRADE * max(far_m - CREST_M, 0.0)
    return box(far_m, ground_m, far_m, ground_m + tall_m, 0.5)


def lies(near_m: float, wide_m: float = 0.45) -> np.ndarray:
    return box(near_m, 0.0, near_m + 1.7, 0.25, wide_m)


@pytest.mark.parametrize("yaw_rad", [0.0, 2.0])
@pytest.mark.parametrize("tall_m", [1.5, 1.8])
@pytest.mark.parametrize("far_m", [28.0, 38.0, 48.0])
def test_who_stands_down_the_slope_may_be_there(
    far_m: float, tall_m: float, yaw_rad: float
) -> None:
    assert may_stand_beyond(stands(far_m, tall_m), projector(yaw_rad), street(yaw_rad))


@pytest.mark.parametrize("near_m", [4.0, 6.0, 8.0])
def test_who_lies_before_the_crest_lies(near_m: float) -> None:
    assert not may_stand_beyond(lies(near_m), projector(), street())


@pytest.mark.parametrize("near_m", [4.0, 8.0, 12.0, 13.5])
def test_on_level_ground_nobody_stands_so_low(near_m: float) -> None:
    assert not may_stand_beyond(lies(near_m), projector(), street(falls=False))


def test_who_lies_across_the_view_lies() -> None:
    far = stands(38.0, 1.7)
    middle, tall = (far[0] + far[2]) / 2, far[3] - far[1]
    wide = np.array([middle - tall, far[1], middle + tall, far[3]])
    assert not may_stand_beyond(wide, projector(), street())


def test_without_heights_nothing_is_known() -> None:
    assert not may_stand_beyond(stands(38.0, 1.7), projector(), None)


def test_a_box_without_height_is_nobody() -> None:
    assert not may_stand_beyond(np.array([300.0, 200.0, 300.0, 200.0]), projector(), street())
