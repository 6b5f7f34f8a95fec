"""A named place inside an OpenStreetMap file as the polygon to clip by."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from navigation.planning.importing.osm_file import objects
from navigation.planning.importing.source import OSM_ENDINGS
from patrol.errors import OsmError

PLACE_KEYS = ("boundary", "place")
NAME_KEYS = ("name", "official_name", "short_name", "alt_name")
SHOWN_NAMES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A boundary or a place with its outline in degrees."""

    name: str
    osm_id: str
    administrative: bool
    outline: BaseGeometry


def find_place(path: Path, name: str) -> Place:
    """The place of that name, in any language that the file has; raises OsmError.

    Of several an administrative boundary goes first, then the larger one.
    """
    if not path.name.lower().endswith(OSM_ENDINGS):
        raise OsmError(f"{path}: knows no places; clip it by a polygon instead (--clip)")
    places, cut_off = _read_places(path)
    key = name.strip().casefold()
    if found := places.get(key):
        return max(found, key=lambda p: (p.administrative, p.outline.area, p.osm_id))
    if key in cut_off:
        raise OsmError(
            f"{path}: place {cut_off[key]!r} is not whole in this file: its outline leaves the "
            "extract; take a larger extract, or clip by a polygon (--clip)"
        )
    raise OsmError(f"{path}: no place {name!r} in this file; {_others(key, places)}")


def _read_places(path: Path) -> tuple[dict[str, list[Place]], dict[str, str]]:
    """Places by each of their names in small letters, and the names of those that are cut off."""
    places: dict[str, list[Place]] = {}
    named: dict[str, str] = {}
    for thing in objects(path, PLACE_KEYS, PLACE_KEYS):
        names = _names(thing.tags)
        if thing.is_area():
            if place := _place(thing):
                for key in names:
                    places.setdefault(key, []).append(place)
        elif thing.is_relation() or (thing.is_way() and thing.is_closed()):
            named |= names
    return places, {key: name for key, name in named.items() if key not in places}


def _names(tags: Any) -> dict[str, str]:
    """Each name by its small letters: `name`, its translations, other names."""
    found = [v for k, v in dict(tags).items() if k in NAME_KEYS or k.startswith("name:")]
    return {name.strip().casefold(): name.strip() for name in found if name.strip()}


def _place(area: Any) -> Place | None:
    rings = [
        Polygon(
            [(n.lon, n.lat) for n in outer],
            [[(n.lon, n.lat) for n in inner] for inner in area.inner_rings(outer)],
        )
        for outer in area.outer_rings()
    ]
    outline = unary_union(rings)
    if not isinstance(outline, Polygon | MultiPolygon) or outline.is_empty:
        return None
    kind = "w" if area.from_way() else "r"
    administrative = area.tags.get("boundary") == "administrative"
    return Place(area.tags.get("name", ""), f"{kind}{area.orig_id()}", administrative, outline)


def _others(key: str, places: Mapping[str, list[Place]]) -> str:
    near = difflib.get_close_matches(key, places, SHOWN_NAMES, cutoff=0.5)
    near += [other for other in places if key in other and other not in near]
    shown = near[:SHOWN_NAMES] or sorted(places)[:SHOWN_NAMES]
    if not shown:
        return "it holds no boundary and no place"
    names = ", ".join(dict.fromkeys(places[other][0].name or other for other in shown))
    return f"{'near to it' if near else 'it has'}: {names}"
