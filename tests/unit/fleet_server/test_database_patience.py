"""A database that takes nothing for a while: loops wait, people are told, and nothing is lost."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.errors import UnavailableError
from fleet_server.store import database as database_module
from fleet_server.store import tables
from fleet_server.store.database import Database, sqlite_url
from fleet_server.store.jobs import patiently
from fleet_server.store.patience import PATIENCE_S, is_ill, reason_of
from patrol.vda5050.messages import InstantActions, decode


def sqlite_error(code: int, words: str = "database or disk is full") -> sa.exc.OperationalError:
    cause = sqlite3.OperationalError(words)
    cause.sqlite_errorcode = code
    return sa.exc.OperationalError("INSERT", {}, cause)


class PostgresError(Exception):
    """What psycopg raises, as far as it is read."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"state {sqlstate}")
        self.sqlstate = sqlstate


def postgres_error(sqlstate: str | None, *, lost: bool = False) -> sa.exc.OperationalError:
    cause = PostgresError(sqlstate)
    return sa.exc.OperationalError("INSERT", {}, cause, connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "ill"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), True),
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), True),
        (sqlite_error(sqlite3.SQLITE_ERROR, "no such table: x"), False),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT), False),
        (postgres_error("57P03"), True),
        (postgres_error("53100"), True),
        (postgres_error("08006"), True),
        (postgres_error(None, lost=True), True),
        (postgres_error(None), True),  # no connection could be made
        (postgres_error("28P01"), True),
        (postgres_error("3D000"), True),
        (postgres_error("42501"), True),
        (postgres_error("55P03"), True),
        (postgres_error("40P01"), True),
        (postgres_error("42P01"), False),
        (postgres_error("23505"), False),
        (postgres_error("22001"), False),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("nothing of a database"), False),
    ],
)
def test_what_may_succeed_later_is_told_from_what_never_will(error: Exception, ill: bool) -> None:
    assert is_ill(error) is ill


def test_a_reason_is_one_line_without_where_the_database_is() -> None:
    words = (
        'connection failed: connection to server at "10.0.0.5", port 5432 failed: FATAL:  '
        'database "fleet" does not exist\nMultiple connection attempts failed.'
    )
    assert reason_of(OSError(words)) == 'database "fleet" does not exist'
    refused = 'connection to server at "::1", port 5432 failed: Connection refused'
    assert reason_of(OSError(refused)) == "Connection refused"
    assert reason_of(OSError(errno.ENOSPC, "No space left")) == "[Errno 28] No space left"
    assert reason_of(ValueError()) == "ValueError"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(database_module, "RETRY_S", 0.01)
    made = Database(sqlite_url(tmp_path / "fleet.db"))
    made.open()
    yield made
    made.close()


def failing(times: int, error: Exception) -> Callable[[sa.Connection], str]:
    left = [times]

    def work(connection: sa.Connection) -> str:
        connection.execute(sa.text("INSERT INTO audit_probe VALUES (1)"))
        if left[0]:
            left[0] -= 1
            raise error
        return "done"

    return work


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def rows(database: Database) -> int:
    def count(connection: sa.Connection) -> int:
        return int(connection.execute(sa.text("SELECT COUNT(*) FROM audit_probe")).scalar_one())

    return await database.read(count)


