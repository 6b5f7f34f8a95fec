"""The client stage: the product's envelope, spool, lanes and receiver over an in-memory radio."""

from __future__ import annotations

from collections.abc import Coroutine, Set
from dataclasses import dataclass
from typing import Any

from fleet_client.envelope import Envelope
from fleet_client.lanes import Outgoing
from fleet_client.options import LinkHandlers, LinkOptions
from fleet_client.outbox import Outbox
from fleet_client.receiver import Receiver
from fleet_client.state_builder import MapRef, StateContent, is_news
from navigation.types import NOTHING_DONE, AsLeft, Docked, Mode, NavigationState
from patrol.clock import SimClock
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vda5050.init_position import INIT_POSITION, InitialPosition
from patrol.vda5050.messages import Action, Order
from patrol.vda5050.node_actions import node_action
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from simulation.vehicle.bus import Bus, max_age_s
from simulation.vehicle.content import content_of
from simulation.vehicle.driving_stages import LocalizationStage, NavigationStage
from simulation.vehicle.radio import Packet, Radio
from simulation.vehicle.stage import Stage, StageName

CLIENT_HZ = 10.0
STATE_EVERY_S = 1.0
LINK_STATE_HZ = TOPICS["/fleet_client/state"].rate_hz or 1.0
DISK_FULL_MB = 200.0  # patrol.faults: "less than 200 MB free on the state disk"
DAY_STATES = 100_000  # what the spool keeps: a day at 1 Hz
GIVE_EVERY_S = 5.0  # an order to a navigation that stays silent or without it
ENDED = (Mode.IDLE, Mode.FINISHED)


@dataclass
class _Kept:
    """The order that the client keeps for a navigation that is started anew."""

    order: Order
    reached: int | None = None
    paused: bool = False
    ended: bool = False
    as_left: AsLeft = NOTHING_DONE
    waits: bool = False  # the whole vehicle was started anew, and nobody has said go on yet

    @property
    def is_over(self) -> bool:
        """Whether a navigation need not know of it: it has ended, and not on a charger."""
        return self.ended and self.as_left.docked is Docked.NO


