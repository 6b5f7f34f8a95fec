"""The whole server: every service opened here in one order, and closed in the reverse."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fleet_server.accounts import FIRST_USER, Accounts
from fleet_server.api.app import create_api, program_version
from fleet_server.api.models import AssignmentView, HealthView
from fleet_server.api.services import Services
from fleet_server.broker import EmbeddedBroker, choose_port
from fleet_server.broker_config import BrokerPlace
from fleet_server.config import BrokerConfig, FleetConfig
from fleet_server.dispatch.patrols import PatrolService
from fleet_server.dispatch.service import Dispatcher
from fleet_server.enrolment import Enrolment, write_private
from fleet_server.fleet import Fleet
from fleet_server.incidents.service import IncidentService
from fleet_server.ingest.decode import StateItem
from fleet_server.ingest.mqtt import MqttLink, MqttTarget
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.live import LiveHub
from fleet_server.maps import MapLibrary
from fleet_server.retention import Retention
from fleet_server.store.database import Database, insert_new, sqlite_url
from fleet_server.store.tables import vehicles
from fleet_server.store.telemetry import vehicle_row
from fleet_server.web import WebServer, bind
from patrol.clock import Clock, SystemClock
from patrol.errors import ConfigError
from patrol.vda5050.topic_names import subscriptions

log = logging.getLogger(__name__)

LOOK_FOR_VEHICLES_S = 0.5


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says."""

    data_dir: Path
    maps: tuple[Path, ...]
    host: str
    port: int
    config: FleetConfig


@dataclass(frozen=True, slots=True)
class Ready:
    """A server that accepts requests; `first_password` only when it was made just now."""

    url: str
    broker_port: int
    username: str
    first_password: str | None


class FleetServer:
    """`run` until told to stop; raises SunraError where something cannot be opened."""

    def __init__(self, options: ServeOptions, clock: Clock | None = None) -> None:
        self._options = options
        self._config = options.config
        self._clock = clock or SystemClock()
        self._data_dir = options.data_dir.resolve()
        self._broker: EmbeddedBroker | None = None
        self._link: MqttLink | None = None
        self._pipeline: IngestPipeline | None = None
        self._live: LiveHub | None = None
        self._fleet: Fleet | None = None
        self._since_s = self._clock.monotonic_s()

    async def run(self, ready: Callable[[Ready], None], stop: asyncio.Event) -> None:
        """Open everything, serve until `stop` is set, close everything."""
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(_data_lock(self._data_dir))
            listener = stack.enter_context(
                contextlib.closing(bind(self._options.host, self._options.port))
            )
            maps = MapLibrary.load(self._options.maps)
            database = stack.enter_context(self._database())
            accounts = Accounts(database, self._config.session, self._clock)
            patrols = PatrolService(database, maps, self._clock)
            patrols.keep_configured(self._config.patrols)
            password = self._first_password(accounts)
            enrolment = Enrolment(self._data_dir)
            target = await stack.enter_async_context(self._open_broker(enrolment))
            await self._serve(
                stack, listener, maps, database, accounts, patrols, enrolment, target,
                lambda url: ready(Ready(url, target.port, FIRST_USER, password)), stop,
            )  # fmt: skip

    async def _serve(
        self,
        stack: contextlib.AsyncExitStack,
        listener: socket.socket,
        maps: MapLibrary,
        database: Database,
        accounts: Accounts,
        patrols: PatrolService,
        enrolment: Enrolment,
        target: MqttTarget,
        ready: Callable[[str], None],
        stop: asyncio.Event,
    ) -> None:
        config, clock = self._config, self._clock
        evidence_dir = self._data_dir / "evidence"
        fleet = self._fleet = Fleet(maps, config.stale_after_s, clock.now_s)
        await _know_vehicles(database, fleet, enrolment, clock.now_s())
        live = self._live = LiveHub(fleet, config.live_interval_s)
        incidents = IncidentService(database, maps, clock, evidence_dir)

        def show_assignment(view: AssignmentView) -> None:
            live.send({"type": "assignment", "assignment": view})

        dispatcher = Dispatcher(
            database, fleet, maps, config.dispatch, clock, self._publish, show_assignment
        )
        await dispatcher.resume()
        changed_incidents: asyncio.Queue[set[str]] = asyncio.Queue()

        def on_state(item: StateItem) -> None:
            dispatcher.on_state(item.vehicle_id)

        pipeline = self._pipeline = IngestPipeline(
            database, fleet, config.ingest, evidence_dir, clock,
            Listeners(on_state, changed_incidents.put_nowait, self._publish),
        )  # fmt: skip
        link = self._link = MqttLink(target, subscriptions(config.interface), pipeline.handle)
        retention = Retention(database, config.retention, evidence_dir, clock)
        services = Services(
            database, accounts, fleet, maps, patrols, dispatcher, incidents, live, self._health
        )
        web = WebServer(create_api(services))
        url = _url(listener, self._options.host)
        work: list[Coroutine[Any, Any, None]] = [
            pipeline.run(),
            link.run(),
            dispatcher.run(),
            live.run(),
            retention.run(),
            _show_incidents(incidents, live, changed_incidents),
            self._watch_vehicles(database, fleet, enrolment),
        ]
        if self._broker is not None:
            work.append(self._broker.supervise())
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coroutine) for coroutine in work]
            serving = group.create_task(web.serve([listener]))
            group.create_task(self._announce(web, stack, url, target.port, ready))
            await _first(stop.wait(), serving)
            log.info("server_stopping")
            web.stop()
            await serving
            for task in reversed(tasks):
                task.cancel()

    async def _announce(
        self,
        web: WebServer,
        stack: contextlib.AsyncExitStack,
        url: str,
        broker_port: int,
        ready: Callable[[str], None],
    ) -> None:
        """Ready means: HTTP answers and the broker has our subscriptions."""
        while not (web.started and self._link and self._link.connected) and not web.should_exit:
            await asyncio.sleep(0.02)
        if web.should_exit:
            return
        place = self._data_dir / "server.json"
        content = {"url": url, "pid": os.getpid(), "broker_port": broker_port}
        write_private(place, json.dumps(content | {"interface": self._config.interface}) + "\n")
        stack.callback(place.unlink, missing_ok=True)
        ready(url)

    @contextlib.contextmanager
    def _database(self) -> Iterator[Database]:
        url = self._config.database_url or sqlite_url(self._data_dir / "fleet.db")
        database = Database(url)
        try:
            database.open()
            yield database
        finally:
            database.close()

    def _first_password(self, accounts: Accounts) -> str | None:
        password = accounts.ensure_first_user()
        if password is not None:
            write_private(self._data_dir / "operator-password.txt", password + "\n")
        return password

    @contextlib.asynccontextmanager
    async def _open_broker(self, enrolment: Enrolment) -> AsyncIterator[MqttTarget]:
        settings = self._config.broker
        if not settings.embedded:
            yield _outside_target(settings, enrolment)
            return
        with enrolment.locked():
            port = choose_port(enrolment.folder, settings.host, settings.port)
        place = BrokerPlace(enrolment.folder, settings.host, port)
        broker = EmbeddedBroker(place, settings, self._config.interface, enrolment)
        enrolment.rewrite_credentials(broker.target().host, port)
        await broker.start()
        self._broker = broker
        try:
            yield broker.target()
        finally:
            await broker.stop()

    async def _watch_vehicles(
        self, database: Database, fleet: Fleet, enrolment: Enrolment
    ) -> None:
        version = enrolment.version()
        while True:
            await asyncio.sleep(LOOK_FOR_VEHICLES_S)
            if version != enrolment.version():
                version = enrolment.version()
                await _know_vehicles(database, fleet, enrolment, self._clock.now_s())

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        return self._link is not None and self._link.publish(topic, payload, qos)

    def _health(self) -> HealthView:
        assert self._pipeline
        assert self._fleet
        assert self._live is not None
        up = self._link is not None and self._link.connected
        counters, broker = self._pipeline.counters, self._broker
        return HealthView(
            status="ok" if up else "degraded",
            version=program_version(),
            broker="up" if up else "down",
            vehicles_online=self._fleet.online_count(),
            messages_received=counters.received,
            messages_stored=counters.stored,
            duplicates=counters.duplicates,
            quarantined=counters.quarantined,
            states_stored=counters.states,
            incidents_stored=counters.incidents,
            evidence_stored=counters.evidence,
            broker_restarts=broker.restarts if broker else 0,
            broker_violations=broker.violations if broker else 0,
            live_clients=len(self._live),
            uptime_s=round(self._clock.monotonic_s() - self._since_s, 3),
        )


