"""OSMnx's GraphML becomes the map that the same streets of an OSM file would."""

from __future__ import annotations

import gzip
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from pyproj import Transformer

from navigation.planning.importing.graphml_file import read_graphml
from navigation.planning.importing.importer import import_map
from navigation.planning.importing.report import ImportReport
from patrol.errors import OsmError
from patrol.map import PatrolMap, WayClass
from patrol.map_geojson import save_map

KEYS = ("x", "y", "highway", "geometry", "name", "width", "lanes", "oneway", "length", "osmid",
        "reversed", "sidewalk", "access")  # fmt: skip
Values = dict[str, str]


def graphml(
    nodes: dict[str, Values], edges: list[tuple[str, str, Values]], crs: str = "epsg:4326"
) -> str:
    """As `ox.save_graphml` writes it: all values text, keys d0, d1, …"""
    ids = {name: f"d{i}" for i, name in enumerate(("crs", *KEYS))}

    def data(values: Values) -> str:
        return "".join(f'<data key="{ids[k]}">{escape(v)}</data>' for k, v in values.items())

    keys = "".join(
        f'<key id="{i}" for="edge" attr.name="{name}" attr.type="string"/>'
        for name, i in ids.items()
    )
    body = "".join(f'<node id="{i}">{data(v)}</node>' for i, v in nodes.items())
    body += "".join(f'<edge source="{a}" target="{b}">{data(v)}</edge>' for a, b, v in edges)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        f'{keys}<graph edgedefault="directed">{data({"crs": crs})}{body}</graph></graphml>'
    )


def place(lon: float, lat: float, **more: str) -> Values:
    return {"x": str(lon), "y": str(lat), **more}


A, B, C = place(127.0, 37.5), place(127.002, 37.5), place(127.002, 37.501)
CURVE = "LINESTRING (127 37.5, 127.0005 37.5003, 127.0015 37.5003, 127.002 37.5)"
EVRUC = "LINESTRING (127.002 37.5, 127.0015 37.5003, 127.0005 37.5003, 127 37.5)"
STREETS: list[tuple[str, str, Values]] = [
    ("1", "2", {"highway": "residential", "geometry": CURVE, "name": "신림로", "width": "7.5",
                "oneway": "False", "reversed": "False"}),
    ("2", "1", {"highway": "residential", "geometry": EVRUC, "name": "신림로", "width": "7.5",
                "oneway": "False", "reversed": "True"}),
    ("2", "3", {"highway": "['tertiary', 'residential']", "oneway": "True", "lanes": "['4', '2']",
                "name": "['큰길', '작은길']"}),
    ("3", "1", {"highway": "living_street", "oneway": "True"}),
    ("3", "2", {"highway": "motorway"}),
]  # fmt: skip
NODES = {"1": A, "2": B, "3": C}


def write(folder: Path, text: str) -> Path:
    path = folder / "town.graphml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def imported(tmp_path: Path) -> tuple[PatrolMap, ImportReport]:
    return import_map(write(tmp_path, graphml(NODES, STREETS)))


def test_every_street_goes_both_ways_once(
    imported: tuple[PatrolMap, ImportReport], tmp_path: Path
) -> None:
    patrol_map, report = imported
    assert (report.ways, report.nodes, report.edges) == (3, 5, 10)  # the curve has 3 pieces
    assert report.ways_left_out.counts == {"not for people on foot": 1}
    for edge in patrol_map.edges.values():
        assert (edge.end_id, edge.start_id) in patrol_map.edge_between
    save_map(patrol_map, tmp_path / "town.geojson")


def test_names_classes_and_widths_come_along(imported: tuple[PatrolMap, ImportReport]) -> None:
    by_name = {edge.name: edge for edge in imported[0].edges.values()}
    assert by_name["신림로"].width_m == 7.5
    assert by_name["신림로"].way_class is WayClass.STREET
    assert by_name["큰길"].width_m == 3.0  # of a busy street only a pavement counts
    assert by_name[""].way_class is WayClass.LIVING_STREET


