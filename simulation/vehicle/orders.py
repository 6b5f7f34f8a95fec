"""Orders as a control room makes them: a tour over checkpoints, or a row of nodes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from navigation.planning.patrol_tour import PatrolTour
from patrol.clock import iso_utc
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, Order, OrderEdge, OrderNode
from patrol.vda5050.node_actions import START_CHARGING, node_action, visit
from patrol.vda5050.topic_names import VehicleAddress

ADDRESS = VehicleAddress("sunra", "sunra", "goalie-01")


def order_along(
    patrol_map: PatrolMap,
    node_ids: Sequence[int],
    now_s: float,
    *,
    order_id: str = "patrol",
    update_id: int = 0,
    actions: Mapping[int, Sequence[Action]] | None = None,
    map_version: str | None = None,
    address: VehicleAddress = ADDRESS,
) -> Order:
    """One released order along neighbouring nodes; `actions` by place in the row.

    Raises PlanError where two neighbours of the row have no edge between them.
    """
    for a, b in itertools.pairwise(node_ids):
        if (a, b) not in patrol_map.edge_between:
            raise PlanError(f"{patrol_map.map_id}: no edge runs from node {a} to node {b}")
    nodes = [
        OrderNode(node_id=str(node_id), sequence_id=2 * i, released=True,
                  actions=list((actions or {}).get(i, ())))
        for i, node_id in enumerate(node_ids)
    ]  # fmt: skip
    edges = [
        OrderEdge(edge_id=str(patrol_map.edge_between[pair].id), sequence_id=2 * i + 1,
                  released=True, start_node_id=str(pair[0]), end_node_id=str(pair[1]), actions=[])
        for i, pair in enumerate(itertools.pairwise(node_ids))
    ]  # fmt: skip
    return Order(
        header_id=1, timestamp=iso_utc(now_s), version="2.1.0",
        manufacturer=address.manufacturer, serial_number=address.serial_number,
        order_id=order_id, order_update_id=update_id, nodes=nodes, edges=edges,
        zone_set_id=map_version,
    )  # fmt: skip


def order_of_tour(
    patrol_map: PatrolMap,
    tour: PatrolTour,
    now_s: float,
    order_id: str = "patrol",
    address: VehicleAddress = ADDRESS,
) -> Order:
    """The tour as one VDA 5050 order, all released, with what to do at its places."""
    actions: dict[int, list[Action]] = {}
    at = 0
    for number, leg in enumerate(tour.legs):
        at += len(leg.route.node_ids) - 1
        if leg.checkpoint is not None:
            checkpoint = leg.checkpoint
            further = [(k, f"{order_id}-{number}-{i}") for i, k in enumerate(checkpoint.actions)]
            actions.setdefault(at, []).extend(
                visit(
                    checkpoint.id,
                    checkpoint.dwell_s,
                    f"{order_id}-{number}",
                    further,
                    checkpoint.announcement,
                )
            )
        if leg.dock is not None:
            charge = node_action(START_CHARGING, f"{order_id}-charge")
            actions.setdefault(at, []).append(charge)
    return order_along(
        patrol_map, tour.node_ids, now_s, order_id=order_id, actions=actions, address=address
    )
