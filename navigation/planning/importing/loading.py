"""A file read, clipped and brought into map metres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from navigation.planning.importing.clip_file import read_clip
from navigation.planning.importing.clipping import clip_ways, project_outline
from navigation.planning.importing.graphml_file import read_graphml
from navigation.planning.importing.osm_file import read_osm
from navigation.planning.importing.osm_places import find_place
from navigation.planning.importing.points import Points
from navigation.planning.importing.projection import find_origin, project_points
from navigation.planning.importing.source import (
    GRAPHML_ENDINGS,
    LonLat,
    Progress,
    Source,
    SourceWay,
    Window,
    check_file,
    overlaps,
)
from patrol.errors import OsmError
from patrol.geodesy import GeoPoint


@dataclass(frozen=True, slots=True)
class Clip:
    """The outline to clip by, in degrees, and how a person calls it."""

    outline: BaseGeometry
    label: str
    name: str = ""

    @property
    def window(self) -> Window:
        """Its box: west, south, east, north."""
        west, south, east, north = self.outline.bounds
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds inside the clip, in metres around `origin`."""

    source: Source
    clip: Clip | None
    origin: GeoPoint
    outline: BaseGeometry | None  # the clip in map metres
    points: Points
    ways: list[SourceWay]  # used ones and left out ones

    @property
    def used(self) -> list[SourceWay]:
        """Ways that nothing in their tags closes."""
        return [way for way in self.ways if way.left_out is None]


def load(path: Path, clip_file: Path | None, place: str | None, progress: Progress) -> Loaded:
    """Reads and clips; raises OsmError, also where nothing usable is inside."""
    check_file(path)
    progress("reading", 0.0)
    clip = find_clip(path, clip_file, place)
    source = read_source(path, clip.window if clip else None, progress)
    progress("projecting", 0.9)
    origin = find_origin(_box(source, clip), path)
    metres = project_points(list(source.positions.values()), origin)
    points = Points(dict(zip(source.positions, metres, strict=True)))
    outline, ways = None, source.ways
    if clip is not None:
        outline = project_outline(clip.outline, origin)
        ways = clip_ways(source.ways, points, outline)
    loaded = Loaded(source, clip, origin, outline, points, ways)
    if not loaded.used:
        raise OsmError(_nothing_usable(source, clip))
    return loaded


def find_clip(path: Path, clip_file: Path | None, place: str | None) -> Clip | None:
    """The polygon of a file, or of a place inside the street file; raises OsmError."""
    if clip_file is not None and place is not None:
        raise OsmError("a map is clipped by a polygon or by a place, not by both")
    if clip_file is not None:
        return Clip(read_clip(clip_file), str(clip_file))
    if place is not None:
        found = find_place(path, place)
        return Clip(found.outline, f"{found.name} (OpenStreetMap {found.osm_id})", found.name)
    return None


def read_source(path: Path, window: Window | None, progress: Progress) -> Source:
    """By the file's ending."""
    if path.name.lower().endswith(GRAPHML_ENDINGS):
        return read_graphml(path, progress)
    return read_osm(path, window, progress)


def _box(source: Source, clip: Clip | None) -> list[LonLat]:
    """South-west and north-east of the usable ways, inside the clip; raises OsmError for none."""
    refs = {ref for way in source.ways if way.left_out is None for ref in way.refs}
    places = [source.positions[ref] for ref in refs]
    if not places:
        raise OsmError(_nothing_usable(source, clip))
    lons, lats = [p[0] for p in places], [p[1] for p in places]
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    if clip is not None:
        clip_west, clip_south, clip_east, clip_north = clip.window
        west, south = max(west, clip_west), max(south, clip_south)
        east, north = min(east, clip_east), min(north, clip_north)
        if west > east or south > north:
            raise OsmError(_nothing_usable(source, clip))
    return [(west, south), (east, north)]


def _nothing_usable(source: Source, clip: Clip | None) -> str:
    if clip is not None:
        return (
            f"{source.path}: holds no usable way inside {clip.label}{_whereabouts(source, clip)}"
        )
    text = f"{source.path}: holds no way that a vehicle on pavements may use"
    if source.incomplete_ways:
        return (
            f"{text}; {source.incomplete_ways} ways have no positions: is it cut off, or do its "
            "nodes come after its ways?"
        )
    return f"{text} ({len(source.ways)} highways in all); is it cut off, or the wrong file?"


def _whereabouts(source: Source, clip: Clip) -> str:
    """Where the whole file lies, and a hint where longitude and latitude seem exchanged."""
    whole = read_source(source.path, None, lambda stage, share: None)
    if not whole.positions:
        return ""
    lons, lats = zip(*whole.positions.values(), strict=True)
    west, south, east, north = clip.window
    exchanged = overlaps((south, west, north, east), list(whole.positions.values()))
    hint = "; are the polygon's longitude and latitude exchanged?" if exchanged else ""
    return (
        f"; the file reaches from longitude {min(lons):.4f} to {max(lons):.4f}, latitude "
        f"{min(lats):.4f} to {max(lats):.4f}{hint}"
    )
