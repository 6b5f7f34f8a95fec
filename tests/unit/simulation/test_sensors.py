"""Sensor errors have the sizes that the options say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navigation.types import GnssFixType
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.vehicle import VehicleSpec
from simulation.sensors.battery import Battery
from simulation.sensors.gnss import GnssModel
from simulation.sensors.inertial import ImuModel
from simulation.types import SensorOptions

ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)


def test_gnss_error_is_as_stated() -> None:
    options = SensorOptions(gnss_walk_time_s=2.0)
    model = GnssModel(ORIGIN, options, np.random.default_rng(1))
    fixes = [model.read((10.0, -5.0, 1.0), 0.2 * i) for i in range(3000)]
    errors = np.array([enu_from_wgs84(fix.position, ORIGIN)[:2] for fix in fixes]) - (10.0, -5.0)
    assert errors.std(axis=0) == pytest.approx([fixes[0].sigma_m] * 2, rel=0.15)
    assert fixes[0].fix is GnssFixType.RTK_FIXED


def test_gnss_without_noise_is_the_truth() -> None:
    options = SensorOptions(gnss_white_m=0.0, gnss_walk_m=0.0)
    fix = GnssModel(ORIGIN, options, np.random.default_rng(1)).read((3.0, 4.0, 5.0), 0.0)
    assert enu_from_wgs84(fix.position, ORIGIN) == pytest.approx((3.0, 4.0, 5.0), abs=1e-6)


def test_imu_feels_gravity_when_tilted() -> None:
    quiet = SensorOptions(
        yaw_rate_noise_radps=0,
        yaw_rate_bias_radps=0,
        yaw_rate_instability_radps=0,
        yaw_rate_scale=0,
        acceleration_noise_mps2=0,
        acceleration_instability_mps2=0,
        tilt_noise_rad=0,
    )
    model = ImuModel(quiet, np.random.default_rng(1))
    nose_up = -0.1
    c, s = math.cos(nose_up), math.sin(nose_up)
    rotation = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    sample = model.read(rotation, np.zeros(3), 0.3, (0.0, nose_up), 1.0)
    assert sample.ax_mps2 == pytest.approx(9.80665 * math.sin(0.1), abs=1e-6)
    assert (sample.yaw_rate_radps, sample.pitch_rad) == (0.3, nose_up)


def still_rates(options: SensorOptions, count: int, seed: int = 1) -> np.ndarray:
    model = ImuModel(options, np.random.default_rng(seed))
    level, rest = np.eye(3), np.zeros(3)
    samples = [model.read(level, rest, 0.0, (0.0, 0.0), 0.02 * i) for i in range(count)]
    return np.array([sample.yaw_rate_radps for sample in samples])


def test_imu_noise_and_bias_are_as_stated() -> None:
    options = SensorOptions()
    noise = still_rates(options, 4000)
    assert noise.std() == pytest.approx(options.yaw_rate_noise_radps, rel=0.05)
    biases = [still_rates(options, 400, seed).mean() for seed in range(60)]
    assert np.std(biases) == pytest.approx(options.yaw_rate_bias_radps, rel=0.3)


def test_imu_bias_wanders_by_its_instability() -> None:
    """The samples' spread about their bias is the Gauss-Markov process's own."""
    options = SensorOptions(
        yaw_rate_noise_radps=0, yaw_rate_bias_radps=0, yaw_rate_instability_radps=0.01,
        instability_time_s=1.0,
    )  # fmt: skip
    rates = still_rates(options, 20_000)
    assert rates.std() == pytest.approx(0.01, rel=0.15)
    later = rates[50:] @ rates[:-50] / (rates @ rates)  # one time constant on
    assert later == pytest.approx(math.exp(-1), abs=0.1)


def test_imu_scale_is_of_the_rate() -> None:
    options = SensorOptions(
        yaw_rate_noise_radps=0, yaw_rate_bias_radps=0, yaw_rate_instability_radps=0,
        yaw_rate_scale=0.01,
    )  # fmt: skip
    model = ImuModel(options, np.random.default_rng(3))
    rates = [model.read(np.eye(3), np.zeros(3), r, (0, 0), 0.0).yaw_rate_radps for r in (1.0, 2.0)]
    assert rates[1] == pytest.approx(2 * rates[0])
    assert 0.0 < abs(rates[0] - 1.0) < 0.04


def test_battery_drains_uphill_and_fills_on_the_dock(goalie: VehicleSpec) -> None:
    flat, hill = Battery(goalie), Battery(goalie)
    for _ in range(1000):
        flat.step(50.0, False, 1.0)
        hill.step(280.0, False, 1.0)
    assert hill.charge_pct < flat.charge_pct < 96.0
    for _ in range(20_000):
        hill.step(0.0, True, 1.0)
    assert hill.charge_pct == 100.0
