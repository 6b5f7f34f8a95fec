"""The fence: a vehicle that is outside may come in, and nothing else."""

from __future__ import annotations

import dataclasses
from typing import Any

from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.fence_hands import (
    END_M,
    LOCK,
    STANDSTILL,
    WALK_MPS,
    WALL,
    ask,
    asked,
    at,
    curve,
    fenced,
    nose_at,
    street,
    zone,
)
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    NOW,
    SPEC,
    STEP_S,
    assert_stops,
    inputs,
)

F = FaultKind


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
