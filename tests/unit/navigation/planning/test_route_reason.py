"""No route: the reason in an operator's words."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from navigation.planning.route_search import RouteOptions, RouteSearch, Start, UTurns
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from tests.unit.navigation.planning.test_route_search import GOALIE

EAST, NORTH = 0.0, math.pi / 2
PLACES = {n: (50.0 * n, 0.0) for n in range(1, 7)}
LANE = [(n, n + 1) for n in range(1, 6)]  # 1 - 2 - ... - 6, edges 102, 203, ...


def make(pairs: list[tuple[int, int]], places: dict[int, tuple[float, float]] = PLACES,
         **widths: float) -> PatrolMap:  # fmt: skip
    """Ways both ways, 3 m wide unless `e102` and the like say otherwise."""
    edges = {}
    for a, b in [*pairs, *((b, a) for a, b in pairs)]:
        width_m = widths.get(f"e{min(a, b)}0{max(a, b)}", 3.0)
        edge = Edge(100 * a + b, a, b, math.dist(places[a], places[b]), 1.0, width_m,
                    WayClass.ALLEY, name="Mill Lane")  # fmt: skip
        edges[edge.id] = edge
    nodes = {n: Node(n, *place) for n, place in places.items()}
    return PatrolMap("town", "", GeoPoint(37.0, 127.0), nodes, edges)


def box(zone_id: str, west: float, east: float, windows: str = "") -> Zone:
    ring = ((west, -5.0), (east, -5.0), (east, 5.0), (west, 5.0))
    return Zone(zone_id, ZoneKind.KEEP_OUT, ring, windows=windows)


def why(patrol_map: PatrolMap, options: RouteOptions, start: Start, goal: int) -> str:
    with pytest.raises(PlanError) as caught:
        RouteSearch(patrol_map, options).route(start, goal)
    return str(caught.value)


def test_names_the_zone_and_when_it_opens() -> None:
    town = replace(make(LANE), zones=(box("Z3", 140, 260, "22:00-07:00"),))
    night = datetime(2026, 5, 4, 23, 0, tzinfo=ZoneInfo("Asia/Seoul"))
    found = why(town, RouteOptions(when=night), Start(1), 6)
    assert found == (
        "town: no route from node 1 to 6: the only way passes zone Z3, closed until "
        "2026-05-05 07:00"
    )
    early = night.replace(day=5, hour=5)
    found = why(town, RouteOptions(when=early), Start(1), 6)
    assert found.endswith("the only way passes zone Z3, closed until 07:00")
    noon = night.replace(hour=12)
    assert RouteSearch(town, RouteOptions(when=noon)).route(Start(1), 6).node_ids[-1] == 6


def test_takes_the_words_of_whoever_closed_the_edges() -> None:
    closed = {203: "zone Z3, closed until 07:00", 304: "zone Z3, closed until 07:00",
              506: "a market"}  # fmt: skip
    found = why(make(LANE), RouteOptions(closures=closed), Start(1), 6)
    assert found.endswith("the only way passes zone Z3, closed until 07:00, then passes a market")
    with pytest.raises(PlanError, match="no edge 77 to close"):
        RouteSearch(make(LANE), RouteOptions(closures={77: "a market"}))


def test_names_the_narrowest_of_the_ways_that_are_too_narrow() -> None:
    town = make(LANE, e203=1.4, e304=1.1, e405=1.3)
    found = why(town, RouteOptions(spec=GOALIE), Start(1), 6)
    assert found.endswith(
        "the only way passes edge 304 of Mill Lane, which is closed (1.1 m wide, goalie needs "
        "1.50 m)"
    )


def test_counts_obstacles_before_length() -> None:
    places = {**PLACES, 7: (100.0, 400.0), 8: (250.0, 400.0)}
    round_ = [*LANE, (2, 7), (7, 8), (8, 5)]
    closed = {203: "a market", 405: "a fair", 708: "a site"}
    found = why(make(round_, places), RouteOptions(closures=closed), Start(1), 6)
    assert found.endswith("every way is closed; the least obstructed one passes a site")


def test_names_the_turn_round_that_is_forbidden() -> None:
    options = RouteOptions(spec=GOALIE, u_turns=UTurns.FORBIDDEN_WHERE_NARROW)
    alley = make(LANE, e203=2.0, e102=2.0)
    found = why(alley, options, Start(2, EAST), 1)
    needs = 2 * GOALIE.min_turning_radius_m + GOALIE.width_m
    assert "the only way must turn round at node " in found
    assert f"m wide and goalie needs {needs:.2f} m" in found
    wide = make(LANE, e203=2.0, e102=2.0, e506=8.0)
    route = RouteSearch(wide, options).route(Start(2, EAST), 1)
    assert route.u_turn_node_ids == (6,)
    assert RouteSearch(alley).route(Start(2, EAST), 1).u_turn_node_ids == (2,)  # the default
    forbidden = RouteOptions(spec=GOALIE, u_turns=UTurns.FORBIDDEN)
    assert "must turn round at node" in why(wide, forbidden, Start(2, EAST), 1)


def test_names_the_bend_that_is_too_tight() -> None:
    places = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (20.0, 30.0)}
    bend = make([(1, 2), (2, 3)], places, e102=1.6, e203=1.5)
    found = why(bend, RouteOptions(spec=GOALIE, turns_must_fit=True), Start(1), 3)
    assert "the only way must turn by 135 degrees at node 2, where ways of 1.5 and 1.6 m" in found
    assert f"turning radius of {GOALIE.min_turning_radius_m:.2f} m" in found
    assert RouteSearch(bend, RouteOptions(spec=GOALIE)).route(Start(1), 3).node_ids == (1, 2, 3)
    wide = make([(1, 2), (2, 3)], places, e102=4.0, e203=4.0)
    fits = RouteSearch(wide, RouteOptions(spec=GOALIE, turns_must_fit=True))
    assert fits.route(Start(1), 3).node_ids == (1, 2, 3)


def test_tells_turns_and_zones_in_the_order_of_driving() -> None:
    options = RouteOptions(u_turns=UTurns.FORBIDDEN, closures={403: "a fair"})
    found = why(make([(3, 4), (2, 3)]), options, Start(3, EAST), 2)
    turn, fair = found.index("must turn round"), found.find("passes a fair")
    assert "the only way must turn round at node 3" in found or turn < fair


def test_says_when_nothing_joins_two_nodes() -> None:
    apart = make([(1, 2), (4, 5)])
    assert why(apart, RouteOptions(), Start(1), 5).endswith(": no way joins them")
    closed = RouteOptions(frozenset({102}))
    assert why(apart, closed, Start(1), 5).endswith("no way joins them, whatever is closed")
