"""What a schedule comes to, and drafts as schedules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.unpredictable.joins import JoinBook
from navigation.planning.unpredictable.schedule import Ahead, Stop, moments, visits
from navigation.planning.unpredictable.track import Track

LONGEST_S = 70.0
NEAR_S = 0.01  # sums of leg times differ by their rounding


def ring(legs_s: list[float]) -> ArrivalGraph:
    """Passable both ways; the way back takes a second longer."""
    count = len(legs_s)
    there = [(i, (i + 1) % count, leg_s) for i, leg_s in enumerate(legs_s)]
    back = [(b, a, leg_s + 1.0) for a, b, leg_s in there]
    return ArrivalGraph.plain(
        PatrolGraph(tuple(f"p{i}" for i in range(count)), tuple(there + back))
    )


def on_track(track: Track, stop: int, leave_s: float) -> Stop:
    return Stop(int(track.places[stop]), leave_s, leave_s, stop, int(track.stops[stop]))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Track, list[tuple[int, float]]]:
    legs_s = draw(st.lists(st.floats(1.0, 40.0), min_size=3, max_size=7))
    track = Track.of_walk(ring(legs_s), range(len(legs_s)), 1)
    stop = st.integers(0, len(legs_s) - 1)
    return track, draw(
        st.lists(st.tuples(stop, st.floats(0.0, 3 * track.lap_s)), min_size=1, max_size=4)
    )


@settings(max_examples=25, deadline=None)
@given(schedules())
def test_a_track_is_followed_stop_by_stop_to_the_end(
    schedule: tuple[Track, list[tuple[int, float]]],
) -> None:
    track, begun = schedule
    ahead = Ahead.of_routes([[on_track(track, stop, leave_s)] for stop, leave_s in begun])
    times_s, places = visits(*moments([(-5.0, 0)]), ahead, track, LONGEST_S)
    end_s = max(leave_s for _, leave_s in begun) + track.lap_s + min(LONGEST_S, track.lap_s)
    expected = [(0, -5.0)]
    for stop, now_s in begun:
        while now_s < end_s:
            stop, leg_s = track.after(stop)
            now_s += leg_s
            expected.append((int(track.places[stop]), now_s))
    expected = sorted(visit for visit in expected if visit[1] < end_s - NEAR_S)
    listed = sorted(zip(places.tolist(), times_s.tolist(), strict=True))
    before = [visit for visit in listed if visit[1] < end_s - NEAR_S]
    assert [place for place, _ in before] == [place for place, _ in expected]
    assert np.allclose([at_s for _, at_s in before], [at_s for _, at_s in expected], atol=1e-6)
    at_end = {place for place, at_s in listed if at_s >= end_s}
    assert at_end == set(track.places.tolist())


@settings(max_examples=15, deadline=None)
@given(schedules(), st.integers(0, 99))
def test_a_draft_is_the_schedule_of_its_walks(
    schedule: tuple[Track, list[tuple[int, float]]], seed: int
) -> None:
    """Arrays from the book's table say what the stops of the walks say."""
    there, begun = schedule
    arrivals, rng = ring(there.legs_s.tolist()), np.random.default_rng(seed)
    back = Track.of_walk(arrivals, range(len(there.stops))[::-1], 1, True)
    book = JoinBook(arrivals, 1.5 * float(there.legs_s.max()), [there, back])
    joins = [book.joins(int(there.stops[stop]), 1) for stop, _ in begun]
    rows = [int(rng.integers(len(found.stops))) for found in joins]
    waits_s = [float(rng.choice([0.0, 7.5])) for _ in begun]
    free_s, here = moments([(leave_s, int(there.places[stop])) for stop, leave_s in begun])
    routes = []
    for (stop, now_s), found, row, wait_s in zip(begun, joins, rows, waits_s, strict=True):
        stops = [on_track(there, stop, now_s)]
        for end in found.paths[row]:
            now_s += float(arrivals.legs_s[stops[-1].arrival, end])
            stops.append(Stop(end, now_s, now_s, None, end))
        last = replace(stops[-1], leave_s=now_s + wait_s, track_stop=int(found.stops[row]))
        routes.append([*stops[:-1], last])
    made, expected = book.ahead(joins, rows, waits_s, free_s, here), Ahead.of_routes(routes)
    assert made.times_s.tolist() == expected.times_s.tolist()
    assert made.places.tolist() == expected.places.tolist()
    assert made.leave_s.tolist() == expected.leave_s.tolist()
    assert made.stops.tolist() == expected.stops.tolist()
    seen = set(zip(made.seen_s.tolist(), made.seen.tolist(), strict=True))
    passed = set(zip(expected.times_s.tolist(), expected.places.tolist(), strict=True))
    assert seen | passed == passed | set(
        zip(expected.seen_s.tolist(), expected.seen.tolist(), strict=True)
    )


def test_a_walk_off_the_track_is_no_join() -> None:
    arrivals = ring([10.0, 10.0, 10.0, 10.0])
    track = Track.of_walk(arrivals, [0, 1], 1)
    joins = JoinBook(arrivals, 12.0, [track]).joins(2, 0)
    assert joins.paths == ((1,),)
    assert joins.durations_s.tolist() == [11.0]
