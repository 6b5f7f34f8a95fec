"""Whether an order that comes in is taken, as a new one or as an update of the one in force."""

from __future__ import annotations

from navigation.order_rules import Route, check_order, stitch
from navigation.route_plan import check_reach
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import Order
from patrol.vehicle import VehicleSpec


def new_route(
    order: Order,
    unfinished_id: str | None,
    pose: Pose2 | None,
    patrol_map: PatrolMap,
    spec: VehicleSpec,
    resume_from_sequence_id: int | None,
) -> tuple[Route, int]:
    """The route of a new order, and the index of the node that was reached before (or -1).

    `unfinished_id` names an order that is not finished yet. Raises OrderError.
    """
    if unfinished_id is not None:
        raise OrderError(
            f"order {order.order_id}: order {unfinished_id} is not finished; cancel it first",
            "orderError",
            orderId=order.order_id,
        )
    route = check_order(order, patrol_map, spec)
    if resume_from_sequence_id is not None:
        return route, route.index_of(resume_from_sequence_id)
    check_reach(route, patrol_map, pose)
    return route, -1


def updated_route(
    route: Route, order: Order, patrol_map: PatrolMap, spec: VehicleSpec
) -> Route | None:
    """The route with an update of its order; None for one that is known. Raises OrderError."""
    if order.order_update_id < route.update_id:
        raise OrderError(
            f"order {order.order_id}: update {order.order_update_id} is older than"
            f" {route.update_id}",
            "orderUpdateError",
            orderId=order.order_id,
            orderUpdateId=str(order.order_update_id),
        )
    if order.order_update_id == route.update_id:
        return None
    return stitch(route, order, patrol_map, spec)
