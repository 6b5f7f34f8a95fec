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
        yaw_rate_noise_radps=0, yaw_rate_bias_radps=0, acceleration_noise_mps2=0, tilt_noise_rad=0
    )
    model = ImuModel(quiet, np.random.default_rng(1))
    nose_up = -0.1
    c, s = math.cos(nose_up), math.sin(nose_up)
    rotation = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    sample = model.read(rotation, np.zeros(3), 0.3, (0.0, nose_up), 1.0)
    assert sample.ax_mps2 == pytest.approx(9.80665 * math.sin(0.1), abs=1e-6)
    assert (sample.yaw_rate_radps, sample.pitch_rad) == (0.3, nose_up)


def test_battery_drains_uphill_and_fills_on_the_dock(goalie: VehicleSpec) -> None:
    flat, hill = Battery(goalie), Battery(goalie)
    for _ in range(1000):
        flat.step(1.0, 0.0, False, 1.0)
        hill.step(1.0, 0.08, False, 1.0)
    assert hill.charge_pct < flat.charge_pct < 96.0
    for _ in range(20_000):
        hill.step(0.0, 0.0, True, 1.0)
    assert hill.charge_pct == 100.0
