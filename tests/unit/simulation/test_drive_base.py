"""The base driver: Ackermann geometry, ramps, brakes."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.vehicle import VehicleSpec
from simulation.mujoco.delays import CommandDelay
from simulation.mujoco.drive import BaseDriver, ackermann_angles, middle_angle, rear_wheel_speeds
from simulation.types import DriveCommand

TICK_S = 0.01


@given(st.floats(-0.61, 0.61))
def test_middle_angle_undoes_ackermann(goalie: VehicleSpec, angle: float) -> None:
    assert middle_angle(goalie, *ackermann_angles(goalie, angle)) == pytest.approx(angle, abs=1e-6)


@given(st.floats(-0.7, 0.7))
def test_wheels_that_a_kerb_pushes_apart_stand_for_straight_ahead(
    goalie: VehicleSpec, push: float
) -> None:
    assert middle_angle(goalie, push, -push) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(-0.7, 0.7), st.floats(-0.7, 0.7))
def test_no_wheel_angles_stand_for_more_than_the_further_wheel(
    goalie: VehicleSpec, left: float, right: float
) -> None:
    sharpest = ackermann_angles(goalie, 0.95)[1]  # the outer wheel where both turn furthest
    assert sharpest > 0.6
    assert abs(middle_angle(goalie, left, right)) < 0.95


def test_inner_wheel_turns_further(goalie: VehicleSpec) -> None:
    left, right = ackermann_angles(goalie, 0.3)
    assert left > 0.3 > right
    # both wheels' axes meet on the rear axle's line
    radius = goalie.wheelbase_m / math.tan(0.3)
    assert goalie.wheelbase_m / math.tan(left) == pytest.approx(radius - goalie.track_m / 2)
    assert goalie.wheelbase_m / math.tan(right) == pytest.approx(radius + goalie.track_m / 2)


def test_outer_rear_wheel_is_faster(goalie: VehicleSpec) -> None:
    left, right = rear_wheel_speeds(goalie, 1.0, 0.3)
    assert left < right
    assert (left + right) / 2 * goalie.wheel_radius_m == pytest.approx(1.0)


def test_speed_ramps_within_limits(goalie: VehicleSpec) -> None:
    driver = BaseDriver(goalie)
    speeds = []
    for target in [1.0] * 300 + [0.0] * 100:
        driver.step(DriveCommand(target, 0.0), driver.setpoint_mps, False, TICK_S)
        speeds.append(driver.setpoint_mps)
    steps = [b - a for a, b in pairwise(speeds)]
    assert max(steps) <= goalie.max_acceleration_mps2 * TICK_S + 1e-9
    assert min(steps[:380]) >= -goalie.max_deceleration_mps2 * TICK_S - 0.03
    assert driver.braking


def test_steering_rate_is_limited(goalie: VehicleSpec) -> None:
    driver = BaseDriver(goalie)
    for _ in range(10):
        driver.step(DriveCommand(0.5, 2.0), 0.0, False, TICK_S)
    assert driver.steering_rad == pytest.approx(goalie.max_steering_rate_radps * 0.1)
    for _ in range(500):
        driver.step(DriveCommand(0.5, 2.0), 0.0, False, TICK_S)
    assert driver.steering_rad == pytest.approx(goalie.max_steering_rad)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_command_that_is_no_number_brakes(goalie: VehicleSpec, bad: float) -> None:
    driver = BaseDriver(goalie)
    for _ in range(50):
        driver.step(DriveCommand(1.0, 0.0), driver.setpoint_mps, False, TICK_S)
    for _ in range(100):
        driver.step(DriveCommand(bad, bad), driver.setpoint_mps, False, TICK_S)
    assert driver.setpoint_mps == 0.0
    assert driver.braking
    assert driver.steering_rad == 0.0


def test_emergency_stop_brakes_at_once(goalie: VehicleSpec) -> None:
    driver = BaseDriver(goalie)
    for _ in range(100):
        driver.step(DriveCommand(1.0, 0.0), driver.setpoint_mps, False, TICK_S)
    driver.step(DriveCommand(1.0, 0.0), 0.6, True, TICK_S)
    assert driver.braking
    assert driver.motor_mps == 0.0


def test_cut_power_brakes_whatever_is_commanded(goalie: VehicleSpec) -> None:
    driver = BaseDriver(goalie)
    for _ in range(100):
        driver.step(DriveCommand(1.0, 0.0), driver.setpoint_mps, False, TICK_S)
    driver.step(DriveCommand(1.0, 0.3, cut_power=True), 0.6, False, TICK_S)
    assert driver.braking
    assert not driver.powered
    assert (driver.motor_mps, driver.steering_rad) == (0.0, 0.0)
    driver.step(DriveCommand(1.0, 0.0), 0.0, False, TICK_S)
    assert driver.powered
    assert 0.0 < driver.setpoint_mps <= goalie.max_acceleration_mps2 * TICK_S


def test_cut_power_arrives_with_the_drive_command(goalie: VehicleSpec) -> None:
    delay = CommandDelay(goalie.actuation, TICK_S)
    late = round(goalie.actuation.drive_dead_time_s / TICK_S)
    cuts = [delay.step(DriveCommand(cut_power=True)).cut_power for _ in range(late + 1)]
    assert cuts == [False] * late + [True]
