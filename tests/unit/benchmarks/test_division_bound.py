"""The proof that no evenly shared walks do better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.patrolling.division_bound import vehicles_needed
from benchmarks.patrolling.graphs import lattice, street_tree
from benchmarks.patrolling.richest_walks import WalkSweep
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import Effort, plan_persistent
from patrol.errors import PlanError

SHORT = Effort(tour=20_000, division=20_000, restarts=2, refined=1, walks=1000)


def star() -> PatrolGraph:
    """Dead ends b, c, d, e round a, 10 s each."""
    moves = tuple((0, place, 10.0) for place in range(1, 5))
    return PatrolGraph(tuple("abcde"), moves + tuple((b, a, s) for a, b, s in moves))


def test_richest_walk_takes_the_dearest_dead_ends_within_its_length() -> None:
    value, bits = WalkSweep(star(), 1.0).richest(np.array([1.0, 5.0, 2.0, 7.0, 3.0]), 60)
    assert value[[20, 39, 40, 60]].tolist() == [8.0, 8.0, 13.0, 16.0]
    assert int(bits[40]) == 0b01011


def test_richest_walk_goes_round_where_that_is_shorter() -> None:
    value, _ = WalkSweep(lattice(2, 2), float(lattice(2, 2).moves[0][2])).richest(np.ones(4), 4)
    assert value[-1] == 4.0  # there and back would take six moves


def test_star_needs_two_vehicles_for_forty_seconds() -> None:
    assert vehicles_needed(star(), 40.0, 2) == pytest.approx(2.0)
    assert vehicles_needed(star(), 39.9, 2) > 2.0


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 12), st.integers(1, 4), st.integers(0, 99))
def test_a_plan_that_exists_is_never_refuted(places: int, vehicles: int, seed: int) -> None:
    graph = street_tree(places, seed)
    plan = plan_persistent(graph, min(vehicles, places - 1), seed, SHORT)
    used = sum(beat.slots for beat in plan.beats)
    assert vehicles_needed(graph, plan.worst_idleness_s, used) <= used + 1e-6


def test_move_that_takes_another_time_back_is_refused() -> None:
    graph = PatrolGraph(("a", "b"), ((0, 1, 5.0), (1, 0, 6.0)))
    with pytest.raises(PlanError, match="move a to b: takes another time back"):
        vehicles_needed(graph, 10.0, 1)


def test_too_many_places_are_refused() -> None:
    with pytest.raises(PlanError, match="64 places"):
        vehicles_needed(lattice(8, 8), 10.0, 1)
