"""What makes a VDA 5050 order one that this vehicle can follow on its map.

Checks of clause 6.6 of VDA 5050 2.1.0 (base and horizon, sequence ids, order updates) and our
own: the map's ids and positions, the way's width, the actions the vehicle knows. `Route` is the
checked result. Every check raises OrderError and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from navigation.acting.rules import check_actions
from patrol.errors import OrderError
from patrol.map import Edge, Node, PatrolMap
from patrol.vda5050.messages import Order, OrderEdge, OrderNode
from patrol.vehicle import VehicleSpec

MAX_POSITION_DIFFERENCE_M = 0.5  # between the order's nodePosition and our map


@dataclass(frozen=True)
class Route:
    """An order's nodes and edges with the map's; `edges[i]` runs from node i to node i + 1."""

    order_id: str
    update_id: int
    order_nodes: tuple[OrderNode, ...]
    order_edges: tuple[OrderEdge, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    source: Order  # the newest message: its header and zone set

    @cached_property
    def points(self) -> tuple[tuple[float, float], ...]:
        """Map metres of the nodes."""
        return tuple((node.x_m, node.y_m) for node in self.nodes)

    @cached_property
    def caps_mps(self) -> tuple[float, ...]:
        """What the order allows on each edge (m/s); inf where it says nothing."""
        return tuple(math.inf if e.max_speed is None else e.max_speed for e in self.order_edges)

    @cached_property
    def last_released(self) -> int:
        """Index of the base's last node."""
        return sum(node.released for node in self.order_nodes) - 1

    @property
    def has_horizon(self) -> bool:
        """Whether nodes follow that are not released yet."""
        return self.last_released < len(self.nodes) - 1

    def index_of(self, sequence_id: int) -> int:
        """Index of the node with a sequence id; raises OrderError where none has it."""
        for index, node in enumerate(self.order_nodes):
            if node.sequence_id == sequence_id:
                return index
        raise OrderError(
            f"order {self.order_id}: no node has sequenceId {sequence_id}", "validationError"
        )

    def as_order(self) -> Order:
        """The whole order as one message, updates merged in: what a restarted vehicle resumes."""
        return Order(
            header_id=self.source.header_id,
            timestamp=self.source.timestamp,
            version=self.source.version,
            manufacturer=self.source.manufacturer,
            serial_number=self.source.serial_number,
            order_id=self.order_id,
            order_update_id=self.update_id,
            nodes=list(self.order_nodes),
            edges=list(self.order_edges),
            zone_set_id=self.source.zone_set_id,
        )


def check_order(order: Order, patrol_map: PatrolMap, spec: VehicleSpec) -> Route:
    """The order as a route on the map; raises OrderError."""
    _check_version(order, patrol_map)
    _check_sequence(order)
    _check_release(order)
    nodes = tuple(_map_node(order, node, patrol_map) for node in order.nodes)
    edges = tuple(_map_edge(order, edge, patrol_map) for edge in order.edges)
    for index, edge in enumerate(edges):
        _check_edge(order, order.edges[index], edge, nodes[index], nodes[index + 1], spec)
    check_actions(order, {dock.node_id for dock in patrol_map.docks})
    return Route(
        order.order_id,
        order.order_update_id,
        tuple(order.nodes),
        tuple(order.edges),
        nodes,
        edges,
        order,
    )


def stitch(route: Route, update: Order, patrol_map: PatrolMap, spec: VehicleSpec) -> Route:
    """The route with its horizon replaced by an update (clause 6.6.2); raises OrderError.

    The update's first node must be the last released node; its actions there are already known
    and are not taken twice. A message that restates the whole base, as the vehicle's own client
    keeps it over restarts, counts from the base's end.
    """
    addition = check_order(_without_restated_base(route, update), patrol_map, spec)
    end = route.order_nodes[route.last_released]
    first = addition.order_nodes[0]
    if (first.sequence_id, first.node_id) != (end.sequence_id, end.node_id):
        raise OrderError(
            f"order {update.order_id} update {update.order_update_id}: begins at node"
            f" {first.node_id} (sequenceId {first.sequence_id}), but the base ends at node"
            f" {end.node_id} (sequenceId {end.sequence_id})",
            "orderUpdateError",
            orderId=update.order_id,
            orderUpdateId=str(update.order_update_id),
        )
    keep = route.last_released + 1
    return Route(
        route.order_id,
        update.order_update_id,
        route.order_nodes[:keep] + addition.order_nodes[1:],
        route.order_edges[: keep - 1] + addition.order_edges,
        route.nodes[:keep] + addition.nodes[1:],
        route.edges[: keep - 1] + addition.edges,
        update,
    )


