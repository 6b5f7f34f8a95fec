"""The gate feels: bumped, pushed while it stands, lifted; and what feels alike and is not."""

from __future__ import annotations

import math
from typing import Any

from navigation.types import BodyMotion, Command, GateOutput
from patrol.faults import FAULTS, FaultKind
from tests.unit.navigation.safety.gate_hands import FORWARD, STEP_S, Drive

F = FaultKind
STAND = Command(0.0, 0.0)


def feel(drive: Drive, for_s: float, command: Command, **given: Any) -> GateOutput:
    """Gate cycles with a fresh sample of the IMU each; `rate`, `left` and `up` go into it."""
    rate, left, up = (given.pop(name, 0.0) for name in ("rate", "left", "up"))
    output = None
    for _ in range(round(for_s / STEP_S)):
        motion = BodyMotion(drive.now_s + STEP_S, rate, 0.0, left, up)
        output = drive.go(STEP_S, {}, command, motion=motion, **given)
    assert output is not None
    return output


def standing(gate: Any) -> Drive:
    """Told to stand, and long enough for its springs to have come to rest."""
    drive = Drive(gate)
    assert feel(drive, 1.2, STAND, speed_mps=0.0).faults == frozenset()
    return drive


def test_whoever_has_a_hand_on_it_is_asked_before_it_moves_again(gate: Any) -> None:
    hands = frozenset({F.BUMP, F.PUSHED, F.LIFTED})
    assert gate.latching(hands) == hands
    assert all(FAULTS[fault].fatal for fault in hands)


def test_a_pressed_bumper_latches_and_cuts_the_power_in_the_same_cycle(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(1.0).command.speed_mps > 0.9
    output = drive.go(STEP_S, bumped=True)
    assert output.command == STAND
    assert output.faults == {F.BUMP}
    assert output.latched
    assert output.cut_power


def test_a_bump_is_reset_only_when_the_bumper_is_free(gate: Any) -> None:
    drive = Drive(gate)
    drive.go(STEP_S, bumped=True)
    assert not drive.stage.reset()
    output = drive.go(30.0, step_s=0.1, bumped=True, speed_mps=0.0)
    assert output.cut_power
    output = drive.go(30.0, step_s=0.1, speed_mps=0.0)
    assert output.faults == {F.BUMP}  # it does not clear by itself
    assert drive.stage.reset()
    assert drive.go(STEP_S, speed_mps=0.0).faults == frozenset()


def test_a_bumper_that_a_stale_base_reported_counts(gate: Any) -> None:
    output = Drive(gate).go(STEP_S, bumped=True, speed_mps=math.nan)
    assert output.faults == {F.BASE_STALE, F.BUMP}


def test_a_shove_against_a_vehicle_that_stands_latches(gate: Any) -> None:
    drive = standing(gate)
    output = feel(drive, 0.06, STAND, speed_mps=0.0, rate=0.07)
    assert output.faults == {F.PUSHED}
    assert output.latched
    assert not output.cut_power


def test_who_has_pushed_has_let_go_before_it_can_be_reset(gate: Any) -> None:
    drive = standing(gate)
    feel(drive, 0.06, STAND, speed_mps=0.0, rate=0.07)
    feel(drive, 0.9, FORWARD, speed_mps=0.0)
    assert not drive.stage.reset()
    output = feel(drive, 0.2, FORWARD, speed_mps=0.0)
    assert output.command == STAND
    assert output.faults == {F.PUSHED}
    assert drive.stage.reset()
    output = feel(drive, 0.5, FORWARD, speed_mps=0.1)
    assert output.faults == frozenset()
    assert output.command.speed_mps > 0.1


def test_a_vehicle_that_drives_is_not_pushed(gate: Any) -> None:
    drive = Drive(gate)
    assert feel(drive, 3.0, FORWARD, speed_mps=1.0, rate=0.3, left=0.3).faults == frozenset()


def test_a_lift_latches_and_cuts_the_power(gate: Any) -> None:
    for command, speed_mps in ((STAND, 0.0), (FORWARD, 1.0)):
        drive = Drive(gate)
        assert not feel(drive, 1.0, command, speed_mps=speed_mps).latched
        output = feel(drive, 0.2, command, speed_mps=speed_mps, up=2.0)
        output = feel(drive, 0.2, command, speed_mps=speed_mps)
        assert output.faults == {F.LIFTED}
        assert output.command == STAND
        assert output.latched
        assert output.cut_power


def test_a_base_that_is_not_known_now_says_nothing_of_hands(gate: Any) -> None:
    drive = standing(gate)
    drive.now_s += 1.0
    motion = BodyMotion(drive.now_s, 0.3, 0.0, 0.0, 0.0)
    stale = {"stamp_s": drive.now_s - 1.0, "speed_mps": 0.0, "motion": motion}
    assert drive.go(STEP_S, {}, STAND, **stale).faults == {F.BASE_STALE}


def test_a_motion_that_is_no_number_is_a_tilt_that_nobody_knows(gate: Any) -> None:
    for values in ((math.nan, 0.0), (math.inf, 0.0), (0.0, math.nan)):
        drive = standing(gate)
        output = feel(drive, STEP_S, STAND, speed_mps=0.0, rate=values[0], up=values[1])
        assert output.faults == {F.TILT}
    for pitch_rad in (math.nan, math.inf):
        drive = standing(gate)
        output = feel(drive, 0.1, STAND, speed_mps=0.0, pitch_rad=pitch_rad)
        assert output.faults == {F.TILT}
