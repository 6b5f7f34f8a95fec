"""The live feed: one encoded batch for all clients, at most every `interval_s`.

A client that does not read fast enough is dropped; it reconnects and starts from a snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from pydantic import BaseModel

from fleet_server.fleet import Fleet

log = logging.getLogger(__name__)

QUEUE_MESSAGES = 64


class LiveClient:
    """A bounded queue of encoded messages; `dropped` once it has overflowed."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_MESSAGES)
        self.dropped = asyncio.Event()

    def offer(self, message: bytes) -> None:
        """Queue a message, or give the client up."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.dropped.set()


class LiveHub:
    """All clients of the feed."""

    def __init__(self, fleet: Fleet, interval_s: float) -> None:
        self._fleet = fleet
        self._interval_s = interval_s
        self._clients: set[LiveClient] = set()
        self._shown: dict[str, str] = {}  # vehicle → connection last sent

    def __len__(self) -> int:
        return len(self._clients)

    @contextlib.contextmanager
    def client(self) -> Iterator[LiveClient]:
        """A client for as long as it stays."""
        client = LiveClient()
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)

    def send(self, message: dict[str, Any]) -> None:
        """An event for everybody, at once."""
        if self._clients:
            self._broadcast(encode_message(message))

    async def run(self) -> None:
        """Send changed vehicles, batch after batch, until cancelled."""
        while True:
            await asyncio.sleep(self._interval_s)
            self.flush()

    def flush(self) -> None:
        """One batch: vehicles that reported, or whose connection aged."""
        changed = self._fleet.changed
        self._fleet.changed = set()
        views = []
        for record in self._fleet.records():
            vehicle_id = record.address.vehicle_id
            connection = self._fleet.connection_of(record)
            if vehicle_id in changed or self._shown.get(vehicle_id) != connection:
                self._shown[vehicle_id] = connection
                if self._clients:
                    views.append(self._fleet.view(record))
        if views:
            self._broadcast(encode_message({"type": "vehicles", "vehicles": views}))

    def _broadcast(self, message: bytes) -> None:
        for client in self._clients:
            client.offer(message)
            if client.dropped.is_set():
                log.warning("live_client_dropped: too slow")


def encode_message(message: dict[str, Any]) -> bytes:
    """JSON; models as the REST API gives them."""
    return msgspec.json.encode(message, enc_hook=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no place in a message")


def snapshot(
    vehicles: Sequence[BaseModel], incidents: Sequence[BaseModel], assignments: Sequence[BaseModel]
) -> bytes:
    """What a client starts from."""
    return encode_message(
        {
            "type": "snapshot",
            "vehicles": list(vehicles),
            "incidents": list(incidents),
            "assignments": list(assignments),
        }
    )
