"""Landmarks: bounds that are never above the true cost, whatever the costs are now."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from navigation.planning.landmarks import Landmarks
from navigation.planning.route_distances import FAR, NEVER
from navigation.planning.search_graph import SearchGraph


def made(seed: int, nodes: int = 60, edges: int = 150) -> SearchGraph:
    rng = np.random.default_rng(seed)
    ends = rng.integers(nodes, size=(2, edges))
    return SearchGraph(nodes, *ends, rng.choice([0.0, 0.3, 1.0, 7.0, 1000.0], edges))


def true_costs(graph: SearchGraph) -> np.ndarray:
    """(n, n) by rank, from SciPy, for which a cost of 0 is no edge."""
    costs = np.maximum(graph.costs, 1e-12)
    order = np.argsort(-costs, kind="stable")  # of parallel edges the cheapest comes last
    dense = np.full((graph.node_count, graph.node_count), np.inf)
    dense[graph.tails[order], graph.heads[order]] = costs[order]
    rows, columns = np.nonzero(np.isfinite(dense))
    matrix = coo_array((dense[rows, columns], (rows, columns)), shape=dense.shape)
    return np.asarray(dijkstra(matrix.tocsr()))


def bounds(landmarks: Landmarks, scale: float) -> np.ndarray:
    """(n, n) lower bounds by rank."""
    table = landmarks.table
    units = (table[None] - table[:, None]).max(axis=2, initial=0)
    return np.where(units > FAR, np.inf, scale * units)


@pytest.mark.parametrize("seed", range(5))
def test_bounds_are_never_above_the_true_cost(seed: int) -> None:
    graph = made(seed)
    landmarks = Landmarks.of(graph, 6)
    scale = landmarks.worth(graph.costs).min()
    assert (bounds(landmarks, scale) <= true_costs(graph) + 1e-9).all()


@pytest.mark.parametrize("seed", range(5))
def test_bounds_stay_true_under_other_costs(seed: int) -> None:
    graph, rng = made(seed), np.random.default_rng(seed)
    landmarks = Landmarks.of(graph, 6)
    now = graph.with_costs(graph.costs * rng.uniform(0.2, 3.0, graph.edge_count))
    scale = landmarks.worth(now.costs).min()
    assert (bounds(landmarks, scale) <= true_costs(now) + 1e-9).all()


def test_bounds_are_nearly_exact_from_and_to_a_landmark() -> None:
    rng = np.random.default_rng(3)
    hub = np.repeat(np.arange(100), 12)
    graph = SearchGraph(100, hub, (hub + rng.integers(1, 99, 1200)) % 100, rng.uniform(1, 2, 1200))
    landmarks = Landmarks.of(graph, 2)
    found = bounds(landmarks, float(landmarks.worth(graph.costs).min()))
    assert len(landmarks.nodes) == 2
    for node in landmarks.nodes:
        assert found[node] == pytest.approx(true_costs(graph)[node], rel=2e-3)
        assert found[:, node] == pytest.approx(true_costs(graph)[:, node], rel=2e-3)


def test_dearer_edges_and_closures_do_not_weaken_bounds() -> None:
    graph = made(1)
    landmarks = Landmarks.of(graph, 6)
    before = landmarks.worth(graph.costs).min()
    dearer = graph.costs.copy()
    dearer[::3] *= 5
    dearer[::7] = np.inf
    assert landmarks.worth(dearer).min() >= before


def test_tables_say_never_where_no_path_leads() -> None:
    crowd = np.array([(a, b) for a in range(9) for b in range(9) if a != b])
    graph = SearchGraph(11, *np.append(crowd, [(9, 10)], axis=0).T, np.ones(len(crowd) + 1))
    landmarks = Landmarks.of(graph, 2)
    in_crowd = set(graph.rank[:9].tolist())
    assert set(landmarks.nodes.tolist()) <= in_crowd  # the largest part that is joined
    for rank in set(range(11)) - in_crowd:
        assert (np.abs(landmarks.table[rank]) == NEVER).all()


def test_the_same_graph_gives_the_same_landmarks() -> None:
    assert (Landmarks.of(made(2)).table == Landmarks.of(made(2)).table).all()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_small_and_empty_graphs_have_landmarks(count: int) -> None:
    graph = SearchGraph(count, [], [], [])
    landmarks = Landmarks.of(graph, 16)
    assert landmarks.table.shape == (count, 0)  # no node stays in the core
    assert landmarks.nbytes >= 0
