"""Contraction: the core and the arcs keep every cost, whatever the edges cost now."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from navigation.planning.landmarks import Landmarks
from navigation.planning.route_graph import GraphSearch
from navigation.planning.search_graph import SearchGraph

CHANGES = {
    "none": (),
    "closed": (math.inf,),
    "dearer": (1.5, 4.0, 100.0),
    "cheaper": (0.0, 0.3, 0.9),
    "all kinds": (math.inf, 3.0, 0.2, 0.0),
}


def streets(side: int, one_way: float, rng: np.random.Generator) -> SearchGraph:
    """A grid without some streets; the given share of the others leads one way only."""
    number = np.arange(side * side).reshape(side, side)
    across, along = (number[:, :-1], number[:, 1:]), (number[:-1], number[1:])
    pairs = np.concatenate([np.stack(p, -1).reshape(-1, 2) for p in (across, along)])
    pairs = pairs[rng.random(len(pairs)) < 0.9]
    turned = np.where(rng.random(len(pairs))[:, None] < 0.5, pairs, pairs[:, ::-1])
    back = turned[rng.random(len(pairs)) >= one_way, ::-1]
    ends = np.concatenate([turned, back])
    return SearchGraph(side * side, *ends.T, rng.uniform(50, 200, len(ends)))


def true_costs(graph: SearchGraph, costs: np.ndarray) -> np.ndarray:
    """(n, n) by node, from SciPy's Dijkstra."""
    ends = graph.nodes[graph.tails], graph.nodes[graph.heads]
    open_ = np.isfinite(costs)
    shape = (graph.node_count, graph.node_count)
    ends = ends[0][open_], ends[1][open_]
    return np.asarray(dijkstra(coo_array((costs[open_] + 1e-12, ends), shape=shape).tocsr()))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    one_way=st.sampled_from([0.0, 0.3, 1.0]),
    kind=st.sampled_from(sorted(CHANGES)),
    share=st.sampled_from([0.01, 0.1, 0.5]),
)
def test_streets_cost_what_dijkstra_says(
    seed: int, one_way: float, kind: str, share: float
) -> None:
    rng = np.random.default_rng(seed)
    graph = streets(14, one_way, rng)
    assert graph.arcs.gone > 0  # where all streets lead one way, all nodes may leave
    search = GraphSearch(graph, Landmarks.of(graph, 4))
    edges = np.flatnonzero(rng.random(graph.edge_count) < (share if CHANGES[kind] else 0))
    costs = graph.costs.copy()
    costs[edges] *= rng.choice(CHANGES[kind] or (1.0,), len(edges))
    changes = graph.changed(dict(zip(edges.tolist(), costs[edges].tolist(), strict=True)))
    expected, anew = true_costs(graph, costs), search.with_costs(costs)
    for source, target in rng.integers(graph.node_count, size=(60, 2)).tolist():
        path = search.path(source, target, changes)
        assert path.cost == pytest.approx(expected[source, target], rel=1e-9, abs=1e-8)
        assert anew.path(source, target).cost == pytest.approx(path.cost, rel=1e-9)
        if path.source < 0:
            continue
        nodes = [source, *graph.nodes[graph.heads[path.edges]].tolist()]
        assert graph.nodes[graph.tails[path.edges]].tolist() == nodes[:-1]
        assert nodes[-1] == target
        assert costs[path.edges].sum() == pytest.approx(path.cost, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(CHANGES)))
def test_changes_hold_all_arcs_that_cost_something_else(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    graph = streets(9, 0.3, rng)
    edges = rng.choice(graph.edge_count, 12, replace=False) if CHANGES[kind] else []
    costs = graph.costs.copy()
    costs[edges] *= rng.choice(CHANGES[kind] or (1.0,), len(edges))
    table = graph.changed({int(edge): float(costs[edge]) for edge in edges}).by_place
    found, filled = graph.arc_costs.copy(), table.slots >= 0
    found[table.slots[filled]] = table.costs[filled]
    assert (found == graph.with_costs(costs).arc_costs).all()


def test_a_chain_leaves_altogether() -> None:
    ahead = np.arange(999)
    chain = SearchGraph(
        1000, np.append(ahead, ahead + 1), np.append(ahead + 1, ahead), np.ones(1998)
    )
    search = GraphSearch(chain)
    assert chain.arcs.gone > 900
    assert search.path(3, 990).cost == 987
    assert search.path(990, 3, chain.closed([999 + 500])).cost == math.inf


def test_a_crowd_stays() -> None:
    crowd = SearchGraph(20, *np.nonzero(~np.eye(20, dtype=bool)), np.ones(380))
    assert crowd.arcs.gone == 0


def test_parallel_edges_and_loops_are_one_arc_and_none() -> None:
    graph = SearchGraph(3, [0, 0, 1, 1], [1, 1, 1, 2], [5.0, 3.0, 0.0, 1.0])
    search = GraphSearch(graph)
    assert search.path(0, 2).edges.tolist() == [1, 3]
    assert search.path(0, 2, graph.closed([1])).edges.tolist() == [0, 3]
    assert search.path(1, 1).edges.tolist() == []
