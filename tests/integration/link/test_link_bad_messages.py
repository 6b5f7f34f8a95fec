"""Bad VDA 5050 messages over the real broker: each is an error in the state, and nothing more.

A light vehicle of the fleet takes them; the full vehicle's rules for routes have their own table
in tests/scenario/navigation/test_navigation_orders.py, the shared reading of messages one in
tests/unit/patrol/test_vda5050_inbound.py.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle
from simulation.fleet import Fleet

ROOT = Path(__file__).parents[3]
WHO = VehicleAddress("gwanak", "sunra", "light-01")
SPACING_M = 40.0
Document = dict[str, Any]


def line_map() -> PatrolMap:
    """Four nodes on a line, too far apart for the last to be in reach of the first."""
    nodes = {i: Node(i, SPACING_M * i, 0.0) for i in range(4)}
    ways = [*pairwise(range(4)), *pairwise(reversed(range(4)))]
    edges = {
        10 * a + b: Edge(10 * a + b, a, b, SPACING_M, 1.3, 3.0, WayClass.ALLEY) for a, b in ways
    }
    return PatrolMap("line", "", GeoPoint(37.5, 126.9), nodes, edges)


def order(order_id: str, ids: list[int], **changes: Any) -> Document:
    """An order over node ids as a server would write it."""
    return {
        "headerId": 1,
        "timestamp": "2026-03-01T21:30:00.000Z",
        "version": "2.1.0",
        "manufacturer": WHO.manufacturer,
        "serialNumber": WHO.serial_number,
        "orderId": order_id,
        "orderUpdateId": 0,
        "nodes": [
            {"nodeId": str(n), "sequenceId": 2 * i, "released": True, "actions": []}
            for i, n in enumerate(ids)
        ],
        "edges": [
            {
                "edgeId": str(10 * a + b), "sequenceId": 2 * i + 1, "released": True,
                "startNodeId": str(a), "endNodeId": str(b), "actions": [],
            }
            for i, (a, b) in enumerate(pairwise(ids))
        ],
        **changes,
    }  # fmt: skip


def actions(action_type: str, **changes: Any) -> Document:
    row = {"actionType": action_type, "actionId": action_type, "blockingType": "NONE"}
    header = {k: order("", [])[k] for k in ("headerId", "timestamp", "version", "manufacturer")}
    return {**header, "serialNumber": WHO.serial_number, "actions": [row], **changes}


Make = Callable[[int], Document | bytes]  # from the node the vehicle stands on

# what is wrong → (topic, message, errorType, what the error's description says)
CASES: dict[str, tuple[str, Make, str, str]] = {
    "not JSON": ("order", lambda at: b"\xff{", "validationError", "not JSON"),
    "cut off": (
        "order", lambda at: json.dumps(order("b", [at])).encode()[:90], "validationError",
        "not JSON",
    ),
    "another version": (
        "order", lambda at: order("b", [at], version="3.0.0"), "unsupportedVersion", "3.0.0"
    ),
    "for another vehicle": (
        "order", lambda at: order("b", [at], serialNumber="light-02"), "wrongVehicle", "light-02"
    ),
    "an unknown node": ("order", lambda at: order("b", [at, 93]), "validationError", "93"),
    "an edge that is not there": (
        "order", lambda at: order("b", [at, (at + 2) % 4]), "validationError", "edge"
    ),
    "an unreachable node": (
        "order", lambda at: order("b", [(at + 2) % 4]), "noRouteError", "80 m away"
    ),
    "no nodes": ("order", lambda at: order("b", []), "validationError", "no nodes"),
    "actions that are not JSON": (
        "instantActions", lambda at: b"{", "validationError", "not JSON"
    ),
    "actions for another vehicle": (
        "instantActions", lambda at: actions("startPause", serialNumber="light-02"),
        "wrongVehicle", "light-02",
    ),
    "an unknown action": ("instantActions", lambda at: actions("dance"), "actionError", "dance"),
    "nothing to cancel": (
        "instantActions", lambda at: actions("cancelOrder", headerId=2), "noOrderToCancel", "order"
    ),
}  # fmt: skip


def test_each_is_an_error_in_the_state_and_the_next_order_is_driven(
    kit: Any, tmp_path: Path
) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path, [WHO])
        await broker.start()
        server = kit.Server(broker)
        await server.start()
        spec = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
        fleet = Fleet(broker.all_credentials, line_map(), spec)
        stop = asyncio.Event()
        running = asyncio.create_task(fleet.run(stop))

        def latest() -> Any:
            states = server.of("state", WHO)
            return states[-1] if states else None

        try:
            await kit.until(lambda: latest() is not None, "the vehicle tells its state")
            at = int(latest().last_node_id)
            for title, (topic, make, error_type, says) in CASES.items():
                message = make(at)
                payload = message if isinstance(message, bytes) else json.dumps(message).encode()
                before = fleet.clients[0].status().rejected
                server.send(topic, payload, WHO)
                await kit.until(
                    lambda n=before: fleet.clients[0].status().rejected == n + 1,
                    f"{title}: it is refused",
                )
                await kit.until(
                    lambda t=error_type, s=says: any(
                        e.error_type == t and s in (e.error_description or "")
                        for e in latest().errors[-1:]
                    ),
                    f"{title}: {error_type} with {says!r} is the state's last error",
                    5.0,
                )
                assert latest().errors[-1].error_level == "WARNING"
                assert latest().order_id == ""
                assert not latest().driving
            there = at + 1 if at < 3 else at - 1
            server.send("order", json.dumps(order("good", [at, there])).encode(), WHO)
            await kit.until(lambda: latest().driving, "the good order is driven")
            assert latest().order_id == "good"
            assert latest().errors == []
        finally:
            stop.set()
            await running
            await server.stop()
            broker.kill()

    asyncio.run(story())
