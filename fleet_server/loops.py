"""Small loops of a running server that belong to no service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from fleet_server.enrolment import Enrolment
from fleet_server.fleet import Fleet
from fleet_server.incidents.service import IncidentService
from fleet_server.ingest.mqtt import MqttLink
from fleet_server.live import LiveHub
from fleet_server.opening import know_vehicles
from fleet_server.store.database import Database
from fleet_server.web import WebServer
from patrol.clock import Clock

LOOK_FOR_VEHICLES_S = 0.5


async def when_ready(
    web: WebServer, link: MqttLink, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    """Ready means: HTTP answers and the broker has our subscriptions."""
    while not (web.started and link.connected):
        await asyncio.sleep(0.02)
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    announce(f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}")


async def watch_vehicles(
    database: Database, fleet: Fleet, enrolment: Enrolment, clock: Clock
) -> None:
    """Take up vehicles that are enrolled while the server runs."""
    version = enrolment.version()
    while True:
        await asyncio.sleep(LOOK_FOR_VEHICLES_S)
        if version != enrolment.version():
            version = enrolment.version()
            await know_vehicles(database, fleet, enrolment, clock.now_s())


async def show_incidents(
    incidents: IncidentService, live: LiveHub, changed: asyncio.Queue[set[str]]
) -> None:
    """Put every changed incident on the live feed."""
    while True:
        for view in await incidents.some(sorted(await changed.get())):
            live.send({"type": "incident", "incident": view})


async def first_of(waiting: Coroutine[Any, Any, Any], serving: asyncio.Task[None]) -> None:
    """Until told to stop, or the web server has ended by itself."""
    asked = asyncio.ensure_future(waiting)
    await asyncio.wait([asked, serving], return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
