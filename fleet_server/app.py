"""The whole server: every service opened here in one order, and closed in the reverse."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet_server.accounts import FIRST_USER, Accounts
from fleet_server.api.app import create_api
from fleet_server.api.map_models import PublicationView
from fleet_server.api.models import AssignmentView
from fleet_server.api.person_search_models import PersonSearchSummary
from fleet_server.api.plan_models import PlanSummary
from fleet_server.api.services import Services
from fleet_server.config import FleetConfig
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.patrols import PatrolService
from fleet_server.dispatch.service import Dispatcher
from fleet_server.dispatch.team import TeamPlanning
from fleet_server.enrolment import Enrolment, write_private
from fleet_server.fleet import Fleet
from fleet_server.health import health_of
from fleet_server.incidents.releases import ReleaseService
from fleet_server.incidents.service import IncidentService
from fleet_server.incidents.suppressions import SuppressionService
from fleet_server.ingest.decode import MapRequestItem, StateItem
from fleet_server.ingest.mqtt import MqttLink
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.kma.poller import KmaPoller
from fleet_server.live import LiveHub
from fleet_server.loops import first_of, show_incidents, watch_vehicles, when_ready
from fleet_server.maps import MapLibrary
from fleet_server.opening import (
    OpenBroker,
    data_lock,
    know_vehicles,
    open_broker,
    open_database,
    planning_setup,
)
from fleet_server.person_searches.delivery import SearchDelivery
from fleet_server.person_searches.service import PersonSearchService
from fleet_server.placing import Placing
from fleet_server.publishing.following import PublicationFollowing
from fleet_server.publishing.service import MapPublishing
from fleet_server.publishing.transfer import MapTransfer
from fleet_server.publishing.versions import MapVersions, take_given
from fleet_server.retention import DAY_S, Retention
from fleet_server.signals.delivery import SignalDelivery
from fleet_server.signals.feed import SignalFeed
from fleet_server.signals.poller import SeoulPoller
from fleet_server.store.database import Database
from fleet_server.weather import WeatherService
from fleet_server.web import WebServer, bind
from patrol.clock import Clock, SystemClock
from patrol.vda5050.topic_names import subscriptions

log = logging.getLogger(__name__)

PASSWORD_FILE = "operator-password.txt"
SHOWN_TO_ALL = {"case_id", "state", "revision"}  # of a person search: nothing of the person


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
        self._link: MqttLink | None = None

    async def run(self, ready: Callable[[Ready], None], stop: asyncio.Event) -> None:
        """Open everything, serve until `stop` is set, close everything."""
        map_dir = self._data_dir / "maps"
        maps = MapLibrary.load(self._options.maps, map_dir)  # before anything is made
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(data_lock(self._data_dir))
            listener = stack.enter_context(
                contextlib.closing(bind(self._options.host, self._options.port))
            )
            database = stack.enter_context(open_database(self._config, self._data_dir))
            take_given(database, maps, self._clock.now_s())
            PatrolService(database, maps, self._clock).keep_configured(self._config.patrols)
            enrolment = Enrolment(self._data_dir)
            broker = await stack.enter_async_context(open_broker(self._config, enrolment))
            password = self._first_password(database)

            def announce(url: str) -> None:
                self._write_server_file(stack, url, broker.target.port)
                ready(Ready(url, broker.target.port, FIRST_USER, password))

            await self._serve(listener, maps, database, enrolment, broker, announce, stop)

    async def _serve(
        self,
        listener: socket.socket,
        maps: MapLibrary,
        database: Database,
        enrolment: Enrolment,
        broker: OpenBroker,
        announce: Callable[[str], None],
        stop: asyncio.Event,
    ) -> None:
        """Make the services, run their loops together, and end them when told to."""
        config, clock = self._config, self._clock
        evidence_dir = self._data_dir / "evidence"
        fleet = Fleet(maps, config.stale_after_s, clock.now_s)
        await database.read(fleet.load)
        await know_vehicles(database, fleet, enrolment, clock.now_s())
        live = LiveHub(fleet, config.live_interval_s)
        incidents = IncidentService(database, maps, clock, evidence_dir, config.suppression)

        def show_assignment(view: AssignmentView) -> None:
            live.send({"type": "assignment", "assignment": view})

        def show_plan(plan: PlanSummary) -> None:
            live.send({"type": "plan", "plan": plan})

        setup = planning_setup(config)
        following = Following(
            database, fleet, maps, config.dispatch, clock, self._publish, show_assignment,
            setup.spec,
        )  # fmt: skip
        dispatcher = Dispatcher(database, fleet, maps, config.dispatch, clock, following)
        await dispatcher.resume()
        teams = TeamPlanning(database, fleet, maps, dispatcher, setup, clock, show_plan)
        await teams.resume()

        versions = MapVersions(database, maps, fleet, clock)
        publishing = self._publishing(database, fleet, maps, versions, live)
        await publishing.resume()
        transfer = MapTransfer(maps, clock, self._publish)
        weather = WeatherService(database, fleet, clock, self._publish)
        await weather.resume()
        kma = None
        if config.weather.kma is not None:
            kma = KmaPoller(config.weather.kma, weather, maps, clock)
        signals = SignalFeed(maps, fleet, clock)
        seoul = None
        if config.signals.seoul is not None:
            seoul = SeoulPoller(config.signals.seoul, signals, clock)

        def show_search(case: PersonSearchSummary) -> None:
            live.send({"type": "person_search", **case.model_dump(include=SHOWN_TO_ALL)})
            delivery.wake()

        searches = PersonSearchService(
            database, maps, incidents, clock, config.retention.person_search_days * DAY_S,
            show_search,
        )  # fmt: skip
        await searches.resume()
        delivery = SearchDelivery(searches, fleet, clock, self._publish)

        def on_state(item: StateItem) -> None:
            dispatcher.on_state(item.vehicle_id)
            publishing.on_state(item.vehicle_id)
            weather.on_state()

        def on_map_request(item: MapRequestItem) -> None:
            transfer.request(item.address, item.message)

        changed_incidents: asyncio.Queue[set[str]] = asyncio.Queue()
        listeners = Listeners(
            on_state, changed_incidents.put_nowait, self._publish, on_map_request
        )
        pipeline = IngestPipeline(database, fleet, config.ingest, evidence_dir, clock, listeners)
        link = self._link = MqttLink(
            broker.target, subscriptions(config.interface), pipeline.handle
        )
        services = Services(
            database,
            Accounts(database, config.session, clock),
            fleet,
            maps,
            versions,
            publishing,
            PatrolService(database, maps, clock),
            dispatcher,
            Placing(database, fleet, maps, clock, self._publish),
            teams,
            incidents,
            SuppressionService(database, maps, clock),
            ReleaseService(database, incidents, fleet, clock, self._publish),
            searches,
            live,
            weather,
            signals,
            health_of(
                pipeline, fleet, live, signals, link, broker, database, self._data_dir, clock
            ),
        )
        web = WebServer(create_api(services))
        loops: list[Coroutine[Any, Any, None]] = [
            database.watch(),
            pipeline.run(),
            link.run(),
            dispatcher.run(),
            teams.run(),
            publishing.run(),
            transfer.run(),
            weather.run(),
            delivery.run(),
            SignalDelivery(signals, fleet, clock, self._publish).run(),
            live.run(),
            Retention(database, config.retention, evidence_dir, clock).run(),
            show_incidents(incidents, live, changed_incidents),
            watch_vehicles(database, fleet, enrolment, clock),
        ]
        if seoul is not None:
            loops.append(seoul.run())
        if kma is not None:
            loops.append(kma.run())
        if broker.embedded is not None:
            loops.append(broker.embedded.supervise())
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(loop) for loop in loops]
            serving = group.create_task(web.serve([listener]))
            tasks.append(group.create_task(when_ready(web, link, listener, announce)))
            await first_of(stop.wait(), serving)
            log.info("server_stopping")
            web.stop()
            await serving
            for task in reversed(tasks):
                task.cancel()

    def _publishing(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        versions: MapVersions,
        live: LiveHub,
    ) -> MapPublishing:
        def show(view: PublicationView) -> None:
            live.send({"type": "publication", "publication": view})

        resend_after_s = self._config.dispatch.resend_after_s
        following = PublicationFollowing(
            database, fleet, maps, self._clock, self._publish, show, resend_after_s
        )
        return MapPublishing(database, fleet, versions, self._clock, following)

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        return self._link is not None and self._link.publish(topic, payload, qos)

    def _first_password(self, database: Database) -> str | None:
        """Made, kept in a file and shown at the first start only."""
        accounts = Accounts(database, self._config.session, self._clock)
        password = accounts.ensure_first_user()
        if password is not None:
            write_private(self._data_dir / PASSWORD_FILE, password + "\n")
        return password

    def _write_server_file(
        self, stack: contextlib.AsyncExitStack, url: str, broker_port: int
    ) -> None:
        """For scripts: where the server is, while it runs."""
        path = self._data_dir / "server.json"
        content = {
            "url": url,
            "pid": os.getpid(),
            "broker_port": broker_port,
            "interface": self._config.interface,
        }
        write_private(path, json.dumps(content) + "\n")
        stack.callback(path.unlink, missing_ok=True)
