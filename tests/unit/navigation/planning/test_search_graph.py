"""The plain graph: what it holds, what it refuses."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.planning.route_changes import CostTable, cost_now
from navigation.planning.search_graph import SearchGraph
from patrol.errors import PlanError


@numba.njit
def look_up(slots: np.ndarray, costs: np.ndarray, place: int, cost: float) -> float:
    """`cost_now` is made to be part of compiled functions."""
    return cost_now(slots, costs, place, cost)


SQUARE = SearchGraph(4, [0, 1, 2, 3], [1, 2, 3, 0], [1.0, 2.0, 3.0, 4.0])


def test_groups_edges_by_start() -> None:
    rows = SQUARE.rows
    for rank in range(4):
        assert rows.first[rank] < rows.first[rank + 1]
        for k in range(rows.first[rank], rows.first[rank + 1]):
            edge = rows.edges[k]
            assert SQUARE.tails[edge] == rank
            assert SQUARE.heads[edge] == rows.others[k]
            assert SQUARE.costs[edge] == rows.costs[k]


def test_ranks_are_a_permutation_of_the_nodes() -> None:
    graph = SearchGraph(500, np.arange(499), np.arange(1, 500), np.ones(499))
    assert sorted(graph.rank) == list(range(500))
    assert (graph.nodes[graph.rank] == np.arange(500)).all()


def test_an_empty_graph_is_a_graph() -> None:
    graph = SearchGraph(0, [], [], [])
    assert (graph.node_count, graph.edge_count) == (0, 0)


@pytest.mark.parametrize("cost", [-1.0, math.nan, -math.inf])
def test_names_the_edge_with_a_bad_cost(cost: float) -> None:
    with pytest.raises(PlanError, match=r"edge 1: cost \S+ is not a number of 0 or more"):
        SearchGraph(3, [0, 1], [1, 2], [1.0, cost])
    with pytest.raises(PlanError, match="edge 2: cost"):
        SQUARE.changed({0: 1.0, 2: cost})
    with pytest.raises(PlanError, match="edge 3: cost"):
        SQUARE.with_costs([1.0, 1.0, 1.0, cost])


def test_names_unknown_nodes_and_edges() -> None:
    with pytest.raises(PlanError, match="edge 1: leads to node 3; nodes are 0 to 2"):
        SearchGraph(3, [0, 1], [1, 3], [1.0, 1.0])
    with pytest.raises(PlanError, match="edge 0: leads from node -1"):
        SearchGraph(3, [-1], [1], [1.0])
    with pytest.raises(PlanError, match="no edge 4 to change; edges are 0 to 3"):
        SQUARE.closed([4])
    with pytest.raises(PlanError, match="no node 4; nodes are 0 to 3"):
        SQUARE.rank_of(4)
    with pytest.raises(PlanError, match="no node -1"):
        SQUARE.ranks_of([0, -1])


def test_refuses_arrays_that_do_not_fit() -> None:
    with pytest.raises(PlanError, match="give one of each for every edge"):
        SearchGraph(3, [0, 1], [1], [1.0, 1.0])
    with pytest.raises(PlanError, match=r"\(2,\) costs for 4 edges"):
        SQUARE.with_costs([1.0, 2.0])
    with pytest.raises(PlanError, match="tails are float64; give whole numbers"):
        SearchGraph(3, [0.5], [1], [1.0])


def test_new_costs_leave_the_graph_as_it_was() -> None:
    other = SQUARE.with_costs([5.0, 6.0, 7.0, 8.0])
    assert SQUARE.costs.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert sorted(other.rows.costs) == [5.0, 6.0, 7.0, 8.0]


@given(st.dictionaries(st.integers(0, 999), st.floats(0, allow_nan=False), max_size=60))
def test_a_table_holds_what_was_put_in_and_nothing_else(costs: dict[int, float]) -> None:
    values = np.array(list(costs.values()), np.float64)
    table = CostTable.of(np.array(list(costs), np.int32), values)
    for number in {*range(0, 1000, 9), *costs}:
        assert look_up(table.slots, table.costs, number, -5.0) == costs.get(number, -5.0)