class ClientStage(Stage):
    """States go up, orders and instant actions come down; the spool survives a kill."""

    def __init__(
        self,
        bus: Bus,
        spec: VehicleSpec,
        patrol_map: PatrolMap,
        localization: LocalizationStage,
        navigation: NavigationStage,
        radio: Radio,
        address: VehicleAddress,
    ) -> None:
        super().__init__(StageName.CLIENT, CLIENT_HZ)
        self._bus, self._radio = bus, radio
        self._localization, self._navigation = localization, navigation
        self._address, self._map_ref = address, MapRef.of(patrol_map)
        self._options = LinkOptions(spool_max_states=DAY_STATES)
        self._clock = SimClock()
        self._envelope = Envelope(address, spec, self._map_ref, self._options)
        self.outbox = Outbox(self._envelope, self._clock, self._options, None)
        self.disk_free_mb = 10_000.0
        self.lead_s = 0.0  # the link's calendar before the driving's: hours that were skipped
        self._kept: _Kept | None = None
        self._boots = navigation.boots
        self._sent: StateContent | None = None
        self._sent_s = self._linked_s = self._given_s = float("-inf")
        self._connected = False
        self._wanted = True
        self.receiver = self._new_receiver()

    def _new_receiver(self) -> Receiver:
        handlers = LinkHandlers(
            self._on_order,
            self._on_action,
            self._on_state_request,
            on_init_position=self._on_init_position,
        )
        return Receiver(
            self._address, self._map_ref, handlers, self.outbox.acknowledge, lambda: None
        )

    def open(self, now_s: float) -> None:
        """A new connection; spool and kept order are still on the disk."""
        self.receiver = self._new_receiver()
        self._sent, self._connected = None, False

    def start_anew(self) -> None:
        """The whole vehicle is switched on again: what is kept waits to be told to go on."""
        if self._kept is not None and not self._kept.ended:
            self._kept.paused = self._kept.waits = True

    @property
    def connected(self) -> bool:
        """Whether this stage holds a connection."""
        return self._connected and self.hears

    def cycle(self, now_s: float) -> None:
        """Receive, resume, report, send."""
        link_s = now_s + self.lead_s
        self._clock.advance(max(0.0, link_s - self._clock.now_s()))
        self._connect(link_s)
        for packet in self._radio.to_vehicle(link_s):
            topic = self._address.topic(packet.topic)
            finish(self.receiver.receive(topic, packet.payload))
        self._note_progress(now_s)
        self._resume_where_lost(now_s)
        if link_s - self._linked_s >= 1.0 / LINK_STATE_HZ:
            self._linked_s = link_s
            self._bus.link_up.put(self._connected, now_s)
            full = self.disk_free_mb < DISK_FULL_MB
            self._bus.machine.put(frozenset({FaultKind.DISK_FULL} if full else ()), now_s)
        self._report(now_s, link_s)
        live = self.outbox.collect(link_s if self._connected else None)
        if self._connected:
            self._send([*live, *self.outbox.due(link_s)], link_s)

    def _connect(self, link_s: float) -> None:
        up = self._radio.connected(link_s)
        if up and not self._connected:
            self._send(self.outbox.on_connect(link_s), link_s)
        self._connected = up

    def _send(self, messages: list[Outgoing], link_s: float) -> None:
        for message in messages:
            self._radio.from_vehicle(Packet(message.name, message.payload), link_s)

    # --- what comes down ---

    def _on_order(self, order: Order) -> None:
        kept = self._kept
        is_update = kept is not None and kept.order.order_id == order.order_id
        if kept is not None and not kept.ended and not is_update:
            raise OrderError(
                f"order {order.order_id}: order {kept.order.order_id} is not finished;"
                " cancel it first",
                "orderError",
                orderId=order.order_id,
            )
        stack = self._navigation.stack
        if self._navigation.hears:
            stack.accept_order(order, self._clock.now_s())
        self._kept = _Kept(stack.order if self._navigation.hears and stack.order else order)
        self._given_s = self._clock.now_s() - self.lead_s

    def _on_action(self, action: Action) -> None:
        if not self._navigation.hears:
            raise OrderError(
                f"instant action {action.action_type}: navigation is down", "orderError"
            )
        self._navigation.stack.instant_action(action, self._clock.now_s())

    def _on_init_position(self, position: InitialPosition) -> None:
        """An order under way is paused first: nobody drives off because of a click on a map."""
        now_s = self._clock.now_s()
        if self._kept is not None and not self._kept.ended:
            self._on_action(node_action("startPause", f"{INIT_POSITION}-{now_s:.2f}"))
        self._localization.place(position.pose, now_s - self.lead_s)

    def _on_state_request(self) -> None:
        self._wanted = True

    # --- the order that survives ---

    def _state(self, now_s: float) -> NavigationState | None:
        return self._bus.navigation.fresh(now_s, max_age_s("/navigation/state"))

    def _note_progress(self, now_s: float) -> None:
        state, kept = self._state(now_s), self._kept
        if state is None or kept is None or state.order_id != kept.order.order_id:
            return
        if len(state.node_states) < len(kept.order.nodes):
            kept.reached = state.last_node_sequence_id
        kept.paused = state.paused
        kept.ended = kept.ended or state.mode in ENDED or _has_charged(state)
        kept.waits = kept.waits and kept.paused and not kept.ended
        done = tuple(a for a in state.action_states if a.action_status in ("FINISHED", "FAILED"))
        kept.as_left = AsLeft(done, state.docked)

    def _resume_where_lost(self, now_s: float) -> None:
        """A navigation that runs without its order is given it (again)."""
        if self._navigation.boots != self._boots:
            self._boots, self._given_s = self._navigation.boots, float("-inf")
        kept, state = self._kept, self._state(now_s)
        if kept is None or kept.is_over or state is None or not self._navigation.hears:
            return
        if _has(state, kept.order) or now_s - self._given_s < GIVE_EVERY_S:
            return
        self._given_s = now_s
        if kept.paused:
            pause = node_action("startPause", f"resume-{self._boots}")
            self._navigation.stack.instant_action(pause, now_s)
        try:
            stack = self._navigation.stack
            stack.accept_order(kept.order, now_s, kept.reached, kept.as_left)
        except OrderError as error:
            if not kept.ended:
                finish(self.receiver.refuse(error, kept.order))
            self._kept = None

    # --- what goes up ---

    def _report(self, now_s: float, link_s: float) -> None:
        content = content_of(self._bus, now_s, self._connected, self.own_faults())
        due = link_s - self._sent_s >= STATE_EVERY_S or self._wanted
        if not due and not is_news(self._sent, content):
            return
        self._sent, self._sent_s, self._wanted = content, link_s, False
        known = {state.action_id for state in content.action_states}
        refusals = list(self.receiver.refusals)
        actions = self.receiver.action_states(known)
        self.outbox.put_state(
            lambda header_id, stamp: self._envelope.state(
                content, refusals, actions, header_id, stamp
            )
        )

    def own_faults(self) -> frozenset[FaultKind]:
        """What the client itself finds: an order that waits after a restart."""
        waits = self._kept is not None and self._kept.waits
        return frozenset({FaultKind.RESTARTED} if waits else ())

    def refused(self) -> frozenset[FaultKind]:
        """Messages that it had to refuse and still shows."""
        return faults_of_refusals({error.error_type for error in self.receiver.refusals})


def faults_of_refusals(types: Set[str]) -> frozenset[FaultKind]:
    """What a client with refusals of these error types has open."""
    faults = {FaultKind.MAP_MISMATCH} if "mapMismatch" in types else set()
    if types - {"mapMismatch"}:
        faults.add(FaultKind.ORDER_REJECTED)
    return frozenset(faults)


def _has(state: NavigationState, order: Order) -> bool:
    """Whether navigation is on this very order, or on a later update of it."""
    same = state.order_id == order.order_id
    return same and state.order_update_id >= order.order_update_id


def _has_charged(state: NavigationState) -> bool:
    done = all(action.action_status in ("FINISHED", "FAILED") for action in state.action_states)
    return state.mode is Mode.CHARGING and not state.node_states and done


def finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never waits: all handlers here are plain functions."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("a handler of the simulated link waited for something")
