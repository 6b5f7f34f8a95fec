"""Edges of ground that climbs, and crests that are none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from navigation.types import Command
from tests.unit.navigation.safety.drop_hands import (
    NAMES,
    SPEC,
    STEP_S,
    Array,
    Ground,
    Trip,
    beyond,
    fallen,
)
from tests.unit.navigation.safety.test_gate_drops import bend

EDGE_M, DEPTH_M = 6.0, 0.18
EDGES = (  # seed, direction in degrees, speed: each passed without one of the two limits
    (1001, -3.5, 0.44),
    (1008, -35.5, 0.94),
    (1022, 8.1, 1.32),
    (1039, 0.4, 0.49),
    (1042, 55.1, 1.0),
    (1052, 36.2, 1.28),
)


def crest_and_kerb(at_m: float) -> Ground:
    """Slopes of 10 % that meet, and a kerb down just behind: all that the vehicle may drive."""
    top = bend(at_m, 0.1, -0.1)

    def ground(x: Array, y: Array) -> Array:
        result: Array = top(x, y) - 0.05 * (x > at_m + 0.1)
        return result

    return ground


def test_up_the_steepest_slope_an_edge_is_stopped_short_of(gate: Any) -> None:
    """Behind it the ground climbs again: it lies deeper than a slope may fall for a moment."""
    for seed, heading_deg, speed_mps in EDGES:
        is_void = beyond(EDGE_M, math.radians(heading_deg))
        ground = fallen(lambda x, y: SPEC.max_grade * x, is_void, DEPTH_M)
        trip = Trip(gate, ground, seed)
        start_m = 1.5 - 0.9 * math.tan(math.radians(abs(heading_deg)))
        trip.pose = trip.pose.compose(type(trip.pose)(start_m, 0.0, 0.0))
        command, is_told = Command(speed_mps, 0.0), False
        while trip.travel_m < 6.0 and not (is_told and trip.speed_mps == 0.0):
            is_told = bool(trip.step(command).faults)
            assert not is_void(*trip.outline()).any()
        assert is_told


def test_a_crest_with_a_kerb_is_no_edge(gate: Any) -> None:
    for seed in range(4):
        trip = Trip(gate, crest_and_kerb(4.0), seed)
        trip.go(6.0)
        assert len(trip.stage._drops.points) == 0


def test_over_the_top_of_the_steepest_slope_the_ground_falls_as_steeply(gate: Any) -> None:
    """A slope changes by so much only over some way: here over two metres."""
    up = SPEC.max_grade

    def ground(x: Array, y: Array) -> Array:
        over_m = np.clip(x - 4.0, 0.0, 2.0)
        result: Array = up * (
            np.minimum(x, 6.0) - 4.0 - over_m**2 / 2.0 - np.maximum(x - 6.0, 0.0)
        )
        return result

    for seed in range(4):
        trip = Trip(gate, ground, seed)
        trip.go(7.0)
        assert len(trip.stage._drops.points) == 0


def test_a_crest_that_gave_no_echo_once_is_no_edge(gate: Any) -> None:
    """Only ground that was low makes the next reading one that is watched more closely."""
    for seed in range(4):
        trip = Trip(gate, crest_and_kerb(4.0), seed)
        for at in range(round(6.0 / STEP_S)):
            for name in NAMES:
                trip.instead.pop(name, None)
            if at % 6 < 3:  # every other reading of every beam
                trip.instead |= dict.fromkeys(NAMES, math.inf)
            trip.go(STEP_S)
        assert len(trip.stage._drops.points) == 0
