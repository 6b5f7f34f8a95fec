"""The fleet server on an outside broker: mosquitto with the users that `broker-users` writes."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gmqtt
import pytest

from fleet_client.credentials import Credentials, load_credentials
from patrol.map_geojson import save_map
from tests.integration.conftest import ROOT, SUNRA
from tests.integration.test_chain_kills import (
    POLL_S,
    SPOOLED,
    LightVehicle,
    Patrol,
    assert_drove_on,
    finish,
    street,
    until,
)

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SETTINGS = """\
broker: {{embedded: false, port: {port}, username: fleet-server, password_file: {password}}}
dispatch: {{base_edges: 8, extend_below_edges: 3, horizon_edges: 40}}
"""
CONFIGURATION = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous false
password_file {users}/passwords
acl_file {users}/access
persistence true
persistence_location {store}/
max_queued_messages 0
"""
LISTEN_STATES = 2  # that the server gets meanwhile, of the vehicle that is spied on


class Mosquitto:
    """The broker with its store; `start` again after `kill`."""

    def __init__(self, folder: Path) -> None:
        self.port, self.users, self._store = _free_port(), folder / "users", folder / "store"
        self._store.mkdir()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            CONFIGURATION.format(
                user=getpass.getuser(), port=self.port, users=self.users, store=self._store
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        assert MOSQUITTO is not None
        command = [MOSQUITTO, "-c", str(self._config)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens, "mosquitto listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    if MOSQUITTO is None:
        if os.environ.get("CI"):
            pytest.fail("mosquitto is missing: apt-get install mosquitto")
        pytest.skip("mosquitto is missing: apt-get install mosquitto")
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(folder)
    yield broker
    broker.kill()


@pytest.fixture
def patrol(mosquitto: Mosquitto, new_server: Any, tmp_path: Path) -> Iterator[Patrol]:
    new_server.map_file = tmp_path / "street.geojson"
    new_server.config_file = tmp_path / "fleet.yaml"
    new_server.broker_port = mosquitto.port
    save_map(street(), new_server.map_file)
    new_server.config_file.write_text(
        SETTINGS.format(port=mosquitto.port, password=mosquitto.users / "server-password")
    )
    own = ["--data", str(new_server.data_dir), "--config", str(new_server.config_file)]
    for command in (
        ["enroll", "sunra/light-01"],
        ["enroll", "sunra/light-02"],
        ["broker-users", "--to", str(mosquitto.users)],
    ):
        subprocess.run([*SUNRA, *command, *own], cwd=ROOT, check=True, capture_output=True)
    mosquitto.start()
    new_server.start()
    vehicle = LightVehicle(new_server, tmp_path)
    try:
        patrol = Patrol(new_server, vehicle)
        yield patrol
        patrol.api.close()
    finally:
        vehicle.stop()


def test_a_patrol_is_driven_and_nothing_is_lost_while_the_broker_is_dead(
    mosquitto: Mosquitto, patrol: Patrol
) -> None:
    killed_s = time.time()
    mosquitto.kill()
    until(
        lambda: any(s.spooled >= SPOOLED for s in patrol.vehicle.since(killed_s)),
        "the spool fills",
    )
    back_s = time.time()
    mosquitto.start()
    finish(patrol)
    assert_drove_on(patrol, killed_s, back_s)


async def heard(
    credentials: Credentials, topics: list[str], say: str, states: Callable[[], int]
) -> list[str]:
    """What a vehicle hears of some topics while it says something, and the server gets states."""
    client, topics_heard = gmqtt.Client("probe"), []
    client.set_auth_credentials(credentials.username, credentials.password)
    client.on_message = lambda _client, topic, *_: topics_heard.append(topic)
    await client.connect(credentials.host, credentials.port)
    for topic in topics:
        client.subscribe(topic, qos=1)
    client.publish(say, b"{}", qos=1)
    enough = states() + LISTEN_STATES
    while states() < enough:
        await asyncio.sleep(POLL_S)
    await client.disconnect()
    return topics_heard


def test_a_vehicle_reads_and_writes_its_own_topics_alone(
    patrol: Patrol, new_server: Any, tmp_path: Path
) -> None:
    """`light-02` tries to follow and to speak for `light-01`, whose states come every second."""
    folder = new_server.data_dir / "credentials/sunra"
    one, two = (load_credentials(folder / f"light-0{n}.json") for n in (1, 2))
    base = "gwanak/v2/sunra/light-01"

    def states() -> int:
        return int(patrol.server.rows("SELECT COUNT(*) FROM state_history")[0][0])

    before = patrol.server.rows("SELECT COUNT(*) FROM quarantine")
    every = [f"{base}/state", f"{base}/order", "#"]
    spied = asyncio.run(heard(two, every, f"{base}/state", states))
    assert spied == []
    assert patrol.server.rows("SELECT COUNT(*) FROM quarantine") == before
    said = f"{base}/x-sunra/v1/incident"
    own = asyncio.run(heard(one, [f"{base}/order"], said, states))
    assert own == []
    until(
        lambda: patrol.server.rows("SELECT COUNT(*) FROM quarantine") != before,
        "what a vehicle says itself gets through: this one is no incident",
    )
