"""Rays of pixels: one at a time and many at once agree, and meet the ground where it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.camera_rays import CameraRays
from tests.unit.perception.painted_world import CAMERA

RAYS = CameraRays(CAMERA)
U, V = st.floats(0, CAMERA.width_px), st.floats(0, CAMERA.height_px)


@given(U, V)
def test_one_ray_is_as_many_are(u_px: float, v_px: float) -> None:
    one = np.array(RAYS.ray(u_px, v_px))
    (among,) = RAYS.rays(np.array([u_px]), np.array([v_px]))
    np.testing.assert_allclose(one / np.linalg.norm(one), among, atol=1e-12)
    assert RAYS.slope(u_px, v_px) == pytest.approx(among[2] / math.hypot(among[0], among[1]))
    assert RAYS.azimuth(u_px, v_px) == pytest.approx(math.atan2(among[1], among[0]))


@given(U, V)
def test_a_ray_meets_the_plane_on_its_line_or_not_at_all(u_px: float, v_px: float) -> None:
    met, (_, _, falls) = RAYS.on_plane(u_px, v_px), RAYS.ray(u_px, v_px)
    if met is None:
        assert falls > -2e-3
        return
    line = np.array([met[0] - CAMERA.x_m, met[1] - CAMERA.y_m, -CAMERA.z_m])
    apart = np.cross(line / np.linalg.norm(line), np.array(RAYS.ray(u_px, v_px)))
    np.testing.assert_allclose(apart, 0.0, atol=1e-9)


def test_the_middle_of_the_picture_looks_ahead_and_its_left_side_left() -> None:
    middle_u, middle_v = CAMERA.width_px / 2, CAMERA.height_px / 2
    assert RAYS.azimuth(middle_u, middle_v) == pytest.approx(CAMERA.yaw_rad)
    assert RAYS.slope(middle_u, middle_v) == pytest.approx(-math.tan(CAMERA.pitch_rad))
    assert RAYS.azimuth(0.0, middle_v) > RAYS.azimuth(CAMERA.width_px, middle_v)
    assert RAYS.slope(middle_u, 0.0) > RAYS.slope(middle_u, middle_v)
