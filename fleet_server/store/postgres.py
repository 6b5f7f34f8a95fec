"""What PostgreSQL needs beyond SQLite: sessions that notice a dead peer, one server on one
database, and a commit whose answer was lost told from one that never was.

The writing session holds an advisory lock. Where the session ends, by whatever cause, the lock
goes with it, so a server that was killed never locks its successor out.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fleet_server.store.patience import OccupiedError
from fleet_server.store.tables import metadata
from patrol.errors import ConfigError

# libpq's words (its manual, 34.1.2); what the URL says itself stays. A host that vanished without
# a word is noticed within half a minute, on both ends, and a lock that somebody forgot is told.
CONNECT: dict[str, str | int] = {
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
    "application_name": "sunra-fleet-server",
    "options": "-c lock_timeout=5s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 "
    "-c tcp_keepalives_count=3 -c tcp_user_timeout=20s",
}
SOLE_WRITER = 0x53554E5241  # "SUNRA": the key of our lock in a database

last_write = sa.Table(
    "last_write",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # one row: 1
    sa.Column("mark", sa.String(32), nullable=False),
)


def is_postgres(engine: sa.Engine | sa.Connection) -> bool:
    """Which of the two dialects it is."""
    return engine.dialect.name == "postgresql"


def connect_arguments(url: sa.URL) -> dict[str, Any]:
    """For `create_engine`."""
    if url.get_backend_name() != "postgresql":
        return {}
    return {name: value for name, value in CONNECT.items() if name not in url.query}


def check_encoding(connection: sa.Connection) -> None:
    """Korean names fit into no other; raises ConfigError."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise ConfigError(
            f"database_url: the database's encoding is {encoding}; make one with ENCODING 'UTF8'"
        )


def hold(connection: sa.Connection) -> None:
    """Be the only server that writes, as long as this session lasts; raises OccupiedError."""
    if connection.info.get("is_sole_writer"):
        return
    taken = sa.select(sa.func.pg_try_advisory_lock(SOLE_WRITER))
    if not connection.execute(taken).scalar_one():
        raise OccupiedError("another fleet server runs on it")
    connection.info["is_sole_writer"] = True


def leave_mark(connection: sa.Connection, mark: str) -> None:
    """Name the transaction; committed with it."""
    if not connection.execute(sa.update(last_write).values(mark=mark)).rowcount:
        connection.execute(sa.insert(last_write).values(id=1, mark=mark))


def last_mark(connection: sa.Connection) -> str | None:
    """The name of the last transaction that was committed."""
    return connection.execute(sa.select(last_write.c.mark)).scalar_one_or_none()
