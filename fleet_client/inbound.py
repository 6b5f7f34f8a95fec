"""What arrives from the server: decoded, and refused where it is not for this vehicle.

Pure functions; every refusal is an OrderError whose `references` name the message.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from fleet_client.state_builder import MapRef
from patrol.errors import OrderError
from patrol.vda5050.messages import (
    SUPPORTED_MAJOR,
    Header,
    InstantActions,
    NodePosition,
    Order,
    decode,
)
from patrol.vda5050.topic_names import VehicleAddress

H = TypeVar("H", bound=Header)

# What a reference may be called, and where it stands in a message.
_REFERENCE_KEYS = ("headerId", "orderId", "orderUpdateId")


def read_message(payload: bytes, kind: type[H], topic: str, address: VehicleAddress) -> H:
    """A typed message for this vehicle; raises OrderError.

    `errorType`: validationError (not JSON, a field missing or wrong), unsupportedVersion (another
    major version), wrongVehicle (another manufacturer or serial number). Unknown fields are
    ignored, as VDA 5050 asks of minor versions (clause 6.3).
    """
    references = {"topic": topic, **_references(payload)}
    version = _peek(payload).get("version")
    if isinstance(version, str) and version.split(".")[0] != SUPPORTED_MAJOR:
        raise OrderError(
            f"{topic}: version {version!r} is not {SUPPORTED_MAJOR}.x",
            "unsupportedVersion",
            **references,
        )
    try:
        message = decode(payload, kind)
    except OrderError as error:
        raise OrderError(str(error), error.error_type, **references) from None
    got = f"{message.manufacturer}/{message.serial_number}"
    if got != address.vehicle_id:
        raise OrderError(
            f"{topic}: for vehicle {got!r}, this is {address.vehicle_id!r}",
            "wrongVehicle",
            **references,
        )
    return message


def read_order(payload: bytes, address: VehicleAddress, map_ref: MapRef) -> Order:
    """An order that is well formed and for this map; raises OrderError (also mapMismatch).

    `zoneSetId` is the version of the map that the order was planned on (docs/protocol.md); an
    order without one says nothing of versions.
    """
    order = read_message(payload, Order, "order", address)
    references = order_references(order)
    problem = _route_problem(order)
    if problem:
        raise OrderError(f"order {order.order_id}: {problem}", "validationError", **references)
    for node in order.nodes:
        position: NodePosition | None = node.node_position
        if position is not None and position.map_id != map_ref.map_id:
            raise OrderError(
                f"order {order.order_id}: node {node.node_id} is on map {position.map_id!r},"
                f" this vehicle drives on {map_ref.map_id!r}",
                "mapMismatch",
                **references,
                nodeId=node.node_id,
            )
    if order.zone_set_id is not None and order.zone_set_id != map_ref.content_hash:
        raise OrderError(
            f"order {order.order_id}: planned on map {map_ref.map_id} {order.zone_set_id},"
            f" this vehicle has {map_ref.content_hash} enabled",
            "mapMismatch",
            **references,
            zoneSetId=order.zone_set_id,
        )
    return order


def read_instant_actions(payload: bytes, address: VehicleAddress) -> InstantActions:
    """Instant actions for this vehicle; raises OrderError."""
    return read_message(payload, InstantActions, "instantActions", address)


def order_references(order: Order) -> dict[str, str]:
    """What a VDA error about an order refers to."""
    return {
        "topic": "order",
        "headerId": str(order.header_id),
        "orderId": order.order_id,
        "orderUpdateId": str(order.order_update_id),
    }


def _route_problem(order: Order) -> str:
    """What is wrong with the shape of the route (clause 6.6.1), or nothing."""
    if not order.nodes:
        return "has no nodes"
    if len(order.edges) != len(order.nodes) - 1:
        return f"has {len(order.nodes)} nodes but {len(order.edges)} edges"
    first = order.nodes[0].sequence_id
    if first % 2:
        return f"node {order.nodes[0].node_id}: sequenceId {first} is odd"
    for number, node in enumerate(order.nodes):
        if node.sequence_id != first + 2 * number:
            return f"node {node.node_id}: sequenceId {node.sequence_id} is out of order"
    for number, edge in enumerate(order.edges):
        start, end = order.nodes[number], order.nodes[number + 1]
        if edge.sequence_id != start.sequence_id + 1:
            return f"edge {edge.edge_id}: sequenceId {edge.sequence_id} is out of order"
        if (edge.start_node_id, edge.end_node_id) != (start.node_id, end.node_id):
            return f"edge {edge.edge_id}: does not join nodes {start.node_id} and {end.node_id}"
    released = [element.released for pair in _pairs(order) for element in pair]
    if released != sorted(released, reverse=True):
        return "a released element follows the horizon"
    if not order.nodes[0].released:
        return "the first node is not released"
    return ""


def _pairs(order: Order) -> list[tuple[Any, ...]]:
    edges: list[Any] = list(order.edges)
    return [(order.nodes[0],), *zip(edges, order.nodes[1:], strict=True)]


def _peek(payload: bytes) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return data if isinstance(data, dict) else {}


def _references(payload: bytes) -> dict[str, str]:
    data = _peek(payload)
    return {key: str(data[key])[:64] for key in _REFERENCE_KEYS if key in data}
