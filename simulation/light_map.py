"""What light vehicles read from the map: speed limits, and whether an order fits it."""

from __future__ import annotations

from functools import lru_cache

from patrol.errors import OrderError
from patrol.map import PatrolMap
from patrol.vda5050.messages import Order
from patrol.vda5050.node_actions import NODE_ACTIONS

MAX_DWELL_S = 3600.0


class SpeedLimits:
    """Speed limit of an edge (m/s) with its zones, worked out once for the whole fleet."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._map = patrol_map
        self.of = lru_cache(maxsize=None)(self._limit)

    def _limit(self, edge_id: int) -> float:
        edge = self._map.edges[edge_id]
        start, end = self._map.nodes[edge.start_id], self._map.nodes[edge.end_id]
        places = [
            (start.x_m + t * (end.x_m - start.x_m), start.y_m + t * (end.y_m - start.y_m))
            for t in (0.0, 0.5, 1.0)
        ]
        return min(self._map.speed_limit_at(edge, x_m, y_m) for x_m, y_m in places)


def check_order(order: Order, patrol_map: PatrolMap) -> None:
    """Raises OrderError for a node, an edge or an action that a light vehicle does not know."""
    for node in order.nodes:
        if not node.node_id.isdecimal() or int(node.node_id) not in patrol_map.nodes:
            raise OrderError(
                f"order {order.order_id}: node {node.node_id!r} is not on map {patrol_map.map_id}",
                "validationError",
                nodeId=node.node_id,
            )
        for action in node.actions:
            if action.action_type not in NODE_ACTIONS:
                raise OrderError(
                    f"order {order.order_id}: action {action.action_type!r} is not one of "
                    f"{', '.join(NODE_ACTIONS)}",
                    "validationError",
                    actionId=action.action_id,
                )
            dwell_s = action.parameters().get("dwell_s", 0.0)
            if not isinstance(dwell_s, int | float) or not 0 <= dwell_s <= MAX_DWELL_S:
                raise OrderError(
                    f"order {order.order_id}: action {action.action_id}: dwell_s {dwell_s!r} is "
                    f"outside [0, {MAX_DWELL_S:g}]",
                    "validationError",
                    actionId=action.action_id,
                )
    for edge in order.edges:
        known = patrol_map.edges.get(int(edge.edge_id)) if edge.edge_id.isdecimal() else None
        ends = (edge.start_node_id, edge.end_node_id)
        if known is None or (str(known.start_id), str(known.end_id)) != ends:
            raise OrderError(
                f"order {order.order_id}: edge {edge.edge_id!r} from {ends[0]} to {ends[1]} "
                f"is not on map {patrol_map.map_id}",
                "validationError" if known is None else "noRouteError",
                edgeId=edge.edge_id,
            )
        if edge.actions:
            raise OrderError(
                f"order {order.order_id}: edge {edge.edge_id}: a light vehicle does nothing on"
                f" edges, not even {edge.actions[0].action_type!r}",
                "validationError",
                actionId=edge.actions[0].action_id,
            )
