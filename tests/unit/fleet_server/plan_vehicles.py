"""Two vehicles on the square that report what they are told to, and the plans they drive."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from patrol.vda5050.messages import (
    ActionState,
    AgvPosition,
    NodeState,
    Order,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress

BASE = "http://testserver/api/v1"
ONE, TWO = (VehicleAddress("gwanak", "sunra", f"goalie-0{n}") for n in (1, 2))
PLAN = {
    "name": "Night",
    "map_id": "square",
    "vehicle_ids": ["sunra/goalie-01", "sunra/goalie-02"],
    "seed": 1,
}


class Vehicle:
    """A vehicle on the square that reports what it is told to."""

    def __init__(self, rig: Any, kit: Any, address: VehicleAddress) -> None:
        self.rig, self.kit, self.address = rig, kit, address
        self.header_id = 10

    async def connect(self) -> None:
        message = self.kit.make_connection(time_s=self.rig.clock.now_s())
        await self._take(
            "connection",
            msgspec.structs.replace(message, serial_number=self.address.serial_number),
        )

    async def at(self, node_id: int, **changes: Any) -> None:
        """Stand at a node of the map, and let the dispatcher see it."""
        self.header_id += 1
        self.rig.clock.advance(1.0)
        node = self.rig.maps.find("square").nodes[node_id]
        pose = AgvPosition(
            x=node.x_m, y=node.y_m, theta=0.0, map_id="square", position_initialized=True
        )
        values = {"agv_position": pose, "last_node_id": str(node_id), **changes}
        now_s = self.rig.clock.now_s()
        await self._take(
            "state", self.kit.make_state(self.header_id, now_s, self.address, **values)
        )
        await self.rig.dispatcher.step_all()

    async def follow(self, index: int, done: tuple[str, ...] = ()) -> None:
        """Be at a node (an index) of the last order, with some actions finished."""
        order = self.orders()[-1]
        await self.at(
            int(order.nodes[index].node_id),
            order_id=order.order_id,
            order_update_id=order.order_update_id,
            last_node_sequence_id=order.nodes[index].sequence_id,
            driving=True,
            node_states=[NodeState(node_id="1", sequence_id=9999, released=True)],
            action_states=[ActionState(action_id=a, action_status="FINISHED") for a in done],
        )

    def orders(self) -> list[Order]:
        topic = self.address.topic("order")
        return [decode(payload, Order) for t, payload, _ in self.rig.published if t == topic]

    def cancels(self) -> list[bytes]:
        topic = self.address.topic("instantActions")
        return [p for t, p, _ in self.rig.published if t == topic and b"cancelOrder" in p]

    async def _take(self, name: str, message: Any) -> None:
        raw = [(self.address.topic(name), encode(message))]
        self.rig.pipeline._acknowledge(await self.rig.pipeline._commit(raw))


def index_of(order: Order, checkpoint_id: str) -> tuple[int, str]:
    """Where an order visits a checkpoint: the node's index, and the action."""
    return next(
        (i, action.action_id)
        for i, node in enumerate(order.nodes)
        for action in node.actions
        if action.action_type == "patrolCheckpoint"
        and action.parameters()["checkpointId"] == checkpoint_id
    )


def visits(order: Order) -> list[str]:
    return [
        str(action.parameters()["checkpointId"])
        for node in order.nodes
        for action in node.actions
        if action.action_type == "patrolCheckpoint"
    ]


async def started(client: httpx.AsyncClient, **changes: Any) -> tuple[dict[str, Any], Any]:
    answer = await client.post("/plans", json={**PLAN, **changes})
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    answer = await client.post(f"/plans/{plan['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    return plan, answer.json()


async def replanned(client: httpx.AsyncClient, plan: dict[str, Any], **changes: Any) -> Any:
    answer = await client.post(f"/plans/{plan['plan_id']}/replan", json=changes)
    assert answer.status_code == 201, answer.text
    return answer.json()
