"""Contraction: fewer points, the same places to within 5 cm, the same ways."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.importing.contraction import SHORTEST_M, TOLERANCE_M, contract
from navigation.planning.importing.points import XY, Points
from navigation.planning.importing.segments import Attributes, Segment
from patrol.map import WayClass

WALK = Attributes(WayClass.PAVEMENT, 2.5, 1.39, "asphalt", 0.0, True, "Walk")


def line(places: list[XY], attributes: Attributes = WALK) -> tuple[list[Segment], Points]:
    points = Points(dict(enumerate(places)))
    return [Segment(a, b, attributes) for a, b in pairwise(range(len(places)))], points


def drawing(segments: list[Segment], points: Points) -> shapely.Geometry:
    return shapely.MultiLineString([[points[s.start], points[s.end]] for s in segments])


def distance_m(before: list[Segment], after: list[Segment], points: Points) -> float:
    """Hausdorff distance of the drawings, both ways, measured every few centimetres."""
    a, b = drawing(before, points), drawing(after, points)
    longest = max(points.distance_m(s.start, s.end) for s in [*before, *after])
    return float(shapely.hausdorff_distance(a, b, densify=min(1.0, 0.02 / max(longest, 0.02))))


def test_points_on_a_line_go_and_bends_stay() -> None:
    segments, points = line([(0, 0), (10, 0.02), (20, 0), (30, 0), (30, 10)])
    kept = contract(segments, points)
    assert [(s.start, s.end) for s in kept] == [(0, 3), (3, 4)]


def test_a_bend_of_more_than_five_centimetres_stays() -> None:
    for offset_m, count in ((0.04, 1), (0.06, 2)):
        segments, points = line([(0, 0), (10, offset_m), (20, 0)])
        assert len(contract(segments, points)) == count


def test_a_change_of_attributes_keeps_its_point() -> None:
    segments, points = line([(0, 0), (10, 0), (20, 0), (30, 0)])
    segments[1] = replace(segments[1], attributes=replace(WALK, width_m=1.5))
    assert len(contract(segments, points)) == 3


def test_ways_drawn_towards_each_other_are_one_chain() -> None:
    """Over the border of two ways, of which one is drawn backwards and uphill."""
    points = Points({0: (0, 0), 1: (10, 0), 2: (20, 0)})
    up, down = replace(WALK, grade=0.05), replace(WALK, grade=-0.05)
    (one,) = contract([Segment(0, 1, up), Segment(2, 1, down)], points)
    assert (one.start, one.end, one.attributes.grade) == (0, 2, 0.05)
    assert len(contract([Segment(0, 1, up), Segment(2, 1, up)], points)) == 2


def test_one_way_chains_keep_their_direction() -> None:
    points = Points({0: (0, 0), 1: (10, 0), 2: (20, 0)})
    there = replace(WALK, backward=False)
    back = replace(WALK, forward=False)
    (one,) = contract([Segment(1, 0, back), Segment(1, 2, there)], points)
    ends = (one.start, one.end)
    assert (ends, one.attributes.forward) in (((0, 2), True), ((2, 0), False))


def test_a_loop_that_meets_nothing_stays_a_loop() -> None:
    round_ = [(10 * math.cos(i / 30), 10 * math.sin(i / 30)) for i in range(188)]
    segments, points = line(round_)
    segments.append(Segment(187, 0, WALK))
    kept = contract(segments, points)
    assert 20 < len(kept) < 80
    starts, ends = {s.start for s in kept}, {s.end for s in kept}
    assert starts == ends
    assert distance_m(segments, kept, points) <= TOLERANCE_M


def test_a_loop_on_a_stem_and_two_ways_between_the_same_points() -> None:
    points = Points({0: (0, 0), 1: (10, 0), 2: (20, 0), 3: (20, 9), 4: (5, 0.01)})
    stem = [Segment(0, 1, WALK), Segment(1, 2, WALK), Segment(2, 3, WALK), Segment(3, 1, WALK)]
    twin = [Segment(0, 4, WALK), Segment(4, 1, WALK)]  # one centimetre beside the stem
    kept = {frozenset((s.start, s.end)) for s in contract([*stem, *twin], points)}
    assert kept == {frozenset(pair) for pair in ((0, 1), (1, 2), (2, 3), (3, 1))}


def test_a_line_that_passes_its_own_end_keeps_its_bend() -> None:
    segments, points = line([(0, 0), (5, 0), (8, 4), (12, 4), (12, -4), (8, -4), (5, 0.03)])
    kept = contract(segments, points)
    assert distance_m(segments, kept, points) <= TOLERANCE_M


def test_junctions_nearer_than_an_edge_become_one() -> None:
    points = Points({0: (0, 0), 1: (10, 0), 2: (10, 0.03), 3: (20, 0), 4: (10, 9), 5: (10, -9)})
    star = [Segment(0, 1, WALK), Segment(5, 1, WALK), Segment(1, 2, WALK), Segment(2, 3, WALK),
            Segment(2, 4, WALK)]  # fmt: skip
    kept = contract(star, points)
    assert len(kept) == 4
    assert all(points.distance_m(s.start, s.end) >= SHORTEST_M for s in kept)
    assert distance_m(star, kept, points) <= TOLERANCE_M


steps = st.tuples(st.floats(-1.5, 1.5), st.floats(0.004, 8.0))  # turn in radians, metres


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Segment], Points]:
    """Wandering lines from shared junctions, with steps down to millimetres."""
    places: dict[int, XY] = {0: (0.0, 0.0)}
    segments: list[Segment] = []
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.sampled_from(sorted(places)))
        heading = draw(st.floats(-3.1, 3.1))
        width_m = draw(st.sampled_from([1.5, 2.5]))
        for turn, length_m in draw(st.lists(steps, min_size=1, max_size=12)):
            heading += turn
            width_m = draw(st.sampled_from([width_m, 1.5, 2.5]))
            x, y = places[at]
            ref = len(places)
            places[ref] = (round(x + length_m * math.cos(heading), 3),
                           round(y + length_m * math.sin(heading), 3))  # fmt: skip
            segments.append(Segment(at, ref, replace(WALK, width_m=width_m)))
            at = ref
    return segments, Points(places)


@settings(deadline=None, max_examples=60)
@given(networks())
def test_geometry_moves_at_most_five_centimetres(network: tuple[list[Segment], Points]) -> None:
    segments, points = network
    length_m = sum(points.distance_m(s.start, s.end) for s in segments)
    kept = contract(segments, points)
    if not kept:
        assert length_m < len(segments) * SHORTEST_M
        return
    assert distance_m(segments, kept, points) <= TOLERANCE_M + 1e-6
    assert len(kept) <= len(segments)


@settings(deadline=None, max_examples=60)
@given(networks())
def test_a_contracted_network_is_connected_and_can_be_a_map(
    network: tuple[list[Segment], Points],
) -> None:
    segments, points = network
    kept = contract(segments, points)
    assert all(points.distance_m(s.start, s.end) >= SHORTEST_M for s in kept)
    pairs = [frozenset((s.start, s.end)) for s in kept]
    assert len(set(pairs)) == len(pairs)
    reached = {kept[0].start} if kept else set()
    for _ in kept:
        reached |= {ref for pair in pairs if pair & reached for ref in pair}
    assert reached == {ref for pair in pairs for ref in pair}


@pytest.mark.parametrize("count", [3, 200])
def test_contracting_twice_changes_nothing_more(count: int) -> None:
    places = [(3.0 * i, 6 * math.sin(i / 7)) for i in range(count)]
    segments, points = line(places)
    once = contract(segments, points)
    assert contract(once, points) == once
