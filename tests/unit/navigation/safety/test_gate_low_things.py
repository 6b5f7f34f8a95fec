"""The safety gate and its ultrasonic rangers: what lies lower than the lidar looks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import pytest

import navigation.safety.gate
from navigation.types import Command, GateOutput, RangeSample
from patrol.faults import FaultKind
from patrol.vehicle import UltrasonicSpec
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    NOW,
    SPEC,
    ahead,
    assert_stops,
    inputs,
    one,
    ranges_of,
    scan_of,
)

F = FaultKind
MIDDLE = ("front_middle_left", "front_middle_right")
ALL = tuple(ranger.name for ranger in SPEC.ultrasonics)
STEP_S = 0.02
PERIOD_S = 0.1
SLANT = math.cos(0.35)  # of a front ranger's cone: an echo stands for what is so much nearer


@pytest.fixture
def gate() -> Any:
    return navigation.safety.gate


class Drive:
    """A gate in motion: ranges are heard every 0.1 s, the rest every 0.02 s."""

    def __init__(self, gate: Any, spec: Any = SPEC) -> None:
        self.stage, self.now_s = gate.SafetyGate(spec), NOW
        self._heard, self._heard_s = ranges_of({}), -math.inf

    def go(
        self,
        for_s: float,
        echoes: Mapping[str, float] | None = None,
        command: Command = FORWARD,
        step_s: float = STEP_S,
        **given: Any,
    ) -> GateOutput:
        """Drive on; `given` goes to `inputs`."""
        output = None
        for _ in range(max(1, round(for_s / step_s))):
            self.now_s += step_s
            if self.now_s - self._heard_s > PERIOD_S - 1e-6:
                self._heard, self._heard_s = ranges_of(echoes or {}, self.now_s), self.now_s
            values = inputs(command, now_s=self.now_s, **given)
            full = dataclasses.replace(values, ranges=self._heard)
            output = self.stage.step(full, self.now_s)
        assert output is not None
        return output


def ranger(name: str) -> UltrasonicSpec:
    return next(r for r in SPEC.ultrasonics if r.name == name)


# --- where an echo counts ---


def test_stops_for_an_echo_in_the_stop_zone(gate: Any) -> None:
    # at 1 m/s the stop zone is 0.8 m long; the echo at 0.85 m may be at 0.80 m
    output = one(gate, inputs(ranges={MIDDLE[0]: 0.8 / SLANT}))
    assert_stops(output, F.OBSTACLE_IN_STOP_ZONE)
    assert output.nearest_obstacle_m == pytest.approx(0.75, abs=0.06)
    assert one(gate, inputs(ranges={MIDDLE[0]: 1.0 / SLANT})).faults == frozenset()


def test_slows_before_an_echo_so_that_comfort_is_enough(gate: Any) -> None:
    output = one(gate, inputs(Command(1.39, 0.0), ranges={MIDDLE[1]: 1.5 / SLANT}))
    speed = output.speed_limit_mps
    needs = speed * 0.3 + speed**2 / (2 * SPEC.comfort_deceleration_mps2) + 0.25
    assert needs == pytest.approx(1.5, abs=0.11)


def test_full_speed_stops_within_the_rangers_reach(gate: Any) -> None:
    reach_m = ranger(MIDDLE[0]).range_max_m * SLANT
    fast = inputs(Command(1.39, 0.0), ranges={MIDDLE[0]: 3.0}, speed_mps=1.38)
    assert one(gate, fast).faults == frozenset()
    needs_m = 1.389 * 0.3 + 1.389**2 / (2 * SPEC.comfort_deceleration_mps2) + 0.25
    assert needs_m < reach_m


def test_an_echo_may_come_from_anywhere_across_the_cone(gate: Any) -> None:
    """The left ranger looks across the middle: its echo stops a bend to the right, too."""
    for name, sign in (("front_left", 1.0), ("front_right", -1.0)):
        for bend in (0.0, 0.3, -0.3):
            given = inputs(Command(0.5, sign * bend * 0.5), ranges={name: 0.3}, speed_mps=0.0)
            assert_stops(one(gate, given), F.OBSTACLE_IN_STOP_ZONE)


def test_the_blind_zone_is_an_obstacle(gate: Any) -> None:
    for reading in (0.2, 0.1, 0.0, -math.inf):
        output = one(gate, inputs(ranges={MIDDLE[0]: reading}, speed_mps=0.3))
        assert_stops(output, F.OBSTACLE_IN_STOP_ZONE)


def test_a_wall_beside_the_way_does_not_hold_it(gate: Any) -> None:
    for side in ("side_left", "side_right"):
        for range_m in (0.2, 0.3, 0.6, 1.5):
            output = one(gate, inputs(ranges={side: range_m}))
            assert output.faults == frozenset()
            assert output.nearest_obstacle_m == math.inf


def test_looks_with_the_side_rangers_where_a_bend_goes(gate: Any) -> None:
    lock = 1.0 / SPEC.min_turning_radius_m
    for side, sign in (("side_left", 1.0), ("side_right", -1.0)):
        echo = {side: 0.35}
        into = inputs(Command(0.3, sign * 0.3 * lock), ranges=echo, speed_mps=0.0)
        away = inputs(Command(0.3, -sign * 0.3 * lock), ranges=echo, speed_mps=0.0)
        assert_stops(one(gate, into), F.OBSTACLE_IN_STOP_ZONE)
        assert one(gate, away).faults == frozenset()


def test_looks_behind_when_it_reverses(gate: Any) -> None:
    back = Command(-0.3, 0.0)
    for name in ("rear_left", "rear_right"):
        near, far = {name: 0.3}, {name: 1.5}
        assert_stops(one(gate, inputs(back, ranges=near, speed_mps=-0.2)), F.OBSTACLE_IN_STOP_ZONE)
        assert one(gate, inputs(back, ranges=far, speed_mps=-0.2)).faults == frozenset()
        assert one(gate, inputs(FORWARD, ranges=near)).faults == frozenset()


def test_a_vehicle_without_rangers_needs_none(gate: Any) -> None:
    bare = dataclasses.replace(SPEC, ultrasonics=())
    given = dataclasses.replace(inputs(), ranges=())
    output = gate.SafetyGate(bare).step(given, NOW)
    assert output.faults == frozenset()
    assert output.command.speed_mps == pytest.approx(1.0)


def test_a_ranger_that_the_vehicle_file_does_not_name_is_passed_over(gate: Any) -> None:
    given = inputs()
    strange = RangeSample(NOW, "roof", 0.2)
    output = one(gate, dataclasses.replace(given, ranges=(*given.ranges, strange)))
    assert output.faults == frozenset()


# --- what cannot be believed ---


def test_stops_on_a_ranger_that_is_silent_or_stale(gate: Any) -> None:
    given = inputs()
    for gone in range(len(ALL)):
        rest = given.ranges[:gone] + given.ranges[gone + 1 :]
        assert_stops(one(gate, dataclasses.replace(given, ranges=rest)), F.ULTRASONIC_STALE)
    for age_s, faults in (
        (0.24, set()),
        (0.26, {F.ULTRASONIC_STALE}),
        (-0.1, {F.ULTRASONIC_STALE}),
    ):
        old = dataclasses.replace(given, ranges=ranges_of({}, NOW - age_s))
        assert one(gate, old).faults == faults


def test_stops_on_an_impossible_range(gate: Any) -> None:
    for name in ALL:
        for reading in (math.nan, -0.1, 3.1):
            assert_stops(one(gate, inputs(ranges={name: reading})), F.ULTRASONIC_INVALID)


def test_the_greatest_range_is_possible_whatever_float32_makes_of_it(gate: Any) -> None:
    assert one(gate, inputs(ranges={"rear_left": 3.0000002})).faults == frozenset()


def test_an_impossible_range_is_no_place(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(0.1, {MIDDLE[0]: -1.0}).faults == {F.ULTRASONIC_INVALID}
    assert drive.go(0.1, {}).nearest_obstacle_m == math.inf


def test_stops_on_an_echo_that_never_changes_in_motion(gate: Any) -> None:
    for name in ALL:
        drive = Drive(gate)
        assert drive.go(0.28, {name: 2.9}).faults == frozenset()
        assert_stops(drive.go(0.06, {name: 2.9}), F.ULTRASONIC_FROZEN)
        standing = drive.go(1.0, {name: 2.9}, speed_mps=0.0)
        assert_stops(standing, F.ULTRASONIC_FROZEN)  # until it says something else
        assert drive.go(0.12, {name: 2.89}, speed_mps=0.0).faults == frozenset()


def test_no_echo_and_the_blind_zone_may_stay_the_same(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(2.0, {"side_left": 0.2, "side_right": 0.20000001}).faults == frozenset()


def test_an_echo_may_stay_the_same_while_the_vehicle_stands(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(2.0, {"front_left": 2.0}, speed_mps=0.0).faults == frozenset()


def test_stops_on_scans_that_repeat_themselves_in_motion(gate: Any) -> None:
    drive = Drive(gate)

    def scan(far_m: float = 9.0) -> Any:
        return scan_of(ahead(far_m), stamp_s=drive.now_s + STEP_S)

    for _ in range(14):
        assert drive.go(STEP_S, scan=scan()).faults == frozenset()
    for _ in range(2):
        output = drive.go(STEP_S, scan=scan())
    assert_stops(output, F.SCAN_FROZEN)
    assert_stops(drive.go(STEP_S, scan=scan(), speed_mps=0.0), F.SCAN_FROZEN)
    assert drive.go(STEP_S, scan=scan(8.9)).faults == frozenset()


def test_the_same_scan_is_news_for_a_standing_vehicle(gate: Any) -> None:
    drive = Drive(gate)
    for _ in range(50):
        scan = scan_of(ahead(9.0), stamp_s=drive.now_s + STEP_S)
        assert drive.go(STEP_S, scan=scan, speed_mps=0.0).faults == frozenset()


# --- memory ---


def test_remembers_what_comes_too_near_for_the_cones(gate: Any) -> None:
    """An echo that vanishes at 0.3 m has slipped under the cone; the vehicle stays."""
    drive = Drive(gate)
    for range_m in (0.50, 0.45, 0.40, 0.35, 0.30, 0.25, 0.21):
        drive.go(PERIOD_S, {MIDDLE[0]: range_m, MIDDLE[1]: range_m}, speed_mps=0.5)
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
    """A ranger that hangs at 2 m must not hide what it heard before and comes nearer."""
    drive = Drive(gate)
    for range_m in (1.40, 1.3):
        drive.go(PERIOD_S, dict.fromkeys(ALL[:4], range_m))
    output = drive.go(0.18, dict.fromkeys(ALL[:4], 1.3))
    points = drive.stage._low.points
    in_the_middle = points[abs(points[:, 1] - 0.13) < 0.1, 0] - SPEC.front_m
    assert in_the_middle.min() < 1.3 * SLANT - 0.15
    assert F.ULTRASONIC_FROZEN not in output.faults


def test_carries_what_it_heard_along_by_odometry(gate: Any) -> None:
    """A thing beside the front is beside the rear wheel later: a tight bend would go over it."""
    drive = Drive(gate)
    for range_m in (0.6, 0.5, 0.42):
        drive.go(PERIOD_S, {"side_left": range_m}, speed_mps=0.8)
    bend = Command(0.5, 0.5 / SPEC.min_turning_radius_m)
    assert_stops(drive.go(0.3, {}, bend, speed_mps=0.0), F.OBSTACLE_IN_STOP_ZONE)
    assert drive.go(STEP_S, {}, speed_mps=0.0).faults == frozenset()
    drive.go(5.0, {}, speed_mps=1.0)
    assert drive.go(STEP_S, {}, bend, speed_mps=0.0).faults == frozenset()


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
    drive = Drive(gate)
    drive.go(PERIOD_S, {"side_left": 0.5}, speed_mps=0.0)
    drive.go(PERIOD_S, {}, speed_mps=1.0)
    drive.go(8.0, {}, speed_mps=1.0, step_s=PERIOD_S)
    assert len(drive.stage._low.points) == 0


def test_what_it_knew_has_no_place_after_a_gap(gate: Any) -> None:
    drive = Drive(gate)
    drive.go(PERIOD_S, {"side_left": 0.25}, speed_mps=0.0)
    bend = Command(0.5, 0.5 / SPEC.min_turning_radius_m)
    assert drive.go(PERIOD_S, {}, bend, speed_mps=0.0).faults
    drive.now_s += 1.0
    assert drive.go(PERIOD_S, {}, bend, speed_mps=0.0).faults == frozenset()


def test_many_echoes_stay_few_points(gate: Any) -> None:
    drive = Drive(gate)
    for k in range(60):
        echoes = {name: 0.9 + 0.4 * math.sin(7 * k + i) for i, name in enumerate(ALL)}
        drive.go(PERIOD_S, echoes, speed_mps=0.2, step_s=PERIOD_S)
    assert 13 * len(ALL) < len(drive.stage._low.points) < 60 * len(ALL)
