"""What the safety gate remembers behind and beside it, and what its front sweeps in reverse."""

from __future__ import annotations

import math
from typing import Any

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    LEFT,
    NOW,
    SPEC,
    ahead,
    assert_stops,
    inputs,
    one,
    scan_of,
)

F = FaultKind


BACK = Command(-0.3, 0.0)
RIGHT = Command(LEFT.speed_mps, -LEFT.yaw_rate_radps)
BACK_LEFT = Command(-0.3, -0.3 * 0.7)  # the rear swings to the left


def test_reversing_looks_at_what_the_front_sweeps(gate: Any) -> None:
    back = Command(-0.3, 0.0)
    in_front, at_the_side = scan_of(ahead(0.1)), scan_of((0.95, 0.64))
    assert one(gate, inputs(back, scan=in_front, speed_mps=0.0)).faults == frozenset()
    assert one(gate, inputs(back, scan=at_the_side, speed_mps=0.0)).faults == frozenset()
    swing_left = Command(-0.3, 0.3 / SPEC.min_turning_radius_m)
    output = one(gate, inputs(swing_left, scan=at_the_side, speed_mps=0.0))
    assert_stops(output, F.OBSTACLE_IN_STOP_ZONE)
    swing_right = Command(-0.3, -0.3 / SPEC.min_turning_radius_m)
    assert one(gate, inputs(swing_right, scan=at_the_side, speed_mps=0.0)).faults == frozenset()


def drive_past_a_post(gate: Any, until_m: float = 2.35) -> tuple[Any, float]:
    """A gate that saw a post pass on the left; it now stands out of sight by the left rear."""
    stage = gate.SafetyGate(SPEC)
    post_x_m, x_m, now_s = 2.0, 0.0, NOW
    while x_m < until_m:
        seen = (post_x_m - x_m, 0.58)
        in_view = abs(math.atan2(seen[1], seen[0] - SPEC.lidar.x_m)) < 2.35
        scan = scan_of(*([seen] if in_view else []), stamp_s=now_s)
        stage.step(inputs(scan=scan, now_s=now_s), now_s)
        now_s += 0.1
        x_m += 0.1
    return stage, now_s


def test_remembers_for_a_while_what_stands_behind(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate)
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert_stops(stage.step(given, now_s), F.OBSTACLE_IN_STOP_ZONE)
    for _ in range(250):
        now_s += 0.1
        stage.step(inputs(scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0), now_s)
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == frozenset()


def test_a_bend_leads_around_what_slipped_out_of_sight_beside_it(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate, until_m=1.65)  # 0.3 m before the rear axle
    for command, faults in ((LEFT, {F.OBSTACLE_IN_STOP_ZONE}), (RIGHT, set()), (FORWARD, set())):
        given = inputs(command, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
        assert stage.step(given, now_s).faults == faults


def test_forgets_what_it_leaves_far_behind(gate: Any) -> None:
    """Also when it comes back to it."""
    for away_s, faults in ((2.0, {F.OBSTACLE_IN_STOP_ZONE}), (5.0, frozenset())):
        stage, now_s = drive_past_a_post(gate)
        for command, speed_mps, for_s in ((FORWARD, 1.0, away_s), (BACK, -0.5, 2 * away_s)):
            for _ in range(round(for_s / 0.1)):
                now_s += 0.1
                scan = scan_of(stamp_s=now_s)
                stage.step(inputs(command, scan=scan, now_s=now_s, speed_mps=speed_mps), now_s)
        given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
        assert stage.step(given, now_s).faults == faults


def test_forgets_what_is_behind_after_a_gap_in_the_scans(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate)
    now_s += 2.0
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == frozenset()


def test_memory_does_not_hinder_driving_on(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate)
    for _ in range(10):  # rolling back, odometry carries the post under the vehicle's rear
        now_s += 0.1
        rolling = inputs(
            BACK_LEFT,
            scan=scan_of(stamp_s=now_s),
            now_s=now_s,
            speed_mps=-0.3,
            steering_rad=math.atan(0.7 * SPEC.wheelbase_m),
        )
        stage.step(rolling, now_s)
    given = inputs(FORWARD, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == frozenset()
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == {F.OBSTACLE_IN_STOP_ZONE}
