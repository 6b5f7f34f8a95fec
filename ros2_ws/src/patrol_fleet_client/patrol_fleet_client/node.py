"""fleet_client: the VDA 5050 client between ROS topics and the fleet server.

The client runs in an asyncio loop in a thread of its own; ROS callbacks stay in the executor's
thread. Orders go to navigation, and again whenever navigation has been started anew.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
from concurrent.futures import Future

from patrol_interfaces.msg import Incident as IncidentMessage
from patrol_interfaces.msg import (
    NavigationState,
)

from fleet_client.client import FleetClient
from fleet_client.credentials import load_credentials
from fleet_client.map_actions import VehicleMaps
from fleet_client.map_store import MapFolder
from fleet_client.options import LinkHandlers
from fleet_client.state_builder import MapRef, StateContent, is_news
from patrol.errors import OrderError
from patrol.map_geojson import load_map
from patrol.topics import TOPICS
from patrol.vda5050.init_position import INIT_POSITION, InitialPosition
from patrol.vda5050.messages import Action, Order
from patrol.vda5050.node_actions import node_action
from patrol.vda5050.release import Release
from patrol.vehicle import load_vehicle
from patrol_fleet_client.asking import ANSWER_WITHIN_S, NoAnswer
from patrol_fleet_client.convert import (
    content_of,
    evidence_of,
    message_of_link,
    progress_of,
)
from patrol_fleet_client.gnss_clock import gnss_clock_of
from patrol_fleet_client.inputs import VehicleInputs
from patrol_fleet_client.localization_link import LocalizationLink
from patrol_fleet_client.map_switch import Situation, SupervisedSwitch
from patrol_fleet_client.navigation_link import NavigationLink
from patrol_fleet_client.node_clock import NodeClock
from patrol_fleet_client.order_file import Kept
from patrol_fleet_client.order_keeper import OrderKeeper
from patrol_fleet_client.perception_link import PerceptionLink
from patrol_fleet_client.search_board import SearchBoard
from patrol_fleet_client.signal_board import SignalBoard
from patrol_ros.incidents import incident_of
from patrol_ros.node import VehicleNode
from patrol_ros.process import SUPERVISOR_VARIABLE

STEP_HZ = 10.0
STATE_EVERY_S = 1.0
VISUALIZATION_EVERY = round(STEP_HZ / 2.0)
LINK_EVERY = round(STEP_HZ / (TOPICS["/fleet_client/state"].rate_hz or 1))
RESEND_EVERY_S = 5.0  # while navigation stays silent or without the order


class FleetClientNode(VehicleNode):
    """States, incidents → fleet server; orders, actions, searches, lights → the vehicle."""

    def __init__(self) -> None:
        super().__init__("fleet_client")
        map_file, state_dir = self.path("map_file"), self.path("state_dir")
        self._keeper = OrderKeeper(state_dir / "order.json", self.text("run_id"))
        self._boot_id = ""
        self._sent: StateContent | None = None
        self._sent_s, self._resent_s = 0.0, float("-inf")
        self._state_wanted = False
        self._steps = 0
        self._link, self._eyes = NavigationLink(self), PerceptionLink(self)
        self._localization = LocalizationLink(self)
        self._publish_link = self.topic_publisher("/fleet_client/state")
        self._searches = SearchBoard(self.topic_publisher("/perception/searches"))
        self._signals = self._signal_board()
        self._inputs = VehicleInputs(self, self._on_navigation)
        maps = MapFolder(state_dir / "maps", MapRef.of(load_map(map_file)))
        is_supervised = SUPERVISOR_VARIABLE in os.environ
        switch = SupervisedSwitch(state_dir / "maps", self._situation, is_supervised)
        self._client = FleetClient(
            load_credentials(self.path("credentials_file")),
            load_vehicle(self.path("vehicle_file")),
            maps.enabled,
            LinkHandlers(
                self._on_order,
                self._on_action,
                self._on_state_request,
                self._searches.show,
                self._on_release,
                self._signals.show if self._signals else None,
                self._on_init_position,
            ),
            maps=VehicleMaps(maps, switch),
            spool_path=state_dir / "spool.sqlite",
            clock=NodeClock(self.now_s),
        )
        self.topic_subscription("/perception/incident", self._on_incident)
        self._thread = threading.Thread(target=self._run_client, name="fleet_client", daemon=True)
        self._thread.start()
        self.every(STEP_HZ, self._step)

    def _signal_board(self) -> SignalBoard | None:
        """On the road alone: a simulated street has lights of its own, and a clock of its own."""
        if self.get_parameter("use_sim_time").value:
            return None
        return SignalBoard(self.topic_publisher("/signals/state"), gnss_clock_of(self))

    def _run_client(self) -> None:
        try:
            asyncio.run(self._client.run())
        except Exception as error:  # the thread's end must end the process
            self.get_logger().fatal(f"fleet_client_failed error={error!r}")
            os._exit(1)

    def close(self) -> None:
        """Say OFFLINE, close the spool, and see the order to the disk."""
        self._client.stop()
        self._thread.join(3.0)
        self._keeper.settle()

    # --- from the vehicle ---

    def _on_navigation(self, message: NavigationState) -> None:
        if self._boot_id != message.boot_id:
            self._boot_id = message.boot_id
            self.event("navigation_seen", boot_id=message.boot_id, order=message.order_id)
            self._resent_s = float("-inf")
        self._keeper.note(progress_of(message))

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
        self._resent_s = time.monotonic()
        kept = self._keeper.take(order)
        # Always the whole order: navigation may have been started anew since the last update, and
        # where it was not, the node's thread may give the same order beside this one; both end
        # with navigation on this update.
        try:
            asked = self._link.give_order(kept.order, kept.reached_sequence_id, kept.as_left)
            await _answer(asked)
        except NoAnswer:
            self.event("order_kept", order=order.order_id, update=order.order_update_id)
        except OrderError:
            self._keeper.put(before)
            raise

    async def _on_action(self, action: Action) -> None:
        try:
            await _answer(self._link.give_action(action))
        except NoAnswer:
            raise OrderError(
                f"instant action {action.action_type}: navigation is down", "orderError"
            ) from None

    async def _on_release(self, release: Release) -> None:
        try:
            await _answer(self._eyes.release(release))
        except NoAnswer:
            raise OrderError("the original cannot be had: perception is down") from None
        self.event("original_released", id=release.incident_id, by=release.requested_by)

    async def _on_init_position(self, position: InitialPosition) -> None:
        """An order under way is paused first: nobody drives off because of a click on a map."""
        kept = self._keeper.kept
        if kept is not None and not kept.ended:
            await self._on_action(_pause(f"{INIT_POSITION}-{self._steps}"))
        try:
            await _answer(self._localization.place(position))
        except NoAnswer:
            raise OrderError(f"{INIT_POSITION}: localization is down", "actionError") from None

    def _situation(self) -> Situation:
        """What decides whether another map can be taken now."""
        now_s, kept = self.now_s(), self._keeper.kept
        base = self._inputs.base(now_s)
        return Situation(
            order_id=kept.order.order_id if kept and not kept.ended else None,
            boot_id=self._boot_id if self._inputs.navigation(now_s) is not None else None,
            speed_mps=base.speed_mps if base else None,
        )

    def _on_state_request(self) -> None:
        self._state_wanted = True

    # --- one cycle ---

    def _step(self) -> None:
        now_s = self.now_s()
        self._steps += 1
        self._link.step()
        self._eyes.step()
        self._localization.step()
        self._searches.step(now_s)
        if self._signals is not None:
            self._signals.step(now_s)
        self._resume_where_lost(now_s)
        self._send_state(now_s)
        if self._steps % VISUALIZATION_EVERY == 0:
            self._send_visualization(now_s)
        if self._steps % LINK_EVERY == 0:
            status, own = self._client.status(), self._inputs.machine_faults(now_s)
            self._publish_link(message_of_link(status, self._keeper.kept, own, now_s))

    def _resume_where_lost(self, now_s: float) -> None:
        """Give navigation its order again where it runs without it."""
        kept = self._keeper.to_resume()
        navigation = self._inputs.navigation(now_s)
        if kept is None or navigation is None:
            return
        if self._has(navigation, kept.order) or time.monotonic() - self._resent_s < RESEND_EVERY_S:
            return
        self._resent_s = time.monotonic()
        if kept.paused and not navigation.paused:  # first of all: the order must not set it going
            paused = self._link.give_action(_pause(f"resume-{self._steps}"))
            paused.add_done_callback(self._on_paused)
            return
        self.event(
            "order_resumed",
            order=kept.order.order_id,
            from_sequence=kept.reached_sequence_id,
            waits=kept.waits,
        )
        answer = self._link.give_order(kept.order, kept.reached_sequence_id, kept.as_left)
        answer.add_done_callback(lambda done: self._on_resumed(done, kept))

    def _on_paused(self, answer: Future[None]) -> None:
        if answer.exception() is None:  # the order follows as soon as navigation's state says so
            self._resent_s = -math.inf

    def _on_resumed(self, answer: Future[None], kept: Kept) -> None:
        error, order = answer.exception(), kept.order
        if not isinstance(error, OrderError):
            return
        if self._has(self._inputs.navigation(self.now_s()), order):
            self.event("resume_needless", order=order.order_id, reason=repr(str(error)))
            return
        self.event("order_lost", order=order.order_id, reason=repr(str(error)))
        if not kept.ended:  # else it was driven, and only its charger was watched
            self._client.reject(error, order)
        self._keeper.put(None)

    @staticmethod
    def _has(navigation: NavigationState | None, order: Order) -> bool:
        """Whether navigation is on this very order, or on a later update of it."""
        return (
            navigation is not None
            and navigation.order_id == order.order_id
            and navigation.order_update_id >= order.order_update_id
        )

    def _send_state(self, now_s: float) -> None:
        content = content_of(self._inputs.condition(now_s, self._keeper.kept))
        is_due = now_s - self._sent_s >= STATE_EVERY_S or self._state_wanted
        if is_due or is_news(self._sent, content):
            self._sent, self._sent_s, self._state_wanted = content, now_s, False
            self._client.publish_state(content)

    def _send_visualization(self, now_s: float) -> None:
        pose = self._inputs.pose(now_s)
        if pose is not None:
            self._client.publish_visualization(pose.pose, pose.speed_mps, pose.yaw_rate_radps)


def _pause(action_id: str) -> Action:
    return node_action("startPause", action_id)


async def _answer(asked: Future[None]) -> None:
    """Wait for another process's answer; raises OrderError, or NoAnswer where none comes.

    The executor's thread gives up by itself, unless it stands still too (no `/clock`).
    """
    try:
        async with asyncio.timeout(2 * ANSWER_WITHIN_S):
            await asyncio.wrap_future(asked)
    except TimeoutError:
        raise NoAnswer from None
