"""FleetClient: the vehicle's side of the link to the fleet server.

docs/protocol.md describes what goes over the wire; `spool` keeps, `lanes` decides what goes next,
`mqtt` carries, `receiver` judges what arrives, this module runs them in one event loop.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fleet_client import mqtt
from fleet_client.backoff import Backoff
from fleet_client.credentials import Credentials
from fleet_client.envelope import Envelope
from fleet_client.lanes import Lanes, Outgoing
from fleet_client.options import LinkHandlers, LinkOptions, LinkStatus
from fleet_client.receiver import Receiver
from fleet_client.reports import EvidenceError, evidence_pieces
from fleet_client.spool import Draft, Spool
from fleet_client.state_builder import MapRef, StateContent
from patrol.clock import Clock, SystemClock, iso_utc
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.incident import Evidence, Incident
from patrol.vda5050.extension import Ack
from patrol.vda5050.messages import ConnectionStatus, Order
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

# A connection that held this long makes the next reconnect start from the shortest wait.
STABLE_AFTER_S = 5.0
IDLE_TICK_S = 1.0
ENVELOPE_BYTES = 1024  # what a Backfill adds around a single state, at most

_Item = Draft | Evidence | tuple[OrderError, Order | None]


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
        self._spool = Spool(
            spool_path, max_states=options.spool_max_states, max_bytes=options.spool_max_bytes
        )
        self._lanes = Lanes(self._spool, options, self._wrap_backfill)
        self._receiver = Receiver(
            self._address, map_ref.map_id, handlers, self._on_ack, self._send_factsheet
        )
        self._backoff = Backoff(options.reconnect_min_s, options.reconnect_max_s, seed)
        self._inbox: deque[_Item] = deque()
        self._visualization: tuple[Pose2, float, float, str] | None = None
        self._connection: mqtt.MqttConnection | None = None
        self._connected_since_s: float | None = None
        self._connects = self._sent = self._acked = 0
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

        self._hand_over(self._draft("state", encode))

    def publish_visualization(
        self, pose: Pose2, speed_mps: float, yaw_rate_radps: float = 0.0
    ) -> None:
        """Send position and speed, QoS 0, only while connected; never spooled."""
        if self.connected:
            timestamp = iso_utc(self._clock.now_s())
            self._visualization = (pose, speed_mps, yaw_rate_radps, timestamp)
            self._rouse()

    def report_incident(self, incident: Incident) -> None:
        """Spool an incident revision; it is sent until the server has committed it."""
        self._hand_over(
            self._draft("incident", lambda *header: self._envelope.incident(incident, *header))
        )

    def submit_evidence(self, evidence: Evidence) -> None:
        """Spool a file's content in chunks; sent after the incidents.

        The file is read in the client's loop and may go once the spool has counted its chunks;
        one that is missing or not as its record says is logged and dropped.
        """
        self._hand_over(evidence)

    def reject(self, error: OrderError, order: Order | None = None) -> None:
        """Report a refusal found after a handler returned; it stands in the next states."""
        self._hand_over((error, order))

    def status(self) -> LinkStatus:
        """Counters and the spool's fill."""
        counts = self._spool.counts()
        return LinkStatus(
            connected=self.connected,
            connected_since_s=self._connected_since_s,
            connects=self._connects,
            spooled_states=counts.states,
            spooled_incidents=counts.incidents,
            spooled_evidence=counts.evidence,
            spool_bytes=counts.payload_bytes,
            spool_durable=self._spool.durable,
            states_thinned=counts.states_thinned,
            messages_sent=self._sent,
            messages_acked=self._acked,
            orders_received=self._receiver.orders_received,
            rejected=self._receiver.rejected,
        )

    def stop(self) -> None:
        """Make `run()` end cleanly."""
        loop = self._loop
        if loop is None or loop.is_closed():
            self._stop.set()
        else:
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
            await self._drain()
            self._spool.close()
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
        return None

    async def _connect(self) -> mqtt.MqttConnection:
        return await mqtt.connect(
            self._credentials,
            _client_id(self._credentials),
            (self._address.topic("connection"), self._connection_message("CONNECTIONBROKEN")),
            [(self._address.topic(name), 1) for name in ("order", "instantActions", "ack")],
            self._on_message,
            self._options,
        )

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
        self._connected_since_s = self._clock.now_s()
        self._connects += 1
        log.info("link_up vehicle=%s connects=%d", self._address.vehicle_id, self._connects)
        self._send([Outgoing("connection", self._connection_message("ONLINE"), retain=True)])
        self._send_factsheet()
        await self._drain(live=False)
        self._guarded(lambda: self._send(self._lanes.on_connect(time.monotonic())))
        await self._receiver.request_state()
        self._wake.set()
        waits = [asyncio.create_task(event.wait()) for event in (connection.closed, self._stop)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        if not connection.closed.is_set():
            await self._drain()
            message = self._connection_message("OFFLINE")
            self._send([Outgoing("connection", message, retain=True)])

    async def _pump(self) -> None:
        while not self._stop.is_set():
            busy = self.connected and self._lanes.busy
            tick_s = 1.0 / self._options.backfill_rate_hz if busy else IDLE_TICK_S
            try:
                async with asyncio.timeout(tick_s):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await self._drain()
            if self.connected:
                self._guarded(lambda: self._send(self._lanes.due(time.monotonic())))
                self._send_visualization()

    async def _drain(self, live: bool = True) -> None:
        """Spool what was handed over; `live` sends new states at once."""
        drafts: list[Draft] = []
        while self._inbox:
            item = self._inbox.popleft()
            if isinstance(item, Draft):
                drafts.append(item)
            elif isinstance(item, Evidence):
                drafts.extend(self._evidence_drafts(item))
            else:
                await self._receiver.refuse(*item)
        if drafts:
            rows = self._spool.append([draft for draft in drafts if self._fits(draft)])
            if live and self.connected:
                self._send(self._lanes.on_append(rows, time.monotonic()))

    def _hand_over(self, item: _Item) -> None:
        self._inbox.append(item)
        self._rouse()

    def _rouse(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    def _draft(self, topic: str, encode: Callable[[int, str], bytes]) -> Draft:
        timestamp = iso_utc(self._clock.now_s())
        return Draft(topic, timestamp, lambda header_id: encode(header_id, timestamp))

    def _evidence_drafts(self, evidence: Evidence) -> list[Draft]:
        try:
            pieces = list(evidence_pieces(evidence, self._options.evidence_chunk_bytes))
        except EvidenceError as error:
            log.error("evidence_dropped evidence=%s reason=%r", evidence.evidence_id, str(error))
            return []
        return [
            self._draft("evidence", lambda *header, p=piece: self._envelope.evidence(p, *header))
            for piece in pieces
        ]

    def _fits(self, draft: Draft) -> bool:
        size = len(draft.encode(2**32 - 1))
        if size <= self._options.max_payload_bytes - ENVELOPE_BYTES:
            return True
        log.error("message_too_large topic=%s bytes=%d dropped=yes", draft.topic, size)
        return False

    def _send(self, messages: list[Outgoing]) -> None:
        connection = self._connection
        for message in messages:
            if connection is None or not connection.open:
                return  # the spool keeps it
            topic = self._address.topic(message.name)
            connection.publish(topic, message.payload, message.qos, message.retain)
            self._sent += 1

    def _send_visualization(self) -> None:
        if self._visualization is not None:
            pose, speed_mps, yaw_rate_radps, timestamp = self._visualization
            self._visualization = None
            header_id = self._spool.next_header_id("visualization")
            payload = self._envelope.visualization(
                pose, speed_mps, yaw_rate_radps, header_id, timestamp
            )
            self._send([Outgoing("visualization", payload, qos=0)])

    def _connection_message(self, status: ConnectionStatus) -> bytes:
        header_id = self._spool.next_header_id("connection")
        return self._envelope.connection(status, header_id, iso_utc(self._clock.now_s()))

    def _send_factsheet(self) -> None:
        header_id = self._spool.next_header_id("factsheet")
        payload = self._envelope.factsheet(header_id, iso_utc(self._clock.now_s()))
        self._send([Outgoing("factsheet", payload, retain=True)])

    def _wrap_backfill(self, states: list[bytes]) -> bytes:
        header_id = self._spool.next_header_id("backfill")
        return self._envelope.backfill(states, header_id, iso_utc(self._clock.now_s()))

    async def _on_message(self, topic: str, payload: bytes) -> None:
        await self._receiver.receive(topic, payload)

    def _on_ack(self, ack: Ack) -> None:
        def forget() -> None:
            keys = [(item.topic, item.header_id, item.timestamp) for item in ack.items]
            rows = self._spool.acknowledge(keys)
            self._acked += len(rows)
            self._lanes.on_ack(rows)

        self._guarded(forget)
        self._wake.set()

    def _guarded(self, action: Callable[[], None]) -> None:
        """The spool's disk must not take the link down."""
        try:
            action()
        except sqlite3.Error as error:
            self._spool.repair(error)


def _client_id(credentials: Credentials) -> str:
    """Stable, so that a session survives; not to be guessed, so that nobody takes it over."""
    secret = hashlib.sha256(credentials.password.encode()).hexdigest()[:16]
    return f"{credentials.manufacturer}_{credentials.serial_number}_{secret}"
