"""Ways too narrow for two vehicles are released to one direction at a time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from fleet_client.envelope import Envelope
from fleet_client.options import LinkOptions
from fleet_client.state_builder import MapRef
from fleet_server.dispatch.targets import Target
from fleet_server.fleet import Fleet
from fleet_server.wording import korean
from tests.unit.fleet_server.alley_town import ONE, PLACES, THREE, TWO, Town, released
from tests.unit.fleet_server.driven_vehicle import VEHICLE, Driven

pytestmark = pytest.mark.anyio
HALF = math.pi / 2


async def in_town(rig: Any, kit: Any, spec: Any, *starts: int) -> Town:
    made = Town(rig, kit, spec, list(starts))
    await made.connect()
    return made


def at(town: Town, vehicle_id: str) -> tuple[float, float]:
    return town.vehicles[vehicle_id].xy_m


def waits(town: Town, vehicle_id: str) -> bool:
    return (town.reason(vehicle_id) or "").startswith(("waits for", "lets "))


def all_done(town: Town) -> bool:
    return all(town.active(vehicle_id) is None for vehicle_id in town.vehicles)


async def test_the_second_of_two_that_would_meet_in_an_alley_waits_outside(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 1, 20)
    await town.send(ONE, "west", "mouth", "north")  # northwards
    await town.send(TWO, "west", "south")
    await town.until(lambda: waits(town, TWO))
    assert at(town, TWO) == pytest.approx(PLACES[21])  # 30 m before the alley's mouth
    assert town.reason(TWO) == f"waits for {ONE} to leave the way between nodes 23 and 41"
    view = await rig.dispatcher.find(town.active(TWO).assignment_id)
    assert view.reason_ko == f"{ONE}이(가) 노드 23–41 구간에서 나오기를 기다립니다"
    await town.until(lambda: all_done(town))
    assert town.vehicles[ONE].done == ["west", "mouth", "north"]
    assert town.vehicles[TWO].done == ["west", "south"]
    assert town.clashes == []


async def test_two_of_the_same_direction_follow_one_another(rig: Any, kit: Any, spec: Any) -> None:
    town = await in_town(rig, kit, spec, 2, 1)
    await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "corner")
    await town.until(lambda: at(town, ONE)[1] > 25.0)
    assert 41 in released(town.vehicles[TWO])
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_a_vehicle_that_is_not_connected_keeps_what_it_was_given(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 2, 22)
    await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "south")
    await town.go(2.0)
    town.vehicles[ONE].link_up = False
    await town.until(lambda: waits(town, TWO))
    await town.go(200.0)
    assert waits(town, TWO)  # the server does not know that the alley is free long since
    assert at(town, ONE)[1] == pytest.approx(60.0)  # it has left the alley by what it was given
    town.vehicles[ONE].link_up = True
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_a_vehicle_that_a_person_drives_keeps_the_alley_it_is_in(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 2, 22)
    await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "south")
    await town.until(lambda: at(town, ONE)[1] > 25.0)
    town.vehicles[ONE].link_up = False
    rig.fleet.find(ONE).state.operating_mode = "MANUAL"
    await town.go(60.0)
    assert town.reason(TWO) == (
        f"waits for {ONE}, which is not in automatic mode, to leave the way between nodes"
        " 23 and 41"
    )
    assert korean(town.reason(TWO) or "")
    town.vehicles[ONE].link_up = True
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_the_width_of_a_vehicle_is_that_of_its_factsheet(
    rig: Any, kit: Any, spec: Any, vehicle: Driven
) -> None:
    record = rig.fleet.find(VEHICLE)
    assert record.width_m is None
    wide = Envelope(
        vehicle.address, replace(spec, width_m=1.1), MapRef.of(vehicle.map), LinkOptions()
    )
    await vehicle._send("factsheet", wide.factsheet(1, kit.iso_utc(kit.START_S)))
    assert record.width_m == 1.1
    fleet = Fleet(rig.maps, 15.0, rig.clock.now_s)
    await rig.database.read(fleet.load)
    assert fleet.find(VEHICLE).width_m == 1.1  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [None, {}, {"width": "wide"}, {"width": -1}, {"width": 1e9}])
async def test_a_width_that_no_vehicle_can_have_is_not_believed(
    rig: Any, kit: Any, spec: Any, vehicle: Driven, said: Any
) -> None:
    sheet = vehicle._envelope.factsheet(1, kit.iso_utc(kit.START_S))
    broken = {**msgspec.json.decode(sheet), "physicalParameters": said or {}}
    await vehicle._send("factsheet", msgspec.json.encode(broken))
    assert rig.fleet.find(VEHICLE).width_m is None


async def test_a_server_that_is_started_again_knows_who_holds_what(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 2, 22)
    await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "south")
    await town.until(lambda: waits(town, TWO))
    for _ in range(10):
        await kit.restart(rig)
        await town.go(3.0)
    assert waits(town, TWO)
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_who_is_cancelled_in_an_alley_closes_it_until_it_is_sent_on(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 2, 22)
    first = await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "south")
    await town.until(lambda: at(town, ONE)[1] > 25.0)
    await rig.dispatcher.cancel(first, "minji")
    await town.until(lambda: town.active(ONE) is None)
    await town.go(20.0)
    why = town.reason(TWO)
    assert why == (
        f"waits for {ONE}, which stands in the way between nodes 41 and 40 without an order:"
        " send it away"
    )
    assert korean(why)
    await town.send(ONE, "corner")
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_who_is_called_away_gives_back_what_it_does_not_need(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 0, 22)
    await town.send(ONE, "west", "corner")
    await town.until(lambda: 41 in released(town.vehicles[ONE]))
    await town.send(TWO, "west", "left")
    await town.until(lambda: waits(town, TWO))
    await rig.dispatcher.divert(Target("town", 0.0, 35.0), ONE, True, "minji")
    await town.until(lambda: at(town, TWO)[1] < 30.0)
    await town.until(lambda: town.vehicles[ONE].awaits_operator)
    await rig.dispatcher.instant_action(ONE, "release_wait", "minji")
    await town.until(lambda: all_done(town))
    assert town.vehicles[ONE].done == ["west", "corner"]
    assert town.clashes == []


async def test_two_that_block_each_other_from_the_start_are_told_of(
    rig: Any, kit: Any, spec: Any
) -> None:
    town = await in_town(rig, kit, spec, 40, 41)
    for vehicle, heading_rad in zip(town.vehicles.values(), (HALF, -HALF), strict=False):
        vehicle.motion.heading_rad[0] = heading_rad
        await vehicle.report()
    await town.send(ONE, "mouth")
    second = await town.send(TWO, "south")
    await town.go(5.0)
    for vehicle_id, other in ((ONE, TWO), (TWO, ONE)):
        assert town.reason(vehicle_id) == (
            f"waits for {other}, which waits for it in turn in the way between nodes"
            f" {'40 and 41' if vehicle_id == ONE else '41 and 40'}: cancel one of the two and"
            " drive it out by hand"
        )
        assert korean(town.reason(vehicle_id) or "")
        assert town.active(vehicle_id).status == "queued"
    assert rig.sent("order") == []
    await rig.dispatcher.cancel(second, "minji")
    await town.until(lambda: town.active(TWO) is None)
    await town.send(TWO, "mouth", "corner")  # out of the other one's way
    await town.until(lambda: all_done(town))
    assert town.clashes == []


async def test_a_dead_end_is_left_before_another_drives_in(rig: Any, kit: Any, spec: Any) -> None:
    town = await in_town(rig, kit, spec, 2, 22)
    await town.send(ONE, "dead-end", "right")
    await town.send(TWO, "dead-end", "left")
    await town.until(lambda: all_done(town), 1500.0)
    assert town.vehicles[ONE].done == ["dead-end", "right"]
    assert town.vehicles[TWO].done == ["dead-end", "left"]
    assert town.clashes == []


async def test_who_waits_longest_goes_before_others_follow(rig: Any, kit: Any, spec: Any) -> None:
    town = await in_town(rig, kit, spec, 2, 22, 0)
    await town.send(ONE, "west", "corner")
    await town.send(TWO, "west", "south")
    await town.until(lambda: waits(town, TWO) and at(town, ONE)[1] > 15.0)
    await town.send(THREE, "west", "north")  # could follow the first
    await town.until(lambda: waits(town, THREE))
    assert town.reason(THREE) == f"lets {TWO} go first in the way between nodes 3 and 40"
    await town.until(lambda: town.vehicles[TWO].done == ["west", "south"])
    assert town.vehicles[THREE].done == []
    await town.until(lambda: all_done(town))
    assert town.clashes == []
