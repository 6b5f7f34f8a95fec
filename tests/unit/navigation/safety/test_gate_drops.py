"""The safety gate where the ground ends: steps down, high kerbs, platforms, water."""

from __future__ import annotations

import dataclasses
import math
import sys
from typing import Any

import numpy as np
import pytest

from navigation.types import Command, GateOutput, RangeSample
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from tests.unit.navigation.safety.drop_hands import (
    CAP,
    FRONT,
    NAMES,
    REAR,
    SPEC,
    STEP_S,
    Array,
    Ground,
    Trip,
    beyond,
    clear_scan,
    fallen,
    flat,
)

F = FaultKind
BACK = Command(-0.3, 0.0)
STAND = Command(0.0, 0.0)
WATER_M = 9.0  # so deep that no echo comes


def edge_ahead(at_m: float, depth_m: float, heading_rad: float = 0.0) -> Ground:
    return fallen(flat, beyond(at_m, heading_rad), depth_m)


def kerb(at_m: float, rise_m: float) -> Ground:
    return lambda x, y: rise_m * (x > at_m)


def bend(at_m: float, before: float, after: float) -> Ground:
    """A slope that becomes another one at once."""
    return lambda x, y: np.where(x < at_m, before * (x - at_m), after * (x - at_m))


def assert_drop(output: GateOutput) -> None:
    assert output.command == STAND
    assert output.faults == {F.DROP_AHEAD}


def room_m(trip: Trip, at_m: float) -> float:
    return at_m - float(trip.outline()[0].max())


def test_stops_short_of_an_edge_at_full_speed(gate: Any) -> None:
    for depth_m in (0.16, 0.35, 0.6, WATER_M):
        trip = Trip(gate, edge_ahead(5.0, depth_m))
        assert_drop(trip.go(6.0))
        assert trip.speed_mps == 0.0
        assert 0.3 < room_m(trip, 5.0) < 0.8


def test_stops_short_of_an_edge_that_runs_aslant(gate: Any) -> None:
    for heading_rad in (1.0, -1.0):
        trip = Trip(gate, edge_ahead(6.0, 0.4, heading_rad))
        assert_drop(trip.go(6.0))
        x, y = trip.outline()
        assert not beyond(6.0, heading_rad)(x, y).any()


def test_drives_kerbs_and_slopes_that_it_may_drive(gate: Any) -> None:
    for ground in (kerb(4.0, 0.05), kerb(4.0, -0.05), bend(4.0, 0.0, -0.15),
                   bend(4.0, 0.09, -0.09), bend(4.0, -0.09, 0.09)):  # fmt: skip
        trip = Trip(gate, ground, seed=3)
        for _ in range(round(6.0 / STEP_S)):
            assert trip.step(Command(CAP, 0.0)).faults == frozenset()


def test_drives_along_a_slope_and_over_one_that_leans(gate: Any) -> None:
    def leaning(x: Array, y: Array) -> Array:
        return 0.12 * y + 0.03 * np.sin(x)

    trip = Trip(gate, leaning, seed=4)
    assert trip.go(5.0).faults == frozenset()
    assert trip.travel_m > 4.0


def test_stops_at_an_edge_on_a_slope_and_beside_one(gate: Any) -> None:
    for grade in (-0.12, 0.12):
        trip = Trip(gate, fallen(bend(0.0, grade, grade), beyond(5.0), 0.3), seed=5)
        assert_drop(trip.go(6.0))
        assert 0.2 < room_m(trip, 5.0) < 0.9


def test_one_reading_is_not_believed_two_are(gate: Any) -> None:
    for readings, stops in ((1, False), (2, True)):
        trip = Trip(gate, flat)
        trip.go(1.0)
        for _ in range(round(0.05 * readings / STEP_S + 1)):
            trip.instead["drop_middle"] = math.inf
            trip._read_s = -math.inf if trip._read_s < trip.now_s - 0.03 else trip._read_s
            trip.step(Command(CAP, 0.0))
        del trip.instead["drop_middle"]
        assert (len(trip.stage._drops.points) > 0) == stops
        trip.go(0.1)  # the ground goes on
        assert len(trip.stage._drops.points) == 0


