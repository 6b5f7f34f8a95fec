"""A hand-written extract: every rule of the import on a map small enough to check by eye."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from navigation.planning.osm_import import LICENCE, ImportReport, import_osm
from patrol.errors import OsmError
from patrol.map import AreaKind, PatrolMap, WayClass
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import parse_map, save_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
METRE_DEG = 1 / 111_000


class Extract:
    """Writes OSM XML; places are metres north and east of 37.5 N 127.0 E."""

    def __init__(self) -> None:
        self.nodes: dict[int, str] = {}
        self.ways: list[str] = []
        self.missing: set[int] = set()

    def node(self, node_id: int, x_m: float, y_m: float, **tags: str) -> None:
        lon = 127.0 + x_m * METRE_DEG / math.cos(math.radians(37.5))
        lat = 37.5 + y_m * METRE_DEG
        inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        self.nodes[node_id] = (
            f'<node id="{node_id}" lat="{lat:.9f}" lon="{lon:.9f}">{inner}</node>'
        )

    def way(self, way_id: int, refs: list[int], **tags: str) -> None:
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
        self.ways.append(f'<way id="{way_id}">{inner}</way>')

    def write(self, path: Path) -> Path:
        nodes = "".join(self.nodes[key] for key in sorted(self.nodes) if key not in self.missing)
        path.write_text(f'<osm version="0.6">{nodes}{"".join(self.ways)}</osm>', encoding="utf-8")
        return path


def town() -> Extract:
    """Two footways with a crossing between, steps, a house, a park, and a lane far away."""
    extract = Extract()
    for node_id, (x, y) in enumerate(
        [(-100, 0), (0, 0), (100, 0), (0, 12), (-100, 12), (100, 12)], start=1
    ):
        extract.node(node_id, x, y)
    extract.node(7, 0, 6, highway="crossing", crossing="traffic_signals")
    extract.node(8, 50, 0.05)  # on the line between 2 and 3: simplified away
    extract.way(11, [1, 2, 8, 3], highway="footway", name="Lower walk", width="2.6")
    extract.way(12, [5, 4, 6], highway="residential", name="Upper street", incline="4%")
    extract.way(13, [2, 7, 4], highway="footway", footway="crossing")
    extract.way(14, [1, 5], highway="footway")
    extract.way(15, [3, 6], highway="steps")
    extract.way(16, [3, 6], highway="footway", oneway="yes", lit="no", surface="concrete")
    for node_id, (x, y) in enumerate([(20, -20), (40, -20), (40, -8), (20, -8)], start=20):
        extract.node(node_id, x, y)
    extract.way(17, [20, 21, 22, 23, 20], building="yes", building__levels="3", name="House")
    for node_id, (x, y) in enumerate([(-90, -60), (-50, -60), (-50, -20), (-90, -20)], start=30):
        extract.node(node_id, x, y)
    extract.way(18, [30, 31, 32, 33, 30], leisure="park", name="Park")
    extract.node(40, -20, 200)
    extract.node(41, 20, 200)
    extract.way(19, [40, 41], highway="footway")
    return extract


@pytest.fixture
def imported(tmp_path: Path) -> tuple[PatrolMap, ImportReport]:
    return import_osm(town().write(tmp_path / "town.osm"), "Town", checkpoints=3)


def near(patrol_map: PatrolMap, x_m: float, y_m: float) -> int:
    """The node at a place given from the extract's own zero (its box centre is elsewhere)."""
    low = min(n.y_m for n in patrol_map.nodes.values())
    return patrol_map.nearest_node(x_m, y_m + low).id


def test_makes_a_map_that_loads_and_has_no_error(
    imported: tuple[PatrolMap, ImportReport], tmp_path: Path
) -> None:
    patrol_map, _ = imported
    save_map(patrol_map, tmp_path / "town.geojson")
    again = parse_map((tmp_path / "town.geojson").read_bytes(), "town")
    assert again == patrol_map
    assert (again.name, again.map_id, again.licence) == ("Town", "town", LICENCE)
    assert all(f.level is not FindingLevel.ERROR for f in find_problems(again))


