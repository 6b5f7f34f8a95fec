"""fleet_client: the VDA 5050 client between ROS topics and the fleet server.

The client runs in an asyncio loop in a thread of its own; ROS callbacks stay in the executor's
thread. Orders go to navigation, and again whenever navigation has been started anew.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import (
    BaseFeedback,
    LocalizationState,
    NavigationState,
    PerceptionState,
    SafetyState,
)
from patrol_interfaces.msg import Incident as IncidentMessage
from patrol_ros.convert import base_of, pose_of
from patrol_ros.fault_names import faults_of
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode
from patrol_ros.stamps import seconds_of

from fleet_client.client import FleetClient
from fleet_client.credentials import load_credentials
from fleet_client.options import LinkHandlers
from fleet_client.state_builder import MapRef, StateContent
from navigation.types import BaseStatus
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import StampedPose
from patrol.map_geojson import load_map
from patrol.topics import TOPICS
from patrol.vda5050.messages import Action, Order
from patrol.vehicle import load_vehicle
from patrol_fleet_client.convert import (
    Condition,
    content_of,
    evidence_of,
    faults_of_diagnostics,
    incident_of,
    message_of_link,
    progress_of,
)
from patrol_fleet_client.navigation_link import NavigationLink, NavigationSilent
from patrol_fleet_client.order_keeper import NEW_ORDER, OrderKeeper

STEP_HZ = 10.0
STATE_EVERY_S = 1.0
VISUALIZATION_EVERY = round(STEP_HZ / 2.0)
LINK_EVERY = round(STEP_HZ / (TOPICS["/fleet_client/state"].rate_hz or 1))
RESEND_EVERY_S = 5.0  # while navigation stays silent or without the order
MAX_AGE_S = {
    name: TOPICS[name].max_age_s or 3.0
    for name in (
        "/navigation/state",
        "/localization/odometry",
        "/localization/state",
        "/base/feedback",
        "/safety/state",
        "/perception/state",
        "/diagnostics",
    )
}


class _NodeClock:
    """The node's clock for event time; wall time before the first `/clock`."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        return self._now_s() or time.time()

    def monotonic_s(self) -> float:
        return time.monotonic()


