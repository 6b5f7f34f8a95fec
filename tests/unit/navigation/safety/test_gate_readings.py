"""Which readings of lidar and ultrasonic rangers the safety gate does not believe."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np

from navigation.types import GateOutput, RangeSample
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import (
    ALL,
    MIDDLE,
    NOW,
    PERIOD_S,
    SPEC,
    STEP_S,
    Drive,
    ahead,
    assert_stops,
    inputs,
    one,
    ranges_of,
    scan_of,
)

F = FaultKind


def test_stops_on_a_stale_scan(gate: Any) -> None:
    assert one(gate, inputs(scan=scan_of(stamp_s=NOW - 0.24))).faults == frozenset()
    assert_stops(one(gate, inputs(scan=scan_of(stamp_s=NOW - 0.26))), F.SCAN_STALE)


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


def test_stops_on_a_ranger_that_is_silent_or_stale(gate: Any) -> None:
    given = inputs()
    for gone in range(len(ALL)):
        rest = given.ranges[:gone] + given.ranges[gone + 1 :]
        assert_stops(one(gate, dataclasses.replace(given, ranges=rest)), F.ULTRASONIC_STALE)
    for age_s, faults in (
        (0.24, set()),
        (0.26, {F.ULTRASONIC_STALE}),
        (-0.1, {F.ULTRASONIC_STALE}),
    ):
        old = dataclasses.replace(given, ranges=ranges_of({}, NOW - age_s))
        assert one(gate, old).faults == faults


def test_stops_on_an_impossible_range(gate: Any) -> None:
    for name in ALL:
        for reading in (math.nan, -0.1, 3.1):
            assert_stops(one(gate, inputs(ranges={name: reading})), F.ULTRASONIC_INVALID)


def test_the_greatest_range_is_possible_whatever_float32_makes_of_it(gate: Any) -> None:
    assert one(gate, inputs(ranges={"rear_left": 3.0000002})).faults == frozenset()


def test_an_impossible_range_is_no_place(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(0.1, {MIDDLE[0]: -1.0}).faults == {F.ULTRASONIC_INVALID}
    assert drive.go(0.1, {}).nearest_obstacle_m == math.inf


def test_stops_on_an_echo_that_never_changes_in_motion(gate: Any) -> None:
    for name in ALL:
        drive = Drive(gate)
        assert drive.go(0.28, {name: 2.9}).faults == frozenset()
        assert_stops(drive.go(STEP_S, {name: 2.9}), F.ULTRASONIC_FROZEN)
        standing = drive.go(1.0, {name: 2.9}, speed_mps=0.0)
        assert_stops(standing, F.ULTRASONIC_FROZEN)  # until it says something else
        assert drive.go(0.12, {name: 2.89}, speed_mps=0.0).faults == frozenset()


def test_no_echo_and_the_blind_zone_may_stay_the_same(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(2.0, {"side_left": 0.2, "side_right": 0.20000001}).faults == frozenset()


def test_an_echo_may_stay_the_same_while_the_vehicle_stands(gate: Any) -> None:
    drive = Drive(gate)
    assert drive.go(2.0, {"front_left": 2.0}, speed_mps=0.0).faults == frozenset()


def test_stops_on_scans_that_repeat_themselves_in_motion(gate: Any) -> None:
    drive = Drive(gate)

    def scan(far_m: float = 9.0) -> Any:
        return scan_of(ahead(far_m), stamp_s=drive.now_s + STEP_S)

    for _ in range(14):
        assert drive.go(STEP_S, scan=scan()).faults == frozenset()
    assert_stops(drive.go(STEP_S, scan=scan()), F.SCAN_FROZEN)
    assert_stops(drive.go(STEP_S, scan=scan(), speed_mps=0.0), F.SCAN_FROZEN)
    assert drive.go(STEP_S, scan=scan(8.9)).faults == frozenset()


def test_the_same_scan_is_news_for_a_standing_vehicle(gate: Any) -> None:
    drive = Drive(gate)
    for _ in range(50):
        scan = scan_of(ahead(9.0), stamp_s=drive.now_s + STEP_S)
        assert drive.go(STEP_S, scan=scan, speed_mps=0.0).faults == frozenset()


def test_an_input_that_stays_away_or_stays_the_same_stops_it_within_300_ms(gate: Any) -> None:
    """From when it was measured, 20 ms on the way, whenever the gate's cycle comes."""
    silent = {
        "scan": F.SCAN_STALE,
        "flank_left": F.ULTRASONIC_STALE,
        "command": F.COMMAND_STALE,
        "base": F.BASE_STALE,
    }
    frozen = {"scan": F.SCAN_FROZEN, "flank_left": F.ULTRASONIC_FROZEN}
    for faults in (silent, frozen):
        for name, fault in faults.items():
            for phase_s in (0.0, 0.007, 0.013, 0.019):
                output, after_s = hang(gate, name, faults is frozen, phase_s)
                assert_stops(output, fault)
                assert 0.2 < after_s <= 0.3


def hang(gate: Any, hung: str, repeats: bool, phase_s: float) -> tuple[GateOutput, float]:
    """What the gate says first of an input whose last true one is of `NOW`; how much later."""
    stage = gate.SafetyGate(SPEC)
    scan_at = functools.cache(
        lambda stamp, read: scan_of(ahead(9.0 - 0.01 * read), stamp_s=NOW + PERIOD_S * stamp)
    )
    for cycle in range(-10, 50):
        now_s = NOW + phase_s + cycle * STEP_S
        newest = math.floor((now_s - NOW - 0.02) / PERIOD_S + 1e-9)
        news = dict.fromkeys(("scan", "command", "base", *ALL), (newest, newest))
        news[hung] = (newest if repeats else min(newest, 0), min(newest, 0))
        age_s = now_s - NOW - PERIOD_S * news.pop("command")[0]
        base_s = NOW + PERIOD_S * news.pop("base")[0]
        scan = scan_at(*news.pop("scan"))
        given = inputs(age_s=age_s, scan=scan, now_s=now_s, stamp_s=base_s)
        ranges = tuple(
            RangeSample(NOW + PERIOD_S * stamp, name, 2.9 - 0.001 * read)
            for name, (stamp, read) in news.items()
        )
        output = stage.step(dataclasses.replace(given, ranges=ranges), now_s)
        if output.faults:
            return output, now_s - NOW
    raise AssertionError(f"{hung} hangs and nobody notices")
