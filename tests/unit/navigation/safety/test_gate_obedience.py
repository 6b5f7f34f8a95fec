"""The gate watches the wheels: who does not obey loses the power, who is only late does not."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from navigation.types import Command, GateOutput
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import CAP, FORWARD, SPEC, STEP_S, Drive

F = FaultKind
STAND = Command(0.0, 0.0)
BACK = Command(-0.3, 0.0)


def ramped(drive: Drive, speeds: list[float], command: Command) -> GateOutput:
    """The wheels turn at these speeds, one a gate cycle."""
    output = None
    for speed_mps in speeds:
        output = drive.go(STEP_S, {}, command, speed_mps=speed_mps)
    assert output is not None
    return output


def falling(from_mps: float, to_mps: float, by_mps2: float) -> list[float]:
    steps = round(abs(to_mps - from_mps) / by_mps2 / STEP_S)
    return [from_mps + (to_mps - from_mps) * (i + 1) / steps for i in range(steps)]


def driving(gate: Any, command: Command = FORWARD) -> Drive:
    drive = Drive(gate)
    drive.go(1.0, {}, command, speed_mps=command.speed_mps)
    return drive


def test_wheels_that_turn_on_when_told_to_stand_lose_their_power(gate: Any) -> None:
    """0.3 s late, 0.3 s in which half of the braking explains 0.3 m/s, 0.1 s of grace."""
    drive = driving(gate)
    output = drive.go(0.66, {}, STAND, speed_mps=1.0)
    assert output.faults == frozenset()
    assert not output.cut_power
    output = drive.go(0.10, {}, STAND, speed_mps=1.0)
    assert output.faults == {F.BASE_DISOBEYS}
    assert output.command == STAND
    assert output.latched
    assert output.cut_power


def test_wheels_that_turn_faster_than_told_lose_their_power(gate: Any) -> None:
    drive = driving(gate)
    assert not drive.go(1.0, {}, speed_mps=1.29).cut_power
    assert not drive.go(0.09, {}, speed_mps=1.35).cut_power
    assert drive.go(0.04, {}, speed_mps=1.35).cut_power


def test_what_counts_is_the_speed_that_was_let_through_not_the_one_wanted(gate: Any) -> None:
    hasty = Command(CAP + 1.0, 0.0)
    drive = Drive(gate)
    assert not drive.go(1.0, {}, hasty, speed_mps=CAP).cut_power
    output = drive.go(1.0, {}, hasty, speed_mps=CAP + 0.5)
    assert output.faults == {F.BASE_DISOBEYS}
    assert output.cut_power


def test_a_vehicle_that_rolls_back_under_a_command_ahead_loses_its_power(gate: Any) -> None:
    drive = driving(gate)
    ramped(drive, falling(1.0, 0.0, 1.0), FORWARD)
    assert not ramped(drive, falling(0.0, -0.3, 0.75), FORWARD).cut_power
    assert ramped(drive, falling(-0.3, -0.4, 0.75), FORWARD).cut_power


def test_a_vehicle_that_reverses_is_watched_as_well(gate: Any) -> None:
    drive = driving(gate, BACK)
    assert not drive.go(1.0, {}, BACK, speed_mps=-0.55).cut_power
    assert drive.go(0.14, {}, BACK, speed_mps=-0.65).cut_power
    drive = driving(gate, BACK)
    assert not drive.go(1.0, {}, BACK, speed_mps=0.04).cut_power  # held by a kerb
    assert drive.go(0.14, {}, BACK, speed_mps=0.35).cut_power


def test_wheels_that_creep_when_they_should_stand_lose_their_power(gate: Any) -> None:
    for speed_mps in (0.06, -0.06, 0.25, -0.25):
        drive = driving(gate)
        ramped(drive, falling(1.0, 0.0, 1.0), STAND)
        drive.go(1.0, {}, STAND, speed_mps=0.0)
        assert not drive.go(0.09 / abs(speed_mps), {}, STAND, speed_mps=speed_mps).cut_power
        assert drive.go(0.02 / abs(speed_mps) + 0.02, {}, STAND, speed_mps=speed_mps).cut_power


def test_a_stand_between_makes_creeping_harmless(gate: Any) -> None:
    drive = Drive(gate)
    for _ in range(10):
        assert not drive.go(0.8, {}, STAND, speed_mps=0.1).cut_power
        assert not drive.go(STEP_S, {}, STAND, speed_mps=0.04).cut_power


def test_a_wheel_that_bounces_keeps_its_power(gate: Any) -> None:
    drive = driving(gate)
    for _ in range(20):
        assert not drive.go(0.08, {}, speed_mps=1.8).cut_power
        assert not drive.go(0.02, {}, speed_mps=1.0).cut_power


def test_weak_but_honest_brakes_keep_their_power(gate: Any) -> None:
    """As late as 0.3 s and with 1.1 m/s², at any speed and either way."""
    for command in (FORWARD, BACK):
        drive = driving(gate, command)
        drive.go(0.3, {}, STAND, speed_mps=command.speed_mps)
        ramp = falling(command.speed_mps, 0.0, 1.1)
        assert not ramped(drive, ramp, STAND).cut_power
        assert not drive.go(5.0, {}, STAND, speed_mps=0.0).cut_power


def test_a_gate_that_starts_in_motion_lets_it_brake_first(gate: Any) -> None:
    for sign in (1.0, -1.0):
        drive = Drive(gate)
        assert not ramped(drive, falling(sign * 1.3, 0.0, 1.1), STAND).cut_power
        drive = Drive(gate)
        assert drive.go(2.0, {}, STAND, speed_mps=sign * 1.3).cut_power


def test_without_a_measurement_nothing_is_said_of_the_wheels(gate: Any) -> None:
    drive = driving(gate)
    output = drive.go(1.0, {}, STAND, speed_mps=math.nan)
    assert output.faults == {F.BASE_STALE}
    assert drive.go(0.2, {}, STAND, speed_mps=1.0).cut_power
    drive = Drive(gate)
    drive.go(1.0, {}, STAND, speed_mps=math.nan)
    assert not drive.go(0.2, {}, STAND, speed_mps=1.0).cut_power


def test_a_clock_that_jumps_proves_nothing(gate: Any) -> None:
    for jump_s in (5.0, -5.0):
        drive = driving(gate)
        drive.go(0.2, {}, STAND, speed_mps=1.0)
        drive.wait(jump_s)
        assert not drive.go(0.3, {}, STAND, speed_mps=1.0).cut_power


def test_the_power_stays_cut_until_somebody_resets_it_on_site(gate: Any) -> None:
    drive = driving(gate)
    assert drive.go(1.0, {}, STAND, speed_mps=1.0).cut_power
    assert not drive.stage.reset()
    output = drive.go(10.0, {}, FORWARD, speed_mps=0.0)
    assert output.cut_power
    assert output.faults == {F.BASE_DISOBEYS}
    assert drive.stage.reset()
    output = drive.go(STEP_S, {}, FORWARD, speed_mps=0.0)
    assert output.faults == frozenset()
    assert not output.cut_power


def test_other_latches_leave_the_power_on(gate: Any) -> None:
    output = Drive(gate).go(STEP_S, {}, STAND, speed_mps=0.0, roll_rad=1.0)
    assert output.latched
    assert not output.cut_power


def test_a_base_that_is_only_late_and_noisy_keeps_its_power(gate: Any) -> None:
    """Random commands; wheels that lag, brake with 2 m/s², read 5 % too fast, and shake."""
    for late_s in (0.0, 0.2):
        rng = np.random.default_rng(7)
        drive, speed_mps = Drive(gate), 0.0
        line = deque([0.0] * round(late_s / STEP_S))
        for _ in range(10):
            command = Command(float(rng.choice([0.0, 0.0, -0.3, 0.4, 1.0, 1.39])), 0.0)
            for _ in range(int(rng.integers(5, 120))):
                shake_mps = float(rng.normal(0.0, 0.03)) if speed_mps else 0.0
                output = drive.go(STEP_S, {}, command, speed_mps=1.05 * speed_mps + shake_mps)
                assert output.faults == frozenset()
                line.append(output.command.speed_mps)
                speed_mps = followed(speed_mps, line.popleft())


def followed(speed_mps: float, told_mps: float) -> float:
    """A base's speed a gate cycle later, within the vehicle's ramps."""
    slower = abs(told_mps) < abs(speed_mps)
    rate = SPEC.max_deceleration_mps2 if slower else SPEC.max_acceleration_mps2
    return speed_mps + min(max(told_mps - speed_mps, -rate * STEP_S), rate * STEP_S)
