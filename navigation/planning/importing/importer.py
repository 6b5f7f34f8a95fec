"""A street file into a patrol map that a vehicle can be sent over at once; docs/map-import.md.

OpenStreetMap files and OSMnx's GraphML: walkable ways become straight edges in both directions
(one-way rules are for cars), crossings become crosswalks, buildings, parks and points of interest
become features. Checkpoints and a dock are spread over it by rule.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from navigation.planning.importing.fitting import Tally, edge_of
from navigation.planning.importing.loading import Loaded, load
from navigation.planning.importing.network import Network, build_network
from navigation.planning.importing.points import Points
from navigation.planning.importing.report import ImportReport
from navigation.planning.importing.shapes import Shapes, read_shapes
from navigation.planning.importing.source import LICENCE, Progress
from navigation.planning.importing.spread import spread_places
from patrol.map import Crosswalk, Edge, Node, PatrolMap
from patrol.vehicle import VehicleSpec

DEFAULT_CHECKPOINTS = 8


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What to take; without a vehicle everything walkable is kept."""

    name: str | None = None  # else the place's or the file's
    spec: VehicleSpec | None = None
    checkpoints: int = DEFAULT_CHECKPOINTS
    clip: Path | None = None  # GeoJSON polygon in degrees
    place: str | None = None  # name of a boundary or place inside the file
    keep_all_parts: bool = False


def import_map(
    path: Path,
    options: ImportOptions | None = None,
    progress: Progress = lambda stage, share: None,
) -> tuple[PatrolMap, ImportReport]:
    """A map around the middle of the file or of its clip, and what became of the rest.

    Raises OsmError: no such file, not readable, nothing usable in it, too large for a map.
    """
    options = options or ImportOptions()
    loaded = load(path, options.clip, options.place, _part_of(progress, 0.0, 0.4))
    progress("reading buildings", 0.4)
    shapes = read_shapes(loaded.source, loaded.origin, loaded.outline)
    network = build_network(
        loaded, shapes.buildings, options.spec, options.keep_all_parts,
        _part_of(progress, 0.5, 0.9),
    )  # fmt: skip
    progress("placing checkpoints", 0.9)
    patrol_map = _assemble(loaded, network, shapes, options)
    return patrol_map, _report(loaded, network, shapes, patrol_map, options)


def _part_of(progress: Progress, start: float, end: float) -> Progress:
    return lambda stage, share: progress(stage, start + share * (end - start))


def _assemble(
    loaded: Loaded, network: Network, shapes: Shapes, options: ImportOptions
) -> PatrolMap:
    nodes, node_ids = _nodes(network, loaded.points)
    edges = _edges(network, loaded.points, node_ids, options.spec)
    map_id = loaded.source.path.name.split(".")[0].lower() or "map"
    place = loaded.clip.name if loaded.clip else ""
    bare = PatrolMap(
        map_id, options.name or place or map_id, loaded.origin, nodes, edges,
        crosswalks=_crosswalks(network.crosswalks, edges), buildings=shapes.buildings,
        areas=shapes.areas, licence=LICENCE, pois=shapes.pois,
    )  # fmt: skip
    largest = {node_ids[ref] for s in network.kept[0] for ref in (s.start, s.end)}
    dock, checkpoints = spread_places(bare, options.checkpoints, largest)
    return replace(bare, docks=(dock,), checkpoints=checkpoints)


def _nodes(network: Network, points: Points) -> tuple[dict[int, Node], dict[int, int]]:
    """The map's nodes, numbered from 1, and their numbers by point."""
    segments = [segment for part in network.kept for segment in part]
    refs = dict.fromkeys(ref for s in segments for ref in (s.start, s.end))
    crossing = {ref for s in segments if s.attributes.crosswalk_id for ref in (s.start, s.end)}
    ids = {ref: number for number, ref in enumerate(refs, start=1)}
    nodes = {
        ids[ref]: Node(ids[ref], *points[ref], waiting_place=ref not in crossing) for ref in refs
    }
    return nodes, ids


def _edges(
    network: Network, points: Points, node_ids: dict[int, int], spec: VehicleSpec | None
) -> dict[int, Edge]:
    """Directed edges, numbered on after the nodes."""
    cap_mps = spec.speed_cap_mps if spec else math.inf
    edges: dict[int, Edge] = {}
    for segment in (s for part in network.kept for s in part):
        length_m = round(points.distance_m(segment.start, segment.end), 4)
        there, back = segment.attributes, segment.attributes.reversed()
        ends = (node_ids[segment.start], node_ids[segment.end])
        for attributes, (start_id, end_id) in ((there, ends), (back, ends[::-1])):
            if attributes.forward:
                number = len(node_ids) + len(edges) + 1
                edges[number] = edge_of(attributes, number, start_id, end_id, length_m, cap_mps)
    return edges


def _crosswalks(drafts: dict[str, Crosswalk], edges: dict[int, Edge]) -> tuple[Crosswalk, ...]:
    """Those that edges are left of."""
    members: dict[str, list[int]] = defaultdict(list)
    for edge in edges.values():
        if edge.crosswalk_id is not None:
            members[edge.crosswalk_id].append(edge.id)
    return tuple(
        replace(draft, edge_ids=tuple(members[crosswalk_id]))
        for crosswalk_id, draft in drafts.items()
        if crosswalk_id in members
    )


def _report(
    loaded: Loaded,
    network: Network,
    shapes: Shapes,
    patrol_map: PatrolMap,
    options: ImportOptions,
) -> ImportReport:
    points, source = loaded.points, loaded.source
    left_out = Tally()
    for way in loaded.ways:
        if way.left_out is not None:
            left_out.add(way.left_out, points.length_m(way.refs))
    assumed = [way for way in loaded.used if way.id in source.assumed_pavements]
    return ImportReport(
        ways=len(loaded.used),
        ways_left_out=left_out,
        incomplete_ways=source.incomplete_ways,
        barriers=network.barriers,
        assumed_pavement_m=sum(points.length_m(way.refs) for way in assumed),
        unfit=network.unfit,
        vehicle=options.spec.name if options.spec else None,
        clipped_to=loaded.clip.label if loaded.clip else "",
        part_lengths_m=network.lengths_m,
        parts_kept=len(network.kept),
        lost=network.lost,
        points=network.points_before,
        nodes=len(patrol_map.nodes),
        edges=len(patrol_map.edges),
        length_m=sum(points.distance_m(s.start, s.end) for part in network.kept for s in part),
        crosswalks=len(patrol_map.crosswalks),
        signalled=sum(crosswalk.signalled for crosswalk in patrol_map.crosswalks),
        kerbs=len(source.kerbs_m.keys() & {ref for way in loaded.used for ref in way.refs}),
        buildings=len(shapes.buildings),
        areas=len(shapes.areas),
        pois=len(shapes.pois),
        shapes_left_out=shapes.left_out,
    )
