"""The safety gate over a tape: at every recorded command, what would it let through now?

The wheels are not driven anew: the gate gets the base as it was recorded. A person's reset is on
no topic; it is where the recorded gate is latched no more.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from navigation.replaying.compare import Difference, differing_faults, differing_values, spans
from navigation.replaying.stops import Stop, match_stops, stops_of
from navigation.replaying.tape import Heard, Tape
from navigation.safety.fence import Fence
from navigation.safety.gate import STANDING_MPS, SafetyGate, latching
from navigation.types import BaseStatus, Command, GateInputs, RangeSample
from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.map import PatrolMap
from patrol.topics import drop_topic, ultrasonic_topic
from patrol.vehicle import VehicleSpec

STAGE = "gate"
POSE = "/localization/odometry"  # of the fence; from before there was one, it may be missing
NEEDED = ("/cmd_vel", "/scan", "/base/feedback", "/cmd_vel_safe", "/safety/state")
WARM_UP_S = 1.0  # once all is heard; of what came before the gate knows nothing
SLACK_S = 0.1  # a lidar's period: one input, heard a cycle earlier or later
SPEED_BOUND_MPS = 0.05
YAW_RATE_BOUND_RADPS = 0.05
RESET_BEFORE_S = 0.001


@dataclass(frozen=True, slots=True)
class Step:
    """What was recorded of a cycle of the gate, and what the replay gives."""

    stamp_s: float
    recorded: Command
    replayed: Command
    faults: frozenset[FaultKind]


@dataclass(frozen=True, slots=True)
class GateReplay:
    """How the gate's replay compares."""

    steps: int
    speed_mps: float  # largest differences
    yaw_rate_radps: float
    differences: tuple[Difference, ...]
    stops: tuple[Stop, ...]  # as recorded


def missing(tape: Tape, spec: VehicleSpec) -> list[str]:
    """Topics without which there is nothing to compare."""
    counts = tape.counts
    return [topic for topic in _needed(spec) if not counts[topic]]


def _needed(spec: VehicleSpec) -> tuple[str, ...]:
    rangers = [ultrasonic_topic(ranger.name) for ranger in spec.ultrasonics]
    return (*NEEDED, *rangers, *(drop_topic(ranger.name) for ranger in spec.drop_rangers))


class _Inputs:
    """The newest of everything, as the gate's node keeps it."""

    def __init__(self) -> None:
        self._command: tuple[Command, float] | None = None
        self._scan: Scan | None = None
        self._base: BaseStatus | None = None
        self._ranges: dict[str, RangeSample] = {}
        self._pose: StampedPose | None = None

    def hear(self, item: Heard) -> None:
        if item.topic == "/cmd_vel":
            self._command = (item.value, item.stamp_s)
        elif item.topic == "/scan":
            self._scan = item.value
        elif item.topic == "/base/feedback":
            self._base = item.value
        elif item.topic == POSE:
            self._pose = item.value
        elif isinstance(item.value, RangeSample):
            self._ranges[item.value.name] = item.value

    def values(self) -> GateInputs:
        command, stamp_s = self._command or (None, None)
        ranges = tuple(self._ranges.values())
        return GateInputs(command, stamp_s, self._scan, self._base, ranges, self._pose)


def replay_gate(tape: Tape, spec: VehicleSpec, town: PatrolMap | None = None) -> GateReplay:
    """Run a new gate over the tape and compare; with its fence where map and poses are there."""
    states = [(item.stamp_s, item.value) for item in tape.of("/safety/state")]
    pairs = itertools.pairwise(states)
    resets = [now_s for (_, was), (now_s, now) in pairs if was.latched and not now.latched]
    first = states[0][1] if states else None
    # by what came before the recording
    latched = latching(first.faults) if first is not None and first.latched else frozenset()
    fence = Fence(spec, town) if town is not None and tape.counts[POSE] else None
    steps = _run(tape, SafetyGate(spec, fence, latched), resets)
    needed = (*_needed(spec), POSE) if fence else _needed(spec)
    begin_s = max(next(tape.of(topic)).stamp_s for topic in needed) + WARM_UP_S
    if latched:
        begin_s = resets[0] + WARM_UP_S if resets else math.inf
    kept = [step for step in steps if step.stamp_s >= begin_s]
    return _compare(tape, kept, [(s, v.faults) for s, v in states if s >= begin_s])


def _run(tape: Tape, gate: SafetyGate, resets: list[float]) -> list[Step]:
    """Step where the recorded gate did; what is stamped later it cannot have heard by then."""
    inputs, steps, presses = _Inputs(), [], list(resets)
    ahead: list[Heard] = []
    for item in tape.heard:
        if item.topic != "/cmd_vel_safe":
            ahead.append(item)
            continue
        for heard in ahead:
            if heard.stamp_s <= item.stamp_s:
                inputs.hear(heard)
        ahead = [heard for heard in ahead if heard.stamp_s > item.stamp_s]
        if presses and item.stamp_s >= presses[0] - RESET_BEFORE_S:
            presses.pop(0)
            gate.reset()
        output = gate.step(inputs.values(), item.stamp_s)
        steps.append(Step(item.stamp_s, item.value, output.command, output.faults))
    return steps


def _compare(
    tape: Tape, steps: list[Step], states: list[tuple[float, frozenset[FaultKind]]]
) -> GateReplay:
    speeds = [(s.stamp_s, s.recorded.speed_mps) for s in steps]
    speeds_again = [(s.stamp_s, s.replayed.speed_mps) for s in steps]
    turns = [(s.stamp_s, s.recorded.yaw_rate_radps) for s in steps]
    turns_again = [(s.stamp_s, s.replayed.yaw_rate_radps) for s in steps]
    fast, speed_mps = differing_values(speeds, speeds_again, SLACK_S, SPEED_BOUND_MPS)
    turned, yaw_rate = differing_values(turns, turns_again, SLACK_S, YAW_RATE_BOUND_RADPS)
    faults = [(s.stamp_s, s.faults) for s in steps]
    stops = stops_of(tape, speeds, STANDING_MPS)
    again = stops_of(tape, speeds_again, STANDING_MPS)
    differences = [
        *spans(STAGE, "speed", "m/s", fast),
        *spans(STAGE, "yaw rate", "rad/s", turned),
        *differing_faults(STAGE, states, faults, SLACK_S),
        *match_stops(STAGE, stops, again),
    ]
    return GateReplay(len(steps), speed_mps, yaw_rate, tuple(differences), tuple(stops))
