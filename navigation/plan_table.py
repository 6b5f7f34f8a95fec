"""A fleet plan as lines of text, for the person at the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from navigation.planning.fleet.types import FleetPlan, Step, VehiclePlan

SHOWN_STEPS = 24


def table_lines(plan: FleetPlan, shown_steps: int = SHOWN_STEPS) -> Iterator[str]:
    """A block for each vehicle, then what is left out, then the plan's figures."""
    for vehicle in plan.vehicles:
        yield from _vehicle_lines(vehicle, shown_steps)
    for left in plan.left_out:
        yield f"left out: {left}"
    yield from plan.notes
    yield _summary(plan)


def _vehicle_lines(plan: VehiclePlan, shown_steps: int) -> Iterator[str]:
    yield f"{plan.vehicle_id}: {plan.reason}"
    if not plan.steps:
        return
    yield f"{'step':>5}  {'to':<10} {'m':>7} {'arrive':>8} {'leave':>8}  name"
    steps = [step for step in plan.steps if step.task_id or step.end_s > step.arrive_s]
    for number, step in enumerate(steps[:shown_steps], start=1):
        yield _step_line(number, step)
    if len(steps) > shown_steps:
        yield f"{'':>5}  … {len(steps) - shown_steps} more (all of them: --out FILE)"
    turns = plan.u_turn_node_ids
    shown = ", ".join(map(str, turns[:8])) + (" …" if len(turns) > 8 else "")
    note = f"{len(turns)} turn-rounds at nodes {shown}" if turns else "no turn-rounds"
    yield f"{'':>5}  {plan.length_m:.0f} m, {clock(plan.end_s)}, {note}"


def _step_line(number: int, step: Step) -> str:
    name = f"charge at {step.name or step.task_id}" if step.is_charge else step.name
    wait_s = step.begin_s - step.arrive_s
    note = f"  (waits {clock(wait_s)})" if wait_s >= 1 else ""
    return (
        f"{number:>5}  {step.task_id:<10} {step.length_m:>7.1f} {clock(step.arrive_s):>8}"
        f" {clock(step.end_s):>8}  {name}{note}"
    )


def _summary(plan: FleetPlan) -> str:
    count = len(plan.vehicles)
    figures = ", ".join(_figure(name, value) for name, value in plan.figures.items())
    out = f", {len(plan.left_out)} left out" if plan.left_out else ""
    return f"{plan.mode} with {count} vehicle{'' if count == 1 else 's'}{out}: {figures}"


def _figure(name: str, value: float) -> str:
    """A figure in a person's units; its name says the unit it is kept in."""
    words = name.replace("_", " ")
    if name.endswith("_s"):
        return f"{words[:-2]} {clock(value)}"
    if name.endswith("_m"):
        return f"{words[:-2]} {value / 1000:.2f} km"
    return f"{words} {value:.0f}"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds after the start."""
    if not math.isfinite(seconds):
        return "-"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text
