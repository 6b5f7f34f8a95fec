"""VDA 5050 messages from a route and its progress."""

from __future__ import annotations

from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import Route, Stop
from patrol.map import PatrolMap
from patrol.vda5050.messages import (
    VERSION,
    Action,
    NodePosition,
    Order,
    OrderEdge,
    OrderNode,
)
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    RELEASE_OPERATOR_WAIT,
    START_BEACON,
    START_CHARGING,
    START_SIREN,
    STOP_BEACON,
    STOP_SIREN,
    WAIT_FOR_OPERATOR,
    node_action,
    visit,
)
from patrol.vda5050.topic_names import VehicleAddress

INSTANT_ACTIONS = {  # what operators ask for → VDA 5050 and our own (docs/protocol.md)
    "pause": "startPause",
    "stop": "remoteStop",
    "resume": "stopPause",
    "cancel": "cancelOrder",
    "confirm_crossing": "confirmCrossing",
    "release_wait": RELEASE_OPERATOR_WAIT,
    "beacon_on": START_BEACON,
    "beacon_off": STOP_BEACON,
    "siren_on": START_SIREN,
    "siren_off": STOP_SIREN,
    "announce": ANNOUNCE,
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
        actions=_actions(route, patrol_map, index),
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


def _actions(route: Route, patrol_map: PatrolMap, index: int) -> list[Action]:
    stops = [stop for stop in route.stops if stop.node_index == index]
    actions = [action for stop in stops for action in _visit(stop, patrol_map)]
    charges = [charge.action_id for charge in route.charges if charge.node_index == index]
    if index == route.last_index and route.charge_action_id is not None:
        charges.append(route.charge_action_id)
    if route.wait is not None and route.wait.node_index == index:
        actions.insert(0, node_action(WAIT_FOR_OPERATOR, route.wait.action_id))
    return actions + [node_action(START_CHARGING, action_id) for action_id in charges]


def _visit(stop: Stop, patrol_map: PatrolMap) -> list[Action]:
    further = list(zip(stop.actions, stop.further_ids, strict=True))
    says = ANNOUNCE in stop.actions
    announcement = patrol_map.checkpoint(stop.checkpoint_id).announcement if says else ""
    made = visit(stop.checkpoint_id, stop.dwell_s, stop.action_id, further, announcement)
    return made[1:] if stop.is_visited else made


def asked_action(action: str, action_id: str, message: str = "") -> Action:
    """One of `INSTANT_ACTIONS`; `message` is what an announcement says."""
    parameters = {"message": message} if message else None
    return node_action(INSTANT_ACTIONS[action], action_id, parameters, "HARD")
