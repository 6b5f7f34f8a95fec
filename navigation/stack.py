"""NavigationStack: poses and faults in, a velocity command and the order's state out.

The stack ties the parts together: order rules check what comes in, the executive decides, the
fault monitor watches, the path tracker steers. It owns no clock and no I/O; `step` at 20 Hz.
"""

from __future__ import annotations

import logging
import math

from navigation.crossing.rule import NO_CROSSWALK, CrossingInputs, CrossingRule, Passage
from navigation.detours import Detours, Here
from navigation.executive import CAPS_MPS, Brake, Executive, Goal
from navigation.fault_monitor import FaultMonitor, Motion, is_fresh
from navigation.following.progress import locate
from navigation.following.tracker import STANDING_MPS, PathTracker
from navigation.following.velocity_profile import EdgeLimits
from navigation.order_rules import Route, check_order, stitch
from navigation.route_plan import RoutePlan, check_reach
from navigation.types import Command, Mode, NavigationState, StackInputs, StackOutputs
from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind, Response, strongest_response
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, EdgeState, NodeState, Order
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

NEW_BASE_AHEAD_M = 10.0  # beyond the braking distance: seven seconds for the server to answer
MAX_STEP_S = 0.2
CONFIRM_CROSSING = "confirmCrossing"  # an operator sees that the crosswalk is free
# The gate itself holds the vehicle for these, and goes on by itself: standing still here too
# would hide from the gate what the vehicle wants.
LEFT_TO_THE_GATE = frozenset(
    {FaultKind.OBSTACLE_IN_STOP_ZONE, FaultKind.COMMAND_STALE, FaultKind.PATH_BLOCKED}
)


