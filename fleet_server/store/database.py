"""One database: migrated when it is opened, written by one thread, read by a few.

Every `write` is one transaction on the one writer thread, so a commit carries whatever its caller
has gathered (the ingest: up to thousands of messages), and SQLite never sees two writers.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite

from fleet_server.store.jobs import Job, Side, answer, unavailable
from fleet_server.store.patience import (
    PATIENCE_S,
    RETRY_S,
    OccupiedError,
    is_ill,
    is_passing,
    reason_of,
)
from fleet_server.store.postgres import (
    check_encoding,
    connect_arguments,
    hold,
    is_postgres,
    last_mark,
    leave_mark,
)
from patrol.errors import ConfigError

log = logging.getLogger(__name__)
T = TypeVar("T")

READERS = 4
WATCH_S = 2.0
OPEN_WITHIN_S = 5.0  # of a killed predecessor's session to end
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
    """`open`, `read`, `write`, `close`; raises ConfigError where it cannot be opened.

    `sole`: on PostgreSQL, no other server may write meanwhile (SQLite: the data folder's lock).
    """

    def __init__(self, url: str, *, sole: bool = True) -> None:
        parsed = _parsed(url)
        self._where = parsed.render_as_string(hide_password=True)
        connect = connect_arguments(parsed)
        # One session writes, always the same while it lasts: it holds the lock.
        self._writing, self._reading = (
            sa.create_engine(parsed, pool_size=size, max_overflow=0, connect_args=connect)
            for size in (1, READERS)
        )
        if not is_postgres(self._writing):
            for engine in (self._writing, self._reading):
                sa.event.listen(engine, "connect", _set_pragmas)
        self._is_sole = sole and is_postgres(self._writing)
        self._writer, self._readers = Side("write", 1), Side("read", READERS)
        self._later: set[asyncio.Task[Any]] = set()
        self._doubtful: Job | None = None  # its commit was sent, and not answered

    @property
    def trouble(self) -> str | None:
        """What the database says while it does not do what it is asked to; None: it does."""
        return self._writer.reason or self._readers.reason

    def open(self) -> None:
        """Bring the schema up to date."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        until_s = time.monotonic() + OPEN_WITHIN_S
        while True:
            try:
                with self._writing.begin() as connection:
                    if self._is_sole:
                        check_encoding(connection)
                        hold(connection)
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                break
            except OccupiedError as error:  # the session of a server that was just killed
                if time.monotonic() > until_s:
                    raise self._cannot_be_opened(error) from None
                time.sleep(RETRY_S)
            except (sa.exc.DBAPIError, CommandError) as error:
                raise self._cannot_be_opened(error) from None
        log.info("database_open url=%s", self._where)

    def _cannot_be_opened(self, error: Exception) -> ConfigError:
        return ConfigError(f"database {self._where} cannot be opened: {reason_of(error)}")

    async def write(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(connection, *arguments)` in one transaction, committed when this returns.

        Done again, whole, while the database or the disk is ill (`fleet_server.store.patience`);
        raises UnavailableError where whoever asks cannot wait so long.
        """
        job = Job(work, arguments)
        return cast(T, await self._patiently(self._writer, self._commit, job))

    def write_later(self, work: Callable[..., Any], *arguments: Any) -> None:
        """`write` for what nobody can wait for: done as soon as the database takes it."""
        context = contextvars.copy_context()
        context.run(PATIENCE_S.set, math.inf)
        task = asyncio.create_task(self.write(work, *arguments), context=context)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(connection, *arguments)` on a reader thread; as patient as `write`."""
        job = Job(work, arguments)
        return cast(T, await self._patiently(self._readers, self._in_transaction, job))

    async def watch(self) -> None:
        """Notice by itself that the database is ill, and that it is well again."""
        while True:
            await self.read(_ask)
            if self._writer.reason is not None:
                await self.write(leave_mark, "watch")
            await asyncio.sleep(WATCH_S)

    async def _patiently(self, side: Side, run: Callable[[Job], Any], job: Job) -> Any:
        until_s = time.monotonic() + PATIENCE_S.get()
        try:
            while True:
                try:
                    result = await answer(side, run, job, until_s)
                except (sa.exc.DBAPIError, OSError, OccupiedError) as error:
                    if not is_ill(error):
                        raise
                    reason = reason_of(error)
                    if not is_passing(error):
                        side.note_ill(job, reason)
                else:
                    side.note_done(job)
                    return result
                if time.monotonic() + RETRY_S > until_s:
                    raise unavailable(reason)
                await asyncio.sleep(RETRY_S)
        finally:
            job.given_up = True
            side.forget(job)

    def write_now(self, work: Callable[..., T], *arguments: Any) -> T:
        """The same as `write` for start-up, where no loop runs; raises ConfigError where ill."""
        try:
            job = Job(work, arguments)
            return cast(T, self._writer.threads.submit(self._commit, job).result())
        except (sa.exc.DBAPIError, OSError, OccupiedError) as error:
            if not is_ill(error):
                raise
            reason = reason_of(error)
            raise ConfigError(f"database {self._where} cannot be used: {reason}") from None

    def close(self) -> None:
        """After the last write has committed."""
        for side in (self._writer, self._readers):
            side.threads.shutdown(wait=True)
        self._writing.dispose()
        self._reading.dispose()

    def _in_transaction(self, job: Job) -> Any:
        with self._reading.begin() as connection:
            return job.run(connection)

    def _commit(self, job: Job) -> Any:
        """On the writer thread: the whole of a write."""
        if not self._is_sole:
            with self._writing.begin() as connection:
                return job.run(connection)
        with self._writing.connect() as connection:
            hold(connection)
            self._decide(connection)
            if job.committed:
                return job.result
            result, job.mark = job.run(connection), secrets.token_hex(8)
            leave_mark(connection, job.mark)
            self._doubtful = job
            connection.commit()
            self._doubtful = None
            return result

    def _decide(self, connection: sa.Connection) -> None:
        """Whether a commit whose answer was lost was one. The session that sent it is over, or
        its lock would not be ours; so nothing can change any more."""
        if self._doubtful is not None:
            self._doubtful.committed = last_mark(connection) == self._doubtful.mark
            self._doubtful = None


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ConfigError(f"database_url: {error}") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(
            f"database_url: {parsed.drivername} is none of: postgresql://…, sqlite://…"
        )
    return parsed


def _ask(connection: sa.Connection) -> None:
    connection.execute(sa.select(1))


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
