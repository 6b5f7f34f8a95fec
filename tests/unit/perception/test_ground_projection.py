"""Pixels to places: exact geometry, honest covariance, lidar where it can help."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import load_vehicle
from perception.ground_projection import GroundProjector, ProjectionConfig, predicted_pose

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]


def projector(
    x: float = 0.0, y: float = 0.0, yaw: float = 0.0, pitch: float = 0.0
) -> GroundProjector:
    stamped = StampedPose(0.0, Pose2(x, y, yaw), np.zeros((3, 3)), pitch_rad=pitch)
    return GroundProjector(CAMERA, stamped, ProjectionConfig(max_range_m=60))


@given(
    st.floats(3.5, 20),
    st.floats(-0.5, 0.5),
    st.floats(-3, 3),
    st.floats(-50, 50),
    st.floats(-50, 50),
)
def test_a_place_projects_to_a_pixel_and_back(
    ahead: float, share: float, yaw: float, x: float, y: float
) -> None:
    here = projector(x, y, yaw)
    place = here.stamped.pose.transform(ahead, share * ahead)
    pixel = here.pixel(*place)
    assume(pixel is not None)
    assert pixel is not None
    back = here.ground_point(*pixel)
    assert back is not None
    assert math.dist((back.x_m, back.y_m), place) < 1e-6 * ahead + 1e-6


def test_nothing_is_on_the_ground_above_the_horizon() -> None:
    assert projector().ground_point(320, 100) is None


def test_uncertainty_grows_with_range_and_along_the_view() -> None:
    near, far = projector().ground_point(320, 260), projector().ground_point(320, 180)
    assert near is not None
    assert far is not None
    assert near.sigma_m < far.sigma_m
    assert far.covariance[0, 0] > 4 * far.covariance[1, 1]


def test_pitch_shortens_the_horizontal_distance_only_a_little() -> None:
    level, tilted = (
        projector().ground_point(320, 250),
        projector(pitch=-0.1).ground_point(320, 250),
    )
    assert level is not None
    assert tilted is not None
    assert tilted.x_m == pytest.approx(level.x_m * math.cos(0.1), rel=0.01)


def box_of(here: GroundProjector, ahead: float, width: float, height: float) -> np.ndarray:
    box = here.box_at(*here.stamped.pose.transform(ahead, -1.0), width, height)
    assert box is not None
    return box


def test_footprint_tells_a_standing_from_a_lying_body() -> None:
    here = projector()
    standing = here.footprint(box_of(here, 8.0, 0.5, 1.7))
    lying = here.footprint(box_of(here, 8.0, 1.7, 0.3))
    assert standing.height_m == pytest.approx(1.7, abs=0.1)
    assert standing.shortest_m > 5
    assert lying.height_m == pytest.approx(0.3, abs=0.05)
    assert 1.5 < lying.shortest_m <= lying.longest_m < 2.5


def test_a_pose_is_moved_to_the_picture() -> None:
    pose = StampedPose(1.0, Pose2(0, 0, 0), np.zeros((3, 3)), speed_mps=2.0, yaw_rate_radps=0.5)
    moved = predicted_pose(pose, 1.2)
    assert moved.pose.x_m == pytest.approx(0.4, abs=0.01)
    assert moved.pose.yaw_rad == pytest.approx(0.1)
