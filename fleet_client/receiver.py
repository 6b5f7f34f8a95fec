"""Receiver: judges what arrives from the server and passes it to the vehicle.

A refused message becomes a VDA error that stands in the state until an order is accepted; a
duplicate (QoS 1 delivers at least once) is passed over in silence.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from fleet_client.inbound import (
    order_references,
    read_instant_actions,
    read_message,
    read_order,
)
from fleet_client.map_actions import MapActions
from fleet_client.options import LinkHandlers
from fleet_client.searches import OpenSearches, read_searches
from fleet_client.signals import SignalIntake
from fleet_client.state_builder import MapRef, refusal_error
from patrol.errors import OrderError
from patrol.vda5050.extension import Ack, MapChunk
from patrol.vda5050.init_position import INIT_POSITION, read_init_position
from patrol.vda5050.map_transfer import MAP_ACTIONS
from patrol.vda5050.messages import Action, ActionState, ActionStatus, Error, Order
from patrol.vda5050.release import RELEASE_ORIGINAL, read_release
from patrol.vda5050.topic_names import VehicleAddress, parse_topic

log = logging.getLogger(__name__)

_REFUSALS_SHOWN = 5
_ACTIONS_REMEMBERED = 100
_ACTION_STATES_SHOWN = 10


class Receiver:
    """Handles one message at a time, in order; `on_ack` and `on_factsheet` are the client's.

    `maps` None: this vehicle drives on `map_ref` for good. `searches` None: it looks for nobody.
    `signals` None: it is told no lights.
    """

    def __init__(
        self,
        address: VehicleAddress,
        map_ref: MapRef,
        handlers: LinkHandlers,
        on_ack: Callable[[Ack], None],
        on_factsheet: Callable[[], None],
        maps: MapActions | None = None,
        searches: OpenSearches | None = None,
        signals: SignalIntake | None = None,
    ) -> None:
        self._address = address
        self._map_ref = map_ref
        self._maps = maps
        self._searches = searches
        self._signals = signals
        self._handlers = handlers
        self._on_ack = on_ack
        self._on_factsheet = on_factsheet
        self._lock = asyncio.Lock()
        self._refusals: deque[Error] = deque(maxlen=_REFUSALS_SHOWN)
        self._action_states: deque[ActionState] = deque(maxlen=_ACTION_STATES_SHOWN)
        self._seen_actions: deque[str] = deque(maxlen=_ACTIONS_REMEMBERED)
        self._last_order: tuple[str, int] | None = None
        self.orders_received = 0
        self.rejected = 0

    @property
    def map_ref(self) -> MapRef:
        """The map that orders must be for."""
        return self._map_ref if self._maps is None else self._maps.enabled

    @property
    def refusals(self) -> list[Error]:
        """The latest refused messages, oldest first."""
        return list(self._refusals)

    def action_states(self, known: set[str]) -> list[ActionState]:
        """States of instant actions that the vehicle itself does not report (`known` ids)."""
        own = [*self._action_states, *(self._maps.action_states if self._maps else ())]
        return [state for state in own if state.action_id not in known]

    async def receive(self, topic: str, payload: bytes) -> None:
        """A message from the broker; never raises OrderError."""
        name = parse_topic(topic)[1]
        handle = {
            "order": self._order,
            "instantActions": self._actions,
            "ack": self._ack,
            "mapChunk": self._map_chunk,
            "searches": self._take_searches,
            "signals": self._take_signals,
        }[name]
        async with self._lock:
            try:
                await handle(payload)
            except OrderError as error:
                await self.refuse(error)

    async def refuse(self, error: OrderError, order: Order | None = None) -> None:
        """Show a refusal in the next state, and ask the vehicle for that state now."""
        if order is not None:
            error.references = {**order_references(order), **error.references}
            if self._last_order == (order.order_id, order.order_update_id):
                self._last_order = None  # the same order may be sent again
        self.rejected += 1
        self._refusals.append(refusal_error(error))
        log.warning(
            "message_refused vehicle=%s type=%s reason=%r",
            self._address.vehicle_id,
            error.error_type,
            str(error),
        )
        await self.request_state()

    async def request_state(self) -> None:
        """Ask the vehicle to publish a state now."""
        if self._handlers.on_state_request is not None:
            await _finish(self._handlers.on_state_request())

    async def _order(self, payload: bytes) -> None:
        self.orders_received += 1
        order = read_order(payload, self._address, self.map_ref)
        if self._maps is not None and self._maps.switching:
            raise OrderError(
                f"order {order.order_id}: another map is being enabled; send it again then",
                "orderError",
                **order_references(order),
            )
        key = (order.order_id, order.order_update_id)
        if key == self._last_order:
            log.info("order_duplicate vehicle=%s order=%s update=%d", self._vehicle, *key)
            return
        try:
            await _finish(self._handlers.on_order(order))
        except OrderError as error:
            error.references = {**order_references(order), **error.references}
            raise
        self._last_order = key
        self._refusals.clear()
        log.info("order_accepted vehicle=%s order=%s update=%d", self._vehicle, *key)

    async def _actions(self, payload: bytes) -> None:
        message = read_instant_actions(payload, self._address)
        for action in message.actions:
            if action.action_id in self._seen_actions:
                continue
            self._seen_actions.append(action.action_id)
            try:
                await self._act(action)
            except OrderError as error:
                self._report(action, "FAILED", str(error))
                error.references = {
                    "topic": "instantActions",
                    "actionId": action.action_id,
                    "actionType": action.action_type,
                    **error.references,
                }
                await self.refuse(error)

    async def _act(self, action: Action) -> None:
        if action.action_type == "stateRequest":
            self._report(action, "FINISHED")
            await self.request_state()
        elif action.action_type == "factsheetRequest":
            self._on_factsheet()
            self._report(action, "FINISHED")
        elif action.action_type == RELEASE_ORIGINAL and self._handlers.on_release is not None:
            await _finish(self._handlers.on_release(read_release(action)))
            self._report(action, "FINISHED")
        elif action.action_type == INIT_POSITION and self._handlers.on_init_position is not None:
            position = read_init_position(action, self.map_ref.map_id)
            await _finish(self._handlers.on_init_position(position))
            self._report(action, "FINISHED")
        elif action.action_type in MAP_ACTIONS and self._maps is not None:
            self._maps.accept(action)
        else:
            if action.action_type == "cancelOrder":
                self._last_order = None
            await _finish(self._handlers.on_instant_action(action))
            log.info(
                "action_accepted vehicle=%s action=%s id=%s",
                self._vehicle,
                action.action_type,
                action.action_id,
            )

    async def _map_chunk(self, payload: bytes) -> None:
        if self._maps is not None:
            self._maps.take(read_message(payload, MapChunk, "mapChunk", self._address))

    async def _take_searches(self, payload: bytes) -> None:
        searches = self._searches
        if searches is None:
            return
        read = read_searches(payload, self._address)
        if searches.take(read):
            cases = ",".join(search.case_id for search in searches.held)
            log.info("searches_taken vehicle=%s cases=%s", self._vehicle, cases)
            await self.tell_searches()
        for problem in read.problems:
            await self.refuse(problem)

    async def _take_signals(self, payload: bytes) -> None:
        if self._signals is None or self._handlers.on_signals is None:
            return
        heard = self._signals.take(payload, self._address)
        if heard.news:
            await _finish(self._handlers.on_signals(heard.news))
        for problem in heard.problems:
            await self.refuse(problem)

    async def expire_searches(self) -> None:
        """Forget searches whose time is over, and tell the vehicle."""
        if self._searches is not None and self._searches.step():
            await self.tell_searches()

    async def tell_searches(self) -> None:
        """Give the vehicle all searches that are held now."""
        if self._searches is not None and self._handlers.on_searches is not None:
            await _finish(self._handlers.on_searches(self._searches.held))

    async def _ack(self, payload: bytes) -> None:
        self._on_ack(read_message(payload, Ack, "ack", self._address))

    def _report(self, action: Action, status: ActionStatus, result: str | None = None) -> None:
        self._action_states.append(
            ActionState(
                action_id=action.action_id,
                action_type=action.action_type,
                action_status=status,
                result_description=result,
            )
        )

    @property
    def _vehicle(self) -> str:
        return self._address.vehicle_id


async def _finish(result: Awaitable[None] | None) -> None:
    if inspect.isawaitable(result):
        await result
