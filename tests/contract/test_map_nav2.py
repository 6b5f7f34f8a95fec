"""Our files load in Nav2's route server, and Nav2's graphs load here.

The first half follows nav2_route's GeoJsonGraphFileLoader step by step; the second half loads a
graph in the shape of its sample files and of what its GeoJsonGraphFileSaver writes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import WayClass
from patrol.map_geojson import load_map, parse_map, save_map
from patrol.map_nav2 import adopt_nav2_graph

SILLIM = Path(__file__).resolve().parents[2] / "maps" / "sillim.geojson"
HEADER = {
    "format_version": 1,
    "map_id": "depot",
    "origin": {"latitude_deg": 37.0, "longitude_deg": 127.0},
}


def nav2_load(document: dict[str, Any]) -> tuple[dict[int, Any], list[dict[str, Any]]]:
    """Nodes by id and edges, as GeoJsonGraphFileLoader takes them; raises where it would."""
    nodes, edges = [], []
    for feature in document["features"]:
        kind = feature["geometry"]["type"]  # a null geometry would throw there
        if kind == "Point":
            nodes.append(feature)
        elif kind in ("LineString", "MultiLineString"):
            edges.append(feature)
    assert nodes
    assert edges
    by_id = {}
    for node in nodes:
        properties = node["properties"]
        assert type(properties["id"]) is int
        assert properties["id"] >= 0
        x, y = node["geometry"]["coordinates"][:2]
        assert type(x) is float
        assert type(y) is float
        _metadata(properties.get("metadata", {}))
        by_id[properties["id"]] = node
    for edge in edges:
        properties = edge["properties"]
        assert type(properties["id"]) is int
        assert properties["startid"] in by_id
        assert properties["endid"] in by_id
        assert type(properties["cost"]) is float
        assert type(properties["overridable"]) is bool
        _metadata(properties.get("metadata", {}))
    return by_id, edges


def _metadata(metadata: dict[str, Any]) -> None:
    """convertMetaDataFromJson takes objects, and primitives alone or in a list; never null."""
    for value in metadata.values():
        if isinstance(value, dict):
            _metadata(value)
        else:
            for item in value if isinstance(value, list) else [value]:
                assert isinstance(item, bool | float | str)  # a whole number is no float there


def test_nav2_finds_our_nodes_and_edges_and_nothing_else() -> None:
    document = json.loads(SILLIM.read_text(encoding="utf-8"))
    nodes, edges = nav2_load(document)
    patrol_map = load_map(SILLIM)
    assert nodes.keys() == patrol_map.nodes.keys()
    assert {edge["properties"]["id"] for edge in edges} == patrol_map.edges.keys()
    assert len(nodes) == sum(f["geometry"]["type"] == "Point" for f in document["features"])


def test_nav2_reads_our_speed_limits_for_its_time_scorer() -> None:
    _, edges = nav2_load(json.loads(SILLIM.read_text(encoding="utf-8")))
    patrol_map = load_map(SILLIM)
    for edge in edges:
        limit = edge["properties"]["metadata"]["abs_speed_limit"]
        assert limit == patrol_map.edges[edge["properties"]["id"]].speed_limit_mps > 0


def test_node_and_edge_ids_share_no_number() -> None:
    patrol_map = load_map(SILLIM)
    assert not patrol_map.nodes.keys() & patrol_map.edges.keys()


def _nav2_graph() -> dict[str, Any]:
    """As nav2_route's sample files are: nested coordinates, foreign metadata, operations."""
    node = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0.0, 0.0]}}
    region = {"x_values": [1.0, -1.0], "properties": {"class_type": "room", "lights": 10}}
    stop = {"type": "stop", "trigger": "NODE", "metadata": {"wait_for": 5.0}}
    first = {"id": 0, "frame": "map", "metadata": {"region": region}, "operations": {"s": stop}}
    coordinates = [[[0.0, 0.0], [12.0, 5.0]]]
    return {
        "type": "FeatureCollection",
        "name": "graph",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
        "date_generated": "Tue Feb 28 07:48:03 PM EST 2025",
        "features": [
            node | {"properties": first},
            node
            | {
                "properties": {"id": 1, "frame": "map"},
                "geometry": {"type": "Point", "coordinates": [12.0, 5.0]},
            },
            {
                "type": "Feature",
                "properties": {
                    "id": 2, "startid": 0, "endid": 1, "overridable": False, "cost": 10.0,
                    "metadata": {"abs_speed_limit": 0.85, "aisle_number": 14},
                },
                "geometry": {"type": "MultiLineString", "coordinates": coordinates},
            },
            {
                "type": "Feature",
                "properties": {"id": 3, "startid": 1, "endid": 0},
                "geometry": {"type": "LineString", "coordinates": coordinates},
            },
        ],
    }  # fmt: skip


