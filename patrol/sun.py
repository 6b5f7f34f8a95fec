"""How high the sun stands, by place and time.

NOAA Global Monitoring Laboratory, "General Solar Position Calculations" (solareqns.pdf): good to
about 0.5 degrees between the polar circles. Refraction is left out: it lifts the sun by 0.6
degrees at the horizon and does not matter to what is asked here.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from patrol.geodesy import GeoPoint

CIVIL_TWILIGHT_RAD = math.radians(-6.0)  # below it street lamps are needed (civil dusk to dawn)


def sun_elevation_rad(place: GeoPoint, epoch_s: float) -> float:
    """Height of the sun's middle above the horizon; negative by night."""
    when = datetime.fromtimestamp(epoch_s, UTC)
    minutes = when.hour * 60 + when.minute + when.second / 60
    day = when.timetuple().tm_yday
    year = math.tau / 365 * (day - 1 + (minutes / 60 - 12) / 24)
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * math.cos(year)
        - 0.032077 * math.sin(year)
        - 0.014615 * math.cos(2 * year)
        - 0.040849 * math.sin(2 * year)
    )
    declination = (
        0.006918
        - 0.399912 * math.cos(year)
        + 0.070257 * math.sin(year)
        - 0.006758 * math.cos(2 * year)
        + 0.000907 * math.sin(2 * year)
        - 0.002697 * math.cos(3 * year)
        + 0.00148 * math.sin(3 * year)
    )
    solar_min = minutes + equation_min + 4 * place.longitude_deg
    hour_angle = math.radians(solar_min / 4 - 180)
    latitude = math.radians(place.latitude_deg)
    rise = math.sin(latitude) * math.sin(declination)
    rise += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    return math.asin(max(-1.0, min(1.0, rise)))
