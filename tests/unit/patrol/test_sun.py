"""The sun's height against almanacs."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from patrol.geodesy import GeoPoint
from patrol.sun import CIVIL_TWILIGHT_RAD, sun_elevation_rad

SEOUL = GeoPoint(37.5665, 126.978, 0.0)
SYDNEY = GeoPoint(-33.8688, 151.2093, 0.0)


def elevation_deg(place: GeoPoint, zone: str, *when: int) -> float:
    return math.degrees(
        sun_elevation_rad(place, datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())
    )


@pytest.mark.parametrize(
    ("when", "expected_deg"),
    [
        ((2026, 3, 20, 12, 40), 52.3),  # noon at the equinox: 90 degrees less the latitude
        ((2026, 6, 21, 12, 34), 75.9),
        ((2026, 12, 22, 12, 30), 29.0),
        ((2026, 3, 20, 18, 44), -0.8),  # sunset of the Korean almanac: upper rim, with refraction
        ((2026, 3, 20, 6, 36), -0.8),  # sunrise
        ((2026, 6, 21, 19, 57), -0.8),
        ((2026, 12, 22, 7, 43), -0.8),
    ],
)
def test_seoul_by_the_almanac(when: tuple[int, ...], expected_deg: float) -> None:
    assert elevation_deg(SEOUL, "Asia/Seoul", *when) == pytest.approx(expected_deg, abs=0.7)


def test_summer_is_in_december_on_the_other_side() -> None:
    noon = elevation_deg(SYDNEY, "Australia/Sydney", 2026, 12, 22, 12, 55)
    assert noon == pytest.approx(79.6, abs=0.7)


def test_civil_dusk_comes_half_an_hour_after_sunset() -> None:
    zone = "Asia/Seoul"
    assert elevation_deg(SEOUL, zone, 2026, 3, 20, 19, 5) > math.degrees(CIVIL_TWILIGHT_RAD)
    assert elevation_deg(SEOUL, zone, 2026, 3, 20, 19, 15) < math.degrees(CIVIL_TWILIGHT_RAD)