def _without_restated_base(route: Route, update: Order) -> Order:
    base = [(n.sequence_id, n.node_id) for n in route.order_nodes[: route.last_released + 1]]
    restated = [(n.sequence_id, n.node_id) for n in update.nodes[: len(base)]]
    if restated != base:
        return update
    skipped = route.last_released
    return msgspec.structs.replace(
        update, nodes=update.nodes[skipped:], edges=update.edges[skipped:]
    )


def _error(order: Order, what: str, error_type: str = "validationError") -> OrderError:
    return OrderError(f"order {order.order_id}: {what}", error_type, orderId=order.order_id)


def _check_version(order: Order, patrol_map: PatrolMap) -> None:
    """`zoneSetId` is the content hash of the map that the order was planned on."""
    planned_on, ours = order.zone_set_id, patrol_map.content_hash
    if planned_on and ours and planned_on != ours:
        raise _error(
            order,
            f"is planned on map {patrol_map.map_id} {planned_on}, the vehicle has {ours}",
            "mapMismatch",
        )


def _check_sequence(order: Order) -> None:
    if not order.nodes:
        raise _error(order, "has no nodes")
    if len(order.edges) != len(order.nodes) - 1:
        raise _error(
            order,
            f"{len(order.nodes)} nodes need {len(order.nodes) - 1} edges, got {len(order.edges)}",
        )
    first = order.nodes[0].sequence_id
    if first < 0 or first % 2:
        raise _error(order, f"node sequenceId {first} is not even")
    _check_steps(order, [n.sequence_id for n in order.nodes], first, "node")
    _check_steps(order, [e.sequence_id for e in order.edges], first + 1, "edge")
    for index, edge in enumerate(order.edges):
        ends = (order.nodes[index].node_id, order.nodes[index + 1].node_id)
        if (edge.start_node_id, edge.end_node_id) != ends:
            raise _error(
                order,
                f"edge {edge.edge_id} runs {edge.start_node_id} to {edge.end_node_id},"
                f" but its neighbours are {ends[0]} and {ends[1]}",
            )


def _check_steps(order: Order, ids: Sequence[int], first: int, what: str) -> None:
    for index, sequence_id in enumerate(ids):
        if sequence_id != first + 2 * index:
            raise _error(
                order, f"{what} sequenceId {sequence_id} where {first + 2 * index} is due"
            )


def _check_release(order: Order) -> None:
    released = [node.released for node in order.nodes]
    if not released[0]:
        raise _error(order, "its first node is not released")
    if released != sorted(released, reverse=True):
        raise _error(order, "a released node stands behind the horizon")
    for index, edge in enumerate(order.edges):
        if edge.released != released[index + 1]:
            raise _error(
                order, f"edge {edge.edge_id} and the node at its end differ in `released`"
            )


def _known_id(order: Order, text: str, known: Callable[[int], bool], what: str) -> int:
    if not (text.isascii() and text.isdigit() and known(int(text))):
        raise _error(order, f"{what} {text!r} is not on the map")
    return int(text)


def _map_node(order: Order, node: OrderNode, patrol_map: PatrolMap) -> Node:
    position = node.node_position
    if position is not None and position.map_id != patrol_map.map_id:
        raise _error(
            order,
            f"is for map {position.map_id!r}, the vehicle is on {patrol_map.map_id!r}",
            "mapMismatch",
        )
    found = patrol_map.nodes[_known_id(order, node.node_id, patrol_map.nodes.__contains__, "node")]
    if position is not None:
        away = math.hypot(position.x - found.x_m, position.y - found.y_m)
        if not away <= MAX_POSITION_DIFFERENCE_M:
            raise _error(
                order,
                f"node {node.node_id} is {away:.1f} m away from where the map has it",
                "mapMismatch",
            )
    return found


def _map_edge(order: Order, edge: OrderEdge, patrol_map: PatrolMap) -> Edge:
    return patrol_map.edges[_known_id(order, edge.edge_id, patrol_map.edges.__contains__, "edge")]


def _check_edge(
    order: Order, order_edge: OrderEdge, edge: Edge, start: Node, end: Node, spec: VehicleSpec
) -> None:
    if (edge.start_id, edge.end_id) != (start.id, end.id):
        raise _error(
            order,
            f"edge {edge.id} runs {edge.start_id} to {edge.end_id} on the map,"
            f" not {start.id} to {end.id}",
            "noRouteError",
        )
    if edge.width_m < spec.width_m:
        raise _error(
            order,
            f"edge {edge.id} is {edge.width_m:g} m wide, the vehicle {spec.width_m:g} m",
            "noRouteError",
        )
    if order_edge.max_speed is not None and not order_edge.max_speed > 0:
        raise _error(order, f"edge {edge.id}: maxSpeed {order_edge.max_speed:g} is not above 0")
