"""What the gate makes of the IMU: hands move a body otherwise than wheels, kerbs and slopes do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from navigation.types import BaseStatus, BodyMotion
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import NOW, SPEC, STEP_S

F = FaultKind
KERB_M = SPEC.max_kerb_m
GRADE_RAD = math.atan(SPEC.max_grade)


class Body:
    """A gate's sense of touch, and a body that is moved: one sample of the IMU a gate cycle."""

    def __init__(self, gate: Any, told_mps: float = 0.0) -> None:
        self.touch = gate.Touch(SPEC.max_deceleration_mps2)
        self.told_mps = told_mps
        self.now_s = NOW
        self.cycle(0.0)

    def cycle(self, imu_later_s: float = STEP_S, **given: float) -> frozenset[FaultKind]:
        """One cycle; `imu_later_s` after the last sample of the IMU."""
        self.touch.tell(self.told_mps)
        self.now_s += imu_later_s
        speed_mps, pitch_rad = given.get("speed", self.told_mps), given.get("pitch", 0.0)
        names = ("rate", "forward", "left", "up")
        motion = BodyMotion(self.now_s, *(given.get(name, 0.0) for name in names))
        base = BaseStatus(self.now_s, speed_mps, 0.0, pitch_rad=pitch_rad, motion=motion)
        faults: frozenset[FaultKind] = self.touch.faults(base, STEP_S)
        return faults

    def go(self, for_s: float, **given: float) -> frozenset[FaultKind]:
        """All that is felt meanwhile."""
        felt: frozenset[FaultKind] = frozenset()
        for _ in range(round(for_s / STEP_S)):
            felt |= self.cycle(**given)
        return felt

    def rise(
        self,
        heights: Callable[[float], float],
        for_s: float,
        step_s: float = STEP_S,
        **given: float,
    ) -> float:
        """Moved up and down along a curve; after how long it felt lifted, inf if never."""
        speed_mps = 0.0
        error = given.pop("error", 0.0)
        for i in range(round(for_s / step_s)):
            next_mps = (heights((i + 1) * step_s) - heights(i * step_s)) / step_s
            felt = self.cycle(step_s, up=(next_mps - speed_mps) / step_s + error, **given)
            speed_mps = next_mps
            if F.LIFTED in felt:
                return (i + 1) * step_s
        return math.inf


def settled(gate: Any) -> Body:
    body = Body(gate)
    assert body.go(1.1) == frozenset()
    return body


def ramp(height_m: float, speed_mps: float) -> Callable[[float], float]:
    """Up to a height at a speed, and there to stay."""
    return lambda t_s: min(height_m, speed_mps * t_s)


# --- pushed ---


def test_two_samples_of_rocking_are_a_push_and_one_is_a_spike(gate: Any) -> None:
    body = settled(gate)
    for _ in range(5):
        assert body.cycle(rate=0.5) == frozenset()
        assert body.cycle() == frozenset()
    assert body.cycle(rate=0.041) == frozenset()
    assert body.cycle(rate=0.041) == {F.PUSHED}


def test_wind_and_a_childs_hand_are_no_push(gate: Any) -> None:
    assert settled(gate).go(2.0, rate=0.039) == frozenset()


def test_springs_may_come_to_rest_after_a_stop(gate: Any) -> None:
    body = Body(gate)
    assert body.go(0.98, rate=0.2, left=0.5) == frozenset()
    assert F.PUSHED in body.go(0.1, rate=0.2)


def test_rocking_counts_anew_from_each_stop(gate: Any) -> None:
    body = settled(gate)
    body.told_mps = 0.5
    assert body.go(0.5, rate=0.2) == frozenset()
    body.told_mps = 0.0
    assert body.go(0.9, speed=0.0, rate=0.2) == frozenset()
    assert body.go(0.9, speed=0.0) == frozenset()


