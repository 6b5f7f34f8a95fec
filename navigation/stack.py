"""NavigationStack: poses and faults in, a velocity command and the order's state out.

The stack ties the parts together: order rules check what comes in, the executive decides, the
fault monitor watches, the path tracker steers. It owns no clock and no I/O; `step` at 20 Hz.
"""

from __future__ import annotations

import logging
import math

from navigation.acting.doers import Moment
from navigation.course import Course
from navigation.crossing.rule import NO_CROSSWALK, CrossingInputs, CrossingRule, Passage
from navigation.detours import Detours, Here
from navigation.docking import NO_APPROACH, Phase, approach_again
from navigation.executive import Executive
from navigation.fault_monitor import HELD_BY_GATE, FaultMonitor, Motion, is_seeing
from navigation.following.steering_gain import SteeringGain
from navigation.following.tracker import STANDING_MPS
from navigation.goal import CAPS_MPS, Brake, Circumstances, Goal
from navigation.order_intake import new_route, updated_route
from navigation.order_rules import Route
from navigation.order_state import state_of
from navigation.route_plan import RoutePlan
from navigation.trusted_pose import TrustedPose
from navigation.types import (
    NOTHING_DONE,
    STANDSTILL,
    AsLeft,
    Command,
    Mode,
    StackInputs,
    StackOutputs,
)
from navigation.weather_rule import WeatherRule
from patrol.faults import FaultKind, Response, strongest_response
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, Order
from patrol.vehicle import VehicleSpec
from patrol.weather import REPORT_WEATHER

log = logging.getLogger(__name__)

MAX_STEP_S = 0.2
CONFIRM_CROSSING = "confirmCrossing"  # an operator sees that the crosswalk is free
LEFT_TO_THE_GATE = HELD_BY_GATE | {FaultKind.COMMAND_STALE, FaultKind.PATH_BLOCKED}


