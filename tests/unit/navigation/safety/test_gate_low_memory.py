"""What the safety gate remembers of what its ultrasonic rangers heard."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import (
    ALL,
    FORWARD,
    LEFT,
    MIDDLE,
    NOW,
    PERIOD_S,
    SLANT,
    SPEC,
    STEP_S,
    Drive,
    ahead,
    assert_stops,
    inputs,
    one,
    ranger,
    ranges_of,
    scan_of,
)

F = FaultKind


def test_remembers_what_comes_too_near_for_the_cones(gate: Any) -> None:
    """An echo that vanishes at 0.3 m has slipped under the cone; the vehicle stays."""
    drive = Drive(gate)
    for range_m in (0.50, 0.45, 0.40, 0.35, 0.30, 0.25, 0.21):
        echoes = {MIDDLE[0]: range_m, MIDDLE[1]: range_m}
        drive.go(PERIOD_S, echoes, speed_mps=range_m)  # it brakes
    assert_stops(drive.go(PERIOD_S, {}, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)
    assert_stops(drive.go(20.0, {}, speed_mps=0.0, step_s=PERIOD_S), F.OBSTACLE_IN_STOP_ZONE)
    assert drive.go(15.0, {}, speed_mps=0.0, step_s=PERIOD_S).faults == frozenset()


def test_forgets_what_a_cone_sees_empty(gate: Any) -> None:
    drive = Drive(gate)
    echo = {MIDDLE[0]: 0.6, MIDDLE[1]: 0.6}
    assert drive.go(PERIOD_S, echo, speed_mps=0.0).nearest_obstacle_m < 0.6
    assert drive.go(PERIOD_S, {}, speed_mps=0.0).nearest_obstacle_m > 0.6
    nearer = drive.go(PERIOD_S, {MIDDLE[0]: 0.5}, speed_mps=0.0).nearest_obstacle_m
    assert drive.go(PERIOD_S, {MIDDLE[0]: 1.5}, speed_mps=0.0).nearest_obstacle_m > nearer


def test_a_repeated_echo_clears_nothing(gate: Any) -> None:
    """A ranger that hangs must not hide that what it heard comes nearer; any other echo does."""
    for range_m, comes_nearer in ((1.3, True), (1.3001, False)):
        drive = Drive(gate)
        at_first = drive.go(STEP_S, dict.fromkeys(ALL[:4], 1.3)).nearest_obstacle_m
        later = drive.go(PERIOD_S, dict.fromkeys(ALL[:4], range_m))
        assert later.faults == frozenset()
        assert (later.nearest_obstacle_m < at_first) == comes_nearer


def test_a_ranger_that_never_hears_anything_clears_what_comes_into_its_cone(gate: Any) -> None:
    drive = Drive(gate)
    drive.go(PERIOD_S, {"side_left": 1.2}, speed_mps=0.0)
    drive.go(PERIOD_S, {}, speed_mps=0.0)
    assert len(drive.stage._low.points) > 0  # at the edges of its cone
    drive.go(2.5, {}, speed_mps=0.5)  # past the flank's ranger
    assert len(drive.stage._low.points) == 0


def test_a_late_range_counts_from_where_it_was_heard(gate: Any) -> None:
    now, late = inputs(ranges={MIDDLE[0]: 1.5}), ranges_of({MIDDLE[0]: 1.5}, NOW - 0.2)
    far_m = one(gate, now).nearest_obstacle_m
    nearer = one(gate, dataclasses.replace(now, ranges=late))
    assert nearer.nearest_obstacle_m == pytest.approx(far_m - 0.2, abs=0.051)


def test_a_stale_range_is_no_place(gate: Any) -> None:
    for age_s in (0.3, -0.1):
        stage = gate.SafetyGate(SPEC)
        old = dataclasses.replace(inputs(), ranges=ranges_of({MIDDLE[0]: 1.5}, NOW - age_s))
        assert_stops(stage.step(old, NOW), F.ULTRASONIC_STALE)
        assert len(stage._low.points) == 0


def test_carries_what_it_heard_along_by_odometry(gate: Any) -> None:
    """A thing beside the front is beside the rear wheel later: a tight bend would go over it."""
    drive = Drive(gate)
    for range_m in (0.6, 0.5, 0.42):
        drive.go(PERIOD_S, {"side_left": range_m}, speed_mps=0.8)
    assert_stops(drive.go(0.3, {}, LEFT, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)
    assert drive.go(STEP_S, {}, speed_mps=0.0).faults == frozenset()
    drive.go(5.0, {}, speed_mps=1.0)
    assert drive.go(STEP_S, {}, LEFT, speed_mps=0.0).faults == frozenset()


def test_carries_what_it_heard_round_a_bend(gate: Any) -> None:
    """After half a circle to the right, what was before it on the left is behind it."""
    drive = Drive(gate, dataclasses.replace(SPEC, ultrasonics=(ranger("side_left"),)))
    drive.go(STEP_S, {"side_left": 0.25}, speed_mps=0.0)
    before = drive.stage._low.points
    radius_m = SPEC.min_turning_radius_m
    turning = {"speed_mps": math.pi * radius_m / 4.0, "steering_rad": -SPEC.max_steering_rad}
    drive.go(4.0, {}, step_s=PERIOD_S, **turning)
    expected = -before - (0.0, 2 * radius_m)
    gaps = np.linalg.norm(drive.stage._low.points[:, None] - expected, axis=2)
    assert gaps.min(axis=1).max() < 0.01
    assert gaps.min(axis=0).max() < math.hypot(0.07, 0.07)


def test_what_the_lidar_sees_too_is_not_remembered(gate: Any) -> None:
    """Somebody who stood before it and walks on leaves nothing behind; a low thing does."""
    echo = dict.fromkeys(("front_left", "front_right"), 0.35)
    for seen_m, faults in ((0.33, frozenset()), (2.5, {F.OBSTACLE_IN_STOP_ZONE})):
        drive = Drive(gate)
        for _ in range(6):
            points = [ahead(seen_m, y / 10) for y in range(-3, 4)]
            person = scan_of(*points, stamp_s=drive.now_s)
            assert drive.go(STEP_S, echo, scan=person, speed_mps=0.0).nearest_obstacle_m < 0.35
        assert drive.go(0.3, {}, speed_mps=0.0).faults == faults


def test_what_the_lidar_sees_beside_the_cone_explains_no_echo(gate: Any) -> None:
    drive = Drive(gate)
    echo = dict.fromkeys(("front_left", "front_right"), 0.35)
    for _ in range(6):
        walls = scan_of(ahead(0.05, 0.74), ahead(0.05, -0.74), stamp_s=drive.now_s)
        drive.go(STEP_S, echo, scan=walls, speed_mps=0.0)
    assert drive.go(0.3, {}, speed_mps=0.0).faults == {F.OBSTACLE_IN_STOP_ZONE}


def test_what_lies_behind_an_echo_is_not_seen_empty(gate: Any) -> None:
    drive = Drive(gate)
    drive.go(PERIOD_S, {MIDDLE[0]: 2.0}, speed_mps=0.0)
    drive.go(PERIOD_S, dict.fromkeys(ALL, 0.7), speed_mps=0.0)
    behind = drive.stage._low.points[:, 0].max() - SPEC.front_m
    assert behind == pytest.approx(2.0 * SLANT, abs=0.03)


def test_what_one_ranger_hears_stays_though_another_hears_nothing(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    first = inputs(ranges={MIDDLE[0]: 0.6}, speed_mps=0.0)
    stage.step(first, NOW)
    later = ranges_of({}, NOW + STEP_S)
    mixed = tuple(
        o if o.name == MIDDLE[0] else n for o, n in zip(first.ranges, later, strict=True)
    )
    stage.step(dataclasses.replace(first, ranges=mixed), NOW + STEP_S)
    assert len(stage._low.points) == 13


def test_the_newest_arc_of_a_thing_is_enough(gate: Any) -> None:
    drive = Drive(gate)
    for k in range(10):
        drive.go(PERIOD_S, {MIDDLE[0]: 1.0 + 0.001 * k}, speed_mps=0.0)
    assert len(drive.stage._low.points) < 60


def test_every_ranger_clears_its_own_cone(gate: Any) -> None:
    for name in ALL:
        drive = Drive(gate)
        drive.go(PERIOD_S, {name: 0.8}, speed_mps=0.0)
        drive.go(PERIOD_S, {}, speed_mps=0.0)
        assert len(drive.stage._low.points) < 6


def test_what_is_far_behind_is_forgotten(gate: Any) -> None:
    """Left behind and come back to, where no cone has seen its place empty meanwhile."""
    one_ranger = dataclasses.replace(SPEC, ultrasonics=(ranger("side_left"),))
    for away_s, faults in ((3.0, {F.OBSTACLE_IN_STOP_ZONE}), (6.0, frozenset())):
        drive = Drive(gate, one_ranger)
        drive.go(PERIOD_S, {"side_left": 0.25}, speed_mps=0.0)
        drive.go(away_s, {}, step_s=PERIOD_S, speed_mps=1.0)
        drive.go(2 * away_s, {}, Command(-0.3, 0.0), step_s=PERIOD_S, speed_mps=-0.5)
        assert drive.go(STEP_S, {}, LEFT, speed_mps=0.0).faults == faults


def test_what_it_hears_again_it_remembers_from_then_on(gate: Any) -> None:
    drive = Drive(gate)
    for _ in range(2):
        drive.go(PERIOD_S, {"side_left": 0.25}, speed_mps=0.0)
        drive.go(20.0, {}, LEFT, step_s=PERIOD_S, speed_mps=0.0)
    assert_stops(drive.go(PERIOD_S, {}, LEFT, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)
    assert drive.go(11.0, {}, LEFT, step_s=PERIOD_S, speed_mps=0.0).faults == frozenset()


def test_what_it_heard_first_it_forgets_first(gate: Any) -> None:
    drive = Drive(gate)
    right = Command(LEFT.speed_mps, -LEFT.yaw_rate_radps)
    for name in ("side_left", "side_right"):
        drive.go(PERIOD_S, {name: 0.25}, speed_mps=0.0)
        drive.go(20.0, {}, LEFT, step_s=PERIOD_S, speed_mps=0.0)
    assert drive.go(STEP_S, {}, LEFT, speed_mps=0.0).faults == frozenset()
    assert_stops(drive.go(STEP_S, {}, right, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)


def test_what_it_remembers_stays_however_much_it_hears(gate: Any) -> None:
    """A thing under the front cones, and all other rangers among things that come and go."""
    drive = Drive(gate)
    drive.go(PERIOD_S, dict.fromkeys(MIDDLE, 0.21), speed_mps=0.0)
    for k in range(60):
        echoes = {name: 0.9 + 0.4 * math.sin(7 * k + i) for i, name in enumerate(ALL[4:])}
        drive.go(PERIOD_S, echoes, speed_mps=0.0, step_s=PERIOD_S)
    for command in (FORWARD, Command(0.5, 0.2), Command(0.5, -0.2)):
        assert drive.go(STEP_S, {}, command, speed_mps=0.0).nearest_obstacle_m < 0.25


def test_what_it_knew_has_no_place_after_a_gap(gate: Any) -> None:
    """Nor when the clock goes back; heard until then or remembered."""
    echo = {"side_left": 0.25}
    for gap_s in (1.0, -1.0):
        for then in (echo, {}):
            drive = Drive(gate)
            drive.go(PERIOD_S, echo, speed_mps=0.0)
            assert drive.go(PERIOD_S, then, LEFT, speed_mps=0.0).faults
            drive.wait(gap_s)
            assert drive.go(PERIOD_S, {}, LEFT, speed_mps=0.0).faults == frozenset()


def test_the_last_speed_of_a_silent_base_carries_nothing_along(gate: Any) -> None:
    drive = Drive(gate)
    drive.go(PERIOD_S, {"side_left": 0.25}, speed_mps=0.0)
    old = {"speed_mps": 3.0, "stamp_s": drive.now_s - 0.3}
    assert_stops(drive.go(0.4, {}, LEFT, **old), F.BASE_STALE)
    assert_stops(drive.go(STEP_S, {}, LEFT, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)


def test_many_echoes_stay_few_points(gate: Any) -> None:
    drive = Drive(gate)
    for k in range(60):
        echoes = {name: 0.9 + 0.4 * math.sin(7 * k + i) for i, name in enumerate(ALL)}
        drive.go(PERIOD_S, echoes, speed_mps=0.2, step_s=PERIOD_S)
    assert 13 * len(ALL) < len(drive.stage._low.points) < 500
