"""Person searches over the real broker: whole, replaced, not retained, forgotten in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fleet_client.client import FleetClient
from fleet_client.options import LinkHandlers
from fleet_client.state_builder import MapRef
from fleet_server.person_searches.delivery import item_of
from patrol.clock import SimClock, iso_utc
from patrol.person_search import MOST_PICTURE_BYTES, MOST_PICTURES, LastSeen, PersonSearch
from patrol.vda5050.extension import PersonSearches
from patrol.vehicle import load_vehicle

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 255


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Searcher:
    """A vehicle that looks for whom it is told to."""

    def __init__(self, kit: Any, broker: Any) -> None:
        self.clock = SimClock(kit.EPOCH_S)
        self.told: list[tuple[PersonSearch, ...]] = []
        self.client = FleetClient(
            broker.credentials,
            load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
            MapRef("sillim", "0" * 64),
            LinkHandlers(lambda _order: None, lambda _action: None, on_searches=self.told.append),
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
        self.vehicle: Searcher | None = None

    async def connect(self) -> Searcher:
        """A vehicle that knows of nobody."""
        self.vehicle = vehicle = Searcher(self.kit, self.broker)
        await self.kit.until(lambda: vehicle.client.connected, "the vehicle is connected")
        return vehicle

    def send(self, *searches: PersonSearch) -> None:
        """All open searches."""
        items = [item_of(search) for search in searches]
        header = self.server.header() | {"timestamp": iso_utc(self.kit.EPOCH_S)}
        self.server.send("searches", PersonSearches(searches=items, **header))


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


def search(kit: Any, case_id: str = "2026-0001", lasts_s: float = 3600.0) -> PersonSearch:
    """One with all that it may hold."""
    assert len(PICTURE) <= MOST_PICTURE_BYTES
    start_s = kit.EPOCH_S
    return PersonSearch(
        case_id, start_s, start_s + lasts_s, (0.8, 0.1, 0.1), height_m=(1.5, 1.7),
        last_seen=LastSeen("sillim", 12.5, -3.0, start_s - 600),
        pictures=(PICTURE,) * MOST_PICTURES,
    )  # fmt: skip


async def test_searches_arrive_whole_and_the_next_list_replaces_them(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path) as link:
        vehicle = await link.connect()
        first, second = search(kit), search(kit, "2026-0002")
        link.send(first, second)
        await kit.until(lambda: len(vehicle.told) == 1, "both searches are there")
        assert vehicle.told == [(first, second)]
        link.send(second)
        await kit.until(lambda: len(vehicle.told) == 2, "one is over")
        assert vehicle.told[1] == (second,)


async def test_a_search_ends_by_the_vehicles_clock_without_a_broker(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path) as link:
        vehicle = await link.connect()
        link.send(search(kit, lasts_s=60.0))
        await kit.until(lambda: len(vehicle.told) == 1, "the search is there")
        link.broker.kill()
        await kit.until(lambda: not vehicle.client.connected, "the link is lost")
        vehicle.clock.advance(60.0)
        await kit.until(lambda: len(vehicle.told) == 2, "it is forgotten")
        assert vehicle.told[1] == ()


async def test_the_broker_retains_nothing(kit: Any, tmp_path: Path) -> None:
    async with link_of(kit, tmp_path) as link:
        before = await link.connect()
        link.send(search(kit))
        await kit.until(lambda: len(before.told) == 1, "the search is there")
        await before.stop()
        again = await link.connect()
        last = search(kit, "2026-0003")
        link.send(last)
        await kit.until(lambda: bool(again.told), "the next list is there")
        assert again.told == [(last,)], "what is retained would have come first"


async def test_who_was_off_at_the_end_is_told_that_nobody_is_looked_for(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path) as link:
        before = await link.connect()
        link.send(search(kit))
        await kit.until(lambda: len(before.told) == 1, "the search is there")
        await before.stop()
        again = await link.connect()
        link.send()
        await kit.until(lambda: bool(again.told), "the empty list is told")
        assert again.told == [()]
