"""VDA 5050 messages from a route and its progress."""

from __future__ import annotations

from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import Route, Stop
from patrol.map import PatrolMap
from patrol.vda5050.messages import (
    VERSION,
    Action,
    InstantActions,
    NodePosition,
    Order,
    OrderEdge,
    OrderNode,
)
from patrol.vda5050.node_actions import RELEASE_OPERATOR_WAIT, START_CHARGING, node_action, visit
from patrol.vda5050.topic_names import VehicleAddress

INSTANT_ACTIONS = {  # what operators ask for → VDA 5050 and our own (docs/protocol.md)
    "pause": "startPause",
    "stop": "remoteStop",
    "resume": "stopPause",
    "cancel": "cancelOrder",
    "confirm_crossing": "confirmCrossing",
    "release_wait": RELEASE_OPERATOR_WAIT,
}


def build_order(
    route: Route,
    progress: Progress,
    patrol_map: PatrolMap,
    address: VehicleAddress,
    horizon_edges: int,
    header_id: int,
    timestamp: str,
) -> Order:
    """The order, or its latest update: from where the last one ended, released as far as
    `progress` says, then the horizon. The same progress always gives the same order."""
    end = min(progress.released_to + horizon_edges, route.last_index)
    indices = range(progress.base_from, end + 1)
    return Order(
        header_id=header_id,
        timestamp=timestamp,
        version=VERSION,
        manufacturer=address.manufacturer,
        serial_number=address.serial_number,
        order_id=progress.order_id,
        order_update_id=progress.order_update_id,
        nodes=[_node(route, progress, patrol_map, i) for i in indices],
        edges=[_edge(route, progress, patrol_map, i) for i in indices[:-1]],
        zone_set_id=route.map_hash or None,  # the map's version: docs/protocol.md
    )


def _node(route: Route, progress: Progress, patrol_map: PatrolMap, index: int) -> OrderNode:
    node = patrol_map.nodes[route.node_ids[index]]
    return OrderNode(
        node_id=str(node.id),
        sequence_id=2 * index,
        released=index <= progress.released_to,
        actions=_actions(route, index),
        node_position=NodePosition(x=node.x_m, y=node.y_m, map_id=route.map_id),
    )


def _edge(route: Route, progress: Progress, patrol_map: PatrolMap, index: int) -> OrderEdge:
    edge = patrol_map.edges[route.edge_ids[index]]
    return OrderEdge(
        edge_id=str(edge.id),
        sequence_id=2 * index + 1,
        released=index < progress.released_to,
        start_node_id=str(edge.start_id),
        end_node_id=str(edge.end_id),
        actions=[],
        max_speed=edge.speed_limit_mps,
        length=edge.length_m,
    )


def _actions(route: Route, index: int) -> list[Action]:
    stops = [stop for stop in route.stops if stop.node_index == index]
    actions = [action for stop in stops for action in _visit(stop)]
    charges = [charge.action_id for charge in route.charges if charge.node_index == index]
    if index == route.last_index and route.charge_action_id is not None:
        charges.append(route.charge_action_id)
    return actions + [node_action(START_CHARGING, action_id) for action_id in charges]


def _visit(stop: Stop) -> list[Action]:
    further = zip(stop.actions, stop.further_ids, strict=True)
    return visit(stop.checkpoint_id, stop.dwell_s, stop.action_id, further)


def build_instant_action(
    action: str, action_id: str, address: VehicleAddress, header_id: int, timestamp: str
) -> InstantActions:
    """One of `INSTANT_ACTIONS`."""
    actions = [
        Action(action_type=INSTANT_ACTIONS[action], action_id=action_id, blocking_type="HARD")
    ]
    return instant_actions(actions, address, header_id, timestamp)


def instant_actions(
    actions: list[Action], address: VehicleAddress, header_id: int, timestamp: str
) -> InstantActions:
    """Any instant actions for a vehicle."""
    return InstantActions(
        header_id=header_id,
        timestamp=timestamp,
        version=VERSION,
        manufacturer=address.manufacturer,
        serial_number=address.serial_number,
        actions=actions,
    )
