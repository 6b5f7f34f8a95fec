"""A whole import of a hand-written town."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from navigation.planning.importing.importer import ImportOptions, import_map
from navigation.planning.importing.report import ImportReport
from navigation.planning.importing.source import LICENCE
from patrol.map import AreaKind, PatrolMap, PoiKind, WayClass
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import parse_map, save_map
from patrol.vehicle import VehicleSpec

Imported = tuple[PatrolMap, ImportReport]
BringIn = Callable[..., Imported]
Town = Any  # an Extract of conftest.py


def near(patrol_map: PatrolMap, x_m: float, y_m: float) -> int:
    """The node at a place given from the extract's own zero (its box centre is elsewhere)."""
    low = min(n.y_m for n in patrol_map.nodes.values())
    return patrol_map.nearest_node(x_m, y_m + low).id


def test_makes_a_map_that_loads_and_has_no_error(imported: Imported, tmp_path: Path) -> None:
    patrol_map, _ = imported
    save_map(patrol_map, tmp_path / "town.geojson")
    again = parse_map((tmp_path / "town.geojson").read_bytes(), "town")
    assert again == patrol_map
    assert (again.name, again.map_id, again.licence) == ("Town", "town", LICENCE)
    assert all(f.level is not FindingLevel.ERROR for f in find_problems(again))


def test_ways_go_both_ways_whatever_oneway_says(imported: Imported) -> None:
    patrol_map, _ = imported
    for edge in patrol_map.edges.values():
        back = patrol_map.edge_between[edge.end_id, edge.start_id]
        assert (back.length_m, back.grade) == (edge.length_m, -edge.grade)


def test_a_way_that_is_one_way_on_foot_goes_one_way(town: Town, bring_in: BringIn) -> None:
    town.ways[5] = town.ways[5].replace('k="oneway"', 'k="oneway:foot"')
    patrol_map, _ = bring_in(town)
    lower, upper = near(patrol_map, 100, 0), near(patrol_map, 100, 12)
    assert (lower, upper) in patrol_map.edge_between
    assert (upper, lower) not in patrol_map.edge_between


def test_keeps_metres_names_widths_and_inclines(imported: Imported) -> None:
    patrol_map, report = imported
    left, middle, right = (near(patrol_map, x, 0) for x in (-100, 0, 100))
    lower = patrol_map.edge_between[left, middle]
    assert lower.length_m == pytest.approx(100, abs=0.5)
    assert (lower.name, lower.width_m, lower.way_class) == ("Lower walk", 2.6, WayClass.PAVEMENT)
    assert (middle, right) in patrol_map.edge_between  # node 8 was of no use
    assert report.points == report.nodes + 2  # nor was node 7 inside the crossing
    upper = patrol_map.edge_between[near(patrol_map, -100, 12), near(patrol_map, 0, 12)]
    assert (upper.grade, upper.way_class) == (0.04, WayClass.STREET)
    side = patrol_map.edge_between[right, near(patrol_map, 100, 12)]
    assert (side.lit, side.surface) == (False, "concrete")


def test_buildings_parks_and_places_become_features(town: Town, bring_in: BringIn) -> None:
    town.node(90, -30, -10, amenity="toilets", name="WC")
    for node_id, (x, y) in enumerate([(60, -40), (90, -40), (90, -20), (60, -20)], start=91):
        town.node(node_id, x, y)
    town.way(99, [91, 92, 93, 94, 91], amenity="school", name="School")
    patrol_map, report = bring_in(town)
    (house,) = patrol_map.buildings
    assert (house.name, house.height_m) == ("House", 9.0)
    (park,) = patrol_map.areas
    assert (park.name, park.kind) == ("Park", AreaKind.PARK)
    toilets, school = patrol_map.pois
    assert (toilets.id, toilets.name, toilets.kind) == ("osm-n90", "WC", PoiKind.TOILET)
    assert (school.id, school.kind) == ("osm-w99", PoiKind.SCHOOL)
    assert (school.x_m - toilets.x_m) == pytest.approx(105, abs=0.5)
    assert (report.buildings, report.areas, report.pois, report.shapes_left_out) == (1, 1, 2, 0)


def test_the_report_says_what_was_left_out_and_where(imported: Imported) -> None:
    _, report = imported
    assert report.steps_left_out == 1
    assert report.ways_left_out.lengths_m["steps"] == pytest.approx(12, abs=0.2)
    assert report.lost_km == pytest.approx(0.04, abs=0.001)
    assert report.ways == 6
    text = "\n".join(report.lines())
    assert "ways left out: steps 1 (0.01 km)" in text
    assert "connected parts: 2 (0.44, 0.04 km); largest connected part kept, 1 others" in text
    assert "largest lost part: 40 m, Far lane, at x 0 y" in text


def test_a_lost_part_without_a_name_is_placed_by_the_nearest_street(
    town: Town, bring_in: BringIn
) -> None:
    town.ways[-1] = town.ways[-1].replace("Far lane", "")
    assert "largest lost part: 40 m, near Upper street" in "\n".join(bring_in(town)[1].lines())


