"""Crossings and kerbs: points in the data, stretches of way on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from navigation.planning.importing.importer import ImportOptions
from navigation.planning.importing.report import ImportReport
from patrol.map import Edge, PatrolMap, WayClass

BringIn = Callable[..., tuple[PatrolMap, ImportReport]]
Extract = Any  # of conftest.py


def edges_of(patrol_map: PatrolMap, crosswalk_id: str) -> list[Edge]:
    (crosswalk,) = (c for c in patrol_map.crosswalks if c.id == crosswalk_id)
    return [patrol_map.edges[edge_id] for edge_id in crosswalk.edge_ids]


def test_a_way_drawn_across_is_a_crosswalk_with_its_signal(
    town: Extract, bring_in: BringIn
) -> None:
    patrol_map, report = bring_in(town)
    (crosswalk,) = patrol_map.crosswalks
    assert (crosswalk.id, crosswalk.signalled, crosswalk.signal_id) == ("cw-w13", True, "osm-n7")
    edges = edges_of(patrol_map, "cw-w13")
    assert {edge.way_class for edge in edges} == {WayClass.CROSSWALK}
    assert sum(edge.length_m for edge in edges) == pytest.approx(24, abs=0.2)  # both directions
    assert (report.crosswalks, report.signalled) == (1, 1)
    for edge in edges:
        assert not patrol_map.nodes[edge.start_id].waiting_place


@pytest.mark.parametrize(
    ("node_tags", "way_tags", "signal_id"),
    [
        ({"highway": "crossing", "crossing": "uncontrolled"}, {}, None),
        ({"highway": "crossing", "crossing:signals": "yes"}, {}, "osm-n7"),
        ({"highway": "traffic_signals"}, {}, "osm-n7"),
        ({"highway": "crossing"}, {"crossing": "traffic_signals"}, "osm-n7"),
        ({}, {"crossing:signals": "yes"}, "osm-w13"),
        ({}, {"crossing": "unmarked"}, None),
    ],
)
def test_where_the_signal_is_written(
    node_tags: dict[str, str],
    way_tags: dict[str, str],
    signal_id: str | None,
    town: Extract,
    bring_in: BringIn,
) -> None:
    town.node(7, 0, 6, **node_tags)
    del town.ways[2]
    town.way(13, [2, 7, 4], highway="footway", footway="crossing", **way_tags)
    (crosswalk,) = bring_in(town)[0].crosswalks
    assert (crosswalk.signalled, crosswalk.signal_id) == (signal_id is not None, signal_id)


@pytest.fixture
def avenue(extract: Extract) -> Extract:
    """A long footway over a street of four lanes with only a crossing point to say so."""
    for node_id, (x, y) in enumerate([(0, -60), (0, 60), (-50, 0), (50, 0), (30, -60)], start=1):
        extract.node(node_id, x, y)
    extract.node(6, 0, 0, highway="crossing", crossing="uncontrolled")
    extract.way(11, [1, 6, 2], highway="footway", name="Walk")
    extract.way(12, [3, 6, 4], highway="primary", lanes="4", name="Avenue")
    extract.way(13, [1, 5], highway="footway")
    return extract


def test_a_point_takes_as_much_of_the_footway_as_the_street_is_wide(
    avenue: Extract, bring_in: BringIn
) -> None:
    patrol_map, _ = bring_in(avenue)
    (crosswalk,) = patrol_map.crosswalks
    assert (crosswalk.id, crosswalk.name, crosswalk.signalled) == ("cw-n6", "Avenue", False)
    edges = edges_of(patrol_map, "cw-n6")
    assert len(edges) == 2  # one straight piece, both directions
    assert edges[0].length_m == pytest.approx(4 * 3 + 2, abs=0.1)
    walk = sum(e.length_m for e in patrol_map.edges.values() if e.name == "Walk")
    assert walk == pytest.approx(2 * 120, abs=0.5)


def test_a_crossing_ends_at_the_next_junction(avenue: Extract, bring_in: BringIn) -> None:
    avenue.node(7, 0, 3)
    avenue.node(8, 40, 3)
    avenue.ways[0] = avenue.ways[0].replace('<nd ref="2"/>', '<nd ref="7"/><nd ref="2"/>')
    avenue.way(14, [7, 8], highway="footway")
    patrol_map, _ = bring_in(avenue)
    edges = edges_of(patrol_map, "cw-n6")
    assert sum(edge.length_m for edge in edges) == pytest.approx(2 * (7 + 3), abs=0.1)


def test_a_pavement_along_the_street_does_not_cross_it(avenue: Extract, bring_in: BringIn) -> None:
    avenue.ways[0] = avenue.ways[0].replace("</way>", '<tag k="footway" v="sidewalk"/></way>')
    assert not bring_in(avenue)[0].crosswalks


def test_a_kerb_makes_a_step_of_a_metre_of_way(avenue: Extract, bring_in: BringIn) -> None:
    avenue.node(7, 0, 30, barrier="kerb", kerb="raised", kerb__height="0.12")
    avenue.node(8, 0, 40, barrier="kerb", kerb="flush")
    nodes = '<nd ref="7"/><nd ref="8"/><nd ref="2"/>'
    avenue.ways[0] = avenue.ways[0].replace('<nd ref="2"/>', nodes)
    patrol_map, report = bring_in(avenue)
    steps = [edge for edge in patrol_map.edges.values() if edge.kerb_m]
    assert [edge.kerb_m for edge in steps] == [0.12, 0.12]
    assert steps[0].length_m == pytest.approx(1.0, abs=0.01)
    assert report.kerbs == 1


def test_a_vehicle_does_not_climb_a_kerb_that_is_too_high(
    avenue: Extract, bring_in: BringIn, goalie: Any
) -> None:
    avenue.node(7, 0, 30, barrier="kerb", kerb="raised")
    avenue.ways[0] = avenue.ways[0].replace('<nd ref="2"/>', '<nd ref="7"/><nd ref="2"/>')
    patrol_map, report = bring_in(avenue, ImportOptions(spec=goalie))
    assert report.unfit.counts == {"kerb too high": 2}  # half a metre on each side
    top = max(node.y_m for node in patrol_map.nodes.values())
    assert top - min(node.y_m for node in patrol_map.nodes.values()) == pytest.approx(
        89.5, abs=0.2
    )


def test_a_kerb_at_the_end_of_a_crossing_belongs_to_both_ways(
    town: Extract, bring_in: BringIn
) -> None:
    town.node(9, 0, 1.5, barrier="kerb", kerb="lowered")
    town.ways[2] = town.ways[2].replace('<nd ref="7"/>', '<nd ref="9"/><nd ref="7"/>')
    patrol_map, _ = bring_in(town)
    kerbs = [edge for edge in patrol_map.edges.values() if edge.kerb_m]
    assert {edge.crosswalk_id for edge in kerbs} == {"cw-w13"}
    assert {edge.kerb_m for edge in kerbs} == {0.03}
    assert sum(edge.length_m for edge in edges_of(patrol_map, "cw-w13")) == pytest.approx(
        24, abs=0.2
    )
