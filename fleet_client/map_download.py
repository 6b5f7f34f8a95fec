"""One map on its way to the vehicle: which pieces to ask for, and what each that comes means.

Pieces are kept in order, so that what is here after a crash is simply how far it got; a request
for the next ones says that all before have arrived. Times are wall-clock monotonic seconds.
"""

from __future__ import annotations

from fleet_client.map_store import MapStore
from fleet_client.options import LinkOptions
from patrol.errors import MapError
from patrol.vda5050.extension import MapChunk
from patrol.vda5050.map_transfer import Transfer, short

WINDOW = 4  # pieces asked for at once


class MapDownload:
    """A version that a `downloadMap` has asked for; goes on with the pieces in the store."""

    def __init__(
        self, store: MapStore, map_id: str, version: str, action_id: str, options: LinkOptions
    ) -> None:
        self.map_id, self.version, self.action_id = map_id, version, action_id
        self._store = store
        self._options = options
        self._early: dict[int, bytes] = {}
        self._asked_s: dict[int, float] = {}
        self._wait_s = options.ack_timeout_s
        found = store.part(version)
        self.transfer: Transfer | None = found[0] if found else None
        self.received = found[1] if found else 0

    @property
    def is_whole(self) -> bool:
        """Whether every piece is here."""
        return self.transfer is not None and self.received == self.transfer.count

    @property
    def progress(self) -> str:
        """For a person."""
        count = self.transfer.count if self.transfer else "?"
        return f"{self.received} of {count} pieces"

    def on_connect(self) -> None:
        """A new connection: what was asked for on the last one may be lost."""
        self._asked_s.clear()
        self._wait_s = self._options.ack_timeout_s

    def due(self, now_s: float) -> list[int]:
        """Pieces to ask for now: new ones, and those that have not come in time."""
        if self.is_whole:
            return []
        overdue = [i for i, at_s in self._asked_s.items() if now_s - at_s >= self._wait_s]
        if overdue:
            self._wait_s = min(2 * self._wait_s, self._options.ack_timeout_max_s)
            for index in overdue:
                del self._asked_s[index]
        count = self.transfer.count if self.transfer else 1
        window = range(self.received, min(self.received + WINDOW, count))
        wanted = [i for i in window if i not in self._asked_s and i not in self._early]
        self._asked_s.update(dict.fromkeys(wanted, now_s))
        return wanted

    def take(self, chunk: MapChunk) -> None:
        """A piece; one that is not wanted is passed over. Raises MapError where it is no use."""
        if (chunk.map_id, chunk.map_version) != (self.map_id, self.version) or self.is_whole:
            return
        if chunk.size_bytes == 0:
            raise MapError(f"the server has no map {self.map_id} {short(self.version)}")
        transfer = Transfer(
            chunk.map_id, chunk.map_version, chunk.sha256, chunk.size_bytes, chunk.chunk_bytes
        )
        if len(chunk.data) != transfer.length_of(chunk.chunk_index):
            raise MapError(
                f"map {self.map_id}: piece {chunk.chunk_index} has {len(chunk.data)} bytes,"
                f" not {transfer.length_of(chunk.chunk_index)}"
            )
        if transfer != self.transfer:
            self._begin(transfer)
        self._wait_s = self._options.ack_timeout_s
        self._asked_s.pop(chunk.chunk_index, None)
        if chunk.chunk_index >= self.received:
            self._early[chunk.chunk_index] = chunk.data
        self._keep(transfer)

    def _begin(self, transfer: Transfer) -> None:
        """The first piece, or the server has packed the map in another way since."""
        self._store.begin(transfer)
        self.transfer, self.received = transfer, 0
        self._early.clear()
        self._asked_s.clear()

    def _keep(self, transfer: Transfer) -> None:
        while (data := self._early.pop(self.received, None)) is not None:
            self._store.append(transfer, data)
            self.received += 1