def test_all_parts_can_be_kept(town: Town, bring_in: BringIn) -> None:
    patrol_map, report = bring_in(town, ImportOptions(keep_all_parts=True))
    assert {edge.name for edge in patrol_map.edges.values()} >= {"Far lane", "Lower walk"}
    assert "connected parts: 2 (0.44, 0.04 km), all kept" in report.lines()
    dock = patrol_map.nodes[patrol_map.docks[0].node_id]
    assert dock.y_m < 0  # in the largest part


def test_places_a_dock_and_checkpoints_on_loops(imported: Imported) -> None:
    patrol_map, _ = imported
    assert len(patrol_map.docks) == 1
    assert len({c.node_id for c in patrol_map.checkpoints}) == 3
    for place in (*patrol_map.docks, *patrol_map.checkpoints):
        assert len(patrol_map.outgoing[place.node_id]) >= 2


def test_a_way_through_a_building_is_left_out_and_one_beside_it_narrowed(
    town: Town, bring_in: BringIn
) -> None:
    town.way(50, [2, 60], highway="footway")
    town.node(60, 30, -14)  # inside the house
    town.node(61, 18.9, -30)
    town.way(51, [61, 62, 2], highway="footway", width="4")
    town.node(62, 18.9, -2)  # 1.1 m beside the wall
    patrol_map, report = bring_in(town)
    assert report.unfit.counts == {"through a building": 1}
    beside = [e for e in patrol_map.edges.values() if e.length_m == pytest.approx(28, abs=0.2)]
    assert [edge.width_m for edge in beside] == pytest.approx([2.0, 2.0], abs=0.11)


def test_the_rim_of_a_pedestrian_area_is_a_way(town: Town, bring_in: BringIn) -> None:
    for node_id, (x, y) in enumerate([(-80, -90), (-60, -90), (-60, -70)], start=70):
        town.node(node_id, x, y)
    town.way(53, [1, 70, 71, 72, 1], highway="pedestrian", area="yes", name="Square")
    patrol_map, _ = bring_in(town)
    rim = [edge for edge in patrol_map.edges.values() if edge.name == "Square"]
    assert len(rim) == 8
    assert {edge.width_m for edge in rim} == {2.0}
    assert AreaKind.SQUARE in {area.kind for area in patrol_map.areas}


def test_nothing_passes_a_barrier_without_a_gap(town: Town, bring_in: BringIn) -> None:
    town.node(75, 100, 6, barrier="turnstile")
    town.ways[5] = town.ways[5].replace('<nd ref="6"/>', '<nd ref="75"/><nd ref="6"/>')
    patrol_map, report = bring_in(town)
    lower, upper = near(patrol_map, 100, 0), near(patrol_map, 100, 12)
    assert report.barriers == 1
    ends = {(lower, upper), (upper, lower)}
    assert not ends & patrol_map.edge_between.keys()
    assert len(patrol_map.outgoing[lower]) == 2  # back along the walk, or up to the barrier


def test_a_vehicle_leaves_out_what_it_cannot_use(
    town: Town, bring_in: BringIn, goalie: VehicleSpec
) -> None:
    town.node(70, 0, -30)
    town.way(52, [2, 70], highway="footway", width="1.2")
    town.node(71, 0, 42)
    town.way(53, [4, 71], highway="residential", incline="20%")
    with_lanes, _ = bring_in(town)
    without, report = bring_in(town, ImportOptions(spec=goalie))
    assert len(with_lanes.nodes) == len(without.nodes) + 2
    assert report.unfit.counts == {"too narrow": 1, "too steep": 1}
    assert "not passable for goalie, left out: " in "\n".join(report.lines())
    assert max(e.speed_limit_mps for e in without.edges.values()) <= goalie.speed_cap_mps + 1e-3


def test_a_way_that_leaves_the_extract_keeps_its_inside(town: Town, bring_in: BringIn) -> None:
    town.missing = {1}
    patrol_map, report = bring_in(town)
    assert report.incomplete_ways == 1  # of the other only one end is left
    assert len(patrol_map.nodes) == 5


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_reads_packed_files(
    pack: Callable[[bytes], bytes], town: Town, imported: Imported, tmp_path: Path
) -> None:
    ending = ".osm.gz" if pack is gzip.compress else ".osm.bz2"
    path = tmp_path / f"town{ending}"
    path.write_bytes(pack(town.write(tmp_path / "town.osm").read_bytes()))
    assert import_map(path, ImportOptions("Town", checkpoints=3))[0] == imported[0]


def test_reports_progress_from_start_to_end(town: Town, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    import_map(
        town.write(tmp_path / "town.osm"),
        progress=lambda stage, share: told.append((stage, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0] == ("reading", 0.0)
    assert 0.8 <= shares[-1] <= 1.0


def test_the_same_file_makes_the_same_map(town: Town, bring_in: BringIn) -> None:
    assert bring_in(town)[0] == bring_in(town)[0]
