"""The shortest closed walk and its proof."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.partition import nearest_neighbour
from navigation.planning.persistent.spanning import spanning_order
from navigation.planning.persistent.tour import prove_tour, walk_of
from tests.unit.navigation.planning.persistent.small import random_tree

WHOLE = st.integers(1, 9).map(float)


@st.composite
def small_graphs(draw: st.DrawFn) -> PatrolGraph:
    """Directed rings of up to six places with chords."""
    count = draw(st.integers(2, 6))
    moves = [(place, (place + 1) % count, draw(WHOLE)) for place in range(count)]
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    for start, end in draw(st.lists(pair, max_size=8)):
        if start != end:
            moves.append((start, end, draw(WHOLE)))
    return PatrolGraph(tuple("abcdef"[:count]), tuple(moves))


@settings(max_examples=40, deadline=None)
@given(small_graphs())
def test_tour_is_as_short_as_the_best_of_all_orders(graph: PatrolGraph) -> None:
    travel_s, others = graph.travel_s, range(1, len(graph))
    best_s = min(
        sum(travel_s[a, b] for a, b in zip((0, *order), (*order, 0), strict=True))
        for order in permutations(others)
    )
    tour = prove_tour(graph, nearest_neighbour(travel_s))
    assert tour.duration_s == pytest.approx(best_s)
    assert tour.is_optimal
    assert set(tour.places) == set(range(len(graph)))
    assert PatrolCycle.of_walk(graph, tour.places, 1).duration_s == pytest.approx(best_s)


def test_tour_over_some_places_leaves_the_others_out(dumbbell: PatrolGraph) -> None:
    tour = prove_tour(dumbbell, (0, 2, 1))
    assert tour.duration_s == pytest.approx(15.0)
    assert set(tour.places) == {0, 1, 2}


def test_bad_guess_is_replaced_by_the_optimum(star: PatrolGraph) -> None:
    assert prove_tour(star, (0, 1, 2, 3, 4)).duration_s == pytest.approx(80.0)


def test_walk_of_one_place_stays_there(star: PatrolGraph) -> None:
    assert walk_of(star, (3,)) == (3,)


def test_walk_goes_by_quickest_ways(star: PatrolGraph) -> None:
    assert walk_of(star, (1, 2)) == (1, 0, 2, 0)


def test_spanning_order_of_a_tree_is_its_shortest_tour() -> None:
    graph = random_tree(14, 3)
    order = spanning_order(graph)
    assert sorted(order) == list(range(14))
    tree_s = sum(duration_s for _, _, duration_s in graph.moves)  # both ways
    walk = PatrolCycle.of_walk(graph, walk_of(graph, order), 1)
    assert walk.duration_s <= 1.5 * tree_s


def test_spanning_order_of_a_single_place() -> None:
    assert spanning_order(PatrolGraph(("gate",), ())) == (0,)