def test_a_gap_that_a_wheel_rolls_over_is_none_a_wider_one_is(gate: Any) -> None:
    for gap_m, for_s, stops in ((0.12, 4.5, False), (0.5, 8.0, True)):
        trip = Trip(gate, fallen(flat, lambda x, y, g=gap_m: np.abs(x - 6.0) < g / 2, WATER_M))
        output = trip.go(for_s)  # no wheel is there yet
        assert output.faults == ({F.DROP_AHEAD} if stops else frozenset())


def test_a_thing_behind_an_edge_does_not_take_it_back(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.go(1.0)
    trip.instead = dict.fromkeys(FRONT, math.inf)
    trip.go(0.12)
    trip.instead = dict.fromkeys(FRONT, 1.0)
    trip.go(0.1)
    trip.instead = {}
    trip.go(0.3)
    assert len(trip.stage._drops.points) > 0


def test_what_is_near_the_bumper_stays_until_a_person_has_looked(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.go(6.0)
    trip.ground = flat  # the beams look over it by now, and would see nothing
    assert_drop(trip.go(40.0))
    assert trip.stage.reset()
    assert trip.go(1.0).faults == frozenset()


def test_a_reset_before_an_edge_that_is_seen_changes_nothing(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, WATER_M))
    trip.go(6.0)
    assert trip.stage.reset()
    trip.go(0.2, STAND)
    assert_drop(trip.go(0.1))


def test_a_vehicle_that_wakes_up_before_an_edge_does_not_move(gate: Any) -> None:
    """Nobody knows where between bumper and beam the ground ends."""
    for depth_m in (0.6, WATER_M):
        trip = Trip(gate, edge_ahead(SPEC.front_m + 0.4, depth_m))
        trip.go(0.2, STAND)
        assert_drop(trip.go(3.0))
        assert trip.travel_m < 0.01


def test_a_thing_in_the_beam_is_no_edge_when_it_is_gone(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.go(1.0)
    trip.instead = dict.fromkeys(FRONT[1:3], 1.2)
    trip.go(0.3)
    trip.instead = {}
    assert trip.go(0.5).faults == frozenset()
    assert len(trip.stage._drops.points) == 0


def test_it_may_wake_up_before_a_low_thing_that_goes(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.instead = {
        r.name: (r.z_m - 0.2) / math.sin(r.pitch_rad) for r in SPEC.drop_rangers
    }  # fmt: skip
    trip.go(0.5, STAND)
    trip.instead = {}
    assert trip.go(0.5).faults == frozenset()
    assert len(trip.stage._drops.points) == 0


def test_a_vehicle_ahead_that_drives_off_leaves_no_edge(gate: Any) -> None:
    """Its back goes down the beams, like steep ground."""
    trip = Trip(gate, flat)
    for i in range(120):
        low_m = max(0.45 - 0.007 * i, 0.0)
        trip.instead = {
            r.name: (r.z_m - low_m) / math.sin(r.pitch_rad) + 1e-4 * (i % 5)
            for r in SPEC.drop_rangers if r.name in FRONT
        }  # fmt: skip
        assert trip.step(STAND).faults == frozenset()
    assert len(trip.stage._drops.points) == 0


def test_an_unknown_ground_may_end_as_well(gate: Any) -> None:
    """Started on a crest: nothing ahead lies level with the wheels, yet it has an edge."""
    trip = Trip(gate, fallen(bend(1.2, 0.0, -0.14), beyond(5.0), 0.4), seed=6)
    assert_drop(trip.go(7.0))
    assert 0.2 < room_m(trip, 5.0) < 0.9


def test_a_thing_long_in_the_beam_leaves_the_ground_to_be_found_anew(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(9.0, 0.4))
    trip.go(1.0)
    trip.instead = dict.fromkeys(FRONT, 0.9)
    trip.given = {}
    for i in range(100):
        trip.instead = dict.fromkeys(FRONT, 0.9 + 0.001 * (i % 7))
        trip.step(Command(CAP, 0.0))
    trip.instead = {}
    assert_drop(trip.go(8.0))
    assert 0.3 < room_m(trip, 9.0) < 0.8


def test_backs_up_to_an_edge_and_no_further(gate: Any) -> None:
    trip = Trip(gate, fallen(flat, lambda x, y: x < -2.0, 0.3))
    assert_drop(trip.go(9.0, BACK))
    behind_m = float(trip.outline()[0].min()) + 2.0
    assert 0.2 < behind_m < 0.5


def test_an_edge_ahead_does_not_hold_who_backs_away_and_is_forgotten_far_off(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.go(6.0)
    assert trip.go(3.0, BACK).faults == frozenset()
    assert len(trip.stage._drops.points) > 0
    trip.go(14.0, BACK)
    assert len(trip.stage._drops.points) == 0


def test_a_thing_before_an_edge_is_told_as_a_thing(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.go(6.0)
    ranges = clear_scan(0.0).ranges_m.copy()
    ranges[len(ranges) // 2 - 2 : len(ranges) // 2 + 3] = SPEC.front_m + 0.1 - SPEC.lidar.x_m
    inputs = trip._inputs(Command(CAP, 0.0))
    scan = dataclasses.replace(clear_scan(trip.now_s), ranges_m=ranges)
    output = trip.stage.step(dataclasses.replace(inputs, scan=scan), trip.now_s)
    assert output.faults == {F.OBSTACLE_IN_STOP_ZONE}


def test_what_happened_in_a_gap_leaves_nothing_in_its_place(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.go(6.0)
    trip.ground = flat
    for gap_s, is_known in ((0.4, True), (0.6, False)):
        trip.now_s += gap_s
        trip.go(0.1, STAND)
        assert (len(trip.stage._drops.points) > 0) == is_known


def test_a_late_range_counts_from_where_it_was_read(gate: Any) -> None:
    places = []
    for late_s in (0.0, 0.2):
        trip = Trip(gate, flat)
        trip.instead, trip.given = {"drop_middle": None}, {"speed_mps": 1.0}
        trip.go(0.5)
        _read(trip, {"drop_middle": math.inf}, late_s)
        _read(trip, {"drop_middle": math.inf}, late_s - 0.001)
        places.append(trip.stage._drops.points[:, 0].max())
    assert places[0] - places[1] == pytest.approx(0.2, abs=0.03)


def _read(trip: Trip, said: dict[str, float], late_s: float) -> None:
    """A cycle in which some ranges come late."""
    for name, range_m in said.items():
        trip._samples[name] = RangeSample(trip.now_s + STEP_S - late_s, name, range_m)
    trip._read_s = trip.now_s + STEP_S
    trip.step(Command(CAP, 0.0))


def test_the_tilt_of_the_reading_counts_not_that_of_now(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.go(2.0)
    level_s = trip.now_s
    for _ in range(2):
        trip.given = {"pitch_rad": 0.12}
        ranges = {r.name: r.level_range_m for r in SPEC.drop_rangers}
        _read(trip, ranges, trip.now_s + STEP_S - level_s)
        level_s += 0.001
    assert len(trip.stage._drops.points) == 0
    assert not any(trip.stage._drops._lows.values())


def test_a_ranger_that_is_silent_covered_or_mad_stops_it(gate: Any) -> None:
    for said, fault in ((None, F.DROP_RANGER_STALE), (0.05, F.DROP_RANGER_INVALID),
                        (-math.inf, F.DROP_RANGER_INVALID), (math.nan, F.DROP_RANGER_INVALID),
                        (9.0, F.DROP_RANGER_INVALID)):  # fmt: skip
        trip = Trip(gate, flat)
        trip.go(1.0)
        trip.instead[REAR[0]] = said
        output = trip.go(0.32)
        assert output.faults == {fault}
        assert output.command == STAND


def test_a_ranger_that_never_spoke_stops_it(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.instead = dict.fromkeys(NAMES)
    assert trip.step(Command(CAP, 0.0)).faults == {F.DROP_RANGER_STALE}


def test_a_range_that_never_changes_stops_it_within_0_3_s_of_driving(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.go(2.0)
    trip.instead["drop_left"] = trip._samples["drop_left"].range_m
    assert trip.go(0.22).faults == frozenset()
    assert trip.go(0.12).faults == {F.DROP_RANGER_FROZEN}
    rest = Trip(gate, flat)
    rest.instead["drop_left"] = 2.083
    assert rest.go(2.0, STAND).faults == frozenset()


def test_a_vehicle_without_drop_rangers_drives_and_sees_no_edge(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(4.0, 0.2), spec=dataclasses.replace(SPEC, drop_rangers=()))
    assert trip.go(5.0).faults == frozenset()
    assert trip.travel_m > 4.0


def test_the_base_must_be_measured_for_an_edge_to_have_a_place(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.given = {"speed_mps": math.nan}
    trip.go(0.5)
    assert len(trip.stage._drops.points) == 0


def test_turned_vehicles_see_the_edge_where_it_is(gate: Any) -> None:
    start = Pose2(1.0, 2.0, 2.0)
    ground = fallen(flat, lambda x, y: y > 7.0, 0.4)
    trip = Trip(gate, ground, start=start)
    assert_drop(trip.go(7.0))
    assert 0.2 < 7.0 - float(trip.outline()[1].max()) < 0.8


def test_a_kerb_at_the_top_of_the_steepest_slope_is_no_edge(gate: Any) -> None:
    trip = Trip(gate, lambda x, y: bend(4.0, 0.0, -0.15)(x, y) + kerb(4.0, -0.05)(x, y), seed=3)
    for _ in range(round(6.0 / STEP_S)):
        assert trip.step(Command(CAP, 0.0)).faults == frozenset()


def test_a_hole_in_rising_ground_is_seen_though_its_floor_is_level_with_the_wheels(
    gate: Any,
) -> None:
    trip = Trip(gate, fallen(bend(4.0, 0.0, 0.15), beyond(5.4), 0.26), seed=2)
    assert_drop(trip.go(7.0))
    assert 0.2 < room_m(trip, 5.4) < 0.9


def test_it_may_wake_up_before_a_tall_thing_on_a_crest(gate: Any) -> None:
    trip = Trip(gate, bend(1.9, 0.0, -0.15))
    trip.instead = dict.fromkeys(FRONT, 0.8)
    trip.go(0.5, STAND)
    trip.instead = {}
    trip.go(0.5, STAND)
    assert len(trip.stage._drops.points) == 0


def test_after_a_gap_the_ground_is_found_anew(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.go(1.0)
    trip.ground = bend(trip.pose.x_m + 1.2, 0.0, -0.15)  # it was carried there
    trip.now_s += 0.6
    trip.go(0.3, STAND)
    assert len(trip.stage._drops.points) == 0


def test_old_and_impossible_ranges_are_no_edges(gate: Any) -> None:
    for range_m, late_s in ((math.inf, 0.3), (9.0, 0.0), (0.1, 0.0)):
        trip = Trip(gate, flat)
        trip.go(1.0)
        for i in range(3):
            _read(trip, {"drop_middle": range_m}, late_s + 0.001 * i)
        assert len(trip.stage._drops.points) == 0


def test_who_wakes_up_before_an_edge_may_back_away(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(SPEC.front_m + 0.4, WATER_M))
    trip.go(0.2, STAND)
    assert trip.go(2.0, BACK).faults == frozenset()
    assert trip.travel_m < -0.3


def test_an_edge_stays_in_its_place_in_a_bend(gate: Any) -> None:
    trip = Trip(gate, flat)
    trip.instead = {"drop_far_left": math.inf}
    trip.go(0.2, STAND)
    trip.instead = {}
    x, y = trip.stage._drops.points[-1]
    assert (x, y) == pytest.approx((2.85, 0.52), abs=0.06)
    trip.steering_rad = 0.5
    trip.speed_mps = 0.8
    start = trip.pose
    trip._told.extend([0.8] * 5)
    for _ in range(40):
        trip.given = {}
        trip.step(STAND)
        trip._told.extend([0.8] * 5)
    moved = start.inverse().compose(trip.pose)
    expected = moved.inverse_transform(x, y)
    assert trip.stage._drops.points[-1] == pytest.approx(expected, abs=0.05)
    assert abs(moved.yaw_rad) > 0.2


def test_the_edge_lies_where_the_beam_looked(gate: Any) -> None:
    trip = Trip(gate, edge_ahead(5.0, 0.4))
    trip.go(6.0)
    x, y = np.array([trip.pose.transform(*point) for point in trip.stage._drops.points]).T
    assert {0, 1, 2} <= set(np.round(np.abs(y) / 0.26).astype(int))
    assert 4.75 < x.min() < 5.0
    assert x.max() > 5.0


def test_a_point_of_a_leaning_vehicle_lies_where_its_tilt_puts_it(gate: Any) -> None:
    """Against the matrices of REP-103: yaw, then pitch, then roll."""
    stance = part(gate, "Stance")(Pose2(3.0, -1.0, 0.7), 0.4, 0.11, -0.2)
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(a), math.sin(a)) for a in (0.11, -0.2, 0.7))
    roll = np.array(((1, 0, 0), (0, cr, -sr), (0, sr, cr)))
    pitch = np.array(((cp, 0, sp), (0, 1, 0), (-sp, 0, cp)))
    yaw = np.array(((cy, -sy, 0), (sy, cy, 0), (0, 0, 1)))
    expected = yaw @ pitch @ roll @ (1.1, 0.3, -0.6) + (3.0, -1.0, 0.4)
    assert stance.spot(1.1, 0.3, -0.6) == pytest.approx(expected)


def test_the_height_driven_comes_back_and_is_not_that_of_another_way(gate: Any) -> None:
    climb = part(gate, "Climb")(0.95)

    def drive(way_m: float, pitch_rad: float) -> float:
        steps = round(abs(way_m) / 0.01)
        return sum(climb.step(math.copysign(0.01, way_m), pitch_rad) for _ in range(steps))

    drive(2.0, 0.0)
    assert drive(2.0, -0.1) == pytest.approx(1.525 * math.sin(0.1), abs=0.003)
    assert drive(-1.5, -0.1) == pytest.approx(-1.5 * math.sin(0.1) + 0.0, abs=0.003)
    assert drive(2.0, 0.0) == pytest.approx(0.475 * math.sin(0.1), abs=0.02)
    climb.clear()
    assert climb.step(0.1, 0.2) == pytest.approx(-0.1 * math.sin(0.2))


def test_ground_that_was_never_level_with_the_wheels_may_end(gate: Any) -> None:
    ranger = SPEC.drop_rangers[2]
    track = part(gate, "GroundTrack")(ranger, SPEC)
    sights = [
        track.look(
            (ranger.z_m + deep_m) / math.sin(ranger.pitch_rad),
            part(gate, "Stance")(Pose2(x_m, 0.0, 0.0), 0.0, 0.0, 0.0),
        ).name
        for x_m, deep_m in ((0.0, 0.20), (0.07, 0.21), (0.14, 0.50), (0.21, 0.50))
    ]
    assert sights == ["GROUND", "GROUND", "LOW", "LOW"]


def part(gate: Any, name: str) -> Any:
    """A class that the gate's drops are made of."""
    return vars(sys.modules[gate.Drops.__module__])[name]


def test_stops_short_of_an_edge_that_a_tight_bend_leads_over(gate: Any) -> None:
    for radius_m in (1.4, 1.8):
        trip = Trip(gate, fallen(flat, lambda x, y: y > 1.6, 0.4))
        output = trip.go(8.0, Command(0.8, 0.8 / radius_m))
        assert_drop(output)
        assert float(trip.outline()[1].max()) < 1.6
