"""Which vehicles can be sent to a place, and why others cannot."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError
from patrol.map import PatrolMap
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from tests.unit.fleet_server.driven_vehicle import (
    FAR,
    VEHICLE,
    Driven,
    active,
    divert,
    on_patrol,
)

pytestmark = pytest.mark.anyio


async def test_a_battery_that_would_not_last_is_refused_with_the_figures(
    rig: Any, vehicle: Driven
) -> None:
    await on_patrol(rig)
    await vehicle.go(20.0)
    vehicle.motion.battery_pct[0] = 17.0
    await vehicle.go(2.0)
    with pytest.raises(ConflictError, match=r"shows 17 %, and the incident.*take (1[89]|2\d) %"):
        await divert(rig)
    assert active(rig).progress.change is None
    (option,) = await rig.dispatcher.diversion_options(FAR)
    assert option.reason_ko.startswith(f"{VEHICLE}: 배터리 17%")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (Target("square", 50.0, 250.0), "the place is 150 m from the nearest node of square"),
        (Target("elsewhere", 0.0, 0.0), "is on map 'square', the incident on 'elsewhere'"),
    ],
)
async def test_a_place_that_it_cannot_reach_is_refused(
    rig: Any, vehicle: Driven, target: Target, why: str
) -> None:
    await on_patrol(rig)
    await vehicle.go(20.0)
    with pytest.raises(ConflictError, match=why):
        await divert(rig, target)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_a_place_behind_a_closed_way_is_refused_with_the_reason(
    rig: Any, vehicle: Driven, square: PatrolMap
) -> None:
    narrow = {
        edge.id: replace(edge, width_m=0.3)
        for edge in square.edges.values()
        if 20 <= edge.end_id <= 30 or 20 <= edge.start_id <= 30
    }
    rig.maps.set_current(replace(square, edges={**square.edges, **narrow}))
    view = await rig.dispatcher.diversion_options(Target("square", 50.0, 100.0))
    assert "no route from node 0 to 25" in view[0].reason
    assert "wide" in view[0].reason


async def test_an_offline_or_busy_vehicle_is_refused(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    with pytest.raises(ConflictError, match="try again in a few seconds"):
        await divert(rig)  # it has not taken the order yet
    await vehicle.go(10.0)
    await divert(rig)
    with pytest.raises(ConflictError, match="try again in a few seconds"):
        await divert(rig)
    await vehicle.go(10.0)
    rig.clock.advance(20.0)
    with pytest.raises(ConflictError, match="not connected"):
        await divert(rig)


async def test_the_quickest_vehicle_is_proposed_first(
    rig: Any, kit: Any, spec: VehicleSpec, square: PatrolMap, vehicle: Driven
) -> None:
    for number, node_id in ((2, 20), (3, 26)):
        address = VehicleAddress("gwanak", "sunra", f"goalie-0{number}")
        other = Driven(rig, kit, spec, square, node_id, address)
        other.motion.heading_rad[0] = math.pi
        other.motion.battery_pct[0] = 3.0 if number == 3 else 90.0
        await other.connect()
    options = await rig.dispatcher.diversion_options(FAR)
    assert [o.vehicle_id[-2:] for o in options] == ["02", "01", "03"]
    assert options[0].drive_s == pytest.approx(50 / 1.39, abs=1.0)
    assert options[0].away_m == pytest.approx(5.66, abs=0.01)
    assert "battery" in options[2].reason
