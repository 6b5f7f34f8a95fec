"""What a persistent plan promises, and that it keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import PersistentPlan, plan_persistent, simulate_plan
from navigation.planning.persistent.tour import prove_tour
from patrol.errors import PlanError
from tests.unit.navigation.planning.persistent.small import (
    SHORT,
    both_ways,
    random_tree,
    worst_in,
)


def check_promise(plan: PersistentPlan) -> None:
    """The simulated worst idleness is what the plan says."""
    lap_s = max(beat.lap_s for beat in plan.beats) or 1.0
    trace = simulate_plan(plan, plan.in_step_s + 6 * lap_s)
    settled_s = plan.in_step_s + plan.worst_idleness_s / min(plan.graph.weights) + 1.0
    assert worst_in(trace, plan.graph, settled_s) <= plan.worst_idleness_s + 1.0 + 1e-6


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 12), st.integers(1, 6), st.integers(0, 1000), st.integers(0, 4))
def test_simulated_worst_idleness_is_the_promised(
    places: int, vehicles: int, seed: int, extra: int
) -> None:
    graph = random_tree(places, seed, extra)
    plan = plan_persistent(graph, vehicles, seed, SHORT)
    check_promise(plan)
    assert plan.worst_idleness_s >= plan.bound_s - 1e-6
    tour = prove_tour(graph, range(places))
    if tour.is_optimal:
        assert plan.worst_idleness_s <= tour.duration_s / vehicles + 1e-6


def test_one_vehicle_drives_the_shortest_tour_and_it_is_proved(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(dumbbell, 1, effort=SHORT)
    assert plan.worst_idleness_s == pytest.approx(230.0)
    assert plan.bound_s == pytest.approx(230.0)


def test_team_is_divided_where_that_pays(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(dumbbell, 2, effort=SHORT)
    assert plan.worst_idleness_s == pytest.approx(15.0)
    assert len(plan.beats) == 2


def test_average_is_lowered_without_touching_the_worst() -> None:
    # one walk takes 60 s there and back; the other, 40 s, has time to pass a-b more often
    graph = both_ways((0, 1, 2.0), (0, 2, 18.0), (2, 3, 500.0), (3, 4, 30.0))
    plan = plan_persistent(graph, 2, effort=SHORT)
    assert plan.worst_idleness_s == pytest.approx(60.0)
    assert plan.average_idleness_s < (20 + 40 + 40 + 60 + 60) / 5 - 3.0


def test_heavy_place_is_visited_more_often(star: PatrolGraph) -> None:
    heavy = PatrolGraph(star.names, star.moves, (1.0, 3.0, 1.0, 1.0, 1.0))
    plan = plan_persistent(heavy, 1, effort=replace(SHORT, walks=60_000))
    assert plan.worst_idleness_s < 3 * 80.0 - 1.0  # the plain tour's
    check_promise(plan)


def test_vehicle_for_every_place_stays_there_and_more_are_spare(star: PatrolGraph) -> None:
    plan = plan_persistent(star, 7, effort=SHORT)
    assert plan.worst_idleness_s == 0.0
    assert plan.spare == (5, 6)
    assert "spare: each of the" in plan.reasons[5]
    assert len(plan.reasons) == 7


def test_single_place_is_watched_by_standing_there() -> None:
    plan = plan_persistent(PatrolGraph(("gate",), ()), 2, effort=SHORT)
    assert plan.worst_idleness_s == 0.0
    assert "stays at gate" in plan.reasons[0]


def test_same_seed_gives_the_same_plan(dumbbell: PatrolGraph) -> None:
    first, second = (plan_persistent(dumbbell, 3, 5, SHORT) for _ in range(2))
    assert first == second


def test_large_graph_takes_the_fast_way_and_keeps_its_promise() -> None:
    graph = PatrolGraph(
        tuple(str(place) for place in range(240)),
        tuple((p, (p + step) % 240, 1.0) for p in range(240) for step in (1, 239)),
    )
    plan = plan_persistent(graph, 4)
    assert plan.worst_idleness_s == pytest.approx(60.0)
    assert plan.bound_s > 58.0


@pytest.mark.parametrize("vehicles", [0, -1])
def test_no_vehicles_are_refused(star: PatrolGraph, vehicles: int) -> None:
    with pytest.raises(PlanError, match="at least 1"):
        plan_persistent(star, vehicles)


def test_nan_weight_is_refused(star: PatrolGraph) -> None:
    with pytest.raises(PlanError, match="place b: weight nan"):
        PatrolGraph(star.names, star.moves, (1.0, float("nan"), 1.0, 1.0, 1.0))
