"""The fence: where the vehicle is believed to be, and how long a refusal stands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.fence_hands import (
    MARGIN_M,
    SLOW,
    STANDSTILL,
    WALK_MPS,
    WALL,
    ask,
    asked,
    at,
    fenced,
    half_way_to,
    spread,
    street,
)
from tests.unit.navigation.safety.gate_hands import (
    CAP,
    FORWARD,
    NOW,
    STEP_S,
    assert_stops,
)

F = FaultKind


# --- the pose ---


def test_without_a_fresh_pose_it_stops(gate: Any) -> None:
    for pose in (None, at(20.0, age_s=0.26), at(20.0, age_s=-0.1)):
        assert_stops(asked(gate, street(), pose), F.LOCALIZATION_STALE)
        assert_stops(asked(gate, street(), pose, STANDSTILL), F.LOCALIZATION_STALE)
    assert asked(gate, street(), at(20.0, age_s=0.24)).faults == frozenset()


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
    assert_stops(asked(gate, street(WALL), at(where, age_s=0.24)), F.KEEP_OUT_ZONE)
    ahead_of_us = at(half_way_to(0.81), age_s=-0.019)
    assert asked(gate, street(WALL), ahead_of_us).faults == frozenset()
    turning = {"steering_rad": 0.6, "speed_mps": 1.39}
    turned = asked(gate, street(), at(20.0, -1.2, -0.24, age_s=0.24), FORWARD, **turning)
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
