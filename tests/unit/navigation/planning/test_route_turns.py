"""Turns: what fits between walls, and what is forbidden when it is asked for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.route_options import RouteOptions, UTurns
from navigation.planning.route_turns import (
    BEND_RAD,
    NARROW_U_TURN_COST_S,
    U_TURN_COST_S,
    U_TURN_RAD,
    Turner,
    fits,
    turns,
)

TURNER = Turner(radius_m=1.36, width_m=0.9, front_m=1.2)


def fits_somewhere(turner: Turner, angle: float, width_1: float, width_2: float) -> float:
    """By trying turning centres: how much nearer the inner corner could be (m), at best."""
    inner = turner.radius_m - turner.width_m / 2
    outer = math.hypot(turner.radius_m + turner.width_m / 2, turner.front_m)
    x, y = np.meshgrid(np.linspace(-6, 6, 601), np.linspace(-6, 6, 601))
    # way 1 comes along +x with its inner wall on y = 0, the block on y > 0; it ends in the corner
    # at the origin, from which way 2 leads on under the turn's angle
    behind_1 = y
    behind_2 = -math.sin(angle) * x + math.cos(angle) * y
    allowed = (behind_1 >= outer - width_1) & (behind_2 >= outer - width_2)
    return float(inner - np.hypot(x, y)[allowed].min(initial=np.inf))


@settings(max_examples=40, deadline=None)
@given(st.floats(BEND_RAD, U_TURN_RAD), st.floats(1.0, 3.0), st.floats(1.0, 3.0))
def test_fits_where_some_turning_centre_clears_the_walls(
    angle: float, width_1: float, width_2: float
) -> None:
    room = fits_somewhere(TURNER, angle, width_1, width_2)
    if abs(room) > 0.05:  # the grid of centres is 2 cm wide
        found = fits(TURNER, np.array([angle]), np.array([width_1]), np.array([width_2]))
        assert bool(found[0]) == (room > 0)


def test_a_right_angle_needs_less_room_than_a_hairpin() -> None:
    angles = np.radians([20.0, 90.0, 140.0])
    narrow, wide = np.full(3, 1.5), np.full(3, 3.0)
    assert fits(TURNER, angles, narrow, narrow).tolist() == [True, False, False]
    assert fits(TURNER, angles, wide, wide).all()
    assert not fits(replace(TURNER, radius_m=5.0), angles, wide, wide)[2]


ANGLES = np.radians([0.0, 120.0, 180.0, 180.0])
WIDTHS = np.array([1.6, 1.6, 2.0, 6.0])


@pytest.mark.parametrize(
    ("options", "forbidden"),
    [
        (RouteOptions(), [False, False, False, False]),
        (RouteOptions(u_turns=UTurns.FORBIDDEN_WHERE_NARROW), [False, False, True, False]),
        (RouteOptions(u_turns=UTurns.FORBIDDEN), [False, False, True, True]),
        (RouteOptions(turns_must_fit=True), [False, True, False, False]),
    ],
)
def test_forbids_what_the_options_ask_for(options: RouteOptions, forbidden: list[bool]) -> None:
    found = turns(ANGLES, WIDTHS, WIDTHS, options)
    assert found.forbidden.tolist() == forbidden
    assert found.cost.tolist() == [0.0, 0.0, NARROW_U_TURN_COST_S, U_TURN_COST_S]
