"""The polygon to clip by, from a GeoJSON file in degrees (RFC 7946: longitude first)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.validation import explain_validity

from patrol.errors import OsmError

KINDS = ("Polygon", "MultiPolygon")


def read_clip(path: Path) -> BaseGeometry:
    """The union of the file's polygons in degrees; raises OsmError."""
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise OsmError(f"{path}: no such file") from None
    except OSError as error:
        raise OsmError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise OsmError(f"{path}: is no JSON: {error}") from None
    if isinstance(document, dict) and "sunra" in document:
        raise OsmError(f"{path}: is a patrol map in metres; expected a polygon in degrees")
    polygons = [_polygon(geometry, path) for geometry in _geometries(document)]
    if not polygons:
        raise OsmError(f"{path}: expected a GeoJSON Polygon or MultiPolygon, found none")
    return unary_union(polygons)


def _geometries(document: Any) -> list[Any]:
    """Polygons of a FeatureCollection, a Feature or a bare geometry."""
    if not isinstance(document, dict):
        return []
    if isinstance(document.get("features"), list):
        return [g for feature in document["features"] for g in _geometries(feature)]
    geometry = document.get("geometry", document)
    return [geometry] if isinstance(geometry, dict) and geometry.get("type") in KINDS else []


def _polygon(geometry: Any, path: Path) -> BaseGeometry:
    try:
        polygon = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise OsmError(f"{path}: a polygon's coordinates are no rings of positions") from None
    if not isinstance(polygon, Polygon | MultiPolygon) or polygon.is_empty:
        raise OsmError(f"{path}: a polygon has no ring")
    west, south, east, north = polygon.bounds
    if not (-180 <= west <= east <= 180):
        raise OsmError(
            f"{path}: longitudes {west:g} to {east:g} are not degrees; expected WGS 84 longitude "
            "and latitude, not a map in metres"
        )
    if not (-90 <= south <= north <= 90):
        raise OsmError(
            f"{path}: latitudes {south:g} to {north:g} are outside [-90, 90]; longitude goes "
            "first in GeoJSON: are the two exchanged?"
        )
    if not polygon.is_valid:
        raise OsmError(f"{path}: the polygon crosses itself ({explain_validity(polygon)})")
    return polygon
