"""Patrols that are changed under way: after a loss, from the field, after a delay."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.unpredictable import (
    Rules,
    UnpredictablePatrol,
    Whereabouts,
    moves,
)
from patrol.errors import PlanError
from tests.unit.navigation.planning.unpredictable.rings import (
    NeverAgain,
    even_ring,
    patrols,
    round_trip,
)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.integers(1, 4))
@example(100, 4)  # who waits at its first stop has visited it when it came, not when it leaves
def test_after_a_loss_the_bound_of_the_smaller_team_holds_from_the_stated_time(
    seed: int, left: int
) -> None:
    graph = even_ring(10)
    rng = np.random.default_rng(seed)
    where = [
        Whereabouts(int(rng.integers(10)), 1000.0 + float(rng.uniform(0, 10))) for _ in range(left)
    ]
    last_visit_s = 1000.0 - rng.uniform(0.0, 30.0, 10)
    plan = round_trip(graph, left)
    patrol = UnpredictablePatrol.from_field(graph, plan, where, last_visit_s, seed)
    assert patrol.holds_from_s <= 1010.0 + 3 * plan[0].duration_s
    seen = [[float(time_s)] for time_s in last_visit_s]
    for vehicle in range(left):
        seen[patrol.place(vehicle)].append(patrol.arrives_s(vehicle))
    for move in moves(patrol, 2500.0):
        seen[move.end].append(move.arrive_s)
    for times_s in map(sorted, seen):
        for before_s, after_s in pairwise(times_s):
            if after_s > patrol.holds_from_s + 1e-6:
                assert after_s - before_s <= patrol.bound_s + 1e-4


def test_replanning_remembers_the_last_visits() -> None:
    graph = even_ring()
    patrol = UnpredictablePatrol(graph, round_trip(graph, 2), 1)
    list(moves(patrol, 300.0))
    where = [Whereabouts(patrol.place(0), patrol.arrives_s(0))]
    left = patrol.replan(round_trip(graph, 1), where, 300.0)
    assert left.vehicles == 1
    assert left.visited_s(300.0).tolist() == patrol.visited_s(300.0).tolist()
    assert left.holds_from_s <= 300.0 + 2 * 80.0


def test_replanning_for_other_places_is_refused() -> None:
    patrol = UnpredictablePatrol(even_ring(8), round_trip(even_ring(8), 1), 1)
    other = even_ring(9)
    with pytest.raises(PlanError, match="has 9 places, the patrol's 8"):
        patrol.replan(round_trip(other, 1), [Whereabouts(0, 0.0)], 10.0, other)


def test_a_plan_for_another_number_of_vehicles_is_refused() -> None:
    graph = even_ring()
    with pytest.raises(PlanError, match="for 2 vehicles, 1 are there"):
        UnpredictablePatrol.from_field(
            graph, round_trip(graph, 2), [Whereabouts(0, 0.0)], np.zeros(8)
        )


def test_a_delay_says_whether_the_bound_still_holds_and_is_made_good() -> None:
    graph = even_ring()
    patrol = UnpredictablePatrol(graph, round_trip(graph, 2), 1)
    assert patrol.delay(0, patrol.leaves_s(0) + 5.0) <= 0
    assert patrol.delay(0, patrol.leaves_s(0) + 500.0) <= 0  # the other alone keeps 2 P
    assert patrol.delay(1, patrol.leaves_s(1) + 500.0) > 0


@settings(max_examples=40, deadline=None)
@given(patrols(), st.floats(0.0, 5.0), st.floats(0.0, 3.0))
def test_what_a_delay_comes_to_is_what_driving_on_comes_to(
    patrol: tuple[PatrolGraph, int, int], laps: float, late: float
) -> None:
    """All visits of a long time are driven and looked at, one by one."""
    graph, vehicles, seed = patrol
    ours = UnpredictablePatrol(graph, round_trip(graph, vehicles), seed, Rules(turns=1.5))
    came, begun = [[0.0] for _ in range(len(graph))], set[int]()
    for move in moves(ours, laps * ours.persistent_s):
        came[move.end].append(move.arrive_s)
        if move.vehicle not in begun:  # where it stood from the start
            begun.add(move.vehicle)
            came[move.start].append(move.depart_s)
    vehicle = seed % vehicles
    told_s = ours.delay(vehicle, ours.leaves_s(vehicle) + late * ours.bound_s)
    until_s = ours.leaves_s(vehicle) + 5 * vehicles * ours.persistent_s
    for move in moves(ours.copy(NeverAgain()), until_s):
        came[move.end].append(move.arrive_s)
    longest_s = max(float(np.diff(sorted(times_s)).max()) for times_s in came)
    assert longest_s <= ours.bound_s + max(told_s, 0.0) + 1e-6
    assert told_s <= 0.0 or longest_s >= ours.bound_s - 1e-6  # a true alarm, mended at best
