"""T-joins: exact ones against every possible pairing, near ones and bounds against exact ones."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.coverage import regions
from navigation.planning.coverage.parity import Link, exact_join, join_length, near_join
from navigation.planning.coverage.regions import join_bound, odd_nodes, short_join
from navigation.planning.coverage.streets import StreetGraph
from patrol.errors import PlanError


def links_of(graph: StreetGraph) -> list[Link]:
    return [(s.start, s.end, s.length) for s in graph.streets]


def odd_of(links: list[Link]) -> set[int]:
    return odd_nodes(links, range(len(links)))


def by_all_pairs(links: list[Link], odd: set[int]) -> float:
    """The optimum by matching on all pairs of odd nodes (networkx)."""
    graph = nx.MultiGraph()
    graph.add_weighted_edges_from(links)
    metric = nx.Graph()
    for node in odd:
        lengths = nx.single_source_dijkstra_path_length(graph, node)
        metric.add_weighted_edges_from(
            (node, o, lengths[o]) for o in odd if o > node and o in lengths
        )
    return sum(metric[a][b]["weight"] for a, b in nx.min_weight_matching(metric))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 50).map(float)),
        min_size=1, max_size=16,
    )
)  # fmt: skip
def test_exact_and_near_joins_are_as_short_as_any_pairing(links: list[Link]) -> None:
    odd = odd_of(links)
    best = by_all_pairs(links, odd)
    for join in (exact_join(links, odd), near_join(links, odd)):
        assert odd_nodes(links, join) == odd
        assert join_length(links, join) == pytest.approx(best, abs=1e-6)


def test_joins_of_a_grid_are_optimal(make_grid: Callable[..., StreetGraph]) -> None:
    links = links_of(make_grid(9, 9, 3))
    odd = odd_of(links)
    assert join_length(links, exact_join(links, odd)) == pytest.approx(by_all_pairs(links, odd))


def test_a_divided_network_is_bounded_from_both_sides(
    make_grid: Callable[..., StreetGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    links = links_of(make_grid(25, 25, 1))
    odd = odd_of(links)
    best = join_length(links, exact_join(links, odd))
    monkeypatch.setattr(regions, "WHOLE_ODD", 0)
    monkeypatch.setattr(regions, "WHOLE_LINKS", 0)
    monkeypatch.setattr(regions, "REGION_LINKS", 700)
    monkeypatch.setattr(regions, "SWEEPS", 3)
    join = short_join(links, odd)
    assert odd_nodes(links, join) == odd
    length, bound = join_length(links, join), join_bound(links, odd)
    assert bound <= best + 1e-6 <= length + 2e-6
    total = sum(length for *_, length in links)
    assert total + length <= 1.005 * (total + best)
    assert bound > 0.8 * best


def test_no_odd_nodes_need_nothing() -> None:
    assert exact_join([(0, 1, 1.0)], []) == near_join([(0, 1, 1.0)], []) == []


def test_odd_nodes_in_two_pieces_cannot_be_joined() -> None:
    links = [(0, 1, 1.0), (2, 3, 1.0)]
    for join in (exact_join, near_join):
        with pytest.raises(PlanError, match="cannot be"):
            join(links, [0, 2])
