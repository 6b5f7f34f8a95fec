"""The bound where the time to the next place depends on how one has arrived."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.unpredictable import (
    UnpredictablePatrol,
    Whereabouts,
    moves,
    simulate_unpredictable,
)


def crossings(places: int, seed: int) -> ArrivalGraph:
    """Two ways of arriving at each place, and moves of every duration between all."""
    rng = np.random.default_rng(seed)
    count, place_of = 2 * places, np.repeat(np.arange(places), 2)
    moves_s = [
        (i, j, float(rng.uniform(5.0, 30.0)))
        for i in range(count) for j in range(count) if place_of[i] != place_of[j]
    ]  # fmt: skip
    names = tuple(f"p{place}" for place in place_of)
    return ArrivalGraph(PatrolGraph(names, tuple(moves_s)), place_of)


def round_trip(places: int, vehicles: int) -> list[PatrolCycle]:
    return [PatrolCycle(tuple(range(places)), 0.0, vehicles)]  # arrivals tell how long it takes


@settings(max_examples=12, deadline=None)
@given(st.integers(3, 8), st.integers(1, 3), st.integers(0, 99))
def test_no_place_waits_longer_than_twice_the_persistent_plan(
    places: int, vehicles: int, seed: int
) -> None:
    arrivals, plan = crossings(places, seed), round_trip(places, vehicles)
    patrol = UnpredictablePatrol(arrivals, plan, seed)
    horizon_s = 15 * patrol.persistent_s
    trace = simulate_unpredictable(arrivals, plan, seed, horizon_s)
    for place in range(places):
        times_s = [0.0, *trace.times_s[trace.places == place], horizon_s]
        assert float(np.diff(times_s).max()) <= patrol.bound_s + 1e-4


def test_moves_take_the_time_between_arrivals() -> None:
    arrivals = crossings(7, 1)
    patrol = UnpredictablePatrol(arrivals, round_trip(7, 2), 1)
    came = [patrol.arrival(vehicle) for vehicle in range(2)]
    for move in moves(patrol, 20 * patrol.persistent_s):
        leg_s = arrivals.legs_s[came[move.vehicle], move.arrival]
        assert move.arrive_s - move.depart_s == pytest.approx(leg_s)
        assert arrivals.place_of[move.arrival] == move.end
        came[move.vehicle] = move.arrival


def test_a_lone_vehicle_takes_other_orders_too() -> None:
    arrivals = crossings(8, 2)
    patrol = UnpredictablePatrol(arrivals, round_trip(8, 1), 3)
    followed = {(move.start, move.end) for move in moves(patrol, 40 * patrol.persistent_s)}
    assert len(followed) > 2 * 8  # more than one order and its way back


def test_from_the_field_it_starts_in_the_arrival_given() -> None:
    arrivals = crossings(6, 4)
    where = [Whereabouts(3, 10.0)]  # the second way of arriving at p1
    patrol = UnpredictablePatrol.from_field(arrivals, round_trip(6, 1), where, np.zeros(6), seed=1)
    assert (patrol.place(0), patrol.arrival(0)) == (1, 3)
    assert patrol.holds_from_s <= 10.0 + 3 * patrol.persistent_s
