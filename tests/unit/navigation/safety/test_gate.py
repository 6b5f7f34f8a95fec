"""The safety gate. Every test takes the module under test, so that mutants can be put through."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import navigation.safety.gate
from navigation.types import Command, GateInputs, GateOutput
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from tests.unit.navigation.safety.gate_hands import (
    CAP,
    FORWARD,
    NOW,
    SPEC,
    ahead,
    assert_stops,
    inputs,
    one,
    scan_of,
)

F = FaultKind


@pytest.fixture
def gate() -> Any:
    return navigation.safety.gate


# --- inputs ---


def test_passes_a_good_command(gate: Any) -> None:
    output = one(gate, inputs(Command(1.0, 0.2)))
    assert output.command.speed_mps == pytest.approx(1.0)
    assert output.command.yaw_rate_radps == pytest.approx(0.2)
    assert output.faults == frozenset()
    assert not output.latched
    assert output.nearest_obstacle_m == math.inf
    assert output.speed_limit_mps == pytest.approx(CAP)


def test_stops_without_inputs(gate: Any) -> None:
    output = one(gate, GateInputs(None, None, None, None))
    stale = (F.COMMAND_STALE, F.SCAN_STALE, F.BASE_STALE, F.ULTRASONIC_STALE)
    assert_stops(output, *stale)
    assert output.speed_limit_mps == 0.0


def test_stops_when_one_input_is_missing(gate: Any) -> None:
    full = inputs()
    assert_stops(one(gate, dataclasses.replace(full, command=None)), F.COMMAND_STALE)
    assert_stops(one(gate, dataclasses.replace(full, command_stamp_s=None)), F.COMMAND_STALE)
    assert_stops(one(gate, dataclasses.replace(full, scan=None)), F.SCAN_STALE)
    assert_stops(one(gate, dataclasses.replace(full, base=None)), F.BASE_STALE)


def test_stops_on_a_stale_command(gate: Any) -> None:
    assert one(gate, inputs(age_s=0.24)).command.speed_mps == pytest.approx(1.0)
    assert_stops(one(gate, inputs(age_s=0.26)), F.COMMAND_STALE)


def test_stops_on_a_stale_scan(gate: Any) -> None:
    assert one(gate, inputs(scan=scan_of(stamp_s=NOW - 0.24))).faults == frozenset()
    assert_stops(one(gate, inputs(scan=scan_of(stamp_s=NOW - 0.26))), F.SCAN_STALE)


def test_stops_on_a_stale_base(gate: Any) -> None:
    assert one(gate, inputs(stamp_s=NOW - 0.19)).faults == frozenset()
    assert_stops(one(gate, inputs(stamp_s=NOW - 0.21)), F.BASE_STALE)


def test_stops_on_stamps_from_the_future(gate: Any) -> None:
    assert one(gate, inputs(age_s=-0.01)).faults == frozenset()
    assert_stops(one(gate, inputs(age_s=-0.1)), F.COMMAND_STALE)
    assert_stops(one(gate, inputs(scan=scan_of(stamp_s=NOW + 0.1))), F.SCAN_STALE)
    assert_stops(one(gate, inputs(stamp_s=NOW + 0.1)), F.BASE_STALE)


def test_stops_on_stamps_that_are_no_numbers(gate: Any) -> None:
    assert_stops(one(gate, inputs(age_s=math.nan)), F.COMMAND_STALE)
    assert_stops(one(gate, inputs(stamp_s=math.nan)), F.BASE_STALE)


def test_stops_on_a_command_that_is_no_number(gate: Any) -> None:
    for bad in (math.nan, math.inf, -math.inf):
        assert_stops(one(gate, inputs(Command(bad, 0.0))), F.COMMAND_INVALID)
        assert_stops(one(gate, inputs(Command(1.0, bad))), F.COMMAND_INVALID)


def test_stops_on_a_base_that_reports_no_numbers(gate: Any) -> None:
    assert_stops(one(gate, inputs(speed_mps=math.nan)), F.BASE_STALE)
    assert_stops(one(gate, inputs(steering_rad=math.nan)), F.BASE_STALE)


def test_stops_when_the_lidar_is_blind(gate: Any) -> None:
    for reading in (math.nan, 0.0, 0.03):
        scan = scan_of()
        scan.ranges_m[: len(scan.ranges_m) // 20] = reading
        assert one(gate, inputs(scan=scan)).faults == frozenset()
        scan.ranges_m[: len(scan.ranges_m) // 8] = reading
        assert_stops(one(gate, inputs(scan=scan)), F.SCAN_STALE)


def test_stops_when_a_scan_is_empty(gate: Any) -> None:
    scan = dataclasses.replace(scan_of(), ranges_m=np.empty(0))
    assert_stops(one(gate, inputs(scan=scan)), F.SCAN_STALE)


def test_goes_on_when_a_stale_input_is_back(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    assert_stops(stage.step(inputs(age_s=1.0), NOW), F.COMMAND_STALE)
    output = stage.step(inputs(now_s=NOW + 0.02), NOW + 0.02)
    assert output.command.speed_mps > 0.9
    assert output.faults == frozenset()


# --- latch ---


def test_an_emergency_stop_latches_until_reset(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    output = stage.step(inputs(emergency_stop=True), NOW)
    assert_stops(output, F.EMERGENCY_STOP)
    assert output.latched
    assert not stage.reset()
    assert_stops(stage.step(inputs(), NOW), F.EMERGENCY_STOP)
    assert stage.step(inputs(), NOW).latched
    assert stage.reset()
    output = stage.step(inputs(), NOW)
    assert output.command.speed_mps > 0.9
    assert not output.latched


def test_a_tilted_vehicle_latches(gate: Any) -> None:
    limit = math.radians(20.0)
    for tilt in ("roll_rad", "pitch_rad"):
        for sign in (1.0, -1.0):
            assert one(gate, inputs(**{tilt: sign * (limit - 0.01)})).faults == frozenset()
            output = one(gate, inputs(**{tilt: sign * (limit + 0.01)}))
            assert_stops(output, F.TILT)
            assert output.latched
        assert_stops(one(gate, inputs(**{tilt: math.nan})), F.TILT)


def test_a_stale_input_does_not_latch(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    assert not stage.step(inputs(age_s=1.0), NOW).latched
    assert stage.reset()


# --- limits ---


def test_lets_a_slower_command_be_slower(gate: Any) -> None:
    assert one(gate, inputs(Command(0.4, 0.1))).command.speed_mps == pytest.approx(0.4)


def test_holds_the_legal_speed(gate: Any) -> None:
    output = one(gate, inputs(Command(2.2, 0.0), speed_mps=CAP))
    assert output.command.speed_mps == pytest.approx(CAP)


def test_accelerates_no_faster_than_the_vehicle_may(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    speed, now_s = 0.0, NOW
    stage.step(inputs(speed_mps=0.0), now_s)
    for _ in range(10):
        now_s += 0.02
        output = stage.step(inputs(speed_mps=0.0, now_s=now_s), now_s)
        assert output.command.speed_mps <= speed + SPEC.max_acceleration_mps2 * 0.02 + 1e-9
        speed = output.command.speed_mps
    assert speed == pytest.approx(10 * 0.02 * SPEC.max_acceleration_mps2)


def test_a_late_cycle_allows_no_leap(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    stage.step(inputs(speed_mps=0.0), NOW)
    output = stage.step(inputs(speed_mps=0.0, now_s=NOW + 3.0), NOW + 3.0)
    assert output.command.speed_mps == pytest.approx(0.1 * SPEC.max_acceleration_mps2)


def test_a_clock_that_goes_back_allows_no_gain(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    stage.step(inputs(speed_mps=0.5), NOW)
    output = stage.step(inputs(speed_mps=0.5, now_s=NOW - 1.0), NOW - 1.0)
    assert output.command.speed_mps == pytest.approx(0.5)


def test_starts_again_from_the_real_speed_after_a_stop(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    for now_s in (NOW, NOW + 0.02):
        stage.step(inputs(now_s=now_s), now_s)
    stage.step(inputs(age_s=1.0), NOW + 0.04)
    now_s = NOW + 0.06
    output = stage.step(inputs(speed_mps=0.2, now_s=now_s), now_s)
    assert output.command.speed_mps == pytest.approx(0.2 + 0.02 * SPEC.max_acceleration_mps2)


def test_slows_in_curves_on_the_same_curve(gate: Any) -> None:
    output = one(gate, inputs(Command(1.39, 0.834), speed_mps=1.39))  # curvature 0.6
    expected = math.sqrt(SPEC.max_lateral_acceleration_mps2 / 0.6)
    assert output.command.speed_mps == pytest.approx(expected)
    assert output.command.curvature_1pm == pytest.approx(0.6)


def test_holds_the_steering_lock(gate: Any) -> None:
    lock = 1.0 / SPEC.min_turning_radius_m
    for side in (1.0, -1.0):
        output = one(gate, inputs(Command(0.5, side * 2.0), speed_mps=0.5))
        assert output.command.curvature_1pm == pytest.approx(side * lock)


def test_does_not_turn_on_the_spot(gate: Any) -> None:
    assert_stops(one(gate, inputs(Command(0.0, 1.0), speed_mps=0.0)))


def test_reverses_slowly(gate: Any) -> None:
    output = one(gate, inputs(Command(-1.0, 0.1), speed_mps=-0.5))
    assert output.command.speed_mps == pytest.approx(-0.3)
    assert output.command.yaw_rate_radps == pytest.approx(0.03)


def test_stands_before_it_changes_direction(gate: Any) -> None:
    assert_stops(one(gate, inputs(Command(-0.3, 0.0), speed_mps=0.5)))
    assert_stops(one(gate, inputs(Command(0.3, 0.0), speed_mps=-0.2)))
    output = one(gate, inputs(Command(-0.3, 0.0), speed_mps=0.04))
    assert output.command.speed_mps < 0.0


# --- obstacles ---


def test_stops_for_an_obstacle_in_the_stop_zone(gate: Any) -> None:
    # at 1 m/s: 0.3 m reaction + 0.25 m braking + 0.25 m margin = 0.8 m
    output = one(gate, inputs(scan=scan_of(ahead(0.75))))
    assert_stops(output, F.OBSTACLE_IN_STOP_ZONE)
    assert output.nearest_obstacle_m == pytest.approx(0.75, abs=0.1)
    assert output.speed_limit_mps == 0.0
    assert one(gate, inputs(scan=scan_of(ahead(0.95)))).faults == frozenset()


def test_the_stop_zone_grows_with_speed(gate: Any) -> None:
    scan = scan_of(ahead(0.95))
    assert_stops(one(gate, inputs(scan=scan, speed_mps=1.39)), F.OBSTACLE_IN_STOP_ZONE)
    assert one(gate, inputs(scan=scan, speed_mps=0.5)).faults == frozenset()


def test_slows_before_an_obstacle_so_that_comfort_is_enough(gate: Any) -> None:
    for distance in (1.2, 1.5, 2.0):
        output = one(gate, inputs(Command(1.39, 0.0), scan=scan_of(ahead(distance))))
        speed = output.speed_limit_mps
        needs = speed * 0.3 + speed**2 / (2 * SPEC.comfort_deceleration_mps2) + 0.25
        assert 0.5 < speed < CAP
        assert needs == pytest.approx(distance, abs=0.11)
        assert output.command.speed_mps <= speed


def test_a_far_obstacle_is_no_hindrance(gate: Any) -> None:
    output = one(gate, inputs(Command(1.39, 0.0), scan=scan_of(ahead(3.0)), speed_mps=1.38))
    assert output.speed_limit_mps == pytest.approx(CAP)


def test_comes_no_nearer_than_its_margin(gate: Any) -> None:
    """Drive at a wall: the vehicle stands at the margin, without touching the stop zone hard."""
    stage = gate.SafetyGate(SPEC)
    wall_m, x_m, speed, now_s = 5.0, 0.0, 0.0, NOW
    for _ in range(500):
        near = wall_m - x_m
        scan = scan_of(*(ahead(near, 0.05 * k) for k in range(-8, 9)), stamp_s=now_s)
        given = inputs(Command(1.39, 0.0), scan=scan, now_s=now_s, speed_mps=speed)
        wanted = stage.step(given, now_s).command.speed_mps
        speed += min(max(wanted - speed, -2.0 * 0.02), 2.0 * 0.02)
        x_m += speed * 0.02
        now_s += 0.02
    assert speed == pytest.approx(0.0, abs=0.01)
    assert 0.2 <= wall_m - x_m <= 0.45


def test_what_is_beside_the_path_does_not_stop_it(gate: Any) -> None:
    inside = SPEC.width_m / 2 + 0.07
    outside = SPEC.width_m / 2 + 0.13
    for side in (1.0, -1.0):
        beside = one(gate, inputs(scan=scan_of(ahead(0.5, side * outside))))
        assert beside.faults == frozenset()
        assert_stops(
            one(gate, inputs(scan=scan_of(ahead(0.5, side * inside)))), F.OBSTACLE_IN_STOP_ZONE
        )


def test_looks_into_the_curve_it_will_drive(gate: Any) -> None:
    # on the left arc of 2 m the bumper's middle comes by here after 0.6 m of travel
    scan = scan_of((1.55, 1.0))
    left, right = Command(0.5, 0.25), Command(0.5, -0.25)
    assert one(gate, inputs(FORWARD, scan=scan)).faults == frozenset()
    steered = math.atan(SPEC.wheelbase_m * 0.5)
    assert_stops(one(gate, inputs(left, scan=scan, steering_rad=steered)), F.OBSTACLE_IN_STOP_ZONE)
    assert one(gate, inputs(right, scan=scan, steering_rad=-steered)).faults == frozenset()


def test_looks_where_the_wheels_still_point(gate: Any) -> None:
    scan = scan_of((1.42, 0.60))
    steered = math.atan(SPEC.wheelbase_m * 0.5)
    assert_stops(one(gate, inputs(scan=scan, steering_rad=steered)), F.OBSTACLE_IN_STOP_ZONE)
    # standing, the wheels may turn away from it
    output = one(gate, inputs(scan=scan, steering_rad=steered, speed_mps=0.0))
    assert output.faults == frozenset()


def test_waits_until_the_way_is_clearly_free(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    step = 0.0

    def at(distance_m: float) -> GateOutput:
        nonlocal step
        step += 0.02
        now_s = NOW + step
        scan = scan_of(ahead(distance_m), stamp_s=now_s)
        output: GateOutput = stage.step(inputs(scan=scan, speed_mps=0.0, now_s=now_s), now_s)
        return output

    at(2.0)
    assert at(0.35).faults == frozenset()  # 0.3 by station, or a bit: it may still creep
    assert_stops(at(0.2), F.OBSTACLE_IN_STOP_ZONE)
    assert_stops(at(0.35), F.OBSTACLE_IN_STOP_ZONE)
    assert at(0.6).faults == frozenset()
    assert at(0.35).faults == frozenset()


def test_reports_but_does_not_fault_what_a_standing_vehicle_faces(gate: Any) -> None:
    given = inputs(Command(0.0, 0.0), scan=scan_of(ahead(0.15)), speed_mps=0.0)
    output = one(gate, given)
    assert_stops(output)
    assert output.nearest_obstacle_m < 0.2


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


BACK_LEFT = Command(-0.3, -0.3 * 0.7)  # the rear swings to the left


def drive_past_a_post(gate: Any) -> tuple[Any, float]:
    """A gate that saw a post pass on the left; it now stands out of sight by the left rear."""
    stage = gate.SafetyGate(SPEC)
    post_x_m, x_m, now_s = 2.0, 0.0, NOW
    while x_m < 2.35:
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


def test_forgets_what_is_behind_after_a_gap_in_the_scans(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate)
    now_s += 2.0
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == frozenset()


def test_memory_does_not_hinder_driving_on(gate: Any) -> None:
    stage, now_s = drive_past_a_post(gate)
    for _ in range(6):  # rolling back, odometry carries the post under the vehicle's rear
        now_s += 0.1
        rolling = inputs(
            BACK_LEFT,
            scan=scan_of(stamp_s=now_s),
            now_s=now_s,
            speed_mps=-0.5,
            steering_rad=math.atan(0.7 * SPEC.wheelbase_m),
        )
        stage.step(rolling, now_s)
    given = inputs(FORWARD, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == frozenset()
    given = inputs(BACK_LEFT, scan=scan_of(stamp_s=now_s), now_s=now_s, speed_mps=0.0)
    assert stage.step(given, now_s).faults == {F.OBSTACLE_IN_STOP_ZONE}


def test_free_travel_is_the_way_to_the_first_touch(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    for direction in (1.0, -1.0):
        edge = 1.2 if direction > 0 else -0.3
        for curvature in (0.0, 0.4, -0.4):
            for travel in (0.3, 1.0, 1.7):
                turn = direction * travel * curvature
                if curvature:
                    reached = Pose2(
                        math.sin(turn) / curvature, (1 - math.cos(turn)) / curvature, turn
                    )
                else:
                    reached = Pose2(direction * travel, 0.0, 0.0)
                point = np.array([reached.transform(edge, 0.0)])
                free = gate.free_travel_m(point, curvature, direction, 2.0, outline)
                assert travel - 0.2 <= free <= travel + 1e-9
                away = gate.free_travel_m(point, curvature, -direction, 2.0, outline)
                assert away == math.inf


def test_nothing_to_touch_is_free(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    assert gate.free_travel_m(np.empty((0, 2)), 0.1, 1.0, 2.0, outline) == math.inf
    inside = np.array([[0.5, 0.0]])
    assert gate.free_travel_m(inside, 0.0, 1.0, 2.0, outline) == 0.0


def test_what_a_curve_leads_away_from_is_free(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    for side in (1.0, -1.0):
        beside = np.array([[0.0, -0.7 * side]])
        assert gate.free_travel_m(beside, 0.5 * side, 1.0, 2.0, outline) == math.inf
