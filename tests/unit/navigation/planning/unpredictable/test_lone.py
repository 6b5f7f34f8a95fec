"""A lone vehicle leaves its lap at random, and keeps what is promised for every run."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.patrolling.cases import case_of_file
from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Ints, PatrolGraph
from navigation.planning.unpredictable import (
    LoneRules,
    Rules,
    UnpredictablePatrol,
    Whereabouts,
    moves,
    simulate_unpredictable,
)
from navigation.planning.unpredictable.certificate import persistent_idleness_s
from navigation.planning.unpredictable.course import Course
from navigation.planning.unpredictable.lone import LATE, laps_of
from navigation.planning.unpredictable.surprise import random_walk
from navigation.planning.unpredictable.switches import MOST_LIKELY, chances
from navigation.planning.unpredictable.tuning import LADDER, tuned
from patrol.errors import PlanError
from tests.unit.navigation.planning.unpredictable.rings import even_ring, round_trip, unseen_after

PROVING_GROUND = Path(__file__).parents[5] / "maps" / "proving_ground.geojson"
LONGEST_UNSEEN = 1.15  # over P, docs/unpredictable.md


def uneven_ring(places: int, seed: int, back: float = 1.0) -> PatrolGraph:
    """A ring with a chord; the way back takes `back` times as long."""
    rng = np.random.default_rng(seed)
    moves_s = [(0, places // 2, 30.0), (places // 2, 0, 30.0)]
    for start in range(places):
        end, leg_s = (start + 1) % places, float(rng.uniform(5.0, 20.0))
        moves_s += [(start, end, leg_s), (end, start, back * leg_s)]
    return PatrolGraph(tuple(f"p{i}" for i in range(places)), tuple(moves_s))


def course_of(graph: PatrolGraph, cycle: PatrolCycle) -> Course:
    arrivals = ArrivalGraph.plain(graph)
    tracks = laps_of(arrivals, cycle)
    persistent_s = persistent_idleness_s(arrivals, tracks[:1])
    return Course.of(arrivals, tracks, frozenset(range(len(graph))), persistent_s)


@settings(max_examples=15, deadline=None)
@given(st.integers(4, 12), st.integers(0, 99), st.floats(1.0, 2.0), st.floats(0.5, 4.0))
def test_bound_and_share_of_late_visits_hold_in_every_run(
    places: int, seed: int, back: float, turns: float
) -> None:
    graph = uneven_ring(places, seed, back)
    patrol = UnpredictablePatrol(graph, round_trip(graph, 1), seed, LoneRules(turns, unseen=1.0))
    came = [[0.0] for _ in range(places)]
    for move in moves(patrol, 25 * patrol.persistent_s):
        came[move.end].append(move.arrive_s)
    for times_s in came:
        gaps_s = np.diff(times_s)
        assert gaps_s.max() <= patrol.bound_s + 1e-4
        late = int((gaps_s > patrol.persistent_s + 1e-4).sum())
        assert late <= LATE * (len(gaps_s) + 1)


@pytest.fixture(scope="module", params=[(12, 1, 1.3), (20, 4, 1.0), (9, 2, 1.6)])
def by_default(request: pytest.FixtureRequest) -> UnpredictablePatrol:
    """With the rules that the product takes."""
    graph = uneven_ring(*request.param)
    return UnpredictablePatrol(graph, round_trip(graph, 1), 1)


def test_by_default_what_is_decided_leaves_no_place_unseen_for_longer_than_stated(
    by_default: UnpredictablePatrol,
) -> None:
    rules = by_default.rules
    assert isinstance(rules, LoneRules)
    assert 1.0 <= rules.unseen <= LONGEST_UNSEEN
    for seed in range(30):
        ours = by_default.copy(seed)
        now_s = (2.0 + seed / 4) * ours.persistent_s
        assert not unseen_after(ours, now_s, rules.unseen * ours.persistent_s)


def test_after_a_change_it_keeps_to_what_is_stated_as_well() -> None:
    graph = uneven_ring(12, 1, back=1.3)
    where, never = [Whereabouts(4, 0.0)], np.zeros(12)
    for seed in range(30):
        ours = UnpredictablePatrol.from_field(graph, round_trip(graph, 1), where, never, seed)
        rules = ours.rules
        assert isinstance(rules, LoneRules)
        assert 1.0 <= rules.unseen <= LONGEST_UNSEEN
        now_s = ours.holds_from_s + (2.0 + seed / 4) * ours.persistent_s
        assert not unseen_after(ours, now_s, rules.unseen * ours.persistent_s)


def test_no_rules_that_are_tried_leave_a_place_unseen_for_longer_than_stated() -> None:
    assert max(rules.unseen for rules in LADDER) <= LONGEST_UNSEEN


def test_a_team_with_the_rules_of_a_lone_vehicle_is_refused() -> None:
    graph = even_ring()
    with pytest.raises(PlanError, match="for 2 vehicles, the rules are for one alone; give Rules"):
        UnpredictablePatrol(graph, round_trip(graph, 2), 1, LoneRules())
    UnpredictablePatrol(graph, round_trip(graph, 2), 1, Rules(turns=1.0))


def test_goes_back_now_and_then_even_where_the_way_back_takes_far_longer() -> None:
    graph = uneven_ring(12, 1, back=1.3)
    trace = simulate_unpredictable(graph, round_trip(graph, 1), 2, 12_000.0)
    steps = np.diff(trace.places) % 12
    assert (steps == 11).sum() > 20
    assert (steps == 1).sum() > 2 * (steps == 11).sum()


def test_switching_costs_little_time() -> None:
    graph = uneven_ring(10, 3, back=1.2)
    plan = round_trip(graph, 1)
    horizon_s = 200 * plan[0].duration_s
    trace = simulate_unpredictable(graph, plan, 5, horizon_s)
    mean_s = np.mean([np.diff(trace.times_s[trace.places == p]).mean() for p in range(10)])
    assert mean_s <= 1.05 * plan[0].duration_s


def test_laps_take_as_long_as_the_plan_and_are_told_apart() -> None:
    graph = uneven_ring(9, 2)
    arrivals = ArrivalGraph.plain(graph)
    tracks = laps_of(arrivals, round_trip(graph, 1)[0])
    assert len({tuple(track.stops) for track in tracks}) == len(tracks) >= 2
    assert max(track.lap_s for track in tracks) == pytest.approx(tracks[0].lap_s)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 1), min_size=5, max_size=5), min_size=1, max_size=8),
    st.floats(1e-3, 0.5),
)
def test_no_place_is_put_off_with_more_than_its_chance(rows: list[list[int]], most: float) -> None:
    delays: Ints = np.array(rows, np.intp)
    found = chances(delays, most)
    assert (found >= 0).all()
    assert found.sum() <= MOST_LIKELY + 1e-6
    assert (found @ delays <= most * (1 + 1e-5)).all()
    assert (found > 0).any()


def test_no_switches_have_no_chances() -> None:
    assert len(chances(np.zeros((0, 4), np.intp), 0.2)) == 0


def test_calm_rules_do_where_they_are_surprising_enough() -> None:
    graph = uneven_ring(20, 4)
    assert tuned(course_of(graph, round_trip(graph, 1)[0])) == LADDER[0]


def test_bolder_rules_where_turning_round_costs_time() -> None:
    graph = uneven_ring(12, 1, back=1.3)
    course = course_of(graph, round_trip(graph, 1)[0])
    found = tuned(course)
    assert found.unseen > 1.0
    assert found == tuned(course)


def test_a_small_map_is_tried_for_long_enough_to_tell_calm_rules_from_bold_ones() -> None:
    """In trials of 120 laps none of the calm ones was surprising enough here; they are."""
    case = case_of_file(PROVING_GROUND)
    rules = UnpredictablePatrol(case.arrivals, case.plan(1)).rules
    assert isinstance(rules, LoneRules)
    assert rules.unseen == 1.0


def test_a_place_of_its_own_needs_no_trial() -> None:
    graph = PatrolGraph(("a",), ())
    assert tuned(course_of(graph, PatrolCycle((0,), 0.0, 1))) == LADDER[0]


def test_the_walk_moves_along_streets() -> None:
    graph = uneven_ring(6, 1)
    times_s, visited = random_walk(ArrivalGraph.plain(graph), 2, 500.0, np.random.default_rng(1))
    legs = dict(zip(pairwise(visited), np.diff(times_s), strict=True))
    for (start, end), leg_s in legs.items():
        assert graph.move_s[int(start), int(end)] == pytest.approx(leg_s)
