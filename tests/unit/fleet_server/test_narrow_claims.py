"""What is narrow for two vehicles, what an order holds, and what excludes what."""

from __future__ import annotations

import itertools
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.dispatch.claims import Claim, conflict
from fleet_server.dispatch.holding import asked, held, stops
from fleet_server.dispatch.map_ways import MapWays
from fleet_server.dispatch.narrow import Narrow, narrow_for, passing_width_m
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import ChargeStop, Route, Stop
from patrol.map import WayClass
from tests.unit.fleet_server.alley_town import ALLEYS, town

WAYS = MapWays(town())
WIDE = frozenset({0, 1, 2, 4, 5, 6, 8, 9, 10, 20, 21, 22, 24, 25, 26, 28, 29, 30, 70, 71, 72, 73})


def route(*node_ids: int, **changes: object) -> Route:
    between = town().edge_between
    edges = [between[pair].id for pair in itertools.pairwise(node_ids)]
    made = Route("town", list(node_ids), edges, [], [], None, 0.0)
    return msgspec.structs.replace(made, **changes)


@pytest.fixture(scope="module")
def narrow() -> Narrow:
    return narrow_for(town(), 0.9, 0.9, 0.9)


def test_two_of_ninety_centimetres_pass_from_three_metres_forty() -> None:
    assert passing_width_m(0.9, 0.9) == pytest.approx(3.4)
    assert passing_width_m(0.9, 0.6) == pytest.approx(3.1)


def test_alleys_are_narrow_and_nobody_waits_where_one_ends(narrow: Narrow) -> None:
    assert narrow.ways == {(min(way), max(way)) for way in ALLEYS}
    assert set(town().nodes) - narrow.no_waiting == WIDE


@pytest.mark.parametrize(
    ("changes", "is_narrow", "is_place"),
    [
        ({"width_m": 3.39}, True, False),
        ({"width_m": 3.4}, False, False),  # two pass, but not one that stands in the middle
        ({"width_m": 3.9}, False, True),
        ({"way_class": WayClass.CROSSWALK}, True, False),  # nobody leaves its line there
        ({"crosswalk_id": "cw"}, True, False),
        ({"width_m": 1.4}, False, True),  # for nobody
        ({"width_m": 1.8, "steps": True}, False, True),
    ],
)
def test_what_makes_a_way_narrow(
    changes: dict[str, object], is_narrow: bool, is_place: bool
) -> None:
    plain = town()
    edge = plain.edge_between[5, 6]
    edges = {**plain.edges, edge.id: replace(edge, **changes)}  # type: ignore[arg-type]
    found = narrow_for(replace(plain, edges=edges), 0.9, 0.9, 0.9)
    assert found.has(5, 6) is is_narrow
    assert (5 not in found.no_waiting) is is_place


def test_a_base_ends_where_one_can_wait_without_an_action(narrow: Narrow) -> None:
    way = route(6, 5, 4, 3, 40, 41, 23, 22, 21)
    assert list(stops(way, 0, 0, WAYS, narrow)) == [1, 7, 8]  # 4 is too near to the alley
    assert list(stops(way, 7, 0, WAYS, narrow)) == [8]
    busy = msgspec.structs.replace(way, stops=[Stop(1, 0, "south", "a", 2.0)])
    assert list(stops(busy, 0, 0, WAYS, narrow)) == [7, 8]


def test_a_base_ends_at_a_charge_and_holds_the_way_out(narrow: Narrow) -> None:
    charge = ChargeStop(4, "c", "dock", 60.0, 50.0)
    way = route(5, 4, 3, 40, 41, 23, 22, charges=[charge])
    assert list(stops(way, 1, 0, WAYS, narrow)) == [4]
    assert asked("v", way, 1, 4, WAYS, narrow).steps[-1] == (23, 22)


def test_a_base_that_ends_in_an_alley_holds_all_of_it(narrow: Narrow) -> None:
    """The one that was sent before there was a second vehicle."""
    way = route(4, 3, 40, 41, 23, 22, 21)
    progress = Progress("o", released_to=2, reached=1, begun=True, sent_at_s=0.0)
    claim = held("v", way, progress, (45.0, 5.0), WAYS, narrow)
    assert claim.steps == ((3, 40), (40, 41), (41, 23), (23, 22))
    assert claim.stands == frozenset()
    at_mouth = held("v", way, progress, (45.0, 1.0), WAYS, narrow)
    assert at_mouth.stands == {3}


