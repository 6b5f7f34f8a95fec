"""A search that remembers answers as one that does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.remembering_search import RememberingSearch
from navigation.planning.route_search import RouteOptions, RouteSearch, Start
from navigation.planning.travel_times import travel_times
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
OPTIONS = RouteOptions(spec=GOALIE)
PLAIN = RouteSearch(SILLIM, OPTIONS)
KNOWN = RememberingSearch(SILLIM, OPTIONS)
NODES = [checkpoint.node_id for checkpoint in SILLIM.checkpoints]
DOCK = SILLIM.docks[0]
HOME = Start(DOCK.node_id, DOCK.heading_rad)


@settings(max_examples=20)
@given(
    places=st.lists(st.sampled_from(NODES), min_size=1, max_size=6, unique=True),
    starts=st.lists(st.sampled_from(sorted(SILLIM.nodes)), max_size=3, unique=True),
)
def test_times_are_the_same_whatever_was_asked_before(
    places: list[int], starts: list[int]
) -> None:
    stands = [*map(Start, starts), HOME]
    found = travel_times(KNOWN, places, stands, [HOME])
    plain = travel_times(PLAIN, places, stands, [HOME])
    for kind in ("worst_s", "mean_s", "best_s"):
        assert np.array_equal(getattr(found, kind), getattr(plain, kind))


def test_costs_of_known_states_are_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    search = RememberingSearch(SILLIM, OPTIONS)
    first = travel_times(search, NODES, [HOME])
    asked = list[object]()
    plain = RouteSearch.costs_between

    def counted(self: RouteSearch, origins: list[Start | int], states: list[int]) -> np.ndarray:
        asked.extend(origins)
        return plain(self, origins, states)

    monkeypatch.setattr(RouteSearch, "costs_between", counted)
    again = travel_times(search, NODES[:5], [Start(NODES[0]), HOME], [HOME])
    assert asked == [Start(NODES[0])]
    assert np.array_equal(again.worst_s[:5, :5], first.worst_s[:5, :5])


def test_ways_and_routes_are_those_of_the_plain_search() -> None:
    for _ in range(2):
        for goal in NODES[:4]:
            assert KNOWN.route(HOME, goal) == PLAIN.route(HOME, goal)
            state = PLAIN.arrivals(goal)[0]
            edge_ids = KNOWN.way(HOME, state)
            assert edge_ids == PLAIN.way(HOME, state)
            assert KNOWN.as_route(HOME, edge_ids) == PLAIN.as_route(HOME, edge_ids)


def test_a_way_that_is_not_there_is_told_every_time() -> None:
    goal = NODES[0]
    closed = frozenset(e.id for e in SILLIM.edges.values() if goal in (e.start_id, e.end_id))
    search = KNOWN.with_options(RouteOptions(closed, spec=GOALIE))
    for _ in range(2):
        with pytest.raises(PlanError, match=f"to {goal}"):
            search.route(HOME, goal)


def test_other_options_forget_what_was_known() -> None:
    closed = frozenset(KNOWN.route(HOME, NODES[3]).edge_ids)
    search = KNOWN.with_options(RouteOptions(closed, spec=GOALIE))
    assert isinstance(search, RememberingSearch)
    assert closed.isdisjoint(search.route(HOME, NODES[3]).edge_ids)


def test_starts_that_are_no_docks_are_not_gone_to() -> None:
    times = travel_times(PLAIN, NODES[:3], [Start(NODES[5]), HOME], [HOME])
    assert np.isinf(times.worst_s[:3, 3]).all()
    assert np.isfinite(times.worst_s[:3, 4]).all()
    assert np.isfinite(times.worst_s[3:, :3]).all()
