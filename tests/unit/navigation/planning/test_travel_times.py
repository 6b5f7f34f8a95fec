"""Times between places depend on how a vehicle has arrived."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from navigation.planning.route_search import RouteOptions, RouteSearch, Start
from navigation.planning.travel_times import travel_times
from patrol.map_geojson import load_map
from patrol.map_shapes import turn_rad
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEARCH = RouteSearch(SILLIM, RouteOptions(spec=GOALIE))
NODES = [checkpoint.node_id for checkpoint in SILLIM.checkpoints]
DOCK = SILLIM.docks[0]
HOME = Start(DOCK.node_id, DOCK.heading_rad)


def drive(order: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """(from, to, seconds) of quickest legs from the dock through places by number."""
    start, legs, here = HOME, [], len(NODES)
    for place in order:
        route = SEARCH.route(start, NODES[place])
        legs.append((here, place, route.duration_s))
        edge = SILLIM.edges[route.edge_ids[-1]]
        state = SEARCH.states.index[edge.id]
        start, here = Start(edge.end_id, SEARCH.arrival_heading_rad(state)), place
    return legs


def test_no_quickest_leg_is_longer_than_the_worst_or_shorter_than_the_best() -> None:
    times = travel_times(SEARCH, NODES, [HOME])
    for order in list(permutations(range(0, 12, 2), 4))[::7]:
        for start, end, duration_s in drive(order):
            assert duration_s <= times.worst_s[start, end] + 1e-6
            assert duration_s >= times.best_s[start, end] - 1e-6


def test_best_mean_and_worst_are_in_order() -> None:
    times = travel_times(SEARCH, NODES, [HOME])
    assert (times.best_s <= times.mean_s + 1e-9).all()
    assert (times.mean_s <= times.worst_s + 1e-9).all()
    assert (np.diag(times.worst_s) == 0).all()


def test_without_a_start_a_vehicle_has_been_on_its_way_for_long() -> None:
    started = travel_times(SEARCH, NODES, [HOME]).worst_s[:12, :12]
    assert (travel_times(SEARCH, NODES).worst_s <= started + 1e-9).all()


def test_a_place_that_nobody_comes_to_is_infinitely_far() -> None:
    goal = NODES[0]
    closed = frozenset(e.id for e in SILLIM.edges.values() if goal in (e.start_id, e.end_id))
    times = travel_times(RouteSearch(SILLIM, RouteOptions(closed, spec=GOALIE)), NODES, [HOME])
    assert np.isinf(times.worst_s[1:, 0]).all()
    assert np.isfinite(times.worst_s[1:12, 1:12]).all()


def test_turning_round_counts_what_it_takes_not_what_the_search_charges() -> None:
    edge = next(e for e in SILLIM.edges.values() if len(SILLIM.outgoing[e.end_id]) == 1)
    back = SILLIM.outgoing[edge.end_id][0]
    assert turn_rad(
        SEARCH.arrival_heading_rad(SEARCH.states.index[edge.id]),
        SEARCH.arrival_heading_rad(SEARCH.states.index[back.id]),
    ) == pytest.approx(np.pi, abs=0.1)
    times = travel_times(SEARCH, [edge.end_id, NODES[0]], [HOME])
    assert 45.0 < times.worst_s[0, 1] < 900.0
