"""What driving takes from a vehicle's battery, and what the charger brings."""

from __future__ import annotations

from collections.abc import Sequence

from navigation.planning.fleet.types import RESERVE, PlanVehicle, Step

ENOUGH = 1.1  # of what a way takes, that a battery is charged for


def after_step_pct(vehicle: PlanVehicle, battery_pct: float, step: Step) -> float:
    """The battery (%) after a step that was begun with `battery_pct`."""
    if not step.is_charge:
        return max(0.0, battery_pct - drained_pct(vehicle, step.end_s - step.leave_s))
    battery_pct -= drained_pct(vehicle, step.arrive_s - step.leave_s)
    return min(100.0, max(0.0, battery_pct) + charged_pct(vehicle, step.end_s - step.arrive_s))


def drained_pct(vehicle: PlanVehicle, duration_s: float) -> float:
    """What patrolling for a time takes from the battery."""
    hours = vehicle.spec.battery_wh / vehicle.spec.mean_power_w
    return 100.0 * duration_s / (3600.0 * hours)


def charged_pct(vehicle: PlanVehicle, duration_s: float) -> float:
    """What a time on the charger brings."""
    if vehicle.charge_s == 0:
        return 100.0 if duration_s > 0 else 0.0
    return 100.0 * (1.0 - RESERVE) * duration_s / vehicle.charge_s


def full_after_s(vehicle: PlanVehicle, battery_pct: float) -> float:
    """How long the charger needs from `battery_pct` to full."""
    return vehicle.charge_s * (100.0 - battery_pct) / (100.0 * (1.0 - RESERVE))


def runs_dry(vehicle: PlanVehicle, steps: Sequence[Step]) -> bool:
    """Whether the reserve would be used on the way, from the vehicle's battery on."""
    battery_pct = vehicle.battery_pct
    for step in steps:
        lasting_s = (step.arrive_s if step.is_charge else step.end_s) - step.leave_s
        if battery_pct - drained_pct(vehicle, lasting_s) < 100.0 * RESERVE - 1e-6:
            return True
        battery_pct = after_step_pct(vehicle, battery_pct, step)
    return False


def charged_after_s(vehicle: PlanVehicle, duration_s: float) -> float:
    """Seconds on the charger until a battery lasts for a patrol, at most until it is full."""
    share = min(1.0, ENOUGH * duration_s / vehicle.full_endurance_s)
    missing = RESERVE + (1.0 - RESERVE) * share - vehicle.battery_pct / 100.0
    return max(0.0, missing) / (1.0 - RESERVE) * vehicle.charge_s
