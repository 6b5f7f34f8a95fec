"""Degrees to local metres for many points at once, and the place of the origin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navigation.planning.importing.points import POSITION_DECIMALS, XY
from navigation.planning.importing.source import LonLat
from patrol.errors import OsmError
from patrol.geodesy import GeoPoint, enu_from_lonlat
from patrol.map_rules import MAX_EXTENT_M

CUT_IT = "cut it by --clip FILE.geojson or --place NAME"


def project(lonlat: NDArray[np.float64], origin: GeoPoint) -> NDArray[np.float64]:
    """(n, 2) longitudes and latitudes in degrees, on the ellipsoid, to (n, 2) millimetre east and
    north."""
    return np.round(enu_from_lonlat(lonlat, origin), POSITION_DECIMALS)


def project_points(points: Sequence[LonLat], origin: GeoPoint) -> list[XY]:
    """As `project`, for plain values; millimetres."""
    xy = project(np.array(points, float).reshape(-1, 2), origin)
    return [(x, y) for x, y in xy.tolist()]


def find_origin(points: Iterable[LonLat], path: Path) -> GeoPoint:
    """The middle of the points' box; raises OsmError for a box that no map can hold."""
    lonlat = np.array(list(points), float)
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    if east - west > 180:
        raise OsmError(f"{path}: reaches over the 180th meridian; {CUT_IT}, one side at a time")
    middle = (round(float(south + north) / 2, 7), round(float(west + east) / 2, 7))
    origin = GeoPoint(*middle)
    corners = np.array([(west, south), (east, south), (west, north), (east, north)])
    metres = np.abs(project(corners, origin))
    if not metres.max() <= MAX_EXTENT_M:
        width_km, height_km = 2 * metres.max(axis=0) / 1000
        raise OsmError(
            f"{path}: spans {width_km:.0f} x {height_km:.0f} km; a map reaches at most "
            f"{MAX_EXTENT_M / 1000:g} km from its origin: {CUT_IT}"
        )
    return origin
