"""An operator tells a vehicle where it stands: what goes out, and when nothing does."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from fleet_client.factsheet import ACTIONS
from patrol.geodesy import wgs84_from_enu
from patrol.map import PatrolMap
from patrol.vda5050.init_position import INIT_POSITION, read_init_position
from patrol.vda5050.messages import InstantActions, MapInfo, decode
from tests.unit.fleet_server.test_weather import audit

pytestmark = pytest.mark.anyio
HEADING_RAD = -2.5


def seen_at(square: PatrolMap, x_m: float, y_m: float) -> dict[str, float]:
    place = wgs84_from_enu(x_m, y_m, 0.0, square.origin)
    return {
        "longitude_deg": place.longitude_deg,
        "latitude_deg": place.latitude_deg,
        "heading_rad": HEADING_RAD,
    }


def path(vehicle: Any) -> str:
    return f"/vehicles/{vehicle.address.vehicle_id}/position"


async def test_a_standing_vehicle_is_told_where_it_stands(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    answer = await client.post(path(team[0]), json=seen_at(square, 12.5, -3.0))
    assert answer.status_code == 202, answer.text
    (payload,) = rig.sent("instantActions")
    message = decode(payload, InstantActions)
    assert f"{message.manufacturer}/{message.serial_number}" == team[0].address.vehicle_id
    position = read_init_position(message.actions[0], square.map_id)
    assert position.pose.x_m == pytest.approx(12.5, abs=0.01)
    assert position.pose.y_m == pytest.approx(-3.0, abs=0.01)
    assert position.pose.yaw_rad == HEADING_RAD
    assert INIT_POSITION in ACTIONS


async def test_who_told_it_is_on_the_audit_trail(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    await client.post(path(team[0]), json=seen_at(square, 12.5, -3.0))
    (line,) = [line for line in await audit(rig) if line["action"] == "vehicle_place"]
    assert (line["username"], line["subject"]) == ("minji", team[0].address.vehicle_id)
    assert line["details"]["x_m"] == pytest.approx(12.5, abs=0.01)


async def test_a_vehicle_that_drives_is_told_nothing(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    await team[0].at(0, driving=True)
    answer = await client.post(path(team[0]), json=seen_at(square, 0.0, 0.0))
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "vehicle_drives"
    assert rig.sent("instantActions") == []


async def test_a_vehicle_that_is_away_is_told_nothing(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    rig.clock.advance(600.0)
    answer = await client.post(path(team[0]), json=seen_at(square, 0.0, 0.0))
    assert answer.json()["error"]["code"] == "vehicle_offline"
    assert rig.sent("instantActions") == []


async def test_a_vehicle_on_a_map_that_nobody_knows_is_told_nothing(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    elsewhere = MapInfo(map_id="harbour", map_version="1", map_status="ENABLED")
    await team[0].at(0, maps=[elsewhere], agv_position=None)
    answer = await client.post(path(team[0]), json=seen_at(square, 0.0, 0.0))
    assert answer.json()["error"]["code"] == "map_unknown"
    assert rig.sent("instantActions") == []


async def test_a_vehicle_that_was_never_seen_on_its_map_is_told_all_the_same(
    client: httpx.AsyncClient, rig: Any, team: list[Any], square: PatrolMap
) -> None:
    here = MapInfo(map_id="square", map_version="1", map_status="ENABLED")
    await team[0].at(0, maps=[here], agv_position=None)
    answer = await client.post(path(team[0]), json=seen_at(square, 0.0, 0.0))
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("longitude_deg", 181.0), ("latitude_deg", math.pi * 40), ("heading_rad", 3.2)],
)
async def test_a_place_that_is_none_is_named(
    client: httpx.AsyncClient,
    rig: Any,
    team: list[Any],
    square: PatrolMap,
    field: str,
    value: float,
) -> None:
    body = seen_at(square, 0.0, 0.0) | {field: value}
    answer = await client.post(path(team[0]), json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert rig.sent("instantActions") == []


async def test_nobody_knows_where_an_unknown_vehicle_stands(
    client: httpx.AsyncClient, square: PatrolMap
) -> None:
    answer = await client.post("/vehicles/a/b/position", json=seen_at(square, 0.0, 0.0))
    assert answer.status_code == 404
