"""An OpenStreetMap extract into a patrol map that a vehicle can be sent over at once.

Walkable ways become a graph of straight edges in both directions (one-way rules are for cars),
crossings become crosswalks, buildings and parks become features. Of the graph the largest
connected part is kept. Checkpoints and a dock, which OpenStreetMap does not know, are spread over
it by rule, so that a patrol can be planned; an operator moves them later.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import rustworkx as rx

from navigation.planning.osm_graph import GraphDraft, draft_graph
from navigation.planning.osm_reader import OsmExtract, Progress, read_extract
from navigation.planning.osm_shapes import read_shapes
from patrol.errors import OsmError
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.map import Checkpoint, Crosswalk, Dock, Edge, Node, PatrolMap
from patrol.map_check import edge_heading_rad
from patrol.map_rules import MAX_EXTENT_M
from patrol.vehicle import VehicleSpec

LICENCE = "© OpenStreetMap contributors, ODbL 1.0"
DEFAULT_CHECKPOINTS = 8
CHECKPOINT_RADIUS_M = 400.0  # by way from the dock: a patrol of an hour at most
CHECKPOINT_DWELL_S = 5.0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was taken and what was left out."""

    highways: int
    ways: int
    steps_left_out: int
    incomplete_ways: int
    unfit_edges: int
    nodes: int
    edges: int
    length_km: float
    parts_left_out: int
    length_left_out_km: float
    crosswalks: int
    buildings: int
    areas: int
    shapes_left_out: int

    def lines(self) -> list[str]:
        """For a person."""
        return [
            f"ways: {self.ways} of {self.highways} highways used, {self.steps_left_out} steps "
            f"left out, {self.incomplete_ways} reach beyond the extract",
            f"graph: {self.nodes} nodes, {self.edges} edges, {self.length_km:.1f} km of ways; "
            f"{self.unfit_edges} edges too narrow or through a building left out",
            f"largest connected part kept; {self.parts_left_out} others with "
            f"{self.length_left_out_km:.1f} km left out",
            f"{self.crosswalks} crosswalks, {self.buildings} buildings, {self.areas} areas; "
            f"{self.shapes_left_out} shapes left out",
        ]


def import_osm(
    path: Path,
    name: str | None = None,
    spec: VehicleSpec | None = None,
    checkpoints: int = DEFAULT_CHECKPOINTS,
    progress: Progress = lambda line: None,
) -> tuple[PatrolMap, ImportReport]:
    """A map around the extract's centre; raises OsmError."""
    progress(f"reading {path}")
    extract = read_extract(path, progress)
    origin = _centre(extract, path)
    progress(f"projecting {len(extract.ways)} ways and {len(extract.buildings)} buildings")
    buildings, areas, bad_shapes = read_shapes(extract, origin)
    progress("building the graph")
    draft = draft_graph(extract, origin, buildings, spec)
    if not draft.pieces:
        raise OsmError(f"{path}: no way is left that the vehicle can use")
    nodes, edges, parts, lost_m = _largest_part(draft)
    crosswalks = tuple(
        Crosswalk(crosswalk_id, "", tuple(e.id for e in edges.values()
                  if e.crosswalk_id == crosswalk_id), signalled)
        for crosswalk_id, signalled in draft.crosswalks.items()
        if any(e.crosswalk_id == crosswalk_id for e in edges.values())
    )  # fmt: skip
    map_id = path.name.split(".")[0].lower() or "map"
    bare = PatrolMap(map_id, name or map_id, origin, nodes, edges)
    dock, visits = _places(bare, checkpoints)
    patrol_map = PatrolMap(
        map_id, name or map_id, origin, nodes, edges,
        checkpoints=visits, docks=(dock,), crosswalks=crosswalks, buildings=buildings,
        areas=areas, licence=LICENCE,
    )  # fmt: skip
    return patrol_map, ImportReport(
        highways=extract.highways,
        ways=len(extract.ways),
        steps_left_out=extract.steps,
        incomplete_ways=extract.incomplete_ways,
        unfit_edges=draft.unfit,
        nodes=len(nodes),
        edges=len(edges),
        length_km=sum(edge.length_m for edge in edges.values()) / 2000,
        parts_left_out=parts,
        length_left_out_km=lost_m / 1000,
        crosswalks=len(crosswalks),
        buildings=len(buildings),
        areas=len(areas),
        shapes_left_out=bad_shapes,
    )


def _centre(extract: OsmExtract, path: Path) -> GeoPoint:
    longitudes = [p[1] for way in extract.ways for p in way.points]
    latitudes = [p[2] for way in extract.ways for p in way.points]
    west, east = min(longitudes), max(longitudes)
    south, north = min(latitudes), max(latitudes)
    origin = GeoPoint(round((south + north) / 2, 7), round((west + east) / 2, 7))
    x_m, y_m, _ = enu_from_wgs84(GeoPoint(north, east), origin)
    if max(abs(x_m), abs(y_m)) > MAX_EXTENT_M:
        raise OsmError(
            f"{path}: spans {2 * x_m / 1000:.0f} x {2 * y_m / 1000:.0f} km; a map reaches at most "
            f"{MAX_EXTENT_M / 1000:g} km from its origin, cut it with `osmium extract` first"
        )
    return origin


