"""Vehicles that start anywhere get into step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import TeamVehicle, plan_persistent, simulate_plan
from navigation.planning.persistent.joining import bottleneck
from patrol.errors import PlanError
from tests.unit.navigation.planning.persistent.small import SHORT, random_tree, worst_in


@settings(max_examples=10, deadline=None)
@given(st.integers(4, 10), st.lists(st.integers(0, 3), min_size=1, max_size=3), st.integers(0, 99))
def test_promise_holds_once_everybody_is_in_step(
    places: int, starts: list[int], seed: int
) -> None:
    graph = random_tree(places, seed, 2)
    vehicles = [TeamVehicle(f"v{i}", place=place) for i, place in enumerate(starts)]
    plan = plan_persistent(graph, vehicles, seed, SHORT)
    lap_s = max(beat.lap_s for beat in plan.beats) or 1.0
    trace = simulate_plan(plan, plan.in_step_s + 5 * lap_s)
    settled_s = plan.in_step_s + plan.worst_idleness_s + 1.0
    assert worst_in(trace, graph, settled_s) <= plan.worst_idleness_s + 1.0
    reach_s = float(graph.travel_s.max()) + max(beat.spacing_s for beat in plan.beats)
    assert plan.in_step_s <= reach_s + lap_s


def test_vehicles_go_to_the_walk_near_them(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(
        dumbbell, [TeamVehicle("east", place=4), TeamVehicle("west", place=1)], effort=SHORT
    )
    walk_of = {beat.members[0]: set(beat.cycle.places) for beat in plan.beats}
    assert walk_of[0] == {3, 4, 5}
    assert walk_of[1] == {0, 1, 2}
    assert plan.in_step_s == 0.0


def test_late_vehicle_joins_when_it_is_ready(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(dumbbell, [TeamVehicle("v1", place=0, ready_s=77.0)], effort=SHORT)
    assert plan.in_step_s == pytest.approx(77.0)


def test_vehicle_that_starts_outside_the_graph_is_refused(star: PatrolGraph) -> None:
    with pytest.raises(PlanError, match="v1: place 5 is none of the places 0 to 4"):
        plan_persistent(star, [TeamVehicle("v1", place=5)])


def test_bottleneck_makes_the_last_one_early_before_the_sum_small() -> None:
    times_s = np.array([[1.0, 5.0], [5.0, 10.0]])
    rows, columns = bottleneck(times_s)
    assert times_s[rows, columns].tolist() == [5.0, 5.0]
