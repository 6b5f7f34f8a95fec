"""What operators ask for again and again reads no whole table of a PostgreSQL that has grown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from fleet_server.store.database import Database
from fleet_server.store.evidence import select_visit_pictures
from fleet_server.store.history import select_track
from fleet_server.store.incidents import select_history, select_incidents
from tests.integration.postgres import Postgres

NAME = "fleet"
ROWS = 20_000  # enough for the planner to prefer an index where there is one
FILL = f"""
INSERT INTO state_history
SELECT 'sunra/v-' || n % 50, n, n, n, false, 'sillim', 1, 2, 0, 1, 50, true, '', '', 1
FROM generate_series(1, {ROWS}) n;
INSERT INTO incidents
SELECT 'inc-' || n, 'sunra/v-' || n % 50, 'loitering', 'warning', 'closed', 1, 'sillim', 1, 2, 0.3,
  n, n, n, n, 0.9, '1', '{{}}', CASE WHEN n % 1000 = 0 THEN 'open' ELSE 'resolved' END
FROM generate_series(1, {ROWS}) n;
INSERT INTO evidence
SELECT 'ev-' || n, n % 2000 || '-' || n, 'sunra/v-1', 'checkpoint', 'image/jpeg', '', 1, n, n,
  true, 1, 'complete'
FROM generate_series(1, {ROWS}) n;
VACUUM ANALYZE state_history, incidents, evidence
"""


@pytest.fixture(scope="module")
def grown() -> Iterator[sa.Engine]:
    postgres = Postgres()
    postgres.start()
    postgres.run(f"CREATE DATABASE {NAME}")
    database = Database(postgres.url(NAME))
    database.open()
    database.close()
    for statement in FILL.split(";"):
        postgres.run(statement, NAME)
    engine = sa.create_engine(postgres.url(NAME).replace("postgresql", "postgresql+psycopg"))
    yield engine
    engine.dispose()
    postgres.close()


def plans(engine: sa.Engine, work: Callable[..., Any], *arguments: object) -> str:
    """How the database does what `work` asks for."""
    asked: list[Any] = []

    def listen(_c: Any, _cursor: Any, query: str, values: Any, *_: Any) -> None:
        asked.append((query, values))

    with engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", listen)
        work(connection, *arguments)
        sa.event.remove(connection, "before_cursor_execute", listen)
        rows = [
            row
            for query, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars()
        ]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("work", "arguments", "index"),
    [
        (select_track, ("sunra/v-7", ROWS - 500.0, 1e9), "state_history_pkey"),
        (select_incidents, (None, True, 200), "ix_incidents_status_detected"),
        (select_incidents, (None, False, 20), "ix_incidents_detected"),
        (select_incidents, (["inc-7"], False, 1), "incidents_pkey"),
        (select_history, ("sillim", ROWS - 500.0), "ix_incidents_detected"),
        (select_visit_pictures, ("77",), "ix_evidence_incident"),
    ],
)
def test_it_is_found_by_an_index(
    grown: sa.Engine, work: Callable[..., Any], arguments: tuple[object, ...], index: str
) -> None:
    way = plans(grown, work, *arguments)
    assert f" {index} " in way
    for table in ("state_history", "incidents", "evidence"):
        assert f"Seq Scan on {table} " not in way
