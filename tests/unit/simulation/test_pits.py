"""Missing ground: what rays and wheels make of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.pits import Pit, pit_at

PIT = Pit("trench", 10.0, 5.0, 0.6, 4.0, 2.0, 0.5)
angles = st.floats(-math.pi, math.pi)


def test_it_holds_what_is_over_it() -> None:
    c, s = math.cos(0.6), math.sin(0.6)
    for along, across, inside in ((1.9, 0.9, True), (2.1, 0.0, False), (0.0, -1.1, False)):
        x_m, y_m = 10.0 + c * along - s * across, 5.0 + s * along + c * across
        assert PIT.holds(x_m, y_m) is inside


def test_a_ray_straight_down_meets_the_floor() -> None:
    range_m = PIT.range_m(np.array((10.0, 5.0, 0.0)), np.array((0.0, 0.0, -1.0)), 1.1)
    assert range_m == pytest.approx(1.6)


@given(angles, st.floats(0.2, 1.4))
def test_a_slanting_ray_meets_the_floor_or_the_wall_whichever_comes_first(
    yaw_rad: float, pitch_rad: float
) -> None:
    level = math.cos(pitch_rad)
    ray = np.array((level * math.cos(yaw_rad), level * math.sin(yaw_rad), -math.sin(pitch_rad)))
    entry = np.array((10.3, 5.2, 0.0))
    end = entry + (PIT.range_m(entry, ray, 2.0) - 2.0) * ray
    at_floor = end[2] == pytest.approx(-0.5, abs=1e-9)
    inside, outside = end - 1e-6 * ray, end + 1e-6 * ray
    assert PIT.holds(float(inside[0]), float(inside[1]))
    at_wall = not PIT.holds(float(outside[0]), float(outside[1])) and -0.5 <= end[2] <= 0.0
    assert at_floor or at_wall


def test_water_gives_no_echo() -> None:
    water = Pit("basin", 0.0, 0.0, 0.0, 4.0, 4.0, 0.3, water=True)
    assert math.isinf(water.range_m(np.zeros(3), np.array((0.0, 0.0, -1.0)), 1.0))


def test_steps_down_are_pits_within_pits() -> None:
    steps = [Pit(f"step {i}", 0.0, 0.0, 0.0, 3.0 - 0.6 * i, 2.0, 0.17 * (i + 1)) for i in range(3)]
    depths = [
        pit.depth_m if (pit := pit_at(steps, x, 0.0)) else 0.0 for x in (-1.6, -1.3, -1.0, 0)
    ]
    assert depths == pytest.approx([0.0, 0.17, 0.34, 0.51])
