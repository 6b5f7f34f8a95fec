"""One database: migrated when it is opened, written by one thread, read by a few.

Every `write` is one transaction on the one writer thread, so a commit carries whatever its caller
has gathered (the ingest: up to thousands of messages), and SQLite never sees two writers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite

from fleet_server.errors import UnavailableError
from fleet_server.store.patience import PATIENCE_S, RETRY_S, is_ill
from patrol.errors import ConfigError

log = logging.getLogger(__name__)
T = TypeVar("T")

READERS = 4
MIGRATIONS = Path(__file__).parent / "migrations"
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged message survives a power cut
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path}"


class Database:
    """`open`, `read`, `write`, `close`; raises ConfigError where it cannot be opened."""

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise ConfigError(f"database_url: {error}") from None
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._where = parsed.render_as_string(hide_password=True)
        self._engine = sa.create_engine(parsed, pool_size=READERS + 1, max_overflow=0)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_pragmas)
        self.ill_since_s: float | None = None  # monotonic; None: it takes what it is given
        self._writer = ThreadPoolExecutor(1, "database-writer")
        self._readers = ThreadPoolExecutor(READERS, "database-reader")

    def open(self) -> None:
        """Bring the schema up to date."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self._engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except sa.exc.DBAPIError as error:
            raise ConfigError(f"database {self._where} cannot be opened: {error.orig}") from None
        log.info("database_open url=%s", self._where)

    async def write(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(connection, *arguments)` in one transaction, committed when this returns.

        Done again, whole, while the database or the disk is ill (`fleet_server.store.patience`);
        raises UnavailableError where whoever asks cannot wait so long.
        """
        result = await self._patiently(self._writer, work, arguments)
        if self.ill_since_s is not None:
            log.warning("database_back ill_s=%.0f", time.monotonic() - self.ill_since_s)
            self.ill_since_s = None
        return result

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(connection, *arguments)` on a reader thread; as patient as `write`."""
        return await self._patiently(self._readers, work, arguments)

    async def _patiently(
        self, threads: ThreadPoolExecutor, work: Callable[..., T], arguments: tuple[Any, ...]
    ) -> T:
        loop, until_s = asyncio.get_running_loop(), time.monotonic() + PATIENCE_S.get()
        while True:
            try:
                return await loop.run_in_executor(threads, self._in_transaction, work, arguments)
            except (sa.exc.DBAPIError, OSError) as error:
                if not is_ill(error):
                    raise
                reason = str(error.orig if isinstance(error, sa.exc.DBAPIError) else error)
            self._note_ill(reason)
            if time.monotonic() + RETRY_S > until_s:
                raise UnavailableError(
                    f"the database takes nothing at the moment: {reason}", "database_unavailable"
                )
            await asyncio.sleep(RETRY_S)

    def _note_ill(self, reason: str) -> None:
        if self.ill_since_s is None:
            self.ill_since_s = time.monotonic()
            log.error("database_unavailable reason=%r retry_s=%g", reason, RETRY_S)

    def write_now(self, work: Callable[..., T], *arguments: Any) -> T:
        """The same as `write` for start-up, where no loop runs."""
        return self._writer.submit(self._in_transaction, work, arguments).result()

    def close(self) -> None:
        """After the last write has committed."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engine.dispose()

    def _in_transaction(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        with self._engine.begin() as connection:
            return work(connection, *arguments)


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


Insert = sqlite.Insert | postgresql.Insert


def insert(connection: sa.Connection, table: sa.Table) -> Insert:
    """An INSERT of this dialect, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_new(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows that are not there yet; how many they were."""
    if not rows:
        return 0
    statement = insert(connection, table).on_conflict_do_nothing()
    if connection.dialect.name == "postgresql":  # its rowcount knows nothing of bulk inserts
        key = next(iter(table.primary_key))
        return len(connection.execute(statement.returning(key), rows).all())
    return connection.execute(statement, rows).rowcount


def upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows or replace those with the same primary key."""
    if not rows:
        return
    statement = insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)
