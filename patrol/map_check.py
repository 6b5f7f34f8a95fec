"""What a valid map may still get wrong: findings for the person who draws it.

`patrol.map_rules` refuses the impossible; this module reports the unwise, for the map alone or for
one vehicle type.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import rustworkx as rx
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon

from patrol.map import Edge, PatrolMap, WayClass, ZoneKind
from patrol.vehicle import MAX_WIDTH_NARROW_PAVEMENT_M, NARROW_PAVEMENT_M, VehicleSpec

SIDE_MARGIN_M = 0.3  # on each side of a vehicle: cross-track error 0.20 m and a wall's mirror
GRADE_TOLERANCE = 0.02
SHARP_BEND_RAD = math.radians(60)
SHOWN_IDS = 8


class FindingLevel(StrEnum):
    """Whether a patrol can be driven all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `place` is a layer and an id."""

    level: FindingLevel
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.level}: {self.place}: {self.text}"


def find_problems(patrol_map: PatrolMap, spec: VehicleSpec | None = None) -> list[Finding]:
    """All findings, errors first; with a vehicle also what that vehicle cannot drive."""
    findings = [
        *_reach(patrol_map, spec),
        *_components(patrol_map),
        *_dead_ends(patrol_map),
        *_keep_out(patrol_map),
        *_grades(patrol_map),
        *_bends(patrol_map),
        *_corridors(patrol_map),
        *(_vehicle(patrol_map, spec) if spec else ()),
    ]
    return sorted(findings, key=lambda finding: finding.level is not FindingLevel.ERROR)


def edge_line(patrol_map: PatrolMap, edge: Edge) -> LineString:
    """The edge's middle line in map metres."""
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return LineString([(start.x_m, start.y_m), (end.x_m, end.y_m)])


def edge_heading_rad(patrol_map: PatrolMap, edge: Edge) -> float:
    """Heading of travel, 0 = east, counter-clockwise."""
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


def turn_rad(heading_from_rad: float, heading_to_rad: float) -> float:
    """The unsigned angle between two headings, in [0, pi]."""
    return abs((heading_to_rad - heading_from_rad + math.pi) % (2 * math.pi) - math.pi)


def unfit_reason(edge: Edge, spec: VehicleSpec) -> str | None:
    """Why a vehicle cannot or must not use an edge, or None."""
    needed_m = spec.width_m + 2 * SIDE_MARGIN_M
    if edge.width_m < needed_m:
        return f"{edge.width_m:g} m wide, {spec.name} needs {needed_m:.2f} m"
    if (
        edge.way_class is WayClass.PAVEMENT
        and edge.width_m < NARROW_PAVEMENT_M
        and spec.width_m > MAX_WIDTH_NARROW_PAVEMENT_M
    ):
        return (
            f"a pavement under {NARROW_PAVEMENT_M:g} m is closed by law to vehicles wider than "
            f"{MAX_WIDTH_NARROW_PAVEMENT_M:g} m"
        )
    if abs(edge.grade) > spec.max_grade:
        return f"slope {abs(edge.grade):.1%}, {spec.name} climbs {spec.max_grade:.1%}"
    return None


def keep_out_edges(patrol_map: PatrolMap) -> dict[int, str]:
    """Edges that a keep-out zone touches, with the zone's id."""
    zones = [zone for zone in patrol_map.zones if zone.kind is ZoneKind.KEEP_OUT]
    polygons = [(zone.id, Polygon(zone.polygon_map)) for zone in zones]
    return {
        edge.id: zone_id
        for zone_id, polygon in polygons
        for edge in patrol_map.edges.values()
        if polygon.intersects(edge_line(patrol_map, edge))
    }


def _reach(patrol_map: PatrolMap, spec: VehicleSpec | None) -> Iterator[Finding]:
    if not patrol_map.docks:
        yield Finding(FindingLevel.WARNING, "docks", "the map has none; vehicles cannot charge")
    if not patrol_map.checkpoints:
        yield Finding(FindingLevel.WARNING, "checkpoints", "the map has none; nothing to patrol")
    closed = set(keep_out_edges(patrol_map))
    if spec is not None:
        closed |= {e.id for e in patrol_map.edges.values() if unfit_reason(e, spec)}
    graph, index = _graph(patrol_map, closed)
    for dock in patrol_map.docks:
        there = rx.descendants(graph, index[dock.node_id]) | {index[dock.node_id]}
        back = rx.ancestors(graph, index[dock.node_id]) | {index[dock.node_id]}
        for checkpoint in patrol_map.checkpoints:
            place = f"checkpoint {checkpoint.id}"
            if index[checkpoint.node_id] not in there:
                text = f"cannot be reached from dock {dock.id}"
                yield Finding(FindingLevel.ERROR, place, text)
            elif index[checkpoint.node_id] not in back:
                text = f"has no way back to dock {dock.id}"
                yield Finding(FindingLevel.ERROR, place, text)
    for zone in patrol_map.zones:
        if zone.kind is not ZoneKind.KEEP_OUT:
            continue
        polygon = Polygon(zone.polygon_map)
        for kind, places in (("checkpoint", patrol_map.checkpoints), ("dock", patrol_map.docks)):
            for place_ in places:
                node = patrol_map.nodes[place_.node_id]
                if polygon.covers(Point(node.x_m, node.y_m)):
                    text = f"lies in keep-out zone {zone.id}"
                    yield Finding(FindingLevel.ERROR, f"{kind} {place_.id}", text)