def test_a_spike_before_the_last_drive_is_forgotten(gate: Any) -> None:
    body = settled(gate)
    body.cycle(rate=0.2)
    body.told_mps = 0.5
    body.go(0.1)
    body.told_mps = 0.0
    assert body.go(0.98, speed=0.0) == frozenset()
    assert body.cycle(0.025, speed=0.0, rate=0.2) == frozenset()


def test_who_is_told_to_drive_and_stands_yet_is_not_pushed(gate: Any) -> None:
    assert Body(gate, told_mps=0.5).go(2.0, speed=0.0, rate=0.2, left=0.5) == frozenset()


def test_a_wheel_that_turns_is_not_a_push_by_itself(gate: Any) -> None:
    for speed_mps in (0.06, -0.06):
        body = settled(gate)
        assert F.PUSHED not in body.go(0.2, speed=speed_mps, rate=0.2)
    assert F.PUSHED in settled(gate).go(0.2, speed=-0.04, rate=0.2)


def test_a_slide_on_held_wheels_is_a_push(gate: Any) -> None:
    for forward, left in ((0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5), (0.36, -0.36)):
        body = settled(gate)
        assert body.go(0.18, forward=forward, left=left) == frozenset()
        assert body.go(0.06, forward=forward, left=left) == {F.PUSHED}


def test_the_same_acceleration_along_one_axis_alone_is_none(gate: Any) -> None:
    assert settled(gate).go(0.24, forward=0.36) == frozenset()
    assert settled(gate).go(0.24, left=0.36) == frozenset()


def test_a_slide_begins_with_each_stop(gate: Any) -> None:
    body = settled(gate)
    assert body.go(0.16, left=0.5) == frozenset()
    body.told_mps = 0.5
    body.go(0.1)
    body.told_mps = 0.0
    assert body.go(1.1, speed=0.0) == frozenset()
    assert body.go(0.16, speed=0.0, left=0.5) == frozenset()


def test_an_error_of_the_sensor_is_no_slide(gate: Any) -> None:
    """As large as a tilt that is wrong by half a degree lets in, from the first sample on."""
    assert Body(gate).go(40.0, left=0.09, forward=0.02) == frozenset()


def test_an_error_that_has_been_learned_hides_no_slide(gate: Any) -> None:
    body = Body(gate)
    assert body.go(40.0, left=0.09) == frozenset()
    assert body.go(2.0, left=0.09 + 0.15) == {F.PUSHED}
    body = Body(gate)
    assert body.go(40.0, left=0.09) == frozenset()
    assert body.go(2.0, left=0.09 - 0.15) == {F.PUSHED}


# --- lifted ---


def test_a_lift_is_felt_within_a_second(gate: Any) -> None:
    for speed_mps in (0.2, 0.3, 0.5, 1.0):
        for told_mps in (0.0, 1.39):
            body = Body(gate, told_mps)
            assert body.go(10.0) == frozenset()
            assert body.rise(ramp(0.2, speed_mps), 2.0) <= 1.0


def test_a_lift_is_felt_at_eight_centimetres_and_not_before(gate: Any) -> None:
    assert 0.08 < settled(gate).rise(ramp(0.2, 1.0), 1.0) < 0.13
    assert settled(gate).rise(ramp(0.07, 1.0), 3.0) == math.inf


def test_kerbs_are_no_lift_at_any_speed_one_upon_the_other(gate: Any) -> None:
    """Up in the time in which a wheel rolls up, down again 0.5 m later."""
    for speed_mps in (0.3, 0.8, 1.39):
        body = Body(gate, told_mps=speed_mps)
        body.go(2.0)
        up_s, period_s = 0.13 / speed_mps, 1.5 / speed_mps

        def kerb(t_s: float, up_s: float = up_s, period_s: float = period_s) -> float:
            into_s = t_s % period_s
            down = into_s - period_s / 2
            return KERB_M * (min(1.0, into_s / up_s) - min(1.0, max(0.0, down / up_s)))

        assert body.rise(kerb, 5 * period_s) == math.inf


