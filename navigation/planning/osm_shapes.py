"""Buildings and areas of an extract as simple rings in map metres."""

from __future__ import annotations

from shapely.geometry import Polygon
from shapely.geometry.polygon import orient

from navigation.planning.osm_reader import OsmArea, OsmExtract
from navigation.planning.osm_tags import area_kind, building_height_m
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.map import Area, Building
from patrol.map_rules import MAX_EXTENT_M, MIN_RING_AREA_M2

SIMPLIFY_M = 0.2
Ring = tuple[tuple[float, float], ...]


def read_shapes(
    extract: OsmExtract, origin: GeoPoint
) -> tuple[tuple[Building, ...], tuple[Area, ...], int]:
    """Buildings, areas, and how many shapes no simple ring could be made of."""
    bad = 0
    buildings: list[Building] = []
    areas: list[Area] = []
    for shape in extract.buildings:
        ring = _ring(shape, origin)
        if ring is None:
            bad += 1
            continue
        name = shape.tags.get("name", "")
        height_m = building_height_m(shape.tags)
        buildings.append(Building(shape.id, ring, round(height_m, 2), name))
    for shape in extract.areas:
        kind, ring = area_kind(shape.tags), _ring(shape, origin)
        if ring is None or kind is None:
            bad += 1
            continue
        areas.append(Area(shape.id, kind, ring, shape.tags.get("name", "")))
    return tuple(buildings), tuple(areas), bad


def _ring(shape: OsmArea, origin: GeoPoint) -> Ring | None:
    """Counter-clockwise, simplified, not closed; None where it is no simple ring."""
    points = [enu_from_wgs84(GeoPoint(lat, lon), origin)[:2] for lon, lat in shape.ring]
    if len(points) < 4 or any(abs(v) > MAX_EXTENT_M for point in points for v in point):
        return None
    polygon = Polygon(points)
    if not polygon.is_valid:
        return None
    simple = polygon.simplify(SIMPLIFY_M)
    if not isinstance(simple, Polygon) or simple.is_empty:
        return None
    ring = tuple((round(x, 3), round(y, 3)) for x, y in orient(simple).exterior.coords[:-1])
    rounded = Polygon(ring) if len(ring) >= 3 else Polygon()
    if not rounded.is_valid or rounded.area < MIN_RING_AREA_M2:
        return None
    return ring
