"""Diversions and skips over HTTP: what is asked wrongly is answered with one clear line."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.fleet_server.driven_vehicle import Driven, active, on_patrol

pytestmark = pytest.mark.anyio
GOALIE = {"manufacturer": "sunra", "serial_number": "goalie-01"}


async def incident(rig: Any, kit: Any, **changes: Any) -> None:
    await rig.take("incident", kit.make_incident(**changes))


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_incident_is_answered_with_a_vehicle(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.go(20.0)
    await incident(rig, kit, x=50.0, y=4.0)
    (option,) = await post(client, "/diversions/options", {"incident_id": "inc-1"}, 200)
    assert option["vehicle_id"] == "sunra/goalie-01"
    assert option["assignment_id"] == patrol
    assert option["patrol_name"] == "P"
    assert option["away_m"] == pytest.approx(4.0)
    assert option["needed_battery_pct"] < option["battery_pct"]
    assert option["reason"] is None
    view = await post(client, "/diversions", {"incident_id": "inc-1", **GOALIE}, 201)
    assert view["assignment_id"] == patrol
    assert view["diversions"][0]["incident_id"] == "inc-1"
    assert view["reason_ko"] == "사건 현장으로 가려고 정지하는 중"
    await vehicle.until(lambda: vehicle.awaits_operator)
    view = (await client.get(f"/assignments/{patrol}")).json()
    assert [d["phase"] for d in view["diversions"]] == ["waiting"]
    assert view["next_checkpoint_id"] == "cp-a"


async def test_a_place_on_the_map_does_as_well(
    client: httpx.AsyncClient, rig: Any, vehicle: Driven
) -> None:
    longitude_deg, latitude_deg = rig.maps.lonlat("square", 100.0, 53.0)
    place = {"map_id": "square", "longitude_deg": longitude_deg, "latitude_deg": latitude_deg}
    view = await post(client, "/diversions", {**place, **GOALIE, "return_to_dock": False}, 201)
    assert view["diversions"][0]["phase"] == "driving"
    assert view["diversions"][0]["longitude_deg"] == pytest.approx(longitude_deg, abs=1e-6)
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((100, 50))


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({**GOALIE}, 422, "invalid", "give an incident_id, or map_id, longitude_deg and"),
        ({"incident_id": "inc-1", "map_id": "square", **GOALIE}, 422, "invalid", "not both"),
        ({"incident_id": "ghost", **GOALIE}, 404, "incident_unknown", "no incident 'ghost'"),
        (
            {"incident_id": "inc-1", "manufacturer": "sunra", "serial_number": "ghost"},
            404,
            "vehicle_unknown",
            "no vehicle 'sunra/ghost'",
        ),
        (
            {"map_id": "mars", "longitude_deg": 126.9, "latitude_deg": 37.5, **GOALIE},
            422,
            "map_unknown",
            "no map 'mars' is loaded",
        ),
        (
            {"map_id": "square", "longitude_deg": 126.9, "latitude_deg": 137.5, **GOALIE},
            422,
            "invalid",
            "less than or equal to 90",
        ),
        (
            {"map_id": "square", "longitude_deg": 127.9, "latitude_deg": 37.5, **GOALIE},
            409,
            "plan_impossible",
            "m from the nearest node of square; at most 100 m is allowed",
        ),
    ],
)
async def test_what_cannot_be_done_is_said(
    client: httpx.AsyncClient,
    rig: Any,
    kit: Any,
    vehicle: Driven,
    body: dict[str, Any],
    status: int,
    code: str,
    words: str,
) -> None:
    await incident(rig, kit)
    answer = await post(client, "/diversions", body, status)
    assert answer["error"]["code"] == code
    assert words in answer["error"]["message"]
    assert active(rig) is None


async def test_an_incident_on_a_map_that_is_not_loaded_has_no_place(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    await incident(rig, kit, map_id="mars")
    answer = await post(client, "/diversions", {"incident_id": "inc-1", **GOALIE}, 422)
    assert answer["error"]["code"] == "incident_without_place"
    assert answer["error"]["message"] == (
        "incident inc-1: map 'mars' is not loaded, so its place is not known"
    )
    assert answer["error"]["message_ko"].startswith("사건 inc-1: 지도")


async def test_the_next_checkpoint_is_left_out(
    client: httpx.AsyncClient, rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.go(20.0)
    path = f"/assignments/{patrol}/skip"
    answer = await post(client, path, {"checkpoint_id": "cp-b"}, 409)
    assert answer["error"]["code"] == "not_next"
    assert "cp-a" in answer["error"]["message_ko"]
    await post(client, path, {}, 422)
    await post(client, path, {"checkpoint_id": "cp-a"}, 200)
    await vehicle.go(20.0)
    view = (await client.get(f"/assignments/{patrol}")).json()
    assert view["checkpoints"][0]["skipped"] is True
    assert view["next_checkpoint_id"] == "cp-b"


async def test_who_only_looks_may_not_send(client: httpx.AsyncClient, kit: Any) -> None:
    await client.post("/session", json={"username": "guest", "password": kit.PASSWORD})
    await post(client, "/diversions", {"incident_id": "inc-1", **GOALIE}, 403)
    await post(client, "/assignments/any/skip", {"checkpoint_id": "cp-a"}, 403)
