"""The battery sags under load, more when weak, and starves the motors when low."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.vehicle import VehicleSpec
from simulation.sensors.battery import CELLS, Battery


@given(st.floats(0.0, 100.0), st.floats(0.0, 2000.0), st.floats(1.0, 20.0))
def test_voltage_under_load_is_below_that_at_rest(
    goalie: VehicleSpec, charge_pct: float, drive_w: float, resistance_factor: float
) -> None:
    battery = Battery(goalie, charge_pct)
    rest_v = battery.voltage_v
    battery.resistance_factor = resistance_factor
    battery.step(drive_w, False, 0.02)
    assert 0.0 < battery.voltage_v < rest_v
    assert 0.0 <= battery.torque_share <= 1.0


def test_power_is_voltage_times_current(goalie: VehicleSpec) -> None:
    battery = Battery(goalie, 60.0)
    battery.step(300.0, False, 0.02)
    expected_w = 300.0 / 0.75 + 0.4 * goalie.mean_power_w
    assert battery.voltage_v * battery.current_a == pytest.approx(expected_w)
    assert 3.5 * CELLS < battery.voltage_v < 4.0 * CELLS


def test_a_weak_pack_starves_the_motors(goalie: VehicleSpec) -> None:
    sound, weak = Battery(goalie, 30.0), Battery(goalie, 30.0)
    weak.resistance_factor = 15.0
    for battery in (sound, weak):
        battery.step(400.0, False, 0.02)
    assert sound.torque_share == 1.0
    assert weak.torque_share < 0.8


def test_charging_lifts_voltage_and_charge(goalie: VehicleSpec) -> None:
    battery = Battery(goalie, 50.0)
    rest_v = battery.voltage_v
    battery.step(0.0, True, 60.0)
    assert battery.voltage_v > rest_v
    assert battery.current_a < 0.0
    assert battery.charge_pct > 50.0


def test_an_empty_battery_stays_at_zero(goalie: VehicleSpec) -> None:
    battery = Battery(goalie, 0.0)
    battery.step(1000.0, False, 3600.0)
    assert battery.charge_pct == 0.0
