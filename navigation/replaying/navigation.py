"""The navigation stack over a tape: at every recorded command, what would it say now?

Open loop: the vehicle moves as it was recorded. Orders and instant actions are given when the
recorded navigation got them; an order that was under way before is resumed where it stood.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from navigation.replaying.compare import Difference
from navigation.replaying.intake import Given, Told
from navigation.replaying.navigation_compare import (
    STAGE,
    Step,
    differing_commands,
    differing_states,
    largest_differences,
)
from navigation.replaying.navigation_inputs import NavigationInputs
from navigation.replaying.tape import KEPT_ORDER, Heard, Tape
from navigation.stack import NavigationStack
from patrol.errors import OrderError
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, Order
from patrol.vehicle import VehicleSpec

COMMAND, STATE, INTAKE = "/cmd_vel", "/navigation/state", "/navigation/intake"
NEEDED = (
    "/localization/odometry", "/localization/state", "/base/feedback", "/scan",
    "/perception/state", "/safety/state", "/fleet_client/state", COMMAND, STATE,
)  # fmt: skip
WARM_UP_S = 1.0
RESUMED_WARM_UP_S = 5.0  # the path of an order that was under way begins where the replay does


@dataclass(frozen=True, slots=True)
class NavigationReplay:
    """How navigation's replay compares."""

    steps: int
    speed_mps: float  # largest differences
    curvature_1pm: float
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()  # what could not be known


def missing(tape: Tape) -> list[str]:
    """Topics without which there is nothing to compare."""
    counts = tape.counts
    lacking = [topic for topic in NEEDED if not counts[topic]]
    given = [i.value.item for i in tape.of(INTAKE) if isinstance(i.value.item, Order)]
    known = {order.order_id for order in given}
    first: Told | None = next((item.value for item in tape.of(STATE)), None)
    begun_on = {item.value.order_id for item in tape.of(KEPT_ORDER)}
    if first is not None and first.is_under_way and first.order_id not in known | begun_on:
        lacking.append(f"{KEPT_ORDER} (order {first.order_id} was under way)")
    later = {i.value.order_id for i in tape.of(STATE) if i.value.is_under_way} - known
    later -= {first.order_id} if first is not None else set()
    lacking += [f"{INTAKE} (order {order_id} was given)" for order_id in sorted(later)]
    return lacking


def replay_navigation(tape: Tape, spec: VehicleSpec, town: PatrolMap) -> NavigationReplay:
    """Run a new stack over the tape and compare."""
    player = _Player(spec, town)
    steps = list(player.play(tape))
    states = [(i.stamp_s, i.value) for i in tape.of(STATE) if player.counts_at(i.stamp_s)]
    found = [*player.refusals, *differing_commands(steps), *differing_states(states, steps)]
    speed, curvature = largest_differences(steps)
    return NavigationReplay(len(steps), speed, curvature, tuple(found), tuple(player.notes))


class _Player:
    """A stack, what it is given, and from when on it counts."""

    def __init__(self, spec: VehicleSpec, town: PatrolMap) -> None:
        self._spec, self._map = spec, town
        self._stack: NavigationStack | None = None
        self._inputs = NavigationInputs()
        self._order: Order | None = None  # the newest that is known
        self._told: Told | None = None
        self._to_resume: Told | None = None
        self._told_s = -math.inf
        self._quiet: list[list[float]] = [[-math.inf, math.inf]]  # spans that do not count
        self.refusals: list[Difference] = []
        self.notes: list[str] = []

    def counts_at(self, stamp_s: float) -> bool:
        """Whether the replay knows enough at a time to be compared."""
        return not any(begin_s <= stamp_s < end_s for begin_s, end_s in self._quiet)

    def play(self, tape: Tape) -> Iterator[Step]:
        """Step where the recorded stack did; what is stamped later it did not hear by then."""
        steps, ahead = [], list[Heard]()
        for item in tape.heard:
            if item.topic != COMMAND:
                ahead.append(item)
                continue
            for heard in ahead:
                if heard.stamp_s <= item.stamp_s:
                    self._hear(heard)
            ahead = [heard for heard in ahead if heard.stamp_s > item.stamp_s]
            if self._stack is not None:
                outputs = self._stack.step(self._inputs.values(item.stamp_s), item.stamp_s)
                steps.append(Step(item.stamp_s, item.value, outputs))
                self._resume(self._stack, item.stamp_s)
        return iter([step for step in steps if self.counts_at(step.stamp_s)])

    def _hear(self, item: Heard) -> None:
        if item.topic == STATE:
            self._hear_state(item.value, item.stamp_s)
        elif item.topic == KEPT_ORDER:
            self._order = item.value
        elif item.topic == INTAKE:
            self._give(item.value, item.stamp_s)
        else:
            self._inputs.hear(item)

    def _hear_state(self, told: Told, now_s: float) -> None:
        """The first, and the first of a process that was started anew, begin a new stack."""
        if self._stack is None or self._told is None or told.boot_id != self._told.boot_id:
            is_first = self._stack is None
            self._stack = NavigationStack(self._spec, self._map)
            self._to_resume = told if told.is_under_way else None
            warm_s = RESUMED_WARM_UP_S if self._to_resume is not None else WARM_UP_S
            if is_first:
                self._quiet = [[-math.inf, now_s + warm_s]]
            else:
                self._quiet.append([self._told_s, now_s + warm_s])
                self.notes.append(
                    f"started anew at {now_s:.2f} s: compared again after {warm_s:g} s"
                )
        self._told, self._told_s = told, now_s

    def _resume(self, stack: NavigationStack, now_s: float) -> None:
        """Give an order that was under way, once the stack knows where it is."""
        told, order = self._to_resume, self._order
        if told is None or order is None or order.order_id != told.order_id:
            return
        self._to_resume = None
        begun = not told.remaining or told.remaining[0] > order.nodes[0].sequence_id
        try:
            if told.paused:
                pause = Action("startPause", "resume", "NONE")
                stack.instant_action(pause, now_s)
            reached = told.last_sequence_id if begun else None
            stack.accept_order(order, now_s, reached, told.as_left)
        except OrderError as error:
            self._refused(f"order {order.order_id}", now_s, "under way", f"refused: {error}")

    def _give(self, given: Given, now_s: float) -> None:
        item, stack = given.item, self._stack
        if isinstance(item, Order) and given.is_taken:
            self._order = item
        if item is None or stack is None:
            return
        try:
            if isinstance(item, Order):
                stack.accept_order(item, now_s, given.resume_from_sequence_id, given.as_left)
            else:
                stack.instant_action(item, now_s)
        except OrderError as error:
            if given.is_taken:
                self._refused(_name(item), now_s, "taken", f"refused: {error}")
            return
        if not given.is_taken:
            self._refused(_name(item), now_s, "refused", "taken")

    def _refused(self, what: str, now_s: float, recorded: str, replayed: str) -> None:
        self.refusals.append(Difference(STAGE, what, now_s, now_s, recorded, replayed))


def _name(item: Order | Action) -> str:
    return f"order {item.order_id}" if isinstance(item, Order) else item.action_type
