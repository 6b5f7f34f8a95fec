"""Which actions an order may have, and where: at its nodes and on its edges."""

from __future__ import annotations

from collections.abc import Collection

from navigation.acting.parameters import check_parameters
from patrol.errors import OrderError
from patrol.vda5050.messages import Action, Order
from patrol.vda5050.node_actions import EDGE_ACTIONS, NODE_ACTIONS, START_CHARGING


def check_actions(order: Order, docks: Collection[int]) -> None:
    """Raises OrderError for one that the vehicle does not know, or cannot do there.

    The nodes are known to be on the map; `docks` are ids of those where it may charge.
    """
    seen: set[str] = set()
    for node in order.nodes:
        for action in node.actions:
            _check(order, f"node {node.node_id}", action, NODE_ACTIONS, seen)
            if action.action_type == START_CHARGING and int(node.node_id) not in docks:
                what = f"{START_CHARGING} at node {node.node_id}: no dock there"
                raise _error(order, what, "orderError")
    for edge in order.edges:
        for action in edge.actions:
            _check(order, f"edge {edge.edge_id}", action, EDGE_ACTIONS, seen)
            _check_on_edge(order, action, edge.edge_id)


def _check(
    order: Order, where: str, action: Action, allowed: Collection[str], seen: set[str]
) -> None:
    kind, names = action.action_type, ", ".join(allowed)
    if kind not in NODE_ACTIONS:
        raise _error(order, f"{where}: unknown action {kind!r}, not one of {names}")
    if kind not in allowed:
        raise _error(order, f"{where}: {kind!r} cannot be done on an edge, only {names}")
    try:
        check_parameters(action)
    except OrderError as error:
        raise _error(order, f"{where}: {error}") from None
    if action.action_id in seen:
        raise _error(order, f"{where}: actionId {action.action_id!r} stands twice")
    seen.add(action.action_id)


def _check_on_edge(order: Order, action: Action, edge_id: str) -> None:
    """The vehicle does not stop on its way for what an edge asks for."""
    if action.blocking_type != "NONE":
        raise _error(
            order,
            f"edge {edge_id}: action {action.action_id} has blockingType"
            f" {action.blocking_type}, on an edge it has to be NONE",
        )


def _error(order: Order, what: str, error_type: str = "validationError") -> OrderError:
    return OrderError(f"order {order.order_id}: {what}", error_type, orderId=order.order_id)
