"""A chain for tests of the link: the real broker, a server that commits, a vehicle.

Tests take it as the fixture `kit`, which is this module.
"""

from __future__ import annotations

import asyncio
import hashlib
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import gmqtt
import pytest

from fleet_client.client import FleetClient
from fleet_client.credentials import Credentials, load_credentials
from fleet_client.options import LinkHandlers, LinkOptions
from fleet_client.state_builder import MapRef, StateContent
from fleet_server.broker import broker_program
from fleet_server.broker_config import BrokerPlace, render
from fleet_server.config import BrokerConfig
from fleet_server.enrolment import Enrolment
from patrol.clock import SimClock, iso_utc
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.incident import (
    AnomalyKind,
    Evidence,
    EvidenceKind,
    Incident,
    IncidentPhase,
    Severity,
)
from patrol.vda5050.extension import (
    Ack,
    AckItem,
    Backfill,
    EvidenceChunk,
    IncidentMessage,
    MapRequest,
)
from patrol.vda5050.messages import (
    Action,
    Connection,
    Factsheet,
    Order,
    State,
    Visualization,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress, parse_topic, subscriptions
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[3]
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
EPOCH_S = 1_790_000_000.0
KINDS: dict[str, type] = {
    "connection": Connection,
    "state": State,
    "visualization": Visualization,
    "factsheet": Factsheet,
    "incident": IncidentMessage,
    "evidence": EvidenceChunk,
    "backfill": Backfill,
    "mapRequest": MapRequest,
}
FAST = LinkOptions(
    connect_timeout_s=5.0,
    reconnect_min_s=0.05,
    reconnect_max_s=0.3,
    ack_timeout_s=0.6,
    ack_timeout_max_s=1.2,
    backfill_batch=20,
    backfill_rate_hz=20.0,
    evidence_chunk_bytes=4096,
)


class Broker:
    """A nats-server over the fleet server's own configuration file."""

    started: ClassVar[list[subprocess.Popen[bytes]]] = []

    def __init__(self, folder: Path, addresses: Sequence[VehicleAddress] = (ADDRESS,)) -> None:
        self.enrolment = Enrolment(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        paths = self.enrolment.add(list(addresses), "127.0.0.1", port)
        self.all_credentials = [load_credentials(path) for path in paths]
        self.credentials: Credentials = self.all_credentials[0]
        self._place = BrokerPlace(folder / "broker", "127.0.0.1", port)
        secret = self.enrolment.server_secret()
        vehicles = self.enrolment.vehicles().values()
        text = render(self._place, BrokerConfig(ack_wait_s=1.0), "gwanak", secret, vehicles)
        self._place.config_file.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen([broker_program(), "-c", str(self._place.config_file)])
        self.started.append(self._process)

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self._place.port)) == 0

        await until(listens, "the broker listens")

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


class Server:
    """Commits into a dict, then acknowledges; can swallow acknowledgements, as a bad link does."""

    def __init__(self, broker: Broker) -> None:
        self._secret = broker.enrolment.server_secret()
        self._port = broker.credentials.port
        self.stored: dict[tuple[str, str, int, str], Any] = {}
        self.received: list[tuple[str, Any]] = []
        self.duplicates = 0
        self.swallow_acks = False
        self.answer_map_request: Callable[[VehicleAddress, MapRequest], Awaitable[None]] | None
        self.answer_map_request = None
        self._client: gmqtt.Client | None = None
        self._header_id = 0

    async def start(self) -> None:
        self._client = client = gmqtt.Client(
            self._secret.client_id, clean_session=False, optimistic_acknowledgement=False
        )
        client.set_config({"reconnect_delay": 0.1})
        client.set_auth_credentials(self._secret.username, self._secret.password)
        client.on_message = self._on_message
        client.on_connect = lambda c, *_: c.subscribe(
            [gmqtt.Subscription(topic, qos=qos) for topic, qos in subscriptions("gwanak")]
        )
        await client.connect("127.0.0.1", self._port, keepalive=5, version=4)

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.disconnect()

    async def _on_message(self, _c: Any, topic: str, payload: bytes, _q: int, _p: Any) -> int:
        address, name = parse_topic(topic)
        message = decode(payload, KINDS[name])
        self.received.append((name, message))
        if name == "backfill":
            self._commit(address, [("state", state) for state in message.states])
        elif name in ("state", "incident", "evidence"):
            self._commit(address, [(name, message)])
        elif name == "mapRequest" and self.answer_map_request is not None:
            await self.answer_map_request(address, message)
        return 0

    def _commit(self, address: VehicleAddress, messages: list[tuple[str, Any]]) -> None:
        for name, message in messages:
            key = (address.serial_number, name, message.header_id, message.timestamp)
            self.duplicates += key in self.stored
            self.stored[key] = message
        if not self.swallow_acks:
            items = [
                AckItem(topic=name, header_id=m.header_id, timestamp=m.timestamp)
                for name, m in messages
            ]
            self.send("ack", Ack(items=items, **self.header(address)), address)

    def header(self, address: VehicleAddress = ADDRESS) -> dict[str, Any]:
        self._header_id += 1
        return {
            "header_id": self._header_id,
            "timestamp": iso_utc(EPOCH_S),
            "version": "2.1.0",
            "manufacturer": address.manufacturer,
            "serial_number": address.serial_number,
        }

    def send(self, name: str, message: Any, address: VehicleAddress = ADDRESS) -> None:
        payload = message if isinstance(message, bytes) else encode(message)
        assert self._client is not None
        self._client.publish(address.topic(name), payload, qos=1)

    def of(self, name: str, address: VehicleAddress = ADDRESS) -> list[Any]:
        """Stored messages of a vehicle's topic in the order of event time."""
        key = (address.serial_number, name)
        found = [message for (*k, _, _), message in self.stored.items() if tuple(k) == key]
        return sorted(found, key=lambda message: (message.timestamp, message.header_id))

    def connections(self) -> list[str]:
        """Connection states, as they came."""
        return [m.connection_state for n, m in self.received if n == "connection"]


