"""What navigation commanded and told, as recorded and as replayed, and where the two differ."""

from __future__ import annotations

from dataclasses import dataclass, replace

from navigation.replaying.compare import (
    Difference,
    Outside,
    differing_faults,
    differing_texts,
    differing_values,
    spans,
)
from navigation.replaying.intake import Told
from navigation.types import Command, StackOutputs

STAGE = "navigation"
SLACK_S = 0.15  # three cycles
FAULT_SLACK_S = STATE_SLACK_S = 0.5
STATE_PERIOD_S = 0.25  # of /navigation/state, and a cycle
SPEED_BOUND_MPS = 0.05
CURVATURE_BOUND_1PM = 0.02  # 0.7 degrees of steering at a wheelbase of 0.65 m
MOVING_MPS = 0.1  # slower, a curvature is a quotient of noise


@dataclass(frozen=True, slots=True)
class Step:
    """What was recorded of a cycle, and what the replay gives."""

    stamp_s: float
    recorded: Command
    replayed: StackOutputs


def differing_commands(steps: list[Step]) -> list[Difference]:
    """Spans in which speed or curvature differ by more than their bounds."""
    fast, _ = differing_values(_speeds(steps), _speeds_again(steps), SLACK_S, SPEED_BOUND_MPS)
    bent, _ = differing_values(_bends(steps), _bends_again(steps), SLACK_S, CURVATURE_BOUND_1PM)
    return [*spans(STAGE, "speed", "m/s", fast), *spans(STAGE, "curvature", "1/m", bent)]


def largest_differences(steps: list[Step]) -> tuple[float, float]:
    """Of speed (m/s) and of curvature (1/m), within the time slack."""
    _, speed = differing_values(_speeds(steps), _speeds_again(steps), SLACK_S, 0.0)
    _, bend = differing_values(_bends(steps), _bends_again(steps), SLACK_S, 0.0)
    return speed, bend


def _speeds(steps: list[Step]) -> list[tuple[float, float]]:
    return [(s.stamp_s, s.recorded.speed_mps) for s in steps]


def _speeds_again(steps: list[Step]) -> list[tuple[float, float]]:
    return [(s.stamp_s, s.replayed.command.speed_mps) for s in steps]


def _both_move(step: Step) -> bool:
    speeds = step.recorded.speed_mps, step.replayed.command.speed_mps
    return min(map(abs, speeds)) >= MOVING_MPS


def _bends(steps: list[Step]) -> list[tuple[float, float]]:
    return [(s.stamp_s, s.recorded.curvature_1pm) for s in steps if _both_move(s)]


def _bends_again(steps: list[Step]) -> list[tuple[float, float]]:
    return [(s.stamp_s, s.replayed.command.curvature_1pm) for s in steps if _both_move(s)]


def differing_states(states: list[tuple[float, Told]], steps: list[Step]) -> list[Difference]:
    """What the executive does: mode, order, last node, actions, faults."""
    again = [(s.stamp_s, s.replayed.state) for s in steps]
    texts = {
        "mode": ([t.mode for _, t in states], [n.mode.name for _, n in again]),
        "order": (
            [f"{t.order_id} update {t.update_id}" for _, t in states],
            [f"{n.order_id} update {n.order_update_id}" for _, n in again],
        ),
        "last node": (
            [str(t.last_sequence_id) for _, t in states],
            [str(n.last_node_sequence_id) for _, n in again],
        ),
    }
    found: list[Difference] = []
    for what, (recorded, replayed) in texts.items():
        outside = differing_texts(
            [(s, text) for (s, _), text in zip(states, recorded, strict=True)],
            [(s, text) for (s, _), text in zip(again, replayed, strict=True)],
            STATE_SLACK_S,
            STATE_PERIOD_S,
        )
        found += _runs(what, outside)
    faults = [(s, t.faults) for s, t in states]
    return [
        *found,
        *differing_faults(STAGE, faults, [(s, n.faults) for s, n in again], FAULT_SLACK_S),
    ]


def _runs(what: str, outside: list[Outside]) -> list[Difference]:
    """One span for as long as both sides keep saying the same two things."""
    found: list[Difference] = []
    for difference in (d for sample in outside for d in spans(STAGE, what, "", [sample])):
        last = found[-1] if found else None
        same = last is not None and (last.recorded, last.replayed) == (
            difference.recorded, difference.replayed
        )  # fmt: skip
        if last is not None and same and difference.from_s - last.to_s <= STATE_SLACK_S:
            found[-1] = replace(last, to_s=difference.to_s)
        else:
            found.append(difference)
    return found
