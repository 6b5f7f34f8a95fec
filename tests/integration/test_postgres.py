"""The store on a real PostgreSQL that restarts, hangs, refuses and is asked twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fleet_server.errors import UnavailableError
from fleet_server.store import database as database_module
from fleet_server.store import jobs, person_tables, plan_tables, weather
from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit
from fleet_server.store.database import MIGRATIONS, Database
from fleet_server.store.patience import PATIENCE_S
from patrol.errors import ConfigError
from tests.integration.postgres import Postgres

NAME = "fleet"
# Their modules add theirs to the tables of `t`.
FURTHER = (person_tables.person_searches, plan_tables.plans, weather.weather_reports)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.close()


@pytest.fixture
def postgres(cluster: Postgres) -> Postgres:
    """Running, with an empty database `NAME`."""
    if not cluster.runs:
        cluster.start()
    cluster.run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    cluster.run(f"CREATE DATABASE {NAME}")
    return cluster


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(database_module, "RETRY_S", 0.05)
    monkeypatch.setattr(database_module, "WATCH_S", 0.05)
    made = Database(postgres.url(NAME))
    made.open()
    yield made
    made.close()


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    before = PATIENCE_S.set(seconds)
    yield
    PATIENCE_S.reset(before)


async def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


def note(connection: sa.Connection, subject: str) -> None:
    """Something that is there twice when it is done twice."""
    add_audit(connection, 1.0, "kim", "test", subject)


def subjects(postgres: Postgres) -> list[str]:
    return [row[0] for row in postgres.run("SELECT subject FROM audit ORDER BY id", NAME)]


# ---------------------------------------------------------------------------------- it is opened


def scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


REVISIONS = [s.revision for s in ScriptDirectory.from_config(scripts()).walk_revisions()][::-1]


@pytest.mark.parametrize("revision", ["base", *REVISIONS])
def test_every_older_schema_becomes_the_tables_of_the_code(
    postgres: Postgres, revision: str
) -> None:
    engine = sa.create_engine(postgres.url(NAME).replace("postgresql", "postgresql+psycopg"))
    if revision != "base":
        with engine.begin() as connection:
            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            note(connection, "kept")
    database = Database(postgres.url(NAME))
    database.open()
    database.close()
    assert all(table.metadata is t.metadata for table in FURTHER)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []
    engine.dispose()
    assert subjects(postgres) == ([] if revision == "base" else ["kept"])


def cannot_be_opened(url: str) -> str:
    database = Database(url)
    with pytest.raises(ConfigError) as told:
        database.open()
    database.close()
    assert "\n" not in str(told.value)
    return str(told.value)


def test_what_keeps_it_from_being_opened_is_one_line(postgres: Postgres) -> None:
    assert 'database "other" does not exist' in cannot_be_opened(postgres.url("other"))
    assert 'role "nobody" does not exist' in cannot_be_opened(postgres.url(NAME, "nobody"))
    nowhere = postgres.url(NAME).replace(str(postgres.port), "1")
    assert cannot_be_opened(nowhere).endswith("cannot be opened: Connection refused")
    for encoding in ("LATIN1", "SQL_ASCII"):
        postgres.run("DROP DATABASE IF EXISTS other")
        postgres.run(f"CREATE DATABASE other ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        said = f"encoding is {encoding}; make one with ENCODING 'UTF8'"
        assert said in cannot_be_opened(postgres.url("other"))
    postgres.run("CREATE TABLE alembic_version (version_num TEXT)", NAME)
    postgres.run("INSERT INTO alembic_version VALUES ('9999')", NAME)
    assert "Can't locate revision identified by '9999'" in cannot_be_opened(postgres.url(NAME))


def test_two_servers_never_write_to_one_database(
    postgres: Postgres, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "OPEN_WITHIN_S", 0.1)
    said = cannot_be_opened(postgres.url(NAME))
    assert said.endswith("cannot be opened: another fleet server runs on it")
    beside = Database(postgres.url(NAME), sole=False)  # as `sunra passwd`
    beside.write_now(note, "beside")
    beside.close()
    assert subjects(postgres) == ["beside"]


@pytest.mark.anyio
async def test_who_lost_the_database_to_another_server_writes_no_more(
    postgres: Postgres, database: Database
) -> None:
    """As where a host was given up for dead, and was not."""
    await database.write(note, "first")
    postgres.cut(NAME)
    other = Database(postgres.url(NAME))
    other.open()
    async with patience(0.3):
        with pytest.raises(UnavailableError, match="another fleet server runs on it"):
            await database.write(note, "second")
    assert database.trouble == "another fleet server runs on it"
    other.close()
    await database.write(note, "third")
    assert database.trouble is None
    assert subjects(postgres) == ["first", "third"]


# ------------------------------------------------------------------------------ while it runs


async def stays_ill(database: Database, reason: str) -> asyncio.Task[None]:
    """A write that waits, until the database is well again."""
    writing = asyncio.create_task(database.write(note, "kept"))
    await until(lambda: database.trouble == reason, f"{reason}, not {database.trouble}")
    assert not writing.done()
    return writing


@pytest.mark.anyio
@pytest.mark.parametrize("way", ["stop", "kill"])
async def test_a_database_that_is_away_is_waited_for(
    postgres: Postgres, database: Database, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(note, "before")
    getattr(postgres, way)()
    writing = await stays_ill(database, "Connection refused")
    async with patience(0.2):
        with pytest.raises(UnavailableError, match="at the moment: Connection refused"):
            await database.read(lambda c: c.execute(sa.select(1)))
    postgres.start()
    await writing
    await database.read(lambda c: c.execute(sa.select(1)))
    assert database.trouble is None
    assert subjects(postgres) == ["before", "kept"]
    said = [r.message.partition(" retry_s")[0] for r in caplog.records]
    assert said.count("database_unavailable to=write reason='Connection refused'") == 1


@pytest.mark.anyio
async def test_who_is_refused_is_let_in_later(postgres: Postgres, database: Database) -> None:
    postgres.run(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
    postgres.cut(NAME)
    said = f'database "{NAME}" is not currently accepting connections'
    writing = await stays_ill(database, said)
    postgres.run(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")
    await writing

    postgres.run(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
    postgres.cut(NAME)
    postgres.run(f"ALTER DATABASE {NAME} RENAME TO elsewhere")
    writing = await stays_ill(database, f'database "{NAME}" does not exist')
    postgres.run(f"ALTER DATABASE elsewhere RENAME TO {NAME}")
    postgres.run(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")
    await writing
    assert subjects(postgres) == ["kept", "kept"]


@pytest.mark.anyio
async def test_a_right_that_is_missing_is_waited_for(
    postgres: Postgres, database: Database
) -> None:
    """It is not the fault of what was to be stored: a state must not go to quarantine for it."""
    postgres.run(f"ALTER DATABASE {NAME} SET default_transaction_read_only = on")  # a standby
    postgres.cut(NAME)
    writing = await stays_ill(database, "cannot execute INSERT in a read-only transaction")
    postgres.run(f"ALTER DATABASE {NAME} SET default_transaction_read_only = off")
    postgres.cut(NAME)
    await writing
    assert subjects(postgres) == ["kept"]


@pytest.mark.anyio
async def test_sessions_notice_a_dead_peer_and_a_forgotten_lock(database: Database) -> None:
    def settings(connection: sa.Connection) -> list[str]:
        names = ("lock_timeout", "tcp_keepalives_idle", "tcp_user_timeout", "client_encoding")
        return [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names]

    for ask in (database.read, database.write):
        assert await ask(settings) == ["5s", "10", "20000", "UTF8"]


@pytest.mark.anyio
async def test_a_silent_database_keeps_nobody_waiting_who_cannot(
    postgres: Postgres, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SILENT_S", 0.1)
    await database.write(note, "before")
    await database.read(lambda c: c.execute(sa.select(1)))
    with postgres.frozen():
        writing = await stays_ill(database, "no answer")
        async with patience(0.2):
            for ask in (database.read, database.write):
                with pytest.raises(UnavailableError, match="at the moment: no answer"):
                    await ask(note, "given up")
    await writing
    await database.read(lambda c: c.execute(sa.select(1)))
    assert database.trouble is None
    await database.write(note, "after")
    assert subjects(postgres) == ["before", "kept", "after"], "nothing that was said to be refused"


@pytest.mark.anyio
async def test_work_under_way_is_not_kept_once_its_asker_was_told_so(
    postgres: Postgres, database: Database
) -> None:
    await database.write(note, "before")
    with psycopg.connect(postgres.url(NAME)) as somebody:
        somebody.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        async with patience(0.2):
            with pytest.raises(UnavailableError, match="no answer"):
                await database.write(note, "given up")
        somebody.rollback()
    await database.write(note, "after")
    assert subjects(postgres) == ["before", "after"]


@pytest.mark.anyio
async def test_a_deadlock_is_no_trouble(
    postgres: Postgres, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """The batch of the ingest is done again whole, and nothing of it is refused."""
    tries = 0
    has_audit, has_patrols = threading.Event(), threading.Event()

    def crossing(connection: sa.Connection) -> None:
        nonlocal tries
        tries += 1
        connection.execute(sa.text("SET LOCAL deadlock_timeout = '10ms'"))
        note(connection, "crossing")
        has_audit.set()
        has_patrols.wait(5)
        connection.execute(sa.text("LOCK TABLE patrols IN ACCESS EXCLUSIVE MODE"))

    def other() -> None:
        with psycopg.connect(postgres.url(NAME)) as somebody:
            somebody.execute("SET deadlock_timeout = '1h'")
            somebody.execute("LOCK TABLE patrols IN ACCESS EXCLUSIVE MODE")
            has_patrols.set()
            has_audit.wait(5)
            somebody.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")

    await asyncio.gather(database.write(crossing), asyncio.to_thread(other))
    assert tries == 2
    assert caplog.messages == []
    assert subjects(postgres) == ["crossing"]


@pytest.mark.anyio
async def test_a_commit_whose_answer_was_lost_is_not_done_again(
    postgres: Postgres, database: Database
) -> None:
    """It waits for a standby that is not there; its session is ended, and yet it is kept."""
    await database.write(note, "before")
    postgres.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    postgres.run("SELECT pg_reload_conf()")
    writing = asyncio.create_task(database.write(note, "doubtful"))
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    await until(lambda: bool(postgres.run(waits)), "a commit that waits")
    postgres.cut(NAME)
    await until(lambda: not postgres.run(waits), "the end of its session")
    postgres.run("ALTER SYSTEM RESET synchronous_standby_names")
    postgres.run("SELECT pg_reload_conf()")
    await writing
    await database.write(note, "after")
    assert subjects(postgres) == ["before", "doubtful", "after"]


@pytest.mark.anyio
async def test_a_commit_that_never_arrived_is_done_again(
    postgres: Postgres, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(note, "before")
    commit, cuts = sa.Connection.commit, iter([lambda: postgres.cut(NAME)])

    def cut_and_commit(connection: sa.Connection) -> None:
        next(cuts, lambda: None)()
        commit(connection)

    monkeypatch.setattr(sa.Connection, "commit", cut_and_commit)
    await database.write(note, "doubtful")
    assert subjects(postgres) == ["before", "doubtful"]


@pytest.mark.anyio
async def test_it_is_noticed_without_being_asked(postgres: Postgres, database: Database) -> None:
    """`/health` tells the truth to who watches it at night, when nobody works."""
    watching = asyncio.create_task(database.watch())
    postgres.stop()
    await until(lambda: database.trouble == "Connection refused", "the trouble")
    async with patience(0.1):
        with pytest.raises(UnavailableError):
            await database.write(note, "refused")
    postgres.start()
    await until(lambda: database.trouble is None, "that it is well again")
    watching.cancel()
    assert subjects(postgres) == []
