"""FleetClient: the vehicle's side of the link to the fleet server.

docs/protocol.md describes what goes over the wire; `spool` keeps, `lanes` decides what goes next,
`mqtt` carries, `receiver` judges what arrives, this module runs them in one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fleet_client import mqtt
from fleet_client.backoff import Backoff
from fleet_client.credentials import Credentials
from fleet_client.envelope import Envelope
from fleet_client.lanes import Outgoing
from fleet_client.map_actions import MapActions, VehicleMaps
from fleet_client.options import LinkHandlers, LinkOptions, LinkStatus
from fleet_client.outbox import Outbox
from fleet_client.receiver import Receiver
from fleet_client.searches import OpenSearches
from fleet_client.signals import SignalIntake
from fleet_client.state_builder import MapRef, StateContent
from patrol.clock import Clock, SystemClock
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.incident import Evidence, Incident
from patrol.vda5050.messages import Order
from patrol.vda5050.topic_names import VehicleAddress, qos_of
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

# A connection that held this long makes the next reconnect start from the shortest wait.
STABLE_AFTER_S = 5.0
IDLE_TICK_S = 1.0


class FleetClient:
    """A VDA 5050 client with a spool; every `publish_`/`report_`/`submit_` returns at once.

    Run `await client.run()` in an event loop (a thread of its own in the ROS node); all other
    methods may be called from any thread, before, while and after it runs. Raises ConfigError
    when the spool's file cannot be opened.
    """

    def __init__(
        self,
        credentials: Credentials,
        spec: VehicleSpec,
        map_ref: MapRef,
        handlers: LinkHandlers,
        *,
        maps: VehicleMaps | None = None,  # None: `map_ref` for good
        spool_path: Path | None,  # None: nothing survives a restart (light vehicles)
        clock: Clock | None = None,  # event time; the link's timers use monotonic wall time
        options: LinkOptions | None = None,
        seed: int = 0,  # of the reconnect jitter
    ) -> None:
        self._credentials = credentials
        self._address = credentials.address
        self._clock = clock or SystemClock()
        self._options = options = options or LinkOptions()
        self._envelope = Envelope(self._address, spec, map_ref, options)
        self._outbox = Outbox(self._envelope, self._clock, options, spool_path)
        self._maps = MapActions(maps, options) if maps else None
        self._searches = OpenSearches(self._clock) if handlers.on_searches else None
        self._signals = SignalIntake(self._clock) if handlers.on_signals else None
        self._receiver = Receiver(
            self._address,
            map_ref,
            handlers,
            self._outbox.acknowledge,
            lambda: self._send([self._outbox.factsheet()]),
            self._maps,
            self._searches,
            self._signals,
        )
        self._show_maps()
        self._backoff = Backoff(options.reconnect_min_s, options.reconnect_max_s, seed)
        self._refused: deque[tuple[OrderError, Order | None]] = deque()
        self._connection: mqtt.MqttConnection | None = None
        self._connected_since_s: float | None = None
        self._connects = self._sent = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()

    # -- what the vehicle calls ---------------------------------------------------------------

    @property
    def address(self) -> VehicleAddress:
        """Who this vehicle is."""
        return self._address

    @property
    def connected(self) -> bool:
        """Whether the broker connection is up."""
        connection = self._connection
        return connection is not None and connection.open

    def publish_state(self, content: StateContent) -> None:
        """Spool a state with the present event time and send it in the live lane."""
        if not self.connected:
            content = replace(content, faults=content.faults | {FaultKind.LINK_LOST})
        known = {state.action_id for state in content.action_states}

        def encode(header_id: int, timestamp: str) -> bytes:
            refusals = self._receiver.refusals
            states = self._receiver.action_states(known)
            return self._envelope.state(content, refusals, states, header_id, timestamp)

        self._outbox.put_state(encode)
        self._rouse()

    def publish_visualization(
        self, pose: Pose2, speed_mps: float, yaw_rate_radps: float = 0.0
    ) -> None:
        """Send position and speed, QoS 0, only while connected; never spooled."""
        if self.connected:
            self._outbox.put_visualization(pose, speed_mps, yaw_rate_radps)
            self._rouse()

    def report_incident(self, incident: Incident) -> None:
        """Spool an incident revision; it is sent until the server has committed it."""
        self._outbox.put_incident(incident)
        self._rouse()

    def submit_evidence(self, evidence: Evidence) -> None:
        """Spool a file's content in chunks; sent after the incidents.

        The file is read in the client's loop and may go once the spool has counted its chunks;
        one that is missing or not as its record says is logged and dropped.
        """
        self._outbox.put_evidence(evidence)
        self._rouse()

    def reject(self, error: OrderError, order: Order | None = None) -> None:
        """Report a refusal found after a handler returned; it stands in the next states."""
        self._refused.append((error, order))
        self._rouse()

    def status(self) -> LinkStatus:
        """Counters and the spool's fill."""
        counts = self._outbox.counts()
        return LinkStatus(
            connected=self.connected,
            connected_since_s=self._connected_since_s,
            connects=self._connects,
            spooled_states=counts.states,
            spooled_incidents=counts.incidents,
            spooled_evidence=counts.evidence,
            spool_bytes=counts.payload_bytes,
            spool_durable=self._outbox.durable,
            states_thinned=counts.states_thinned,
            messages_sent=self._sent,
            messages_acked=self._outbox.acked,
            orders_received=self._receiver.orders_received,
            rejected=self._receiver.rejected,
        )

    def stop(self) -> None:
        """Make `run()` end cleanly."""
        loop = self._loop
        if loop is None:
            self._stop.set()
            return
        with contextlib.suppress(RuntimeError):  # the loop closed this very moment
            loop.call_soon_threadsafe(self._stop.set)
        self._rouse()

    # -- the event loop -----------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the link up until `stop()`; then say OFFLINE, disconnect and close the spool."""
        self._loop = asyncio.get_running_loop()
        self._wake.set()
        pump = asyncio.create_task(self._pump())
        link = asyncio.create_task(self._keep_connected())
        try:
            await asyncio.wait({pump, link}, return_when=asyncio.FIRST_EXCEPTION)
            for task in (pump, link):
                if task.done():
                    task.result()
        finally:
            self._stop.set()
            self._wake.set()
            await asyncio.gather(pump, link, return_exceptions=True)
            self._outbox.close()
            self._loop = None

    async def _keep_connected(self) -> None:
        while not self._stop.is_set():
            started_s = time.monotonic()
            try:
                connection = await self._connect_or_stop()
            except mqtt.LinkError as error:
                await self._wait_before_retry(str(error))
                continue
            if connection is None:
                return
            try:
                await self._session(connection)
            finally:
                self._connection = None
                self._connected_since_s = None
                await connection.close()
            if self._stop.is_set():
                return
            if time.monotonic() - started_s >= STABLE_AFTER_S:
                self._backoff.reset()
            await self._wait_before_retry("connection lost")

    async def _connect_or_stop(self) -> mqtt.MqttConnection | None:
        attempt = asyncio.create_task(self._connect())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({attempt, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if attempt.done():
            return attempt.result()
        attempt.cancel()
        await asyncio.wait({attempt})
        if not attempt.cancelled() and attempt.exception() is None:  # it came through all the same
            await attempt.result().close()
        return None

    async def _connect(self) -> mqtt.MqttConnection:
        will = self._outbox.connection("CONNECTIONBROKEN")
        return await mqtt.connect(
            self._credentials,
            _client_id(self._credentials),
            (self._address.topic("connection"), will.payload),
            [(self._address.topic(name), qos_of(name)) for name in self._subscribed()],
            self._receive,
            self._options,
        )

    def _subscribed(self) -> list[str]:
        names = ["order", "instantActions", "ack"]
        return [
            *names,
            *(["mapChunk"] if self._maps else []),
            *(["searches"] if self._searches else []),
            *(["signals"] if self._signals else []),
        ]

    async def _wait_before_retry(self, reason: str) -> None:
        wait_s = self._backoff.next_s()
        log.warning(
            "link_down vehicle=%s reason=%r retry_s=%.1f", self._address.vehicle_id, reason, wait_s
        )
        try:
            async with asyncio.timeout(wait_s):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _session(self, connection: mqtt.MqttConnection) -> None:
        """From ONLINE to the end of one connection."""
        self._connection = connection
        if self._searches is not None:
            self._searches.on_connect()
        if self._signals is not None:
            self._signals.on_connect()
        self._connected_since_s = self._clock.now_s()
        self._connects += 1
        log.info("link_up vehicle=%s connects=%d", self._address.vehicle_id, self._connects)
        self._send([self._outbox.connection("ONLINE"), self._outbox.factsheet()])
        self._send(self._outbox.on_connect(time.monotonic()))
        if self._maps is not None:
            self._maps.on_connect()
        await self._receiver.request_state()
        self._wake.set()
        waits = [asyncio.create_task(event.wait()) for event in (connection.closed, self._stop)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        if not connection.closed.is_set():
            self._send(self._outbox.collect(time.monotonic()))
            self._send([self._outbox.connection("OFFLINE")])

    async def _pump(self) -> None:
        while not self._stop.is_set():
            busy = self.connected and self._outbox.busy
            busy |= self._maps is not None and self._maps.busy
            tick_s = 1.0 / self._options.backfill_rate_hz if busy else IDLE_TICK_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(tick_s):
                    await self._wake.wait()
            self._wake.clear()
            while self._refused:
                await self._receiver.refuse(*self._refused.popleft())
            await self._step_maps()
            await self._receiver.expire_searches()
            now_s = time.monotonic()
            live = self._outbox.collect(now_s if self.connected else None)
            if self.connected:
                self._send([*live, *self._outbox.due(now_s)])

    async def _step_maps(self) -> None:
        maps = self._maps
        if maps is None:
            return
        maps.step()
        wanted = maps.wanted(time.monotonic()) if self.connected else None
        if wanted is not None:
            self._send([self._outbox.map_request(*wanted)])
        if maps.take_news():
            self._show_maps()
            await self._receiver.request_state()

    def _show_maps(self) -> None:
        if self._maps is not None:
            self._envelope.show_maps(self._maps.enabled, self._maps.stored)

    async def _receive(self, topic: str, payload: bytes) -> None:
        await self._receiver.receive(topic, payload)
        self._wake.set()

    def _send(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            connection = self._connection
            if connection is None or not connection.open:
                return  # the spool keeps it
            topic = self._address.topic(message.name)
            connection.publish(topic, message.payload, message.qos, message.retain)
            self._sent += 1

    def _rouse(self) -> None:
        loop = self._loop
        if loop is not None and loop is _running_loop():
            self._wake.set()
        elif loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed this very moment
                loop.call_soon_threadsafe(self._wake.set)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop of this thread, if it runs one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _client_id(credentials: Credentials) -> str:
    """Stable, so that a session survives; not to be guessed, so that nobody takes it over."""
    secret = hashlib.sha256(credentials.password.encode()).hexdigest()[:16]
    return f"{credentials.manufacturer}_{credentials.serial_number}_{secret}"