def _largest_part(draft: GraphDraft) -> tuple[dict[int, Node], dict[int, Edge], int, float]:
    """Nodes and edges of the largest part (by length), number and length of the others."""
    graph = rx.PyGraph(multigraph=False)
    index = {key: graph.add_node(key) for key in draft.positions}
    graph.add_edges_from([(index[p.start], index[p.end], None) for p in draft.pieces])
    part_of = {
        graph[i]: number
        for number, part in enumerate(rx.connected_components(graph))
        for i in part
    }
    lengths: dict[int, float] = {}
    for piece in draft.pieces:
        number = part_of[piece.start]
        lengths[number] = lengths.get(number, 0.0) + piece.length_m
    largest = max(lengths, key=lambda number: (lengths[number], -number))
    kept = [piece for piece in draft.pieces if part_of[piece.start] == largest]
    used = dict.fromkeys(key for piece in kept for key in (piece.start, piece.end))
    ids = {key: number for number, key in enumerate(used, start=1)}
    nodes = {
        ids[key]: Node(ids[key], *draft.positions[key], waiting_place=key not in draft.crossing)
        for key in used
    }
    edges: dict[int, Edge] = {}
    for piece in kept:
        for start, end, grade in (
            (piece.start, piece.end, piece.grade),
            (piece.end, piece.start, -piece.grade),
        ):
            edge_id = len(ids) + len(edges) + 1
            edges[edge_id] = Edge(
                edge_id, ids[start], ids[end], piece.length_m, piece.speed_limit_mps,
                piece.width_m, piece.way_class, piece.surface, grade, piece.lit,
                piece.crosswalk_id, piece.name,
            )  # fmt: skip
    lost_m = sum(lengths.values()) - lengths[largest]
    return nodes, edges, len(lengths) - 1, lost_m


def _places(patrol_map: PatrolMap, count: int) -> tuple[Dock, tuple[Checkpoint, ...]]:
    """A dock near the middle and checkpoints far from one another (farthest point first)."""
    good = _round_trip_nodes(patrol_map) or set(patrol_map.nodes)
    home = min(
        (patrol_map.nodes[node_id] for node_id in good),
        key=lambda n: (not n.waiting_place, math.hypot(n.x_m, n.y_m)),
    )
    first = patrol_map.outgoing[home.id][0]
    dock = Dock("dock-1", "Dock 1", home.id, edge_heading_rad(patrol_map, first))
    distances_m = _distances(patrol_map)
    nearest = {n: d for n, d in distances_m(home.id).items() if d <= CHECKPOINT_RADIUS_M}
    nearest = {n: d for n, d in nearest.items() if n in good}
    checkpoints: list[Checkpoint] = []
    while nearest and len(checkpoints) < count and max(nearest.values()) > 0:
        node_id = max(nearest, key=lambda n: (nearest[n], -n))
        number = len(checkpoints) + 1
        street = next((e.name for e in patrol_map.outgoing[node_id] if e.name), "")
        label = f"{number} {street}" if street else f"Checkpoint {number}"
        checkpoints.append(Checkpoint(f"cp-{number:02d}", label, node_id, CHECKPOINT_DWELL_S))
        away = distances_m(node_id)
        nearest = {n: min(d, away.get(n, math.inf)) for n, d in nearest.items()}
    return dock, tuple(checkpoints)


def _round_trip_nodes(patrol_map: PatrolMap) -> set[int]:
    """Nodes on some loop: a vehicle comes back from them without turning round."""
    graph = rx.PyGraph(multigraph=False)
    index = {node_id: graph.add_node(node_id) for node_id in patrol_map.nodes}
    pairs = {
        (min(a, b), max(a, b))
        for a, b in ((index[e.start_id], index[e.end_id]) for e in patrol_map.edges.values())
    }
    graph.add_edges_from([(a, b, None) for a, b in sorted(pairs)])
    found = cast("set[tuple[int, int]]", rx.bridges(graph))
    bridges = {(min(a, b), max(a, b)) for a, b in found}
    return {graph[i] for pair in pairs - bridges for i in pair}


def _distances(patrol_map: PatrolMap) -> Callable[[int], dict[int, float]]:
    """A function from a node to every node's distance by way."""
    graph = rx.PyDiGraph()
    index = {node_id: graph.add_node(node_id) for node_id in patrol_map.nodes}
    for edge in patrol_map.edges.values():
        graph.add_edge(index[edge.start_id], index[edge.end_id], edge.length_m)

    def from_node(node_id: int) -> dict[int, float]:
        found = rx.dijkstra_shortest_path_lengths(graph, index[node_id], float)
        return {node_id: 0.0} | {graph[i]: length for i, length in found.items()}

    return from_node
