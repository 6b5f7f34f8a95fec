"""Batches messages into commits, and tells everybody only afterwards.

read (MQTT handler) → decode and commit (writer thread) → fleet, incidents, dispatch, vehicle
acknowledgements (event loop) → the handler returns, so the broker gets its acknowledgement last.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from fleet_server.config import IngestConfig
from fleet_server.fleet import Fleet
from fleet_server.ingest.decode import (
    Decoded,
    FactsheetItem,
    MapRequestItem,
    StateItem,
    VisualizationItem,
    decode_message,
)
from fleet_server.ingest.inbox import Inbox
from fleet_server.store.database import Database
from fleet_server.store.evidence import assemble, whole_files
from fleet_server.store.telemetry import BatchResult, store_batch
from patrol.clock import Clock, iso_utc
from patrol.vda5050.extension import Ack, AckItem
from patrol.vda5050.messages import VERSION, encode
from patrol.vda5050.topic_names import VehicleAddress, qos_of

log = logging.getLogger(__name__)

NOT_STORED = ("/visualization", "/mapRequest")
ACK_ITEMS_MAX = 500  # a message's share; keeps it far below the broker's payload limit


@dataclass(slots=True)
class Counters:
    """Since the server started."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    states: int = 0
    incidents: int = 0
    evidence: int = 0
    commits: int = 0


@dataclass(slots=True)
class Listeners:
    """Who wants to know, after the commit; called on the event loop."""

    on_state: Callable[[StateItem], None]
    on_incidents: Callable[[set[str]], None]
    publish: Callable[[str, bytes, int], bool]
    on_map_request: Callable[[MapRequestItem], None] = lambda _item: None


class IngestPipeline:
    """`handle` is the MQTT handler; `run` commits until cancelled."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        config: IngestConfig,
        evidence_dir: Path,
        clock: Clock,
        listeners: Listeners,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._config = config
        self._evidence_dir = evidence_dir
        self._clock = clock
        self._listeners = listeners
        self._inbox = Inbox(config.inbox_max_bytes, config.batch_max)
        self._ack_header_id = 0
        self.counters = Counters()

    async def handle(self, topic: str, payload: bytes) -> None:
        """Returns when the message is committed; at once where it is one that is not stored.

        A message that the inbox has no room for is dropped, and returns unacknowledged by us.
        """
        if topic.endswith(NOT_STORED):
            self._pass_on(decode_message(topic, payload, self._config.evidence_max_bytes))
            return
        await self._inbox.put(topic, payload)

    @property
    def dropped(self) -> int:
        """Messages that the inbox had no room for since the start; their vehicles resend them."""
        return self._inbox.dropped

    def _pass_on(self, message: Decoded) -> None:
        for item in message.items:
            if isinstance(item, VisualizationItem):
                self._fleet.take_visualization(item)
            elif isinstance(item, MapRequestItem):
                self._listeners.on_map_request(item)
        if message.problem is not None:
            self._log_refused(message)

    async def run(self) -> None:
        """Commit batch after batch; first finish files that a crash left unassembled."""
        await self._assemble(await self._database.read(whole_files))
        while True:
            batch = await self._inbox.batch(self._config.batch_wait_s)
            messages = await self._commit([(item.topic, item.payload) for item in batch])
            self._acknowledge(messages)
            for item in batch:
                if not item.committed.done():
                    item.committed.set_result(None)

    async def _commit(self, raw: Sequence[tuple[str, bytes]]) -> list[Decoded]:
        """Store a batch whole; where a message makes that impossible, each by itself."""
        received_s = self._clock.now_s()
        limit = self._config.evidence_max_bytes
        messages = [decode_message(topic, payload, limit) for topic, payload in raw]
        self.counters.received += len(messages)
        try:
            await self._store(messages, received_s)
        except (sa.exc.SQLAlchemyError, ValueError, OverflowError) as error:
            log.warning("batch_refused messages=%d error=%s", len(messages), _brief(error))
            for message in messages:
                await self._store_alone(message, received_s)
        return messages

    async def _store_alone(self, message: Decoded, received_s: float) -> None:
        """A message that the database refuses goes to quarantine."""
        try:
            await self._store([message], received_s)
        except (sa.exc.SQLAlchemyError, ValueError, OverflowError) as error:
            message.problem = f"cannot be stored: {_brief(error)}"
            message.items = []
            await self._store([message], received_s)

    async def _store(self, messages: list[Decoded], received_s: float) -> None:
        result = await self._database.write(
            store_batch, messages, received_s, self._config.quarantine_rows
        )
        self.counters.commits += 1
        self._count(result)
        for message in messages:
            if message.problem is not None:
                self._log_refused(message)
            elif message.address is not None:
                self._fleet.add(message.address)
            for item in message.items:
                if isinstance(item, FactsheetItem):
                    self._fleet.take_factsheet(item)
        self._tell(result, received_s)
        if result.evidence_ids:
            whole = set(await self._database.read(whole_files))
            await self._assemble(sorted(whole & result.evidence_ids))

    def _count(self, result: BatchResult) -> None:
        self.counters.stored += result.stored
        self.counters.duplicates += result.duplicates
        self.counters.quarantined += result.quarantined
        self.counters.states += result.states
        self.counters.incidents += len(result.incident_ids)

    def _tell(self, result: BatchResult, received_s: float) -> None:
        for connection in result.new_connections:
            self._fleet.take_connection(connection, received_s)
        for state in result.new_last_states:
            self._fleet.take_state(state, received_s)
            self._listeners.on_state(state)
        if result.incident_ids:
            self._listeners.on_incidents(result.incident_ids)

    async def _assemble(self, evidence_ids: list[str]) -> None:
        for evidence_id in evidence_ids:
            status, incident_id = await self._database.write(
                assemble, evidence_id, self._evidence_dir
            )
            log.log(
                logging.INFO if status == "complete" else logging.ERROR,
                "evidence_%s evidence=%s incident=%s",
                status,
                evidence_id,
                incident_id,
            )
            if status == "complete":
                self.counters.evidence += 1
                self._listeners.on_incidents({incident_id})

    def _acknowledge(self, messages: list[Decoded]) -> None:
        """Tell each vehicle what it may forget; a lost one is asked for again by a resend."""
        by_vehicle: dict[VehicleAddress, list[AckItem]] = {}
        for message in messages:
            if message.address is not None and message.acks:
                by_vehicle.setdefault(message.address, []).extend(message.acks)
        now = iso_utc(self._clock.now_s())
        for address, items in by_vehicle.items():
            for first in range(0, len(items), ACK_ITEMS_MAX):
                self._ack_header_id += 1
                ack = Ack(
                    header_id=self._ack_header_id,
                    timestamp=now,
                    version=VERSION,
                    manufacturer=address.manufacturer,
                    serial_number=address.serial_number,
                    items=items[first : first + ACK_ITEMS_MAX],
                )
                self._listeners.publish(address.topic("ack"), encode(ack), qos_of("ack"))

    def _log_refused(self, message: Decoded) -> None:
        log.warning(
            "message_refused vehicle=%s topic=%s reason=%r",
            message.address.vehicle_id if message.address else "unknown",
            message.topic,
            message.problem,
        )


def _brief(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