class NavigationStack:
    """Follows one VDA 5050 order at a time; `gain` is what was learnt of the steering before."""

    def __init__(
        self, spec: VehicleSpec, patrol_map: PatrolMap, gain: SteeringGain | None = None
    ) -> None:
        self._spec = spec
        self._map = patrol_map
        self._executive = Executive(patrol_map)
        self._monitor = FaultMonitor()
        self._detours = Detours(spec, patrol_map)
        self._crossing = CrossingRule(spec, patrol_map)
        self._course = Course(spec, patrol_map, gain or SteeringGain())
        self._weather = WeatherRule(spec.weather)
        self._pose = TrustedPose()
        self._last_step_s: float | None = None
        self._command = STANDSTILL

    # --- orders ---

    @property
    def order(self) -> Order | None:
        """The order as it stands, all updates merged: give it back with the last node's
        sequence id after a restart."""
        route = self._executive.route
        return None if route is None else route.as_order()

    def accept_order(
        self,
        order: Order,
        now_s: float,
        resume_from_sequence_id: int | None = None,
        as_left: AsLeft = NOTHING_DONE,
    ) -> None:
        """Take an order or an update of it; raises OrderError and then changes nothing.

        The same orderUpdateId twice is no error and has no effect. With
        `resume_from_sequence_id` the order goes on after that node, as before a restart, and
        what `as_left` says is done is not done again.
        """
        executive = self._executive
        route = executive.route
        if route is not None and order.order_id == route.order_id:
            longer = updated_route(route, order, self._map, self._spec)
            if longer is not None:
                self._extend(longer)
            return
        unfinished_id = executive.order_id if executive.is_active else None
        here = self._pose.lately(now_s)
        taken = new_route(
            order, unfinished_id, here, self._map, self._spec, resume_from_sequence_id
        )
        self._begin(*taken, as_left)

    def _begin(self, route: Route, reached: int, as_left: AsLeft) -> None:
        self._executive.begin(route, reached, as_left)
        self._course.begin(route, reached)
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

    def _extend(self, route: Route) -> None:
        self._executive.extend(route)
        if not self._detours.fits(route):
            self._detours.forget()
            self._course.begin_anew(route, self._executive.reached)
        self._lay_path()
        log.info("order_updated order=%s update=%d", route.order_id, route.update_id)

    def instant_action(self, action: Action, now_s: float) -> None:
        """What the executive knows, confirmCrossing, reportWeather; raises OrderError."""
        if action.action_type == CONFIRM_CROSSING:
            self._crossing.confirm(str(action.parameters().get("crosswalkId", "")), now_s)
            self._executive.book.instant(action, "FINISHED")
            return
        if action.action_type == REPORT_WEATHER:
            self._weather.note(action, now_s)
            self._executive.book.instant(action, "FINISHED")
            return
        self._executive.request(action)

    def _lay_path(self) -> None:
        route, course = self._executive.route, self._course
        if route is None:
            return
        if not course.lay(route, self._executive.reached, self._pose.now):
            self._detours.forget()
        if course.tracker is not None:
            self._crossing.lay(course.tracker, course.first_leg_end)

    def cross_track_error_of(self, pose: Pose2) -> float | None:
        """The error of any pose, say the truth, against the present path; None without one."""
        return self._course.cross_track_error_of(pose)

    # --- one cycle ---

    def step(self, inputs: StackInputs, now_s: float) -> StackOutputs:
        """One cycle: note, detect, decide, act."""
        dt = self._elapsed_s(now_s)
        speed_mps = self._speed_mps(inputs)
        self._pose.note(inputs, now_s)
        self._advance(inputs, speed_mps, now_s)
        self._do(inputs, speed_mps, now_s)
        self._dock_again(speed_mps)
        faults = self._monitor.step(inputs, self._motion(), now_s) | self._weather.faults(now_s)
        self._go_round(inputs, faults, speed_mps, now_s)
        if self._detours.is_blocked:
            faults |= {FaultKind.PATH_BLOCKED}
        if self._executive.docking.has_failed:
            faults |= {FaultKind.DOCKING_FAILED}
        response = self._response(faults, now_s)
        passage = self._cross(inputs, response, speed_mps, now_s)
        if passage.signal_missing:
            faults |= {FaultKind.SIGNAL_UNKNOWN}
        course, executive = self._course, self._executive
        now = Circumstances(
            response, faults, course.travel_m, course.node_s_m, course.braking_m(speed_mps),
            inputs.base, passage,
        )  # fmt: skip
        goal = executive.goal(now)
        if goal.mode is Mode.DRIVING:
            executive.docking.note_driving(dt)
        self._command = self._act(goal, inputs, speed_mps, now_s, dt)
        holds_for = self._detours.holds_for
        state = state_of(executive, course, now, goal, speed_mps, holds_for)
        capture_id = executive.doers.capture_id
        return StackOutputs(self._command, state, executive.attention.order, capture_id)

    def _do(self, inputs: StackInputs, speed_mps: float, now_s: float) -> None:
        """Carry the actions on that the order and operators ask for."""
        moment = Moment(now_s, self._pose.now, is_seeing(inputs), inputs.captured)
        self._executive.act(inputs.attention, abs(speed_mps) < STANDING_MPS, moment)

    def _advance(self, inputs: StackInputs, speed_mps: float, now_s: float) -> None:
        """Note where the vehicle is on its path, and what that settles."""
        executive, course = self._executive, self._course
        standing = abs(speed_mps) < STANDING_MPS
        if self._pose.now is not None:
            if course.tracker is None:
                self._lay_path()
            if course.tracker is not None:
                course.tracker.update(self._pose.now, speed_mps)
        if standing:
            executive.settle()
        if course.tracker is not None:
            executive.advance(course.travel_m, course.node_s_m, standing, inputs.base, now_s)
        if executive.route is None:
            course.end()
            self._detours.forget()

    def _go_round(
        self, inputs: StackInputs, faults: frozenset[FaultKind], speed_mps: float, now_s: float
    ) -> None:
        """Let the detours judge what stands in the way, and go by another path if they say so."""
        route, course, pose = self._executive.route, self._course, self._pose.now
        if route is None or course.tracker is None or pose is None:
            return
        if self._executive.docking.is_approaching:
            return  # a way round could not lead onto the dock; it has its own time limit
        reached = self._executive.reached
        here = Here(route, reached, course.plan, pose, course.tracker, speed_mps)
        plan = self._detours.step(inputs.scan, here, faults, now_s)
        if plan is not None:
            self._go_by(plan, route, pose, speed_mps)

    def _go_by(self, plan: RoutePlan, route: Route, pose: Pose2, speed_mps: float) -> None:
        """Drive by another plan for the same order, from this cycle on."""
        self._course.go_by(plan, route)
        self._lay_path()
        if self._course.tracker is not None:
            self._course.tracker.update(pose, speed_mps)

    def _dock_again(self, speed_mps: float) -> None:
        """Lay the path back from the dock and onto it once more, where the docking asks for it."""
        route, docking = self._executive.route, self._executive.docking
        if docking.phase is not Phase.AGAIN or route is None or self._pose.now is None:
            return
        plan = approach_again(route, self._executive.reached, self._map, self._pose.now)
        if plan is None:
            docking.fail(NO_APPROACH)
            return
        docking.set_out()
        self._detours.forget()
        self._monitor.new_path()
        self._go_by(plan, route, self._pose.now, speed_mps)

    def _elapsed_s(self, now_s: float) -> float:
        last_s, self._last_step_s = self._last_step_s, now_s
        return 0.0 if last_s is None else min(max(now_s - last_s, 0.0), MAX_STEP_S)

    @staticmethod
    def _speed_mps(inputs: StackInputs) -> float:
        if inputs.base is not None:
            return inputs.base.speed_mps
        return inputs.pose.speed_mps if inputs.pose is not None else 0.0

    def _motion(self) -> Motion:
        tracker = self._course.tracker
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

    def _cross(
        self, inputs: StackInputs, response: Response, speed_mps: float, now_s: float
    ) -> Passage:
        """What the next crosswalk asks; nothing of a vehicle without a path."""
        route = self._executive.route
        if route is None or self._course.tracker is None:
            self._crossing.forget()
            return NO_CROSSWALK
        crossing = CrossingInputs(
            travel_m=self._course.travel_m,
            speed_mps=speed_mps,
            braking_m=self._course.braking_m(speed_mps),
            cap_mps=min(CAPS_MPS.get(response, math.inf), self._detours.cap_mps),
            last_released=route.last_released,
            signals=inputs.signals,
            scan=inputs.scan,
            pose=inputs.pose if self._pose.now is not None else None,
        )
        return self._crossing.step(crossing, now_s)

    def _act(
        self, goal: Goal, inputs: StackInputs, speed_mps: float, now_s: float, dt: float
    ) -> Command:
        tracker = self._course.tracker
        if tracker is None:
            return STANDSTILL
        if goal.brake is Brake.HARD or self._pose.now is None:
            return tracker.brake_hard(speed_mps, now_s, dt)
        steering = inputs.base.steering_rad if inputs.base is not None else 0.0
        if goal.brake is Brake.COMFORT or self._detours.holds_for:
            return tracker.brake_on_path(self._pose.now, speed_mps, steering, now_s, dt)
        cap_mps = min(goal.cap_mps, self._detours.cap_mps)
        return tracker.follow(
            self._pose.now, speed_mps, steering, goal.stop_at_m, cap_mps, now_s, dt
        )
