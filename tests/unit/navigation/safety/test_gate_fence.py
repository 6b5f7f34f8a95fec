"""The fence: the gate keeps the vehicle on the map's ways and out of keep-out zones."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.fence_hands import (
    BORDER_M,
    END_M,
    LOCK,
    MARGIN_M,
    WALK_MPS,
    WALL,
    asked,
    at,
    curve,
    half_way_to,
    nose_at,
    street,
    zone,
)
from tests.unit.navigation.safety.gate_hands import (
    CAP,
    FORWARD,
    SPEC,
    assert_stops,
)

F = FaultKind


# --- how far ---


def test_drives_along_the_street_as_fast_as_without_a_fence(gate: Any) -> None:
    output = asked(gate, street(), at(20.0), Command(1.39, 0.0), speed_mps=1.38)
    assert output.faults == frozenset()
    assert output.speed_limit_mps == pytest.approx(CAP)


def test_stops_before_a_keep_out_zone_by_reaction_and_braking(gate: Any) -> None:
    # at 1 m/s: 0.3 m reaction + 0.25 m braking + 0.20 m margin = 0.75 m
    assert_stops(asked(gate, street(WALL), at(half_way_to(0.7))), F.KEEP_OUT_ZONE)
    assert asked(gate, street(WALL), at(half_way_to(0.7))).speed_limit_mps == 0.0
    assert asked(gate, street(WALL), at(half_way_to(0.95))).faults == frozenset()


def test_the_way_to_stop_grows_with_speed(gate: Any) -> None:
    where = at(half_way_to(0.95))
    assert_stops(asked(gate, street(WALL), where, speed_mps=1.39), F.KEEP_OUT_ZONE)
    assert asked(gate, street(WALL), where, speed_mps=0.5).faults == frozenset()


def test_slows_before_the_border_so_that_comfort_is_enough(gate: Any) -> None:
    for gap_m in (1.4, 1.7, 2.0):
        output = asked(gate, street(WALL), at(half_way_to(gap_m)), Command(1.39, 0.0))
        speed = output.speed_limit_mps
        needs = speed * 0.3 + speed**2 / (2 * SPEC.comfort_deceleration_mps2) + MARGIN_M
        assert 0.5 < speed < CAP
        assert gap_m - 0.15 <= needs <= gap_m + 0.01
        assert output.command.speed_mps <= speed


def test_a_far_border_is_no_hindrance(gate: Any) -> None:
    output = asked(gate, street(WALL), at(half_way_to(2.5)), Command(1.39, 0.0), speed_mps=1.38)
    assert output.speed_limit_mps == pytest.approx(CAP)


def test_stops_at_the_end_of_the_ways(gate: Any) -> None:
    for y_m in (0.0, 0.45, -0.45):
        near, far = (at(nose_at(END_M) - gap_m, y_m) for gap_m in (0.74, 1.3))
        assert_stops(asked(gate, street(), near), F.ZONE_BOUNDARY)
        assert asked(gate, street(), far).faults == frozenset()
        near, far = (at(-nose_at(BORDER_M) + gap_m, y_m, math.pi) for gap_m in (0.74, 1.3))
        assert_stops(asked(gate, street(), near), F.ZONE_BOUNDARY)
        assert asked(gate, street(), far).faults == frozenset()


def test_a_slanting_way_is_ground_as_well(gate: Any) -> None:
    level = street()
    slanting = dataclasses.replace(
        level, nodes={**level.nodes, 2: dataclasses.replace(level.nodes[2], x_m=40.0, y_m=-40.0)}
    )
    along = asked(gate, slanting, at(20.0, -20.0, -math.pi / 4))
    assert along.speed_limit_mps == pytest.approx(CAP)
    assert_stops(asked(gate, slanting, at(20.0, -18.0, math.pi / 4)), F.ZONE_BOUNDARY)


def test_a_standing_vehicle_may_not_set_out_over_the_border(gate: Any) -> None:
    stands = {"speed_mps": 0.0}
    assert_stops(asked(gate, street(WALL), at(half_way_to(0.25)), **stands), F.KEEP_OUT_ZONE)
    slow = asked(gate, street(WALL), at(half_way_to(0.45)), **stands)
    assert slow.faults == frozenset()
    assert 0.2 < slow.speed_limit_mps < 0.5


def test_reversing_counts_the_ground_behind(gate: Any) -> None:
    behind = at(40.0 + SPEC.rear_overhang_m + 0.25)
    stands = {"speed_mps": 0.0}
    assert_stops(asked(gate, street(WALL), behind, Command(-0.3, 0.0), **stands), F.KEEP_OUT_ZONE)
    assert asked(gate, street(WALL), behind, FORWARD, **stands).faults == frozenset()
    farther = at(40.0 + SPEC.rear_overhang_m + 0.45)
    slow = asked(gate, street(WALL), farther, Command(-0.3, 0.0), **stands)
    assert slow.faults == frozenset()
    assert 0.2 < slow.speed_limit_mps < WALK_MPS


# --- which way ---


def test_looks_along_the_commanded_bend(gate: Any) -> None:
    where = at(20.0, 1.2)
    stands = {"speed_mps": 0.0}
    assert asked(gate, street(), where, **stands).speed_limit_mps == pytest.approx(CAP)
    left, right = (asked(gate, street(), where, curve(0.5, (k,)), **stands) for k in (LOCK, -LOCK))
    assert left.speed_limit_mps < 0.8 * right.speed_limit_mps


def test_a_rolling_vehicle_is_judged_by_the_commanded_bend_as_well(gate: Any) -> None:
    assert_stops(asked(gate, street(), at(20.0, 1.6), curve(1.0)), F.ZONE_BOUNDARY)
    slower = asked(gate, street(), at(20.0, 1.3), curve(1.0, (0.3,)), speed_mps=0.3)
    assert slower.faults == frozenset()
    assert slower.speed_limit_mps < 0.8 * CAP


def test_the_fence_looks_where_the_wheels_still_point(gate: Any) -> None:
    where = at(20.0, 1.5, 0.3)
    left = {"steering_rad": SPEC.max_steering_rad}
    assert_stops(
        asked(gate, street(), where, curve(1.0, (-0.5,)), speed_mps=1.39, **left), F.ZONE_BOUNDARY
    )
    right = asked(gate, street(), at(20.0, 1.5), curve(1.0, (-0.5,)), speed_mps=1.39)
    assert right.faults == frozenset()


def test_the_whole_outline_counts(gate: Any) -> None:
    spike = zone((22.0, 0.55), (22.1, 3.0))
    stands = {"speed_mps": 0.0}
    half = SPEC.width_m / 2
    passes = asked(gate, street(spike), at(20.0, 0.55 - MARGIN_M - half - 0.02), **stands)
    assert passes.speed_limit_mps == pytest.approx(CAP)
    brushes = asked(gate, street(spike), at(20.0, 0.55 - MARGIN_M - half + 0.04), **stands)
    assert brushes.speed_limit_mps < CAP
    mirrored = zone((22.0, -3.0), (22.1, -0.55))
    right = asked(gate, street(mirrored), at(20.0, -(0.55 - MARGIN_M - half + 0.04)), **stands)
    assert right.speed_limit_mps < CAP
    thorn = zone((20.0 + SPEC.front_m + 0.25, -0.02), (25.0, 0.02))
    assert_stops(asked(gate, street(thorn), at(20.0), **stands), F.KEEP_OUT_ZONE)
    beside = zone((20.3, 0.52), (20.34, 3.0))
    assert_stops(asked(gate, street(beside), at(20.0), **stands), F.KEEP_OUT_ZONE)
    behind = zone((20.0 - SPEC.rear_overhang_m - 0.2, -0.02), (19.6, 0.02))
    assert_stops(
        asked(gate, street(behind), at(20.0), Command(-0.3, 0.0), **stands), F.KEEP_OUT_ZONE
    )
