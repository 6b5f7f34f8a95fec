"""The base's IMU: what it feels of a chassis that turns, speeds up, and is lifted."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.types import BodyMotion
from simulation.sensors.body import BodySensor, Triple
from simulation.types import SensorOptions

TRUE = SensorOptions(
    yaw_rate_noise_radps=0.0,
    yaw_rate_bias_radps=0.0,
    acceleration_noise_mps2=0.0,
    acceleration_instability_mps2=0.0,
    tilt_noise_rad=0.0,
)
STILL = (0.0, 0.0, 0.0)


def sensor(options: SensorOptions = TRUE, seed: int = 0) -> BodySensor:
    return BodySensor(options, np.random.default_rng(seed))


def numbers(motion: BodyMotion) -> list[float]:
    return [getattr(motion, field.name) for field in fields(motion)]


@given(st.floats(-3.1, 3.1), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_a_change_of_speed_is_felt_along_the_heading(
    yaw: float, ahead: float, left: float, up: float
) -> None:
    felt = sensor()
    felt.read(STILL, STILL, yaw, 1.0)
    cos, sin = math.cos(yaw), math.sin(yaw)
    after = (cos * ahead - sin * left, sin * ahead + cos * left, up)
    period_s = 1.0 / TRUE.base_rate_hz
    motion = felt.read(after, (0.3, -0.4, 1.2), yaw, 1.0 + period_s)
    wanted = [1.0 + period_s, 1.3, ahead / period_s, left / period_s, up / period_s]
    assert numbers(motion) == pytest.approx(wanted, abs=1e-9)


def test_the_first_reading_knows_no_change() -> None:
    assert sensor().read((1.39, 0.0, 0.0), STILL, 0.0, 1.0) == BodyMotion(1.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("name", ["acceleration_noise_mps2", "tilt_noise_rad"])
def test_a_tilt_that_is_wrong_lets_gravity_into_what_is_level_alone(name: str) -> None:
    felt = sensor(replace(TRUE, **{name: 0.01}))
    samples = np.array([numbers(felt.read(STILL, STILL, 0.0, 1.0)) for _ in range(2000)])
    share = 0.01 if name == "acceleration_noise_mps2" else 0.0981
    assert samples[:, 2:4].std(axis=0) == pytest.approx((share, share), rel=0.1)
    assert samples[:, 4].std() == pytest.approx(0.01 if share == 0.01 else 0.0, rel=0.1)


def test_one_seed_is_one_sensor() -> None:
    def readings(seed: int) -> list[BodyMotion]:
        felt = sensor(SensorOptions(), seed)
        moves: list[Triple] = [(0.01 * i, 0.0, 0.0) for i in range(5)]
        return [felt.read(move, STILL, 0.0, float(i)) for i, move in enumerate(moves)]

    assert readings(3) == readings(3)
    assert readings(3) != readings(4)
