"""The grid of the Korea Meteorological Administration: latitude and longitude to its cells.

5 km cells of a Lambert conformal conic projection on a sphere, with the figures of the service's
guide (기상청 단기예보 조회서비스 오픈API 활용가이드): earth radius 6371.00877 km, standard
parallels 30 and 60 degrees north, and the place 38 N 126 E in the middle of cell (43, 136). The
guide takes geodetic degrees as degrees on its sphere, and so does this.
"""

from __future__ import annotations

import math
from functools import cache

from pyproj import CRS, Proj

from patrol.geodesy import GeoPoint

CELL_M = 5000.0
COLUMNS, ROWS = 149, 253  # nx from 1 on, ny from 1 on
REFERENCE_CELL = (43, 136)
SPHERE = "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=38 +lon_0=126 +R=6371008.77 +units=m +no_defs"


@cache
def _projection() -> Proj:
    return Proj(CRS.from_proj4(SPHERE))


def cell_of(place: GeoPoint) -> tuple[int, int] | None:
    """The cell (nx, ny) of a place; None outside the grid."""
    east_m, north_m = _projection()(place.longitude_deg, place.latitude_deg)
    if not (math.isfinite(east_m) and math.isfinite(north_m)):
        return None
    nx = REFERENCE_CELL[0] + math.floor(east_m / CELL_M + 0.5)
    ny = REFERENCE_CELL[1] + math.floor(north_m / CELL_M + 0.5)
    return (nx, ny) if 1 <= nx <= COLUMNS and 1 <= ny <= ROWS else None
