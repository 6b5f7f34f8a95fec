"""Steering gain: a wrong wheelbase is learnt from turns, and nothing is learnt from noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navigation.following.steering_gain import LEAST, MOST, SteeringGain
from patrol.geometry import Pose2

STEP_S = 0.02
SPEED_MPS = 1.3


def drive(
    gain: SteeringGain,
    curvatures_1pm: np.ndarray,
    true_factor: float,
    *,
    seed: int = 0,
    noise_rad: float = 0.0,
    begin_s: float = 0.0,
    yaw_rad: float = 0.0,
) -> None:
    """The vehicle turns by `true_factor` of what its steering says."""
    rng = np.random.default_rng(seed)
    for step, curvature in enumerate(curvatures_1pm.tolist()):
        seen = yaw_rad + noise_rad * rng.normal()
        gain.see(Pose2(0.0, 0.0, seen), SPEED_MPS, curvature, begin_s + step * STEP_S)
        yaw_rad += SPEED_MPS * STEP_S * true_factor * curvature


def bends(seconds: float, curvature_1pm: float = 0.15) -> np.ndarray:
    """Left, then right."""
    half = round(seconds / 2 / STEP_S)
    return np.concatenate((np.full(half, curvature_1pm), np.full(half, -curvature_1pm)))


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.25])
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_wheelbase_is_learnt_within_a_few_seconds_of_bends(
    factor: float, seed: int
) -> None:
    gain = SteeringGain()
    drive(gain, bends(6.0), factor, seed=seed, noise_rad=0.004)
    assert gain.factor == pytest.approx(factor, abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_a_vehicle_as_its_file_says_stays_as_it_is(seed: int) -> None:
    gain = SteeringGain()
    drive(gain, bends(20.0), 1.0, seed=seed, noise_rad=0.006)
    assert gain.factor == pytest.approx(1.0, abs=0.04)


def test_straight_ways_teach_nothing() -> None:
    gain = SteeringGain()
    drive(gain, np.full(2000, 0.005), 0.5, noise_rad=0.02)
    assert gain.factor == 1.0


def test_a_turn_that_is_far_off_is_a_fault_and_not_a_factor() -> None:
    gain = SteeringGain()
    drive(gain, bends(20.0), 0.2)
    assert gain.factor == 1.0


@pytest.mark.parametrize("factor", [0.45, 1.55])
def test_the_factor_has_limits(factor: float) -> None:
    gain = SteeringGain()
    drive(gain, bends(60.0), factor)
    assert LEAST <= gain.factor <= MOST


def test_what_was_learnt_is_unlearnt_when_the_road_is_dry_again() -> None:
    gain = SteeringGain()
    drive(gain, bends(20.0), 0.85)
    assert gain.factor < 0.9
    drive(gain, bends(60.0), 1.0, begin_s=100.0)
    assert gain.factor == pytest.approx(1.0, abs=0.03)


def test_a_gap_between_poses_is_not_a_turn() -> None:
    gain = SteeringGain()
    for step in range(50):
        gain.see(Pose2(0.0, 0.0, 0.4 * step), SPEED_MPS, 0.15, 2.0 * step)
    assert gain.factor == 1.0


def test_a_heading_that_passes_south_west_is_a_small_turn() -> None:
    gain = SteeringGain()
    drive(gain, bends(8.0), 0.9, yaw_rad=math.pi - 0.1)
    assert gain.factor == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_values_that_are_no_numbers_change_nothing(bad: float) -> None:
    gain = SteeringGain()
    drive(gain, bends(6.0), 0.85)
    before = gain.factor
    gain.see(Pose2(0.0, 0.0, bad), SPEED_MPS, 0.1, 6.1)
    gain.see(Pose2(0.0, 0.0, 0.0), bad, 0.1, 6.12)
    gain.see(Pose2(0.0, 0.0, 0.0), SPEED_MPS, bad, 6.14)
    assert gain.factor == before
