"""Pedestrian lights over the real broker: at once, not retained, and not kept for who is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fleet_client.client import FleetClient
from fleet_client.options import LinkHandlers
from fleet_client.signals import SignalNews
from fleet_client.state_builder import MapRef
from patrol.clock import SimClock, iso_utc
from patrol.signals import SignalDark, SignalLight, SignalState
from patrol.vda5050.extension import SignalItem, Signals
from patrol.vehicle import load_vehicle

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Crosser:
    """A vehicle that goes by the lights that it is told."""

    def __init__(self, kit: Any, broker: Any) -> None:
        self.clock = SimClock(kit.EPOCH_S)
        self.told: list[SignalNews] = []
        self.client = FleetClient(
            broker.credentials,
            load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
            MapRef("sillim", "0" * 64),
            LinkHandlers(lambda _order: None, lambda _action: None, on_signals=self.told.extend),
            spool_path=None,
            clock=self.clock,
            options=kit.FAST,
        )
        self._task = asyncio.create_task(self.client.run())

    async def stop(self) -> None:
        self.client.stop()
        await asyncio.wait_for(self._task, 10.0)


class Link:
    """Broker, server, one vehicle."""

    def __init__(self, kit: Any, folder: Path) -> None:
        self.kit = kit
        self.broker = kit.Broker(folder)
        self.server = kit.Server(self.broker)
        self.vehicle: Crosser | None = None

    async def connect(self) -> Crosser:
        self.vehicle = vehicle = Crosser(self.kit, self.broker)
        await self.kit.until(lambda: vehicle.client.connected, "the vehicle is connected")
        return vehicle

    def send(self, after_s: float, light: str | None, left_s: float | None = None) -> None:
        at = iso_utc(self.kit.EPOCH_S + after_s)
        item = SignalItem(signal_id="signal-1", observed_at=at, light=light, walk_left=left_s)
        header = self.server.header()
        self.server.send("signals", Signals(signals=[item], **header))


@asynccontextmanager
async def link_of(kit: Any, folder: Path) -> AsyncIterator[Link]:
    link = Link(kit, folder)
    await link.broker.start()
    try:
        await link.server.start()
        yield link
    finally:
        if link.vehicle is not None:
            await link.vehicle.stop()
        await link.server.stop()
        link.broker.kill()


async def test_lights_arrive_as_they_were_observed(kit: Any, tmp_path: Path) -> None:
    async with link_of(kit, tmp_path) as link:
        vehicle = await link.connect()
        link.send(-0.5, "walk", 12.5)
        link.send(0.0, None)
        await kit.until(lambda: len(vehicle.told) == 2, "both are there")
        assert vehicle.told == [
            SignalState(kit.EPOCH_S - 0.5, "signal-1", SignalLight.WALK, 12.5),
            SignalDark(kit.EPOCH_S, "signal-1"),
        ]


async def test_what_was_said_while_a_vehicle_was_away_never_reaches_it(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path) as link:
        vehicle = await link.connect()
        link.send(-1.0, "dont_walk")
        await kit.until(lambda: len(vehicle.told) == 1, "the light is there")
        await vehicle.stop()
        link.send(-0.5, "walk", 30.0)
        again = await link.connect()
        link.send(0.0, "dont_walk")
        await kit.until(lambda: bool(again.told), "the next one is there")
        assert again.told == [SignalState(kit.EPOCH_S, "signal-1", SignalLight.DONT_WALK, None)]


async def test_a_light_of_before_a_new_connection_is_not_told_again(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path) as link:
        vehicle = await link.connect()
        link.send(-0.5, "dont_walk")
        await kit.until(lambda: len(vehicle.told) == 1, "the light is there")
        link.broker.kill()
        await kit.until(lambda: not vehicle.client.connected, "the link is lost")
        await link.broker.start()
        await kit.until(lambda: vehicle.client.connected, "the link is back")
        link.send(-1.0, "walk", 30.0)
        link.send(0.0, "clearance")
        await kit.until(lambda: len(vehicle.told) == 2, "the newer one is there")
        last = vehicle.told[-1]
        assert isinstance(last, SignalState)
        assert last.light is SignalLight.CLEARANCE
