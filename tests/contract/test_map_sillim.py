"""maps/sillim.geojson is the neighbourhood that was promised."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest
from shapely.geometry import Polygon

from navigation.planning.patrol_tour import plan_patrol
from patrol.map import AreaKind, Edge, PatrolMap, WayClass, ZoneKind
from patrol.map_check import FindingLevel, edge_heading_rad, edge_line, find_problems, turn_rad
from patrol.map_geojson import load_map, save_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "maps" / "sillim.geojson"
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
DEMO_PATROL = ("cp-06", "cp-08", "cp-12")


@pytest.fixture(scope="module")
def sillim() -> PatrolMap:
    return load_map(FILE)


@pytest.fixture(scope="module")
def ways(sillim: PatrolMap) -> list[Edge]:
    """Each way once."""
    return [edge for edge in sillim.edges.values() if edge.start_id < edge.end_id]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sillim", ROOT / "maps/make_sillim.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_sillim"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_generator_makes_this_very_file(generator: ModuleType, tmp_path: Path) -> None:
    save_map(generator.build_map(), tmp_path / "again.geojson")
    assert (tmp_path / "again.geojson").read_bytes() == FILE.read_bytes()


def test_has_three_kilometres_of_streets_and_alleys(ways: list[Edge]) -> None:
    assert sum(edge.length_m for edge in ways) >= 3000
    assert len(ways) >= 30
    elsewhere = {WayClass.LIVING_STREET, WayClass.STEPS}  # no shared space here, no stairs
    assert {edge.way_class for edge in ways} == set(WayClass) - elsewhere


def test_every_way_goes_both_ways(sillim: PatrolMap) -> None:
    for edge in sillim.edges.values():
        back = sillim.edge_between[edge.end_id, edge.start_id]
        assert back.width_m == edge.width_m
        assert back.grade == pytest.approx(-edge.grade, abs=1e-5)


def test_slopes_reach_but_do_not_pass_ten_percent(ways: list[Edge]) -> None:
    assert 0.085 <= max(abs(edge.grade) for edge in ways) <= 0.10


def test_grades_agree_with_heights(sillim: PatrolMap, ways: list[Edge]) -> None:
    for edge in ways:
        rise = sillim.nodes[edge.end_id].z_m - sillim.nodes[edge.start_id].z_m
        assert edge.grade == pytest.approx(rise / edge.length_m, abs=1e-4)


def _passings(sillim: PatrolMap) -> list[tuple[Edge, Edge, int]]:
    """Pairs of edges one can drive in a row, with the number of ways at the node between."""
    incoming = defaultdict(list)
    for edge in sillim.edges.values():
        incoming[edge.end_id].append(edge)
    return [
        (first, second, len(sillim.outgoing[node_id]))
        for node_id in sillim.nodes
        for first in incoming[node_id]
        for second in sillim.outgoing[node_id]
        if second.end_id != first.start_id
    ]


def test_bends_between_junctions_are_gentle(sillim: PatrolMap) -> None:
    for first, second, ways_here in _passings(sillim):
        if ways_here == 2:
            turn = turn_rad(edge_heading_rad(sillim, first), edge_heading_rad(sillim, second))
            assert math.degrees(turn) <= 30


def test_slopes_change_gradually_along_a_street(sillim: PatrolMap) -> None:
    for first, second, _ in _passings(sillim):
        turn = turn_rad(edge_heading_rad(sillim, first), edge_heading_rad(sillim, second))
        if first.name == second.name and turn < math.radians(60):
            spacing_m = (first.length_m + second.length_m) / 2
            assert abs(second.grade - first.grade) / spacing_m * 10 <= 0.03


def test_buildings_stay_out_of_corridors(sillim: PatrolMap, ways: list[Edge]) -> None:
    shapes = [Polygon(building.polygon_map) for building in sillim.buildings]
    assert len(shapes) > 150
    for edge in ways:
        line = edge_line(sillim, edge)
        assert min(line.distance(shape) for shape in shapes) >= edge.width_m / 2 + 0.5


def test_buildings_do_not_overlap(sillim: PatrolMap) -> None:
    shapes = [Polygon(building.polygon_map) for building in sillim.buildings]
    for i, shape in enumerate(shapes):
        assert all(not shape.intersects(other) for other in shapes[i + 1 :])


def test_has_the_places_of_the_neighbourhood(sillim: PatrolMap) -> None:
    assert [c.id for c in sillim.checkpoints] == [f"cp-{n:02d}" for n in range(1, 13)]
    assert [d.id for d in sillim.docks] == ["dock-1"]
    assert sorted(c.signalled for c in sillim.crosswalks) == [False, True]
    assert {AreaKind.PARK, AreaKind.ROAD} <= {area.kind for area in sillim.areas}
    school = next(zone for zone in sillim.zones if zone.kind is ZoneKind.SCHOOL)
    assert school.speed_limit_mps is not None
    assert school.speed_limit_mps < 1.0
    assert any(zone.kind is ZoneKind.KEEP_OUT for zone in sillim.zones)
    for place in (*sillim.checkpoints, *sillim.docks):
        assert sillim.nodes[place.node_id].waiting_place


def test_alleys_are_narrow_and_one_ends_dead(sillim: PatrolMap, ways: list[Edge]) -> None:
    alleys = [edge for edge in ways if edge.way_class is WayClass.ALLEY]
    assert all(3.0 <= edge.width_m <= 4.0 for edge in alleys)
    ends = {node for edge in alleys for node in (edge.start_id, edge.end_id)}
    assert any(len(sillim.outgoing[node]) == 1 for node in ends)


def test_the_patrol_robot_finds_no_error_on_it(sillim: PatrolMap) -> None:
    findings = find_problems(sillim, GOALIE)
    assert not [str(f) for f in findings if f.level is FindingLevel.ERROR]


def test_the_demo_patrol_is_a_loop_of_six_to_eight_hundred_metres(sillim: PatrolMap) -> None:
    dock = sillim.dock("dock-1")
    tour = plan_patrol(sillim, dock.node_id, DEMO_PATROL, "given", dock, spec=GOALIE)
    assert 600 <= tour.length_m <= 800
    assert tour.u_turn_node_ids == ()
    classes = {sillim.edges[edge_id].way_class for edge_id in tour.edge_ids}
    assert {WayClass.ALLEY, WayClass.STREET, WayClass.PAVEMENT} <= classes
    assert tour.duration_s < 15 * 60


def test_all_checkpoints_make_one_tour_without_turning_round(sillim: PatrolMap) -> None:
    dock = sillim.dock("dock-1")
    ids = [checkpoint.id for checkpoint in sillim.checkpoints]
    tour = plan_patrol(sillim, dock.node_id, ids, "best", dock, spec=GOALIE)
    assert sorted(tour.checkpoint_ids) == ids
    assert tour.u_turn_node_ids == ()
    assert {e.crosswalk_id for e in map(sillim.edges.get, tour.edge_ids) if e} >= {"cw-1", "cw-2"}
