"""Covariances as three numbers: what is one, its larger axis, and distances in sigmas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.covariance import (
    MOST_SIGMA_M,
    Covariance,
    is_covariance,
    is_of_sigma,
    round_covariance,
    sigma_of,
    sigmas_apart,
    told_covariance,
    told_or_round,
)
from patrol.geometry import larger_sigma

SIGMAS = st.floats(0.0, MOST_SIGMA_M)
ANGLES = st.floats(-math.pi, math.pi)
APART = st.tuples(st.floats(-100, 100), st.floats(-100, 100))


def ellipse(along_m: float, across_m: float, toward_rad: float) -> Covariance:
    """One of a view towards an angle from east."""
    c, s = math.cos(toward_rad), math.sin(toward_rad)
    turn = np.array([[c, -s], [s, c]])
    return told_covariance(turn @ np.diag([along_m**2, across_m**2]) @ turn.T)


ELLIPSES = st.builds(ellipse, SIGMAS, SIGMAS, ANGLES)


@given(SIGMAS, SIGMAS, ANGLES)
def test_its_larger_axis_is_its_sigma(along_m: float, across_m: float, toward_rad: float) -> None:
    told = ellipse(along_m, across_m, toward_rad)
    assert sigma_of(told) == pytest.approx(max(along_m, across_m), rel=1e-6, abs=1e-6)
    xx, xy, yy = told
    assert sigma_of(told) == larger_sigma(np.array([[xx, xy], [xy, yy]]))
    assert is_of_sigma(told, max(along_m, across_m))
    assert not is_of_sigma(told, 1.1 * max(along_m, across_m) + 0.05)


@given(st.floats(0.01, 100.0), st.floats(0.0, 100.0), ANGLES)
def test_what_views_give_is_one(along_m: float, across_m: float, toward_rad: float) -> None:
    told = ellipse(along_m, across_m, toward_rad)
    assert is_covariance(told)
    assert told_or_round(told, 7.0) == told


@pytest.mark.parametrize(
    "told",
    [
        (math.nan, 0.0, 1.0),
        (1.0, math.nan, 1.0),
        (1.0, 0.0, math.inf),
        (1.0, math.inf, 1.0),
        (-0.1, 0.0, 1.0),
        (1.0, 0.0, -0.1),
        (1.0, 1.01, 1.0),
        (0.0, 0.1, 1.0),
        (2e6, 0.0, 1.0),
        (1e300, 1e300, 1e300),
    ],
)
def test_what_can_be_none_is_round(told: Covariance) -> None:
    assert not is_covariance(told)
    assert told_or_round(told, 2.0) == (4.0, 0.0, 4.0)


@pytest.mark.parametrize("sigma_m", [math.nan, math.inf, -1.0, 1e200])
def test_a_sigma_that_can_be_none_says_nothing_of_the_place(sigma_m: float) -> None:
    assert round_covariance(sigma_m) == (MOST_SIGMA_M**2, 0.0, MOST_SIGMA_M**2)
    assert is_covariance(round_covariance(sigma_m))


@given(APART, ELLIPSES, ELLIPSES, st.floats(0.1, 2.0))
def test_distances_are_numbers_and_the_same_both_ways(
    apart_m: tuple[float, float], one: Covariance, other: Covariance, shared_m: float
) -> None:
    sigmas = sigmas_apart(apart_m, one, other, shared_m)
    assert 0.0 <= sigmas <= (math.hypot(*apart_m) / shared_m) * 1.001
    back = (-apart_m[0], -apart_m[1])
    assert sigmas_apart(back, other, one, shared_m) == pytest.approx(sigmas)


@given(APART, st.floats(0.0, 20.0), st.floats(0.0, 20.0), ANGLES)
def test_distances_are_mahalanobis(
    apart_m: tuple[float, float], along_m: float, across_m: float, toward_rad: float
) -> None:
    one, other = ellipse(along_m, across_m, toward_rad), round_covariance(0.3)
    xx, xy, yy = one
    both = np.array([[xx, xy], [xy, yy]]) + np.eye(2) * (0.3**2 + 0.5**2)
    expected = math.sqrt(np.array(apart_m) @ np.linalg.solve(both, np.array(apart_m)))
    assert sigmas_apart(apart_m, one, other, 0.5) == pytest.approx(expected, abs=1e-6)
