"""The spool: every message that must not be lost waits here until the server has committed it.

One SQLite file (WAL). A committed row survives `kill -9` of this process; rows that hold incidents
or evidence are also synced to the disk at once, so they survive a power cut. Header ids count per
topic in the same file and in the same transaction as the row that carries them, so that a resent
message always has the id it was first sent with.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from fleet_client.spool_entries import Draft, SpoolCounts, Spooled
from fleet_client.spool_file import BACKFILL, LIVE, is_full, move_aside, open_database, pour
from patrol.errors import ConfigError

log = logging.getLogger(__name__)

SPOOLED_TOPICS = ("state", "incident", "evidence")
# Ids of topics that are not spooled are reserved in blocks: no disk write for each visualization.
_ID_BLOCK = 256
# However full the spool is, the latest minutes of states stay whole.
_STATES_ALWAYS_KEPT = 600
# How many keys of messages that are said only once are remembered.
_SAID_KEPT = 4096


class Spool:
    """Messages by topic and header id; not thread-safe, one owner.

    `path` None keeps everything in memory, and so does a full disk; raises ConfigError where the
    file cannot be opened for another reason.
    A message above `max_payload` bytes is logged and dropped. Bounded by `max_states` and
    `max_bytes` (of payload): above either, every second of the older half of the states goes,
    again and again, so that an old hour keeps its course in fewer points. Incidents and evidence
    are never dropped. A file that SQLite cannot read is moved aside and a fresh one begun.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        max_states: int,
        max_bytes: int,
        max_payload: int = sys.maxsize,
    ) -> None:
        self._path = self._file = path  # `_path` is None while it is kept in memory
        self._max_payload = max_payload
        self._max_states = max_states
        self._max_bytes = max_bytes
        self._states_thinned = 0
        self._reserved: dict[str, tuple[int, int]] = {}
        self._db = self._begin()

    def _begin(self) -> sqlite3.Connection:
        try:
            return self._open()
        except ConfigError:
            if self._path is None or not is_full(self._path.parent):
                raise
            log.error("spool_unwritable path=%s error='the disk is full'", self._path)
            self._path = None
            return self._open()

    def _open(self) -> sqlite3.Connection:
        db, fill = open_database(self._path)
        self._counts, self._bytes, self._backfill = fill.counts, fill.payload_bytes, fill.backfill
        self._next: dict[str, int] = {}  # header ids as stored, so as not to read them each time
        self._synced = False  # whether commits wait for the disk
        return db

    def next_header_id(self, topic: str) -> int:
        """The next id of a topic that is not spooled; never repeats, may skip after a crash.

        `repair`s if it must.
        """
        value, end = self._reserved.get(topic, (0, 0))
        if value == end:
            try:
                value, end = self._reserve(topic)
            except sqlite3.Error as error:
                self.repair(error)
                value, end = self._reserve(topic)
        self._reserved[topic] = (value + 1, end)
        return value

    def _reserve(self, topic: str) -> tuple[int, int]:
        value = self._stored_next(topic)
        end = value + _ID_BLOCK
        self._store_next(topic, end)
        return value, end

    def append(self, drafts: Sequence[Draft]) -> list[Spooled]:
        """Give drafts their header ids and keep them, all or none; `repair`s if it must.

        A draft whose `once` key was kept before, also by an earlier process, is passed over, and
        so is one that is too large.
        """
        try:
            rows = self._append(drafts)
        except sqlite3.Error as error:
            self.repair(error)
            rows = self._append(drafts)
        for row in rows:
            self._counts[row.topic] = self._counts.get(row.topic, 0) + 1
            self._bytes += len(row.payload)
        self._keep_bounds()
        return rows

    def _append(self, drafts: Sequence[Draft]) -> list[Spooled]:
        durable = any(draft.topic != "state" for draft in drafts)
        if durable is not self._synced:
            self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._synced = durable
        self._db.execute("BEGIN IMMEDIATE")
        try:
            rows = [row for draft in drafts if (row := self._insert(draft)) is not None]
            self._db.execute("COMMIT")
        except BaseException:
            self._next.clear()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return rows

    def _is_news(self, draft: Draft) -> bool:
        if draft.once is None:
            return True
        cursor = self._db.execute("INSERT OR IGNORE INTO said (key) VALUES (?)", (draft.once,))
        if cursor.rowcount == 0:
            return False
        newest = cursor.lastrowid or 0
        self._db.execute("DELETE FROM said WHERE number <= ?", (newest - _SAID_KEPT,))
        return True

    def _insert(self, draft: Draft) -> Spooled | None:
        header_id = self._stored_next(draft.topic)
        payload = draft.encode(header_id)
        if len(payload) > self._max_payload:
            log.error("message_too_large topic=%s bytes=%d dropped=yes", draft.topic, len(payload))
            return None
        if not self._is_news(draft):
            return None
        cursor = self._db.execute(
            "INSERT INTO outbox (topic, header_id, event_time, lane, payload)"
            " VALUES (?, ?, ?, ?, ?)",
            (draft.topic, header_id, draft.event_time, LIVE, payload),
        )
        self._store_next(draft.topic, header_id + 1)
        seq = cursor.lastrowid or 0
        return Spooled(seq, draft.topic, header_id, draft.event_time, LIVE, payload)

    def acknowledge(self, items: Iterable[tuple[str, int, str]]) -> list[int]:
        """Forget committed (topic, header id, event time) messages; the rows that were here."""
        forgotten = []
        self._db.execute("BEGIN IMMEDIATE")
        for key in items:
            row = self._db.execute(
                "DELETE FROM outbox WHERE topic = ? AND header_id = ? AND event_time = ?"
                " RETURNING seq, topic, LENGTH(payload), lane",
                key,
            ).fetchone()
            if row is not None:
                forgotten.append(row[0])
                self._counts[row[1]] -= 1
                self._bytes -= row[2]
                self._backfill -= row[3] == BACKFILL
        self._db.execute("COMMIT")
        return forgotten

    def newest_state(self) -> Spooled | None:
        """The state to send first after a reconnect."""
        rows = self._select("WHERE topic = 'state' ORDER BY seq DESC LIMIT 1")
        return rows[0] if rows else None

    def move_to_backfill(self, up_to_seq: int) -> None:
        """States up to a row leave the live lane: too old to be sent as the present."""
        moved = self._db.execute(
            "UPDATE outbox SET lane = ? WHERE topic = 'state' AND lane = ? AND seq <= ?",
            (BACKFILL, LIVE, up_to_seq),
        )
        self._backfill += moved.rowcount

    def backfill(self, after_seq: int, limit: int) -> list[Spooled]:
        """The oldest states of the back-fill lane after a row."""
        if not self._backfill:
            return []
        where = "WHERE topic = 'state' AND lane = ? AND seq > ? ORDER BY seq LIMIT ?"
        return self._select(where, BACKFILL, after_seq, limit)

    def waiting(self, topic: str, limit: int) -> list[Spooled]:
        """The oldest unacknowledged messages of a topic."""
        if not self._counts.get(topic):
            return []
        return self._select("WHERE topic = ? ORDER BY seq LIMIT ?", topic, limit)

    def counts(self) -> SpoolCounts:
        """The fill of the spool."""
        states, incidents, evidence = (self._counts.get(topic, 0) for topic in SPOOLED_TOPICS)
        return SpoolCounts(states, incidents, evidence, self._bytes, self._states_thinned)

    def repair(self, error: sqlite3.Error) -> None:
        """Go on after SQLite failed: a broken file is moved aside, an unwritable one left alone.

        Where the disk is full or read-only, the spool goes on in memory (`durable` is False then),
        and the file's rows wait for `return_to_disk` or the next start. Never raises for a broken
        disk.
        """
        counters = self._counters()
        self._db.close()
        if self._path is not None and not isinstance(error, sqlite3.OperationalError):
            move_aside(self._path, error)
        elif self._path is not None:
            log.error("spool_unwritable path=%s error=%r", self._path, str(error))
            self._path = None
        self._db = self._open()
        for topic, value in counters:
            self._store_next(topic, value)

    def return_to_disk(self) -> None:
        """Go on in the file, with all that came meanwhile; nothing happens while it takes none."""
        path = self._file
        if path is None or self.durable or is_full(path.parent):
            return
        try:
            messages = pour(self._db, path)
        except (ConfigError, sqlite3.Error):
            return
        self._db.close()
        self._path = path
        self._db = self._open()
        log.warning("spool_on_disk_again path=%s messages=%d", path, messages)

    @property
    def durable(self) -> bool:
        """Whether what is spooled survives a restart."""
        return self._path is not None

    def _counters(self) -> list[tuple[str, int]]:
        try:
            return self._db.execute("SELECT topic, next_id FROM counters").fetchall()
        except sqlite3.Error:
            return []

    def close(self) -> None:
        """Give unused ids back, where the disk takes them, and close the file."""
        with contextlib.suppress(sqlite3.Error):
            for topic, (value, _) in self._reserved.items():
                self._store_next(topic, value)
        self._db.close()

    def _select(self, where: str, *values: object) -> list[Spooled]:
        columns = "seq, topic, header_id, event_time, lane, payload"
        rows = self._db.execute(f"SELECT {columns} FROM outbox {where}", values)
        return [Spooled(*row) for row in rows]

    def _stored_next(self, topic: str) -> int:
        known = self._next.get(topic)
        if known is not None:
            return known
        row = self._db.execute("SELECT next_id FROM counters WHERE topic = ?", (topic,)).fetchone()
        return int(row[0]) if row else 0

    def _store_next(self, topic: str, value: int) -> None:
        self._db.execute(
            "INSERT INTO counters VALUES (?, ?)"
            " ON CONFLICT (topic) DO UPDATE SET next_id = excluded.next_id",
            (topic, value),
        )
        self._next[topic] = value

    def _keep_bounds(self) -> None:
        while self._counts.get("state", 0) > _STATES_ALWAYS_KEPT and (
            self._counts["state"] > self._max_states or self._bytes > self._max_bytes
        ):
            self._thin()

    def _thin(self) -> None:
        half = self._counts["state"] // 2
        rows = self._db.execute(
            "DELETE FROM outbox WHERE seq IN (SELECT seq FROM (SELECT seq, ROW_NUMBER() OVER"
            " (ORDER BY seq) AS number FROM outbox WHERE topic = 'state' ORDER BY seq LIMIT ?)"
            " WHERE number % 2 = 0) RETURNING LENGTH(payload), lane",
            (half,),
        ).fetchall()
        self._counts["state"] -= len(rows)
        self._bytes -= sum(size for size, _ in rows)
        self._backfill -= sum(lane == BACKFILL for _, lane in rows)
        self._states_thinned += len(rows)
        log.warning("spool_thinned states=%d left=%d", len(rows), self._counts["state"])
