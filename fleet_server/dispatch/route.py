"""A planned patrol as the dispatcher keeps it: nodes, edges, and what to do at which node.

Indices count nodes along the route; the VDA 5050 sequence id of node i is 2 i, of the edge after
it 2 i + 1, so a node that is passed twice has two sequence ids.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import msgspec

from fleet_server.dispatch.place import place_of
from navigation.planning.patrol_tour import plan_patrol
from patrol.errors import PlanError
from patrol.map import Dock, PatrolMap
from patrol.vda5050.node_actions import CHECKPOINT_ACTIONS


class Stop(msgspec.Struct, frozen=True):
    """A checkpoint to visit; `visit_index` is its place in the assignment's own list."""

    node_index: int
    visit_index: int
    checkpoint_id: str
    action_id: str
    dwell_s: float
    actions: list[str] = []  # done after the visit, VDA 5050 action types
    is_visited: bool = False  # by an order before this one: only `actions` are left

    @property
    def further_ids(self) -> list[str]:
        """The ids of `actions`."""
        return [f"{self.action_id}-{i}" for i in range(len(self.actions))]


class OperatorWait(msgspec.Struct, frozen=True):
    """Where a vehicle that was sent to an incident waits until an operator lets it go on."""

    node_index: int
    action_id: str


class PlannedVisit(msgspec.Struct, frozen=True):
    """A checkpoint of the assignment, whatever the route to it becomes."""

    checkpoint_id: str
    name: str
    node_id: int


class ChargeStop(msgspec.Struct, frozen=True):
    """A charge on the way: the order is released beyond it when the vehicle may leave.

    That is when it has stayed as long as the plan gives it, and its battery shows `needed_pct`.
    """

    node_index: int
    action_id: str
    dock_id: str
    stay_s: float
    needed_pct: float


class Route(msgspec.Struct, frozen=True):
    """The way of one order."""

    map_id: str
    node_ids: list[int]
    edge_ids: list[int]
    stops: list[Stop]
    visits: list[PlannedVisit]
    charge_action_id: str | None  # on the last node, when the vehicle returns to a dock
    length_m: float
    map_hash: str = ""  # the version it was planned on; empty: kept before versions were
    charges: list[ChargeStop] = []  # on the way, in driving order; none at the last node
    wait: OperatorWait | None = None  # at an incident
    back_index: int = 0  # from this node on it is the patrol again that the incident interrupted

    @property
    def last_index(self) -> int:
        """The index of the last node."""
        return len(self.node_ids) - 1

    @property
    def halts(self) -> list[Stop | ChargeStop | OperatorWait]:
        """Where something is to be done on the way."""
        waits = [self.wait] if self.wait is not None else []
        return [*self.stops, *self.charges, *waits]

    def has_action(self, index: int) -> bool:
        """Whether something is to be done at a node."""
        if index == self.last_index and self.charge_action_id is not None:
            return True
        return any(halt.node_index == index for halt in self.halts)

    def action_ids(self) -> list[str]:
        """Every action of the route."""
        charge = [self.charge_action_id] if self.charge_action_id else []
        further = [action_id for stop in self.stops for action_id in stop.further_ids]
        return [halt.action_id for halt in self.halts] + further + charge


def visit_action_id(order_id: str, checkpoint_id: str, visit_index: int) -> str:
    """The id of a visit's action; `Stop.further_ids` and pictures' names build on it."""
    return f"{order_id}-{checkpoint_id}-{visit_index}".replace(" ", "-")


def named(route: Route, order_id: str) -> Route:
    """The route with its actions named after an order: by that, what comes of them is found."""
    stops = [
        msgspec.structs.replace(
            stop, action_id=visit_action_id(order_id, stop.checkpoint_id, stop.visit_index)
        )
        for stop in route.stops
    ]
    charges = [
        msgspec.structs.replace(charge, action_id=f"{order_id}-charge-{number}")
        for number, charge in enumerate(route.charges)
    ]
    return msgspec.structs.replace(
        route,
        stops=stops,
        charges=charges,
        charge_action_id=f"{order_id}-charge" if route.charge_action_id else None,
        wait=None
        if route.wait is None
        else OperatorWait(route.wait.node_index, f"{order_id}-wait"),
    )


def start_of(
    patrol_map: PatrolMap,
    x_m: float,
    y_m: float,
    heading_rad: float,
    within_m: float,
    closed: Collection[int] = (),
) -> int:
    """The node a vehicle at this pose drives to first, as `place_of` says; raises PlanError."""
    return place_of(patrol_map, x_m, y_m, heading_rad, within_m, closed).node_id


def plan_route(
    patrol_map: PatrolMap,
    order_id: str,
    pose: tuple[float, float, float],
    visits: list[PlannedVisit],
    remaining: list[int],
    order: str,
    return_to_dock: bool,
    within_m: float,
) -> Route:
    """The route from a pose (x m, y m, heading rad) over the remaining visits; raises PlanError.

    `remaining` indexes `visits`; with `order` "best" the tour chooses, else it is kept.
    """
    start = start_of(patrol_map, *pose, within_m)
    wanted = [visits[i].checkpoint_id for i in remaining]
    dock = nearest_dock(patrol_map, *pose[:2]) if return_to_dock else None
    if not wanted:
        raise PlanError(f"{patrol_map.map_id}: every checkpoint is visited already")
    tour = plan_patrol(patrol_map, start, wanted, order, dock, start_heading_rad=pose[2])
    stops, index, left = [], 0, list(remaining)
    for leg in tour.legs:
        index += len(leg.route.edge_ids)
        if leg.checkpoint is None:
            continue
        visit = next(i for i in left if visits[i].checkpoint_id == leg.checkpoint.id)
        left.remove(visit)
        action_id = visit_action_id(order_id, leg.checkpoint.id, visit)
        further = known_actions(leg.checkpoint.id, leg.checkpoint.actions)
        stops.append(
            Stop(index, visit, leg.checkpoint.id, action_id, leg.checkpoint.dwell_s, further)
        )
    return Route(
        map_id=patrol_map.map_id,
        node_ids=list(tour.node_ids),
        edge_ids=list(tour.edge_ids),
        stops=stops,
        visits=visits,
        charge_action_id=f"{order_id}-charge" if dock else None,
        length_m=tour.length_m,
        map_hash=patrol_map.content_hash,
    )


def known_actions(checkpoint_id: str, actions: Sequence[str]) -> list[str]:
    """What a checkpoint names, checked; raises PlanError for what no vehicle can do."""
    for action in actions:
        if action not in CHECKPOINT_ACTIONS:
            known = ", ".join(CHECKPOINT_ACTIONS)
            raise PlanError(
                f"checkpoint {checkpoint_id}: action {action!r} is none that a vehicle can do;"
                f" known: {known}"
            )
    return list(actions)


def nearest_dock(patrol_map: PatrolMap, x_m: float, y_m: float) -> Dock:
    """The dock to return to, as the crow flies; raises PlanError where there is none."""
    if not patrol_map.docks:
        raise PlanError(f"{patrol_map.map_id}: has no dock to return to")

    def distance_m(dock: Dock) -> float:
        node = patrol_map.nodes[dock.node_id]
        return math.hypot(node.x_m - x_m, node.y_m - y_m)

    return min(patrol_map.docks, key=distance_m)
