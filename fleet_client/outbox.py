"""Outbox: everything this vehicle has to say, from hand-over to the server's acknowledgement.

`put_…` may be called from any thread and only remembers; the rest belongs to the event loop.
"""

from __future__ import annotations

import logging
import math
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from fleet_client.envelope import Envelope
from fleet_client.lanes import Lanes, Outgoing
from fleet_client.options import LinkOptions
from fleet_client.reports import EvidenceError, EvidencePiece, evidence_pieces
from fleet_client.spool import Spool
from fleet_client.spool_entries import Draft, SpoolCounts
from patrol.clock import Clock, iso_utc
from patrol.geometry import Pose2
from patrol.incident import Evidence, Incident
from patrol.vda5050.extension import Ack
from patrol.vda5050.messages import ConnectionStatus

log = logging.getLogger(__name__)

T = TypeVar("T")
DISK_LOOK_EVERY_S = 30.0  # while the spool is in memory for want of one
ENVELOPE_BYTES = 1024  # what a Backfill adds around a single state, at most


class Outbox:
    """Spool and lanes of one vehicle; raises ConfigError when the spool cannot be opened."""

    def __init__(
        self, envelope: Envelope, clock: Clock, options: LinkOptions, spool_path: Path | None
    ) -> None:
        self._envelope = envelope
        self._clock = clock
        self._options = options
        self._spool = Spool(
            spool_path,
            max_states=options.spool_max_states,
            max_bytes=options.spool_max_bytes,
            max_payload=options.max_payload_bytes - ENVELOPE_BYTES,
        )
        self._lanes = Lanes(self._spool, options, self._wrap_backfill)
        self._pending: deque[Draft | Evidence] = deque()
        self._picture: tuple[Pose2, float, float, str] | None = None
        self._looked_s = -math.inf
        self.acked = 0

    # -- from any thread ------------------------------------------------------------------------

    def put_state(self, encode: Callable[[int, str], bytes]) -> None:
        """A state, encoded from (header id, timestamp) in the loop."""
        self._pending.append(self._draft("state", encode))

    def put_incident(self, incident: Incident) -> None:
        """An incident revision."""
        draft = self._draft("incident", lambda *header: self._envelope.incident(incident, *header))
        key = f"incident {incident.incident_id} {incident.revision}"
        self._pending.append(replace(draft, once=key))

    def put_evidence(self, evidence: Evidence) -> None:
        """A file; its pieces are made in the loop."""
        self._pending.append(evidence)

    def put_visualization(self, pose: Pose2, speed_mps: float, yaw_rate_radps: float) -> None:
        """The newest position; replaces one that was not sent yet."""
        self._picture = (pose, speed_mps, yaw_rate_radps, self._now())

    def counts(self) -> SpoolCounts:
        """The fill of the spool."""
        return self._spool.counts()

    @property
    def durable(self) -> bool:
        """Whether what is spooled survives a restart."""
        return self._spool.durable

    # -- in the event loop ----------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether `due` should be asked often."""
        return self._lanes.busy

    def on_connect(self, now_s: float) -> list[Outgoing]:
        """What goes out first on a new connection, besides ONLINE."""
        self.collect(None)
        nothing: list[Outgoing] = []
        return self._guarded(lambda: self._lanes.on_connect(now_s), nothing)

    def collect(self, live_now_s: float | None) -> list[Outgoing]:
        """Spool what was handed over; the new states to send at once, where there is a link."""
        self._look_at_disk()
        drafts: list[Draft] = []
        while self._pending:
            item = self._pending.popleft()
            drafts.extend([item] if isinstance(item, Draft) else self._evidence_drafts(item))
        if not drafts:
            return []
        rows = self._spool.append(drafts)
        return [] if live_now_s is None else self._lanes.on_append(rows, live_now_s)

    def _look_at_disk(self) -> None:
        now_s = self._clock.monotonic_s()
        if not self._spool.durable and now_s - self._looked_s >= DISK_LOOK_EVERY_S:
            self._looked_s = now_s
            self._spool.return_to_disk()

    def due(self, now_s: float) -> list[Outgoing]:
        """What must go out now."""
        nothing: list[Outgoing] = []
        messages = self._guarded(lambda: self._lanes.due(now_s), nothing)
        if self._picture is not None:
            picture, self._picture = self._picture, None
            pose, speed_mps, yaw_rate_radps, timestamp = picture
            header_id = self._spool.next_header_id("visualization")
            payload = self._envelope.visualization(
                pose, speed_mps, yaw_rate_radps, header_id, timestamp
            )
            messages.append(Outgoing("visualization", payload))
        return messages

    def acknowledge(self, ack: Ack) -> None:
        """The server has committed these: forget them."""
        keys = [(item.topic, item.header_id, item.timestamp) for item in ack.items]
        nothing: list[int] = []
        rows = self._guarded(lambda: self._spool.acknowledge(keys), nothing)
        self.acked += len(rows)
        self._lanes.on_ack(rows)

    def connection(self, status: ConnectionStatus) -> Outgoing:
        """ONLINE, OFFLINE or the last will."""
        header_id = self._spool.next_header_id("connection")
        payload = self._envelope.connection(status, header_id, self._now())
        return Outgoing("connection", payload, retain=True)

    def factsheet(self) -> Outgoing:
        """What the vehicle is."""
        header_id = self._spool.next_header_id("factsheet")
        return Outgoing("factsheet", self._envelope.factsheet(header_id, self._now()), retain=True)

    def map_request(self, map_id: str, version: str, chunks: list[int]) -> Outgoing:
        """Ask for pieces of a map; not spooled, what does not come is asked for again."""
        header_id = self._spool.next_header_id("mapRequest")
        payload = self._envelope.map_request(map_id, version, chunks, header_id, self._now())
        return Outgoing("mapRequest", payload)

    def close(self) -> None:
        """Spool the rest and close the file."""
        self.collect(None)
        self._spool.close()

    def _now(self) -> str:
        return iso_utc(self._clock.now_s())

    def _draft(self, topic: str, encode: Callable[[int, str], bytes]) -> Draft:
        timestamp = self._now()
        return Draft(topic, timestamp, lambda header_id: encode(header_id, timestamp))

    def _evidence_drafts(self, evidence: Evidence) -> Iterable[Draft]:
        try:
            pieces = list(evidence_pieces(evidence, self._options.evidence_chunk_bytes))
        except EvidenceError as error:
            log.error("evidence_dropped evidence=%s reason=%r", evidence.evidence_id, str(error))
            return []
        return [self._piece_draft(piece) for piece in pieces]

    def _piece_draft(self, piece: EvidencePiece) -> Draft:
        draft = self._draft("evidence", lambda *header: self._envelope.evidence(piece, *header))
        key = f"evidence {piece.evidence.evidence_id} {piece.index}"
        return replace(draft, once=key)

    def _wrap_backfill(self, states: list[bytes]) -> bytes:
        header_id = self._spool.next_header_id("backfill")
        return self._envelope.backfill(states, header_id, self._now())

    def _guarded(self, action: Callable[[], T], otherwise: T) -> T:
        """The spool's disk must not take the link down."""
        try:
            return action()
        except sqlite3.Error as error:
            self._spool.repair(error)
            return otherwise
