"""Earliest arrival through windows: exact, waiting included, and told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.route_search import (
    TURN_ROUND_S,
    RouteOptions,
    RouteSearch,
    Start,
    UTurns,
)
from navigation.planning.route_timed import TimedSearch, Turning, Wait
from navigation.planning.route_windows import ClosedTimes, zone_closures
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from tests.unit.navigation.planning.test_route_reason import LANE, box, make

SEOUL = ZoneInfo("Asia/Seoul")


def closed(**times: list[tuple[float, float]]) -> dict[int, ClosedTimes]:
    return {int(name[1:]): ClosedTimes.of(spans, "zone Z") for name, spans in times.items()}


def lane_search(**times: list[tuple[float, float]]) -> TimedSearch:
    return TimedSearch(RouteSearch(make(LANE)), closed(**times))  # 50 s an edge


def test_waits_for_a_closed_edge() -> None:
    found = lane_search(e203=[(40.0, 90.0)]).route(Start(1), 4)
    assert found.enter_s == (0.0, 90.0, 140.0)
    assert found.arrive_s == 190.0
    assert found.waits == (Wait(2, 50.0, 90.0, False),)
    assert found.route.node_ids == (1, 2, 3, 4)


def test_enters_before_it_closes_and_must_leave_in_time_if_asked() -> None:
    times = closed(e203=[(60.0, 500.0)])
    search = RouteSearch(make(LANE))
    assert TimedSearch(search, times).route(Start(1), 3).arrive_s == 100.0
    careful = TimedSearch(search, times, must_clear=True)
    assert careful.route(Start(1), 3).arrive_s == 550.0


def test_goes_round_where_waiting_takes_longer() -> None:
    places = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0), 4: (50.0, 60.0)}
    search = RouteSearch(make([(1, 2), (2, 3), (1, 4), (4, 3)], places))
    short = TimedSearch(search, closed(e203=[(0.0, 60.0)]))
    assert short.route(Start(1), 3).route.node_ids == (1, 2, 3)
    long = TimedSearch(search, closed(e203=[(0.0, 600.0)]))
    assert long.route(Start(1), 3).route.node_ids == (1, 4, 3)
    assert long.route(Start(1), 3, depart_s=600.0).route.node_ids == (1, 2, 3)


def test_waits_at_a_waiting_place_where_that_delays_nothing() -> None:
    town = make(LANE)
    town = replace(town, nodes={**town.nodes, 2: replace(town.nodes[2], waiting_place=True)})
    times = closed(e405=[(0.0, 400.0)])
    found = TimedSearch(RouteSearch(town), times).route(Start(1), 5)
    assert found.waits == (Wait(2, 50.0, 300.0, True),)
    assert found.enter_s == (0.0, 300.0, 350.0, 400.0)
    times |= closed(e304=[(200.0, 360.0)])  # shut when it would pass later
    found = TimedSearch(RouteSearch(town), times).route(Start(1), 5)
    assert found.waits == (Wait(4, 150.0, 400.0, False),)


def test_turning_round_takes_its_time() -> None:
    wide = make(LANE, e102=8.0, e203=8.0)
    found = TimedSearch(RouteSearch(wide), {}).route(Start(2, 0.0), 1)
    assert found.arrive_s == 50.0 + TURN_ROUND_S
    hard = RouteSearch(wide, RouteOptions(u_turns=UTurns.FORBIDDEN))
    with pytest.raises(PlanError, match="must turn round"):
        TimedSearch(hard, {}).route(Start(2, 0.0), 1)


def test_says_what_never_opens_again() -> None:
    with pytest.raises(PlanError, match="the only way passes zone Z, closed for good"):
        lane_search(e203=[(40.0, math.inf)]).route(Start(1), 4)
    with pytest.raises(PlanError, match="zone Z: closed from 9 to 9 s ends before it begins"):
        closed(e203=[(9.0, 9.0)])
    with pytest.raises(PlanError, match="no edge 999 to close"):
        lane_search(e999=[(0.0, 1.0)])


def test_staying_takes_no_time() -> None:
    found = lane_search().route(Start(3), 3, depart_s=7.0)
    assert (found.arrive_s, found.enter_s, found.waits) == (7.0, (), ())


def test_keep_out_zones_close_in_their_windows() -> None:
    town = replace(make(LANE), zones=(box("Z3", 140, 190, "22:00-07:00"),))
    departure = datetime(2026, 5, 5, 6, 59, tzinfo=SEOUL)
    found = TimedSearch.of(town, RouteOptions(), departure).route(Start(1), 6)
    assert [(wait.from_s, wait.until_s) for wait in found.waits] == [(50.0, 60.0)]
    assert TimedSearch.of(town, RouteOptions(), departure.replace(hour=12)).route(
        Start(1), 6
    ).waits == ()  # fmt: skip
    times = zone_closures(town, departure, horizon_s=86400.0)[203]
    assert times.intervals_s == ((0.0, 60.0), (54060.0, math.inf))  # nothing is known after a day
    assert times.text == "zone Z3"


def test_zones_without_windows_close_until_they_expire() -> None:
    zone = replace(box("Z1", 140, 190), expires="2026-05-05T07:00:00+09:00")
    town = replace(make(LANE), zones=(zone, box("Z2", 240, 290)))
    departure = datetime(2026, 5, 5, 6, 0, tzinfo=SEOUL)
    times = zone_closures(town, departure)
    assert times[203].intervals_s == ((0.0, 3600.0),)
    assert times[405].is_final
    later = departure.replace(hour=8)
    assert 203 not in zone_closures(town, later)
    with pytest.raises(PlanError, match="the only way passes zone Z2, closed for good"):
        TimedSearch.of(town, RouteOptions(), departure).route(Start(1), 6)
    ignored = TimedSearch.of(town, RouteOptions(respect_keep_out=False), departure)
    assert ignored.route(Start(1), 6).waits == ()


SPANS = st.lists(
    st.tuples(st.integers(0, 25), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=3,
)


@st.composite
def windowed(draw: st.DrawFn) -> tuple[PatrolMap, dict[int, list[tuple[int, int]]]]:
    """Up to six nodes in a half circle (no turn of 150 degrees but by going back)."""
    count = draw(st.integers(2, 6))
    nodes = {
        n: Node(n, 10 * math.cos(math.pi * n / count), 10 * math.sin(math.pi * n / count))
        for n in range(count)
    }
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=10))
    lengths = [float(draw(st.integers(1, 9))) for _ in chosen]
    edges = {
        i: Edge(i, a, b, length_m, 1.0, 50.0, WayClass.ALLEY)
        for i, ((a, b), length_m) in enumerate(zip(chosen, lengths, strict=True))
    }
    times = {i: spans for i in edges if (spans := draw(SPANS))}
    return PatrolMap("w", "", GeoPoint(37.0, 127.0), nodes, edges), times


def brute_force(
    search: RouteSearch, times: dict[int, list[tuple[int, int]]], start: int, goal: int
) -> float:
    """Every whole second, every edge: who has finished an edge may wait or enter another."""
    edges, until = search.patrol_map.edges, 200
    at: list[set[int | None]] = [set() for _ in range(until + 200)]  # edges finished by then
    at[0].add(None)
    for now in range(until):
        for last in at[now]:
            node = start if last is None else edges[last].end_id
            if node == goal:
                return float(now)
            for edge in search.patrol_map.outgoing[node]:
                turn = 0.0
                if last is not None:
                    states = search.states
                    k = states.step(states.index[last], states.index[edge.id])
                    turn = TURN_ROUND_S if states.angle_rad[k] > math.radians(150) else 0.0
                ready = now + int(turn)
                while any(begin <= ready < end for begin, end in times.get(edge.id, ())):
                    ready += 1
                if ready + int(edge.length_m) < len(at):
                    at[ready + int(edge.length_m)].add(edge.id)
    return math.inf


@settings(max_examples=150, deadline=None)
@given(windowed())
def test_agrees_with_trying_everything(
    made: tuple[PatrolMap, dict[int, list[tuple[int, int]]]],
) -> None:
    patrol_map, times = made
    search = RouteSearch(patrol_map)
    timed = TimedSearch(search, {i: ClosedTimes.of(spans) for i, spans in times.items()})
    for goal in patrol_map.nodes:
        expected = brute_force(search, times, 0, goal)
        if math.isinf(expected):
            with pytest.raises(PlanError):
                timed.route(Start(0), goal)
            continue
        found = timed.route(Start(0), goal)
        assert found.arrive_s == pytest.approx(expected)
        for edge_id, enter_s in zip(found.route.edge_ids, found.enter_s, strict=True):
            assert not any(b <= enter_s < e for b, e in times.get(edge_id, ()))


# ------------------------------------------------------------------------------- closed nodes

INNER = {3: ClosedTimes.of([(300.0, 900.0)], "zone Z")}  # between the edges 203 and 304
AROUND = {n: ClosedTimes.of([(300.0, 900.0)], "zone Z") for n in (203, 302, 304, 403)}


def zone_search(**options: Any) -> TimedSearch:
    wide = make(LANE, e102=8.0, e203=8.0, e304=8.0, e405=8.0, e506=8.0)
    return TimedSearch(RouteSearch(wide), AROUND, must_clear=True, closed_nodes=INNER, **options)


def test_does_not_enter_what_it_could_not_leave_in_time() -> None:
    search = zone_search()
    assert search.route(Start(2), 4, depart_s=200.0).arrive_s == 300.0 + 700.0
    assert search.route(Start(2), 4, depart_s=199.0).arrive_s == 299.0
    waits = search.route(Start(1), 4, depart_s=200.0).waits
    assert [(wait.node_id, wait.until_s) for wait in waits] == [(2, 900.0)]


def test_stays_only_where_there_is_time_to_stay_and_get_away() -> None:
    search = zone_search()

    def for_s(duration_s: float) -> Callable[[float], float]:
        return lambda arrive_s: arrive_s + duration_s

    assert search.route(Start(2), 3, 100.0, for_s(90.0)).arrive_s == 150.0
    assert search.route(Start(2), 3, 100.0, for_s(140.0)).arrive_s == 950.0  # 50 s to get away
    assert search.route(Start(2), 3, 100.0).arrive_s == 150.0
    with pytest.raises(PlanError, match="node 3 can be reached from node 2, but not stayed at"):
        search.route(Start(2), 3, 100.0, lambda s: s + 200.0 if s < 900.0 else None)
    assert search.route(Start(3), 3, 100.0, for_s(10.0)).enter_s == ()
    assert search.route(Start(3), 3, 100.0, for_s(190.0)).arrive_s > 900.0


def test_who_stands_where_nobody_may_stand_waits_there() -> None:
    found = zone_search().route(Start(3), 5, depart_s=500.0)
    assert found.waits == (Wait(3, 500.0, 900.0, False),)


def test_knows_whether_a_way_is_open_without_a_wait() -> None:
    search = zone_search()
    assert search.is_open(Start(2), (203, 304), 199.0)
    assert not search.is_open(Start(2), (203, 304), 220.0)
    assert not search.is_open(Start(2), (203,), 250.0)
    assert search.open_s == ((-math.inf, 250.0), (900.0, math.inf))
    assert search.may_stand(3, 200.0, 300.0)
    assert not search.may_stand(3, 200.0, 301.0)


def test_turns_as_plans_count_them() -> None:
    wide = make(LANE, e102=8.0, e203=8.0)
    planned = TimedSearch(RouteSearch(wide), {}, turning=Turning.as_planned())
    assert planned.route(Start(2, 0.0), 1).arrive_s == 50.0 + TURN_ROUND_S
    assert planned.route(Start(2, 0.0), 1).route.duration_s == 50.0 + TURN_ROUND_S


@settings(max_examples=60, deadline=None)
@given(
    begin=st.integers(0, 400), lasts=st.integers(1, 400), depart=st.integers(0, 500),
    more=st.integers(1, 400),
)  # fmt: skip
def test_closed_nodes_agree_with_trying_every_moment_of_entry(
    begin: int, lasts: int, depart: int, more: int
) -> None:
    spans = [(begin, begin + lasts), (begin + lasts + more, begin + lasts + more + 100)]
    times = ClosedTimes.of([(float(a), float(b)) for a, b in spans], "zone Z")
    search = TimedSearch(
        RouteSearch(make(LANE)), dict.fromkeys((203, 304), times), must_clear=True,
        closed_nodes={3: times},
    )  # fmt: skip
    found = search.route(Start(2), 4, depart_s=float(depart))
    # both edges take 50 s, and no moment of the 100 s may be in a closed time
    first = next(
        s for s in range(depart, 5000)
        if all(s + 100 < a or s >= b for a, b in spans)
    )  # fmt: skip
    assert found.arrive_s <= first + 100.0 + 1e-9
    inside = (found.enter_s[0], found.arrive_s)
    assert all(inside[1] <= a or inside[0] >= b for a, b in spans)