class NavigationStack:
    """Follows one VDA 5050 order at a time."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        self._spec = spec
        self._map = patrol_map
        self._limits = EdgeLimits(patrol_map)
        self._executive = Executive(patrol_map)
        self._monitor = FaultMonitor()
        self._detours = Detours(spec, patrol_map)
        self._crossing = CrossingRule(spec, patrol_map)
        self._plan: RoutePlan | None = None
        self._tracker: PathTracker | None = None
        self._node_s_m: tuple[float, ...] = ()
        self._pose: Pose2 | None = None
        self._last_step_s: float | None = None
        self._command = Command(0.0, 0.0)

    # --- orders ---

    @property
    def order(self) -> Order | None:
        """The order as it stands, all updates merged: give it back with the last node's
        sequence id after a restart."""
        route = self._executive.route
        return None if route is None else route.as_order()

    def accept_order(
        self, order: Order, now_s: float, resume_from_sequence_id: int | None = None
    ) -> None:
        """Take an order or an update of it; raises OrderError and then changes nothing.

        The same orderUpdateId twice is no error and has no effect. With
        `resume_from_sequence_id` the order goes on after that node, as before a restart.
        """
        route = self._executive.route
        if route is not None and order.order_id == route.order_id:
            self._accept_update(route, order)
            return
        if self._executive.is_active:
            raise OrderError(
                f"order {order.order_id}: order {route.order_id if route else ''} is not"
                " finished; cancel it first",
                "orderError",
                orderId=order.order_id,
            )
        self._accept_new(order, resume_from_sequence_id)

    def _accept_new(self, order: Order, resume_from_sequence_id: int | None) -> None:
        route = check_order(order, self._map, self._spec)
        reached = -1
        if resume_from_sequence_id is not None:
            reached = route.index_of(resume_from_sequence_id)
        else:
            check_reach(route, self._map, self._pose)
        self._executive.begin(route, reached)
        self._plan = RoutePlan(first_index=max(0, reached), resumed=reached >= 0)
        self._tracker = None
        self._node_s_m = (0.0,) * len(route.nodes)
        self._monitor.new_path()
        self._detours.forget()
        self._lay_path()
        log.info(
            "order_accepted order=%s update=%d nodes=%d from=%d",
            route.order_id,
            route.update_id,
            len(route.nodes),
            reached,
        )

    def _accept_update(self, route: Route, order: Order) -> None:
        if order.order_update_id < route.update_id:
            raise OrderError(
                f"order {order.order_id}: update {order.order_update_id} is older than"
                f" {route.update_id}",
                "orderUpdateError",
                orderId=order.order_id,
                orderUpdateId=str(order.order_update_id),
            )
        if order.order_update_id == route.update_id:
            return
        self._executive.extend(stitch(route, order, self._map, self._spec))
        self._lay_path()
        log.info("order_updated order=%s update=%d", order.order_id, order.order_update_id)

    def instant_action(self, action: Action, now_s: float) -> None:
        """What the executive knows, and confirmCrossing; raises OrderError for any other."""
        if action.action_type == CONFIRM_CROSSING:
            self._crossing.confirm(str(action.parameters().get("crosswalkId", "")), now_s)
            self._executive.book.instant(action, "FINISHED")
            return
        self._executive.request(action)

    def _lay_path(self) -> None:
        """(Re)build the path; a path that still fits under the vehicle keeps its progress.

        A new beginning waits until the vehicle knows where it is.
        """
        route, plan, old = self._executive.route, self._plan, self._tracker
        if route is None or plan is None:
            return
        laid = None
        if old is not None:
            laid = plan.lay(route, self._map, self._spec, self._pose)
            if laid is None or not laid.continues(old):
                plan = RoutePlan(first_index=max(0, self._executive.reached), resumed=True)
                laid = old = None
                self._detours.forget()
        if laid is None:
            laid = plan.lay(route, self._map, self._spec, self._pose)
        self._plan = plan
        if laid is None:
            self._tracker, self._node_s_m = None, (0.0,) * len(route.nodes)
            return
        self._node_s_m = laid.node_s_m
        self._tracker = PathTracker(laid.path, laid.edges, laid.caps_mps, self._limits, self._spec)
        self._crossing.lay(laid.path, laid.edges, laid.caps_mps, plan.first_leg_end)
        if old is not None:
            self._tracker.resume(old)

    def cross_track_error_of(self, pose: Pose2) -> float | None:
        """The error of any pose, say the truth, against the present path; None without one."""
        tracker = self._tracker
        if tracker is None or tracker.piece is None:
            return None
        return locate(tracker.piece, pose, tracker.s_m).cross_track_error_m

    # --- one cycle ---

    def step(self, inputs: StackInputs, now_s: float) -> StackOutputs:
        """One cycle: note, detect, decide, act."""
        dt = self._elapsed_s(now_s)
        speed_mps = self._speed_mps(inputs)
        self._pose = _trusted_pose(inputs, now_s)
        if self._pose is not None:
            if self._tracker is None:
                self._lay_path()
            if self._tracker is not None:
                self._tracker.update(self._pose, speed_mps)
        travel_m = self._tracker.s_m if self._tracker is not None else 0.0
        if self._tracker is not None:
            standing = abs(speed_mps) < STANDING_MPS
            self._executive.advance(travel_m, self._node_s_m, standing, inputs.base, now_s)
            if self._executive.route is None:
                self._tracker, self._plan = None, None
                self._detours.forget()
        faults = self._monitor.step(inputs, self._motion(), now_s)
        if self._go_round(inputs, faults, speed_mps, now_s):
            travel_m = self._tracker.s_m if self._tracker is not None else 0.0
        if self._detours.is_blocked:
            faults |= {FaultKind.PATH_BLOCKED}
        response = self._response(faults, now_s)
        passage = self._cross(inputs, response, travel_m, speed_mps, now_s)
        if passage.signal_missing:
            faults |= {FaultKind.SIGNAL_UNKNOWN}
        goal = self._executive.goal(
            response, faults, travel_m, self._node_s_m, self._braking_m(speed_mps), inputs.base,
            passage,
        )  # fmt: skip
        self._command = self._act(goal, inputs, speed_mps, now_s, dt)
        return StackOutputs(self._command, self._state(goal, faults, travel_m, speed_mps))

    def _go_round(
        self, inputs: StackInputs, faults: frozenset[FaultKind], speed_mps: float, now_s: float
    ) -> bool:
        """Let the detours judge what stands in the way; True when the path is another one now."""
        executive, tracker, pose = self._executive, self._tracker, self._pose
        if executive.route is None or tracker is None or pose is None:
            return False
        here = Here(executive.route, executive.reached, pose, tracker, speed_mps)
        plan = self._detours.step(inputs.scan, here, faults, now_s)
        if plan is None:
            return False
        is_longer = self._plan is not None and plan.start == self._plan.start
        self._plan, self._tracker = plan, tracker if is_longer else None
        self._lay_path()
        if self._tracker is not None:
            self._tracker.update(pose, speed_mps)
        return True

    def _elapsed_s(self, now_s: float) -> float:
        last_s, self._last_step_s = self._last_step_s, now_s
        return 0.0 if last_s is None else min(max(now_s - last_s, 0.0), MAX_STEP_S)

    @staticmethod
    def _speed_mps(inputs: StackInputs) -> float:
        if inputs.base is not None:
            return inputs.base.speed_mps
        return inputs.pose.speed_mps if inputs.pose is not None else 0.0

    def _motion(self) -> Motion:
        tracker = self._tracker
        if tracker is None or not self._executive.is_active or tracker.piece is None:
            return Motion()
        return Motion(
            driving=True,
            commanded_mps=abs(self._command.speed_mps),
            travel_m=tracker.s_m,
            cross_track_error_m=tracker.position.cross_track_error_m,
            heading_error_rad=tracker.position.heading_error_rad,
            corridor_m=tracker.corridor_m(),
        )

    def _response(self, faults: frozenset[FaultKind], now_s: float) -> Response:
        heeded = faults - LEFT_TO_THE_GATE
        if self._monitor.is_retrying(now_s):
            heeded -= {FaultKind.NO_PROGRESS}
        return strongest_response(heeded)

    def _braking_m(self, speed_mps: float) -> float:
        return self._tracker.braking_distance_m(speed_mps) if self._tracker else 0.0

    def _cross(
        self,
        inputs: StackInputs,
        response: Response,
        travel_m: float,
        speed_mps: float,
        now_s: float,
    ) -> Passage:
        """What the next crosswalk asks; nothing of a vehicle without a path."""
        route = self._executive.route
        if route is None or self._tracker is None:
            return NO_CROSSWALK
        crossing = CrossingInputs(
            travel_m=travel_m,
            speed_mps=speed_mps,
            braking_m=self._braking_m(speed_mps),
            cap_mps=CAPS_MPS.get(response, math.inf),
            last_released=route.last_released,
            signals=inputs.signals,
            scan=inputs.scan,
            pose=inputs.pose if self._pose is not None else None,
        )
        return self._crossing.step(crossing, now_s)

    def _act(
        self, goal: Goal, inputs: StackInputs, speed_mps: float, now_s: float, dt: float
    ) -> Command:
        tracker = self._tracker
        if tracker is None:
            return Command(0.0, 0.0)
        if goal.brake is Brake.HARD or self._pose is None:
            return tracker.brake_hard(speed_mps, now_s, dt)
        steering = inputs.base.steering_rad if inputs.base is not None else 0.0
        if goal.brake is Brake.COMFORT or self._detours.is_holding:
            return tracker.brake_on_path(self._pose, speed_mps, steering, now_s, dt)
        cap_mps = min(goal.cap_mps, self._detours.cap_mps)
        return tracker.follow(self._pose, speed_mps, steering, goal.stop_at_m, cap_mps, now_s, dt)

    # --- the state ---

    def _state(
        self, goal: Goal, faults: frozenset[FaultKind], travel_m: float, speed_mps: float
    ) -> NavigationState:
        executive, route, tracker = self._executive, self._executive.route, self._tracker
        left = executive.reached + 1
        since_m = 0.0
        if route is not None and tracker is not None and executive.reached >= 0:
            since_m = max(0.0, travel_m - self._node_s_m[executive.reached])
        held_by = self._held_by(goal, faults)
        return NavigationState(
            order_id=executive.order_id,
            order_update_id=executive.update_id,
            last_node_id=executive.last_node_id,
            last_node_sequence_id=executive.last_sequence_id,
            driving=abs(speed_mps) >= STANDING_MPS,
            paused=executive.paused,
            new_base_request=self._wants_base(route, travel_m, speed_mps),
            distance_since_last_node_m=since_m,
            node_states=_node_states(route, left),
            edge_states=_edge_states(route, left),
            action_states=executive.book.states(),
            faults=faults,
            response=strongest_response(faults),
            cross_track_error_m=tracker.position.cross_track_error_m if tracker else 0.0,
            mode=Mode.STOPPED if held_by else goal.mode,
            waiting_for=held_by or goal.waiting_for,
            speed_limit_mps=tracker.limit_mps() if tracker else 0.0,
            distance_driven_m=travel_m,
        )

    def _held_by(self, goal: Goal, faults: frozenset[FaultKind]) -> str:
        """What makes a vehicle stand that would drive; empty where nothing does."""
        if goal.mode is not Mode.DRIVING:
            return ""
        for fault in (FaultKind.PATH_BLOCKED, FaultKind.OBSTACLE_IN_STOP_ZONE):
            if fault in faults:
                return FAULTS[fault].text_en
        return "somebody on the way round" if self._detours.is_holding else ""

    def _wants_base(self, route: Route | None, travel_m: float, speed_mps: float) -> bool:
        if route is None or self._tracker is None or not route.has_horizon:
            return False
        left_m = self._node_s_m[route.last_released] - travel_m
        return left_m < self._tracker.braking_distance_m(speed_mps) + NEW_BASE_AHEAD_M


def _trusted_pose(inputs: StackInputs, now_s: float) -> Pose2 | None:
    """The pose, unless it is missing, old, or localization itself doubts it."""
    lost = FaultKind.LOCALIZATION_LOST in inputs.localization_faults
    if inputs.pose is None or lost or not is_fresh(inputs.pose, now_s):
        return None
    return inputs.pose.pose


def _node_states(route: Route | None, first: int) -> tuple[NodeState, ...]:
    if route is None:
        return ()
    return tuple(
        NodeState(node_id=node.node_id, sequence_id=node.sequence_id, released=node.released)
        for node in route.order_nodes[max(0, first) :]
    )


def _edge_states(route: Route | None, first: int) -> tuple[EdgeState, ...]:
    """Edges still to be driven over: the one being driven on among them."""
    if route is None:
        return ()
    return tuple(
        EdgeState(edge_id=edge.edge_id, sequence_id=edge.sequence_id, released=edge.released)
        for edge in route.order_edges[max(0, first - 1) :]
    )