def test_a_nav2_graph_with_our_header_loads_with_defaults() -> None:
    document = _nav2_graph() | {"sunra": HEADER}
    patrol_map = parse_map(json.dumps(document).encode(), "depot.geojson")
    there, back = patrol_map.edges[2], patrol_map.edges[3]
    assert there.length_m == back.length_m == pytest.approx(13.0)
    assert (there.speed_limit_mps, back.speed_limit_mps) == (0.85, 1.0)
    assert back.way_class is WayClass.SERVICE


def test_edges_as_nav2s_saver_writes_them_load() -> None:
    document = _nav2_graph() | {"sunra": HEADER}
    for feature in document["features"][2:]:
        feature["geometry"] = {"type": "MultiLineString"}  # the saver writes no coordinates
    assert len(parse_map(json.dumps(document).encode(), "depot.geojson").edges) == 2


NODE_PROPERTIES = {"id", "frame", "metadata", "operations"}
EDGE_PROPERTIES = {"id", "startid", "endid", "cost", "overridable", "metadata", "operations"}


def test_our_nodes_and_edges_have_exactly_nav2s_properties() -> None:
    nodes, edges = nav2_load(json.loads(SILLIM.read_text(encoding="utf-8")))
    assert {frozenset(node["properties"]) for node in nodes.values()} == {
        frozenset(NODE_PROPERTIES)
    }
    assert {frozenset(edge["properties"]) for edge in edges} == {frozenset(EDGE_PROPERTIES)}


def test_a_map_from_before_the_newer_fields_keeps_its_hash() -> None:
    document = _nav2_graph() | {"sunra": HEADER}
    patrol_map = parse_map(json.dumps(document).encode(), "depot.geojson")
    expected = "beb8aec88785f9cc0aa808d0332ee5687e8d86c97867726145ecf8acc2acbee5"
    assert patrol_map.content_hash == expected


def test_a_plain_graph_is_adopted_around_an_origin(tmp_path: Path) -> None:
    document = _nav2_graph()
    loop = {"id": 9, "startid": 1, "endid": 1}
    twin = {"id": 10, "startid": 0, "endid": 1}
    for properties in (loop, twin):
        document["features"].append(document["features"][3] | {"properties": properties})
    path = tmp_path / "depot.geojson"
    path.write_text(json.dumps(document))
    adopted = adopt_nav2_graph(path, GeoPoint(37.0, 127.0))
    assert (adopted.patrol_map.map_id, len(adopted.patrol_map.edges)) == ("depot", 2)
    assert adopted.left_out == (
        "edge 9: runs from node 1 to itself",
        "edge 10: there is one from node 0 to 1 already",
    )
    save_map(adopted.patrol_map, tmp_path / "made.geojson")
    nav2_load(json.loads((tmp_path / "made.geojson").read_text()))
    with pytest.raises(MapError, match="is a patrol map already"):
        adopt_nav2_graph(tmp_path / "made.geojson", GeoPoint(37.0, 127.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("{}", "expected a GeoJSON FeatureCollection"),
        ("[]", "expected a GeoJSON"),
        (
            '{"type": "FeatureCollection", "features": [{"properties": {"startid": []}}]}',
            "feature 0",
        ),
    ],
)
def test_what_is_no_graph_is_not_adopted(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "g.geojson"
    path.write_text(text)
    with pytest.raises(MapError, match=message):
        adopt_nav2_graph(path, GeoPoint(37.0, 127.0))
