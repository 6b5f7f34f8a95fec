"""One vehicle: optimal where streets hang together, short where they do not, always drivable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.coverage.bounds import total_bound, walk_bound
from navigation.planning.coverage.plan import plan_coverage, tasks_of
from navigation.planning.coverage.postman import postman_circuit
from navigation.planning.coverage.rural import connecting_ways
from navigation.planning.coverage.streets import Street, StreetGraph
from navigation.planning.coverage.vehicles import Vehicle

ONE = [Vehicle("v1")]
Grid = Callable[..., StreetGraph]
Check = Callable[..., None]


def test_square_with_a_diagonal_drives_the_diagonal_twice(check_plan: Check) -> None:
    sides = [Street(0, 1, 10), Street(1, 2, 10), Street(2, 3, 10), Street(3, 0, 10)]
    plan = plan_coverage(StreetGraph(4, (*sides, Street(0, 2, 14))), ONE)
    check_plan(plan)
    assert plan.longest == 68


@pytest.mark.parametrize("seed", range(3))
def test_meets_the_proved_optimum(seed: int, make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(11, 11, seed)
    plan = plan_coverage(graph, ONE)
    check_plan(plan)
    assert plan.longest == pytest.approx(total_bound(graph, graph.required))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_any_mixed_network_is_covered_or_left_out(
    check_plan: Check, seed: int, vehicles: int
) -> None:
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(2, 9))
    streets = []
    for _ in range(int(rng.integers(1, 16))):
        one_way = bool(rng.random() < 0.3)
        streets.append(Street(
            int(rng.integers(nodes)), int(rng.integers(nodes)), float(rng.integers(0, 30)),
            required=bool(rng.random() < 0.7), one_way=one_way,
            sides=1 if one_way else int(rng.integers(1, 3)),
        ))  # fmt: skip
    graph = StreetGraph(nodes, tuple(streets))
    crew = [Vehicle(f"v{i}") for i in range(vehicles)]
    check_plan(plan_coverage(graph, crew, steps=20))


def test_both_sides_are_driven_once_in_each_direction(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(6, 6, 1)
    both = StreetGraph(graph.node_count, tuple(replace(s, sides=2) for s in graph.streets))
    plan = plan_coverage(both, ONE)
    check_plan(plan)
    assert set(Counter(arc for s in plan.routes[0].sorties for arc in s.walk).values()) == {1}
    assert plan.longest == pytest.approx(2 * sum(s.length for s in graph.streets))


@pytest.mark.parametrize("seed", range(4))
def test_a_subset_is_no_longer_than_with_a_doubled_tree_and_no_shorter_than_its_bound(
    seed: int, make_grid: Grid, check_plan: Check
) -> None:
    rng = np.random.default_rng(seed)
    graph = make_grid(10, 10, seed)
    graph = StreetGraph(
        graph.node_count,
        tuple(replace(s, required=bool(rng.random() < 0.3)) for s in graph.streets),
    )
    plan = plan_coverage(graph, ONE)
    check_plan(plan)
    tree = sum(map(graph.length_of, connecting_ways(graph, graph.required)))
    assert walk_bound(graph, graph.required) <= plan.longest
    assert plan.longest <= total_bound(graph, graph.required) + 2 * tree


def test_one_way_streets_cost_at_least_their_bound(make_grid: Grid, check_plan: Check) -> None:
    rng = np.random.default_rng(5)
    graph = make_grid(8, 8, 2, 1.0)
    graph = StreetGraph(
        graph.node_count,
        tuple(replace(s, one_way=bool(rng.random() < 0.3)) for s in graph.streets),
    )
    plan = plan_coverage(graph, ONE)
    check_plan(plan)
    streets = [i for i in graph.required if i not in {out.street for out in plan.left_out}]
    bound = total_bound(graph, streets)
    assert bound <= plan.longest <= 1.15 * bound


def test_the_circuit_of_nothing_is_empty(make_grid: Grid) -> None:
    graph = make_grid(3, 3, 0)
    assert not postman_circuit(graph, tasks_of(graph, []))
