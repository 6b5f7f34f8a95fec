"""Edge states: plain and compiled search agree, matrices agree with routes, options share work."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.route_engine import Engines
from navigation.planning.route_options import UTurns
from navigation.planning.route_search import Minimise, RouteOptions, RouteSearch, Start
from navigation.planning.route_states import States
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEARCH = RouteSearch(SILLIM, RouteOptions(spec=GOALIE))
USED = [n for n in SILLIM.nodes if SEARCH.arrivals(n)]  # goalie gets there
COMPILED = Engines(SEARCH.states, SEARCH.costs.steps, small_states=0)
NODES = np.random.default_rng(2).choice(USED, 12, replace=False).tolist()


def test_steps_are_the_pairs_of_edges_that_meet() -> None:
    states, edges = States.of(SILLIM), list(SILLIM.edges.values())
    expected = {(a.id, b.id) for a in edges for b in SILLIM.outgoing[a.end_id]}
    found = {(states.edge_ids[t], states.edge_ids[h])
             for t, h in zip(states.tails, states.heads, strict=True)}  # fmt: skip
    assert found == expected
    assert len(states.tails) == len(expected)
    for tail, head in [(states.tails[k], states.heads[k]) for k in (0, 77, -1)]:
        at = states.step(tail, head)
        assert (states.tails[at], states.heads[at]) == (tail, head)


def test_plain_and_compiled_search_agree() -> None:
    states = SEARCH.states
    open_steps = SEARCH.costs.steps
    compiled = Engines(states, open_steps, small_states=0).engine(SEARCH.costs)
    plain = Engines(states, open_steps).engine(SEARCH.costs)
    rng = np.random.default_rng(6)
    for _ in range(60):  # landmarks come in on the way
        start, goal = rng.choice(USED, 2, replace=False).tolist()
        seeds = SEARCH.seeds(Start(start, float(rng.uniform(-3, 3))))
        goals = SEARCH.arrivals(goal)
        cost, chain = compiled.path(seeds, goals)
        assert cost == pytest.approx(plain.path(seeds, goals)[0])
        begun = dict(zip(*(part.tolist() for part in seeds), strict=True))
        steps = [states.step(a, b) for a, b in pairwise(chain)]
        total = begun[chain[0]] + sum(SEARCH.costs.steps[k] for k in steps)
        assert total == pytest.approx(cost)
    origins = [SEARCH.seeds(Start(node)) for node in NODES]
    goals = np.array([state for node in NODES for state in SEARCH.arrivals(node)])
    assert compiled.costs(origins, goals) == pytest.approx(plain.costs(origins, goals))


def test_a_matrix_holds_what_its_routes_cost() -> None:
    starts = [Start(NODES[0], 1.0), *(Start(node) for node in NODES[1:])]
    matrix = SEARCH.costs_s(starts, NODES)
    assert (np.diag(matrix.costs) == 0).all()
    for row, column in ((0, 3), (4, 1), (7, 11)):
        route = matrix.route(row, column)
        assert (route.node_ids[0], route.node_ids[-1]) == (NODES[row], NODES[column])
        if not route.u_turn_node_ids:
            assert matrix.costs[row, column] == pytest.approx(route.duration_s)


def test_a_matrix_is_infinite_where_there_is_no_route() -> None:
    into = {e.id for e in SILLIM.edges.values() if e.end_id == NODES[1]}
    search = RouteSearch(SILLIM, RouteOptions(frozenset(into)))
    matrix = search.costs_s([Start(NODES[0])], NODES[:3])
    assert matrix.costs[0].tolist()[:2] == [0.0, math.inf]
    assert math.isfinite(matrix.costs[0, 2])
    with pytest.raises(PlanError, match="closed by the operator"):
        matrix.route(0, 1)
    assert search.costs_s([], NODES).costs.shape == (0, len(NODES))
    assert search.costs_s([Start(NODES[0])], []).costs.shape == (1, 0)
    with pytest.raises(PlanError, match="no node 999999"):
        search.costs_s([Start(NODES[0])], [999999])


def test_ways_between_states_cost_what_the_matrix_says() -> None:
    arrived, wanted = SEARCH.arrivals(NODES[0])[0], SEARCH.arrivals(NODES[1])
    costs = SEARCH.costs_between([arrived, Start(NODES[0])], [*wanted, arrived])
    assert costs[0, -1] == 0.0
    way = SEARCH.way(arrived, wanted[0])
    assert SILLIM.edges[way[0]].start_id == NODES[0]
    assert way[-1] == SEARCH.states.edge_ids[wanted[0]]
    assert SEARCH.way(arrived, arrived) == ()
    assert SEARCH.way(Start(NODES[0]), wanted[0])[-1] == way[-1]


def test_other_options_give_the_same_as_a_new_search() -> None:
    closed = frozenset(list(SILLIM.edges)[:40])
    for options in (
        RouteOptions(closed, GOALIE),
        RouteOptions(spec=GOALIE, minimise=Minimise.DISTANCE),
        RouteOptions(),
    ):
        shared, fresh = SEARCH.with_options(options), RouteSearch(SILLIM, options)
        found = shared.costs_s([Start(n) for n in NODES], NODES).costs
        assert found == pytest.approx(fresh.costs_s([Start(n) for n in NODES], NODES).costs)
    assert not SEARCH.closed.keys() & closed


def test_a_map_without_edges_has_no_routes() -> None:
    nodes = {n: SILLIM.nodes[n] for n in NODES[:2]}
    bare = replace(SILLIM, nodes=nodes, edges={}, zones=(), checkpoints=(), docks=(),
                   crosswalks=())  # fmt: skip
    with pytest.raises(PlanError, match="no way joins them"):
        RouteSearch(bare).route(Start(NODES[0]), NODES[1])


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    u_turns=st.sampled_from(list(UTurns)),
    must_fit=st.booleans(),
    minimise=st.sampled_from(list(Minimise)),
)
def test_compiled_search_keeps_turn_limits_and_closures(
    seed: int, u_turns: UTurns, must_fit: bool, minimise: Minimise
) -> None:
    rng = np.random.default_rng(seed)
    closed = frozenset(rng.choice(list(SILLIM.edges), 30, replace=False).tolist())
    options = RouteOptions(
        closed, GOALIE, u_turns=u_turns, turns_must_fit=must_fit, minimise=minimise
    )
    search = SEARCH.with_options(options)
    plain = Engines(search.states, search.costs.steps).engine(search.costs)
    compiled = COMPILED.engine(search.costs)
    for _ in range(10):
        start, goal = rng.choice(USED, 2, replace=False).tolist()
        seeds, goals = search.seeds(Start(start)), search.arrivals(goal)
        if not goals:
            continue
        cost, chain = compiled.path(seeds, goals)
        assert cost == pytest.approx(plain.path(seeds, goals)[0])
        for a, b in pairwise(chain):
            assert math.isfinite(search.costs.steps[search.states.step(a, b)])
