"""Clipping by a polygon and by a place of the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon

from navigation.planning.importing.clip_file import read_clip
from navigation.planning.importing.importer import ImportOptions
from navigation.planning.importing.osm_places import find_place
from navigation.planning.importing.report import ImportReport
from patrol.errors import OsmError
from patrol.map import PatrolMap

BringIn = Callable[..., tuple[PatrolMap, ImportReport]]
Town = Any  # an Extract of conftest.py
WEST_HALF = [(-120, -10), (-50, -10), (-50, 20), (-120, 20)]


def polygon(town: Town, places_m: list[tuple[float, float]]) -> dict[str, Any]:
    ring = [list(town.lonlat(x, y)) for x, y in [*places_m, places_m[0]]]
    return {"type": "Polygon", "coordinates": [ring]}


def save(folder: Path, document: Any) -> Path:
    path = folder / "clip.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_ways_are_cut_where_they_cross_the_border(
    town: Town, bring_in: BringIn, tmp_path: Path
) -> None:
    clip = save(tmp_path, polygon(town, WEST_HALF))
    patrol_map, report = bring_in(town, ImportOptions(clip=clip))
    xs = sorted(node.x_m for node in patrol_map.nodes.values())
    assert len(xs) == 4
    assert xs[2] - xs[1] == pytest.approx(50.2, abs=0.2)  # half of 100 m, cut at the border
    assert report.length_m == pytest.approx(50 + 50 + 12, abs=0.7)
    assert not patrol_map.buildings
    assert not patrol_map.crosswalks
    assert report.lines()[0] == f"clipped to {clip}"


def test_shapes_at_the_border_are_kept_whole_and_ground_is_cut(
    town: Town, bring_in: BringIn, tmp_path: Path
) -> None:
    ring = [(-120, -40), (30, -40), (30, 20), (-120, 20)]
    clip = save(tmp_path, polygon(town, ring))
    patrol_map, _ = bring_in(town, ImportOptions(clip=clip))
    (house,), (park,) = patrol_map.buildings, patrol_map.areas
    assert Polygon(house.polygon_map).area == pytest.approx(20 * 12, rel=0.02)
    assert Polygon(park.polygon_map).area == pytest.approx(40 * 20, rel=0.02)


def test_a_way_may_leave_and_come_back(town: Town, bring_in: BringIn, tmp_path: Path) -> None:
    comb = [(-60, -5), (60, -5), (60, 5), (40, 5), (40, -2), (-40, -2), (-40, 5), (-60, 5)]
    clip = save(tmp_path, polygon(town, comb))
    _, report = bring_in(town, ImportOptions(clip=clip, keep_all_parts=True))
    assert report.part_lengths_m == pytest.approx([20, 20], abs=0.2)


def test_features_and_collections_of_polygons_are_united(tmp_path: Path, town: Town) -> None:
    east = [(-50, -10), (120, -10), (120, 20), (-50, 20)]
    features = [
        {"type": "Feature", "properties": {}, "geometry": polygon(town, ring)}
        for ring in (WEST_HALF, east)
    ]
    whole = read_clip(save(tmp_path, {"type": "FeatureCollection", "features": features}))
    assert whole.geom_type == "Polygon"
    many = [polygon(town, ring)["coordinates"] for ring in (WEST_HALF, east)]
    again = read_clip(save(tmp_path, {"type": "MultiPolygon", "coordinates": many[:1]}))
    assert again.area < whole.area


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "expected a GeoJSON Polygon or MultiPolygon"),
        ([], "expected a GeoJSON Polygon or MultiPolygon"),
        ({"type": "Polygon", "coordinates": []}, "a polygon has no ring"),
        ({"type": "Polygon", "coordinates": [[[1, 2]]]}, "no rings of positions"),
        ({"type": "Polygon", "coordinates": "here"}, "no rings of positions"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
         "the polygon crosses itself"),
        ({"type": "Polygon", "coordinates": [[[500, 0], [600, 0], [600, 9], [500, 0]]]},
         "are not degrees"),
        ({"type": "Polygon", "coordinates": [[[37, 127], [38, 127], [38, 128], [37, 127]]]},
         "longitude goes first in GeoJSON"),
        ({"type": "FeatureCollection", "sunra": {}, "features": []}, "is a patrol map in metres"),
    ],
)  # fmt: skip
def test_a_useless_polygon_gets_one_line(document: Any, message: str, tmp_path: Path) -> None:
    path = save(tmp_path, document)
    with pytest.raises(OsmError) as refusal:
        read_clip(path)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")


def test_a_polygon_file_must_be_json_and_there(tmp_path: Path) -> None:
    (tmp_path / "bad.geojson").write_text("{")
    with pytest.raises(OsmError, match="is no JSON"):
        read_clip(tmp_path / "bad.geojson")
    with pytest.raises(OsmError, match="no such file"):
        read_clip(tmp_path / "none.geojson")


def test_a_polygon_elsewhere_says_where_the_file_is(
    town: Town, bring_in: BringIn, tmp_path: Path
) -> None:
    clip = save(tmp_path, polygon(town, [(9000, 0), (9100, 0), (9100, 50)]))
    with pytest.raises(
        OsmError, match=r"no usable way inside .*; the file reaches from longitude"
    ):
        bring_in(town, ImportOptions(clip=clip))


def test_exchanged_longitude_and_latitude_are_noticed(
    extract: Town, bring_in: BringIn, tmp_path: Path
) -> None:
    extract.nodes = {
        1: '<node id="1" lat="60.17" lon="24.94"/>', 2: '<node id="2" lat="60.18" lon="24.94"/>'
    }  # fmt: skip
    extract.way(9, [1, 2], highway="footway")
    ring = [[60.1, 24.9], [60.2, 24.9], [60.2, 25.0], [60.1, 24.9]]
    clip = save(tmp_path, {"type": "Polygon", "coordinates": [ring]})
    with pytest.raises(OsmError, match="longitude and latitude exchanged"):
        bring_in(extract, ImportOptions(clip=clip))


@pytest.fixture
def quarter(town: Town) -> Town:
    """The town with a boundary of two ways, a block and a boundary that is cut off."""
    for node_id, (x, y) in enumerate([*WEST_HALF, (300, 300)], start=200):
        town.node(node_id, x, y)
    town.way(60, [200, 201, 202])
    town.way(61, [202, 203, 200])
    town.way(62, [202, 204])
    town.way(63, [200, 201, 202, 200], place="city_block", name="Sillim")
    town.relation(
        70, [60, 61], type="boundary", boundary="administrative", name="신림동", name__en="Sillim"
    )
    town.relation(71, [61, 62], type="boundary", boundary="administrative", name="Half")
    return town


def test_a_boundary_inside_the_file_clips_like_its_polygon(
    quarter: Town, bring_in: BringIn, tmp_path: Path
) -> None:
    clip = save(tmp_path, polygon(quarter, WEST_HALF))
    by_place, report = bring_in(quarter, ImportOptions(place="신림동"))
    by_polygon, _ = bring_in(quarter, ImportOptions(clip=clip))
    assert by_place.name == "신림동"
    for node_id, node in by_polygon.nodes.items():
        assert by_place.nodes[node_id].x_m == pytest.approx(node.x_m, abs=0.02)
        assert by_place.nodes[node_id].y_m == pytest.approx(node.y_m, abs=0.02)
    assert report.clipped_to == "신림동 (OpenStreetMap r70)"


def test_a_boundary_goes_before_a_block_of_the_same_name(quarter: Town, tmp_path: Path) -> None:
    assert find_place(quarter.write(tmp_path / "a.osm"), " sillim").osm_id == "r70"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Silim", r"no place 'Silim' in this file; near to it: 신림동"),
        ("Paris", r"no place 'Paris' in this file; it has: 신림동"),
        ("half", r"place 'Half' is not whole in this file"),
    ],
)
def test_an_unknown_place_names_those_that_are_there(
    name: str, message: str, quarter: Town, tmp_path: Path
) -> None:
    with pytest.raises(OsmError, match=message):
        find_place(quarter.write(tmp_path / "a.osm"), name)


def test_a_file_without_places_says_so(town: Town, tmp_path: Path) -> None:
    with pytest.raises(OsmError, match="it holds no boundary and no place"):
        find_place(town.write(tmp_path / "a.osm"), "Sillim")
    with pytest.raises(OsmError, match="knows no places"):
        find_place(tmp_path / "a.graphml", "Sillim")


def test_a_polygon_and_a_place_exclude_each_other(town: Town, bring_in: BringIn) -> None:
    with pytest.raises(OsmError, match="not by both"):
        bring_in(town, ImportOptions(clip=Path("x"), place="y"))
