"""Pedestrian lights over the real broker: at once, not retained, and not kept for who is away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleet_client.options import LinkHandlers
from patrol.clock import iso_utc
from patrol.signals import SignalDark, SignalLight, SignalState
from patrol.vda5050.extension import SignalItem, Signals
from tests.integration.link.one_vehicle import Link, link_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def hears(told: list[Any]) -> LinkHandlers:
    return LinkHandlers(lambda _order: None, lambda _action: None, on_signals=told.extend)


def send(link: Link, after_s: float, light: str | None, left_s: float | None = None) -> None:
    at = iso_utc(link.kit.EPOCH_S + after_s)
    item = SignalItem(signal_id="signal-1", observed_at=at, light=light, walk_left=left_s)
    link.server.send("signals", Signals(signals=[item], **link.server.header()))


async def test_lights_arrive_as_they_were_observed(kit: Any, tmp_path: Path) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        vehicle = await link.connect()
        send(link, -0.5, "walk", 12.5)
        send(link, 0.0, None)
        await kit.until(lambda: len(vehicle.told) == 2, "both are there")
        assert vehicle.told == [
            SignalState(kit.EPOCH_S - 0.5, "signal-1", SignalLight.WALK, 12.5),
            SignalDark(kit.EPOCH_S, "signal-1"),
        ]


async def test_what_was_said_while_a_vehicle_was_away_never_reaches_it(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        vehicle = await link.connect()
        send(link, -1.0, "dont_walk")
        await kit.until(lambda: len(vehicle.told) == 1, "the light is there")
        await vehicle.stop()
        send(link, -0.5, "walk", 30.0)
        again = await link.connect()
        send(link, 0.0, "dont_walk")
        await kit.until(lambda: bool(again.told), "the next one is there")
        assert again.told == [SignalState(kit.EPOCH_S, "signal-1", SignalLight.DONT_WALK, None)]


async def test_a_light_of_before_a_new_connection_is_not_told_again(
    kit: Any, tmp_path: Path
) -> None:
    async with link_of(kit, tmp_path, hears) as link:
        vehicle = await link.connect()
        send(link, -0.5, "dont_walk")
        await kit.until(lambda: len(vehicle.told) == 1, "the light is there")
        link.broker.kill()
        await kit.until(lambda: not vehicle.client.connected, "the link is lost")
        await link.broker.start()
        await kit.until(lambda: vehicle.client.connected, "the link is back")
        send(link, -1.0, "walk", 30.0)
        send(link, 0.0, "clearance")
        await kit.until(lambda: len(vehicle.told) == 2, "the newer one is there")
        last = vehicle.told[-1]
        assert isinstance(last, SignalState)
        assert last.light is SignalLight.CLEARANCE
