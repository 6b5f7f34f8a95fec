"""A broker, a server, and one vehicle that remembers what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fleet_client.client import FleetClient
from fleet_client.options import LinkHandlers
from fleet_client.state_builder import MapRef
from patrol.clock import SimClock
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[3]
Hears = Callable[[list[Any]], LinkHandlers]  # handlers that put what comes into a list


class LinkedVehicle:
    """`told` is what its handlers were given."""

    def __init__(self, kit: Any, broker: Any, hears: Hears) -> None:
        self.clock = SimClock(kit.EPOCH_S)
        self.told: list[Any] = []
        self.client = FleetClient(
            broker.credentials,
            load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
            MapRef("sillim", "0" * 64),
            hears(self.told),
            spool_path=None,
            clock=self.clock,
            options=kit.FAST,
        )
        self._task = asyncio.create_task(self.client.run())

    async def stop(self) -> None:
        self.client.stop()
        await asyncio.wait_for(self._task, 10.0)


class Link:
    """Its vehicle is the one that was connected last."""

    def __init__(self, kit: Any, folder: Path, hears: Hears) -> None:
        self.kit, self._hears = kit, hears
        self.broker = kit.Broker(folder)
        self.server = kit.Server(self.broker)
        self.vehicle: LinkedVehicle | None = None

    async def connect(self) -> LinkedVehicle:
        self.vehicle = vehicle = LinkedVehicle(self.kit, self.broker, self._hears)
        await self.kit.until(lambda: vehicle.client.connected, "the vehicle is connected")
        return vehicle


@asynccontextmanager
async def link_of(kit: Any, folder: Path, hears: Hears) -> AsyncIterator[Link]:
    """Broker and server running, no vehicle yet; all ended afterwards."""
    link = Link(kit, folder, hears)
    await link.broker.start()
    try:
        await link.server.start()
        yield link
    finally:
        if link.vehicle is not None:
            await link.vehicle.stop()
        await link.server.stop()
        link.broker.kill()
