"""ControlRoom: the other end of the link, as far as a scenario needs it.

It counts what arrives, acknowledges it as the fleet server does after its commit, and sends what
operators decide. It plans with the product's planner and keeps no database.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from fleet_client.envelope import HeaderFields
from navigation.planning.patrol_tour import TourOrder, plan_patrol
from patrol.clock import iso_utc
from patrol.errors import OrderError
from patrol.map import Dock, PatrolMap
from patrol.vda5050.extension import Ack, AckItem, Backfill
from patrol.vda5050.messages import InstantActions, Order, State, decode, encode
from patrol.vda5050.node_actions import PATROL_CHECKPOINT, node_action
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from simulation.scenarios.trace import RoomFigures
from simulation.vehicle.orders import order_along, order_of_tour
from simulation.vehicle.radio import Packet


class RoomLink(Protocol):
    """The room's end of a link: a radio in memory, or a broker."""

    def from_room(self, packet: Packet, now_s: float) -> None:
        """The control room sends."""
        ...

    def to_room(self, now_s: float) -> list[Packet]:
        """What arrives at the control room now."""
        ...


class ControlRoom:
    """One vehicle's control room; `alive` False is a server that answers nobody.

    `acknowledges` False leaves it to a fleet server beside it to say what is committed.
    """

    def __init__(
        self,
        patrol_map: PatrolMap,
        spec: VehicleSpec,
        radio: RoomLink,
        address: VehicleAddress,
        *,
        acknowledges: bool = True,
    ) -> None:
        self.patrol_map, self._spec, self._radio, self._address = patrol_map, spec, radio, address
        self._acknowledges = acknowledges
        self._ids = itertools.count(1)
        self._committed: set[int] = set()
        self._lowest, self._highest = sys.maxsize, 0
        self._unread: list[Packet] = []
        self._waiting_order: Order | None = None
        self._last_heard_s: float | None = None
        self.alive = True
        self.map_version: str | None = None  # None: the vehicle's own
        self.state: State | None = None
        self.figures = RoomFigures()
        self.checkpoint_of: dict[str, str] = {}  # action id → checkpoint, of every order made

    # --- what arrives ---

    def step(self, now_s: float) -> None:
        """Read, commit, acknowledge; send an order that waited for a cancelled one."""
        self._unread += self._radio.to_room(now_s)
        if not self.alive:
            return
        packets, self._unread = self._unread, []
        items = [item for packet in packets for item in self._read(packet, now_s)]
        if items and self._acknowledges:
            ack = Ack(items=items, **self._header(now_s))
            self._radio.from_room(Packet("ack", encode(ack)), now_s)
        self._send_waiting(now_s)

    def _read(self, packet: Packet, now_s: float) -> list[AckItem]:
        try:
            if packet.topic == "state":
                return [self._commit(decode(packet.payload, State), now_s, live=True)]
            if packet.topic == "backfill":
                states = decode(packet.payload, Backfill).states
                return [self._commit(state, now_s, live=False) for state in states]
        except OrderError:
            self.figures.reported.add("unreadable")
        return []

    def _commit(self, state: State, now_s: float, *, live: bool) -> AckItem:
        figures = self.figures
        if state.header_id in self._committed:
            figures.duplicates += 1
        else:
            self._committed.add(state.header_id)
            figures.states += 1
        self._highest = max(self._highest, state.header_id)
        self._lowest = min(self._lowest, state.header_id)
        figures.missing = self._highest - self._lowest + 1 - len(self._committed)
        figures.reported |= {error.error_type for error in state.errors}
        if live:
            if self._last_heard_s is not None:
                figures.largest_gap_s = max(figures.largest_gap_s, now_s - self._last_heard_s)
            self._last_heard_s = now_s
            if self.state is None or state.header_id > self.state.header_id:
                self.state = state
        return AckItem(topic="state", header_id=state.header_id, timestamp=state.timestamp)

    # --- what operators do ---

    def send_tour(
        self,
        start_node_id: int,
        checkpoints: Sequence[str],
        now_s: float,
        *,
        order: TourOrder = TourOrder.GIVEN,
        dock: Dock | None = None,
        heading_rad: float | None = None,
        closed: Collection[int] = (),
        replacing: bool = False,
    ) -> Order:
        """Plan a tour over checkpoints and send it; raises PlanError."""
        tour = plan_patrol(
            self.patrol_map,
            start_node_id,
            list(checkpoints),
            order,
            dock,
            start_heading_rad=heading_rad,
            closed_edge_ids=closed,
            spec=self._spec,
        )
        made = order_of_tour(
            self.patrol_map, tour, now_s, f"patrol-{next(self._ids)}", self._address
        )
        self._give(made, now_s, replacing)
        return made

    def send_nodes(self, node_ids: Sequence[int], now_s: float, replacing: bool = False) -> Order:
        """Send an order along nodes; raises PlanError where no edge joins two of them."""
        name = f"patrol-{next(self._ids)}"
        made = order_along(
            self.patrol_map, node_ids, now_s, order_id=name, map_version=self.map_version,
            address=self._address,
        )  # fmt: skip
        self._give(made, now_s, replacing)
        return made

    def act(
        self, action_type: str, now_s: float, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Send an instant action."""
        action = node_action(action_type, f"act-{next(self._ids)}", parameters, "HARD")
        message = InstantActions(actions=[action], **self._header(now_s))
        self._radio.from_room(Packet("instantActions", encode(message)), now_s)

    def _give(self, order: Order, now_s: float, replacing: bool) -> None:
        """Send an order; `replacing` cancels the one under way first and waits for that."""
        for node in order.nodes:
            for action in node.actions:
                if action.action_type == PATROL_CHECKPOINT:
                    name = str(action.parameters().get("checkpointId"))
                    self.checkpoint_of[action.action_id] = name
        if not replacing:
            self._radio.from_room(Packet("order", encode(order)), now_s)
            return
        self.act("cancelOrder", now_s)
        self._waiting_order = order

    def _send_waiting(self, now_s: float) -> None:
        state, order = self.state, self._waiting_order
        if order is None or state is None or state.node_states or state.driving:
            return
        self._waiting_order = None
        self._radio.from_room(Packet("order", encode(order)), now_s)

    def _header(self, now_s: float) -> HeaderFields:
        return {
            "header_id": next(self._ids),
            "timestamp": iso_utc(now_s),
            "version": "2.1.0",
            "manufacturer": self._address.manufacturer,
            "serial_number": self._address.serial_number,
        }
