"""Merging maps: what both have is taken once, ids stay, disagreements have names."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import rustworkx as rx
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.errors import MapError
from patrol.geodesy import GeoPoint, enu_from_wgs84, wgs84_from_enu
from patrol.map import (
    Building,
    Checkpoint,
    Crosswalk,
    Dock,
    Edge,
    Node,
    PatrolMap,
    PoiKind,
    PointOfInterest,
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_diff import diff_maps
from patrol.map_frames import in_frame
from patrol.map_geojson import load_map
from patrol.map_merge import merge_maps
from patrol.map_merge_report import MergeConflictError, Prefer
from patrol.map_shapes import ways_length_m

SILLIM = load_map(Path(__file__).resolve().parents[3] / "maps" / "sillim.geojson")
ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)
NEARBY = GeoPoint(37.4861, 126.9312, 60.0)
Points = dict[int, tuple[float, float]]


def make(
    points: Points,
    pairs: list[tuple[int, int]],
    first_edge_id: int = 100,
    map_id: str = "a",
    **parts: object,
) -> PatrolMap:
    """A flat map of two-way alleys."""
    both = [*pairs, *((b, a) for a, b in pairs)]
    edges = {
        first_edge_id + i: Edge(
            first_edge_id + i, a, b, math.dist(points[a], points[b]), 1.39, 4.0, WayClass.ALLEY
        )
        for i, (a, b) in enumerate(both)
    }
    nodes = {i: Node(i, x, y) for i, (x, y) in points.items()}
    return replace(PatrolMap(map_id, "", ORIGIN, nodes, edges), **parts)  # type: ignore[arg-type]


def ring(x: float, y: float, size: float = 10.0) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + size, y), (x + size, y + size), (x, y + size))


def length_m(patrol_map: PatrolMap) -> float:
    return ways_length_m(patrol_map.edges.values())


def parts(patrol_map: PatrolMap) -> int:
    graph: rx.PyGraph = rx.PyGraph()
    index = dict(zip(patrol_map.nodes, graph.add_nodes_from(list(patrol_map.nodes)), strict=True))
    for edge in patrol_map.edges.values():
        graph.add_edge(index[edge.start_id], index[edge.end_id], None)
    return rx.number_connected_components(graph)


STREET = make({1: (0, 0), 2: (100, 0)}, [(1, 2)])


def test_a_map_with_itself_is_itself() -> None:
    merged, report = merge_maps(SILLIM, SILLIM)
    assert merged.content_hash == SILLIM.content_hash
    assert report.joined_nodes == len(SILLIM.nodes)
    assert report.renamed == ()


def test_the_same_map_around_another_origin_adds_nothing() -> None:
    merged, _ = merge_maps(SILLIM, in_frame(SILLIM, NEARBY))
    assert diff_maps(SILLIM, merged) == []


def test_neighbours_are_joined_where_they_meet() -> None:
    east = make({1: (100.3, 0.2), 2: (200, 0)}, [(1, 2)], map_id="b")
    merged, report = merge_maps(STREET, east)
    assert report.joined_nodes == 1
    assert parts(merged) == 1
    assert length_m(merged) == pytest.approx(200, abs=0.5)
    assert {1, 2} <= merged.nodes.keys()
    assert not merged.nodes.keys() & merged.edges.keys()


def test_clashing_ids_of_the_second_are_new_and_free_ones_stay() -> None:
    far = make({1: (0, 500), 100: (50, 500), 7: (99, 500)}, [(1, 100), (100, 7)], map_id="b")
    merged, _ = merge_maps(STREET, far)
    assert merged.nodes[1] == STREET.nodes[1]
    assert merged.edges[100] == STREET.edges[100]
    assert (merged.nodes[7].x_m, merged.nodes[7].y_m) == (99, 500)
    assert len(merged.nodes) == 5
    assert len(merged.edges) == 6


def test_the_same_street_cut_elsewhere_is_one_street() -> None:
    cut = make({1: (0, 0.1), 2: (40, 0.2), 3: (100, 0)}, [(1, 2), (2, 3)], map_id="b")
    for first, second in ((STREET, cut), (cut, STREET)):
        merged, report = merge_maps(first, second)
        assert diff_maps(first, merged) == []
        assert report.same_edges > 0


def test_a_side_street_of_the_second_cuts_the_firsts_street() -> None:
    tee = make(
        {1: (0, 0), 2: (40, 0.2), 3: (100, 0), 4: (40, 60)}, [(1, 2), (2, 3), (2, 4)], map_id="b"
    )
    merged, report = merge_maps(STREET, tee)
    assert report.cut_edges == 2
    assert parts(merged) == 1
    assert length_m(merged) == pytest.approx(160, abs=0.5)
    assert merged.edges[100].start_id == 1
    assert merged.edges[100].length_m == pytest.approx(40)
    assert {edge.way_class for edge in merged.edges.values()} == {WayClass.ALLEY}


def test_a_street_of_the_second_passes_through_the_firsts_junction() -> None:
    tee = make({1: (0, 0), 2: (50, 0), 3: (50, 60)}, [(1, 2), (2, 3)])
    long_street = make({1: (0, 0), 2: (120, 0)}, [(1, 2)], map_id="b")
    merged, _ = merge_maps(tee, long_street)
    assert parts(merged) == 1
    assert length_m(merged) == pytest.approx(180)


def test_a_one_way_the_first_does_not_have_is_kept() -> None:
    one_way = replace(STREET, edges={100: STREET.edges[100]})
    merged, _ = merge_maps(one_way, STREET)
    assert set(merged.edge_between) == {(1, 2), (2, 1)}


def test_a_bridge_is_not_joined_to_the_street_below() -> None:
    below = make({1: (0, 0), 2: (100, 0)}, [(1, 2)])
    below = replace(below, nodes={i: replace(n, z_m=1.0) for i, n in below.nodes.items()})
    above = make({1: (0, 0.1), 2: (100, 0.1)}, [(1, 2)], map_id="b")
    above = replace(above, nodes={i: replace(n, z_m=9.0) for i, n in above.nodes.items()})
    merged, report = merge_maps(below, above)
    assert report.joined_nodes == 0
    assert len(merged.nodes) == 4


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**16), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_two_overlapping_parts_make_the_whole(seed: int, dx: float, dy: float) -> None:
    """Cut a grid with a street each way in two overlapping parts; shift one a little."""
    side = 4
    points = {1 + i + side * j: (50.0 * i, 50.0 * j) for j in range(side) for i in range(side)}
    pairs = [
        (a, b) for a in points for b in points if a < b and math.dist(points[a], points[b]) == 50
    ]
    whole = make(points, pairs)
    middle = 50.0 + seed % 2 * 50.0
    west = [p for p in pairs if min(points[p[0]][0], points[p[1]][0]) <= middle]
    east = [p for p in pairs if max(points[p[0]][0], points[p[1]][0]) >= middle]
    first = make({i: points[i] for i in {n for p in west for n in p}}, west)
    moved = {i: (points[i][0] + dx, points[i][1] + dy) for i in {n for p in east for n in p}}
    second = make(moved, east, first_edge_id=500, map_id="b")
    merged, _ = merge_maps(first, second)
    assert len(merged.nodes) == len(whole.nodes)
    assert len(merged.edges) == len(whole.edges)
    assert length_m(merged) == pytest.approx(length_m(whole), abs=3)
    assert merged.edges.items() >= first.edges.items()


def test_disagreements_are_listed_by_name() -> None:
    zone = Zone("z3", ZoneKind.KEEP_OUT, ring(10, 10), "공사")
    first = replace(STREET, zones=(zone,))
    slower = replace(STREET.edges[100], speed_limit_mps=1.0)
    second = replace(
        STREET,
        edges=STREET.edges | {100: slower},
        zones=(replace(zone, polygon_map=ring(10, 10, 14)),),
    )
    with pytest.raises(MergeConflictError) as refusal:
        merge_maps(first, second)
    assert [str(conflict) for conflict in refusal.value.conflicts] == [
        "edge 100: speed limit 1.39 → 1 m/s",
        "zone z3: outline changed, 100 → 196 m²",
    ]
    assert "\n" not in str(refusal.value)
    assert merge_maps(first, second, Prefer.FIRST)[0].content_hash != ""
    assert diff_maps(first, merge_maps(first, second, Prefer.FIRST)[0]) == []
    assert diff_maps(second, merge_maps(first, second, Prefer.SECOND)[0]) == []


def test_two_things_of_one_id_are_two_things() -> None:
    def there(x: float, **layers: object) -> PatrolMap:
        return make({1: (x, 0), 2: (x + 100, 0)}, [(1, 2)], map_id="b", **layers)

    def things(x: float) -> dict[str, object]:
        return {
            "zones": (Zone("z", ZoneKind.QUIET, ring(x, 0)),),
            "checkpoints": (Checkpoint("cp-01", "", 1),),
            "docks": (Dock("dock-1", "", 1),),
            "buildings": (Building("b", ring(x, 20), 9.0),),
            "pois": (PointOfInterest("cctv", "", PoiKind.CCTV, x, 5.0),),
        }

    merged, report = merge_maps(
        replace(STREET, **things(0)),  # type: ignore[arg-type]
        there(1000, **things(1000)),
    )
    assert [c.id for c in merged.checkpoints] == ["cp-01", "cp-01-b"]
    assert merged.nodes[merged.checkpoints[1].node_id].x_m == 1000
    assert [z.id for z in merged.zones] == ["z", "z-b"]
    assert ("dock", "dock-1", "dock-1-b") in report.renamed
    assert len(merged.pois) == len(merged.buildings) == 2


def test_one_building_under_two_ids_is_one() -> None:
    first = replace(STREET, buildings=(Building("b1", ring(10, 20), 9.0),))
    second = replace(STREET, buildings=(Building("way-7", ring(10.1, 20.1), 9.0),))
    merged, report = merge_maps(first, second)
    assert [b.id for b in merged.buildings] == ["b1"]
    assert report.same_features == 1


def test_a_checkpoint_on_a_street_that_both_have_finds_its_place() -> None:
    cut = make(
        {1: (0, 0), 2: (40, 0.2), 3: (100, 0)}, [(1, 2), (2, 3)], map_id="b",
        checkpoints=(Checkpoint("cp-01", "", 2),),
    )  # fmt: skip
    merged, _ = merge_maps(STREET, cut)
    place = merged.nodes[merged.checkpoints[0].node_id]
    assert (place.x_m, place.y_m) == pytest.approx((40, 0))
    assert parts(merged) == 1


def test_crosswalks_keep_their_edges() -> None:
    def crossing(patrol_map: PatrolMap, crosswalk_id: str) -> PatrolMap:
        edges = {k: replace(e, crosswalk_id=crosswalk_id) for k, e in patrol_map.edges.items()}
        crosswalk = Crosswalk(crosswalk_id, "", tuple(edges), True, "s1")
        return replace(patrol_map, edges=edges, crosswalks=(crosswalk,))

    elsewhere = make({1: (300, 0), 2: (310, 0)}, [(1, 2)], map_id="b")
    same, _ = merge_maps(crossing(STREET, "cw-1"), crossing(STREET, "x9"))
    assert [(c.id, len(c.edge_ids)) for c in same.crosswalks] == [("cw-1", 2)]
    two, _ = merge_maps(crossing(STREET, "cw-1"), crossing(elsewhere, "cw-1"))
    assert [(c.id, len(c.edge_ids)) for c in two.crosswalks] == [("cw-1", 2), ("cw-1-b", 2)]
    learnt, _ = merge_maps(STREET, crossing(STREET, "cw-1"))
    assert [(c.id, c.signal_id) for c in learnt.crosswalks] == [("cw-1", "s1")]


def test_both_licences_hold_and_time_zones_must_agree() -> None:
    first = replace(STREET, licence="Apache-2.0")
    second = replace(STREET, licence="ODbL 1.0", time_zone="Europe/Helsinki")
    with pytest.raises(MergeConflictError, match="time zone 'Asia/Seoul' → 'Europe/Helsinki'"):
        merge_maps(first, second)
    merged, _ = merge_maps(first, second, Prefer.SECOND)
    assert merged.licence == "Apache-2.0; ODbL 1.0"
    assert merged.time_zone == "Europe/Helsinki"


@pytest.mark.parametrize("tolerance_m", [0.0, -1.0, math.nan, 50.0])
def test_a_senseless_tolerance_is_refused(tolerance_m: float) -> None:
    with pytest.raises(MapError, match=r"tolerance_m: .* is outside"):
        merge_maps(STREET, STREET, tolerance_m=tolerance_m)


def test_maps_too_far_apart_are_refused() -> None:
    with pytest.raises(MapError, match="more than 50 km"):
        merge_maps(STREET, replace(STREET, origin=GeoPoint(35.1, 129.0)))


def test_another_frame_keeps_every_place_on_the_earth() -> None:
    moved = in_frame(SILLIM, NEARBY)
    for node in list(SILLIM.nodes.values())[::25]:
        there = moved.nodes[node.id]
        place = wgs84_from_enu(node.x_m, node.y_m, node.z_m, SILLIM.origin)
        expected = enu_from_wgs84(place, NEARBY)
        assert (there.x_m, there.y_m, there.z_m) == pytest.approx(expected, abs=1e-3)
    back = in_frame(moved, SILLIM.origin)
    assert back.docks[0].heading_rad == pytest.approx(SILLIM.docks[0].heading_rad, abs=1e-5)
    assert back.zones[0].polygon_map[0] == pytest.approx(SILLIM.zones[0].polygon_map[0], abs=0.02)
