"""Many points at once come out where one point does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.importing.points import Points
from navigation.planning.importing.projection import project, project_points
from patrol.geodesy import GeoPoint, enu_from_wgs84

ORIGIN = GeoPoint(37.4702, 126.9361)


@settings(deadline=None)
@given(st.floats(126.5, 127.5), st.floats(37.0, 38.0))
def test_agrees_with_the_geodesy_of_one_point(lon: float, lat: float) -> None:
    x_m, y_m, _ = enu_from_wgs84(GeoPoint(lat, lon), ORIGIN)
    assert project(np.array([[lon, lat]]), ORIGIN)[0] == pytest.approx((x_m, y_m), abs=6e-4)


def test_no_points_are_no_points() -> None:
    assert project_points([], ORIGIN) == []


def test_new_points_get_ids_of_their_own() -> None:
    points = Points({-7: (0.0, 0.0), 3: (3.0, 4.0)})
    new = points.add((1.00049, 2.0))
    assert new == -8
    assert points.add((0.0, 0.0)) == -9
    assert points[new] == (1.0, 2.0)
    assert points.along_m([-7, 3, -7]) == [0.0, 5.0, 10.0]
    assert math.isclose(points.length_m([-7, 3]), 5.0)
    assert Points({}).add((0.0, 0.0)) == -1
