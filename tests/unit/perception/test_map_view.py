"""What rules may ask of the map: regions by probability, zones by hour."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box
from staged_people import NOON_S, view

from patrol.map import Zone, ZoneKind
from perception.map_places import EMPTY, Region
from perception.map_view import NOWHERE

SQUARE = Region(box(0.0, 0.0, 10.0, 10.0))
RING = ((58.0, -2.0), (66.0, -2.0), (66.0, 2.0), (58.0, 2.0))
places = st.floats(-20.0, 30.0)
sigmas = st.floats(0.01, 3.0)


@given(places, places, sigmas)
def test_a_share_is_a_probability_and_one_half_at_the_edge(
    x_m: float, y_m: float, sigma_m: float
) -> None:
    share = SQUARE.share(x_m, y_m, np.eye(2) * sigma_m**2)
    assert 0.0 <= share <= 1.0
    depth_m = SQUARE.depth_m(x_m, y_m)
    if abs(depth_m) > 1e-9:
        assert (share >= 0.5) == (depth_m > 0.0)
    assert SQUARE.share(0.0, 5.0, np.eye(2) * sigma_m**2) == pytest.approx(0.5)


@given(sigmas, sigmas, st.floats(-2.0, 2.0))
def test_only_the_uncertainty_across_the_edge_counts(
    across_m: float, along_m: float, depth_m: float
) -> None:
    share = SQUARE.share(5.0, depth_m, np.diag([along_m**2, across_m**2]))
    expected = 0.5 * (1 + math.erf(depth_m / across_m / math.sqrt(2)))
    assert share == pytest.approx(expected, abs=1e-6)


def test_a_simulated_look_falls_inside_as_often_as_the_share_says() -> None:
    rng = np.random.default_rng(1)
    covariance = np.array([[0.5, 0.3], [0.3, 0.4]])
    looks = rng.multivariate_normal((9.4, 5.0), covariance, 4000)
    inside = np.mean([SQUARE.depth_m(x, y) >= 0 for x, y in looks])
    assert SQUARE.share(9.4, 5.0, covariance) == pytest.approx(inside, abs=0.03)


def test_nothing_is_inside_an_empty_region() -> None:
    assert EMPTY.is_empty
    assert EMPTY.share(0.0, 0.0, np.eye(2)) == 0.0
    assert Region(Polygon()).depth_m(0.0, 0.0) == -math.inf


def test_the_carriageway_leaves_the_crosswalks_out() -> None:
    road = view().carriageway
    assert road.depth_m(60.0, 7.0) == pytest.approx(3.4)
    assert road.depth_m(40.0, 7.0) < 0  # on the crosswalk
    assert road.depth_m(42.5, 7.0) < 0  # half a metre beside it
    assert road.depth_m(44.0, 7.0) > 0
    assert road.depth_m(60.0, 0.0) < 0  # the street is shared


def test_cars_may_stand_neither_on_pavements_nor_at_crosswalks() -> None:
    here = view()
    assert here.footways.depth_m(80.0, -25.0) > 0 > here.footways.depth_m(60.0, 0.0)
    assert here.near_crosswalks.depth_m(31.0, 0.0) > 0 > here.near_crosswalks.depth_m(55.0, 0.0)


def test_zones_hold_in_their_hours_until_they_expire() -> None:
    yard = Zone("yard", ZoneKind.RESTRICTED, RING, windows="22:00-06:00")
    past = Zone("past", ZoneKind.RESTRICTED, RING, expires="2020-01-01T00:00:00+09:00")
    here = view(yard, past)
    assert not here.zones(ZoneKind.RESTRICTED, NOON_S)
    assert [z.id for z in here.zones(ZoneKind.RESTRICTED, NOON_S + 12 * 3600)] == ["yard"]
    assert not here.zones(ZoneKind.NO_LOITERING, NOON_S + 12 * 3600)


def test_the_most_sensitive_zone_of_a_place_counts() -> None:
    twice = Zone("a", ZoneKind.INCIDENT_SENSITIVITY, RING, sensitivity=2.0)
    half = Zone("b", ZoneKind.INCIDENT_SENSITIVITY, RING, sensitivity=0.5)
    here = view(half, twice)
    assert here.sensitivity_at(60.0, 0.0, NOON_S) == 2.0
    assert view(half).sensitivity_at(60.0, 0.0, NOON_S) == 0.5
    assert here.sensitivity_at(80.0, 0.0, NOON_S) == 1.0


def test_without_a_map_no_place_means_anything() -> None:
    assert NOWHERE.carriageway.is_empty
    assert NOWHERE.near_crosswalks.is_empty
    assert not NOWHERE.zones(ZoneKind.RESTRICTED, NOON_S)
    assert NOWHERE.sensitivity_at(0.0, 0.0, NOON_S) == 1.0
    assert NOWHERE.window_holds("", NOON_S)
    assert not NOWHERE.window_holds("22:00-06:00", NOON_S)
