"""Cheapest paths by bidirectional A* with landmarks: as cheap as Dijkstra's, always."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.landmarks import Landmarks
from navigation.planning.route_changes import NO_CHANGES, Changes
from navigation.planning.route_graph import GraphSearch
from navigation.planning.search_graph import SearchGraph
from patrol.errors import PlanError

COSTS = st.one_of(
    st.sampled_from([0.0, 1.0, 1.0, 2.0, 1e-9, 1e6, math.inf]), st.floats(0, 100, allow_nan=False)
)


@dataclass(frozen=True)
class Case:
    nodes: int
    ends: list[tuple[int, int]]
    costs: list[float]
    now: dict[int, float]
    landmarks: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    nodes = draw(st.integers(1, 14))
    node = st.integers(0, nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=40))
    costs = draw(st.lists(COSTS, min_size=len(ends), max_size=len(ends)))
    edges = st.integers(0, len(ends) - 1)
    now = draw(st.dictionaries(edges, COSTS, max_size=20)) if ends else {}
    return Case(nodes, ends, costs, now, draw(st.integers(0, 4)))


def as_networkx(case: Case, costs: list[float]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(case.nodes))
    for (tail, head), cost in zip(case.ends, costs, strict=True):
        if math.isfinite(cost) and cost < graph.get_edge_data(tail, head, {"weight": math.inf})[
            "weight"
        ]:  # fmt: skip
            graph.add_edge(tail, head, weight=cost)
    return graph


def assert_exact(
    search: GraphSearch, case: Case, costs: list[float], changes: Changes = NO_CHANGES
) -> None:
    """Every pair of nodes costs what networkx says, by the path that is given."""
    expected = dict(nx.all_pairs_dijkstra_path_length(as_networkx(case, costs)))
    for source in range(case.nodes):
        for target in range(case.nodes):
            path = search.path(source, target, changes)
            assert path.cost == pytest.approx(expected[source].get(target, math.inf), rel=1e-9)
            if path.source < 0:
                continue
            here = source
            assert path.source == source
            for edge in path.edges:
                assert case.ends[edge][0] == here
                here = case.ends[edge][1]
            assert here == target
            assert math.fsum(costs[e] for e in path.edges) == pytest.approx(path.cost, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_is_exact_under_any_changes_without_new_landmarks(case: Case) -> None:
    ends = np.array(case.ends, np.int64).reshape(-1, 2)
    graph = SearchGraph(case.nodes, ends[:, 0], ends[:, 1], case.costs)
    search = GraphSearch(graph, Landmarks.of(graph, case.landmarks))
    assert_exact(search, case, case.costs)
    now = [case.now.get(edge, cost) for edge, cost in enumerate(case.costs)]
    assert_exact(search, case, now, graph.changed(case.now))
    assert_exact(search.with_costs(np.array(now)), case, now)
    assert_exact(search, case, case.costs)  # changes leave nothing behind


def streets(side: int, seed: int) -> Case:
    """A grid with some streets missing; both ways cost differently."""
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [np.stack([number[:, :-1], number[:, 1:]], -1).reshape(-1, 2),
         np.stack([number[:-1], number[1:]], -1).reshape(-1, 2)]
    )  # fmt: skip
    pairs = pairs[rng.random(len(pairs)) < 0.9]
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    costs = rng.uniform(50, 200, len(ends))
    return Case(side * side, ends.tolist(), costs.tolist(), {}, 8)


STREETS = streets(40, 1)
SEARCH = GraphSearch(SearchGraph(1600, *np.array(STREETS.ends).T, STREETS.costs))


@pytest.mark.parametrize("kind", ["as they are", "closed", "dearer", "one cheaper", "all cheaper"])
def test_agrees_with_networkx_on_streets(kind: str) -> None:
    rng = np.random.default_rng(4)
    edges = rng.choice(len(STREETS.costs), 200, replace=False).tolist()
    now = {
        "as they are": {},
        "closed": dict.fromkeys(edges, math.inf),
        "dearer": {edge: 3 * STREETS.costs[edge] for edge in edges},
        "one cheaper": {edge: 0.1 * STREETS.costs[edge] for edge in edges[:1]},
        "all cheaper": {edge: 0.5 * STREETS.costs[edge] for edge in edges},
    }[kind]
    costs = [now.get(edge, cost) for edge, cost in enumerate(STREETS.costs)]
    graph, changes = as_networkx(STREETS, costs), SEARCH.graph.changed(now)
    for source in rng.integers(1600, size=3).tolist():
        expected = nx.single_source_dijkstra_path_length(graph, source)
        for target in rng.integers(1600, size=15).tolist():
            found = SEARCH.path(source, target, changes).cost
            assert found == pytest.approx(expected.get(target, math.inf))


def test_landmarks_and_gates_narrow_the_search() -> None:
    plain = GraphSearch(SEARCH.graph, Landmarks.of(SEARCH.graph, 0))
    source, target = 41, 1558
    assert SEARCH.path(source, target).expanded < 0.3 * plain.path(source, target).expanded
    cheaper = SEARCH.graph.changed({700: 0.1 * STREETS.costs[700]})
    assert SEARCH.path(source, target, cheaper).expanded < 0.4 * plain.path(
        source, target, cheaper
    ).expanded  # fmt: skip


def test_several_sources_and_targets_are_one_question() -> None:
    sources, begun, targets = [0, 800, 1599], [500.0, 0.0, 900.0], [77, 1200]
    expected = min(
        begin + SEARCH.path(source, target).cost
        for source, begin in zip(sources, begun, strict=True)
        for target in targets
    )
    found = SEARCH.path_between(sources, begun, targets)
    assert found.cost == pytest.approx(expected)
    rows = SEARCH.costs([(sources, begun)], [*targets, 77])
    assert rows.shape == (1, 3)
    assert rows[0, :2].min() == pytest.approx(expected)
    assert rows[0, 0] == rows[0, 2]
    assert SEARCH.path_between([], [], targets).cost == math.inf


def test_costs_to_many_are_those_of_single_questions() -> None:
    nodes = [5, 300, 1010, 1599]
    found = SEARCH.costs([([node], [0.0]) for node in nodes], nodes)
    expected = [[SEARCH.path(a, b).cost for b in nodes] for a in nodes]
    assert found == pytest.approx(np.array(expected))


def test_threads_ask_at_once() -> None:
    pairs = np.random.default_rng(8).integers(1600, size=(60, 2)).tolist()
    alone = [SEARCH.path(a, b).cost for a, b in pairs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda pair: SEARCH.path(*pair).cost, pairs)) == alone


def test_unknown_nodes_are_named() -> None:
    with pytest.raises(PlanError, match="no node 1600; nodes are 0 to 1599"):
        SEARCH.path(0, 1600)