def test_ways_go_both_ways_whatever_oneway_says(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    patrol_map, _ = imported
    for edge in patrol_map.edges.values():
        back = patrol_map.edge_between[edge.end_id, edge.start_id]
        assert (back.length_m, back.grade) == (edge.length_m, -edge.grade)


def test_keeps_metres_names_widths_and_inclines(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    patrol_map, _ = imported
    left, middle, right = (near(patrol_map, x, 0) for x in (-100, 0, 100))
    lower = patrol_map.edge_between[left, middle]
    assert lower.length_m == pytest.approx(100, abs=0.5)
    assert (lower.name, lower.width_m, lower.way_class) == ("Lower walk", 2.6, WayClass.PAVEMENT)
    assert (middle, right) in patrol_map.edge_between  # node 8 was simplified away
    upper = patrol_map.edge_between[near(patrol_map, -100, 12), near(patrol_map, 0, 12)]
    assert (upper.grade, upper.way_class) == (0.04, WayClass.STREET)
    side = patrol_map.edge_between[right, near(patrol_map, 100, 12)]
    assert (side.lit, side.surface) == (False, "concrete")


def test_a_crossing_becomes_a_signalled_crosswalk(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    patrol_map, _ = imported
    (crosswalk,) = patrol_map.crosswalks
    assert crosswalk.signalled
    edges = [patrol_map.edges[edge_id] for edge_id in crosswalk.edge_ids]
    assert len(edges) == 4
    assert {edge.way_class for edge in edges} == {WayClass.CROSSWALK}
    assert sum(edge.length_m for edge in edges) == pytest.approx(24, abs=0.2)


def test_a_footway_through_a_crossing_node_crosses_there(tmp_path: Path) -> None:
    extract = town()
    extract.ways[2] = extract.ways[2].replace('<tag k="footway" v="crossing"/>', "")
    patrol_map, _ = import_osm(extract.write(tmp_path / "town.osm"))
    assert [c.signalled for c in patrol_map.crosswalks] == [True]
    assert len(patrol_map.crosswalks[0].edge_ids) == 4


def test_buildings_and_parks_become_features(imported: tuple[PatrolMap, ImportReport]) -> None:
    patrol_map, report = imported
    (house,) = patrol_map.buildings
    assert (house.name, house.height_m) == ("House", 9.0)
    (park,) = patrol_map.areas
    assert (park.name, park.kind) == ("Park", AreaKind.PARK)
    assert (report.buildings, report.areas, report.shapes_left_out) == (1, 1, 0)


def test_the_report_says_what_was_left_out(imported: tuple[PatrolMap, ImportReport]) -> None:
    _, report = imported
    assert report.steps_left_out == 1
    assert report.parts_left_out == 1
    assert report.length_left_out_km == pytest.approx(0.04, abs=0.001)
    assert (report.highways, report.ways) == (7, 6)
    assert all(line for line in report.lines())


def test_places_a_dock_and_checkpoints_on_loops(
    imported: tuple[PatrolMap, ImportReport],
) -> None:
    patrol_map, _ = imported
    assert len(patrol_map.docks) == 1
    assert len({c.node_id for c in patrol_map.checkpoints}) == 3
    for place in (*patrol_map.docks, *patrol_map.checkpoints):
        assert len(patrol_map.outgoing[place.node_id]) >= 2


def test_a_way_through_a_building_is_left_out_and_one_beside_it_narrowed(tmp_path: Path) -> None:
    extract = town()
    extract.way(50, [2, 60], highway="footway")
    extract.node(60, 30, -14)  # inside the house
    extract.node(61, 18.9, -30)
    extract.way(51, [61, 62, 2], highway="footway", width="4")
    extract.node(62, 18.9, -2)  # 1.1 m beside the wall
    patrol_map, report = import_osm(extract.write(tmp_path / "town.osm"))
    assert report.unfit_edges == 1
    beside = [e for e in patrol_map.edges.values() if e.length_m == pytest.approx(28, abs=0.2)]
    assert [edge.width_m for edge in beside] == pytest.approx([2.0, 2.0], abs=0.1)


def test_a_vehicle_leaves_out_what_it_cannot_use(tmp_path: Path) -> None:
    extract = town()
    extract.node(70, 0, -30)
    extract.way(52, [2, 70], highway="footway", width="1.2")
    path = extract.write(tmp_path / "town.osm")
    with_lane, _ = import_osm(path)
    without, report = import_osm(path, spec=GOALIE)
    assert len(with_lane.nodes) == len(without.nodes) + 1
    assert report.unfit_edges == 1
    assert max(e.speed_limit_mps for e in without.edges.values()) <= GOALIE.speed_cap_mps + 1e-3


def test_a_way_that_leaves_the_extract_keeps_its_inside(tmp_path: Path) -> None:
    extract = town()
    extract.missing = {1}
    patrol_map, report = import_osm(extract.write(tmp_path / "town.osm"))
    assert report.incomplete_ways == 2
    assert len(patrol_map.nodes) == 6


def test_reports_progress(tmp_path: Path) -> None:
    lines: list[str] = []
    import_osm(town().write(tmp_path / "town.osm"), progress=lines.append)
    assert lines[0].startswith("reading ")
    assert len(lines) == 3


def _only_steps(path: Path) -> Path:
    extract = Extract()
    extract.node(1, 0, 0)
    extract.node(2, 50, 0)
    extract.way(9, [1, 2], highway="steps")
    return extract.write(path)


def _too_wide(path: Path) -> Path:
    extract = Extract()
    extract.node(1, 0, 0)
    extract.node(2, 300_000, 0)
    extract.way(9, [1, 2], highway="footway")
    return extract.write(path)


def _all_through_a_house(path: Path) -> Path:
    extract = Extract()
    for node_id, (x, y) in enumerate([(0, 0), (30, 0), (30, 20), (0, 20)], start=1):
        extract.node(node_id, x, y)
    extract.node(5, 5, 5)
    extract.node(6, 25, 5)
    extract.way(8, [1, 2, 3, 4, 1], building="yes")
    extract.way(9, [5, 6], highway="footway")
    return extract.write(path)


def _cut(path: Path) -> Path:
    whole = town().write(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_empty, "is empty"),
        (_cut, "cannot be read, perhaps cut off"),
        (_only_steps, "holds no way that a vehicle on pavements may use"),
        (_too_wide, "a map reaches at most 50 km"),
        (_all_through_a_house, "no way is left that the vehicle can use"),
        (lambda path: path, "no such file"),
    ],
)
def test_a_useless_file_gets_one_line(make, message: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = make(tmp_path / "bad.osm")
    with pytest.raises(OsmError) as refusal:
        import_osm(path)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OsmError, match=r"expected a file ending in one of \.osm\.pbf"):
        import_osm(tmp_path / "town.shp")
