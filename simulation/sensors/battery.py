"""Battery: drained by the drive and by what always runs, filled on a dock, sagging under load."""

from __future__ import annotations

import math
from bisect import bisect_right

from patrol.vehicle import VehicleSpec

IDLE_SHARE = 0.4  # of the mean power: computers, sensors, lights
DRIVE_EFFICIENCY = 0.75
CHARGE_HOURS = 3.0  # from empty to full
CELLS = 13  # in series: 48 V nominal
# Open-circuit voltage of a lithium-ion (NMC) cell by state of charge, at 25 degrees C (shape after
# Plett, Battery Management Systems, vol. 1, fig. 2.1).
CHARGE_PCT = (0.0, 5.0, 10.0, 20.0, 50.0, 80.0, 100.0)
CELL_V = (3.00, 3.35, 3.46, 3.56, 3.70, 3.95, 4.15)
RESISTANCE_OHM_WH = 96.0  # of the pack times its capacity: 40 milliohm at 2.4 kWh
WEAK_CELL_V, CUT_OFF_CELL_V = 3.2, 2.9  # motors get less torque from here on; none from here on


class Battery:
    """State of charge (%) and voltage at the terminals (V).

    `resistance_factor` above 1 is an old, cold or damaged pack.
    """

    def __init__(self, spec: VehicleSpec, charge_pct: float = 96.0) -> None:
        self._spec = spec
        self.charge_pct = charge_pct
        self.resistance_factor = 1.0
        self.voltage_v = self._open_circuit_v
        self.current_a = 0.0

    def step(self, drive_w: float, charging: bool, duration_s: float) -> None:
        """Power over a time; `drive_w` is mechanical power at the wheels, nothing comes back."""
        spec = self._spec
        power_w = spec.mean_power_w * IDLE_SHARE + max(0.0, drive_w) / DRIVE_EFFICIENCY
        if charging:
            power_w -= spec.battery_wh / CHARGE_HOURS + spec.mean_power_w * IDLE_SHARE
        self._load(power_w)
        self.charge_pct -= 100.0 * power_w * duration_s / 3600.0 / spec.battery_wh
        self.charge_pct = min(100.0, max(0.0, self.charge_pct))

    @property
    def torque_share(self) -> float:
        """What share of their torque the motors get: the controller derates on a low voltage."""
        cell_v = self.voltage_v / CELLS
        share = (cell_v - CUT_OFF_CELL_V) / (WEAK_CELL_V - CUT_OFF_CELL_V)
        return min(1.0, max(0.0, share))

    @property
    def _open_circuit_v(self) -> float:
        i = min(bisect_right(CHARGE_PCT, self.charge_pct), len(CHARGE_PCT) - 1)
        share = (self.charge_pct - CHARGE_PCT[i - 1]) / (CHARGE_PCT[i] - CHARGE_PCT[i - 1])
        return CELLS * (CELL_V[i - 1] + share * (CELL_V[i] - CELL_V[i - 1]))

    def _load(self, power_w: float) -> None:
        """Terminal voltage of E behind R that gives P: V = E / 2 + sqrt(E^2 / 4 - R P)."""
        source_v = self._open_circuit_v
        resistance = self.resistance_factor * RESISTANCE_OHM_WH / self._spec.battery_wh
        rest = source_v**2 / 4 - resistance * power_w
        self.voltage_v = source_v / 2 + math.sqrt(max(0.0, rest))
        self.current_a = power_w / self.voltage_v
