"""What a valid map may still get wrong: findings for the person who draws it.

`patrol.map_rules` refuses the impossible; this module reports the unwise, for the map alone or for
one vehicle type.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import rustworkx as rx
import shapely
from shapely import STRtree
from shapely.geometry import Polygon

from patrol.map import Edge, PatrolMap
from patrol.map_check_zones import find_zone_problems
from patrol.map_findings import Finding, FindingLevel, error, short_list, warning
from patrol.map_passable import closed_ways, hindrances, unfit_reason
from patrol.map_shapes import (
    each_way_once,
    edge_heading_rad,
    edge_line,
    edge_lines,
    keep_out_edges,
    turn_rad,
    ways_length_m,
)
from patrol.vehicle import VehicleSpec

__all__ = [
    "Finding",
    "FindingLevel",
    "edge_heading_rad",
    "edge_line",
    "find_problems",
    "keep_out_edges",
    "turn_rad",
    "unfit_reason",
]

GRADE_TOLERANCE = 0.02
SHARP_BEND_RAD = math.radians(60)


# dock id → the nodes it reaches, the nodes it is reached from
Reached = dict[str, tuple[set[int], set[int]]]


def find_problems(
    patrol_map: PatrolMap,
    spec: VehicleSpec | None = None,
    when: datetime | None = None,
    now: datetime | None = None,
) -> list[Finding]:
    """All findings, errors first; with a vehicle also what that vehicle cannot drive.

    At an aware `when` only zones that hold then close ways; without it all zones do. `now` (else
    `when`) is what expiry is measured against; without either nothing has expired.
    """
    keep_out = keep_out_edges(patrol_map, when)
    unfit = {e.id for e in patrol_map.edges.values() if spec and hindrances(e, spec)}
    closed = unfit | set(keep_out)
    reached = _reached(patrol_map, closed)
    findings = [
        *_reach(patrol_map, reached),
        *find_zone_problems(patrol_map, closed, reached, when, now or when),
        *_components(patrol_map),
        *_dead_ends(patrol_map),
        *_keep_out(keep_out),
        *_grades(patrol_map),
        *_bends(patrol_map),
        *_corridors(patrol_map),
        *(_vehicle(patrol_map, spec) if spec else ()),
    ]
    return sorted(findings, key=lambda finding: finding.level is not FindingLevel.ERROR)


def _reached(patrol_map: PatrolMap, closed: set[int]) -> Reached:
    graph, index = _graph(patrol_map, closed)
    reached: Reached = {}
    for dock in patrol_map.docks:
        at = index[dock.node_id]
        there, back = rx.descendants(graph, at) | {at}, rx.ancestors(graph, at) | {at}
        reached[dock.id] = ({graph[i] for i in there}, {graph[i] for i in back})
    return reached


def _reach(patrol_map: PatrolMap, reached: Reached) -> Iterator[Finding]:
    if not patrol_map.docks:
        yield warning("docks", "the map has none; vehicles cannot charge")
    if not patrol_map.checkpoints:
        yield warning("checkpoints", "the map has none; nothing to patrol")
    for dock_id, (there, back) in reached.items():
        for checkpoint in patrol_map.checkpoints:
            place = f"checkpoint {checkpoint.id}"
            if checkpoint.node_id not in there:
                yield error(place, f"cannot be reached from dock {dock_id}")
            elif checkpoint.node_id not in back:
                yield error(place, f"has no way back to dock {dock_id}")


def _graph(patrol_map: PatrolMap, closed: set[int]) -> tuple[rx.PyDiGraph, dict[int, int]]:
    graph: rx.PyDiGraph = rx.PyDiGraph()
    index = dict(zip(patrol_map.nodes, graph.add_nodes_from(list(patrol_map.nodes)), strict=True))
    graph.add_edges_from(
        [
            (index[edge.start_id], index[edge.end_id], edge.id)
            for edge in patrol_map.edges.values()
            if edge.id not in closed
        ]
    )
    return graph, index


def _components(patrol_map: PatrolMap) -> Iterator[Finding]:
    """Parts of the map without a way between them, the largest left out."""
    graph, _ = _graph(patrol_map, set())
    parts = [
        sorted(graph[i] for i in part)
        for part in sorted(rx.weakly_connected_components(graph), key=len, reverse=True)
    ]
    part_of = {node_id: number for number, nodes in enumerate(parts) for node_id in nodes}
    edges: dict[int, list[Edge]] = defaultdict(list)
    for edge in patrol_map.edges.values():
        edges[part_of[edge.start_id]].append(edge)
    total_m = ways_length_m(patrol_map.edges.values())
    for number, nodes in enumerate(parts[1:], start=1):
        share = f"{ways_length_m(edges[number]):.0f} of {total_m:.0f} m of ways"
        text = f"{len(nodes)} of {len(patrol_map.nodes)} nodes with {share}"
        yield warning(f"nodes {short_list(nodes)}", f"{text} are joined to nothing else")


def _dead_ends(patrol_map: PatrolMap) -> Iterator[Finding]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for edge in patrol_map.edges.values():
        neighbours[edge.start_id].add(edge.end_id)
        neighbours[edge.end_id].add(edge.start_id)
    ends = sorted(node_id for node_id, others in neighbours.items() if len(others) == 1)
    if ends:
        yield warning(f"nodes {short_list(ends)}", "dead end; a vehicle must turn round here")


def _keep_out(keep_out: dict[int, str]) -> Iterator[Finding]:
    by_zone: dict[str, list[int]] = defaultdict(list)
    for edge_id, zone_id in keep_out.items():
        by_zone[zone_id].append(edge_id)
    for zone_id, edge_ids in by_zone.items():
        yield warning(f"zone {zone_id}", f"keep-out closes edges {short_list(edge_ids)}")


def _grades(patrol_map: PatrolMap) -> Iterator[Finding]:
    if not any(node.z_m for node in patrol_map.nodes.values()):
        return  # a flat file with grades from tags says nothing wrong
    for edge in patrol_map.edges.values():
        rise_m = patrol_map.nodes[edge.end_id].z_m - patrol_map.nodes[edge.start_id].z_m
        grade = rise_m / edge.length_m
        if abs(grade - edge.grade) > GRADE_TOLERANCE:
            text = f"grade {edge.grade:.3f} disagrees with its nodes' heights, {grade:.3f}"
            yield warning(f"edge {edge.id}", text)


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
        yield warning(f"nodes {short_list(sorted(sharp))}", text)


def _corridors(patrol_map: PatrolMap) -> Iterator[Finding]:
    once = {edge.id for edge in each_way_once(patrol_map)}
    edges = list(patrol_map.edges.values())
    taken = np.array([edge.id in once for edge in edges], bool)
    half_m = np.array([edge.width_m / 2 for edge in edges])[taken]
    corridors = shapely.buffer(edge_lines(patrol_map)[taken], half_m, cap_style="flat")
    ways = [edge for edge in edges if edge.id in once]
    tree = STRtree([Polygon(building.polygon_map) for building in patrol_map.buildings])
    for way, building in sorted(tree.query(corridors, predicate="intersects").T.tolist()):
        text = f"building {patrol_map.buildings[building].id} stands in its corridor"
        yield warning(f"edge {ways[way].id}", text)


def _vehicle(patrol_map: PatrolMap, spec: VehicleSpec) -> Iterator[Finding]:
    for closed in closed_ways(patrol_map, spec):
        street = f" ({closed.street})" if closed.street else ""
        place = f"edges {short_list(closed.edge_ids)}{street}"
        yield warning(place, f"{closed.text}; {closed.length_m:.0f} m closed to it")
