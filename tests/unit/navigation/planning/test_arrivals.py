"""Ways of arriving: laps as they are driven, and the order that makes them short."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.arrivals import ArrivalGraph, arrival_graph
from navigation.planning.lap_order import shortened, variants
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.as_driven import as_driven
from navigation.planning.route_search import RouteOptions, RouteSearch, Start
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
SEARCH = RouteSearch(
    SILLIM, RouteOptions(spec=load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml"))
)
CHECKPOINTS = SILLIM.checkpoints


def sillim() -> ArrivalGraph:
    return arrival_graph(
        SEARCH,
        [place.node_id for place in CHECKPOINTS],
        [place.dwell_s for place in CHECKPOINTS],
        [place.id for place in CHECKPOINTS],
        [place.priority for place in CHECKPOINTS],
    )


def lap_s(arrivals: ArrivalGraph, order: tuple[int, ...]) -> float:
    lap = arrivals.lap(order)
    return float(sum(arrivals.legs_s[a, b] for a, b in pairwise((*lap, lap[0]))))


def square(size: int, seed: int) -> ArrivalGraph:
    """Places at random in the plane, moves between all."""
    spots = np.random.default_rng(seed).uniform(0, 100, (size, 2))
    away = np.linalg.norm(spots[:, None] - spots[None, :], axis=2)
    moves = [(i, j, float(away[i, j])) for i in range(size) for j in range(size) if i != j]
    return ArrivalGraph.plain(PatrolGraph(tuple(map(str, range(size))), tuple(moves)))


def test_a_lap_over_arrivals_lasts_as_long_as_it_is_driven() -> None:
    arrivals = sillim()
    lap = arrivals.lap(range(len(CHECKPOINTS)))
    for start, end in pairwise((*lap, lap[0])):
        here, there = arrivals.states[start], arrivals.states[end]
        place = CHECKPOINTS[int(arrivals.place_of[start])]
        begin = Start(place.node_id, SEARCH.arrival_heading_rad(here))
        route = SEARCH.as_route(begin, SEARCH.way(here, there))
        stay_s = CHECKPOINTS[int(arrivals.place_of[end])].dwell_s
        assert route.duration_s + stay_s == pytest.approx(arrivals.legs_s[start, end], abs=0.01)
        assert not route.u_turn_node_ids


def test_the_order_found_is_shorter_than_the_one_given_and_its_way_back_no_longer() -> None:
    arrivals = sillim()
    order = shortened(arrivals, range(len(CHECKPOINTS)))
    assert sorted(order) == list(range(len(CHECKPOINTS)))
    assert lap_s(arrivals, order) < 0.85 * lap_s(arrivals, tuple(range(len(CHECKPOINTS))))
    assert lap_s(arrivals, order[::-1]) == pytest.approx(lap_s(arrivals, order), rel=0.02)


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 12), st.integers(0, 999))
def test_an_order_is_never_made_longer_and_keeps_its_first_place(size: int, seed: int) -> None:
    arrivals = square(size, seed)
    before = tuple(np.random.default_rng(seed).permutation(size).tolist())
    after = shortened(arrivals, before)
    assert after[0] == before[0]
    assert sorted(after) == sorted(before)
    assert lap_s(arrivals, after) <= lap_s(arrivals, before) + 1e-6
    assert after == shortened(arrivals, before)


@settings(max_examples=8, deadline=None)
@given(st.integers(4, 12), st.integers(0, 999))
def test_variants_are_other_orders_within_the_time_given(size: int, seed: int) -> None:
    arrivals = square(size, seed)
    order = shortened(arrivals, range(size))
    most_s = 1.1 * lap_s(arrivals, order)
    found = variants(arrivals, order, most_s, 4, 3)
    assert len(set(found)) == len(found) <= 4
    for other in found:
        assert sorted(other) == sorted(order)
        assert lap_s(arrivals, other) <= most_s + 1e-6


def test_as_driven_shares_one_lap_where_a_division_is_worse() -> None:
    arrivals = square(8, 3)
    halves = [PatrolCycle((0, 2, 4, 6), 0.0, 1), PatrolCycle((1, 3, 5, 7), 0.0, 1)]
    found = as_driven(arrivals, [halves])
    worst_s = max(cycle.spacing_s for cycle in found)
    assert worst_s <= max(lap_s(arrivals, cycle.places) for cycle in halves)
    assert worst_s <= lap_s(arrivals, shortened(arrivals, range(8))) / 2 + 1e-6
    assert sum(cycle.vehicles for cycle in found) == 2


def test_a_way_without_a_move_leads_through_other_places() -> None:
    line = ((0, 1, 5.0), (1, 2, 5.0), (2, 1, 5.0), (1, 0, 5.0))
    assert ArrivalGraph.plain(PatrolGraph(tuple("abc"), line)).lap((0, 2)) == (0, 1, 2, 1)


def test_a_place_without_a_way_back_is_named() -> None:
    closed = frozenset(
        edge.id for edge in SILLIM.edges.values() if edge.start_id == CHECKPOINTS[0].node_id
    )
    search = RouteSearch(SILLIM, RouteOptions(closed_edge_ids=closed))
    nodes = [place.node_id for place in CHECKPOINTS]
    names = [place.id for place in CHECKPOINTS]
    with pytest.raises(PlanError, match=f"places {names[0]}: no way there and back"):
        arrival_graph(search, nodes, [0.0] * len(nodes), names, [1.0] * len(nodes))
