"""The same things to do, over other nodes."""

from __future__ import annotations

import math
from typing import TypeVar

import msgspec

from fleet_server.dispatch.route import ChargeStop, OperatorWait, Route, Stop
from patrol.map import PatrolMap

Halt = TypeVar("Halt", Stop, ChargeStop, OperatorWait)


def moved(
    route: Route,
    patrol_map: PatrolMap,
    node_ids: list[int],
    edge_ids: list[int],
    by: int,
    behind: int = -1,
) -> Route:
    """The route over other nodes, what is to be done behind a node so many nodes later."""

    def later(halt: Halt) -> Halt:
        if halt.node_index <= behind:
            return halt
        return msgspec.structs.replace(halt, node_index=halt.node_index + by)

    return msgspec.structs.replace(
        route,
        node_ids=node_ids,
        edge_ids=edge_ids,
        stops=[later(stop) for stop in route.stops],
        charges=[later(charge) for charge in route.charges],
        wait=None if route.wait is None else later(route.wait),
        length_m=math.fsum(patrol_map.edges[edge_id].length_m for edge_id in edge_ids),
    )
