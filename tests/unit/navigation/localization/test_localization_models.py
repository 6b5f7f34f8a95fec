"""The filter's parts on their own: Jacobians, lever arm, monitor."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.localization import gnss, odometry
from navigation.localization.ekf import SIZE, Belief, Measurement, ProcessNoise, predict, update
from navigation.localization.monitor import LocalizationMonitor
from navigation.types import LocalizationStatus, WheelOdometry
from patrol.faults import FaultKind

STATES = st.tuples(
    st.floats(-50, 50),
    st.floats(-50, 50),
    st.floats(-3, 3),
    st.floats(-1, 2),
    st.floats(-0.02, 0.02),
    st.floats(-0.05, 0.05),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
QUIET = ProcessNoise(0, 0, 0, 0, 0, 0, math.inf, math.inf, math.inf, math.inf, 0, 0, 0)


def belief_of(state: tuple[float, ...], covariance: float = 0.01) -> Belief:
    return Belief(0.0, np.array(state, dtype=float), covariance * np.eye(SIZE), 0.2)


def numeric_jacobian(
    measure: Callable[[Belief], Measurement], state: tuple[float, ...]
) -> np.ndarray:
    columns = []
    for index in range(SIZE):
        up, down = np.array(state, dtype=float), np.array(state, dtype=float)
        up[index] += 1e-6
        down[index] -= 1e-6
        high, low = measure(belief_of(tuple(up))), measure(belief_of(tuple(down)))
        columns.append((low.residual - high.residual) / 2e-6)  # residual = z - h(x)
    return np.column_stack(columns)


@given(STATES)
def test_the_gnss_jacobian_is_the_derivative(state: tuple[float, ...]) -> None:
    def measure(belief: Belief) -> Measurement:
        return gnss.position_measurement(belief, (1.0, 2.0), 0.1, (0.4, -0.1))

    assert np.allclose(
        measure(belief_of(state)).jacobian, numeric_jacobian(measure, state), 0, 1e-5
    )


@given(STATES, st.floats(-1, 2))
def test_the_odometry_jacobian_is_the_derivative(state: tuple[float, ...], speed: float) -> None:
    def measure(belief: Belief) -> Measurement:
        return odometry.speed_measurement(belief, WheelOdometry(0.0, speed, 0.0))

    assert np.allclose(
        measure(belief_of(state)).jacobian, numeric_jacobian(measure, state), 0, 1e-5
    )


@settings(max_examples=50)
@given(STATES, st.floats(0.01, 0.2), st.booleans())
def test_prediction_moves_the_spread_like_the_state(
    state: tuple[float, ...], dt: float, gyro: bool
) -> None:
    belief = belief_of(state)
    predict(belief, dt, QUIET, gyro)
    columns = []
    for index in range(SIZE):
        ends = []
        for step in (1e-6, -1e-6):
            moved = np.array(state, dtype=float)
            moved[index] += step
            other = belief_of(tuple(moved))
            predict(other, dt, QUIET, gyro)
            ends.append(other.mean)
        columns.append((ends[0] - ends[1]) / 2e-6)
    jacobian = np.column_stack(columns)
    assert np.allclose(belief.covariance, 0.01 * jacobian @ jacobian.T, atol=2e-4)


def test_a_measurement_outside_the_gate_changes_nothing() -> None:
    belief = belief_of((0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0))
    before = belief.mean.copy()
    assert not update(belief, gnss.position_measurement(belief, (20.0, 0.0), 0.1, (0.2, 0.0)))
    assert np.array_equal(belief.mean, before)
    assert belief.last_nis > gnss.GATE
    assert update(belief, gnss.position_measurement(belief, (0.3, 0.1), 0.1, (0.2, 0.0)))
    assert np.all(np.linalg.eigvalsh(belief.covariance) > 0)


def test_prediction_never_goes_back_in_time() -> None:
    belief = belief_of((0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0))
    predict(belief, -1.0, QUIET, True)
    assert belief.stamp_s == 0.0
    assert belief.mean[0] == 0.0


def test_the_antenna_leans_with_the_vehicle() -> None:
    assert gnss.lever_arm(0.2, 1.2, 0.0, 0.0) == pytest.approx((0.2, 0.0))
    nose_down = gnss.lever_arm(0.2, 1.2, 0.0, math.radians(5.7))
    assert nose_down == pytest.approx((0.2 + 0.119, 0.0), abs=0.002)
    leaning_right = gnss.lever_arm(0.2, 1.2, math.radians(5.7), 0.0)
    assert leaning_right == pytest.approx((0.2, -0.119), abs=0.002)


def test_the_monitor_needs_more_to_find_than_to_keep() -> None:
    monitor = LocalizationMonitor()
    assert monitor.status(3.0) is LocalizationStatus.INITIALIZING
    assert monitor.status(0.5) is LocalizationStatus.OK
    assert monitor.status(1.2) is LocalizationStatus.OK
    assert monitor.status(1.6) is LocalizationStatus.LOST
    assert monitor.status(1.2) is LocalizationStatus.LOST
    assert monitor.status(0.5) is LocalizationStatus.OK
    assert monitor.status(math.nan) is LocalizationStatus.LOST


def test_fixes_refused_for_a_second_are_a_loss_until_one_is_taken() -> None:
    monitor = LocalizationMonitor()
    for tick in range(4):
        monitor.fix(0.2 * tick, accepted=False, apart_m=3.0)
    assert monitor.status(0.1) is LocalizationStatus.OK
    monitor.fix(0.8, accepted=False, apart_m=0.9)
    assert monitor.status(0.1) is LocalizationStatus.OK
    monitor.fix(0.9, accepted=False, apart_m=1.1)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    for tick in range(10):
        monitor.fix(1.0 + 0.2 * tick, accepted=True)
    assert monitor.status(0.1) is LocalizationStatus.OK


def test_walls_outweigh_nothing_that_a_fix_has_just_confirmed() -> None:
    monitor = LocalizationMonitor()
    for tick in range(10):
        monitor.fix(0.2 * tick, accepted=True)
        monitor.walls(0.2 * tick, agree=False)
    assert monitor.status(0.1) is LocalizationStatus.OK
    assert not monitor.doubts_walls


def test_walls_and_fixes_together_are_a_loss_sooner() -> None:
    monitor = LocalizationMonitor()
    for stamp_s in (0.2, 0.4):
        monitor.fix(stamp_s, accepted=False)
    assert monitor.status(0.1) is LocalizationStatus.OK
    for stamp_s in (0.45, 0.55):
        monitor.walls(stamp_s, agree=False)
    assert monitor.doubts_walls
    assert monitor.status(0.1) is LocalizationStatus.LOST


def test_without_fixes_walls_lose_the_position_and_find_it_again() -> None:
    monitor = LocalizationMonitor()
    monitor.fix(0.0, accepted=True)
    for stamp_s in (2.0, 2.1):
        monitor.walls(stamp_s, agree=False)
    assert monitor.status(0.1) is LocalizationStatus.OK
    monitor.walls(2.2, agree=False)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    for tick in range(10):  # a plain alley says nothing of the way along it
        monitor.walls(3.0 + 0.5 * tick, agree=True, whole=False)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    for tick in range(5):
        monitor.walls(8.0 + 0.5 * tick, agree=True, whole=True)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    monitor.walls(10.5, agree=True, whole=True)
    assert monitor.status(0.1) is LocalizationStatus.OK


def test_a_few_refused_fixes_are_no_loss() -> None:
    monitor = LocalizationMonitor()
    for tick in range(15):
        monitor.fix(float(tick), accepted=tick % 2 == 0)
    assert monitor.status(0.1) is not LocalizationStatus.LOST
    for tick in range(15, 22):
        monitor.fix(float(tick), accepted=False)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    assert monitor.faults(21.0) == {FaultKind.LOCALIZATION_LOST}
    assert FaultKind.GNSS_LOST in monitor.faults(30.0)
