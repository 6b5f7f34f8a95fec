"""OpenStreetMap files into plain values; the only module that imports osmium (pyosmium)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from navigation.planning.osm_tags import Tags, area_kind, is_signalled, way_rule
from patrol.errors import OsmError

LonLat = tuple[float, float]
Progress = Callable[[str], None]
ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
REPORT_EVERY = 500_000


@dataclass(frozen=True, slots=True)
class OsmWay:
    """A way a vehicle may use, as (OSM node id, lon, lat)."""

    id: int
    tags: Tags
    points: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class OsmArea:
    """An outer ring with tags; holes are left out."""

    id: str
    tags: Tags
    ring: tuple[LonLat, ...]


@dataclass
class OsmExtract:
    """What an import uses of a file."""

    ways: list[OsmWay] = field(default_factory=list)
    buildings: list[OsmArea] = field(default_factory=list)
    areas: list[OsmArea] = field(default_factory=list)
    crossing_nodes: dict[int, bool] = field(default_factory=dict)  # OSM node id → signalled
    highways: int = 0
    steps: int = 0
    incomplete_ways: int = 0


def read_extract(path: Path, progress: Progress) -> OsmExtract:
    """Reads a whole file; raises OsmError when it is missing, empty, cut off or of no use."""
    try:
        import osmium
    except ImportError:
        raise OsmError(f"{path}: reading OpenStreetMap needs osmium: pip install osmium") from None
    if not path.name.lower().endswith(ENDINGS):
        raise OsmError(f"{path}: expected a file ending in one of {', '.join(ENDINGS)}")
    if not path.is_file():
        raise OsmError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise OsmError(f"{path}: is empty")
    extract = OsmExtract()
    try:
        # areas: closed ways and multipolygons, put together by osmium in a second pass
        for count, thing in enumerate(osmium.FileProcessor(str(path)).with_areas()):
            if count % REPORT_EVERY == REPORT_EVERY - 1:
                progress(f"reading: {count + 1} objects")
            _take(thing, extract)
    except (RuntimeError, OSError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OsmError(f"{path}: cannot be read, perhaps cut off: {first}") from None
    if not extract.ways:
        raise OsmError(
            f"{path}: holds no way that a vehicle on pavements may use "
            f"({extract.highways} highways in all); is it cut off, or the wrong file?"
        )
    return extract


def _take(thing: Any, extract: OsmExtract) -> None:
    if thing.is_node():
        if thing.tags.get("highway") == "crossing":
            extract.crossing_nodes[thing.id] = is_signalled(dict(thing.tags))
    elif thing.is_way():
        if "highway" in thing.tags:
            _take_way(thing, dict(thing.tags), extract)
    elif thing.is_area():
        _take_area(thing, extract)


def _take_way(way: Any, tags: dict[str, str], extract: OsmExtract) -> None:
    extract.highways += 1
    extract.steps += tags["highway"] == "steps"
    if way_rule(tags) is None:
        return
    points = tuple((n.ref, n.lon, n.lat) for n in way.nodes if n.location.valid())
    extract.incomplete_ways += len(points) < len(way.nodes)
    if len(points) >= 2:
        extract.ways.append(OsmWay(way.id, tags, points))


def _take_area(area: Any, extract: OsmExtract) -> None:
    tags = dict(area.tags)
    is_building = tags.get("building", "no") != "no"
    if not is_building and area_kind(tags) is None:
        return
    origin = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    for number, outer in enumerate(area.outer_rings()):
        ring = tuple((n.lon, n.lat) for n in outer if n.location.valid())
        name = origin if number == 0 else f"{origin}.{number}"
        (extract.buildings if is_building else extract.areas).append(OsmArea(name, tags, ring))
