"""A drive of the simulated vehicle as its tape: what navigation read, was given and wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from navigation.replaying.intake import Given, Told
from navigation.replaying.tape import Heard, Said, Tape
from navigation.types import AsLeft, NavigationState
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action, Order
from simulation.vehicle.mail import Mail
from tests.scenario.lone_vehicle import LoneVehicle


class Recorder:
    """Call `note` after each tick; a stage's word follows what it read, as on the vehicle."""

    def __init__(self, alone: LoneVehicle) -> None:
        self.heard: list[Heard] = []
        self._vehicle = alone.vehicle
        self._seen: dict[str, float | None] = {}
        self._boots = 0
        alone.seen = self.note

    def _say(self, topic: str, stamp_s: float, value: Any) -> None:
        self.heard.append(Heard(topic, stamp_s, value))

    def _mail(self, topic: str, mail: Mail[Any]) -> Any:
        """What is new of a mail."""
        if mail.stamp_s is None or self._seen.get(topic) == mail.stamp_s:
            return None
        self._seen[topic] = mail.stamp_s
        return mail.value

    def note(self) -> None:
        bus, now_s = self._vehicle.bus, self._vehicle.now_s
        self._listen()
        for topic, mail in (("/base/feedback", bus.base), ("/scan", bus.scan),
                            ("/localization/odometry", bus.pose),
                            ("/attention/state", bus.attention)):  # fmt: skip
            value = self._mail(topic, mail)
            if value is not None and mail.stamp_s is not None:
                self._say(topic, mail.stamp_s, value)
        self._say_states(now_s)
        command = self._mail("/cmd_vel", bus.command)
        if command is not None:
            self._say("/cmd_vel", now_s, command)
            assert bus.navigation.value is not None
            self._say("/navigation/state", now_s, self._told(bus.navigation.value))
        gate = self._mail("/safety/state", bus.gate)
        if gate is not None:
            self._say("/safety/state", now_s, Said(gate.faults, gate.latched))

    def _say_states(self, now_s: float) -> None:
        bus = self._vehicle.bus
        estimate = self._mail("/localization/state", bus.estimate)
        if estimate is not None:
            self._say("/localization/state", now_s, Said(estimate.faults))
        seen = self._mail("/perception/state", bus.perception)
        if seen is not None:
            self._say("/perception/state", now_s, Said(seen))
        up = self._mail("/fleet_client/state", bus.link_up)
        if up is not None:
            self._say(
                "/fleet_client/state", now_s, Said(bus.machine.value or frozenset(), connected=up)
            )

    def _listen(self) -> None:
        """Hear what a stack that was started anew is given."""
        navigation = self._vehicle.navigation
        if navigation.boots == self._boots:
            return
        self._boots = navigation.boots
        stack = navigation.stack
        accept, act = stack.accept_order, stack.instant_action

        def hear_order(
            order: Order,
            now_s: float,
            resume: int | None = None,
            as_left: AsLeft = AsLeft(),  # noqa: B008
        ) -> None:
            accept(order, now_s, resume, as_left)
            self._say("/navigation/intake", now_s, Given(order, resume, as_left))

        def hear_action(action: Action, now_s: float) -> None:
            act(action, now_s)
            self._say("/navigation/intake", now_s, Given(action))

        stack.accept_order = hear_order  # type: ignore[method-assign,assignment]
        stack.instant_action = hear_action  # type: ignore[method-assign]

    def _told(self, state: NavigationState) -> Told:
        return Told(
            str(self._boots), state.order_id, state.order_update_id, state.last_node_sequence_id,
            tuple(node.sequence_id for node in state.node_states), state.mode.name, state.paused,
            state.faults, AsLeft(state.action_states, state.docked),
        )  # fmt: skip

    def tape(self) -> Tape:
        return Tape(Path("driven.mcap"), tuple(self.heard))


def recorded(start: Pose2) -> tuple[LoneVehicle, Recorder]:
    """A vehicle and who records it."""
    alone = LoneVehicle(start)
    return alone, Recorder(alone)