def test_an_order_on_another_version_of_the_map_holds_what_both_know(narrow: Narrow) -> None:
    way = msgspec.structs.replace(route(4, 3, 40, 41, 23, 22, 21), node_ids=[4, 3, 40, 999, 998])
    progress = Progress("o", released_to=2, reached=1, begun=True, sent_at_s=0.0)
    claim = held("v", way, progress, (45.0, 5.0), WAYS, narrow)
    assert claim.steps == ((3, 40), (40, 999), (999, 998))
    unknown = held("v", way, replace_reached(progress, 3), (45.0, 30.0), WAYS, narrow)
    assert 999 in unknown.stands


def replace_reached(progress: Progress, reached: int) -> Progress:
    return msgspec.structs.replace(progress, reached=reached, released_to=reached)


def steps(*node_ids: int) -> Claim:
    return Claim("v", tuple(itertools.pairwise(node_ids)))


@pytest.mark.parametrize(
    ("held_by_one", "asked_by_other", "where"),
    [
        (steps(2, 3, 40, 41, 23, 24), steps(22, 23, 41, 40, 3, 4), (23, 41)),
        (steps(2, 3, 40, 41, 23, 24), steps(4, 3, 40, 41, 23, 22), None),  # follows
        (steps(2, 3, 4, 5), steps(5, 4, 3, 2), None),  # in a street
        (steps(23, 24), steps(24, 23, 41), None),  # out of the alley: they pass in the street
        (steps(41, 23, 24), steps(24, 23, 41), (23, 41)),
        (Claim("v", (), frozenset({40})), steps(2, 3, 40, 41, 23, 22), (3, 40)),
        (Claim("v", (), frozenset({3})), steps(2, 3, 4), None),  # passed in the street
        (Claim("v", (), frozenset({3})), steps(2, 3, 40), (3, 40)),
        (Claim("v", (), frozenset(), frozenset({(40, 41)})), steps(3, 40, 41, 23), (40, 41)),
        (steps(2, 3, 40, 41, 23, 24), Claim("w", ((5, 4), (4, 3)), frozenset({3})), (3, 40)),
    ],
)
def test_claims_that_exclude_each_other(
    narrow: Narrow, held_by_one: Claim, asked_by_other: Claim, where: object
) -> None:
    assert conflict(held_by_one, asked_by_other, narrow) == where


def test_alleys_with_one_mouth_are_not_left_and_entered_at_once() -> None:
    """From 1 a street leads to 2, where alleys to 3 and to 4 begin."""
    mouth = Narrow(frozenset({(2, 3), (2, 4)}), frozenset({2, 3, 4}))
    assert conflict(steps(3, 2, 1), steps(1, 2, 4), mouth) == (1, 2)
    assert conflict(steps(3, 2, 1), steps(4, 2, 1), mouth) is None


def test_who_stands_behind_on_the_same_way_is_in_nobodys_way(narrow: Narrow) -> None:
    behind = Claim("v", (), frozenset(), frozenset({(40, 41)}), (45.0, 23.0))
    ahead = replace(behind, at_m=(45.0, 36.0))
    way = route(41, 23, 22)
    lead = ((40, 41), (45.0, 30.0), (45.0, 40.0))
    claim = asked("w", way, -1, 2, WAYS, narrow, lead)
    assert conflict(behind, claim, narrow) is None
    assert conflict(ahead, claim, narrow) == (40, 41)


@given(st.lists(st.sampled_from([3, 40, 41, 23, 60, 51, 27, 7, 50, 61]), min_size=2, max_size=6))
def test_a_way_driven_the_other_way_round_is_never_free(nodes: list[int]) -> None:
    found = narrow_for(town(), 0.9, 0.9, 0.9)
    there, back = steps(*nodes), steps(*reversed(nodes))
    meets = any(found.has(*step) for step in there.steps)
    assert (conflict(there, back, found) is not None) is meets
