"""Somebody walks through a beam that looks down: a foot is no edge, an edge behind it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.unit.navigation.safety.drop_hands import CAP, SPEC, STEP_S, Trip, beyond, fallen, flat
from tests.unit.navigation.safety.test_gate_drops import (
    WATER_M,
    assert_drop,
    bend,
    room_m,
)

BEAM = next(ranger for ranger in SPEC.drop_rangers if ranger.name == "drop_middle")


def stands_in_the_beam(trip: Trip, height_m: float, readings: int) -> None:
    """What the middle beam meets for some of its readings."""
    for i in range(readings):
        trip.instead[BEAM.name] = (BEAM.z_m - height_m) / math.sin(BEAM.pitch_rad) + 1e-4 * i
        trip.go(3 * STEP_S)  # it is read once meanwhile
    del trip.instead[BEAM.name]


def somebody_steps_through(trip: Trip) -> None:
    """A leg, and the foot behind it."""
    stands_in_the_beam(trip, 0.5, 5)
    stands_in_the_beam(trip, 0.13, 1)


def test_a_foot_in_the_beam_is_no_edge_when_it_is_gone(gate: Any) -> None:
    """Who walked by before a vehicle left it standing until a person came to reset it."""
    for grade in (-0.09, 0.0, 0.09):
        trip = Trip(gate, bend(0.0, grade, grade), seed=1)
        trip.go(1.5)
        somebody_steps_through(trip)
        assert trip.go(0.5).faults == frozenset()
        assert len(trip.stage._drops.points) == 0


def test_an_edge_behind_somebody_is_one(gate: Any) -> None:
    """Behind a foot, or just behind a leg, where the ground goes on for two readings."""
    for height_m, depth_m in ((0.13, 0.2), (0.13, 0.35), (0.13, WATER_M), (0.0, 0.16), (0.0, 0.2)):
        trip = Trip(gate, flat)
        trip.go(1.5)
        stands_in_the_beam(trip, 0.5, 5)
        stands_in_the_beam(trip, height_m, 1 if height_m else 2)
        at_m = trip.pose.x_m + BEAM.foot_m[0] - 0.1
        ends = beyond(at_m)
        narrow = fallen(flat, lambda x, y, ends=ends: ends(x, y) & (np.abs(y) < 0.12), depth_m)
        trip.ground = narrow  # for the other beams the ground goes on
        assert_drop(trip.go(2.0))
        assert room_m(trip, at_m) > 0.2


def test_a_platform_behind_a_leg_has_an_edge(gate: Any) -> None:
    """What is longer than a foot is ground, though that before it goes on behind it."""
    trip = Trip(gate, flat)
    trip.go(1.5)
    stands_in_the_beam(trip, 0.5, 5)
    stands_in_the_beam(trip, 0.15, 8)
    trip.go(0.2)
    assert len(trip.stage._drops.points) > 0


def test_a_foot_on_ground_that_is_hardly_known_may_be_an_edge(gate: Any) -> None:
    trip = Trip(gate, flat, speed_mps=CAP)
    trip.go(0.25)
    somebody_steps_through(trip)
    trip.go(0.2)
    assert len(trip.stage._drops.points) > 0
