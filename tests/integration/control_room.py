"""A control room of one: a listener that keeps a vehicle's states and sends it orders."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import gmqtt
import pytest

from patrol.clock import iso_utc
from patrol.map import PatrolMap
from patrol.vda5050.extension import Ack, AckItem, MapChunk, MapRequest
from patrol.vda5050.map_transfer import PackedMap
from patrol.vda5050.messages import (
    Action,
    ActionParameter,
    InstantActions,
    NodePosition,
    Order,
    OrderEdge,
    OrderNode,
    State,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress

ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
WALL_LIMIT_S = 240.0
HEADER: dict[str, Any] = {
    "header_id": 1,
    "timestamp": "2026-03-01T21:30:00.000Z",
    "version": "2.1.0",
    "manufacturer": ADDRESS.manufacturer,
    "serial_number": ADDRESS.serial_number,
}


def route(
    patrol_map: PatrolMap,
    node_ids: tuple[int, ...],
    order_id: str,
    update_id: int = 0,
    *,
    first: int = 0,
    base_end: int | None = None,
) -> Order:
    """An order over `node_ids[first:]`, released up to index `base_end`; or an update of it."""
    last = len(node_ids) - 1 if base_end is None else base_end
    steps = list(enumerate(node_ids))[first:]
    nodes = [
        OrderNode(
            node_id=str(node_id),
            sequence_id=2 * index,
            released=index <= last,
            actions=[],
            node_position=NodePosition(
                x=patrol_map.nodes[node_id].x_m,
                y=patrol_map.nodes[node_id].y_m,
                map_id=patrol_map.map_id,
            ),
        )
        for index, node_id in steps
    ]
    edges = [
        OrderEdge(
            edge_id=str(patrol_map.edge_between[start, end].id),
            sequence_id=2 * index + 1,
            released=index + 1 <= last,
            start_node_id=str(start),
            end_node_id=str(end),
            actions=[],
        )
        for (index, start), (_, end) in itertools.pairwise(steps)
    ]
    return Order(
        header_id=1 + update_id,
        timestamp=iso_utc(time.time()),
        version="2.1.0",
        manufacturer=ADDRESS.manufacturer,
        serial_number=ADDRESS.serial_number,
        order_id=order_id,
        order_update_id=update_id,
        nodes=nodes,
        edges=edges,
    )


class ControlRoom:
    """Hears one vehicle, acknowledges its states, and speaks to it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._changed = threading.Condition()
        self._states: list[State] = []
        self._acks = 0
        self._offered: PackedMap | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = gmqtt.Client("control-room")
        self._call(self._connect())

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10.0)

    async def _connect(self) -> None:
        self._client.on_message = self._on_message
        await self._client.connect("127.0.0.1", self._port, version=4)
        self._client.subscribe(ADDRESS.topic("state"), qos=1)

    def _on_message(self, _client: Any, topic: str, payload: bytes, *_: Any) -> int:
        if topic == ADDRESS.topic("mapRequest"):
            self._send_pieces(decode(payload, MapRequest))
            return 0
        state = decode(payload, State)
        with self._changed:
            self._states.append(state)
            self._changed.notify_all()
        self._acknowledge(state)
        return 0

    def _acknowledge(self, state: State) -> None:
        """What the fleet server says once a state is in its database."""
        self._acks += 1
        item = AckItem(topic="state", header_id=state.header_id, timestamp=state.timestamp)
        ack = Ack(
            header_id=self._acks,
            timestamp=state.timestamp,
            version=state.version,
            manufacturer=state.manufacturer,
            serial_number=state.serial_number,
            items=[item],
        )
        self._client.publish(ADDRESS.topic("ack"), encode(ack), qos=1)

    def send(self, order: Order) -> None:
        self.publish("order", order)

    def publish(self, name: str, message: Any) -> None:
        self._loop.call_soon_threadsafe(
            lambda: self._client.publish(ADDRESS.topic(name), encode(message), qos=1)
        )

    def offer(self, packed: PackedMap) -> None:
        """Answer every mapRequest with pieces of this map."""
        self._offered = packed
        self._loop.call_soon_threadsafe(
            lambda: self._client.subscribe(ADDRESS.topic("mapRequest"), qos=1)
        )

    def _send_pieces(self, wish: MapRequest) -> None:
        packed = self._offered
        assert packed is not None
        for index in wish.chunks:
            chunk = MapChunk(
                map_id=wish.map_id,
                map_version=wish.map_version,
                sha256=packed.transfer.sha256,
                size_bytes=packed.transfer.size_bytes,
                chunk_bytes=packed.transfer.chunk_bytes,
                chunk_index=index,
                data=packed.piece(index),
                **HEADER,
            )
            self.publish("mapChunk", chunk)

    def act(self, kind: str, action_id: str, version: str, **more: str) -> None:
        """An instant action on the map of this vehicle."""
        values = {"mapId": "sillim", "mapVersion": version, **more}
        action = Action(
            action_type=kind,
            action_id=action_id,
            blocking_type="NONE",
            action_parameters=[ActionParameter(key=k, value=v) for k, v in values.items()],
        )
        self.publish("instantActions", InstantActions(actions=[action], **HEADER))

    def wait_for(self, what: Callable[[State], bool]) -> State:
        """The first new state that fits; fails the test when none comes in time."""
        until_s = time.monotonic() + WALL_LIMIT_S
        with self._changed:
            seen = len(self._states)
            while time.monotonic() < until_s:
                for state in self._states[seen:]:
                    if what(state):
                        return state
                seen = len(self._states)
                self._changed.wait(1.0)
        pytest.fail(f"no such state; the last: {self._states[-1:]}")

    def states(self) -> list[State]:
        with self._changed:
            return list(self._states)

    def close(self) -> None:
        self._call(self._client.disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)


def has_fault(state: State, name: str) -> bool:
    return any(error.error_type == name for error in state.errors)


def speed_mps(state: State) -> float:
    return (state.velocity and state.velocity.vx) or 0.0


def is_located(state: State) -> bool:
    position = state.agv_position
    return position is not None and position.position_initialized


def at_end(order_id: str, node_id: int) -> Callable[[State], bool]:
    return lambda s: (
        s.order_id == order_id
        and s.last_node_id == str(node_id)
        and not s.node_states
        and not s.driving
    )


def answers(order_id: str) -> Callable[[State], bool]:
    """Whether a state tells that an order was taken or refused."""

    def tells(state: State) -> bool:
        named = [r for error in state.errors for r in error.error_references or []]
        refused = any((r.reference_key, r.reference_value) == ("orderId", order_id) for r in named)
        return refused or state.order_id == order_id

    return tells
