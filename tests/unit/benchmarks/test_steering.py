"""The benchmark of route following: its bicycle, its baselines, its figures."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.steering.baselines import Baseline, PurePursuit, Stanley
from benchmarks.steering.bicycle import STEP_S, Bicycle
from benchmarks.steering.courses import CASES, Case, path_of
from benchmarks.steering.drive import CONTROL_S, drive, figures_of
from navigation.following.path import Piece
from navigation.following.steering_gain import SteeringGain
from navigation.following.turning import SAMPLE_M, Arc, sample_arc
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
ORIGIN = Pose2(0.0, 0.0, 0.0)
STRAIGHT = path_of(CASES[0], SPEC).pieces[0]
BY_NAME = {case.name: case for case in CASES}


def circle_piece(radius_m: float) -> Piece:
    """A full circle to the left from the origin."""
    poses, _ = sample_arc(ORIGIN, Arc(1, 1 / radius_m, math.tau * radius_m))
    travel = radius_m * poses[:, 2]
    curvature = 0 * travel + 1 / radius_m
    return Piece(1, travel, poses[:, 0], poses[:, 1], poses[:, 2], curvature, 0 * travel)


# --- the bicycle ---


@given(st.floats(-0.6, 0.6).filter(lambda angle: abs(angle) > 0.05))
@settings(max_examples=10, deadline=None)
def test_the_bicycle_drives_the_circle_of_its_steering(steering_rad: float) -> None:
    bicycle = Bicycle(SPEC, ORIGIN)
    bicycle.drive(0.0, steering_rad, 3.0)
    bicycle.drive(1.0, steering_rad, 3.0)
    radius_m = SPEC.wheelbase_m / math.tan(steering_rad)
    assert bicycle.speed_mps == pytest.approx(1.0, abs=1e-6)
    assert math.hypot(bicycle.pose.x_m, bicycle.pose.y_m - radius_m) == pytest.approx(
        abs(radius_m), abs=1e-4
    )


def test_the_wheels_do_nothing_during_the_dead_time() -> None:
    bicycle = Bicycle(SPEC, ORIGIN)
    bicycle.drive(0.0, 0.3, SPEC.actuation.steering_dead_time_s)
    assert bicycle.steering_rad == 0.0
    bicycle.drive(0.0, 0.3, 0.02)
    assert 0.0 < bicycle.steering_rad <= SPEC.max_steering_rate_radps * 0.02 + 1e-12


def test_the_wheels_keep_lock_and_rate() -> None:
    bicycle, before = Bicycle(SPEC, ORIGIN), 0.0
    for _ in range(1000):
        bicycle.drive(0.0, 9.0, STEP_S)
        change = bicycle.steering_rad - before
        assert change <= SPEC.max_steering_rate_radps * STEP_S + 1e-12
        before = bicycle.steering_rad
    assert bicycle.steering_rad == pytest.approx(SPEC.max_steering_rad, abs=1e-3)


def test_wheels_follow_a_ramp_as_late_as_dead_time_and_lag_together() -> None:
    bicycle, rate = Bicycle(SPEC, ORIGIN), 0.2
    for step in range(1000):
        bicycle.drive(0.0, rate * step * STEP_S, STEP_S)
    late_s = 999 * STEP_S - bicycle.steering_rad / rate
    assert late_s == pytest.approx(0.24, abs=2 * STEP_S)


# --- the baselines ---


@given(st.floats(2.0, 20.0), st.floats(0.6, 2.0))
@settings(max_examples=20, deadline=None)
def test_pure_pursuit_on_a_circle_steers_the_circle(radius_m: float, lookahead_m: float) -> None:
    steering = PurePursuit(SPEC.wheelbase_m, lookahead_m).steering_rad(
        circle_piece(radius_m), ORIGIN, 0.0, 1.0
    )
    sag_m = SAMPLE_M**2 / (8 * radius_m)  # between two points of the path
    curvature_off = 2 * sag_m / lookahead_m**2
    wanted = math.atan(SPEC.wheelbase_m / radius_m)
    assert steering == pytest.approx(wanted, abs=1.05 * SPEC.wheelbase_m * curvature_off)


def test_pure_pursuit_beside_a_straight_steers_by_coulters_formula() -> None:
    lookahead_m, left_m = 1.2, 0.3
    steering = PurePursuit(0.95, lookahead_m).steering_rad(
        STRAIGHT, Pose2(5.0, left_m, 0.0), 5.0, 1.0
    )
    assert steering == pytest.approx(math.atan(0.95 * -2 * left_m / lookahead_m**2), abs=2e-3)


def test_pure_pursuit_further_off_than_its_lookahead_steers_back() -> None:
    steering = PurePursuit(0.95, 0.8).steering_rad(STRAIGHT, Pose2(5.0, 2.0, 0.0), 5.0, 1.0)
    assert -math.pi / 2 < steering < -0.3


@given(st.floats(-0.5, 0.5), st.floats(-0.4, 0.4), st.floats(0.0, 2.0))
@settings(max_examples=20, deadline=None)
def test_stanley_steers_by_the_error_of_its_front_axle(
    left_m: float, yaw_rad: float, speed_mps: float
) -> None:
    law = Stanley(0.95, gain_per_s=1.5, soft_mps=0.5)
    steering = law.steering_rad(STRAIGHT, Pose2(5.0, left_m, yaw_rad), 5.0, speed_mps)
    front_m = left_m + 0.95 * math.sin(yaw_rad)
    assert steering == pytest.approx(-yaw_rad - math.atan(1.5 * front_m / (0.5 + speed_mps)))


@pytest.mark.parametrize("law", [PurePursuit(0.95, 1.2), Stanley(0.95, 1.0)])
def test_a_baseline_with_prompt_wheels_converges_to_a_straight(law: Baseline) -> None:
    prompt = replace(SPEC.actuation, steering_dead_time_s=0.0, steering_lag_s=0.04)
    bicycle = Bicycle(replace(SPEC, actuation=prompt), Pose2(2.0, 0.5, 0.0))
    while bicycle.pose.x_m < 15.0:
        steering = law.steering_rad(STRAIGHT, bicycle.pose, bicycle.pose.x_m, bicycle.speed_mps)
        bicycle.drive(1.0, steering, 0.02)
    assert abs(bicycle.pose.y_m) < 0.01
    assert abs(bicycle.pose.yaw_rad) < 0.01


# --- drives ---


def test_figures_are_of_the_unsigned_error_and_the_wheels_speed() -> None:
    travel = np.linspace(3.0, 13.0, 101)
    error = np.where(travel < 7.95, -0.5, 0.05)
    rows = np.column_stack((travel, error, 0.2 * CONTROL_S * np.arange(101), travel * 0 + 1.0))
    figures = figures_of(rows, 1e-4)
    assert figures.worst_m == figures.p95_m == 0.5
    assert figures.rms_m == pytest.approx(math.sqrt(np.mean(error**2)), rel=0.01)
    assert figures.settling_m == pytest.approx(5.0)
    assert figures.steering_rate_radps == pytest.approx(0.2)
    rows[-1, 1] = 0.1
    assert math.isinf(figures_of(rows, 1e-4).settling_m)


def test_figures_count_metres_so_who_lingers_is_no_better() -> None:
    travel = np.concatenate((np.linspace(3.0, 4.0, 51), np.linspace(4.0, 13.0, 1001)[1:]))
    error = np.where(travel < 4.0, 0.5, 0.05)
    rows = np.column_stack((travel, error, travel * 0, travel * 0 + 1.0))
    assert figures_of(rows, 1e-4).p95_m == pytest.approx(0.5)  # a tenth of the way


def test_the_same_seed_drives_the_same() -> None:
    first, again, other = (
        replace(drive(BY_NAME["S-curve"], SPEC, None, seed), step_s=0.0) for seed in (3, 3, 4)
    )
    assert first == again != other


def test_an_offset_is_seen_at_full_speed_and_settles() -> None:
    figures = drive(BY_NAME["0.5 m offset"], SPEC, None, 0)
    assert 0.42 < figures.worst_m < 0.58
    assert 1.0 < figures.settling_m < 10.0
    assert figures.speed_mps == pytest.approx(SPEC.speed_cap_mps, abs=0.02)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_course_is_one_piece_that_the_wheels_can_follow(case: Case) -> None:
    (piece,) = path_of(case, SPEC).pieces
    assert abs(piece.curvature_1pm).max() < 1 / SPEC.min_turning_radius_m


@pytest.mark.parametrize("name", ["S-curve, wheelbase +20 %", "S-curve, wheelbase -20 %"])
def test_a_wrong_wheelbase_is_made_up_for_within_the_first_bend(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def p95_m() -> float:
        return float(
            np.mean([drive(BY_NAME[name], SPEC, None, seed).p95_m for seed in range(5, 9)])
        )

    learnt = p95_m()
    monkeypatch.setattr(SteeringGain, "factor", 1.0)
    assert learnt < 0.85 * p95_m()
