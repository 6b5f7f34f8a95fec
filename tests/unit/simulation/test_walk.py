"""Walkers go to and fro as a function of time, and wait for the vehicle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.actors.person import Person, Pose
from simulation.actors.walk import KEEP_AWAY_M, Walker

FAR = np.array([[1000.0, 1000.0]])


def walker(phase_s: float = 0.0) -> Walker:
    return Walker(
        Person("w", Pose.WALKING, ((0.0, 0.0), (6.0, 0.0), (6.0, 4.0)), speed_mps=2.0,
               phase_s=phase_s)
    )  # fmt: skip


def test_goes_there_and_back() -> None:
    person = walker()
    for _ in range(50):
        person.step(0.1, FAR)  # 10 m: the far end
    assert (person.state.x_m, person.state.y_m) == pytest.approx((6.0, 4.0))
    for _ in range(50):
        person.step(0.1, FAR)
    assert (person.state.x_m, person.state.y_m) == pytest.approx((0.0, 0.0), abs=1e-6)
    person.step(0.1, FAR)
    assert person.state.yaw_rad == pytest.approx(0.0)


@given(st.floats(0, 1e4), st.integers(1, 20))
def test_place_depends_on_time_alone(time_s: float, steps: int) -> None:
    at_once, in_steps = walker(time_s), walker()
    for _ in range(steps):
        in_steps.advance(time_s / steps)
    assert math.dist(
        (at_once.state.x_m, at_once.state.y_m), (in_steps.state.x_m, in_steps.state.y_m)
    ) == pytest.approx(0.0, abs=1e-6)


def test_waits_for_a_vehicle_ahead_and_goes_on() -> None:
    person = walker()
    blocked = np.array([[1.0, 0.0]])
    for _ in range(20):
        person.step(0.1, blocked)
    assert person.state.x_m == 0.0
    person.step(0.1, FAR)
    assert person.state.x_m > 0.0


def test_a_vehicle_behind_does_not_stop_it() -> None:
    person = walker()
    person.step(0.1, np.array([[-0.5, 0.0]]))
    assert person.state.x_m > 0.0


def test_never_walks_into_a_standing_vehicle() -> None:
    person = walker()
    corner = np.array([[5.0, 0.2]])
    for _ in range(200):
        person.step(0.1, corner)
    assert math.dist((person.state.x_m, person.state.y_m), (5.0, 0.2)) > KEEP_AWAY_M - 0.25


def test_walker_without_speed_is_refused() -> None:
    with pytest.raises(ValueError, match="walker 'w' needs two points and a speed"):
        Person("w", Pose.WALKING, ((0.0, 0.0), (1.0, 0.0)))
