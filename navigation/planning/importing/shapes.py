"""Buildings, areas and points of interest of a file in map metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from navigation.planning.importing.place_rules import area_kind, building_height_m
from navigation.planning.importing.projection import project, project_points
from navigation.planning.importing.source import Source, SourceShape, name_of
from patrol.geodesy import GeoPoint
from patrol.map import Area, Building, PointOfInterest
from patrol.map_rules import MAX_EXTENT_M, MIN_RING_AREA_M2

SIMPLIFY_M = 0.2
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """What stands and lies around the ways; `left_out` counts shapes with no simple ring."""

    buildings: tuple[Building, ...]
    areas: tuple[Area, ...]
    pois: tuple[PointOfInterest, ...]
    left_out: int


def read_shapes(source: Source, origin: GeoPoint, outline: BaseGeometry | None) -> Shapes:
    """All shapes; with an outline (map metres) whole buildings that it meets, areas cut by it."""
    if outline is not None:
        shapely.prepare(outline)
    houses = _polygons(source.buildings, origin)
    grounds = _polygons(source.areas, origin)
    buildings, areas, left_out = [], [], 0
    for shape, polygon in zip(source.buildings, houses, strict=True):
        ring = _ring(polygon)
        if ring is None:
            left_out += 1
        elif outline is None or outline.intersects(polygon):
            height_m = round(building_height_m(shape.tags), 2)
            buildings.append(Building(shape.id, ring, height_m, name_of(shape.tags)))
    for shape, polygon in zip(source.areas, grounds, strict=True):
        if outline is not None and not outline.intersects(polygon):
            continue
        kind, ring = area_kind(shape.tags), _ring(_cut(polygon, outline))
        if ring is None or kind is None:
            left_out += 1
        else:
            areas.append(Area(shape.id, kind, ring, name_of(shape.tags)))
    return Shapes(tuple(buildings), tuple(areas), _pois(source, origin, outline), left_out)


def _polygons(shapes: Sequence[SourceShape], origin: GeoPoint) -> list[Polygon]:
    """Each ring in map metres; an empty polygon for what is no ring or lies beyond the map."""
    counts = [len(shape.ring) for shape in shapes]
    points = np.array([p for shape in shapes for p in shape.ring], float).reshape(-1, 2)
    rings = np.split(project(points, origin), np.cumsum(counts)[:-1]) if counts else []
    return [
        Polygon(ring) if len(ring) >= 4 and np.abs(ring).max() <= MAX_EXTENT_M else Polygon()
        for ring in rings
    ]


def _cut(polygon: Polygon, outline: BaseGeometry | None) -> BaseGeometry:
    """The largest piece inside an outline."""
    if outline is None or not polygon.is_valid:
        return polygon
    pieces = shapely.get_parts(shapely.intersection(polygon, outline))
    return max(pieces, key=lambda piece: float(piece.area), default=Polygon())


def _ring(polygon: BaseGeometry) -> Ring | None:
    """Counter-clockwise, simplified, not closed; None where it is no simple ring."""
    if not isinstance(polygon, Polygon) or polygon.is_empty or not polygon.is_valid:
        return None
    simple = polygon.simplify(SIMPLIFY_M)
    if not isinstance(simple, Polygon) or simple.is_empty:
        return None
    ring = tuple((round(x, 3), round(y, 3)) for x, y in orient(simple).exterior.coords[:-1])
    rounded = Polygon(ring) if len(ring) >= 3 else Polygon()
    if not rounded.is_valid or rounded.area < MIN_RING_AREA_M2:
        return None
    return ring


def _pois(
    source: Source, origin: GeoPoint, outline: BaseGeometry | None
) -> tuple[PointOfInterest, ...]:
    places = project_points([poi.lonlat for poi in source.pois], origin)
    return tuple(
        PointOfInterest(poi.id, poi.name, poi.kind, x_m, y_m, poi.height_m)
        for poi, (x_m, y_m) in zip(source.pois, places, strict=True)
        if max(abs(x_m), abs(y_m)) <= MAX_EXTENT_M
        and (outline is None or shapely.intersects_xy(outline, x_m, y_m))
    )
