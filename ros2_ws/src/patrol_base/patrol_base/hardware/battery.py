"""The charge that a battery's voltage stands for."""

from __future__ import annotations

import math

import numpy as np

from patrol_base.hardware.config import BatterySpec

SETTLE_S = 20.0  # the charge does not change faster; a starting motor's dip does


class BatteryGauge:
    """Charge from terminal voltage and current, smoothed over `SETTLE_S`.

    An estimate: without counting charge, a lithium battery's flat middle leaves it unsure by a
    tenth or more.
    """

    def __init__(self, spec: BatterySpec) -> None:
        self._resistance_ohm = spec.resistance_ohm
        self._voltages = [point.voltage_v for point in spec.curve]
        self._charges = [point.charge_pct for point in spec.curve]
        self._charge_pct = math.nan
        self._last_s = -math.inf

    @property
    def charge_pct(self) -> float:
        """The charge, 0 to 100; NaN before the first reading."""
        return self._charge_pct

    def add(self, voltage_v: float, current_a: float, now_s: float) -> None:
        """Take a reading; the current is positive while the battery gives."""
        rested_v = voltage_v + current_a * self._resistance_ohm
        charge = float(np.interp(rested_v, self._voltages, self._charges))
        elapsed_s = now_s - self._last_s
        self._last_s = now_s
        if math.isnan(self._charge_pct) or elapsed_s < 0:
            self._charge_pct = charge
        else:
            self._charge_pct += min(1.0, elapsed_s / SETTLE_S) * (charge - self._charge_pct)
