"""What is proved about the worst idleness of any strategy."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import plan_persistent
from navigation.planning.persistent.bounds import least_walks_s, team_bound_s
from tests.unit.navigation.planning.persistent.small import SHORT, random_tree


def shortest_walks_s(graph: PatrolGraph, among: list[int], vehicles: int) -> float:
    """Of all orders of places and all ways to cut them into open walks the shortest sum."""
    cuts = list(combinations(range(1, len(among)), vehicles - 1))
    return min(
        sum(
            float(graph.travel_s[a, b])
            for begin, end in zip((0, *cut), (*cut, len(order)), strict=True)
            for a, b in pairwise(order[begin:end])
        )
        for order in permutations(among)
        for cut in cuts
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 6), st.integers(1, 3), st.integers(0, 1000), st.integers(0, 3))
def test_no_walks_that_touch_all_places_are_shorter_than_the_bound(
    places: int, vehicles: int, seed: int, extra: int
) -> None:
    graph = random_tree(places, seed, extra)
    among = list(range(places))[-max(3, places - 1) :]
    least_s = least_walks_s(graph, among, vehicles)
    assert least_s <= shortest_walks_s(graph, among, min(vehicles, len(among))) + 1e-6


def test_bound_of_a_team_counts_ways_back_out_of_dead_ends(star: PatrolGraph) -> None:
    # two walks touch two of four dead ends each: 10 s in and 10 s out; a forest has three branches
    assert team_bound_s(star, 2) == pytest.approx(20.0)


def test_bound_is_zero_for_a_vehicle_a_place(star: PatrolGraph) -> None:
    assert team_bound_s(star, 5) == 0.0


def test_bound_counts_each_move_in_its_own_direction() -> None:
    ring = tuple((place, (place + 1) % 4, 10.0) for place in range(4))
    back = tuple((end, start, 25.0) for start, end, _ in ring)
    assert team_bound_s(PatrolGraph(tuple("abcd"), ring + back), 1) == pytest.approx(30.0)


def test_bound_for_one_vehicle_counts_heavy_places(dumbbell: PatrolGraph) -> None:
    heavy = PatrolGraph(dumbbell.names, dumbbell.moves, (9.0, 9.0, 9.0, 1.0, 1.0, 1.0))
    plan = plan_persistent(heavy, 1, effort=SHORT)
    assert plan.bound_s == pytest.approx(230.0)  # of all; 9 × 15 s for the heavy ones is less
    heavier = PatrolGraph(dumbbell.names, dumbbell.moves, (99.0, 99.0, 99.0, 1.0, 1.0, 1.0))
    assert plan_persistent(heavier, 1, effort=SHORT).bound_s == pytest.approx(99 * 15.0)