def test_a_pavement_that_the_file_does_not_mention_is_reported(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    assert imported[1].assumed_pavement_m == pytest.approx(111, abs=1)
    assert "0.1 km of busy streets taken as having a pavement" in "\n".join(imported[1].lines())


def test_a_file_that_mentions_pavements_is_believed(tmp_path: Path) -> None:
    streets = [*STREETS[:2], ("2", "3", {"highway": "tertiary", "sidewalk": "no"})]
    _, report = import_map(write(tmp_path, graphml(NODES, streets)))
    assert report.assumed_pavement_m == 0
    assert report.ways_left_out.counts == {"busy street without a pavement": 1}


def test_metres_agree_with_the_degrees(imported: tuple[PatrolMap, ImportReport]) -> None:
    patrol_map, _ = imported
    assert patrol_map.origin.latitude_deg == pytest.approx(37.5005)
    west, south, east, north = patrol_map.bounds_m
    assert east - west == pytest.approx(176.8, abs=0.5)
    assert north - south == pytest.approx(111.0, abs=0.5)


def test_a_projected_graph_gives_the_same_map(
    imported: tuple[PatrolMap, ImportReport], tmp_path: Path
) -> None:
    utm = Transformer.from_crs("epsg:4326", "epsg:32652", always_xy=True)

    def moved(lon: float, lat: float) -> tuple[float, float]:
        x, y = utm.transform(lon, lat)
        return round(x, 4), round(y, 4)

    nodes = {i: place(*moved(float(v["x"]), float(v["y"]))) for i, v in NODES.items()}
    curve = [(127, 37.5), (127.0005, 37.5003), (127.0015, 37.5003), (127.002, 37.5)]
    wkt = ", ".join(f"{x} {y}" for x, y in (moved(*p) for p in curve))
    streets = [("1", "2", STREETS[0][2] | {"geometry": f"LINESTRING ({wkt})"}), *STREETS[2:]]
    patrol_map, _ = import_map(write(tmp_path, graphml(nodes, streets, "epsg:32652")))
    for node_id, node in imported[0].nodes.items():
        other = patrol_map.nodes[node_id]
        assert (other.x_m, other.y_m) == pytest.approx((node.x_m, node.y_m), abs=0.01)


def test_a_footway_through_a_crossing_node_crosses_there(tmp_path: Path) -> None:
    nodes = NODES | {"2": place(127.002, 37.5, highway="crossing")}
    streets = [("1", "2", {"highway": "footway"}), ("2", "3", {"highway": "footway"})]
    patrol_map, _ = import_map(write(tmp_path, graphml(nodes, streets)))
    (crosswalk,) = patrol_map.crosswalks
    assert crosswalk.id == "cw-n2"
    assert len(crosswalk.edge_ids) == 4


def test_ids_need_not_be_numbers(tmp_path: Path) -> None:
    nodes = {"a": A, "b": B, "c": C}
    streets = [("a", "b", {"highway": "footway"}), ("c", "b", {"highway": "footway"})]
    _, report = import_map(write(tmp_path, graphml(nodes, streets)))
    assert report.length_m == pytest.approx(288, abs=1)


def test_reads_packed_files(tmp_path: Path, imported: tuple[PatrolMap, ImportReport]) -> None:
    path = tmp_path / "town.graphml.gz"
    path.write_bytes(gzip.compress(graphml(NODES, STREETS).encode()))
    assert import_map(path)[0] == imported[0]
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(OsmError, match="cannot be read, perhaps cut off"):
        import_map(path)


GOOD = graphml(NODES, STREETS)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD[: len(GOOD) // 2], "is no whole XML, perhaps cut off"),
        (GOOD.replace("<graphml", BOMB + "<graphml"), "has a document type declaration"),
        (GOOD.replace("<graphml", OUTSIDE + "<graphml"), "has a document type declaration"),
        ("<html></html>", "is no GraphML"),
        ("PK\x03\x04", "is no whole XML"),
        (graphml({}, []), "holds no way that a vehicle on pavements may use"),
        (graphml(NODES, [("1", "9", {"highway": "footway"})]), "target '9' is no node"),
        (graphml(NODES | {"3": {"x": "1"}}, STREETS), "node 3: expected numbers x and y"),
        (graphml(NODES | {"3": place(float("nan"), 37)}, STREETS), "node 3: its place is not a"),
        (graphml(NODES, [("1", "2", {"highway": "footway", "geometry": "POINT (1 2)"})]),
         "edge 1: geometry 'POINT (1 2)' is no WKT LINESTRING"),
        (graphml({"1": place(37.5, 127.0), "2": place(37.6, 127.0)}, STREETS[:1]),
         "no longitude and latitude; are the two exchanged?"),
        (graphml(NODES, STREETS, "somewhere"), "crs 'somewhere' is no coordinate reference"),
        (GOOD.replace('<edge source="1"', "<edge"), "edge has no 'source'"),
    ],
)  # fmt: skip
def test_a_useless_graph_gets_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(OsmError) as refusal:
        import_map(path)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


def test_lists_are_read_and_never_run(tmp_path: Path) -> None:
    names = ("['A', 'B']", "[__import__('os').getcwd()]", "[" * 500)
    streets = [
        ("1", "2", {"highway": "footway", "name": names[0]}),
        ("2", "3", {"highway": "footway", "name": names[1]}),
        ("3", "1", {"highway": "footway", "name": names[2]}),
    ]
    source = read_graphml(write(tmp_path, graphml(NODES, streets)), lambda stage, share: None)
    assert [way.tags["name"] for way in source.ways] == ["A", *names[1:]]
