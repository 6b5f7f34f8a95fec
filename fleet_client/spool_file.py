"""The spool's SQLite file: its schema, what it holds when opened, what becomes of a broken one."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

from patrol.errors import ConfigError

log = logging.getLogger(__name__)

LIVE, BACKFILL = "live", "backfill"  # lanes
ROOM_BYTES = 1_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (topic TEXT PRIMARY KEY, next_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    header_id INTEGER NOT NULL,
    event_time TEXT NOT NULL,
    lane TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS said (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE);
CREATE UNIQUE INDEX IF NOT EXISTS outbox_header ON outbox (topic, header_id);
CREATE INDEX IF NOT EXISTS outbox_lane ON outbox (topic, lane, seq);
"""


class Fill(NamedTuple):
    """What a file held when it was opened."""

    counts: dict[str, int]  # rows, by topic
    payload_bytes: int
    backfill: int  # rows of that lane


def open_database(path: Path | None) -> tuple[sqlite3.Connection, Fill]:
    """The database in a file, or in memory; its commits do not wait for the disk.

    A broken file is moved aside and a fresh one begun; raises ConfigError where it cannot be
    opened.
    """
    if path is None:
        return _prepare(sqlite3.connect(":memory:", check_same_thread=False), cache_kib=512)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepare(sqlite3.connect(path, check_same_thread=False))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            # locked by another process, or no right to write: not corruption
            raise ConfigError(f"spool {path}: cannot be opened: {error}") from None
        move_aside(path, error)
        return _prepare(sqlite3.connect(path, check_same_thread=False))


def pour(memory: sqlite3.Connection, path: Path) -> int:
    """Add to a file what is in memory, all or nothing; returns how many messages.

    Header ids in memory went on from those of the file. Raises ConfigError, sqlite3.Error.
    """
    columns = "topic, header_id, event_time, lane, payload"
    rows = memory.execute(f"SELECT {columns} FROM outbox ORDER BY seq").fetchall()
    said = memory.execute("SELECT key FROM said ORDER BY number").fetchall()
    counters = memory.execute("SELECT topic, next_id FROM counters").fetchall()
    db, _ = open_database(path)
    try:
        db.execute("PRAGMA synchronous=FULL")
        db.execute("BEGIN IMMEDIATE")
        db.executemany(f"INSERT OR IGNORE INTO outbox ({columns}) VALUES (?, ?, ?, ?, ?)", rows)
        db.executemany("INSERT OR IGNORE INTO said (key) VALUES (?)", said)
        db.executemany(
            "INSERT INTO counters VALUES (?, ?) ON CONFLICT (topic)"
            " DO UPDATE SET next_id = MAX(next_id, excluded.next_id)",
            counters,
        )
        db.execute("COMMIT")
    finally:
        db.close()
    return len(rows)


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder has no room for the log files that SQLite needs to begin."""
    try:
        return shutil.disk_usage(folder).free < ROOM_BYTES
    except OSError:
        return False


def move_aside(path: Path, error: Exception) -> None:
    """Rename a broken database and its log files; they stay for a person to look at."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(aside.with_name(aside.name + suffix))
    log.error("spool_corrupt path=%s moved_to=%s error=%r", path, aside, str(error))


def _prepare(db: sqlite3.Connection, cache_kib: int = 4096) -> tuple[sqlite3.Connection, Fill]:
    try:
        db.isolation_level = None  # transactions are ours
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(f"PRAGMA cache_size=-{cache_kib}")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check failed")
        db.executescript(_SCHEMA)
        rows = db.execute("SELECT topic, COUNT(*), SUM(LENGTH(payload)) FROM outbox GROUP BY 1")
        totals = rows.fetchall()
        rows = db.execute("SELECT COUNT(*) FROM outbox WHERE lane = ?", (BACKFILL,))
        backfill: int = rows.fetchone()[0]
    except sqlite3.Error:
        db.close()
        raise
    counts = {topic: count for topic, count, _ in totals}
    return db, Fill(counts, sum(size for _, _, size in totals), backfill)
