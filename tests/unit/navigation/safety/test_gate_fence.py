"""The fence: the gate keeps the vehicle on the map's ways and out of keep-out zones."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from navigation.types import Command
from patrol.faults import FaultKind
from patrol.map import WayClass, ZoneKind
from tests.unit.navigation.safety.fence_hands import (
    BORDER_M,
    LENGTH_M,
    LOCK,
    MARGIN_M,
    ask,
    asked,
    at,
    curve,
    fenced,
    nose_at,
    spread,
    street,
    zone,
)
from tests.unit.navigation.safety.gate_hands import (
    CAP,
    FORWARD,
    NOW,
    SPEC,
    STEP_S,
    assert_stops,
    inputs,
)

F = FaultKind
STANDSTILL = Command(0.0, 0.0)
END_M = LENGTH_M + BORDER_M  # of the ground, in the street's middle (its end is round)
WALL = zone((30.0, -10.0), (40.0, 10.0))
SLOW = Command(0.3, 0.0)
SUNDAY_S, MONDAY_S = 1_780_196_400.0, 1_780_282_800.0  # 2026-05-31, -06-01, 12:00 in Seoul
NOT_SET_S = 1_767_225_599.0  # the last second of 2025, a Thursday
WALK_MPS = 0.5


def half_way_to(gap_m: float) -> float:
    """Where base_link is when the bumper is so far before the zone WALL."""
    return nose_at(30.0) - gap_m


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


def test_looks_where_the_wheels_still_point(gate: Any) -> None:
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


# --- the ground ---


def test_a_zone_of_another_kind_is_no_hindrance(gate: Any) -> None:
    quiet = zone((30.0, -10.0), (40.0, 10.0), kind=ZoneKind.QUIET)
    assert asked(gate, street(quiet), at(half_way_to(0.3))).faults == frozenset()


def test_a_flight_of_steps_is_no_ground(gate: Any) -> None:
    for edge in ({"steps": True}, {"way_class": WayClass.STEPS}):
        assert_stops(asked(gate, street(**edge), at(20.0), speed_mps=0.0), F.ZONE_BOUNDARY)


def test_the_wider_of_both_directions_counts(gate: Any) -> None:
    for wide in (3, 4):
        uneven = street(width_m=1.0)
        edges = dict(uneven.edges)
        edges[wide] = dataclasses.replace(edges[wide], width_m=4.0)
        both = dataclasses.replace(uneven, edges=edges)
        assert asked(gate, both, at(20.0, 1.2), speed_mps=0.0).faults == frozenset()


def test_without_a_map_nothing_is_allowed(gate: Any) -> None:
    assert_stops(asked(gate, None, at(20.0), speed_mps=0.0), F.ZONE_BOUNDARY)


def test_without_a_fence_anything_is_allowed(gate: Any) -> None:
    assert ask(gate.SafetyGate(SPEC), None).faults == frozenset()


def test_another_map_counts_from_the_next_step_on(gate: Any) -> None:
    stage = fenced(gate, street())
    assert ask(stage, at(half_way_to(0.3))).faults == frozenset()
    stage.fence = gate.Fence(SPEC, street(WALL))
    assert_stops(ask(stage, at(half_way_to(0.3))), F.KEEP_OUT_ZONE)


def test_the_ground_is_looked_up_where_the_vehicle_is(gate: Any) -> None:
    far = street(zone((300.0, -3.0), (301.0, 3.0)))
    long = dataclasses.replace(
        far, nodes={**far.nodes, 2: dataclasses.replace(far.nodes[2], x_m=400.0)}
    )
    stage = fenced(gate, long)
    for x_m in np.arange(20.0, 298.0, 1.0):
        assert ask(stage, at(x_m), speed_mps=0.0).faults == frozenset(), x_m
        if x_m > nose_at(299.8):
            break
    assert_stops(ask(stage, at(nose_at(299.75)), speed_mps=0.0), F.KEEP_OUT_ZONE)
    assert_stops(ask(stage, at(200.0, 9.0), speed_mps=0.0), F.ZONE_BOUNDARY)
    nearer = fenced(gate, street(WALL))
    assert ask(nearer, at(15.0)).faults == frozenset()
    assert_stops(ask(nearer, at(half_way_to(0.3))), F.KEEP_OUT_ZONE)


# --- time windows ---

NOON = zone((30.0, -10.0), (40.0, 10.0), windows="Mo 11:00-13:00")


def test_a_zone_holds_in_its_time_windows(gate: Any) -> None:
    for now_s, faults in ((MONDAY_S, {F.KEEP_OUT_ZONE}), (SUNDAY_S, set())):
        where = at(half_way_to(0.3), now_s=now_s)
        assert ask(fenced(gate, street(NOON)), where, now_s=now_s).faults == faults


def test_where_the_time_is_not_known_every_zone_holds(gate: Any) -> None:
    over = dataclasses.replace(NOON, windows="", expires="2020-01-01T00:00:00+09:00")
    for closed, now_s in ((NOON, NOW), (NOON, NOT_SET_S), (over, NOW), (over, NOT_SET_S)):
        where = at(half_way_to(0.3), now_s=now_s)
        assert_stops(ask(fenced(gate, street(closed)), where, now_s=now_s), F.KEEP_OUT_ZONE)


def test_a_zone_that_opens_its_window_before_the_vehicle_stops_it(gate: Any) -> None:
    stage, before_s = fenced(gate, street(NOON)), MONDAY_S - 3600.0
    where = half_way_to(0.3)
    for tick in range(-2, 0):
        now_s = before_s + tick
        assert ask(stage, at(where, now_s=now_s), now_s=now_s).faults == frozenset()
    assert_stops(ask(stage, at(where, now_s=before_s), now_s=before_s), F.KEEP_OUT_ZONE)


# --- the pose ---


def test_without_a_fresh_pose_it_stops(gate: Any) -> None:
    for pose in (None, at(20.0, age_s=0.31), at(20.0, age_s=-0.1)):
        assert_stops(asked(gate, street(), pose), F.LOCALIZATION_STALE)
        assert_stops(asked(gate, street(), pose, STANDSTILL), F.LOCALIZATION_STALE)
    assert asked(gate, street(), at(20.0, age_s=0.29)).faults == frozenset()


def test_a_pose_that_nobody_can_judge_by_stops_it(gate: Any) -> None:
    for pose in (
        at(math.nan),
        at(20.0, yaw_rad=math.inf),
        at(20.0, covariance=np.full((3, 3), math.nan)),
        at(20.0, covariance=np.diag((math.inf, 0.0, 0.0))),
        at(20.0, covariance=spread(1.05)),
        at(20.0, covariance=spread(1.05, 0.7)),
        at(20.0, covariance=spread(1.05, math.pi / 2)),
    ):
        assert_stops(asked(gate, street(width_m=12.0), pose), F.LOCALIZATION_LOST)


def test_on_a_wide_way_an_unsure_pose_will_do(gate: Any) -> None:
    sure_enough = at(20.0, covariance=spread(0.95, 0.7))
    assert asked(gate, street(width_m=12.0), sure_enough).faults == frozenset()


def test_the_margin_grows_by_two_sigma_of_the_longer_axis(gate: Any) -> None:
    wide = street(WALL, width_m=8.0)
    for turned_rad in (0.0, 0.8, math.pi / 2):
        unsure = spread(0.2, turned_rad, 0.05)
        near, far = (
            at(half_way_to(MARGIN_M + 0.4 + gap_m), covariance=unsure) for gap_m in (0.05, 0.15)
        )
        assert_stops(asked(gate, wide, near, speed_mps=0.0), F.KEEP_OUT_ZONE)
        assert asked(gate, wide, far, speed_mps=0.0).faults == frozenset()


def test_an_old_pose_is_carried_on_by_the_wheels(gate: Any) -> None:
    where = half_way_to(0.95)
    assert asked(gate, street(WALL), at(where)).faults == frozenset()
    assert_stops(asked(gate, street(WALL), at(where, age_s=0.25)), F.KEEP_OUT_ZONE)
    ahead_of_us = at(half_way_to(0.81), age_s=-0.019)
    assert asked(gate, street(WALL), ahead_of_us).faults == frozenset()
    turning = {"steering_rad": 0.6, "speed_mps": 1.39}
    turned = asked(gate, street(), at(20.0, -1.0, -0.29, age_s=0.29), FORWARD, **turning)
    assert turned.speed_limit_mps == pytest.approx(CAP)


# --- a refusal ---


def test_a_refusal_stands_for_three_seconds_of_standing_still(gate: Any) -> None:
    stage, where = fenced(gate, street(WALL)), half_way_to(0.3)
    assert_stops(ask(stage, at(where)), F.KEEP_OUT_ZONE)
    for after_s, faults in ((0.02, {F.KEEP_OUT_ZONE}), (2.9, {F.KEEP_OUT_ZONE}), (3.1, set())):
        now_s = NOW + after_s
        output = ask(stage, at(where, now_s=now_s), STANDSTILL, now_s, speed_mps=0.0)
        assert output.faults == faults, after_s
        assert output.command == STANDSTILL


def test_a_clock_set_back_ends_a_refusal(gate: Any) -> None:
    stage, where = fenced(gate, street(WALL)), half_way_to(0.3)
    ask(stage, at(where))
    before_s = NOW - 5.0
    assert not ask(stage, at(where, now_s=before_s), STANDSTILL, before_s, speed_mps=0.0).faults


def test_a_way_that_is_free_ends_a_refusal_at_once(gate: Any) -> None:
    stage, where = fenced(gate, street(WALL)), half_way_to(0.3)
    ask(stage, at(where))
    now_s = NOW + STEP_S
    back = ask(stage, at(where, now_s=now_s), Command(-0.3, 0.0), now_s, speed_mps=0.0)
    assert back.faults == frozenset()
    later_s = now_s + STEP_S
    stands = ask(stage, at(where, now_s=later_s), STANDSTILL, later_s, speed_mps=0.0)
    assert stands.faults == frozenset()


def test_room_that_braking_leaves_ends_no_refusal(gate: Any) -> None:
    stage, where = fenced(gate, street(WALL)), half_way_to(0.55)
    assert_stops(ask(stage, at(where)), F.KEEP_OUT_ZONE)
    now_s = NOW + STEP_S
    braking = ask(stage, at(where, now_s=now_s), SLOW, now_s, speed_mps=0.4)
    assert_stops(braking, F.KEEP_OUT_ZONE)
    later_s = NOW + 3.1
    on = ask(stage, at(where, now_s=later_s), SLOW, later_s, speed_mps=0.0)
    assert on.faults == frozenset()
    assert 0.0 < on.speed_limit_mps < WALK_MPS


# --- outside ---


def test_outside_it_may_come_further_in_at_walking_pace(gate: Any) -> None:
    stands = {"speed_mps": 0.0}
    for yaw_rad, faults in ((-0.5, set()), (0.0, {F.ZONE_BOUNDARY}), (0.5, {F.ZONE_BOUNDARY})):
        output = asked(gate, street(), at(20.0, 3.0, yaw_rad), FORWARD, **stands)
        assert output.faults == faults, yaw_rad
        assert output.speed_limit_mps == (0.0 if faults else WALK_MPS)
    back = asked(gate, street(), at(20.0, 3.0, 0.5), Command(-0.3, 0.0), **stands)
    assert back.faults == frozenset()


def test_a_zone_that_closed_over_it_may_be_left_and_not_crossed(gate: Any) -> None:
    stands = {"speed_mps": 0.0}
    leaves = at(39.5)
    assert asked(gate, street(WALL), leaves, **stands).faults == frozenset()
    assert_stops(asked(gate, street(WALL), at(31.0), **stands), F.KEEP_OUT_ZONE)
    backs = asked(gate, street(WALL), at(31.0), Command(-0.3, 0.0), **stands)
    assert backs.faults == frozenset()


def test_a_corner_may_swing_out_by_a_little_on_the_way_in(gate: Any) -> None:
    stands = {"speed_mps": 0.0}
    swings = asked(gate, street(), at(20.0, 2.0, -0.12), curve(0.5, (-LOCK,)), **stands)
    assert swings.faults == frozenset()
    assert swings.speed_limit_mps == WALK_MPS


def test_outside_nobody_gets_further_out_bit_by_bit(gate: Any) -> None:
    """Each step by itself would lead in; the place that it came from counts."""
    for further_m, faults in ((0.03, set()), (0.08, {F.ZONE_BOUNDARY})):
        stage, now_s = fenced(gate, street()), NOW + STEP_S
        assert not ask(stage, at(20.0, 3.0, -0.5), speed_mps=0.0).faults
        output = ask(
            stage, at(20.0, 3.0 + further_m, -0.5, now_s=now_s), FORWARD, now_s, speed_mps=0.0
        )
        assert output.faults == faults, further_m


def test_outside_where_it_came_from_is_forgotten_inside_and_after_standing(gate: Any) -> None:
    stage, now_s = fenced(gate, street()), NOW
    deep, out = {"y_m": 3.0, "yaw_rad": -0.5}, {"y_m": 3.3, "yaw_rad": -0.5}

    def step(place: dict[str, float], command: Command = FORWARD, for_s: float = STEP_S) -> Any:
        nonlocal now_s
        now_s += for_s
        return ask(stage, at(20.0, **place, now_s=now_s), command, now_s, speed_mps=0.0).faults

    assert not step(deep)
    assert step(out) == {F.ZONE_BOUNDARY}
    assert step(deep) == set()
    assert step(out) == {F.ZONE_BOUNDARY}
    assert step(out, STANDSTILL, 3.1) == set()
    assert step(out) == set()
    assert step(deep) == set()
    assert step({"y_m": 0.0}) == set()
    assert step(out) == set()


def test_outside_wheels_that_still_lead_out_stop_it(gate: Any) -> None:
    out = {"speed_mps": 0.8, "steering_rad": SPEC.max_steering_rad}
    inwards = Command(0.5, 0.0)
    assert_stops(asked(gate, street(), at(20.0, 2.3, -0.15), inwards, **out), F.ZONE_BOUNDARY)
    slow = {"speed_mps": 0.1, "steering_rad": 0.0}
    assert asked(gate, street(), at(20.0, 2.3, -0.15), inwards, **slow).faults == frozenset()
    creeps = {**out, "speed_mps": 0.1}  # and stands before they lead it out
    assert asked(gate, street(), at(20.0, 2.3, -0.15), inwards, **creeps).faults == frozenset()


def test_outside_wheels_that_lead_along_do_not_stop_a_way_in(gate: Any) -> None:
    along = {"speed_mps": 0.3, "steering_rad": 0.0}
    inwards = curve(0.5, (-LOCK,))
    assert asked(gate, street(), at(20.0, 2.3, -0.08), inwards, **along).faults == frozenset()


def test_the_nearer_border_gives_the_fault_its_name(gate: Any) -> None:
    end = zone((END_M + 1.0, -5.0), (END_M + 5.0, 5.0))
    assert_stops(asked(gate, street(end), at(nose_at(END_M) - 0.3)), F.ZONE_BOUNDARY)


def test_an_obstacle_and_a_fault_still_stop_it_inside(gate: Any) -> None:
    stage = fenced(gate, street())
    given = dataclasses.replace(inputs(age_s=1.0), pose=at(20.0))
    assert_stops(stage.step(given, NOW), F.COMMAND_STALE)
