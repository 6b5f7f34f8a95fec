"""From a patrol map to streets and back to its edges."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from navigation.planning.coverage.map_streets import MapStreets, streets_of
from navigation.planning.coverage.plan import plan_coverage
from navigation.planning.coverage.vehicles import Vehicle
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Dock, Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map

SILLIM = load_map(Path(__file__).resolve().parents[5] / "maps" / "sillim.geojson")
Check = Callable[..., None]


def small_map(one_way: set[tuple[int, int]] = frozenset(), dock: int | None = None) -> PatrolMap:
    """A square 1-2-3-4 with a dead end 4-5-6 (edges of 10 m in both directions but for some)."""
    pairs = [(1, 2), (2, 3), (3, 4), (4, 1), (4, 5), (5, 6)]
    directed = [p for a, b in pairs for p in ((a, b), (b, a)) if p not in one_way]
    edges = {
        i: Edge(i, a, b, 10.0, 1.0, 2.0, WayClass.STREET) for i, (a, b) in enumerate(directed, 10)
    }
    nodes = {i: Node(i, 0.0, 0.0) for i in range(1, 7)}
    docks = (Dock("d", "d", dock),) if dock else ()
    return PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, edges, docks=docks)


def lengths(streets: MapStreets) -> list[float]:
    return sorted(street.length for street in streets.graph.streets)


def test_chains_become_one_street() -> None:
    assert lengths(streets_of(small_map())) == [20, 40]


def test_docks_and_kept_nodes_stay_nodes() -> None:
    streets = streets_of(small_map(dock=2), keep=[5])
    assert lengths(streets) == [10, 10, 20, 20]
    assert {streets.node_ids[streets.node(n)] for n in (2, 4, 5, 6)} == {2, 4, 5, 6}


def test_one_way_stretches_are_streets_of_their_own() -> None:
    streets = streets_of(small_map(one_way={(3, 2)}))
    (lone,) = [s for s in streets.graph.streets if s.one_way]
    assert (streets.node_ids[lone.start], streets.node_ids[lone.end]) == (2, 3)


def test_required_both_sides_and_costs_are_taken_by_edge() -> None:
    small = small_map()
    edge = small.edge_between
    streets = streets_of(
        small, required=[edge[4, 5].id, edge[5, 6].id], both_sides=[edge[4, 5].id],
        costs={i: 5.0 if e.start_id < e.end_id else 7.0 for i, e in small.edges.items()},
    )  # fmt: skip
    asked = [(s.sides, s.length) for s in streets.graph.streets if s.required]
    assert sorted(asked) == [(1, 7.0), (2, 7.0)]


def test_a_ring_without_junctions_is_one_street() -> None:
    small = small_map()
    ring = [e.id for e in small.edges.values() if max(e.start_id, e.end_id) <= 4]
    (street,) = streets_of(small, passable=ring).graph.streets
    assert (street.length, street.start) == (40, street.end)


def test_walks_are_edges_that_follow_one_another(check_plan: Check) -> None:
    streets = streets_of(SILLIM)
    dock = streets.node(SILLIM.docks[0].node_id)
    plan = plan_coverage(streets.graph, [Vehicle("v1", dock), Vehicle("v2", dock)], steps=60)
    check_plan(plan)
    driven = set()
    for route in plan.routes:
        edge_ids = streets.edges_of(route.sorties[0].walk)
        edges = [SILLIM.edges[i] for i in edge_ids]
        assert edges[0].start_id == edges[-1].end_id == SILLIM.docks[0].node_id
        assert all(a.end_id == b.start_id for a, b in pairwise(edges))
        assert sum(e.length_m for e in edges) == pytest.approx(route.cost)
        driven |= {frozenset((e.start_id, e.end_id)) for e in edges}
    assert driven == {frozenset((e.start_id, e.end_id)) for e in SILLIM.edges.values()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"passable": [1]}, "m: passable: edge 1 is no edge of it"),
        ({"required": [2]}, "m: required: edge 2"),
        ({"both_sides": [3]}, "m: both_sides: edge 3"),
        ({"keep": [99]}, "m: keep: node 99"),
    ],
)
def test_unknown_ids_are_refused(arguments: dict[str, list[int]], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        streets_of(small_map(), **arguments)  # type: ignore[arg-type]


def test_a_node_inside_a_street_says_how_to_keep_it() -> None:
    with pytest.raises(PlanError, match="name it in `keep`"):
        streets_of(small_map()).node(5)
