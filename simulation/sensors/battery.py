"""Battery: drained by the drive and by what always runs, filled on a dock."""

from __future__ import annotations

from patrol.vehicle import GRAVITY_MPS2, VehicleSpec

IDLE_SHARE = 0.4  # of the mean power: computers, sensors, lights
DRIVE_EFFICIENCY = 0.75
ROLLING_RESISTANCE = 0.02
CHARGE_HOURS = 3.0  # from empty to full


class Battery:
    """State of charge in percent."""

    def __init__(self, spec: VehicleSpec, charge_pct: float = 96.0) -> None:
        self._spec = spec
        self.charge_pct = charge_pct

    def step(self, speed_mps: float, grade: float, charging: bool, duration_s: float) -> None:
        """Power over a time; `grade` is rise over run in the direction of `speed_mps`."""
        spec = self._spec
        force_n = spec.mass_kg * GRAVITY_MPS2 * (ROLLING_RESISTANCE + grade)
        drive_w = max(0.0, force_n * abs(speed_mps)) / DRIVE_EFFICIENCY
        power_w = spec.mean_power_w * IDLE_SHARE + drive_w
        if charging:
            power_w -= spec.battery_wh / CHARGE_HOURS + spec.mean_power_w * IDLE_SHARE
        self.charge_pct -= 100.0 * power_w * duration_s / 3600.0 / spec.battery_wh
        self.charge_pct = min(100.0, max(0.0, self.charge_pct))
