"""Person searches over the real broker: whole, replaced, not retained, forgotten in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleet_client.options import LinkHandlers
from fleet_server.person_searches.delivery import item_of
from patrol.clock import iso_utc
from patrol.person_search import MOST_PICTURE_BYTES, MOST_PICTURES, LastSeen, PersonSearch
from patrol.vda5050.extension import PersonSearches
from tests.integration.link.one_vehicle import Link, link_of

pytestmark = pytest.mark.anyio
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 255


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def hears(told: list[Any]) -> LinkHandlers:
    return LinkHandlers(lambda _order: None, lambda _action: None, on_searches=told.append)


def send(link: Link, *searches: PersonSearch) -> None:
    """All open searches."""
    items = [item_of(search) for search in searches]
    header = link.server.header() | {"timestamp": iso_utc(link.kit.EPOCH_S)}
    link.server.send("searches", PersonSearches(searches=items, **header))


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
    async with link_of(kit, tmp_path, hears) as link:
        vehicle = await link.connect()
        first, second = search(kit), search(kit, "2026-0002")
        send(link, first, second)
        await kit.until(lambda: len(vehicle.told) == 1, "both searches are there")
        assert vehicle.told == [(first, second)]
        send(link, second)
        await kit.until(lambda: len(vehicle.told) == 2, "one is over")
        assert vehicle.told[1] == (second,)


async def test_a_search_ends_by_the_vehicles_clock_without_a_broker(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        vehicle = await link.connect()
        send(link, search(kit, lasts_s=60.0))
        await kit.until(lambda: len(vehicle.told) == 1, "the search is there")
        link.broker.kill()
        await kit.until(lambda: not vehicle.client.connected, "the link is lost")
        vehicle.clock.advance(60.0)
        await kit.until(lambda: len(vehicle.told) == 2, "it is forgotten")
        assert vehicle.told[1] == ()


async def test_the_broker_retains_nothing(kit: Any, tmp_path: Path) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        before = await link.connect()
        send(link, search(kit))
        await kit.until(lambda: len(before.told) == 1, "the search is there")
        await before.stop()
        again = await link.connect()
        last = search(kit, "2026-0003")
        send(link, last)
        await kit.until(lambda: bool(again.told), "the next list is there")
        assert again.told == [(last,)], "what is retained would have come first"


async def test_who_was_off_at_the_end_is_told_that_nobody_is_looked_for(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        before = await link.connect()
        send(link, search(kit))
        await kit.until(lambda: len(before.told) == 1, "the search is there")
        await before.stop()
        again = await link.connect()
        send(link)
        await kit.until(lambda: bool(again.told), "the empty list is told")
        assert again.told == [()]