@contextlib.contextmanager
def _data_lock(data_dir: Path) -> Iterator[None]:
    """One server for one data directory."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = (data_dir / "server.lock").open("w")
    except OSError as error:
        raise ConfigError(f"{data_dir}: cannot be used: {error.strerror}") from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(f"{data_dir}: another fleet server runs on it") from None
        yield


def _outside_target(settings: BrokerConfig, enrolment: Enrolment) -> MqttTarget:
    password = ""
    if settings.password_file is not None:
        try:
            password = settings.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"broker.password_file: {error}") from None
    client_id = enrolment.server_secret().client_id
    return MqttTarget(
        settings.host, settings.port, settings.username, password, client_id, settings.ca_file
    )


async def _know_vehicles(
    database: Database, fleet: Fleet, enrolment: Enrolment, now_s: float
) -> None:
    """Enrolled vehicles are shown before they first speak."""
    addresses = [vehicle.address for vehicle in enrolment.vehicles().values()]

    def work(connection: sa.Connection) -> None:
        insert_new(connection, vehicles, [vehicle_row(address, now_s) for address in addresses])

    await database.write(work)
    if not fleet.records():
        await database.read(fleet.load)
    for address in addresses:
        fleet.add(address)


async def _show_incidents(
    incidents: IncidentService, live: LiveHub, changed: asyncio.Queue[set[str]]
) -> None:
    while True:
        for view in await incidents.some(sorted(await changed.get())):
            live.send({"type": "incident", "incident": view})


async def _first(waiting: Coroutine[Any, Any, Any], serving: asyncio.Task[None]) -> None:
    """Until told to stop, or the web server has ended by itself."""
    asked = asyncio.ensure_future(waiting)
    await asyncio.wait([asked, serving], return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()


def _url(listener: socket.socket, host: str) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
    shown = f"[{shown}]" if ":" in shown else shown
    return f"http://{shown}:{listener.getsockname()[1]}"
