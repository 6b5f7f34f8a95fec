"""The link over the real broker: nothing is lost, nothing is stored twice, whatever is killed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

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
from patrol.vda5050.extension import Ack, AckItem, Backfill, EvidenceChunk, IncidentMessage
from patrol.vda5050.messages import (
    Action,
    Connection,
    Factsheet,
    InstantActions,
    Order,
    OrderNode,
    State,
    Visualization,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress, parse_topic, subscriptions
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[2]
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

    def __init__(self, folder: Path) -> None:
        self.enrolment = Enrolment(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        [path] = self.enrolment.add([ADDRESS], "127.0.0.1", port)
        self.credentials: Credentials = load_credentials(path)
        self._place = BrokerPlace(folder / "broker", "127.0.0.1", port)
        secret = self.enrolment.server_secret()
        vehicles = self.enrolment.vehicles().values()
        text = render(self._place, BrokerConfig(ack_wait_s=1.0), "gwanak", secret, vehicles)
        self._place.config_file.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen([broker_program(), "-c", str(self._place.config_file)])

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
        self.stored: dict[tuple[str, int, str], Any] = {}
        self.received: list[tuple[str, Any]] = []
        self.duplicates = 0
        self.swallow_acks = False
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
        name = parse_topic(topic)[1]
        message = decode(payload, KINDS[name])
        self.received.append((name, message))
        if name == "backfill":
            self._commit([("state", state) for state in message.states])
        elif name in ("state", "incident", "evidence"):
            self._commit([(name, message)])
        return 0

    def _commit(self, messages: list[tuple[str, Any]]) -> None:
        for name, message in messages:
            key = (name, message.header_id, message.timestamp)
            self.duplicates += key in self.stored
            self.stored[key] = message
        if not self.swallow_acks:
            items = [
                AckItem(topic=name, header_id=m.header_id, timestamp=m.timestamp)
                for name, m in messages
            ]
            self.send("ack", Ack(items=items, **self.header()))

    def header(self) -> dict[str, Any]:
        self._header_id += 1
        return {
            "header_id": self._header_id,
            "timestamp": iso_utc(EPOCH_S),
            "version": "2.1.0",
            "manufacturer": ADDRESS.manufacturer,
            "serial_number": ADDRESS.serial_number,
        }

    def send(self, name: str, message: Any) -> None:
        payload = message if isinstance(message, bytes) else encode(message)
        assert self._client is not None
        self._client.publish(ADDRESS.topic(name), payload, qos=1)

    def of(self, name: str) -> list[Any]:
        """Stored messages of a topic in the order of event time."""
        return [m for (n, _, _), m in sorted(self.stored.items(), key=_by_time) if n == name]


def _by_time(item: tuple[tuple[str, int, str], Any]) -> tuple[str, int]:
    (_, header_id, timestamp), _ = item
    return timestamp, header_id


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


def test_says_online_with_a_factsheet_and_offline_when_it_stops(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (_, server, vehicle):
            vehicle.publish()
            await until(lambda: bool(server.of("state")), "a state is stored")
            await vehicle.stop()
            await until(lambda: _connections(server)[-1:] == ["OFFLINE"], "OFFLINE arrives")
            assert _connections(server)[0] == "ONLINE"
            assert [m for n, m in server.received if n == "factsheet"]

    asyncio.run(story())


def _connections(server: Server) -> list[str]:
    return [m.connection_state for n, m in server.received if n == "connection"]


def test_broken_connection_leaves_the_last_will(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (_, server, vehicle):
            await until(lambda: "ONLINE" in _connections(server), "ONLINE arrives")
            connection = vehicle.client._connection
            assert connection is not None
            connection._client._connection._transport.abort()
            await until(lambda: "CONNECTIONBROKEN" in _connections(server), "the will arrives")
            await until(lambda: _connections(server)[-1] == "ONLINE", "it is back")

    asyncio.run(story())


def test_killed_broker_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (broker, server, vehicle):
            for _ in range(10):
                vehicle.publish()
            await until(lambda: len(server.of("state")) >= 10, "the first states are stored")
            broker.kill()
            await until(lambda: not vehicle.client.connected, "the vehicle notices")
            for number in range(60):
                vehicle.publish()
                if number % 20 == 0:
                    vehicle.client.report_incident(incident(number, vehicle.clock.now_s()))
            await until(lambda: vehicle.client.status().spooled_states >= 60, "the spool fills")
            await broker.start()
            await until(vehicle.spool_is_empty, "everything is acknowledged")
            states = server.of("state")
            ids = [state.header_id for state in states]
            assert ids == list(range(len(ids))), "in the order of event time, without a gap"
            assert len(ids) >= 70
            assert [m.incident_id for m in server.of("incident")] == [
                "incident-0",
                "incident-20",
                "incident-40",
            ]

    asyncio.run(story())


def test_newest_state_goes_live_and_older_ones_back_fill(tmp_path: Path) -> None:
    async def story() -> None:
        broker = Broker(tmp_path)
        await broker.start()
        server, vehicle = Server(broker), Vehicle(broker, tmp_path / "spool.db")
        for _ in range(40):
            vehicle.publish()
        try:
            await server.start()
            vehicle.start()
            await until(lambda: len(server.of("state")) >= 40, "everything is stored")
            live = [m.header_id for n, m in server.received if n == "state"]
            assert live[0] == 39, "the newest alone, and nothing old, in the live lane"
            assert live == sorted(live)
            batches = [m for n, m in server.received if n == "backfill"]
            first = [state.header_id for state in batches[0].states]
            assert first == list(range(20)), "oldest first"
        finally:
            await vehicle.stop()
            await server.stop()
            broker.kill()

    asyncio.run(story())


def test_lost_acknowledgement_repeats_the_same_header_id(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (_, server, vehicle):
            server.swallow_acks = True
            vehicle.client.report_incident(incident(1, EPOCH_S))
            vehicle.publish()
            await until(lambda: server.duplicates >= 2, "they come again")
            server.swallow_acks = False
            await until(vehicle.spool_is_empty, "everything is acknowledged")
            assert len(server.of("incident")) == 1
            ids = [state.header_id for state in server.of("state")]
            assert ids == sorted(set(ids))

    asyncio.run(story())


def test_spool_and_header_ids_survive_a_killed_vehicle(tmp_path: Path) -> None:
    """The process dies without a goodbye: what it had spooled is sent by the next one."""
    broker = Broker(tmp_path)
    pid = os.fork()
    if pid == 0:  # the vehicle that will be killed
        vehicle = Vehicle(broker, tmp_path / "spool.db")

        async def fill_and_die() -> None:
            vehicle.start()
            for number in range(5):
                vehicle.publish()
                vehicle.client.report_incident(incident(number, vehicle.clock.now_s()))
            while vehicle.client.status().spooled_incidents < 5:
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(fill_and_die())
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])

    async def story() -> None:
        await broker.start()
        server, vehicle = Server(broker), Vehicle(broker, tmp_path / "spool.db")
        vehicle.clock.advance(100.0)
        try:
            await server.start()
            vehicle.publish()
            vehicle.start()
            await until(vehicle.spool_is_empty, "everything is acknowledged")
            assert [m.header_id for m in server.of("incident")] == [0, 1, 2, 3, 4]
            assert [m.header_id for m in server.of("state")][:6] == [0, 1, 2, 3, 4, 5]
        finally:
            await vehicle.stop()
            await server.stop()
            broker.kill()

    asyncio.run(story())


def test_evidence_arrives_whole_in_chunks(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (_, server, vehicle):
            content = bytes(range(256)) * 150  # 10 chunks of 4096 bytes
            vehicle.client.report_incident(incident(1, EPOCH_S))
            vehicle.client.submit_evidence(evidence(tmp_path, content))
            await until(lambda: len(server.of("evidence")) == 10, "all chunks are stored")
            chunks = sorted(server.of("evidence"), key=lambda c: c.chunk_index)
            assert b"".join(c.data for c in chunks) == content
            await until(vehicle.spool_is_empty, "everything is acknowledged")

    asyncio.run(story())


def test_orders_arrive_once_and_refusals_stand_in_the_state(tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(tmp_path) as (_, server, vehicle):
            order = _order(server, "order-1", "1")
            server.send("order", order)
            server.send("order", order)
            await until(lambda: len(vehicle.orders) == 1, "the order arrives")
            server.send("order", b"{not json")
            server.send("order", _order(server, "order-2", "nowhere"))
            await until(lambda: len(_errors(server)) >= 2, "both refusals are reported")
            types = [e.error_type for e in _errors(server)]
            assert types == ["validationError", "validationError"]
            references = {
                r.reference_key: r.reference_value for r in _errors(server)[1].error_references
            }
            assert references["orderId"] == "order-2"
            assert references["nodeId"] == "nowhere"
            action = Action(action_type="startPause", action_id="a1", blocking_type="HARD")
            server.send("instantActions", InstantActions(actions=[action], **server.header()))
            await until(lambda: len(vehicle.actions) == 1, "the action arrives")
            assert len(vehicle.orders) == 1

    asyncio.run(story())


def _errors(server: Server) -> list[Any]:
    states = server.of("state")
    return [e for e in states[-1].errors if e.error_references] if states else []


def _order(server: Server, order_id: str, node_id: str) -> Order:
    node = OrderNode(node_id=node_id, sequence_id=0, released=True, actions=[])
    return Order(order_id=order_id, order_update_id=0, nodes=[node], edges=[], **server.header())
