"""What the lidar sees before the vehicle: the safety gate slows for it, or stops."""

from __future__ import annotations

import math
from typing import Any

import pytest

from navigation.types import Command, GateOutput
from patrol.faults import FaultKind
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
