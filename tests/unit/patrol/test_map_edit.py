"""Editing: what a person types becomes a whole, valid map or one clear line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from patrol.errors import MapError
from patrol.geodesy import GeoPoint, wgs84_from_enu
from patrol.map import PatrolMap
from patrol.map_diff import diff_maps
from patrol.map_edit import add_features, read_changes, remove_feature, set_fields
from patrol.map_geojson import content_hash, load_map

SILLIM = load_map(Path(__file__).resolve().parents[3] / "maps" / "sillim.geojson")


def said(edited: PatrolMap) -> list[str]:
    return [str(change) for change in diff_maps(SILLIM, edited)]


def polygon(feature_id: str, points: list[list[float]], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"layer": "zone", "id": feature_id, **properties},
        "geometry": {"type": "Polygon", "coordinates": [[*points, points[0]]]},
    }


SQUARE = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]


@pytest.mark.parametrize(
    ("layer", "feature_id", "changes", "expected"),
    [
        ("edge", "1105", {"abs_speed_limit": "1.0"}, ["edge 1105: speed limit 1.39 → 1 m/s"]),
        ("edge", "1105", {"surface": "asphalt", "lit": "false"},
         ["edge 1105: surface 'paving_stones' → 'asphalt'", "edge 1105: lit yes → no"]),
        ("edge", "1105", {"name": "12"}, ["edge 1105: name '신림로 북쪽 보도' → '12'"]),
        ("zone", "school", {"speed_limit_mps": "null"},
         ["zone school: speed limit 0.83 m/s → none"]),
        ("zone", "clinic", {"windows": "Mo-Fr 09:00-18:00"},
         ["zone clinic: windows '' → 'Mo-Fr 09:00-18:00'"]),
        ("checkpoint", "cp-01", {"actions": '["lookAround"]', "priority": "2"},
         ["checkpoint cp-01: priority 1 → 2", "checkpoint cp-01: actions none → lookAround"]),
        ("poi", "aed", {"x_m": "47", "y_m": "90"}, ["poi aed: moved 1.00 m"]),
        ("map", "map", {"time_zone": "UTC"}, ["map: time zone 'Asia/Seoul' → 'UTC'"]),
        ("edge", "1105", {"width_m": "3"}, []),
    ],
)  # fmt: skip
def test_sets_fields(
    layer: str, feature_id: str, changes: dict[str, str], expected: list[str]
) -> None:
    edited = set_fields(SILLIM, layer, feature_id, changes)
    assert said(edited) == expected
    assert edited.content_hash == content_hash(edited)


def test_a_moved_node_measures_its_edges_anew() -> None:
    node = SILLIM.nodes[5]
    edited = set_fields(SILLIM, "node", "5", {"x_m": str(node.x_m + 1.5)})
    for edge in edited.edges.values():
        a, b = edited.nodes[edge.start_id], edited.nodes[edge.end_id]
        assert edge.length_m == pytest.approx(math.hypot(b.x_m - a.x_m, b.y_m - a.y_m), abs=1e-3)
    assert said(edited)[0] == "node 5: moved 1.50 m"


@pytest.mark.parametrize(
    ("layer", "feature_id", "changes", "message"),
    [
        ("street", "1", {"a": "b"}, "'street' is no layer; layers: map, node, edge, zone"),
        ("edge", "7", {"lit": "true"}, "no edge '7'"),
        ("zone", "site", {"name": "x"}, "no zone 'site'"),
        ("edge", "1105", {"colour": "red"}, "'colour' is no field; fields: length_m, abs_speed"),
        ("edge", "1105", {"width_m": "-1"}, "edge 1105: width_m: expected a number"),
        ("edge", "1105", {"lit": "yes"}, "lit: expected true or false, got 'yes'"),
        ("edge", "1105", {"endid": "93000"}, "endid 93000 is no node"),
        ("edge", "1105", {"length_m": "99"}, "disagrees with its nodes"),
        ("zone", "yard", {"speed_limit_mps": "null"}, "a speed_limit zone needs"),
        ("zone", "yard", {"windows": "8-9"}, "'8-9' is no time window"),
        ("zone", "yard", {"expires": "soon"}, "expected an instant such as"),
        ("zone", "yard", {"sensitivity": "2"}, "sensitivity belongs to incident_sensitivity"),
        ("map", "map", {"time_zone": "Seoul"}, "expected an IANA time zone"),
        ("map", "map", {"origin": "0"}, "'origin' is no field; fields: map_id, name"),
    ],
)
def test_refuses_what_no_file_may_say(
    layer: str, feature_id: str, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(MapError) as refusal:
        set_fields(SILLIM, layer, feature_id, changes)
    assert message in str(refusal.value)


def test_removes_what_nothing_needs() -> None:
    assert said(remove_feature(SILLIM, "zone", "building-site"))[0].startswith(
        "zone building-site: removed (keep_out"
    )
    with pytest.raises(MapError, match="edge 1007: endid 5 is no node"):
        remove_feature(SILLIM, "node", "5")
    with pytest.raises(MapError, match=r"crosswalk cw-1: edge_ids .* is no edge"):
        remove_feature(SILLIM, "edge", str(SILLIM.crosswalks[0].edge_ids[0]))


def test_adds_features_in_map_metres() -> None:
    site = polygon("site", SQUARE, kind="keep_out", expires="2027-03-01T00:00:00Z")
    edited = add_features(SILLIM, {"type": "FeatureCollection", "features": [site]}, "new")
    assert said(edited) == ["zone site: added (keep_out, 100 m²)"]
    assert said(add_features(SILLIM, site, "new")) == said(edited)


def test_adds_a_zone_drawn_in_degrees() -> None:
    corners = [wgs84_from_enu(x, y, 0.0, SILLIM.origin) for x, y in SQUARE]
    drawn = polygon("site", [[c.longitude_deg, c.latitude_deg] for c in corners], kind="keep_out")
    edited = add_features(SILLIM, drawn, "drawn.geojson", lonlat=True)
    for (x, y), expected in zip(edited.zones[-1].polygon_map, SQUARE, strict=True):
        assert (x, y) == pytest.approx(tuple(expected), abs=0.01)


def test_an_added_edge_is_measured() -> None:
    edge = {
        "type": "Feature",
        "properties": {"id": 9000, "startid": 1, "endid": 3, "metadata": {}},
        "geometry": {"type": "LineString", "coordinates": []},
    }
    a, b = SILLIM.nodes[1], SILLIM.nodes[3]
    edited = add_features(SILLIM, edge, "new")
    assert edited.edges[9000].length_m == pytest.approx(math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)))
    edge["properties"]["endid"] = 93000  # type: ignore[index]
    with pytest.raises(MapError, match="edge 9000: endid 93000 is no node"):
        add_features(SILLIM, edge, "new")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (7, "new: expected a GeoJSON Feature"),
        ({"type": "FeatureCollection", "features": []}, "new: expected a GeoJSON Feature"),
        ({"type": "FeatureCollection", "features": [7]}, "new: feature 0: expected a GeoJSON"),
        (polygon("yard", SQUARE, kind="quiet"), "zone yard: the map has that id already"),
        (polygon("site", SQUARE), "new: zone site: kind is missing"),
        (polygon("site", [[500.0, 95.0], [1, 1], [2, 2]], kind="quiet"), "expected [longitude"),
    ],
)
def test_refuses_wrong_features(document: Any, message: str) -> None:
    with pytest.raises(MapError) as refusal:
        add_features(SILLIM, document, "new", lonlat="500" in json.dumps(document))
    assert message in str(refusal.value)


def test_reads_changes_as_typed() -> None:
    assert read_changes(["a=1", "name=x=y", "windows="]) == {
        "a": "1",
        "name": "x=y",
        "windows": "",
    }
    for wrong in ("a", "=1"):
        with pytest.raises(MapError, match="write KEY=VALUE"):
            read_changes([wrong])


def test_the_map_given_stays_as_it_was() -> None:
    before = content_hash(SILLIM)
    set_fields(SILLIM, "edge", "1105", {"lit": "false"})
    remove_feature(SILLIM, "zone", "yard")
    assert content_hash(SILLIM) == before
    assert SILLIM.origin == GeoPoint(37.4843, 126.9293, 75.0)
