"""OpenStreetMap files into plain values; with `osm_places` the only user of osmium (pyosmium)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon

from navigation.planning.importing import place_rules, way_rules
from navigation.planning.importing.source import (
    LonLat,
    Progress,
    Road,
    Source,
    SourcePoi,
    SourceShape,
    SourceWay,
    Window,
    name_of,
    overlaps,
)
from patrol.errors import OsmError
from patrol.map import PoiKind

REPORT_EVERY = 1_000
BYTES_PER_OBJECT = 100  # of a .pbf and its objects of interest; only the progress bar asks
AREA_KEYS = ("building", "highway", *place_rules.AREA_KEYS, *place_rules.POI_KEYS)
KEYS = (*AREA_KEYS, "barrier", "kerb", "crossing")
UNKNOWN_DEGREES = 2**31 - 1  # osmium's place of a node that the file does not hold


def read_osm(path: Path, window: Window | None, progress: Progress) -> Source:
    """The file's content, within a window if given; raises OsmError when it cannot be read."""
    source = Source(path)
    expected = path.stat().st_size / BYTES_PER_OBJECT
    for count, thing in enumerate(objects(path, AREA_KEYS, KEYS)):
        if count % REPORT_EVERY == 0:
            progress("reading", count / (count + expected))  # nobody knows how many will come
        if thing.is_node():
            _take_node(thing, source, window)
        elif thing.is_way():
            _take_way(thing, source, window)
        elif thing.is_area():
            _take_area(thing, source, window)
    return source


def objects(path: Path, area_keys: Iterable[str], keys: Iterable[str]) -> Iterator[Any]:
    """osmium's objects that have one of `keys`, areas put together; raises OsmError."""
    try:
        import osmium
        from osmium.filter import KeyFilter
    except ImportError:
        raise OsmError(f"{path}: reading OpenStreetMap needs osmium: pip install osmium") from None
    try:
        # areas: closed ways and multipolygons, put together by osmium in a second pass
        processor = osmium.FileProcessor(str(path)).with_areas(KeyFilter(*area_keys))
        yield from processor.with_filter(KeyFilter(*keys))
    except (RuntimeError, OSError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        remedy = "sort it: osmium sort" if "out of order" in first else "perhaps cut off"
        raise OsmError(f"{path}: cannot be read, {remedy}: {first}") from None


def _take_node(node: Any, source: Source, window: Window | None) -> None:
    tags = dict(node.tags)
    poi = place_rules.poi_kind(tags)
    if poi is not None and node.location.valid():
        lonlat = (node.lon, node.lat)
        if overlaps(window, (lonlat,)):
            height_m = place_rules.poi_height_m(tags) if poi is PoiKind.STREET_LAMP else None
            source.pois.append(SourcePoi(f"osm-n{node.id}", poi, name_of(tags), lonlat, height_m))
    if tags.get("highway") == "crossing" or tags.get("crossing", "no") != "no":
        source.crossings[node.id] = way_rules.is_signalled(tags)
    if tags.get("highway") == "traffic_signals":
        source.signals.add(node.id)
    kerb_m = place_rules.kerb_m(tags)
    if kerb_m:
        source.kerbs_m[node.id] = kerb_m
    if place_rules.blocks_wheels(tags):
        source.blocked.add(node.id)


def _take_way(way: Any, source: Source, window: Window | None) -> None:
    tags = dict(way.tags)
    if "highway" not in tags:
        return
    places = _places(way.nodes, source)
    if not overlaps(window, [lonlat for _, lonlat in places]):
        source.incomplete_ways += not places
        return
    reason = way_rules.left_out_reason(tags)
    refs = tuple(ref for i, (ref, _) in enumerate(places) if i == 0 or ref != places[i - 1][0])
    if not way_rules.is_crossing_way(tags) and tags["highway"] not in ("footway", "path"):
        road = Road(way_rules.carriageway_m(tags), name_of(tags))
        source.roads.update((ref, road) for ref in refs if ref in source.crossings)
    if len(refs) >= 2:
        source.incomplete_ways += reason is None and len(places) < len(way.nodes)
        source.positions.update(places)
        source.ways.append(SourceWay(f"w{way.id}", tags, refs, reason))


def _places(nodes: Any, source: Source) -> list[tuple[int, LonLat]]:
    """The nodes whose place is known; raises OsmError for a place that is none."""
    places = []
    for node in nodes:
        location = node.location
        if location.valid():
            places.append((node.ref, (location.lon, location.lat)))
        elif location.x != UNKNOWN_DEGREES:
            raise OsmError(
                f"{source.path}: node {node.ref}: latitude {location.y / 1e7:g}, longitude "
                f"{location.x / 1e7:g} is no place on Earth; are the two exchanged?"
            )
    return places


def _take_area(area: Any, source: Source, window: Window | None) -> None:
    tags = dict(area.tags)
    building = place_rules.is_building(tags)
    ground = place_rules.area_kind(tags)
    poi = place_rules.poi_kind(tags)
    if not building and ground is None and poi is None:
        return
    origin = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    for number, outer in enumerate(area.outer_rings()):
        ring = tuple((n.lon, n.lat) for n in outer if n.location.valid())
        if not overlaps(window, ring):
            continue
        name = origin if number == 0 else f"{origin}.{number}"
        if building:
            source.buildings.append(SourceShape(name, tags, ring))
        elif ground is not None:
            source.areas.append(SourceShape(name, tags, ring))
        if poi is not None and number == 0 and len(ring) >= 4:
            inside = Polygon(ring).representative_point()
            place = (inside.x, inside.y)
            source.pois.append(SourcePoi(f"osm-{origin}", poi, name_of(tags), place))
        if ground is not None and tags.get("highway") and not area.from_way():
            _take_rim(origin, outer, tags, source)


def _take_rim(origin: str, outer: Any, tags: dict[str, str], source: Source) -> None:
    """The rim of a pedestrian area made of several ways is a way, as that of a closed way is."""
    tags = tags | {"area": "yes"}
    places = _places(outer, source)
    source.positions.update(places)
    refs = tuple(ref for ref, _ in places)
    reason = way_rules.left_out_reason(tags)
    source.ways.append(SourceWay(origin, tags, refs, reason))
