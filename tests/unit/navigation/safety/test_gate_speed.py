"""How fast, how bent, and which way the safety gate lets a command go."""

from __future__ import annotations

import math
from typing import Any

import pytest

from navigation.types import Command
from tests.unit.navigation.safety.gate_hands import CAP, NOW, SPEC, assert_stops, inputs, one


def test_lets_a_slower_command_be_slower(gate: Any) -> None:
    assert one(gate, inputs(Command(0.4, 0.1))).command.speed_mps == pytest.approx(0.4)


def test_holds_the_legal_speed(gate: Any) -> None:
    output = one(gate, inputs(Command(2.2, 0.0), speed_mps=CAP))
    assert output.command.speed_mps == pytest.approx(CAP)


def test_accelerates_no_faster_than_the_vehicle_may(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    speed, now_s = 0.0, NOW
    stage.step(inputs(speed_mps=0.0), now_s)
    for _ in range(10):
        now_s += 0.02
        output = stage.step(inputs(speed_mps=0.0, now_s=now_s), now_s)
        assert output.command.speed_mps <= speed + SPEC.max_acceleration_mps2 * 0.02 + 1e-9
        speed = output.command.speed_mps
    assert speed == pytest.approx(10 * 0.02 * SPEC.max_acceleration_mps2)


def test_a_late_cycle_allows_no_leap(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    stage.step(inputs(speed_mps=0.0), NOW)
    output = stage.step(inputs(speed_mps=0.0, now_s=NOW + 3.0), NOW + 3.0)
    assert output.command.speed_mps == pytest.approx(0.1 * SPEC.max_acceleration_mps2)


def test_a_clock_that_goes_back_allows_no_gain(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    stage.step(inputs(speed_mps=0.5), NOW)
    output = stage.step(inputs(speed_mps=0.5, now_s=NOW - 1.0), NOW - 1.0)
    assert output.command.speed_mps == pytest.approx(0.5)


def test_starts_again_from_the_real_speed_after_a_stop(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    for now_s in (NOW, NOW + 0.02):
        stage.step(inputs(now_s=now_s), now_s)
    stage.step(inputs(age_s=1.0), NOW + 0.04)
    now_s = NOW + 0.06
    output = stage.step(inputs(speed_mps=0.2, now_s=now_s), now_s)
    assert output.command.speed_mps == pytest.approx(0.2 + 0.02 * SPEC.max_acceleration_mps2)


def test_slows_in_curves_on_the_same_curve(gate: Any) -> None:
    output = one(gate, inputs(Command(1.39, 0.834), speed_mps=1.39))  # curvature 0.6
    expected = math.sqrt(SPEC.max_lateral_acceleration_mps2 / 0.6)
    assert output.command.speed_mps == pytest.approx(expected)
    assert output.command.curvature_1pm == pytest.approx(0.6)


def test_holds_the_steering_lock(gate: Any) -> None:
    lock = 1.0 / SPEC.min_turning_radius_m
    for side in (1.0, -1.0):
        output = one(gate, inputs(Command(0.5, side * 2.0), speed_mps=0.5))
        assert output.command.curvature_1pm == pytest.approx(side * lock)


def test_does_not_turn_on_the_spot(gate: Any) -> None:
    assert_stops(one(gate, inputs(Command(0.0, 1.0), speed_mps=0.0)))


def test_reverses_slowly(gate: Any) -> None:
    output = one(gate, inputs(Command(-1.0, 0.1), speed_mps=-0.5))
    assert output.command.speed_mps == pytest.approx(-0.3)
    assert output.command.yaw_rate_radps == pytest.approx(0.03)


def test_stands_before_it_changes_direction(gate: Any) -> None:
    assert_stops(one(gate, inputs(Command(-0.3, 0.0), speed_mps=0.5)))
    assert_stops(one(gate, inputs(Command(0.3, 0.0), speed_mps=-0.2)))
    output = one(gate, inputs(Command(-0.3, 0.0), speed_mps=0.04))
    assert output.command.speed_mps < 0.0
