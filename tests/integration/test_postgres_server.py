"""The whole server on PostgreSQL: `kill -9` of the database and then of the server under load."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.conftest import ROOT, SUNRA
from tests.integration.postgres import Postgres
from tests.integration.test_server_survives_kills import (
    Numbered,
    a_picture,
    an_incident,
    fleet_client,
    until,
)

NAME = "fleet"
PATROL = {"name": "kept", "map_id": "sillim", "checkpoint_ids": ["cp-06"]}


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    made = Postgres()
    made.start()
    made.run(f"CREATE DATABASE {NAME}")
    yield made
    made.close()


@pytest.fixture
def server(new_server: Any, postgres: Postgres, tmp_path: Path) -> Any:
    new_server.config_file = tmp_path / "fleet.yaml"
    new_server.config_file.write_text(f"database_url: {postgres.url(NAME)}\n")
    new_server.start()
    return new_server


def health(server: Any) -> tuple[str, str | None]:
    said = httpx.get(f"{server.url}/api/v1/health").json()
    assert (said["database"] == "up") == (said["status"] == "ok")
    return said["database"], said["database_trouble"]


def test_everything_is_there_once_after_kills(
    server: Any, postgres: Postgres, tmp_path: Path
) -> None:
    client = fleet_client(server.enroll("sunra/goalie-01"), tmp_path)
    states = Numbered(client)

    async def scenario() -> None:
        running = asyncio.create_task(client.run())
        await until(lambda: client.connected, "first connection")
        await states.publish(50)
        client.report_incident(an_incident(1))
        api = await asyncio.to_thread(server.log_in)
        postgres.kill()
        client.report_incident(an_incident(2))
        client.submit_evidence(a_picture(tmp_path))
        await states.publish(50)
        refused = await asyncio.to_thread(api.post, "/patrols", json=PATROL, timeout=20)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            503,
            "database_unavailable",
        )
        assert health(server) == ("down", "Connection refused")
        postgres.start()
        await until(lambda: health(server) == ("up", None), "a database that is back")
        kept = await asyncio.to_thread(api.post, "/patrols", json=PATROL)
        assert kept.status_code == 201
        api.close()
        await states.publish(50)
        server.kill()
        await states.publish(50)
        await asyncio.to_thread(server.start)

        def empty() -> bool:
            now = client.status()
            return not (now.spooled_states or now.spooled_incidents or now.spooled_evidence)

        await until(empty, "an empty spool")
        await asyncio.to_thread(assert_shown, server, tmp_path)
        postgres.kill()
        client.report_incident(an_incident(3))
        await until(lambda: health(server)[0] == "down", "a database that is away")
        assert await asyncio.to_thread(server.stop) == 0
        client.stop()
        await running

    asyncio.run(scenario())
    assert "Traceback" not in server.log.read_text()
    postgres.start()

    def stored(query: str) -> list[Any]:
        return postgres.run(query, NAME)

    history = "SELECT header_id, last_node_id FROM state_history ORDER BY event_time_s, header_id"
    assert stored(history) == [(n, str(n)) for n in range(states.count)]
    assert stored("SELECT revision FROM incident_revisions ORDER BY 1") == [(1,), (2,)]
    assert stored("SELECT incident_id, revision FROM incidents") == [("inc-1", 2)]
    assert stored("SELECT status FROM evidence") == [("complete",)]
    assert stored("SELECT COUNT(*) FROM evidence_chunks") == [(0,)]
    assert stored("SELECT COUNT(*) FROM patrols WHERE name = 'kept'") == [(1,)]
    assert stored("SELECT COUNT(*) FROM quarantine") == [(0,)]


def assert_shown(server: Any, folder: Path) -> None:
    with contextlib.closing(server.log_in()) as api:
        (incident,) = api.get("/incidents").json()
        picture = api.get(incident["evidence"][0]["url"].removeprefix("/api/v1"))
        assert picture.content == (folder / "picture.jpg").read_bytes()


def test_a_second_server_on_the_database_is_refused_and_a_new_password_is_not(
    server: Any, tmp_path: Path
) -> None:
    done = subprocess.run(
        [*SUNRA, "serve", "--data", str(tmp_path / "other"), "--map", "maps/sillim.geojson",
         "--port", "0", "--config", str(server.config_file)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "another fleet server runs on it" in done.stderr
    beside = subprocess.run(
        [*SUNRA, "passwd", "operator", "--data", str(server.data_dir),
         "--config", str(server.config_file)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert beside.returncode == 0, beside.stderr
