"""`kill -9` of the broker and of the server in mid-stream: everything is stored exactly once.

A real server process, the real broker, the vehicle's real client with its spool. Also what only
the real broker can show: permissions, enrolment while it runs, a taken port.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gmqtt
import httpx
import pytest
import websockets

from fleet_client.client import FleetClient
from fleet_client.credentials import Credentials
from fleet_client.options import LinkHandlers, LinkOptions
from fleet_client.state_builder import MapRef, StateContent
from patrol.geometry import Pose2
from patrol.incident import (
    AnomalyKind,
    Evidence,
    EvidenceKind,
    Incident,
    IncidentPhase,
    Severity,
)
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[2]
SUNRA = [sys.executable, str(ROOT / "sunra.py")]
QUICK = LinkOptions(
    reconnect_min_s=0.05,
    reconnect_max_s=0.3,
    ack_timeout_s=1.0,
    ack_timeout_max_s=2.0,
    backfill_rate_hz=20.0,
)
PATIENCE_S = 20.0


async def until(condition: Callable[[], Awaitable[bool] | bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE_S} s: {what}")


def fleet_client(credentials: Credentials, folder: Path) -> FleetClient:
    return FleetClient(
        credentials,
        load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
        MapRef("sillim"),
        LinkHandlers(lambda _order: None, lambda _action: None),
        spool_path=folder / "spool.db",
        options=QUICK,
    )


def an_incident(revision: int) -> Incident:
    now_s = time.time()
    phase = IncidentPhase.OPENED if revision == 1 else IncidentPhase.UPDATED
    return Incident(
        "inc-1", AnomalyKind.COLLAPSED_PERSON, Severity.CRITICAL, phase, revision, "sillim",
        1.0, 2.0, 0.3, now_s, now_s, now_s, 0.9, "1", {},
    )  # fmt: skip


def a_picture(folder: Path) -> Evidence:
    content = os.urandom(300_000)
    path = folder / "picture.jpg"
    path.write_bytes(content)
    return Evidence(
        "ev-1", "inc-1", EvidenceKind.STILL, "image/jpeg", hashlib.sha256(content).hexdigest(),
        len(content), time.time(), str(path), True,
    )  # fmt: skip


@dataclass
class Numbered:
    """States of a vehicle that say which one they are."""

    client: FleetClient
    count: int = 0

    async def publish(self, more: int) -> None:
        for _ in range(more):
            pose = Pose2(self.count * 0.01, 0.0, 0.0)
            self.client.publish_state(StateContent(last_node_id=str(self.count), pose=pose))
            self.count += 1
            await asyncio.sleep(0.005)


def test_everything_is_there_once_after_kills(server: Any, tmp_path: Path) -> None:
    client = fleet_client(server.enroll("sunra/goalie-01"), tmp_path)
    states = Numbered(client)

    async def scenario() -> None:
        running = asyncio.create_task(client.run())
        await until(lambda: client.connected, "first connection")
        await states.publish(50)
        client.report_incident(an_incident(1))
        os.kill(server.broker_pid, signal.SIGKILL)
        client.report_incident(an_incident(2))
        await states.publish(100)
        await until(lambda: client.connected, "connection after the broker was killed")
        await states.publish(50)
        client.submit_evidence(a_picture(tmp_path))
        server.kill()
        await states.publish(100)
        assert client.status().spooled_states > 0
        await asyncio.to_thread(server.start)
        await states.publish(50)

        def empty() -> bool:
            now = client.status()
            return not (now.spooled_states or now.spooled_incidents or now.spooled_evidence)

        await until(empty, "an empty spool")
        client.stop()
        await running

    asyncio.run(scenario())
    history = server.rows(
        "SELECT header_id, last_node_id FROM state_history ORDER BY event_time_s, header_id"
    )
    assert history == [(n, str(n)) for n in range(states.count)]
    assert server.rows("SELECT revision FROM incident_revisions ORDER BY 1") == [(1,), (2,)]
    assert server.rows("SELECT incident_id, revision FROM incidents") == [("inc-1", 2)]
    assert server.rows("SELECT status FROM evidence") == [("complete",)]
    with contextlib.closing(server.log_in()) as api:
        (incident,) = api.get("/incidents").json()
        picture = api.get(incident["evidence"][0]["url"].removeprefix("/api/v1"))
        assert picture.content == (tmp_path / "picture.jpg").read_bytes()
        (vehicle,) = api.get("/vehicles").json()
        assert vehicle["last_node_id"] == str(states.count - 1)
        assert vehicle["connection"] == "OFFLINE"
    assert server.stop() == 0
    assert not server.file.exists()


def test_a_broker_that_gave_its_store_up_is_started_anew(server: Any, tmp_path: Path) -> None:
    """NATS takes no message any more after a full disk, however much room there is again."""
    client = fleet_client(server.enroll("sunra/goalie-01"), tmp_path)
    given_up = (
        "[1] [ERR] JetStream stream 'FLEET > $MQTT_msgs' critical write error: no space left"
    )

    async def scenario() -> None:
        running = asyncio.create_task(client.run())
        await until(lambda: client.connected, "first connection")
        client.publish_state(StateContent(last_node_id="0"))
        before = server.broker_pid
        with (server.data_dir / "broker/nats.log").open("a") as log:
            log.write(f"{given_up}\n")

        def is_another() -> bool:
            with contextlib.suppress(OSError, ValueError):
                return bool(server.broker_pid != before)
            return False

        await until(is_another, "another broker")
        await until(lambda: client.connected, "connection to it")
        client.publish_state(StateContent(last_node_id="1"))
        stored = "SELECT last_node_id FROM state_history ORDER BY header_id"
        await until(lambda: server.rows(stored) == [("0",), ("1",)], "both states, stored once")
        client.stop()
        await running

    asyncio.run(scenario())
    with contextlib.closing(server.log_in()) as api:
        health = api.get("/health").json()
        assert (health["broker_restarts"], health["database"]) == (1, "up")
    assert server.log.read_text().count("broker_renewed") == 1


async def raw_client(credentials: Credentials) -> gmqtt.Client:
    client = gmqtt.Client("intruder", clean_session=True)
    client.set_config({"reconnect_retries": -2})
    client.set_auth_credentials(credentials.username, credentials.password)
    await client.connect(credentials.host, credentials.port, version=4)
    return client


def test_vehicle_speaks_and_hears_only_for_itself(server: Any, tmp_path: Path) -> None:
    victim = server.enroll("sunra/goalie-01")
    intruder = server.enroll("sunra/light-01")

    async def scenario() -> None:
        honest = fleet_client(victim, tmp_path)
        running = asyncio.create_task(honest.run())
        await until(lambda: honest.connected, "the honest vehicle")
        honest.publish_state(StateContent(last_node_id="1"))
        raw = await raw_client(intruder)
        codes: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()
        raw.on_subscribe = lambda _client, _mid, granted, _properties: codes.set_result(granted)
        names = ("order", "state", "x-sunra/v1/incident", "#")
        raw.subscribe([gmqtt.Subscription(f"gwanak/v2/sunra/goalie-01/{n}", 1) for n in names])
        assert await asyncio.wait_for(codes, 5) == (128,) * len(names)
        for topic in ("state", "connection", "order"):
            raw.publish(f"gwanak/v2/sunra/goalie-01/{topic}", b"{}", qos=1)
        with contextlib.closing(server.log_in()) as api:
            await until(
                lambda: api.get("/health").json()["broker_violations"] >= 7, "noted violations"
            )
            assert api.get("/health").json()["quarantined"] == 0  # nothing of it got through
            wrong = Credentials(**{**credentials_of(intruder), "password": "guess"})
            with pytest.raises(gmqtt.mqtt.handler.MQTTConnectError):
                await raw_client(wrong)
            async with websockets.connect(live_url(server, api)) as feed:
                snapshot = json.loads(await feed.recv())
                names_seen = [v["vehicle_id"] for v in snapshot["vehicles"]]
                assert names_seen == ["sunra/goalie-01", "sunra/light-01"]
                honest.publish_state(StateContent(last_node_id="2"))
                while True:
                    batch = json.loads(await asyncio.wait_for(feed.recv(), 10))
                    if any(v["last_node_id"] == "2" for v in batch.get("vehicles", [])):
                        break
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(live_url(server, api).split("?")[0])
        await raw.disconnect()
        honest.stop()
        await running

    asyncio.run(scenario())


def credentials_of(credentials: Credentials) -> dict[str, Any]:
    return {name: getattr(credentials, name) for name in credentials.__dataclass_fields__}


def live_url(server: Any, api: httpx.Client) -> str:
    token = api.headers["Authorization"].removeprefix("Bearer ")
    return server.url.replace("http", "ws", 1) + f"/api/v1/live?token={token}"


@pytest.mark.parametrize("option", ["--port", "--broker-port"])
def test_taken_port_is_one_line_and_leaves_nothing_running(tmp_path: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ports = {"--port": "0", "--broker-port": "0", option: port}
        done = subprocess.run(
            [*SUNRA, "serve", "--data", str(tmp_path / "data"), "--map", "maps/sillim.geojson",
             *(word for pair in ports.items() for word in pair)],
            cwd=ROOT, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f":{port} cannot be used" in done.stderr
    assert not (tmp_path / "data/broker/nats.pid").exists()


def test_second_server_on_the_same_data_is_refused(server: Any) -> None:
    done = subprocess.run(
        [*SUNRA, "serve", "--data", str(server.data_dir), "--map", "maps/sillim.geojson",
         "--port", "0"],
        cwd=ROOT, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2
    assert "another fleet server runs on it" in done.stderr
