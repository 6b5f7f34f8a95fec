"""LightVehicle: what a kinematic vehicle does with VDA 5050 orders and instant actions.

Base and horizon, order updates and cancelling follow VDA 5050 2.1.0, clauses 6.6.2-6.6.4 and 6.9;
the vehicle itself is a point in `simulation.fleet_motion`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fleet_client.state_builder import StateContent
from navigation.acting.parameters import check_parameters, stay_s_of
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, ActionState, ActionStatus, Order, OrderEdge, OrderNode
from patrol.vda5050.node_actions import (
    AT_ONCE_TOO,
    RELEASE_OPERATOR_WAIT,
    START_CHARGING,
    WAIT_FOR_OPERATOR,
)
from patrol.waiting import Waiting
from simulation.fleet_motion import FleetMotion
from simulation.light_map import SpeedLimits, check_order

REACH_M = 60.0  # an order may begin at a node this far away; the vehicle drives straight there
NEW_BASE_BELOW_M = 25.0
BATTERY_LOW_PCT, BATTERY_CRITICAL_PCT = 20.0, 7.0
ACTION_STATES_KEPT = 5  # of instant actions
LOOK_AHEAD_M = 30.0  # beyond any vehicle's braking distance; every leg looks ahead anew


@dataclass(frozen=True, slots=True)
class _OrderRest:
    """Remaining nodes and edges of an order as a state tells them; whether some are horizon."""

    key: tuple[str, int, bool, int]
    nodes: tuple[tuple[str, int, bool], ...]
    edges: tuple[tuple[str, int, bool], ...]
    horizon: bool


class LightVehicle:
    """One vehicle of the fleet: `index` is its place in the motion arrays."""

    def __init__(
        self,
        index: int,
        motion: FleetMotion,
        patrol_map: PatrolMap,
        limits: SpeedLimits,
        speed_cap_mps: float,
        node_id: int,
    ) -> None:
        self._index = index
        self._motion = motion
        self._map = patrol_map
        self._limits = limits
        self._speed_cap_mps = speed_cap_mps
        self._last_node_id = str(node_id)
        self._last_sequence_id = 0
        self._order_id = ""
        self._update_id = 0
        self._nodes: list[OrderNode] = []  # the rest of the order, last reached node first
        self._edges: list[OrderEdge] = []  # between them
        self._rest: _OrderRest | None = None
        self._under_way = False  # on a leg towards _nodes[0] (approach) or _nodes[1]
        self._approaching = False
        self._todo: list[Action] = []  # actions of the node the vehicle stands on
        self._dwell_left_s = 0.0
        self._action_states: dict[str, ActionState] = {}
        self._instant_states: list[ActionState] = []
        self._driven_at_node_m = 0.0
        self.changed = True  # something happened that a state should tell at once

    # -- orders --------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether an order is under way."""
        return bool(self._todo or self._approaching or len(self._nodes) > 1)

    def accept_order(self, order: Order) -> None:
        """Take an order or an update of the present one; raises OrderError, changing nothing."""
        check_order(order, self._map)
        if (order.order_id, order.order_update_id) == (self._order_id, self._update_id):
            return  # sent again
        if self._nodes and order.order_id == self._order_id:
            self._extend(order)
        elif self.busy:
            raise OrderError(
                f"order {order.order_id}: order {self._order_id} is still under way", "orderError"
            )
        else:
            self._begin(order)
        self.changed = True

    def take_map(self, patrol_map: PatrolMap, limits: SpeedLimits) -> None:
        """Drive on another version of the map from now on; only without an order under way."""
        self._map, self._limits = patrol_map, limits
        self._nodes, self._edges = [], []
        self.changed = True

    def _begin(self, order: Order) -> None:
        pose = self._motion.pose(self._index)
        first = self._map.nodes[int(order.nodes[0].node_id)]
        away_m = math.hypot(first.x_m - pose.x_m, first.y_m - pose.y_m)
        if away_m > REACH_M:
            raise OrderError(
                f"order {order.order_id}: first node {first.id} is {away_m:.0f} m away, "
                f"at most {REACH_M:.0f} m",
                "noRouteError",
                nodeId=str(first.id),
            )
        self._order_id, self._update_id = order.order_id, order.order_update_id
        self._nodes, self._edges = list(order.nodes), list(order.edges)
        self._action_states = {}
        self._note_actions(order.nodes)
        self._motion.charging[self._index] = False
        self._approaching = True
        self._motion.begin_leg(self._index, (first.x_m, first.y_m), self._speed_cap_mps)
        self._under_way = True
        self._plan_stop()

    def _extend(self, order: Order) -> None:
        if order.order_update_id <= self._update_id:
            raise OrderError(
                f"order {order.order_id}: update {order.order_update_id} is not above "
                f"{self._update_id}",
                "orderUpdateError",
            )
        base = [node for node in self._nodes if node.released]
        stitch = (base[-1].node_id, base[-1].sequence_id)
        if (order.nodes[0].node_id, order.nodes[0].sequence_id) != stitch:
            raise OrderError(
                f"order {order.order_id}: update {order.order_update_id} does not begin at the "
                f"end of the base, node {stitch[0]} sequence {stitch[1]}",
                "orderUpdateError",
            )
        self._update_id = order.order_update_id
        self._nodes = [*base, *order.nodes[1:]]
        self._edges = [*self._edges[: len(base) - 1], *order.edges]
        self._note_actions(order.nodes[1:])
        if not self._under_way and not self._todo:
            self._next_leg()
        else:
            self._plan_stop()

    def _note_actions(self, nodes: list[OrderNode]) -> None:
        for node in nodes:
            for action in node.actions:
                self._set_state(action, "WAITING")

    # -- driving -------------------------------------------------------------------------------

    def arrived(self) -> None:
        """The leg's end is reached: the next node counts as passed, once."""
        if not self._under_way:
            return  # it stands within a millimetre of a node that it has passed
        self._under_way = False
        if self._approaching:
            self._approaching = False
        else:
            self._nodes.pop(0)
            self._edges.pop(0)
        node = self._nodes[0]
        self._last_node_id, self._last_sequence_id = node.node_id, node.sequence_id
        self._driven_at_node_m = float(self._motion.driven_m[self._index])
        self._todo = list(node.actions)
        self._motion.acting[self._index] = bool(self._todo)
        self._begin_action()
        self.changed = True

    def wait(self, duration_s: float) -> None:
        """Time passes at a node (not while paused)."""
        if not self._todo or self._motion.paused[self._index]:
            return
        self._dwell_left_s -= duration_s
        if self._dwell_left_s <= 0:
            self._finish_action()

    def _begin_action(self) -> None:
        if not self._todo:
            self._next_leg()
            return
        action = self._todo[0]
        self._set_state(action, "RUNNING")
        if action.action_type == START_CHARGING:
            self._motion.charging[self._index] = True
            self._dwell_left_s = 0.0
        elif action.action_type == WAIT_FOR_OPERATOR:
            self._dwell_left_s = math.inf
        else:
            self._dwell_left_s = stay_s_of(action)

    def _finish_action(self) -> None:
        self._set_state(self._todo.pop(0), "FINISHED")
        self._motion.acting[self._index] = bool(self._todo)
        self.changed = True
        self._begin_action()

    def _next_leg(self) -> None:
        if len(self._nodes) < 2 or not self._nodes[1].released:
            self._motion.end_leg(self._index)  # the end of the order, or of its base
            return
        edge, node = self._edges[0], self._map.nodes[int(self._nodes[1].node_id)]
        limit_mps = min(self._limits.of(int(edge.edge_id)), self._speed_cap_mps)
        if edge.max_speed is not None:
            limit_mps = min(limit_mps, edge.max_speed)
        self._motion.charging[self._index] = False
        self._motion.begin_leg(self._index, (node.x_m, node.y_m), limit_mps)
        self._under_way = True
        self._plan_stop()

    def _plan_stop(self) -> None:
        """How far to the next node at which to stand: one with actions, or the base's end.

        Looks no further than LOOK_AHEAD_M beyond the leg: a long order costs no more.
        """
        if not self._under_way:
            return
        left_m = self._motion.left_m(self._index)
        self._motion.stop_in_m[self._index] = left_m
        rest = self._nodes if self._approaching else self._nodes[1:]
        edges = self._edges if self._approaching else self._edges[1:]
        for number, node in enumerate(rest[:-1]):
            ahead_m = self._motion.stop_in_m[self._index] - left_m
            if node.actions or not rest[number + 1].released or ahead_m > LOOK_AHEAD_M:
                return
            length_m = self._map.edges[int(edges[number].edge_id)].length_m
            self._motion.stop_in_m[self._index] += length_m

    def _base_left_m(self) -> float:
        """How far the released part of the order goes on."""
        edges = self._edges if self._approaching else self._edges[1:]
        ahead_m = sum(self._map.edges[int(e.edge_id)].length_m for e in edges if e.released)
        return ahead_m + (self._motion.left_m(self._index) if self._under_way else 0.0)

    # -- instant actions -----------------------------------------------------------------------

    def instant_action(self, action: Action) -> None:
        """An operator's word, of those below; raises OrderError for others."""
        if action.action_type in ("startPause", "remoteStop"):
            self._motion.paused[self._index] = True
        elif action.action_type == "stopPause":
            self._motion.paused[self._index] = False
        elif action.action_type == "cancelOrder":
            self._cancel()
        elif action.action_type == RELEASE_OPERATOR_WAIT:
            self._release()
        elif action.action_type in AT_ONCE_TOO:
            check_parameters(action)  # it has neither light nor voice
        else:
            raise OrderError(f"instant action {action.action_type!r} is unknown", "actionError")
        done = ActionState(
            action_id=action.action_id, action_type=action.action_type, action_status="FINISHED"
        )
        self._instant_states = [*self._instant_states[1 - ACTION_STATES_KEPT :], done]
        self.changed = True

    @property
    def _waits_for_operator(self) -> bool:
        acts = bool(self._motion.acting[self._index] and self._todo)
        return acts and self._todo[0].action_type == WAIT_FOR_OPERATOR

    def _release(self) -> None:
        if not self._waits_for_operator:
            raise OrderError("the vehicle does not wait for an operator", "actionError")
        self._dwell_left_s = 0.0

    def _cancel(self) -> None:
        if not self.busy:
            raise OrderError("no order is under way", "noOrderToCancel")
        self._motion.end_leg(self._index)
        self._under_way = self._approaching = False
        self._nodes, self._edges, self._todo = [], [], []
        self._motion.acting[self._index] = False
        for state in self._action_states.values():
            if state.action_status in ("WAITING", "RUNNING"):
                state.action_status = "FAILED"

    def _set_state(self, action: Action, status: ActionStatus) -> None:
        self._action_states[action.action_id] = ActionState(
            action_id=action.action_id, action_type=action.action_type, action_status=status
        )

    # -- what it tells -------------------------------------------------------------------------

    def content(self) -> StateContent:
        """The vehicle's condition for a VDA state."""
        motion, i = self._motion, self._index
        rest = self._order_rest()
        speed_mps = float(motion.speed_mps[i])
        return StateContent(
            order_id=self._order_id,
            order_update_id=self._update_id,
            last_node_id=self._last_node_id,
            last_node_sequence_id=self._last_sequence_id,
            driving=speed_mps > 0,
            paused=bool(motion.paused[i]),
            new_base_request=rest.horizon and self._base_left_m() < NEW_BASE_BELOW_M,
            distance_since_last_node_m=float(motion.driven_m[i]) - self._driven_at_node_m,
            node_states=rest.nodes,
            edge_states=rest.edges,
            action_states=[*self._action_states.values(), *self._instant_states],
            pose=motion.pose(i),
            position_sigma_m=0.02,
            speed_mps=speed_mps,
            battery_pct=float(motion.battery_pct[i]),
            charging=bool(motion.charging[i]),
            waiting_for=Waiting.OPERATOR if self._waits_for_operator else "",
            faults=_battery_faults(float(motion.battery_pct[i])),
        )

    def _order_rest(self) -> _OrderRest:
        """What is left of the order; the same from one node to the next."""
        key = (self._order_id, self._update_id, self._approaching, len(self._nodes))
        if self._rest is None or self._rest.key != key:
            rest = self._nodes if self._approaching else self._nodes[1:]
            self._rest = _OrderRest(
                key,
                tuple((n.node_id, n.sequence_id, n.released) for n in rest),
                tuple((e.edge_id, e.sequence_id, e.released) for e in self._edges),
                any(not node.released for node in self._nodes),
            )
        return self._rest


def _battery_faults(battery_pct: float) -> frozenset[FaultKind]:
    if battery_pct < BATTERY_CRITICAL_PCT:
        return frozenset({FaultKind.BATTERY_CRITICAL})
    if battery_pct < BATTERY_LOW_PCT:
        return frozenset({FaultKind.BATTERY_LOW})
    return frozenset()