async def until(condition: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """Look again and again until it holds."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"not within {timeout_s} s: {what}")


class Vehicle:
    """A client with a clock of its own and what it was told."""

    def __init__(self, broker: Broker, spool_path: Path | None) -> None:
        self.clock = SimClock(EPOCH_S)
        self.orders: list[Order] = []
        self.actions: list[Action] = []
        handlers = LinkHandlers(self._on_order, self.actions.append, self.publish)
        spec = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
        self.client = FleetClient(
            broker.credentials,
            spec,
            MapRef("sillim", "0" * 64),
            handlers,
            spool_path=spool_path,
            clock=self.clock,
            options=FAST,
        )
        self._task: asyncio.Task[None] | None = None

    def _on_order(self, order: Order) -> None:
        if order.nodes[0].node_id == "nowhere":
            raise OrderError("no node 'nowhere'", "validationError", nodeId="nowhere")
        self.orders.append(order)

    def publish(self) -> None:
        self.clock.advance(1.0)
        self.client.publish_state(StateContent(pose=Pose2(1.0, 2.0, 0.5), battery_pct=80.0))

    def start(self) -> None:
        self._task = asyncio.create_task(self.client.run())

    async def stop(self) -> None:
        self.client.stop()
        if self._task is not None:
            await asyncio.wait_for(self._task, 10.0)

    def spool_is_empty(self) -> bool:
        status = self.client.status()
        return status.spooled_states + status.spooled_incidents + status.spooled_evidence == 0


@asynccontextmanager
async def chain(folder: Path) -> AsyncIterator[tuple[Broker, Server, Vehicle]]:
    """Broker, server and one vehicle, connected."""
    broker = Broker(folder)
    await broker.start()
    server, vehicle = Server(broker), Vehicle(broker, folder / "spool.db")
    try:
        await server.start()
        vehicle.start()
        await until(lambda: vehicle.client.connected, "the vehicle is connected")
        yield broker, server, vehicle
    finally:
        await vehicle.stop()
        await server.stop()
        broker.kill()


def incident(number: int, event_s: float) -> Incident:
    return Incident(
        incident_id=f"incident-{number}",
        kind=AnomalyKind.COLLAPSED_PERSON,
        severity=Severity.CRITICAL,
        phase=IncidentPhase.OPENED,
        revision=1,
        map_id="sillim",
        x_m=3.0,
        y_m=4.0,
        position_sigma_m=0.4,
        started_at_s=event_s - 2,
        detected_at_s=event_s,
        updated_at_s=event_s,
        confidence=0.8,
        rule_version="1",
        details={"seconds_lying": 4.0},
    )


def evidence(folder: Path, content: bytes) -> Evidence:
    path = folder / "still.jpg"
    path.write_bytes(content)
    return Evidence(
        evidence_id="evidence-1",
        incident_id="incident-1",
        kind=EvidenceKind.STILL,
        media_type="image/jpeg",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        captured_at_s=EPOCH_S,
        path=str(path),
        blurred=True,
    )


@pytest.fixture
def kit() -> Iterator[ModuleType]:
    """This module: Broker, Server, Vehicle, chain, until, incident, evidence."""
    yield sys.modules[__name__]
    while Broker.started:  # whatever a failed test left running
        process = Broker.started.pop()
        process.kill()
        process.wait()
