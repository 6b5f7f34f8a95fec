"""WGS 84 to local east-north-up (ENU) metres and back.

The local frame is the topocentric frame at the map's origin (EPSG Guidance Note 7-2,
"Geographic/topocentric conversions"), so it is exact for the few kilometres of a district.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A WGS 84 position: degrees, and metres above the ellipsoid."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.latitude_deg) and abs(self.latitude_deg) <= 90):
            raise ValueError(f"latitude {self.latitude_deg} is outside [-90, 90] degrees")
        if not (math.isfinite(self.longitude_deg) and abs(self.longitude_deg) <= 180):
            raise ValueError(f"longitude {self.longitude_deg} is outside [-180, 180] degrees")
        if not math.isfinite(self.altitude_m):
            raise ValueError(f"altitude {self.altitude_m} is not a number")


@lru_cache(maxsize=16)
def _transformer(origin: GeoPoint) -> Transformer:
    return Transformer.from_pipeline(
        "+proj=pipeline"
        " +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        " +step +proj=cart +ellps=WGS84"
        f" +step +proj=topocentric +ellps=WGS84 +lat_0={origin.latitude_deg!r}"
        f" +lon_0={origin.longitude_deg!r} +h_0={origin.altitude_m!r}"
    )


def enu_from_wgs84(point: GeoPoint, origin: GeoPoint) -> tuple[float, float, float]:
    """East, north, up in metres of `point` as seen from `origin`."""
    east, north, up = _transformer(origin).transform(
        point.longitude_deg, point.latitude_deg, point.altitude_m
    )
    return float(east), float(north), float(up)


def enu_from_lonlat(lonlat_deg: NDArray[np.float64], origin: GeoPoint) -> NDArray[np.float64]:
    """East and north (n, 2) in metres of (n, 2) longitudes and latitudes on the ellipsoid."""
    if not len(lonlat_deg):
        return np.empty((0, 2))
    heights_m = np.zeros(len(lonlat_deg))
    east, north, _ = _transformer(origin).transform(lonlat_deg[:, 0], lonlat_deg[:, 1], heights_m)
    return np.column_stack((east, north))


def wgs84_from_enu(x_m: float, y_m: float, z_m: float, origin: GeoPoint) -> GeoPoint:
    """The WGS 84 position of local ENU metres around `origin`."""
    longitude, latitude, altitude = _transformer(origin).transform(
        x_m, y_m, z_m, direction="INVERSE"
    )
    return GeoPoint(float(latitude), float(longitude), float(altitude))


def wrap_angle(angle_rad: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle_rad + math.pi) % (2 * math.pi) - math.pi