async def make_table(database: Database) -> None:
    await database.write(lambda c: c.execute(sa.text("CREATE TABLE audit_probe (n INTEGER)")))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error", [sqlite_error(sqlite3.SQLITE_FULL), OSError(errno.ENOSPC, "No space left on device")]
)
async def test_a_write_waits_for_the_disk_and_is_done_once(
    database: Database, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await make_table(database)
    assert await database.write(failing(3, error)) == "done"
    assert await rows(database) == 1
    assert database.trouble is None
    said = [r.message.split()[0] for r in caplog.records if r.message.startswith("database_")]
    assert said == ["database_unavailable", "database_back"], "once each, however long it lasts"


@pytest.mark.anyio
async def test_a_request_is_told_after_its_patience(database: Database) -> None:
    await make_table(database)
    before = PATIENCE_S.set(0.05)
    with pytest.raises(UnavailableError, match="at the moment: database or disk is full"):
        await database.write(failing(1000, sqlite_error(sqlite3.SQLITE_FULL)))
    PATIENCE_S.reset(before)
    assert database.trouble is not None
    assert await rows(database) == 0


@pytest.mark.anyio
async def test_it_is_ill_while_what_failed_still_waits(database: Database) -> None:
    """A full disk takes a small row now and then, and never the batch of the ingest."""
    await make_table(database)
    room = asyncio.Event()

    def large(_connection: sa.Connection) -> None:
        if not room.is_set():
            raise sqlite_error(sqlite3.SQLITE_FULL)

    writing = asyncio.create_task(database.write(large))
    await until(lambda: database.trouble is not None)
    await database.write(failing(0, OSError()))
    assert database.trouble == "database or disk is full"
    room.set()
    await writing
    assert database.trouble is None


@pytest.mark.anyio
async def test_what_is_wrong_with_the_question_is_raised_at_once(database: Database) -> None:
    await make_table(database)
    error = sqlite_error(sqlite3.SQLITE_ERROR, "no such table: x")
    with pytest.raises(sa.exc.OperationalError):
        await database.write(failing(1, error))
    assert database.trouble is None


@pytest.mark.anyio
async def test_the_api_says_so_in_both_languages(
    rig: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet_server.api.security.API_PATIENCE_S", 0.05)
    whole = rig.database._in_transaction

    def full(*_work: object) -> None:
        raise sqlite_error(sqlite3.SQLITE_FULL)

    monkeypatch.setattr(rig.database, "_in_transaction", full)
    answer = await client.get("/users")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "database_unavailable")
    assert error["message_ko"] == (
        "지금은 데이터베이스에 저장할 수 없습니다: database or disk is full"
    )
    monkeypatch.setattr(rig.database, "_in_transaction", whole)
    assert (await client.get("/vehicles")).status_code == 200


@pytest.mark.anyio
async def test_a_stop_goes_out_though_nothing_can_be_written(
    rig: Any, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line in the audit trail is written when there is room again."""
    monkeypatch.setattr(database_module, "RETRY_S", 0.01)
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state())
    whole, room = rig.database._commit, False

    def full(job: Any) -> Any:
        if not room:
            raise sqlite_error(sqlite3.SQLITE_FULL)
        return whole(job)

    async def lines() -> list[str]:
        query = sa.select(tables.audit.c.action).where(tables.audit.c.action.like("vehicle_%"))
        rows = await rig.database.read(lambda c: c.execute(query).scalars().all())
        return list(rows)

    monkeypatch.setattr(rig.database, "_commit", full)
    before = PATIENCE_S.set(0.05)
    await rig.dispatcher.instant_action("sunra/goalie-01", "stop", "minji")
    with pytest.raises(UnavailableError):
        await rig.dispatcher.instant_action("sunra/goalie-01", "siren_on", "minji")
    PATIENCE_S.reset(before)
    sent = [decode(p, InstantActions).actions[0].action_type for p in rig.sent("instantActions")]
    assert sent == ["remoteStop"]
    assert await lines() == []
    room = True
    await until(lambda: rig.database.trouble is None)
    assert await lines() == ["vehicle_stop"]


@pytest.mark.anyio
async def test_nobody_waits_for_ever_behind_who_waits_for_the_database(rig: Any) -> None:
    lock, before = asyncio.Lock(), PATIENCE_S.set(0.05)
    async with patiently(lock):
        with pytest.raises(UnavailableError, match="no answer"):
            async with patiently(lock):
                raise AssertionError("two at a time")
    assert not lock.locked()

    async with rig.dispatcher._lock:  # held by a step that cannot be kept
        with pytest.raises(UnavailableError, match="no answer"):
            await rig.dispatcher.cancel("any", "minji")
    PATIENCE_S.reset(before)
