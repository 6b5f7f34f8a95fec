"""What a street file says, whatever its format: the values between readers and the importer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from navigation.planning.importing.way_rules import Tags
from patrol.errors import OsmError
from patrol.map import PoiKind

LonLat = tuple[float, float]
Window = tuple[float, float, float, float]  # west, south, east, north in degrees
Progress = Callable[[str, float], None]  # what is done now, and how much of it: 0 to 1

OSM_ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
GRAPHML_ENDINGS = (".graphml", ".graphml.gz")
LICENCE = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class SourceWay:
    """A way over points by their ids, each different from the one before.

    `left_out` says why no vehicle gets it; such a way only counts in the report.
    """

    id: str
    tags: Tags
    refs: tuple[int, ...]
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class SourceShape:
    """An outer ring (degrees) with tags; holes are left out."""

    id: str
    tags: Tags
    ring: tuple[LonLat, ...]


@dataclass(frozen=True, slots=True)
class SourcePoi:
    """A point of interest."""

    id: str
    kind: PoiKind
    name: str
    lonlat: LonLat
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Road:
    """The carriageway that a crossing point lies on."""

    width_m: float
    name: str


@dataclass
class Source:
    """What an import uses of a file; points are known by their id."""

    path: Path
    positions: dict[int, LonLat] = field(default_factory=dict)
    ways: list[SourceWay] = field(default_factory=list)
    buildings: list[SourceShape] = field(default_factory=list)
    areas: list[SourceShape] = field(default_factory=list)
    pois: list[SourcePoi] = field(default_factory=list)
    crossings: dict[int, bool] = field(default_factory=dict)  # crossing points → signalled
    signals: set[int] = field(default_factory=set)  # points with a traffic light
    kerbs_m: dict[int, float] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)  # points that no wheeled vehicle passes
    roads: dict[int, Road] = field(default_factory=dict)  # the road a crossing point lies on
    incomplete_ways: int = 0  # reach beyond the extract; their inside is kept
    assumed_pavements: set[str] = field(default_factory=set)  # ways taken as having one


def name_of(tags: Mapping[str, str]) -> str:
    """What people call it."""
    return tags.get("name", "").strip()


def check_file(path: Path) -> None:
    """Raises OsmError unless a file of a kind we read is there and holds something."""
    if not path.name.lower().endswith((*OSM_ENDINGS, *GRAPHML_ENDINGS)):
        endings = ", ".join((*OSM_ENDINGS, *GRAPHML_ENDINGS))
        raise OsmError(f"{path}: expected a file ending in one of {endings}")
    if not path.is_file():
        raise OsmError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise OsmError(f"{path}: is empty")


def overlaps(window: Window | None, points: list[LonLat] | tuple[LonLat, ...]) -> bool:
    """Whether the points' box meets the window; without a window everything does."""
    if window is None or not points:
        return bool(points)
    west, south, east, north = window
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons) <= east and max(lons) >= west and min(lats) <= north and max(lats) >= south