def _graph(patrol_map: PatrolMap, closed: set[int]) -> tuple[rx.PyDiGraph, dict[int, int]]:
    graph: rx.PyDiGraph = rx.PyDiGraph()
    index = dict(zip(patrol_map.nodes, graph.add_nodes_from(list(patrol_map.nodes)), strict=True))
    for edge in patrol_map.edges.values():
        if edge.id not in closed:
            graph.add_edge(index[edge.start_id], index[edge.end_id], edge.id)
    return graph, index


def _components(patrol_map: PatrolMap) -> Iterator[Finding]:
    graph, _ = _graph(patrol_map, set())
    parts = sorted(rx.weakly_connected_components(graph), key=len, reverse=True)
    for part in parts[1:]:
        nodes = sorted(graph[i] for i in part)
        text = f"{len(nodes)} of {len(patrol_map.nodes)} nodes are joined to nothing else"
        yield Finding(FindingLevel.WARNING, f"nodes {_ids(nodes)}", text)


def _dead_ends(patrol_map: PatrolMap) -> Iterator[Finding]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for edge in patrol_map.edges.values():
        neighbours[edge.start_id].add(edge.end_id)
        neighbours[edge.end_id].add(edge.start_id)
    ends = sorted(node_id for node_id, others in neighbours.items() if len(others) == 1)
    if ends:
        text = "dead end; a vehicle must turn round here"
        yield Finding(FindingLevel.WARNING, f"nodes {_ids(ends)}", text)


def _keep_out(patrol_map: PatrolMap) -> Iterator[Finding]:
    by_zone: dict[str, list[int]] = defaultdict(list)
    for edge_id, zone_id in keep_out_edges(patrol_map).items():
        by_zone[zone_id].append(edge_id)
    for zone_id, edge_ids in by_zone.items():
        text = f"keep-out closes edges {_ids(edge_ids)}"
        yield Finding(FindingLevel.WARNING, f"zone {zone_id}", text)


def _grades(patrol_map: PatrolMap) -> Iterator[Finding]:
    if not any(node.z_m for node in patrol_map.nodes.values()):
        return  # a flat file with grades from tags says nothing wrong
    for edge in patrol_map.edges.values():
        rise_m = patrol_map.nodes[edge.end_id].z_m - patrol_map.nodes[edge.start_id].z_m
        grade = rise_m / edge.length_m
        if abs(grade - edge.grade) > GRADE_TOLERANCE:
            text = f"grade {edge.grade:.3f} disagrees with its nodes' heights, {grade:.3f}"
            yield Finding(FindingLevel.WARNING, f"edge {edge.id}", text)


def _bends(patrol_map: PatrolMap) -> Iterator[Finding]:
    incoming: dict[int, list[Edge]] = defaultdict(list)
    for edge in patrol_map.edges.values():
        incoming[edge.end_id].append(edge)
    sharp = set()
    for node_id, outgoing in patrol_map.outgoing.items():
        if len({e.end_id for e in outgoing} | {e.start_id for e in incoming[node_id]}) != 2:
            continue
        for first in incoming[node_id]:
            for second in outgoing:
                turn = turn_rad(
                    edge_heading_rad(patrol_map, first), edge_heading_rad(patrol_map, second)
                )
                if second.end_id != first.start_id and turn > SHARP_BEND_RAD:
                    sharp.add(node_id)
    if sharp:
        text = f"the way bends by more than {math.degrees(SHARP_BEND_RAD):.0f} degrees; add nodes"
        yield Finding(FindingLevel.WARNING, f"nodes {_ids(sorted(sharp))}", text)


def _corridors(patrol_map: PatrolMap) -> Iterator[Finding]:
    tree = STRtree([Polygon(building.polygon_map) for building in patrol_map.buildings])
    for edge in patrol_map.edges.values():
        if (edge.end_id, edge.start_id) in patrol_map.edge_between and edge.start_id > edge.end_id:
            continue
        corridor = edge_line(patrol_map, edge).buffer(edge.width_m / 2, cap_style="flat")
        for i in tree.query(corridor, predicate="intersects"):
            text = f"building {patrol_map.buildings[int(i)].id} stands in its corridor"
            yield Finding(FindingLevel.WARNING, f"edge {edge.id}", text)


def _vehicle(patrol_map: PatrolMap, spec: VehicleSpec) -> Iterator[Finding]:
    by_reason: dict[tuple[str, str], list[int]] = defaultdict(list)
    for edge in patrol_map.edges.values():
        reason = unfit_reason(edge, spec)
        if reason:
            by_reason[edge.name, reason].append(edge.id)
    for (name, reason), edge_ids in by_reason.items():
        place = f"edges {_ids(edge_ids)}" + (f" ({name})" if name else "")
        yield Finding(FindingLevel.WARNING, place, reason)


def _ids(ids: Iterable[int]) -> str:
    listed = list(ids)
    shown = ", ".join(str(value) for value in listed[:SHOWN_IDS])
    more = len(listed) - SHOWN_IDS
    return f"{shown} and {more} more" if more > 0 else shown
