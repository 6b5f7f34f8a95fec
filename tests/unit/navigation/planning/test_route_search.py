"""Routes: shortest, allowed, and drivable by a vehicle that cannot turn on the spot."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from navigation.planning.route_search import (
    Minimise,
    RouteOptions,
    RouteSearch,
    Start,
    edge_durations_s,
)
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
EAST, NORTH, WEST = 0.0, math.pi / 2, math.pi


def make(
    places: dict[int, tuple[float, float]],
    pairs: list[tuple[int, int]],
    width_m: float = 3.0,
    **parts: object,
) -> PatrolMap:
    """Streets both ways; edge id = 100 * start + end."""
    edges = {}
    for a, b in [*pairs, *((b, a) for a, b in pairs)]:
        edge_id, length = 100 * a + b, math.dist(places[a], places[b])
        edges[edge_id] = Edge(edge_id, a, b, length, 1.0, width_m, WayClass.ALLEY)
    nodes = {n: Node(n, x, y) for n, (x, y) in places.items()}
    base = PatrolMap("test", "", GeoPoint(37.0, 127.0), nodes, edges)
    return replace(base, **parts)  # type: ignore[arg-type]


# 1 - 2 - 3 along x; 4 above 2 and 5 above 3 close a block; 6 is a dead end east of 3
PLACES = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0), 4: (50.0, 40.0), 5: (100.0, 40.0),
          6: (150.0, 0.0)}  # fmt: skip
PAIRS = [(1, 2), (2, 3), (2, 4), (4, 5), (5, 3), (3, 6)]
TOWN = make(PLACES, PAIRS)
SITE = Zone("site", ZoneKind.KEEP_OUT, ((70.0, -5.0), (80.0, -5.0), (80.0, 5.0), (70.0, 5.0)))


def test_takes_the_shortest_way() -> None:
    route = RouteSearch(TOWN).route(Start(1), 3)
    assert route.node_ids == (1, 2, 3)
    assert route.edge_ids == (102, 203)
    assert route.length_m == pytest.approx(100)
    assert route.duration_s == pytest.approx(100)
    assert route.u_turn_node_ids == ()


def test_staying_is_a_route_of_no_edges() -> None:
    route = RouteSearch(TOWN).route(Start(4), 4)
    assert (route.node_ids, route.edge_ids, route.length_m) == ((4,), (), 0.0)


def test_goes_round_a_keep_out_zone() -> None:
    route = RouteSearch(replace(TOWN, zones=(SITE,))).route(Start(1), 3)
    assert route.node_ids == (1, 2, 4, 5, 3)


def test_goes_round_closed_edges() -> None:
    search = RouteSearch(TOWN, RouteOptions(closed_edge_ids=frozenset({203})))
    assert search.route(Start(1), 3).node_ids == (1, 2, 4, 5, 3)
    assert search.route(Start(3, WEST), 1).node_ids == (3, 2, 1)  # the other direction is open


def test_says_which_closure_leaves_no_way() -> None:
    search = RouteSearch(
        replace(TOWN, zones=(SITE,)), RouteOptions(closed_edge_ids=frozenset({405}))
    )
    why = "every way is closed; the least obstructed one passes keep-out zone site"
    with pytest.raises(PlanError, match=f"from node 1 to 3: {why}"):
        search.route(Start(1), 3)


def test_says_when_no_way_joins_two_nodes() -> None:
    apart = make(PLACES, [(1, 2), (3, 6)])
    with pytest.raises(PlanError, match="no route from node 1 to 6: no way joins them"):
        RouteSearch(apart).route(Start(1), 6)


def test_unknown_nodes_and_edges_are_named() -> None:
    with pytest.raises(PlanError, match="no node 77"):
        RouteSearch(TOWN).route(Start(1), 77)
    with pytest.raises(PlanError, match="no edge 9999 to close"):
        RouteSearch(TOWN, RouteOptions(closed_edge_ids=frozenset({9999})))


def test_drives_round_the_block_rather_than_turning_round() -> None:
    route = RouteSearch(TOWN).route(Start(3, EAST), 1)
    assert route.node_ids == (3, 5, 4, 2, 1)
    assert route.u_turn_node_ids == ()
    route = RouteSearch(TOWN).route(Start(2, EAST), 1)
    assert sorted(route.node_ids) == [1, 2, 2, 3, 4, 5]  # either way round
    assert route.u_turn_node_ids == ()


def test_turns_round_only_where_it_must_and_says_where() -> None:
    lane = make({1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0)}, [(1, 2), (2, 3)])
    route = RouteSearch(lane).route(Start(2, EAST), 1)
    assert route.u_turn_node_ids == (2,)
    assert route.node_ids == (2, 1)


def test_turns_round_on_the_wider_of_two_places() -> None:
    lane = make(PLACES, [(1, 2), (2, 3), (3, 6)])
    wide = {k: replace(e, width_m=8.0) for k, e in lane.edges.items() if k in (306, 603)}
    lane = replace(lane, edges={**lane.edges, **wide})
    route = RouteSearch(lane).route(Start(2, EAST), 1)
    assert route.u_turn_node_ids == (6,)


def test_minimises_time_or_distance() -> None:
    slow = {k: replace(e, speed_limit_mps=0.2) for k, e in TOWN.edges.items() if k in (203, 302)}
    town = replace(TOWN, edges={**TOWN.edges, **slow})
    assert RouteSearch(town).route(Start(1), 3).node_ids == (1, 2, 4, 5, 3)
    by_distance = RouteSearch(town, RouteOptions(minimise=Minimise.DISTANCE))
    assert by_distance.route(Start(1), 3).node_ids == (1, 2, 3)


def test_a_vehicle_keeps_off_what_it_cannot_use() -> None:
    narrow = {k: replace(e, width_m=1.2) for k, e in TOWN.edges.items() if k in (203, 302)}
    town = replace(TOWN, edges={**TOWN.edges, **narrow})
    search = RouteSearch(town, RouteOptions(spec=GOALIE))
    assert search.route(Start(1), 3).node_ids == (1, 2, 4, 5, 3)
    assert search.closed[203] == "1.2 m wide, goalie needs 1.50 m"


def test_zones_slow_their_share_of_an_edge() -> None:
    ring = ((10.0, -5.0), (30.0, -5.0), (30.0, 5.0), (10.0, 5.0))
    school = Zone("school", ZoneKind.SCHOOL, ring, speed_limit_mps=0.5)
    inner = tuple((x / 2 + 5, y) for x, y in ring)  # x 10 to 20
    slower = Zone("crossing", ZoneKind.SPEED_LIMIT, inner, speed_limit_mps=0.25)
    town = replace(TOWN, zones=(school, slower))
    assert edge_durations_s(town)[102] == pytest.approx(30 / 1.0 + 10 / 0.5 + 10 / 0.25)
    assert edge_durations_s(town, 0.5)[102] == pytest.approx(40 / 0.5 + 10 / 0.25)
    assert edge_durations_s(town)[203] == pytest.approx(50)


def test_agrees_with_networkx_on_the_neighbourhood() -> None:
    sillim = load_map(ROOT / "maps" / "sillim.geojson")
    search = RouteSearch(sillim)
    graph = nx.DiGraph()
    durations = edge_durations_s(sillim)
    for edge in sillim.edges.values():
        if edge.id not in search.closed:
            graph.add_edge(edge.start_id, edge.end_id, weight=durations[edge.id])
    rng = np.random.default_rng(5)
    for start, goal in rng.choice(list(graph.nodes), (25, 2), replace=True).tolist():
        expected = nx.dijkstra_path_length(graph, start, goal)
        route = search.route(Start(start), goal)
        assert route.duration_s == pytest.approx(expected)
        assert len(set(route.node_ids)) == len(route.node_ids)
