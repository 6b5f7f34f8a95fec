"""Which vehicle is told which light, how often, and that it understands what it is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fleet_client.signals import MAX_AGE_S, SignalIntake, SignalNews
from fleet_server.api.signal_models import NewPhase
from fleet_server.signals import delivery as delivery_module
from fleet_server.signals.delivery import AT_MOST_EVERY_S, SignalDelivery
from patrol.map import Crosswalk
from patrol.signals import MovementPhase, SignalDark, SignalLight, SignalState
from patrol.vda5050.messages import MapInfo
from patrol.vda5050.topic_names import VehicleAddress, parse_topic
from tests.unit.fleet_server.plan_vehicles import ONE, TWO

pytestmark = pytest.mark.anyio
WALK, RED = MovementPhase.PROTECTED_MOVEMENT_ALLOWED, MovementPhase.STOP_AND_REMAIN


def crossed(patrol_map: Any, version: str, *signal_ids: str) -> Any:
    walks = tuple(
        Crosswalk(f"cw-{n}", "", (1000 + n,), True, signal_id)
        for n, signal_id in enumerate(signal_ids)
    )
    return replace(patrol_map, crosswalks=walks, content_hash=version * 64)


class Town:
    """Two maps with a light each; ONE drives on the first, TWO on the second."""

    def __init__(self, rig: Any, kit: Any) -> None:
        self.rig = rig
        self.maps = [
            crossed(kit.square_map(), "a", "light-a"),
            crossed(replace(kit.square_map(), map_id="other"), "b", "light-b"),
        ]
        for patrol_map in self.maps:
            rig.maps.set_current(patrol_map)
        self.feed = rig.services.signals
        self.delivery = SignalDelivery(self.feed, rig.fleet, rig.clock, rig.publish)

    async def drive(self, team: list[Any]) -> None:
        for vehicle, patrol_map in zip(team, self.maps, strict=True):
            await self.enable(vehicle, patrol_map)

    async def enable(self, vehicle: Any, patrol_map: Any) -> None:
        info = MapInfo(
            map_id=patrol_map.map_id, map_version=patrol_map.content_hash, map_status="ENABLED"
        )
        await vehicle.at(0, maps=[info], agv_position=None)

    def tell(self, signal_id: str, phase: MovementPhase = WALK, **more: Any) -> None:
        at_s = self.rig.clock.now_s()
        told = NewPhase(signal_id=signal_id, observed_at=at_s, phase=phase, **more)
        self.feed.take([told], "city")

    def heard(self) -> dict[VehicleAddress, list[SignalNews]]:
        """What was sent, as each vehicle takes it; forgets it."""
        found: dict[VehicleAddress, list[SignalNews]] = {}
        for topic, payload, qos in self.rig.published:
            address, name = parse_topic(topic)
            if name == "signals":
                assert qos == 0
                read = SignalIntake(self.rig.clock).take(payload, address)
                assert read.problems == ()
                found.setdefault(address, []).extend(read.news)
        self.rig.published.clear()
        return found


@pytest.fixture
async def town(rig: Any, kit: Any, team: list[Any]) -> Town:
    made = Town(rig, kit)
    await made.drive(team)
    return made


async def test_a_vehicle_is_told_the_lights_of_its_map_alone(town: Town) -> None:
    town.tell("light-a", time_left_s=9.5)
    town.tell("light-b", RED, time_left_s=30.0)
    assert town.delivery.step() == 2
    at_s = town.rig.clock.now_s()
    assert town.heard() == {
        ONE: [SignalState(at_s, "light-a", SignalLight.WALK, 9.5)],
        TWO: [SignalState(at_s, "light-b", SignalLight.DONT_WALK, None)],
    }


@pytest.mark.parametrize("phase", list(MovementPhase))
async def test_every_phase_arrives_as_a_light_or_as_none(town: Town, phase: MovementPhase) -> None:
    town.tell("light-a", phase, time_left_s=5.0)
    town.delivery.step()
    (heard,) = town.heard()[ONE]
    walks = {WALK: SignalLight.WALK}
    ends = dict.fromkeys(
        (MovementPhase.PROTECTED_CLEARANCE, MovementPhase.PERMISSIVE_CLEARANCE),
        SignalLight.CLEARANCE,
    )
    reds = dict.fromkeys((RED, MovementPhase.PRE_MOVEMENT), SignalLight.DONT_WALK)
    light = {**walks, **ends, **reds}.get(phase)
    if light is None:
        assert heard == SignalDark(town.rig.clock.now_s(), "light-a")
    else:
        left_s = None if light is SignalLight.DONT_WALK else 5.0
        assert heard == SignalState(town.rig.clock.now_s(), "light-a", light, left_s)


async def test_an_observation_is_told_once_and_keeps_its_time(town: Town) -> None:
    town.tell("light-a", time_left_s=9.5)
    town.rig.clock.advance(1.25)
    town.delivery.step()
    ((heard,),) = town.heard().values()
    assert heard.stamp_s == town.rig.clock.now_s() - 1.25
    assert town.delivery.step() == 0
    town.rig.clock.advance(0.5)
    town.tell("light-a", RED)
    assert town.delivery.step() == 1


async def test_the_stamp_is_never_later_than_the_observation(town: Town) -> None:
    town.rig.clock.advance(0.0009999)
    town.tell("light-a", time_left_s=9.5)
    town.delivery.step()
    ((heard,),) = town.heard().values()
    assert -0.001 < heard.stamp_s - town.rig.clock.now_s() <= 0.0


async def test_nothing_waits_for_a_vehicle_that_is_away(
    town: Town, team: list[Any], rig: Any
) -> None:
    town.tell("light-a")
    rig.broker_up = False
    assert town.delivery.step() == 0
    rig.broker_up = True
    rig.clock.advance(MAX_AGE_S + 0.1)
    assert town.delivery.step() == 0, "too old to be worth anything"
    rig.clock.advance(20.0)  # its states have stopped: it counts as gone
    town.tell("light-a")
    assert town.delivery.step() == 0
    await town.drive(team)
    assert town.delivery.step() == 1


async def test_lights_follow_the_map_that_a_vehicle_enables(town: Town, team: list[Any]) -> None:
    await town.enable(team[0], town.maps[1])
    town.tell("light-a")
    town.tell("light-b")
    town.delivery.step()
    assert {address: news[0].signal_id for address, news in town.heard().items()} == {
        ONE: "light-b",
        TWO: "light-b",
    }


async def test_a_light_of_an_older_version_is_told_to_who_drives_on_it(
    town: Town, rig: Any
) -> None:
    rig.maps.set_current(crossed(town.maps[0], "c", "light-new"))
    town.tell("light-a")
    town.tell("light-new")
    town.delivery.step()
    assert [news.signal_id for news in town.heard()[ONE]] == ["light-a"]


async def test_the_first_news_goes_at_once_and_the_next_not_before_half_a_second(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    sleep = asyncio.sleep

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        await sleep(0)

    monkeypatch.setattr(delivery_module.asyncio, "sleep", rest)
    running = asyncio.create_task(town.delivery.run())
    for _ in range(3):
        town.rig.clock.advance(0.1)
        town.tell("light-a")
        for _ in range(20):
            await sleep(0)
    running.cancel()
    assert rests == [AT_MOST_EVERY_S] * 3
    assert len(town.heard()[ONE]) == 3
