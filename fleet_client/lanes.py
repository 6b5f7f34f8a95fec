"""Which spooled message goes out next: a pure decision over the spool and the time.

Lanes, most urgent first: the newest state (live), incidents, the back-fill of older states,
evidence. A message that the server has not acknowledged in time goes out again under the header
id it already has; the waiting time doubles while nothing is acknowledged, so that a server that is
down does not find a flood of duplicates when it returns. Times are wall-clock monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from fleet_client.options import LinkOptions
from fleet_client.spool import Spool
from fleet_client.spool_entries import Spooled
from patrol.vda5050.topic_names import qos_of

INCIDENT_WINDOW = 64  # incidents under way at once; more wait for acknowledgements
BACKFILL_WINDOW = 4  # back-fill batches under way at once


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready for the broker; `name` is a topic name: state, incident, …"""

    name: str
    payload: bytes
    retain: bool = False

    @property
    def qos(self) -> int:
        """The QoS of its topic."""
        return qos_of(self.name)


@dataclass(frozen=True, slots=True)
class _Batch:
    first_seq: int
    last_seq: int
    sent_s: float


class Lanes:
    """What is under way on one connection; `wrap_backfill` makes a Backfill of state payloads."""

    def __init__(
        self,
        spool: Spool,
        options: LinkOptions,
        wrap_backfill: Callable[[list[bytes]], bytes],
    ) -> None:
        self._spool = spool
        self._options = options
        self._wrap_backfill = wrap_backfill
        self._resend: dict[int, tuple[float, float]] = {}  # row → (again at, then wait)
        self._live: deque[tuple[int, float]] = deque()  # (row, sent at)
        self._batches: deque[_Batch] = deque()
        self._cursor = 0
        self._backfill_at_s = 0.0
        self._backfill_wait_s = options.ack_timeout_s

    def on_connect(self, now_s: float) -> list[Outgoing]:
        """A new connection: the newest state at once; older ones belong to the back-fill."""
        self._resend.clear()
        self._live.clear()
        self._batches.clear()
        self._cursor = 0
        self._backfill_at_s = now_s
        self._backfill_wait_s = self._options.ack_timeout_s
        newest = self._spool.newest_state()
        if newest is None:
            return []
        self._spool.move_to_backfill(newest.seq - 1)
        return [self._send_live(newest, now_s)]

    def on_append(self, rows: list[Spooled], now_s: float) -> list[Outgoing]:
        """New states go out as they are made; the other topics follow with `due`."""
        return [self._send_live(row, now_s) for row in rows if row.topic == "state"]

    def on_ack(self, seqs: list[int]) -> None:
        """Rows are committed: the server lives, wait the short time again."""
        self._backfill_wait_s = self._options.ack_timeout_s
        for seq in seqs:
            self._resend.pop(seq, None)

    @property
    def busy(self) -> bool:
        """Whether more than live states is under way, so that `due` should be asked often."""
        counts = self._spool.counts()
        return bool(counts.incidents or counts.evidence or counts.states > len(self._live))

    def due(self, now_s: float) -> list[Outgoing]:
        """What must go out now, most urgent first."""
        self._expire_live(now_s)
        return [
            *self._due_window("incident", INCIDENT_WINDOW, now_s),
            *self._due_backfill(now_s),
            *self._due_window("evidence", self._options.evidence_window, now_s),
        ]

    def _send_live(self, row: Spooled, now_s: float) -> Outgoing:
        self._live.append((row.seq, now_s))
        return Outgoing("state", row.payload)

    def _expire_live(self, now_s: float) -> None:
        """Live states without an acknowledgement become back-fill."""
        expired = 0
        while self._live and self._live[0][1] + self._options.ack_timeout_s <= now_s:
            expired = self._live.popleft()[0]
        if expired:
            self._spool.move_to_backfill(expired)

    def _due_window(self, topic: str, size: int, now_s: float) -> list[Outgoing]:
        """The oldest `size` unacknowledged messages of a topic: new ones, and overdue ones."""
        out = []
        for row in self._spool.waiting(topic, size):
            again_s, wait_s = self._resend.get(row.seq, (now_s, self._options.ack_timeout_s))
            if again_s <= now_s:
                longer_s = min(2 * wait_s, self._options.ack_timeout_max_s)
                self._resend[row.seq] = (now_s + wait_s, longer_s)
                out.append(Outgoing(topic, row.payload))
        return out

    def _due_backfill(self, now_s: float) -> list[Outgoing]:
        """The next batch of old states; from the oldest again when a batch is overdue."""
        while self._batches and self._committed(self._batches[0]):
            self._batches.popleft()
        if self._batches and self._batches[0].sent_s + self._backfill_wait_s <= now_s:
            self._batches.clear()
            self._cursor = 0
            self._backfill_wait_s = min(2 * self._backfill_wait_s, self._options.ack_timeout_max_s)
        answered = self._backfill_wait_s <= self._options.ack_timeout_s
        window = BACKFILL_WINDOW if answered else 1  # a silent server's queue must not fill up
        if now_s < self._backfill_at_s or len(self._batches) >= window:
            return []
        rows = self._next_batch()
        if not rows:
            return []
        self._cursor = rows[-1].seq
        self._batches.append(_Batch(rows[0].seq, rows[-1].seq, now_s))
        self._backfill_at_s = now_s + 1.0 / self._options.backfill_rate_hz
        return [Outgoing("backfill", self._wrap_backfill([row.payload for row in rows]))]

    def _next_batch(self) -> list[Spooled]:
        rows = self._spool.backfill(self._cursor, self._options.backfill_batch)
        if not rows and not self._batches and self._cursor:
            self._cursor = 0  # nothing newer: what was passed over on the way
            rows = self._spool.backfill(0, self._options.backfill_batch)
        size = 0
        for number, row in enumerate(rows):
            size += len(row.payload)
            if number and size > self._options.max_payload_bytes // 2:
                return rows[:number]
        return rows

    def _committed(self, batch: _Batch) -> bool:
        rest = self._spool.backfill(batch.first_seq - 1, 1)
        return not rest or rest[0].seq > batch.last_seq
