"""PatrolGraphs of patrol maps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from navigation.planning.patrol_graph_map import (
    direct_moves,
    patrol_graph_of,
    patrol_graph_of_streets,
)
from navigation.planning.route_search import RouteSearch, Start
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map

SILLIM = Path(__file__).parents[4] / "maps" / "sillim.geojson"


@pytest.fixture(scope="module")
def sillim() -> PatrolMap:
    return load_map(SILLIM)


def test_way_over_a_third_place_is_no_move_of_its_own() -> None:
    durations_s = np.array([[0.0, 5.0, 10.0], [5.0, 0.0, 5.0], [9.0, 5.0, 0.0]])
    moves = {(start, end) for start, end, _ in direct_moves(durations_s)}
    assert moves == {(0, 1), (1, 0), (1, 2), (2, 1), (2, 0)}


def test_unreachable_pairs_have_no_move() -> None:
    assert direct_moves(np.array([[0.0, np.inf], [3.0, 0.0]])) == ((1, 0, 3.0),)


def test_checkpoints_become_places_with_their_priority(sillim: PatrolMap) -> None:
    graph = patrol_graph_of(sillim, sillim.checkpoints, RouteSearch(sillim))
    assert graph.names == tuple(place.id for place in sillim.checkpoints)
    assert graph.weights == tuple(place.priority for place in sillim.checkpoints)


def test_move_takes_no_less_than_the_best_route(sillim: PatrolMap) -> None:
    search = RouteSearch(sillim)
    graph = patrol_graph_of(sillim, sillim.checkpoints, search)
    for start, end, duration_s in graph.moves[:5]:
        here, there = sillim.checkpoints[start], sillim.checkpoints[end]
        route = search.route(Start(here.node_id), there.node_id)
        assert duration_s >= route.duration_s + here.dwell_s - 1e-6


def test_two_checkpoints_at_one_node_are_refused(sillim: PatrolMap) -> None:
    first = sillim.checkpoints[0]
    with pytest.raises(PlanError, match="shares node"):
        patrol_graph_of(sillim, [first, replace(first, id="twin")], RouteSearch(sillim))


def test_no_checkpoints_are_refused(sillim: PatrolMap) -> None:
    with pytest.raises(PlanError, match="no checkpoints to patrol"):
        patrol_graph_of(sillim, [], RouteSearch(sillim))


def test_streets_become_places_and_moves(sillim: PatrolMap) -> None:
    graph = patrol_graph_of_streets(sillim, RouteSearch(sillim))
    assert 0.9 * len(sillim.nodes) <= len(graph) <= len(sillim.nodes)
