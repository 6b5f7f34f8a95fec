"""Who comes up from behind: the vehicle stands before they are there."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import PERIOD_S, SPEC, STEP_S, Drive, scan_of

BLOCKED = {FaultKind.OBSTACLE_IN_STOP_ZONE}
TURN = Command(1.0, 0.35)
RIGHT_TURN = Command(1.0, -0.35)
SLOW_TURN = Command(0.4, 0.14)
STRAIGHT = Command(1.0, 0.0)
POST_M, IN_CONE_M = 0.37, 0.7  # beside a rear ranger's axis; so far back it is in the cone
SEES_RAD = SPEC.lidar.field_of_view_rad / 2
BOTH = ("rear_left", "rear_right")
BACK = Command(-0.3, -0.105)
Range = Callable[[float], float]


def steering(command: Command) -> float:
    return math.atan(command.curvature_1pm * SPEC.wheelbase_m)


def stood_after(
    gate: Any,
    range_m: Range,
    command: Command = TURN,
    names: tuple[str, ...] = ("rear_left",),
    for_s: float = 1.5,
) -> tuple[float, float]:
    """When (s) and at what range (m) somebody behind stopped it; infinite where nobody did."""
    drive = Drive(gate)
    given = {"speed_mps": command.speed_mps, "steering_rad": steering(command)}
    for period in range(round(for_s / PERIOD_S)):
        heard = range_m(period * PERIOD_S)
        output = drive.go(PERIOD_S, dict.fromkeys(names, heard), command, **given)
        if output.faults:
            assert output.faults == BLOCKED
            assert output.command.speed_mps == 0.0
            return period * PERIOD_S, heard
    return math.inf, math.nan


def closing(from_m: float, mps: float) -> Range:
    """Somebody who comes on, and is beside the rear before they touch it."""
    return lambda time_s: from_m - mps * time_s if from_m - mps * time_s > 0.3 else math.inf


def test_stops_in_a_bend_before_who_is_faster_is_beside_it(gate: Any) -> None:
    for name in ("rear_left", "rear_right"):
        for command in (TURN, RIGHT_TURN):
            when_s, range_m = stood_after(gate, closing(2.5, 2.0), command, (name,))
            assert 0.2 <= when_s <= 0.7
            assert range_m >= 1.0  # at 2 m/s: it stands in 0.5 s


def test_who_is_far_is_not_waited_for_yet(gate: Any) -> None:
    _, range_m = stood_after(gate, closing(2.9, 1.2))
    assert 1.1 <= range_m <= 1.24  # 0.3 s until it brakes, 0.5 s of that, 0.8 s early; it turns
    _, faster_m = stood_after(gate, closing(2.9, 2.0))
    assert 1.85 <= faster_m <= 2.06
    _, slowly_m = stood_after(gate, closing(2.9, 1.4), SLOW_TURN, for_s=2.0)
    assert 1.0 <= slowly_m < 1.8


def test_stops_on_a_straight_way_for_who_would_walk_into_its_back(gate: Any) -> None:
    _, range_m = stood_after(gate, closing(2.9, 1.0), STRAIGHT, for_s=2.0)
    assert 1.4 <= range_m <= 1.61
    far_aside = stood_after(gate, lambda t: 2.9 - t if t < 1.1 else math.inf, STRAIGHT, for_s=2.0)
    assert far_aside[0] == math.inf  # they leave the cones 1.8 m away: they pass at 0.6 m


def test_both_rangers_together_need_one_step_each(gate: Any) -> None:
    def sets_off(time_s: float) -> float:
        return 1.0 + time_s if time_s < 0.25 else 0.9 - 2.0 * (time_s - 0.3)

    assert stood_after(gate, sets_off, STRAIGHT, BOTH, 0.5)[0] == pytest.approx(0.3)
    assert stood_after(gate, sets_off, STRAIGHT, ("rear_left",), 0.5)[0] == pytest.approx(0.4)

    def steps_back(time_s: float) -> float:
        return 0.9 if 0.25 < time_s < 0.35 else 1.0 + time_s

    assert stood_after(gate, steps_back, STRAIGHT, ("rear_left",), 0.8)[0] == math.inf


def between_posts(gate: Any, seen_back_m: float) -> bool:
    """Whether two posts beside the way, both heard as soon as they are past, stop it.

    The lidar has seen two that stand so much farther back; what was heard before is farther, too.
    """
    drive = Drive(gate)
    aside_m = 0.25 + POST_M
    for period in range(40):
        x_m = 2.0 - PERIOD_S * period  # of the posts, in base_link
        seen_x_m = x_m - seen_back_m
        in_sight = abs(math.atan2(aside_m, seen_x_m - SPEC.lidar.x_m)) < SEES_RAD
        posts = [(seen_x_m, aside_m), (seen_x_m, -aside_m)] if in_sight else []
        past_m = -SPEC.rear_overhang_m - x_m
        heard_m = math.hypot(past_m, POST_M) if past_m > IN_CONE_M else past_m + 0.6
        echoes = dict.fromkeys(BOTH, heard_m) if past_m > 0.3 else {}
        scan = scan_of(*posts, stamp_s=drive.now_s + STEP_S)
        if drive.go(PERIOD_S, echoes, STRAIGHT, scan=scan).faults:
            return True
    return False


def test_a_thing_that_the_lidar_saw_stand_is_nobody(gate: Any) -> None:
    assert not between_posts(gate, seen_back_m=0.0)
    assert between_posts(gate, seen_back_m=0.3)  # those stand elsewhere
    assert between_posts(gate, seen_back_m=9.0)  # it saw none


def test_who_keeps_their_distance_or_falls_back_stops_nobody(gate: Any) -> None:
    assert stood_after(gate, lambda time_s: 1.0 + 0.5 * time_s)[0] == math.inf
    assert stood_after(gate, closing(1.0, 0.3), SLOW_TURN)[0] == math.inf
    near_and_slow = stood_after(
        gate, lambda time_s: 0.29 - 0.25 * time_s if time_s < 0.35 else math.inf, SLOW_TURN
    )
    assert near_and_slow[0] == math.inf
    # a slanting wall that the turn takes nearer
    for command in (TURN, RIGHT_TURN):
        wall = stood_after(gate, lambda time_s: 1.6 * math.exp(-0.75 * time_s), command)
        assert wall[0] == math.inf


def test_one_nearer_thing_is_nobody_who_comes(gate: Any) -> None:
    def beside_the_way(time_s: float) -> float:
        return (2.8 if time_s < 0.55 else 1.0) + 0.01 * time_s

    def now_this_now_that(time_s: float) -> float:
        return 1.0 + time_s + (0.5 if round(time_s / PERIOD_S) % 2 == 0 else 0.0)

    def then_another(time_s: float) -> float:
        """Three that come nearer, and a post that the cone swings over."""
        return 2.9 - 0.5 * time_s if time_s < 0.25 else 1.0 + 0.1 * time_s

    assert stood_after(gate, beside_the_way)[0] == math.inf
    assert stood_after(gate, then_another)[0] == math.inf
    assert stood_after(gate, now_this_now_that)[0] == math.inf


def test_an_echo_that_is_missed_hides_nobody(gate: Any) -> None:
    def missed(time_s: float) -> float:
        return math.inf if round(time_s / PERIOD_S) % 3 == 2 else 2.5 - 2.0 * time_s

    when_s, range_m = stood_after(gate, missed)
    assert when_s <= 0.9
    assert range_m >= 0.9


def test_echoes_long_apart_are_not_counted_together(gate: Any) -> None:
    def seldom(time_s: float) -> float:
        return 2.5 - 1.2 * time_s if round(time_s / PERIOD_S) % 3 == 0 else math.inf

    assert stood_after(gate, seldom)[0] == math.inf


def test_a_vehicle_that_backs_has_other_eyes_for_it(gate: Any) -> None:
    drive = Drive(gate)
    given = {"speed_mps": -0.3, "steering_rad": steering(BACK)}
    for period in range(8):
        output = drive.go(PERIOD_S, {"rear_left": 2.9 - 0.2 * period}, BACK, **given)
    assert output.faults == frozenset()


def test_who_comes_nearer_elsewhere_is_not_behind(gate: Any) -> None:
    def aside(time_s: float) -> float:
        return max(1.5, 2.9 - 2.0 * time_s) + 0.01 * time_s

    assert stood_after(gate, aside, RIGHT_TURN, ("flank_left",), 0.8)[0] == math.inf


def test_waits_until_they_have_gone_by_and_drives_on(gate: Any) -> None:
    drive = Drive(gate)
    turning = {"speed_mps": 1.0, "steering_rad": steering(TURN)}
    for period in range(8):
        output = drive.go(PERIOD_S, {"rear_left": 2.3 - 0.2 * period}, TURN, **turning)
    assert output.faults == BLOCKED
    standing = {**turning, "speed_mps": 0.0}
    assert drive.go(1.3, {}, TURN, **standing).faults == BLOCKED
    assert drive.go(0.4, {}, TURN, **standing).command.speed_mps > 0


def test_a_clock_that_jumps_back_waits_for_nobody(gate: Any) -> None:
    drive = Drive(gate)
    turning = {"speed_mps": 1.0, "steering_rad": steering(TURN)}
    for period in range(8):
        drive.go(PERIOD_S, {"rear_left": 2.3 - 0.2 * period}, TURN, **turning)
    drive.wait(-60.0)
    assert drive.go(0.1, {}, TURN, **{**turning, "speed_mps": 0.0}).command.speed_mps > 0


def test_a_vehicle_without_rangers_that_look_back_turns(gate: Any) -> None:
    front = tuple(r for r in SPEC.ultrasonics if not r.name.startswith("rear"))
    drive = Drive(gate, dataclasses.replace(SPEC, ultrasonics=front))
    output = drive.go(0.5, {}, TURN, speed_mps=1.0, steering_rad=steering(TURN))
    assert output.command.speed_mps > 0
