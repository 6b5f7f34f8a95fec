"""navigation: the NavigationStack between ROS topics, the ExecuteOrder action, instant actions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteOrder
from patrol_interfaces.msg import (
    AttentionState,
    BaseFeedback,
    CaptureRequest,
    LinkState,
    LocalizationState,
    PerceptionState,
    SafetyState,
)
from patrol_interfaces.msg import SignalState as SignalMessage
from patrol_interfaces.srv import InstantAction
from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from sensor_msgs.msg import LaserScan

from navigation.stack import NavigationStack
from navigation.types import (
    AttentionOrder,
    AttentionReport,
    BaseStatus,
    CaptureReport,
    NavigationState,
    StackInputs,
)
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.map_geojson import load_map
from patrol.signals import SignalState
from patrol.stamps import seconds_of
from patrol.topics import EXECUTE_ORDER_ACTION, INSTANT_ACTION_SERVICE, TOPICS
from patrol.vehicle import load_vehicle
from patrol_navigation.convert import (
    action_of,
    as_left_of,
    intake_of_action,
    intake_of_order,
    message_of_state,
    note_signal,
    order_of,
)
from patrol_navigation.goals import REJECTED, OpenGoal, outcome_of
from patrol_navigation.steering_file import SteeringFile
from patrol_ros import attention
from patrol_ros.convert import base_of, message_of_command, pose_of, scan_of
from patrol_ros.fault_names import faults_of, names_of
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode
from patrol_ros.stamps import header_of

COMMAND_HZ = TOPICS["/cmd_vel"].rate_hz or 20
STATE_EVERY = round(COMMAND_HZ / (TOPICS["/navigation/state"].rate_hz or 5))
ATTENTION_EVERY = round(COMMAND_HZ / (TOPICS["/attention/command"].rate_hz or 2))
STATE_MAX_AGE_S = {
    name: TOPICS[name].max_age_s or 0.0
    for name in (
        "/localization/state",
        "/perception/state",
        "/fleet_client/state",
        "/safety/state",
    )
}
NO_FAULTS: frozenset[FaultKind] = frozenset()


@dataclass(slots=True)
class _Running:
    """A goal under way and who waits for its end."""

    goal: OpenGoal
    handle: ServerGoalHandle
    ended: Future = field(default_factory=Future)


class NavigationNode(VehicleNode):
    """Pose, base, faults, orders → /cmd_vel, /navigation/state."""

    def __init__(self) -> None:
        super().__init__("navigation")
        spec = load_vehicle(self.path("vehicle_file"))
        self._steering = SteeringFile(self.path("state_dir") / "steering.json", spec.wheelbase_m)
        patrol_map = load_map(self.path("map_file"))
        self._stack = NavigationStack(spec, patrol_map, self._steering.gain)
        self._boot_id = uuid.uuid4().hex
        self._pose: Latest[StampedPose] = Latest()
        self._base: Latest[BaseStatus] = Latest()
        self._scan: Latest[Scan] = Latest()
        self._signals: dict[str, SignalState] = {}
        self._faults = {name: Latest[frozenset[FaultKind]]() for name in STATE_MAX_AGE_S}
        self._link_up: Latest[bool] = Latest()
        self._state = NavigationState()
        self._running: list[_Running] = []
        self._steps = 0
        self._publish_command = self.topic_publisher("/cmd_vel")
        self._publish_state = self.topic_publisher("/navigation/state")
        self._publish_intake = self.topic_publisher("/navigation/intake")
        self._publish_attention = self.topic_publisher("/attention/command")
        self._publish_capture = self.topic_publisher("/perception/capture")
        self._captured: CaptureReport | None = None
        self._capture_told = ""
        self._attention: Latest[AttentionReport] = Latest()
        self._attention_told = AttentionOrder()
        self.topic_subscription("/attention/state", self._on_attention)
        self.topic_subscription("/localization/odometry", self._on_pose)
        self.topic_subscription("/base/feedback", self._on_base)
        self.topic_subscription("/scan", self._on_scan)
        self.topic_subscription("/signals/state", self._on_signal)
        self.topic_subscription("/localization/state", self._on_localization)
        self.topic_subscription("/perception/state", self._on_perception)
        self.topic_subscription("/safety/state", self._on_safety)
        self.topic_subscription("/fleet_client/state", self._on_link)
        self.create_service(InstantAction, INSTANT_ACTION_SERVICE, self._on_instant_action)
        self._server = ActionServer(
            self,
            ExecuteOrder,
            EXECUTE_ORDER_ACTION,
            execute_callback=self._execute,
            cancel_callback=lambda _handle: CancelResponse.REJECT,  # cancelOrder is the way
        )
        self.every(COMMAND_HZ, self._step)
        factor = f"{self._steering.gain.factor:.3f}"
        self.event("navigation_started", boot_id=self._boot_id, steering_gain=factor)

    # --- inputs ---

    def _on_pose(self, message: Odometry) -> None:
        stamped = pose_of(message)
        self._pose.put(stamped, stamped.stamp_s)

    def _on_base(self, message: BaseFeedback) -> None:
        status = base_of(message)
        self._base.put(status, status.stamp_s)

    def _on_scan(self, message: LaserScan) -> None:
        scan = scan_of(message)
        self._scan.put(scan, scan.stamp_s)

    def _on_signal(self, message: SignalMessage) -> None:
        note_signal(self._signals, message)

    def _on_localization(self, message: LocalizationState) -> None:
        self._put_faults("/localization/state", message)

    def _on_perception(self, message: PerceptionState) -> None:
        self._put_faults("/perception/state", message)
        self._captured = CaptureReport(message.capture_id, message.capture_failure)

    def _on_safety(self, message: SafetyState) -> None:
        self._put_faults("/safety/state", message)

    def _on_attention(self, message: AttentionState) -> None:
        report = attention.report_of(message)
        if report is not None:
            self._attention.put(report, report.stamp_s)

    def _on_link(self, message: LinkState) -> None:
        self._put_faults("/fleet_client/state", message)
        self._link_up.put(message.connected, seconds_of(message.header.stamp))

    def _put_faults(
        self, topic: str, message: LocalizationState | PerceptionState | SafetyState | LinkState
    ) -> None:
        self._faults[topic].put(faults_of(message.faults), seconds_of(message.header.stamp))

    def _faults_from(self, topic: str, now_s: float) -> frozenset[FaultKind]:
        return self._faults[topic].fresh(now_s, STATE_MAX_AGE_S[topic]) or NO_FAULTS

    # --- orders ---

    async def _execute(self, handle: ServerGoalHandle) -> ExecuteOrder.Result:
        now_s = self.now_s()
        try:
            self._refuse_while_inactive()
            order, resume = order_of(handle.request)
            as_left = as_left_of(handle.request)
            self._stack.accept_order(order, now_s, resume, as_left)
        except OrderError as error:
            self._publish_intake(intake_of_order(handle.request, error.error_type, now_s))
            self.event("order_rejected", error_type=error.error_type, reason=repr(str(error)))
            handle.abort()
            return ExecuteOrder.Result(
                outcome=REJECTED, error_type=error.error_type, message=str(error)
            )
        self._publish_intake(intake_of_order(handle.request, "", now_s))
        goal = OpenGoal(order.order_id, order.order_update_id)
        self.event(
            "order_accepted", order=order.order_id, update=order.order_update_id, resume=resume
        )
        running = _Running(goal, handle)
        self._running.append(running)
        self._tell_progress(running)
        outcome = await running.ended
        self.event("order_ended", order=goal.order_id, update=goal.order_update_id, how=outcome)
        handle.succeed()
        return ExecuteOrder.Result(outcome=outcome)

    def _refuse_while_inactive(self) -> None:
        if not self.is_active:
            raise OrderError("navigation is not active", "orderError")

    def _tell_progress(self, running: _Running) -> None:
        running.handle.publish_feedback(
            ExecuteOrder.Feedback(
                last_node_sequence_id=self._state.last_node_sequence_id,
                distance_m=self._state.distance_driven_m,
            )
        )

    def _on_instant_action(
        self, request: InstantAction.Request, response: InstantAction.Response
    ) -> InstantAction.Response:
        now_s = self.now_s()
        try:
            self._refuse_while_inactive()
            self._stack.instant_action(action_of(request.action_json), now_s)
            response.accepted = True
        except OrderError as error:
            response.error_type, response.message = error.error_type, str(error)
        self._publish_intake(intake_of_action(request, response.error_type, now_s))
        return response

    # --- one cycle ---

    def _step(self) -> None:
        now_s = self.now_s()
        external = self._faults_from("/safety/state", now_s)
        external |= self._faults_from("/fleet_client/state", now_s)
        inputs = StackInputs(
            pose=self._pose.value,
            localization_faults=self._faults_from("/localization/state", now_s),
            base=self._base.value,
            scan=self._scan.value,
            signals=self._signals,
            perception_age_s=self._faults["/perception/state"].age_s(now_s),
            perception_faults=self._faults_from("/perception/state", now_s),
            link_up=bool(self._link_up.fresh(now_s, STATE_MAX_AGE_S["/fleet_client/state"])),
            external_faults=external,
            attention=self._attention.value,
            captured=self._captured,
        )
        outputs = self._stack.step(inputs, now_s)
        self._steering.step(now_s)
        self._publish_command(message_of_command(outputs.command, now_s))
        before, self._state = self._state, outputs.state
        self._steps += 1
        self._attend(outputs.attention, now_s)
        self._capture(outputs.capture_id, now_s)
        if self._steps % STATE_EVERY == 0 or _is_news(before, outputs.state):
            self._publish_state(message_of_state(outputs.state, self._boot_id, now_s))
            self._settle_goals()
        if (before.mode, before.faults) != (outputs.state.mode, outputs.state.faults):
            self._tell(outputs.state, now_s)

    def _attend(self, order: AttentionOrder, now_s: float) -> None:
        """What to show and to say: at the table's rate, and at once what is new."""
        if order != self._attention_told or self._steps % ATTENTION_EVERY == 0:
            self._attention_told = order
            self._publish_attention(attention.message_of_order(order, now_s))

    def _capture(self, capture_id: str, now_s: float) -> None:
        """Ask for a picture: at once, and again as long as there is no answer."""
        if capture_id and (capture_id != self._capture_told or self._steps % ATTENTION_EVERY == 0):
            self._publish_capture(CaptureRequest(header=header_of(now_s), capture_id=capture_id))
        self._capture_told = capture_id

    def _settle_goals(self) -> None:
        for running in list(self._running):
            outcome = outcome_of(running.goal, self._state)
            if outcome is None:
                self._tell_progress(running)
            else:
                self._running.remove(running)
                running.ended.set_result(outcome)

    def _tell(self, state: NavigationState, now_s: float) -> None:
        faults = ",".join(names_of(state.faults)) or "none"
        self.event("navigation_mode", mode=state.mode, faults=faults, now_s=f"{now_s:.2f}")


def _is_news(before: NavigationState, after: NavigationState) -> bool:
    """Whether the fleet should hear at once."""
    return (
        before.mode != after.mode
        or before.last_node_sequence_id != after.last_node_sequence_id
        or before.faults != after.faults
        or before.action_states != after.action_states
        or before.new_base_request != after.new_base_request
    )
