"""OSMnx's GraphML street graphs (`ox.save_graphml`) into the same plain values as OSM files.

GraphML: Brandes et al. 2001; attributes: Boeing 2017, "OSMnx": node x, y; edge geometry (WKT),
highway, name, width, lanes, …, all written as text, lists as Python writes them.
"""

from __future__ import annotations

import ast
import math
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from navigation.planning.importing import way_rules
from navigation.planning.importing.graphml_xml import RawEdge, RawGraph, parse_graphml
from navigation.planning.importing.measures import metres
from navigation.planning.importing.source import Progress, Source, SourceWay
from patrol.errors import OsmError

Place = tuple[float, float]  # x, y in the file's own reference

DEGREES = "epsg:4326"
SAME_PLACE_DIGITS = 7  # of a degree: a centimetre, OpenStreetMap's own precision
SKIPPED = {"geometry", "length", "osmid", "reversed", "oneway"}  # one-way rules are for cars
NARROWEST = ("width", "est_width", "lanes")  # of several values the least holds all along
MAX_LIST_CHARACTERS = 10_000


def read_graphml(path: Path, progress: Progress) -> Source:
    """The whole graph, each street once for both directions; raises OsmError."""
    graph = parse_graphml(path, progress)
    source, points = Source(path), _Points(graph, path)
    seen: set[tuple[tuple[int, ...], str]] = set()
    for number, edge in enumerate(graph.edges, start=1):
        refs = points.of_edge(edge, f"{path}: edge {number}")
        street = (min(refs, refs[::-1]), edge.values.get("highway", ""))
        if len(refs) >= 2 and street not in seen:
            seen.add(street)
            source.ways.append(_way(edge, refs, source))
    for node_id, values in graph.nodes.items():
        kind, ref = values.get("highway"), points.refs[node_id]
        if kind == "crossing":
            source.crossings[ref] = way_rules.is_signalled(values)
        elif kind == "traffic_signals":
            source.signals.add(ref)
    source.positions = points.in_degrees(graph.attributes.get("crs", DEGREES))
    return source


class _Points:
    """The graph's nodes and the points inside its streets, which both directions share."""

    def __init__(self, graph: RawGraph, path: Path) -> None:
        self._path = path
        decimal = all(node_id.isdecimal() for node_id in graph.nodes)
        self.refs = {
            node_id: int(node_id) if decimal else number
            for number, node_id in enumerate(graph.nodes, start=1)
        }
        self._places = {
            self.refs[node_id]: _node_place(values, f"{path}: node {node_id}")
            for node_id, values in graph.nodes.items()
        }
        self._known = {_rounded(place): ref for ref, place in self._places.items()}
        self._next = -1

    def of_edge(self, edge: RawEdge, at: str) -> tuple[int, ...]:
        """Its ends and the points of its geometry between them, each once in a row."""
        for key, node_id in (("source", edge.source), ("target", edge.target)):
            if node_id not in self.refs:
                raise OsmError(f"{at}: {key} {node_id!r} is no node of this graph")
        start, end = self.refs[edge.source], self.refs[edge.target]
        line = _geometry(edge.values.get("geometry", ""), at)
        if len(line) and self._away(line[0], start) > self._away(line[-1], start):
            line = line[::-1]  # drawn the other way round
        refs = [start, *(self._ref(place) for place in line[1:-1]), end]
        return tuple(ref for i, ref in enumerate(refs) if i == 0 or ref != refs[i - 1])

    def _away(self, place: Place, ref: int) -> float:
        return math.dist(place, self._places[ref])

    def _ref(self, place: Place) -> int:
        key = _rounded(place)
        if key not in self._known:
            self._known[key] = self._next
            self._places[self._next] = place
            self._next -= 1
        return self._known[key]

    def in_degrees(self, crs: str) -> dict[int, Place]:
        """Longitude and latitude of all points; raises OsmError for places off the Earth."""
        lonlat = _degrees(np.array(list(self._places.values()), float), crs, self._path)
        for ref, (lon, lat) in zip(self._places, lonlat.tolist(), strict=True):
            if not (abs(lon) <= 180 and abs(lat) <= 90):
                raise OsmError(
                    f"{self._path}: node {ref}: x {lon:g}, y {lat:g} are no longitude and "
                    "latitude; are the two exchanged?"
                )
        return {ref: (lon, lat) for ref, (lon, lat) in zip(self._places, lonlat.tolist(),
                                                           strict=True)}  # fmt: skip


def _node_place(values: dict[str, str], at: str) -> Place:
    try:
        place = float(values["x"]), float(values["y"])
    except (KeyError, ValueError):
        raise OsmError(f"{at}: expected numbers x and y, as OSMnx writes them") from None
    if not all(map(math.isfinite, place)):
        raise OsmError(f"{at}: its place is not a number")
    return place


def _geometry(text: str, at: str) -> list[Place]:
    """The places of a WKT LINESTRING; none where there is no geometry, so a straight edge."""
    if not text:
        return []
    line = shapely.from_wkt(text, on_invalid="ignore")
    if line is None or line.geom_type != "LineString" or line.is_empty:
        raise OsmError(f"{at}: geometry {text[:40]!r} is no WKT LINESTRING")
    return [(x, y) for x, y in shapely.get_coordinates(line).tolist()]


def _rounded(place: Place) -> Place:
    return round(place[0], SAME_PLACE_DIGITS), round(place[1], SAME_PLACE_DIGITS)


def _degrees(places: NDArray[np.float64], crs: str, path: Path) -> NDArray[np.float64]:
    try:
        known = CRS.from_user_input(crs)
        if known.is_geographic:
            return places
        lon, lat = Transformer.from_crs(known, DEGREES, always_xy=True).transform(*places.T)
    except (CRSError, ProjError):
        raise OsmError(f"{path}: crs {crs[:60]!r} is no coordinate reference") from None
    return np.column_stack((lon, lat))


def _way(edge: RawEdge, refs: tuple[int, ...], source: Source) -> SourceWay:
    """OSMnx writes no pavements, so a busy street without a word on them counts as having one."""
    tags = {k: _single(k, v) for k, v in edge.values.items() if k not in SKIPPED}
    way_id = f"g{len(source.ways) + 1}"
    named = any(key in tags for key in way_rules.SIDEWALK_KEYS)
    if tags.get("highway") in way_rules.BUSY and not named:
        tags["sidewalk"] = "both"
        source.assumed_pavements.add(way_id)
    return SourceWay(way_id, tags, refs, way_rules.left_out_reason(tags))


def _single(key: str, text: str) -> str:
    """One value of a list: the least width, the first usable kind, else the first."""
    if not text.startswith("[") or len(text) > MAX_LIST_CHARACTERS:
        return text
    try:
        values = [str(value) for value in ast.literal_eval(text)]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    if key in NARROWEST:
        values = sorted(values, key=lambda value: metres(value) or math.inf)
    elif key == "highway":
        values = [value for value in values if value in way_rules.WAY_RULES] or values
    return values[0] if values else ""