def test_a_slope_that_is_driven_up_is_no_lift(gate: Any) -> None:
    for sign in (1.0, -1.0):  # in reverse with the tail uphill as well
        body = Body(gate, told_mps=sign * 1.39)
        body.go(20.0)
        up = 1.39 * math.sin(GRADE_RAD) / 0.3
        felt = frozenset()
        for i in range(15):  # its pitch changes while the axles pass the foot
            felt |= body.cycle(up=up, pitch=-sign * GRADE_RAD * (i + 1) / 15)
        felt |= body.go(20.0, pitch=-sign * GRADE_RAD)
        assert felt == frozenset()


def test_a_slope_explains_no_lift(gate: Any) -> None:
    for told_mps in (0.0, 0.5):
        body = Body(gate, told_mps)
        assert body.go(10.0, pitch=-GRADE_RAD) == frozenset()
        assert body.rise(ramp(0.3, 0.5), 1.0, pitch=-GRADE_RAD) < 0.5


def test_a_slope_that_is_driven_down_is_no_lift(gate: Any) -> None:
    body = Body(gate, told_mps=1.0)
    body.go(2.0)
    down = -math.sin(GRADE_RAD) / 0.3
    felt = frozenset()
    for i in range(15):
        felt |= body.cycle(up=down, pitch=GRADE_RAD * (i + 1) / 15)
    assert felt | body.go(20.0, pitch=GRADE_RAD) == frozenset()


def test_who_is_set_down_is_not_lifted(gate: Any) -> None:
    assert settled(gate).rise(lambda t_s: -ramp(0.3, 0.5)(t_s), 4.0) == math.inf


def test_an_error_of_the_sensor_is_no_lift(gate: Any) -> None:
    """Three times what an IMU keeps after its calibration."""
    for error in (0.06, -0.06):
        assert Body(gate).go(40.0, up=error) == frozenset()


def test_an_error_of_the_sensor_makes_no_lift_of_a_kerb(gate: Any) -> None:
    body = Body(gate, told_mps=1.39)
    assert body.go(6.0, up=0.05) == frozenset()
    assert body.rise(ramp(KERB_M, KERB_M / 0.1), 3.0, error=0.05) == math.inf


def test_what_has_been_felt_is_told_until_a_second_later(gate: Any) -> None:
    body = settled(gate)
    body.go(0.04, rate=0.1)
    assert body.go(0.94) == {F.PUSHED}
    body.go(0.08)
    assert body.cycle() == frozenset()


# --- samples ---


def test_a_sample_that_comes_again_counts_once(gate: Any) -> None:
    body = settled(gate)
    body.cycle(up=2.0)
    for _ in range(100):
        assert body.cycle(0.0, up=2.0, rate=0.5, left=5.0) == frozenset()
    assert body.go(0.04, rate=0.5) == {F.PUSHED}
    for _ in range(60):
        felt = body.cycle(0.0, rate=0.5)
    assert felt == frozenset()


def test_a_late_sample_counts_for_as_long_as_it_is_late(gate: Any) -> None:
    body = settled(gate)
    assert body.cycle(0.05, rate=0.1) == {F.PUSHED}
    assert settled(gate).rise(ramp(0.2, 0.5), 1.0, step_s=0.05) < 0.3


def test_a_gap_or_a_clock_that_jumps_proves_nothing(gate: Any) -> None:
    for jump_s in (0.12, 5.0, -5.0):
        body = settled(gate)
        for _ in range(20):
            assert body.cycle(jump_s, rate=0.5, left=5.0, up=5.0) == frozenset()


def test_a_base_without_an_imu_is_not_felt(gate: Any) -> None:
    touch = gate.Touch(2.0)
    for i in range(100):
        assert touch.faults(BaseStatus(NOW + i * STEP_S, 0.0, 0.0), STEP_S) == frozenset()


def test_without_a_base_nothing_new_is_felt(gate: Any) -> None:
    body = settled(gate)
    body.go(0.04, rate=0.1)
    assert body.touch.faults(None, 0.5) == {F.PUSHED}
    assert body.touch.faults(None, 0.6) == frozenset()
