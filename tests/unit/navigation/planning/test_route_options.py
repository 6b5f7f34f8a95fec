"""Weights and presets: what a route has least of, and what no weight may be."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from navigation.planning.route_costs import EXPOSURE_BY_CLASS
from navigation.planning.route_search import (
    Minimise,
    RouteOptions,
    RouteSearch,
    RouteWeights,
    Start,
)
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass

# From 1 to 3: straight on, or round by 2, which is longer
PLACES = {1: (0.0, 0.0), 2: (50.0, 30.0), 3: (100.0, 0.0)}


def choice(**direct: object) -> PatrolMap:
    """The direct way with some properties; the way round is flat, lit and apart from traffic."""
    edges = {}
    for edge_id, a, b in ((13, 1, 3), (12, 1, 2), (23, 2, 3)):
        length_m = math.dist(PLACES[a], PLACES[b])
        edges[edge_id] = Edge(edge_id, a, b, length_m, 1.0, 3.0, WayClass.PAVEMENT)
    edges[13] = replace(edges[13], **direct)  # type: ignore[arg-type]
    nodes = {n: Node(n, *place) for n, place in PLACES.items()}
    return PatrolMap("choice", "", GeoPoint(37.0, 127.0), nodes, edges)


@pytest.mark.parametrize(
    ("minimise", "direct"),
    [
        (Minimise.TIME, {"speed_limit_mps": 0.5}),
        (Minimise.SLOPE, {"grade": 0.05}),
        (Minimise.SLOPE, {"grade": -0.05}),
        (Minimise.DARKNESS, {"lit": False}),
        (Minimise.EXPOSURE, {"way_class": WayClass.STREET}),
        (Minimise.EXPOSURE, {"exposure": 0.5}),
    ],
)
def test_goes_round_what_it_has_least_of(minimise: Minimise, direct: dict[str, object]) -> None:
    search = RouteSearch(choice(**direct), RouteOptions(minimise=minimise))
    assert search.route(Start(1), 3).node_ids == (1, 2, 3)
    by_distance = search.with_options(RouteOptions(minimise=Minimise.DISTANCE))
    assert by_distance.route(Start(1), 3).node_ids == (1, 3)


def test_weights_add_up_and_go_before_the_preset() -> None:
    weights = RouteWeights(1.0, 0.5, climb=2.0, descent=4.0, darkness=0.25, exposure=3.0)
    dark = choice(grade=0.1, lit=False, exposure=0.2)
    options = RouteOptions(minimise=Minimise.DISTANCE, weights=weights)
    cost = RouteSearch(dark, options).costs_s([Start(1)], [3]).costs[0, 0]
    round_cost = (1.0 + 0.5) * 2 * math.dist(PLACES[1], PLACES[2])
    assert cost == pytest.approx(min(round_cost, 100 + 50 + 20 + 25 + 60))
    alone = RouteOptions(weights=weights, closed_edge_ids=frozenset({12}))
    cost = RouteSearch(dark, alone).costs_s([Start(1)], [3]).costs[0, 0]
    assert cost == pytest.approx(100 + 50 + 10 * 2 + 100 * 0.25 + 20 * 3)


def test_an_edge_that_says_its_exposure_is_believed() -> None:
    street = choice(way_class=WayClass.STREET, exposure=0.0)
    search = RouteSearch(street, RouteOptions(minimise=Minimise.EXPOSURE))
    assert search.route(Start(1), 3).node_ids == (1, 3)


def test_every_class_has_an_exposure() -> None:
    assert set(EXPOSURE_BY_CLASS) == set(WayClass)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_names_a_bad_weight(bad: float) -> None:
    with pytest.raises(PlanError, match=r"route weights: climb \S+ is not a number of 0 or more"):
        RouteWeights(climb=bad)
    with pytest.raises(PlanError, match="give at least one above 0"):
        RouteWeights(time=0.0)
