"""Charges on the way: a vehicle stays on the charger as long as its plan and its battery ask for.

VDA 5050 calls `startCharging` done when current flows, so the order's base ends at the dock: the
vehicle waits there, charging, until the server releases what comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet_server.dispatch.route import ChargeStop
from navigation.planning.fleet.types import RESERVE, Step
from patrol.vda5050.messages import State
from patrol.vehicle import VehicleSpec

FULL_PCT = 97.0  # a battery that shows this counts as full: some never show more
DONE = ("FINISHED", "FAILED")


@dataclass(frozen=True, slots=True)
class Charging:
    """How a charge stands: since when (event time), whether the vehicle may leave, in words."""

    since_s: float | None = None
    is_over: bool = False
    words: str | None = None


def watch(charge: ChargeStop, since_s: float | None, state: State, time_s: float) -> Charging:
    """How the charge stands after a state of a vehicle that has reached its dock.

    A charge that the vehicle calls failed, or whose current stopped, is waited for all the same:
    somebody may plug it in.
    """
    statuses = {action.action_id: action.action_status for action in state.action_states}
    status = statuses.get(charge.action_id)
    if status not in DONE:
        return Charging(since_s)
    since_s = time_s if since_s is None else since_s
    is_full = state.battery_state.battery_charge >= charge.needed_pct
    if is_full and time_s - since_s >= charge.stay_s:
        return Charging(since_s, is_over=True)
    until = f"until its battery shows {charge.needed_pct:.0f} %"
    if not is_full and (status == "FAILED" or not state.battery_state.charging):
        return Charging(since_s, words=f"charging at {charge.dock_id} failed; it waits {until}")
    goal = "as long as planned" if is_full else until
    return Charging(since_s, words=f"charges at {charge.dock_id} {goal}")


def needed_pct(steps: Sequence[Step], spec: VehicleSpec) -> float:
    """The battery (%) at which a vehicle may set out on these steps: they take what is above the
    reserve, up to the next charge."""
    lasting_s = 0.0
    for step in steps:
        lasting_s += (step.arrive_s if step.is_charge else step.end_s) - step.leave_s
        if step.is_charge and step.end_s > step.arrive_s:
            break
    taken = lasting_s * spec.mean_power_w / (spec.battery_wh * 3600.0)
    return min(FULL_PCT, 100.0 * (RESERVE + taken))
