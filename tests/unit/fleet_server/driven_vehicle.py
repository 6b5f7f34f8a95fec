"""A kinematic vehicle that drives what the dispatcher sends it, without sockets.

It is the simulator's light vehicle, so base and horizon, updates and cancelling are VDA 5050's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fleet_client.envelope import Envelope
from fleet_client.options import LinkOptions
from fleet_client.state_builder import MapRef
from fleet_server.api.models import NewPatrol
from fleet_server.dispatch.targets import Target
from patrol.errors import OrderError
from patrol.map import PatrolMap
from patrol.vda5050.messages import (
    Error,
    InstantActions,
    Order,
    Reference,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from simulation.fleet_motion import FleetMotion
from simulation.light_map import SpeedLimits
from simulation.light_vehicle import LightVehicle

STEP_S = 0.1
VEHICLE = "sunra/goalie-01"
FAR = Target("square", 46.0, 104.0)  # node 25 is at (50, 100), node 26 at (40, 100)
STATE_EVERY_S = 1.0


class Driven:
    """Starts at a node; `go` lets time pass. `done` are the checkpoints it looked at, in turn."""

    def __init__(
        self,
        rig: Any,
        kit: Any,
        spec: VehicleSpec,
        patrol_map: PatrolMap,
        node_id: int = 0,
        address: VehicleAddress | None = None,
    ) -> None:
        self.rig, self.kit, self.map = rig, kit, patrol_map
        self.address = address or kit.GOALIE
        node = patrol_map.nodes[node_id]
        self.motion = FleetMotion(spec, np.array([[node.x_m, node.y_m]]))
        limits = SpeedLimits(patrol_map)
        self.vehicle = LightVehicle(
            0, self.motion, patrol_map, limits, spec.speed_cap_mps, node_id
        )
        self._envelope = Envelope(self.address, spec, MapRef.of(patrol_map), LinkOptions())
        self._read, self._header_id = 0, 1
        self._errors: list[Error] = []
        self._checkpoint_of: dict[str, str] = {}
        self._finished: set[str] = set()
        self.link_up, self.refuses, self.deaf = True, "", False
        self.done: list[str] = []
        self.track: list[tuple[float, float]] = []

    # --- what happens to it

    async def go(self, seconds: float) -> None:
        """Drive, report once a second, and read what was sent."""
        for step in range(round(seconds / STEP_S)):
            self.rig.clock.advance(STEP_S)
            await self.tick(step)

    async def tick(self, step: int) -> None:
        """A tenth of a second, the clock apart."""
        for _ in self.motion.step(STEP_S):
            self.vehicle.arrived()
        self.vehicle.wait(STEP_S)
        self.track.append(self.xy_m)
        self._note()
        if self.vehicle.changed or step % round(STATE_EVERY_S / STEP_S) == 0:
            await self.report()
        self._take()

    async def until(self, is_true: Any, limit_s: float = 900.0) -> None:
        """Go on until something is the case."""
        for _ in range(round(limit_s)):
            if is_true():
                return
            await self.go(1.0)
        raise AssertionError(f"not within {limit_s:g} s; the vehicle is at {self.xy_m}")

    async def connect(self) -> None:
        """Say ONLINE, and a state."""
        message = self.kit.make_connection(time_s=self.rig.clock.now_s())
        message.serial_number = self.address.serial_number
        await self._send("connection", message)
        await self.report()

    async def report(self) -> None:
        """A state, unless the link is down; then the dispatcher's second passes all the same."""
        self.vehicle.changed = False
        self._header_id += 1
        if self.link_up:
            stamp = self.kit.iso_utc(self.rig.clock.now_s())
            state = self._envelope.state(
                self.vehicle.content(), list(self._errors), [], self._header_id, stamp
            )
            await self._send("state", state)
        await self.rig.dispatcher.step_all()

    async def _send(self, name: str, message: Any) -> None:
        payload = message if isinstance(message, bytes) else encode(message)
        raw = [(self.address.topic(name), payload)]
        self.rig.pipeline._acknowledge(await self.rig.pipeline._commit(raw))

    def _take(self) -> None:
        """What came since; it waits at the broker while the link is down."""
        if not self.link_up:
            return
        new, self._read = self.rig.published[self._read :], len(self.rig.published)
        for topic, payload, _ in new:
            if topic == self.address.topic("order"):
                self._take_order(decode(payload, Order))
            elif topic == self.address.topic("instantActions") and not self.deaf:
                for action in decode(payload, InstantActions).actions:
                    try:
                        self.vehicle.instant_action(action)
                    except OrderError:
                        continue  # it was done before

    def _take_order(self, order: Order) -> None:
        for node in order.nodes:
            for action in node.actions:
                name = action.parameters().get("checkpointId")
                if name is not None:
                    self._checkpoint_of[action.action_id] = str(name)
        refuses = self.refuses and order.order_update_id == 0
        try:
            if refuses:
                raise OrderError(self.refuses, "noRouteError")
            self.vehicle.accept_order(order)
        except OrderError as error:
            reference = Reference(reference_key="orderId", reference_value=order.order_id)
            self._errors = [
                Error(
                    error_type=error.error_type,
                    error_level="WARNING",
                    error_description=str(error),
                    error_references=[reference],
                )
            ]
        self.refuses = "" if refuses else self.refuses

    def forget(self) -> None:
        """As a vehicle whose computer was changed: it stands and knows of no order."""
        if self.vehicle.busy:
            self.vehicle._cancel()
        self.vehicle._order_id, self.vehicle._update_id = "", 0
        self.vehicle._action_states = {}

    # --- what is seen of it

    @property
    def xy_m(self) -> tuple[float, float]:
        pose = self.motion.pose(0)
        return pose.x_m, pose.y_m

    @property
    def awaits_operator(self) -> bool:
        return self.vehicle._waits_for_operator

    def nearest_m(self, place: tuple[float, float], since: int) -> float:
        """How near it came to a place since a sample of its track."""
        return min(math.dist(place, xy) for xy in self.track[since:])

    def _note(self) -> None:
        for state in self.vehicle.content().action_states:
            name = self._checkpoint_of.get(state.action_id)
            if (
                name
                and state.action_status == "FINISHED"
                and state.action_id not in self._finished
            ):
                self._finished.add(state.action_id)
                self.done.append(name)


async def on_patrol(rig: Any, *, to_dock: bool = True, **changes: Any) -> str:
    """Send the first vehicle over both checkpoints of the square; the assignment's id."""
    values = {"name": "P", "map_id": "square", "checkpoint_ids": ["cp-a", "cp-b"], **changes}
    patrol = await rig.services.patrols.create(NewPatrol(**values), "minji")
    view = await rig.dispatcher.assign(patrol.patrol_id, VEHICLE, to_dock, "minji")
    return str(view.assignment_id)


def active(rig: Any) -> Any:
    """The first vehicle's assignment, as long as it is active."""
    return rig.dispatcher._following.active.get(VEHICLE)


async def divert(rig: Any, target: Target = FAR) -> Any:
    """Send the first vehicle to a place."""
    return await rig.dispatcher.divert(target, VEHICLE, True, "minji")
