"""Walkable ways of an extract as straight pieces between positions in map metres.

Ways are cut where they meet; between meetings they are simplified, so a piece is as long as the
street is straight. A piece whose middle line runs through a building is left out (a passage shuts
out satellites, and the simulator knows no passages); one squeezed by a building is made narrower.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from shapely import STRtree
from shapely.geometry import LineString, Polygon

from navigation.planning import osm_tags
from navigation.planning.osm_reader import OsmExtract, OsmWay
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.map import Building, Edge, WayClass
from patrol.map_check import unfit_reason
from patrol.vehicle import VehicleSpec

SIMPLIFY_M = 0.15
MIN_PIECE_M = 0.3
MIN_WIDTH_M = 1.0
WALL_GAP_M = 0.1
LONGEST_CROSSING_M = 30.0

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight piece of way between two OSM nodes, good for both directions."""

    start: int
    end: int
    length_m: float
    width_m: float
    speed_limit_mps: float
    way_class: WayClass
    surface: str
    grade: float
    lit: bool
    crosswalk_id: str | None
    name: str


@dataclass
class GraphDraft:
    """Pieces and the positions of their ends by OSM node id."""

    positions: dict[int, XY] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    crosswalks: dict[str, bool] = field(default_factory=dict)  # id → signalled
    crossing: set[int] = field(default_factory=set)  # OSM nodes on a crosswalk
    unfit: int = 0


def draft_graph(
    extract: OsmExtract,
    origin: GeoPoint,
    buildings: Sequence[Building],
    spec: VehicleSpec | None,
) -> GraphDraft:
    """All usable pieces of the extract's ways."""
    draft = GraphDraft()
    where: dict[int, XY] = {}
    for way in extract.ways:
        for ref, lon, lat in way.points:
            if ref not in where:
                x_m, y_m, _ = enu_from_wgs84(GeoPoint(lat, lon), origin)
                where[ref] = (round(x_m, 3), round(y_m, 3))
    uses = Counter(ref for way in extract.ways for ref in _refs(way))
    walls = STRtree([Polygon(building.polygon_map) for building in buildings])
    seen: set[tuple[int, int]] = set()
    for way in extract.ways:
        template = _template(way, spec)
        signalled = osm_tags.is_signalled(way.tags)
        for chain in _chains(_refs(way), uses, extract, where):
            for start, end in pairwise(_simplified(chain, where)):
                pair = (min(start, end), max(start, end))
                length_m = math.dist(where[start], where[end])
                if length_m < MIN_PIECE_M or pair in seen:
                    continue
                piece = replace(template, start=start, end=end, length_m=round(length_m, 4))
                piece = _on_crossing(piece, way, extract, where)
                fitted = _fit(piece, where, walls, buildings, spec)
                if fitted is None:
                    draft.unfit += 1
                    continue
                seen.add(pair)
                _add(draft, fitted, where, signalled, extract)
    return draft


def _refs(way: OsmWay) -> list[int]:
    refs = [ref for ref, _, _ in way.points]
    return [ref for i, ref in enumerate(refs) if i == 0 or ref != refs[i - 1]]


def _template(way: OsmWay, spec: VehicleSpec | None) -> Piece:
    rule = osm_tags.way_rule(way.tags)
    assert rule is not None  # the reader keeps no other way
    crossing = osm_tags.is_crossing_way(way.tags)
    cap_mps = spec.speed_cap_mps if spec else math.inf
    return Piece(
        start=0,
        end=0,
        length_m=0.0,
        width_m=osm_tags.width_m(way.tags, rule),
        speed_limit_mps=round(min(rule.speed_limit_mps, cap_mps), 3),
        way_class=WayClass.CROSSWALK if crossing else osm_tags.way_class(way.tags, rule),
        surface=way.tags.get("surface", "asphalt"),
        grade=osm_tags.grade(way.tags),
        lit=way.tags.get("lit", "yes") != "no",
        crosswalk_id=f"cw-w{way.id}" if crossing else None,
        name=way.tags.get("name", ""),
    )


def _chains(
    refs: list[int], uses: Counter[int], extract: OsmExtract, where: dict[int, XY]
) -> Iterator[list[int]]:
    """The way cut at its meetings with others, with itself and at crossings."""
    chain = [refs[0]]
    for ref in refs[1:]:
        chain.append(ref)
        if uses[ref] > 1 or ref in extract.crossing_nodes:
            yield chain
            chain = [ref]
    if len(chain) > 1:
        yield chain


def _simplified(chain: list[int], where: dict[int, XY]) -> list[int]:
    """Douglas-Peucker; a ring keeps all its nodes, so that it stays a ring."""
    if len(chain) < 3 or chain[0] == chain[-1]:
        return chain
    kept = set(LineString([where[ref] for ref in chain]).simplify(SIMPLIFY_M).coords)
    inner = [ref for ref in chain[1:-1] if where[ref] in kept]
    spaced = [chain[0]]
    for ref in inner:
        near = math.dist(where[spaced[-1]], where[ref]) < MIN_PIECE_M
        if not near and math.dist(where[ref], where[chain[-1]]) >= MIN_PIECE_M:
            spaced.append(ref)
    return [*spaced, chain[-1]]


def _on_crossing(piece: Piece, way: OsmWay, extract: OsmExtract, where: dict[int, XY]) -> Piece:
    """A footway through a crossing node crosses there, even where the way does not say so."""
    if piece.crosswalk_id or piece.way_class not in (WayClass.PAVEMENT, WayClass.PARK_PATH):
        return piece
    if way.tags.get("footway") == "sidewalk" or piece.length_m > LONGEST_CROSSING_M / 2:
        return piece
    node = next((ref for ref in (piece.start, piece.end) if ref in extract.crossing_nodes), None)
    if node is None:
        return piece
    return replace(piece, way_class=WayClass.CROSSWALK, crosswalk_id=f"cw-n{node}")


def _fit(
    piece: Piece,
    where: dict[int, XY],
    walls: STRtree,
    buildings: Sequence[Building],
    spec: VehicleSpec | None,
) -> Piece | None:
    """The piece made narrow enough for the walls beside it, or None where nothing can pass."""
    line = LineString([where[piece.start], where[piece.end]])
    near = walls.query(line.buffer(piece.width_m / 2), predicate="intersects")
    for i in near:
        gap_m = line.distance(Polygon(buildings[int(i)].polygon_map)) - WALL_GAP_M
        piece = replace(piece, width_m=round(min(piece.width_m, 2 * gap_m), 2))
    if piece.width_m < MIN_WIDTH_M:
        return None
    if spec is not None and unfit_reason(_as_edge(piece), spec):
        return None
    return piece


def _as_edge(piece: Piece) -> Edge:
    return Edge(
        0, piece.start, piece.end, piece.length_m, piece.speed_limit_mps, piece.width_m,
        piece.way_class, piece.surface, piece.grade,
    )  # fmt: skip


def _add(
    draft: GraphDraft,
    piece: Piece,
    where: dict[int, XY],
    signalled: bool,
    extract: OsmExtract,
) -> None:
    draft.pieces.append(piece)
    for ref in (piece.start, piece.end):
        draft.positions[ref] = where[ref]
    if piece.crosswalk_id is not None:
        ends = (piece.start, piece.end)
        signal = signalled or any(extract.crossing_nodes.get(ref, False) for ref in ends)
        draft.crosswalks[piece.crosswalk_id] = (
            draft.crosswalks.get(piece.crosswalk_id, False) or signal
        )
        draft.crossing.update(ends)
