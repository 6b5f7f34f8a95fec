"""Every wrong map gets exactly one clear line and exit status 2, through the command line."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sunra

Document = dict[str, Any]
RING = [[0.0, 0.0], [40.0, 0.0], [40.0, 30.0], [0.0, 30.0], [0.0, 0.0]]


def point(node_id: int, x: float, y: float) -> Document:
    return {
        "type": "Feature",
        "properties": {"id": node_id, "frame": "map", "metadata": {}, "operations": {}},
        "geometry": {"type": "Point", "coordinates": [x, y, 0.0]},
    }


def line(edge_id: int, start: int, end: int, length_m: float) -> Document:
    return {
        "type": "Feature",
        "properties": {
            "id": edge_id, "startid": start, "endid": end, "cost": length_m, "overridable": True,
            "metadata": {"length_m": length_m, "abs_speed_limit": 1.39, "width_m": 4.0},
            "operations": {},
        },
        "geometry": {"type": "LineString", "coordinates": []},
    }  # fmt: skip


def feature(layer: str, layer_id: Any, shape: str, coordinates: Any, **fields: Any) -> Document:
    return {
        "type": "Feature",
        "properties": {"layer": layer, "id": layer_id, **fields},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def valid() -> Document:
    """Two nodes, two edges, one of everything; features keep these places in the list."""
    at = [[0.0, 0.0, 0.0]]
    return {
        "type": "FeatureCollection",
        "sunra": {
            "format_version": 1,
            "map_id": "small",
            "name": "작은 마을",
            "origin": {"latitude_deg": 37.4843, "longitude_deg": 126.9293, "altitude_m": 75.0},
            "licence": "",
        },
        "features": [
            point(1, 0.0, 0.0),
            point(2, 30.0, 40.0),
            line(17, 1, 2, 50.0),
            line(18, 2, 1, 50.0),
            feature("zone", "z", "Polygon", [RING], kind="school", speed_limit_mps=0.8),
            feature("checkpoint", "cp-01", "MultiPoint", at, name="문", node_id=2),
            feature("dock", "dock-1", "MultiPoint", at, name="차고", node_id=1),
            feature("building", "b", "Polygon", [[[x + 60, y] for x, y in RING]], height_m=9.0),
            feature("area", "park", "Polygon", [RING], kind="park"),
            feature("poi", "aed", "MultiPoint", [[3.0, 4.0]], kind="aed"),
        ],
    }


NODE, EDGE, ZONE, CHECKPOINT, DOCK, BUILDING, AREA, POI = 1, 2, 4, 5, 6, 7, 8, 9


def properties(index: int, **changes: Any) -> Callable[[Document], None]:
    return lambda d: d["features"][index]["properties"].update(changes)


def metadata(index: int, **changes: Any) -> Callable[[Document], None]:
    return lambda d: d["features"][index]["properties"]["metadata"].update(changes)


def coordinates(index: int, value: Any) -> Callable[[Document], None]:
    return lambda d: d["features"][index]["geometry"].update(coordinates=value)


def header(**changes: Any) -> Callable[[Document], None]:
    return lambda d: d["sunra"].update(changes)


def again(index: int) -> Callable[[Document], None]:
    return lambda d: d["features"].append(copy.deepcopy(d["features"][index]))


def add(value: Any) -> Callable[[Document], None]:
    return lambda d: d["features"].append(value)


def features(keep: Callable[[Document], bool]) -> Callable[[Document], None]:
    return lambda d: d.update(features=[f for f in d["features"] if keep(f)])


def move(*positions: tuple[float, float]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for item, (x, y) in zip(document["features"], positions, strict=False):
            item["geometry"]["coordinates"] = [x, y]
        for item in document["features"][2:4]:
            item["properties"]["metadata"].pop("length_m")

    return change


def drop(index: int, key: str) -> Callable[[Document], None]:
    return lambda d: d["features"][index]["properties"].pop(key)


BOW_TIE = [[[0.0, 0.0], [40.0, 30.0], [40.0, 0.0], [0.0, 30.0], [0.0, 0.0]]]
SLIVER = [[[0.0, 0.0], [0.5, 0.0], [0.5, 0.5], [0.0, 0.0]]]
FLAT = [[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [0.0, 0.0]]]
AT = [[0.0, 0.0]]

# what is wrong → (change, what the line must say)
CASES: dict[str, tuple[Callable[[Document], Any], str]] = {
    "dangling end": (properties(EDGE, endid=93), "edge 17: endid 93 is no node of this map"),
    "dangling start": (properties(EDGE, startid=94), "edge 17: startid 94 is no node"),
    "edge to itself": (properties(EDGE, endid=1), "edge 17: starts and ends at node 1"),
    "two edges one way": (add(line(19, 1, 2, 50.0)), "edge 19: runs from node 1 to node 2 as"),
    "node twice": (again(NODE), "node 2: the id stands twice"),
    "edge twice": (again(EDGE), "edge 17: the id stands twice"),
    "checkpoint twice": (again(CHECKPOINT), "checkpoint cp-01: the id stands twice"),
    "zone twice": (again(ZONE), "zone z: the id stands twice"),
    "zone crosses itself": (coordinates(ZONE, BOW_TIE), "zone z: the ring crosses itself"),
    "zone too small": (coordinates(ZONE, SLIVER), "zone z: the ring holds 0.125 m²"),
    "zone is a line": (coordinates(ZONE, FLAT), "zone z: the ring holds 0 m²"),
    "zone of two points": (coordinates(ZONE, [RING[:2]]), "zone z: a ring needs at least 3"),
    "zone with a hole": (coordinates(ZONE, [RING, RING]), "exactly one ring"),
    "zone unclosed type": (coordinates(ZONE, 7), "zone z: a Polygon here has exactly one ring"),
    "zone of unknown kind": (properties(ZONE, kind="lava"), "zone z: kind: 'lava' is none of"),
    "zone kind no text": (properties(ZONE, kind=["school"]), "zone z: kind: ['school'] is none"),
    "limit without speed": (
        lambda d: (properties(ZONE, kind="speed_limit")(d), drop(ZONE, "speed_limit_mps")(d)),
        "zone z: a speed_limit zone needs speed_limit_mps",
    ),
    "negative zone speed": (
        properties(ZONE, speed_limit_mps=-1), "zone z: speed_limit_mps: expected a number above 0"
    ),
    "no header": (lambda d: d.pop("sunra"), "the 'sunra' object with map_id and origin is"),
    "no origin": (lambda d: d["sunra"].pop("origin"), "sunra.origin is missing"),
    "origin without latitude": (
        header(origin={"longitude_deg": 126.9}), "sunra.origin: latitude_deg is missing"
    ),
    "origin off the earth": (
        header(origin={"latitude_deg": 126.9, "longitude_deg": 37.4}),
        "sunra.origin: latitude 126.9 is outside",
    ),
    "origin in words": (
        header(origin={"latitude_deg": "north", "longitude_deg": 1}), "latitude_deg: expected"
    ),
    "no map id": (header(map_id=" "), "sunra: map_id: expected a name"),
    "newer format": (header(format_version=2), "sunra.format_version: 2 is not supported"),
    "longitude and latitude": (
        move((126.9293, 37.4843), (126.9301, 37.4851)), "looks like longitude and latitude"
    ),
    "latitude and longitude": (
        move((37.4843, 126.9293), (37.4851, 126.9301)), "looks like longitude and latitude"
    ),
    "degrees around the origin": (move((0.0, 0.0), (0.008, 0.007)), "looks like longitude"),
    "Web Mercator metres": (
        move((14129700.0, 4507800.0), (14129750.0, 4507850.0)), "more than 50 km from sunra.origin"
    ),
    "wrong length": (metadata(EDGE, length_m=5.0), "length_m 5 disagrees with its nodes, 50.00 m"),
    "length of zero": (metadata(EDGE, length_m=0), "edge 17: length_m: expected a number"),
    "nodes on one spot": (move((5.0, 5.0), (5.0, 5.0)), "looks like longitude"),
    "width below zero": (metadata(EDGE, width_m=-2), "edge 17: width_m: expected a number"),
    "width in words": (metadata(EDGE, width_m="wide"), "edge 17: width_m: expected a number, got"),
    "width true": (metadata(EDGE, width_m=True), "edge 17: width_m: expected a number, got True"),
    "unknown way class": (metadata(EDGE, way_class="canal"), "edge 17: way_class: 'canal' is"),
    "metadata a list": (properties(EDGE, metadata=[]), "edge 17: metadata must be an object"),
    "negative id": (properties(NODE, id=-4), "id: expected a whole number from 0"),
    "fractional id": (properties(NODE, id=1.5), "id: expected a whole number from 0"),
    "text id": (properties(EDGE, id="17"), "id: expected a whole number from 0"),
    "checkpoint id a number": (properties(CHECKPOINT, id=5), "id: expected a name"),
    "checkpoint nowhere": (
        properties(CHECKPOINT, node_id=93), "checkpoint cp-01: node_id 93 is no node of this map"
    ),
    "checkpoint without node": (drop(CHECKPOINT, "node_id"), "cp-01: node_id is missing"),
    "dock nowhere": (properties(DOCK, node_id=93), "dock dock-1: node_id 93 is no node"),
    "checkpoint as a Point": (
        add(feature("checkpoint", "c2", "Point", [0.0, 0.0], node_id=1)),
        "a checkpoint must be a MultiPoint, not a Point",
    ),
    "unknown layer": (add(feature("tree", "t", "MultiPoint", AT)), 'layer "tree" is none of'),
    "polygon of no layer": (
        add({"properties": {"id": "p"}, "geometry": {"type": "Polygon", "coordinates": [RING]}}),
        "a Polygon needs 'layer'",
    ),
    "crosswalk of no edge": (
        add(feature("crosswalk", "cw", "MultiPoint", AT, edge_ids=[99])),
        "crosswalk cw: edge_ids 99 is no edge of this map",
    ),
    "crosswalk edge disagrees": (
        add(feature("crosswalk", "cw", "MultiPoint", AT, edge_ids=[17])),
        "crosswalk cw: its edge 17 carries crosswalk_id None",
    ),
    "edge of no crosswalk": (
        metadata(EDGE, crosswalk_id="cw"), "edge 17: crosswalk_id 'cw' is no crosswalk"
    ),
    "building below ground": (properties(BUILDING, height_m=0), "building b: height_m: expected"),
    "building crosses itself": (coordinates(BUILDING, BOW_TIE), "building b: the ring crosses"),
    "windows in other words": (
        properties(ZONE, windows="8 to 9"), "zone z: windows: '8 to 9' is no time window"
    ),
    "windows a number": (properties(ZONE, windows=9), "zone z: windows: expected text, got 9"),
    "school holidays": (properties(CHECKPOINT, windows="SH 08:00-09:00"), "has no calendar"),
    "expiry without a time zone": (
        properties(ZONE, expires="2026-12-31T18:00"), "zone z: expires: expected an instant"
    ),
    "expiry in words": (properties(ZONE, expires="soon"), "zone z: expires: expected an instant"),
    "sensitivity of a school zone": (
        properties(ZONE, sensitivity=2), "zone z: sensitivity belongs to incident_sensitivity"
    ),
    "sensitivity missing": (
        properties(ZONE, kind="incident_sensitivity"), "incident_sensitivity zone needs sensiti"
    ),
    "kerb below ground": (metadata(EDGE, kerb_m=-0.1), "edge 17: kerb_m: expected a number of 0"),
    "steps in words": (metadata(EDGE, steps="many"), "edge 17: steps: expected true or false"),
    "exposure in percent": (metadata(EDGE, exposure=40), "edge 17: exposure: expected a share"),
    "announces nothing": (
        properties(CHECKPOINT, actions=["announce"]),
        "checkpoint cp-01: announcement: '' is no text to be said",
    ),
    "announces too much": (
        properties(CHECKPOINT, announcement="x" * 201), "201 characters are too many to be said",
    ),
    "actions no list": (properties(CHECKPOINT, actions="scan"), "actions: expected a list of"),
    "unknown point of interest": (properties(POI, kind="pub"), "poi aed: kind: 'pub' is none of"),
    "point of interest nowhere": (coordinates(POI, []), "poi aed: coordinates must be one pos"),
    "point of interest at two places": (
        coordinates(POI, [[0.0, 0.0], [9.0, 9.0]]), "poi aed: coordinates must be one position"
    ),
    "point of interest in Web Mercator": (
        coordinates(POI, [[14129700.0, 4507800.0]]), "poi aed: (1.41297e+07, 4.5078e+06) leaves"
    ),
    "point of interest twice": (again(POI), "poi aed: the id stands twice"),
    "unknown time zone": (header(time_zone="Seoul"), "sunra: time_zone: expected an IANA time"),
    "time zone a path": (header(time_zone="../x"), "sunra: time_zone: expected an IANA time"),
    "another coordinate reference": (
        header(coordinate_reference="EPSG:5186"), "sunra: coordinate_reference: expected 'local"
    ),
    "unknown area": (properties(AREA, kind="swamp"), "area park: kind: 'swamp' is none of"),
    "no features": (lambda d: d.update(features=[]), "the map is empty: it has no nodes"),
    "no edges": (
        features(lambda f: f["geometry"]["type"] == "Point"), "the map is empty: it has no edges"
    ),
    "features no list": (lambda d: d.update(features={}), "'features' must be a list"),
    "feature a number": (add(7), "feature 10: expected a GeoJSON feature, got 7"),
    "no geometry": (add({"properties": {}, "geometry": None}), "'geometry' must be an object"),
    "no properties": (add({"geometry": {"type": "Point"}}), "'properties' must be an object"),
    "node without place": (coordinates(NODE, None), "node 2: coordinates must be [x, y]"),
    "node place in words": (coordinates(NODE, [1, "y"]), "node 2: coordinates: expected a number"),
    "number too large": (coordinates(NODE, [10**400, 0]), "coordinates: expected a finite number"),
    "not a collection": (lambda d: d.update(type="Feature"), "expected a GeoJSON FeatureColl"),
}  # fmt: skip

GOOD = json.dumps(valid(), ensure_ascii=False)
RAW_CASES: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "is empty"),
    "blank file": (b" \n", "is empty"),
    "cut off": (GOOD[: len(GOOD) // 2].encode(), "is not valid JSON, perhaps cut off: line 1"),
    "not JSON": (b"<osm/>", "is not valid JSON"),
    "not a number": (GOOD.replace("30.0, 40.0", "NaN, 40.0").encode(), "holds NaN"),
    "infinite": (GOOD.replace("30.0, 40.0", "30.0, -Infinity").encode(), "holds -Infinity"),
    "not UTF-8": (GOOD.encode("utf-16"), "is not UTF-8 text"),
    "a list": (b"[]", "expected a GeoJSON FeatureCollection, got []"),
    "nested for ever": (b"[" * 200_000, "is nested too deeply"),
}


def run_check(path: Path, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["sunra", "map", "check", str(path)])
    with pytest.raises(SystemExit) as stop:
        sunra.main()
    return stop.value.code


def assert_one_line(
    path: Path, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(path, monkeypatch) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"sunra: {path}: ")
    assert expected in captured.err


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_map_gets_one_line(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change, expected = CASES[name]
    document = valid()
    change(document)
    path = tmp_path / "wrong.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert_one_line(path, expected, monkeypatch, capsys)


@pytest.mark.parametrize("name", RAW_CASES)
def test_a_broken_file_gets_one_line(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, expected = RAW_CASES[name]
    path = tmp_path / "broken.geojson"
    path.write_bytes(data)
    assert_one_line(path, expected, monkeypatch, capsys)


def test_a_missing_file_gets_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_one_line(tmp_path / "none.geojson", "no such file", monkeypatch, capsys)


def test_a_folder_gets_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from patrol.errors import MapError
    from patrol.map_geojson import load_map

    with pytest.raises(MapError, match="cannot be read"):
        load_map(tmp_path)


def test_the_map_the_cases_start_from_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "good.geojson"
    path.write_text(GOOD, encoding="utf-8")
    assert run_check(path, monkeypatch) == 0
    assert "0 errors" in capsys.readouterr().out


def test_a_real_process_exits_with_two(tmp_path: Path) -> None:
    path = tmp_path / "cut.geojson"
    path.write_text(GOOD[:100], encoding="utf-8")
    command = [sys.executable, "-m", "sunra", "map", "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
