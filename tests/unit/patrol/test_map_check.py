"""Findings: what a person should look at in a valid map."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from patrol.geodesy import GeoPoint
from patrol.map import (
    Building,
    Checkpoint,
    Dock,
    Edge,
    Node,
    PatrolMap,
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_check import (
    Finding,
    FindingLevel,
    find_problems,
    keep_out_edges,
    turn_rad,
    unfit_reason,
)
from patrol.map_passable import Hindrance, closed_by_hindrance, closed_length_m, closed_ways
from patrol.map_shapes import each_way_once, ways_length_m
from patrol.vehicle import load_vehicle

GOALIE = load_vehicle(Path(__file__).resolve().parents[3] / "config" / "vehicles" / "goalie.yaml")
PLACES = {1: (0.0, 0.0), 2: (40.0, 0.0), 3: (40.0, 40.0), 4: (0.0, 40.0), 9: (200.0, 0.0)}
SQUARE = ((1, 2), (2, 3), (3, 4), (4, 1))


def edge(edge_id: int, start: int, end: int, **changes: object) -> Edge:
    length = math.dist(PLACES[start], PLACES[end])
    made = Edge(edge_id, start, end, length, 1.39, 5.0, WayClass.STREET)
    return replace(made, **changes)  # type: ignore[arg-type]


def make(
    pairs: tuple[tuple[int, int], ...] = SQUARE, one_way: bool = False, **parts: object
) -> PatrolMap:
    """A square of streets, both ways, with a dock at 1 and a checkpoint at 3."""
    both = pairs if one_way else (*pairs, *((b, a) for a, b in pairs))
    edges = {100 + i: edge(100 + i, a, b) for i, (a, b) in enumerate(both)}
    used = {node for pair in pairs for node in pair} | {1, 3}
    base = PatrolMap(
        "square", "", GeoPoint(37.0, 127.0),
        {n: Node(n, *PLACES[n]) for n in sorted(used)}, edges,
        checkpoints=(Checkpoint("cp-01", "far corner", 3),), docks=(Dock("dock-1", "", 1),),
    )  # fmt: skip
    return replace(base, **parts)  # type: ignore[arg-type]


def texts(findings: list[Finding]) -> str:
    return "\n".join(str(finding) for finding in findings)


def test_a_good_map_has_only_its_square_corners_to_look_at() -> None:
    findings = find_problems(make(), GOALIE)
    assert texts(findings) == (
        "warning: nodes 1, 2, 3, 4: the way bends by more than 60 degrees; add nodes"
    )


def test_errors_come_first() -> None:
    findings = find_problems(make(((1, 2), (3, 4))))
    levels = [finding.level for finding in findings]
    assert levels[0] is FindingLevel.ERROR
    assert levels == sorted(levels, key=lambda level: level is not FindingLevel.ERROR)


def test_reports_a_checkpoint_no_dock_reaches_and_the_part_it_is_in() -> None:
    found = texts(find_problems(make(((1, 2), (3, 4)))))
    assert "error: checkpoint cp-01: cannot be reached from dock dock-1" in found
    assert "2 of 4 nodes with 40 of 80 m of ways are joined to nothing else" in found


def test_reports_a_checkpoint_with_no_way_back() -> None:
    found = texts(find_problems(make(((1, 2), (2, 3)), one_way=True)))
    assert "error: checkpoint cp-01: has no way back to dock dock-1" in found


def test_reports_dead_ends() -> None:
    found = texts(find_problems(make((*SQUARE, (2, 9)))))
    assert "warning: nodes 9: dead end" in found


def test_reports_keep_out_over_edges_and_over_checkpoints() -> None:
    ring = ((30.0, 30.0), (60.0, 30.0), (60.0, 60.0), (30.0, 60.0))
    zone = Zone("site", ZoneKind.KEEP_OUT, ring)
    found = texts(find_problems(make(zones=(zone,))))
    assert "zone site: keep-out closes edges 101, 102, 105, 106" in found
    assert "error: checkpoint cp-01: lies in keep-out zone site" in found
    assert "error: checkpoint cp-01: cannot be reached" in found


def test_says_when_there_is_no_dock_or_checkpoint() -> None:
    found = texts(find_problems(make(docks=(), checkpoints=())))
    assert "warning: docks: the map has none" in found
    assert "warning: checkpoints: the map has none" in found


def test_reports_a_grade_that_disagrees_with_heights() -> None:
    nodes = make().nodes | {2: Node(2, 40.0, 0.0, 4.0)}
    found = texts(find_problems(make(nodes=nodes)))
    assert "edge 100: grade 0.000 disagrees with its nodes' heights, 0.100" in found


def test_a_flat_file_with_grades_from_tags_is_not_blamed() -> None:
    base = make()
    steep = {key: replace(value, grade=0.08) for key, value in base.edges.items()}
    assert "disagrees" not in texts(find_problems(replace(base, edges=steep)))


def test_reports_a_building_in_a_corridor() -> None:
    ring = ((15.0, 2.0), (25.0, 2.0), (25.0, 12.0), (15.0, 12.0))
    found = texts(find_problems(make(buildings=(Building("b-1", ring, 9.0),))))
    assert "edge 100: building b-1 stands in its corridor" in found


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"width_m": 1.4}, "1.4 m wide, goalie needs 1.50 m"),
        ({"width_m": 2.4, "way_class": WayClass.PAVEMENT}, "closed by law"),
        ({"grade": 0.16}, "slope 16.0%, goalie climbs 15.0%"),
        ({"grade": -0.16}, "slope 16.0%"),
        ({"steps": True}, "steps, goalie has wheels"),
        ({"way_class": WayClass.STEPS}, "steps, goalie has wheels"),
        ({"kerb_m": 0.12}, "kerb of 0.12 m, goalie climbs 0.05 m"),
    ],
)
def test_says_why_a_vehicle_cannot_use_an_edge(changes: dict[str, object], reason: str) -> None:
    unfit = edge(100, 1, 2, **changes)
    assert reason in (unfit_reason(unfit, GOALIE) or "")
    found = texts(find_problems(make(edges=make().edges | {100: unfit}), GOALIE))
    assert reason in found


@pytest.mark.parametrize(
    "changes", [{"width_m": 1.5}, {"grade": 0.15}, {"width_m": 2.4}, {"kerb_m": 0.05}]
)
def test_accepts_an_edge_at_the_vehicles_limit(changes: dict[str, object]) -> None:
    assert unfit_reason(edge(100, 1, 2, **changes), GOALIE) is None


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(0.0, 0.0, 0.0), (3.0, -3.0, 2 * math.pi - 6), (0, 9, 2.717)]
)
def test_turns_are_measured_the_short_way(first: float, second: float, expected: float) -> None:
    assert turn_rad(first, second) == pytest.approx(expected, abs=1e-3)


NIGHT, DAY = "2026-12-01T23:00+09:00", "2026-12-01T12:00+09:00"
CORNER = ((30.0, 30.0), (60.0, 30.0), (60.0, 60.0), (30.0, 60.0))
ALL = ((-9.0, -9.0), (99.0, -9.0), (99.0, 99.0), (-9.0, 99.0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_groups_what_a_vehicle_cannot_use_by_reason_and_street() -> None:
    edges = make().edges | {
        100: edge(100, 1, 2, width_m=1.2, name="12-gil", kerb_m=0.2),
        104: edge(104, 2, 1, width_m=1.4, name="12-gil"),
        101: edge(101, 2, 3, width_m=1.2, name="14-gil"),
    }
    patrol_map = make(edges=edges)
    groups = [(c.hindrance, c.street, c.edge_ids) for c in closed_ways(patrol_map, GOALIE)]
    assert groups == [
        (Hindrance.WIDTH, "12-gil", (100, 104)),
        (Hindrance.WIDTH, "14-gil", (101,)),
        (Hindrance.KERB, "12-gil", (100,)),
    ]
    assert closed_length_m(patrol_map, GOALIE) == pytest.approx(80)
    assert closed_by_hindrance(patrol_map, GOALIE) == {Hindrance.WIDTH: 80, Hindrance.KERB: 40}
    found = texts(find_problems(patrol_map, GOALIE))
    assert (
        "edges 100, 104 (12-gil): 1.2 to 1.4 m wide, goalie needs 1.50 m; 40 m closed to it"
    ) in found


def test_two_opposite_edges_are_one_way() -> None:
    patrol_map = make()
    assert len(each_way_once(patrol_map)) == 4
    assert ways_length_m(patrol_map.edges.values()) == pytest.approx(160)


def test_a_keep_out_closes_in_its_hours_and_always_when_the_time_is_unknown() -> None:
    patrol_map = make(zones=(Zone("site", ZoneKind.KEEP_OUT, CORNER, windows="22:00-06:00"),))
    closed = {101: "site", 102: "site", 105: "site", 106: "site"}
    assert keep_out_edges(patrol_map) == closed
    assert keep_out_edges(patrol_map, at(NIGHT)) == closed
    assert keep_out_edges(patrol_map, at(DAY)) == {}
    assert "cp-01: lies in keep-out zone site (22:00-06:00)" in texts(find_problems(patrol_map))
    assert "keep-out" not in texts(find_problems(patrol_map, when=at(DAY)))


def test_the_first_of_two_keep_outs_is_named() -> None:
    zones = (Zone("a", ZoneKind.KEEP_OUT, CORNER), Zone("b", ZoneKind.KEEP_OUT, ALL))
    closed = keep_out_edges(make(zones=zones))
    assert (closed[101], closed[100]) == ("a", "b")


def test_reports_an_expired_zone_once_somebody_says_what_time_it_is() -> None:
    zone = Zone("site", ZoneKind.KEEP_OUT, CORNER, expires="2026-12-01T18:00:00+09:00")
    patrol_map = make(zones=(zone,))
    assert "expired" not in texts(find_problems(patrol_map))
    assert "expired" not in texts(find_problems(patrol_map, now=at(DAY)))
    found = texts(find_problems(patrol_map, now=at(NIGHT)))
    assert "warning: zone site: expired at 2026-12-01T18:00:00+09:00; it never holds" in found


def test_reports_windows_that_never_open() -> None:
    never = Zone("z", ZoneKind.QUIET, ALL, windows="off")
    past = Zone("y", ZoneKind.QUIET, ALL, windows="2020 Dec 01-2020 Dec 20")
    visit = Checkpoint("cp-01", "", 3, windows="Mo-Fr off")
    found = texts(find_problems(make(zones=(never, past), checkpoints=(visit,)), now=at(DAY)))
    assert "zone z: windows 'off' never open again" in found
    assert "zone y: windows '2020 Dec 01-2020 Dec 20' never open again" in found
    assert "checkpoint cp-01: windows 'Mo-Fr off' never open again" in found


def test_reports_a_patrol_area_that_is_all_closed() -> None:
    area, site = Zone("area", ZoneKind.PATROL_AREA, CORNER), Zone("site", ZoneKind.KEEP_OUT, ALL)
    found = texts(find_problems(make(zones=(area, site))))
    assert (
        "error: zone area: every way in this patrol area is closed: "
        "keep-out zones site lie over it"
    ) in found
    narrow = {k: replace(e, width_m=1.0) for k, e in make().edges.items()}
    found = texts(find_problems(make(zones=(area,), edges=narrow), GOALIE))
    assert "is closed: the vehicle fits none of them" in found
    assert "error" not in texts(find_problems(make(zones=(area,)), GOALIE))


def test_reports_a_patrol_area_no_dock_reaches() -> None:
    area = Zone("area", ZoneKind.PATROL_AREA, CORNER)
    found = texts(find_problems(make(((1, 2), (3, 4)), zones=(area,))))
    assert "error: zone area: no dock reaches any open way of this patrol area" in found


def test_reports_a_zone_beside_every_way() -> None:
    ring = ((500.0, 500.0), (510.0, 500.0), (510.0, 510.0))
    zones = (
        Zone("school", ZoneKind.SCHOOL, ring, speed_limit_mps=0.8),
        Zone("roof", ZoneKind.NO_RECORD, ring),
        Zone("shop", ZoneKind.WATCHED_PROPERTY, ring),
    )
    found = texts(find_problems(make(zones=zones)))
    assert "warning: zone school: this school zone covers no way" in found
    assert "roof" not in found
    assert "shop" not in found


def test_a_map_without_any_zone_or_building_is_checked_too() -> None:
    assert keep_out_edges(make()) == {}
    assert "corridor" not in texts(find_problems(make()))
