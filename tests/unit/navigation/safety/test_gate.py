"""The safety gate's command and base: what is unknown stops it, and what latches."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from navigation.types import Command, GateInputs
from patrol.faults import FaultKind
from tests.unit.navigation.safety.gate_hands import (
    CAP,
    NOW,
    SPEC,
    assert_stops,
    inputs,
    one,
    scan_of,
)

F = FaultKind


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


def test_goes_on_when_a_stale_input_is_back(gate: Any) -> None:
    stage = gate.SafetyGate(SPEC)
    assert_stops(stage.step(inputs(age_s=1.0), NOW), F.COMMAND_STALE)
    output = stage.step(inputs(now_s=NOW + 0.02), NOW + 0.02)
    assert output.command.speed_mps > 0.9
    assert output.faults == frozenset()


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


def test_a_latch_outlives_the_gate_that_latched(gate: Any) -> None:
    before = gate.SafetyGate(SPEC)
    before.step(inputs(emergency_stop=True), NOW)
    before.step(inputs(), NOW)
    assert before.latched == {F.EMERGENCY_STOP}
    stage = gate.SafetyGate(SPEC, latched=before.latched)
    output = stage.step(inputs(), NOW)
    assert_stops(output, F.EMERGENCY_STOP)
    assert output.latched
    assert stage.reset()
    assert stage.latched == frozenset()
    assert stage.step(inputs(), NOW).command.speed_mps > 0.9


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