class FleetClientNode(VehicleNode):
    """States, incidents → fleet server; orders, instant actions → navigation."""

    def __init__(self) -> None:
        super().__init__("fleet_client")
        patrol_map = load_map(self.path("map_file"))
        state_dir = self.path("state_dir")
        self._keeper = OrderKeeper(state_dir / "order.json")
        self._navigation: Latest[NavigationState] = Latest()
        self._pose: Latest[StampedPose] = Latest()
        self._localization: Latest[LocalizationState] = Latest()
        self._base: Latest[BaseStatus] = Latest()
        self._faults = {
            name: Latest[frozenset[FaultKind]]()
            for name in ("/safety/state", "/perception/state", "/diagnostics")
        }
        self._sent: StateContent | None = None
        self._sent_s, self._resent_s = 0.0, float("-inf")
        self._state_wanted = False
        self._steps = 0
        self._link = NavigationLink(self)
        self._publish_link = self.topic_publisher("/fleet_client/state")
        self._client = FleetClient(
            load_credentials(self.path("credentials_file")),
            load_vehicle(self.path("vehicle_file")),
            MapRef.of(patrol_map),
            LinkHandlers(self._on_order, self._on_action, self._on_state_request),
            spool_path=state_dir / "spool.sqlite",
            clock=_NodeClock(self.now_s),
        )
        self._declare_inputs()
        self._thread = threading.Thread(target=self._run_client, name="fleet_client", daemon=True)
        self._thread.start()
        self.every(STEP_HZ, self._step)

    def _declare_inputs(self) -> None:
        self.topic_subscription("/navigation/state", self._on_navigation)
        self.topic_subscription("/localization/odometry", self._on_pose)
        self.topic_subscription("/localization/state", self._on_localization)
        self.topic_subscription("/base/feedback", self._on_base)
        self.topic_subscription("/safety/state", self._on_safety)
        self.topic_subscription("/perception/state", self._on_perception)
        self.topic_subscription("/perception/incident", self._on_incident)
        self.topic_subscription("/diagnostics", self._on_diagnostics)

    def _run_client(self) -> None:
        try:
            asyncio.run(self._client.run())
        except Exception as error:  # the thread's end must end the process
            self.get_logger().fatal(f"fleet_client_failed error={error!r}")
            os._exit(1)

    def close(self) -> None:
        """Say OFFLINE and close the spool."""
        self._client.stop()
        self._thread.join(3.0)

    # --- from the vehicle ---

    def _on_navigation(self, message: NavigationState) -> None:
        before = self._navigation.value
        self._navigation.put(message, seconds_of(message.header.stamp))
        if before is None or before.boot_id != message.boot_id:
            self.event("navigation_seen", boot_id=message.boot_id, order=message.order_id)
            self._resent_s = float("-inf")
        self._keeper.note(progress_of(message))

    def _on_pose(self, message: Odometry) -> None:
        stamped = pose_of(message)
        self._pose.put(stamped, stamped.stamp_s)

    def _on_localization(self, message: LocalizationState) -> None:
        self._localization.put(message, seconds_of(message.header.stamp))

    def _on_base(self, message: BaseFeedback) -> None:
        status = base_of(message)
        self._base.put(status, status.stamp_s)

    def _on_safety(self, message: SafetyState) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/safety/state"].put(faults_of(message.faults), stamp_s)

    def _on_perception(self, message: PerceptionState) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/perception/state"].put(faults_of(message.faults), stamp_s)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/diagnostics"].put(faults_of_diagnostics(message), stamp_s)

    def _on_incident(self, message: IncidentMessage) -> None:
        incident = incident_of(message)
        if incident is not None:
            self._client.report_incident(incident)
        for ref in message.evidence:
            self._client.submit_evidence(evidence_of(ref))

    # --- from the fleet server, in the client's thread ---

    async def _on_order(self, order: Order) -> None:
        if self._keeper.is_repeated(order):
            return
        before = self._keeper.kept
        is_update = before is not None and before.order.order_id == order.order_id
        if before is not None and not before.ended and not is_update:
            raise OrderError(
                f"order {order.order_id}: order {before.order.order_id} is not finished;"
                " cancel it first",
                "orderError",
                orderId=order.order_id,
            )
        self._keeper.take(order)
        self._resent_s = time.monotonic()
        try:
            await asyncio.wrap_future(self._link.give_order(order, NEW_ORDER))
        except NavigationSilent:
            self.event("order_kept", order=order.order_id, update=order.order_update_id)
        except OrderError:
            self._keeper.put(before)
            raise

    async def _on_action(self, action: Action) -> None:
        try:
            await asyncio.wrap_future(self._link.give_action(action))
        except NavigationSilent:
            raise OrderError(
                f"instant action {action.action_type}: navigation is down", "orderError"
            ) from None

    def _on_state_request(self) -> None:
        self._state_wanted = True

    # --- one cycle ---

    def _step(self) -> None:
        now_s = self.now_s()
        self._steps += 1
        self._link.step()
        self._resume_where_lost(now_s)
        own = self._faults["/diagnostics"].fresh(now_s, MAX_AGE_S["/diagnostics"]) or frozenset()
        self._send_state(now_s)
        if self._steps % VISUALIZATION_EVERY == 0:
            self._send_visualization(now_s)
        if self._steps % LINK_EVERY == 0:
            status = self._client.status()
            self._publish_link(message_of_link(status, self._keeper.kept, own, now_s))

    def _resume_where_lost(self, now_s: float) -> None:
        """Give navigation its order again where it runs without it."""
        kept = self._keeper.to_resume()
        navigation = self._navigation.fresh(now_s, MAX_AGE_S["/navigation/state"])
        if kept is None or navigation is None:
            return
        has_it = (
            navigation.order_id == kept.order.order_id
            and navigation.order_update_id >= kept.order.order_update_id
        )
        if has_it or time.monotonic() - self._resent_s < RESEND_EVERY_S:
            return
        self._resent_s = time.monotonic()
        self.event(
            "order_resumed", order=kept.order.order_id, from_sequence=kept.reached_sequence_id
        )
        if kept.paused:
            pause = Action(
                action_type="startPause", action_id=f"resume-{self._steps}", blocking_type="NONE"
            )
            self._link.give_action(pause)
        answer = self._link.give_order(kept.order, kept.reached_sequence_id)
        answer.add_done_callback(lambda done: self._on_resumed(done, kept.order))

    def _on_resumed(self, answer: Future[None], order: Order) -> None:
        error = answer.exception()
        if isinstance(error, OrderError):
            self.event("order_lost", order=order.order_id, reason=repr(str(error)))
            self._client.reject(error, order)
            self._keeper.put(None)

    def _condition(self, now_s: float) -> Condition:
        def fresh(latest: Latest, topic: str):  # type: ignore[type-arg,no-untyped-def]
            return latest.fresh(now_s, MAX_AGE_S[topic])

        navigation = fresh(self._navigation, "/navigation/state")
        localization = fresh(self._localization, "/localization/state")
        faults = frozenset(
            fault
            for topic, latest in self._faults.items()
            for fault in (fresh(latest, topic) or ())
        )
        if navigation is not None:
            faults |= faults_of(navigation.faults)
        if localization is not None:
            faults |= faults_of(localization.faults)
        return Condition(
            navigation=navigation,
            pose=fresh(self._pose, "/localization/odometry"),
            localization=localization,
            base=fresh(self._base, "/base/feedback"),
            faults=faults - {FaultKind.LINK_LOST},  # the client knows better, and adds it
            kept=self._keeper.kept,
        )

    def _send_state(self, now_s: float) -> None:
        content = content_of(self._condition(now_s))
        is_due = now_s - self._sent_s >= STATE_EVERY_S or self._state_wanted
        if is_due or _is_news(self._sent, content):
            self._sent, self._sent_s, self._state_wanted = content, now_s, False
            self._client.publish_state(content)

    def _send_visualization(self, now_s: float) -> None:
        pose = self._pose.fresh(now_s, MAX_AGE_S["/localization/odometry"])
        if pose is not None:
            self._client.publish_visualization(pose.pose, pose.speed_mps, pose.yaw_rate_radps)


def _is_news(before: StateContent | None, after: StateContent) -> bool:
    """Whether the server should hear at once (VDA 5050, clause 6.10: events that send a state)."""
    if before is None:
        return True
    return any(
        getattr(before, name) != getattr(after, name)
        for name in (
            "order_id",
            "order_update_id",
            "last_node_sequence_id",
            "driving",
            "paused",
            "new_base_request",
            "node_states",
            "action_states",
            "charging",
            "emergency_stop",
            "field_violation",
            "faults",
        )
    )
