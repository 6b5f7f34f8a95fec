"""Gravity leaves what an IMU feels, whatever its tilt; what is left is level."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.body_motion import body_motion
from navigation.types import BaseStatus, BodyMotion
from patrol.vehicle import GRAVITY_MPS2

tilts = st.floats(-1.2, 1.2)
accelerations = st.floats(-20.0, 20.0)


def base_from_level(roll_rad: float, pitch_rad: float) -> np.ndarray:
    """Turns level axes (forward, left, up) into base_link's: roll after pitch, transposed."""
    cr, sr = math.cos(roll_rad), math.sin(roll_rad)
    cp, sp = math.cos(pitch_rad), math.sin(pitch_rad)
    about_y = np.array(((cp, 0.0, sp), (0.0, 1.0, 0.0), (-sp, 0.0, cp)))
    about_x = np.array(((1.0, 0.0, 0.0), (0.0, cr, -sr), (0.0, sr, cr)))
    return (about_y @ about_x).T


@given(tilts, tilts, accelerations, accelerations, accelerations)
def test_a_tilted_imu_feels_what_a_level_one_does(
    roll: float, pitch: float, forward: float, left: float, up: float
) -> None:
    force = base_from_level(roll, pitch) @ (forward, left, up + GRAVITY_MPS2)
    motion = body_motion((0.0, 0.0, 0.0), force.tolist(), roll, pitch, 7.0)
    felt = (motion.forward_mps2, motion.left_mps2, motion.up_mps2)
    assert felt == pytest.approx((forward, left, up), abs=1e-9)


@given(st.tuples(accelerations, accelerations, accelerations))
def test_its_rate_is_the_size_of_all_three(rate: tuple[float, float, float]) -> None:
    motion = body_motion(rate, (0.0, 0.0, GRAVITY_MPS2), 0.0, 0.0, 7.0)
    assert motion.rate_radps == pytest.approx(float(np.linalg.norm(rate)))
    assert motion.stamp_s == 7.0


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_value_that_is_no_number_makes_it_none(place: int, bad: float) -> None:
    values = [1.0, 0.1, 0.2, 0.3, 0.4]
    assert BodyMotion(*values).is_finite
    values[place] = bad
    assert not BodyMotion(*values).is_finite


@pytest.mark.parametrize("motion", [None, BodyMotion(4.5, 0.1, 0.2, 0.3, 0.4)])
def test_a_status_moves_to_another_clock_whole(motion: BodyMotion | None) -> None:
    moved = BaseStatus(5.0, 1.0, 0.1, bumped=True, motion=motion).shifted(-2.0)
    expected = None if motion is None else BodyMotion(2.5, 0.1, 0.2, 0.3, 0.4)
    assert moved == BaseStatus(3.0, 1.0, 0.1, bumped=True, motion=expected)
