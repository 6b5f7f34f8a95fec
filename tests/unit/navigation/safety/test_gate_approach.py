"""Stops for people before they are in its way: those who walk into it, or towards the vehicle."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from navigation.types import Command
from tests.unit.navigation.safety.approach_hands import (
    FRONT_M,
    STEP_S,
    STOPS,
    Meeting,
    Points,
    approach_of,
    first_stop_s,
    legs,
)
from tests.unit.navigation.safety.gate_hands import FORWARD, NOW, SPEC, inputs, scan_of

# --- who is stopped for ---


def test_stops_for_who_walks_into_the_way_before_they_are_in_it(gate: Any) -> None:
    def crossing(t: float) -> Points:  # in the middle of the way after 2.5 s, 0.7 m ahead
        return legs(FRONT_M + 3.2, -3.5 + 1.4 * t)

    stop_s = first_stop_s(Meeting(gate).go(2.5, crossing))
    away_m = 3.5 - 1.4 * stop_s - SPEC.width_m / 2
    assert 0.3 < away_m < 1.5


def test_stops_sooner_for_who_comes_than_for_who_stands(gate: Any) -> None:
    standing = Meeting(gate).go(6.0, lambda _: legs(FRONT_M + 4.0, 0.0))
    coming = Meeting(gate).go(3.0, lambda t: legs(FRONT_M + 8.0 - 1.5 * t, 0.0))
    stood_m = 4.0 - first_stop_s(standing)
    came_m = 8.0 - 2.5 * first_stop_s(coming)
    assert 0.7 < stood_m < 0.9
    assert 2.8 < came_m < 3.5


def test_stops_for_who_walks_into_its_side(gate: Any) -> None:
    outputs = Meeting(gate).go(2.0, lambda t: legs(2.4, 3.5 - 1.4 * t))
    assert 0.5 < first_stop_s(outputs) < 1.2


def test_a_child_that_runs_is_stopped_for_within_three_scans(gate: Any) -> None:
    def runs(t: float) -> Points:
        return legs(FRONT_M + 1.2, -2.4 + 3.0 * max(0.0, t - 0.5))

    assert 0.6 < first_stop_s(Meeting(gate).go(1.2, runs)) <= 0.9


def test_who_comes_out_of_hiding_near_by_is_stopped_for_at_once(gate: Any) -> None:
    """Nobody knows yet where they go: as fast as people walk, and to the vehicle."""
    for away_m, stops in ((1.0, True), (2.6, False)):
        aside_m = SPEC.width_m / 2 + away_m
        there = legs(FRONT_M + 1.5, -aside_m)
        outputs = Meeting(gate).go(1.0, lambda t, there=there: there if t > 0.45 else [])
        assert (first_stop_s(outputs) <= 0.55) is stops


def test_who_sets_off_is_stopped_for_at_the_first_scan_that_shows_it(gate: Any) -> None:
    def sets_off(t: float) -> Points:
        return legs(FRONT_M + 1.6, -1.5 + (0.15 if t > 0.45 else 0.0))

    assert 0.45 < first_stop_s(Meeting(gate).go(0.6, sets_off)) <= 0.55


def test_stops_on_the_bend_that_it_is_told_to_take(gate: Any) -> None:
    left = Command(0.5, 0.3)

    def beside(t: float) -> Points:
        return legs(1.0 + 0.5 * t, 3.0 - 0.7 * t)

    steering = math.atan(SPEC.wheelbase_m * left.curvature_1pm)
    assert math.isfinite(first_stop_s(Meeting(gate).go(3.0, beside, left, steering_rad=steering)))


def test_a_standing_vehicle_waits_until_they_have_passed(gate: Any) -> None:
    outputs = Meeting(gate).go(5.0, lambda t: legs(1.7, -2.5 + 1.2 * t), speed_mps=0.0)
    stopped = [STEP_S * (i + 1) for i, output in enumerate(outputs) if output.faults == STOPS]
    assert stopped[0] < 1.6
    assert 2.2 < stopped[-1] < 3.2
    assert outputs[-1].command.speed_mps > 0.0


# --- who is not ---


def test_drives_on_beside_who_will_not_be_in_the_way(gate: Any) -> None:
    ways: dict[str, Callable[[float], Points]] = {
        "stands beside": lambda _: legs(FRONT_M + 2.0, 1.2),
        "goes along": lambda t: legs(FRONT_M + 2.0 + 1.2 * t, 1.2),
        "comes by": lambda t: legs(FRONT_M + 5.0 - 1.2 * t, 1.2),
        "walks off": lambda t: legs(FRONT_M + 2.5, 1.0 + 1.2 * t),
        "goes on ahead": lambda t: legs(FRONT_M + 1.5 + 2.0 * t, 0.0),
    }
    for name, where in ways.items():
        assert first_stop_s(Meeting(gate).go(2.5, where)) == math.inf, name


def test_who_is_past_before_the_vehicle_comes_is_let_past(gate: Any) -> None:
    outputs = Meeting(gate).go(3.0, lambda t: legs(FRONT_M + 6.5, -2.5 + 1.4 * t))
    assert first_stop_s(outputs) == math.inf


def test_who_walks_behind_it_is_let_past(gate: Any) -> None:
    outputs = Meeting(gate).go(3.0, lambda t: legs(0.0, 3.2 - 1.2 * t))
    assert first_stop_s(outputs) == math.inf


def test_things_that_stand_do_not_move_by_the_vehicle_s_motion(gate: Any) -> None:
    left = Command(1.0, 0.4)
    steering = math.atan(SPEC.wheelbase_m * left.curvature_1pm)
    posts = [p for x in range(2, 9) for y in (-3.0, 4.5) for p in legs(float(x), y)]
    meeting = Meeting(gate)
    meeting.go(3.0, lambda _: posts, left, steering_rad=steering)
    assert not [m for m in meeting.stage._approach.movers.now if len(m.stamps_s) > 2]


# --- how long it stops ---


def test_a_leg_that_stands_for_a_scan_does_not_let_the_brakes_go(gate: Any) -> None:
    def strides(t: float) -> Points:  # 1.4 m/s to the right, but for two scans every 0.6 s
        swung_s = t - 0.2 * math.floor(t / 0.6) - max(0.0, t % 0.6 - 0.4)
        return legs(FRONT_M + 0.3, 2.9 - 1.4 * swung_s, 0.05)

    outputs = Meeting(gate).go(2.6, strides, speed_mps=0.0)
    first = next(i for i, output in enumerate(outputs) if output.faults)
    assert 0.8 < STEP_S * first < 1.6
    assert all(output.faults == STOPS for output in outputs[first:])


def comes_until_1_3_s(t: float) -> Points:
    return legs(FRONT_M + 0.3, 2.9 - 1.4 * t, 0.05) if t < 1.3 else []


def test_it_goes_on_soon_after_nobody_comes_any_more(gate: Any) -> None:
    outputs = Meeting(gate).go(3.0, comes_until_1_3_s, speed_mps=0.0)
    stopped = [STEP_S * i for i, output in enumerate(outputs) if output.faults]
    assert 0.4 < stopped[0] < 1.0
    assert stopped[-1] < 2.2, "0.35 s for who is hidden, and 0.3 s"


def test_a_clock_that_is_set_back_holds_nobody(gate: Any) -> None:
    meeting = Meeting(gate)
    assert meeting.go(1.3, comes_until_1_3_s, speed_mps=0.0)[-1].faults == STOPS
    meeting.now_s -= 50.0
    assert meeting.go(1.0, lambda _: [], speed_mps=0.0)[-1].faults == frozenset()


# --- the forecast ---


def walked(gate: Any, x: float, y: float, vx: float, vy: float) -> Any:
    """Somebody who has come there within 0.5 s."""
    scans = [legs(x - 0.1 * vx * i, y - 0.1 * vy * i, 0.05) for i in range(5, -1, -1)]
    return approach_of(gate, *scans)


def round_a_corner(gate: Any, y: float) -> Any:
    """Who comes into sight beside the end of a wall, of which they seem to be a part."""
    wall = [(1.6, y + 0.4 + 0.02 * i) for i in range(11)]
    return approach_of(gate, wall, [*wall, *legs(1.45, y, 0.05)])


def test_who_comes_round_a_corner_may_walk_anywhere(gate: Any) -> None:
    """By what hangs together with them they leave the way at 4.5 m/s."""
    seen = round_a_corner(gate, -1.3)
    (mover,) = seen.movers.now
    assert len(mover.stamps_s) == 1
    assert all(v[1] <= 0.0 for v in mover.velocities_mps)
    assert min(v[1] for v in mover.velocities_mps) < -4.0
    assert seen.is_coming([0.0], 0.3, 1.0, NOW + 0.1) is True
    assert round_a_corner(gate, -2.4).is_coming([0.0], 0.3, 1.0, NOW + 0.1) is False


def test_who_comes_from_behind_a_car_may_walk_anywhere(gate: Any) -> None:
    """By what hangs together with them they walk along the way, past the vehicle."""
    car = [(2.0, -0.7 - 0.05 * i) for i in range(12)]
    seen = approach_of(gate, car, [*car, *legs(1.7, -1.0, 0.05)])
    (mover,) = seen.movers.now
    assert len(mover.stamps_s) == 1
    assert max(math.hypot(*v) for v in mover.velocities_mps) < 4.0
    assert all(abs(v[1]) < 0.1 for v in mover.velocities_mps)
    assert seen.is_coming([0.0], 0.3, 1.0, NOW + 0.1) is True


def test_who_sets_off_beside_the_way_at_a_walk_is_believed(gate: Any) -> None:
    """Along it, and no faster than people are."""
    scans = [legs(1.45, -1.3, 0.05), legs(1.7, -1.35, 0.05)]
    seen = approach_of(gate, *scans)
    (mover,) = seen.movers.now
    assert len(mover.stamps_s) == 1
    assert mover.velocities_mps
    assert seen.is_coming([0.0], 0.3, 1.0, NOW + 0.1) is False


def test_a_cyclist_who_is_known_to_be_fast_is_let_past(gate: Any) -> None:
    beside = walked(gate, 2.8, 1.6, 4.5, 0.0)
    (mover,) = beside.movers.now
    assert mover.velocity_mps == pytest.approx((4.5, 0.0), abs=0.1)
    assert beside.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False


def test_a_forecast_is_for_the_way_that_is_driven(gate: Any) -> None:
    now_s = NOW + 0.5
    beside = walked(gate, 0.0, 2.0, 0.0, -1.4)  # reaches its side after 0.9 s
    assert beside.is_coming([0.0], 0.0, 1.0, now_s) is False  # it can stand sooner
    assert beside.is_coming([0.0], 1.0, 1.0, now_s) is False  # and drives off
    assert beside.is_coming([0.0], 1.0, -1.0, now_s) is True
    ahead = walked(gate, FRONT_M + 2.0, -0.5, -1.5, 0.0)
    assert ahead.is_coming([0.0], 1.0, 1.0, now_s) is True
    assert ahead.is_coming([0.0], 1.0, -1.0, now_s) is False
    assert ahead.is_coming([0.7], 0.5, 1.0, now_s) is False
    assert ahead.is_coming([0.7, 0.0], 1.0, 1.0, now_s) is True


def test_a_faster_vehicle_looks_further_ahead(gate: Any) -> None:
    ahead = walked(gate, FRONT_M + 2.4, 0.0, -1.0, 0.0)
    assert ahead.is_coming([0.0], 0.5, 1.0, NOW + 0.5) is False
    assert ahead.is_coming([0.0], 1.2, 1.0, NOW + 0.5) is True


def test_an_older_scan_is_carried_on(gate: Any) -> None:
    ahead = walked(gate, FRONT_M + 2.95, 0.0, -1.0, 0.0)
    assert ahead.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False
    assert ahead.is_coming([0.0], 1.0, 1.0, NOW + 0.7) is True


def test_who_shifts_their_weight_is_not_coming(gate: Any) -> None:
    near = walked(gate, 0.5, 0.8, 0.0, -0.2)
    assert near.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False


def test_a_scan_of_few_rays_is_borne(gate: Any) -> None:
    made = gate.Approach(SPEC)
    scan = scan_of(stamp_s=NOW)
    few = dataclasses.replace(scan, ranges_m=scan.ranges_m[:3])
    for number in range(3):
        now = dataclasses.replace(few, stamp_s=NOW + 0.1 * number)
        made.see(now, scan_of(*legs(4.0, 0.0)).points_base(1.15, 0.0), inputs().base)
    assert made.movers.now == []


def houses(_t: float) -> Points:
    """A corner of a house to the left, and open ground behind it."""
    along = [(6.0 + 0.1 * i, 2.5) for i in range(20)]
    return [*along, *((6.0, 2.5 + 0.1 * i) for i in range(1, 20))]


def follows(gate: Any, told_radps: float, rate_radps: float | None, where: Any) -> bool:
    """Whether a mover is followed where wheels and steering tell of a turn, and the IMU of its."""
    meeting = Meeting(gate)
    meeting.told_steering_rad = math.atan(told_radps * SPEC.wheelbase_m / FORWARD.speed_mps)
    meeting.rate_radps = rate_radps
    turns = 0.0 if rate_radps is None or math.isnan(rate_radps) else rate_radps
    steering_rad = math.atan(turns * SPEC.wheelbase_m / FORWARD.speed_mps)
    meeting.go(1.0, where, steering_rad=steering_rad)
    return bool(meeting.stage._approach.movers.now)


def passer_by(t: float) -> Points:
    return legs(5.0, 2.0 - 1.0 * t)


def test_a_turn_that_the_body_does_not_make_moves_no_house(gate: Any) -> None:
    for rate_radps in (0.0, 0.1, 0.125):
        assert not follows(gate, 0.25, rate_radps, passer_by), rate_radps


def test_a_wheelbase_that_is_wrong_by_a_fifth_hides_nobody(gate: Any) -> None:
    for told_radps in (0.25, 0.5):
        for share in (1.25, 1.0, 0.8):
            assert follows(gate, told_radps, share * told_radps, passer_by), (told_radps, share)
        assert not follows(gate, told_radps, 0.55 * told_radps, passer_by), told_radps


def test_without_an_imu_wheels_and_steering_are_believed(gate: Any) -> None:
    assert follows(gate, 0.0, None, passer_by)
    meeting = Meeting(gate)
    meeting.told_steering_rad, meeting.rate_radps = 0.2, None
    meeting.go(1.0, passer_by, steering_rad=0.2)
    assert meeting.stage._approach.movers.now


def test_a_doubt_forgets_who_was_followed(gate: Any) -> None:
    meeting = Meeting(gate)
    meeting.rate_radps = 0.0
    meeting.go(1.0, passer_by)
    assert meeting.stage._approach.movers.now
    meeting.told_steering_rad = 0.2
    meeting.go(0.2, passer_by)
    assert not meeting.stage._approach.movers.now


def test_who_walks_into_a_bend_is_stopped_for_before_they_are_in_it(gate: Any) -> None:
    """They meet the vehicle in its bend to the left; straight on it would pass before them."""
    bend, turns = Command(1.0, 0.5), math.atan(0.5 * SPEC.wheelbase_m)
    for y_m, vx_mps in ((3.5, 0.0), (3.0, -0.4)):
        outputs = Meeting(gate).go(
            1.2,
            lambda t, y_m=y_m, vx_mps=vx_mps: legs(2.0 + vx_mps * t, y_m - 0.8 * t),
            bend,
            speed_mps=1.0,
            steering_rad=turns,
        )
        assert first_stop_s(outputs) < 0.6, y_m
