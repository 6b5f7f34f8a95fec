"""The safety gate and its ultrasonic rangers: where what they hear may lie."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from navigation.types import Command, RangeSample
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    MIDDLE,
    NOW,
    SLANT,
    SPEC,
    assert_stops,
    inputs,
    one,
    ranger,
)

F = FaultKind


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
