"""Reports of the weather: taken once, told to every vehicle, told again to one that forgot."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from fleet_server.weather import WeatherService
from navigation.weather_rule import WeatherRule
from patrol.faults import FaultKind
from patrol.vda5050.messages import ActionState, InstantActions, decode
from patrol.weather import REPORT_COUNTS_S, USUAL_LIMITS, Weather

pytestmark = pytest.mark.anyio
STORM = {"rain_mmph": 45.0, "temperature_c": 11.5}


def told(rig: Any) -> list[Any]:
    sent = [decode(p, InstantActions).actions[0] for p in rig.sent("instantActions")]
    return [action for action in sent if action.action_type == "reportWeather"]


async def report(client: httpx.AsyncClient, rig: Any, **values: Any) -> httpx.Response:
    body = {"observed_at": rig.clock.now_s(), **(values or STORM)}
    return await client.post("/weather", json=body)


async def test_every_connected_vehicle_is_told_what_it_understands(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    answer = await report(client, rig)
    assert answer.status_code == 202, answer.text
    assert len(told(rig)) == len(team)
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(told(rig)[0], rig.clock.now_s())
    assert rule.faults(rig.clock.now_s()) == {FaultKind.WEATHER_SEVERE}
    view = (await client.get("/weather")).json()
    assert (view["rain_mmph"], view["gust_mps"], view["vehicles_told"]) == (45.0, None, 0)
    assert "weather_reported" in [line["action"] for line in await audit(rig)]


async def audit(rig: Any) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from fleet_server.store import tables

    rows = await rig.database.read(
        lambda connection: connection.execute(sa.select(tables.audit)).mappings().all()
    )
    return [dict(row) for row in rows]


async def later(rig: Any, team: list[Any], *known: list[ActionState]) -> None:
    """Half a minute on, in which every vehicle has said which actions it knows."""
    rig.clock.advance(31.0)
    for vehicle, states in zip(team, known, strict=True):
        await vehicle.at(0, action_states=states)


async def test_a_vehicle_that_has_it_is_left_alone_and_one_that_forgot_is_told_again(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    await report(client, rig)
    weather = rig.services.weather
    done = ActionState(
        action_id=told(rig)[0].action_id, action_type="reportWeather", action_status="FINISHED"
    )
    await later(rig, team, [done], [])
    await weather.step()
    assert len(told(rig)) == 3  # the second vehicle once more
    assert (await client.get("/weather")).json()["vehicles_told"] == 1
    await later(rig, team, [], [])  # the first was started anew
    await weather.step()
    assert len(told(rig)) == 5
    await weather.step()
    assert len(told(rig)) == 5  # not at once again


async def test_an_old_report_is_told_to_nobody(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    await report(client, rig)
    count = len(told(rig))
    rig.clock.advance(REPORT_COUNTS_S + 1)
    await rig.services.weather.step()
    assert len(told(rig)) == count
    assert (await client.get("/weather")).json() is None


@pytest.mark.parametrize(
    ("body", "code", "why"),
    [
        ({"observed_at": "soon", "rain_mmph": 1}, 422, "observed_at"),
        ({"rain_mmph": 1}, 422, "observed_at"),
        ({"observed_at": 0.0, "rain_mmph": 1}, 409, "not of the last 2 h"),
        ({"now": 0.0}, 422, "it says nothing"),
        ({"now": 0.0, "rain_mmph": -1}, 422, "rain_mmph: -1.0 is no number"),
        ({"now": 0.0, "temperature_c": 300}, 422, "temperature_c: 300.0 is no number"),
        ({"now": 0.0, "snow_cm": 3}, 422, "snow_cm"),
        ({"now": 600.0, "rain_mmph": 1}, 409, "not of the last 2 h"),
    ],
)
async def test_a_report_of_which_nothing_can_be_made_is_refused(
    client: httpx.AsyncClient, rig: Any, body: dict[str, Any], code: int, why: str
) -> None:
    if "now" in body:
        body = body | {"observed_at": rig.clock.now_s() + body["now"]}
        del body["now"]
    answer = await client.post("/weather", json=body)
    assert answer.status_code == code, answer.text
    assert why in answer.text
    assert (await client.get("/weather")).json() is None


async def test_an_older_report_does_not_take_a_newer_ones_place(
    client: httpx.AsyncClient, rig: Any
) -> None:
    assert (await report(client, rig)).status_code == 202
    late = await client.post(
        "/weather", json={"observed_at": rig.clock.now_s() - 60, "rain_mmph": 0.0}
    )
    assert late.status_code == 409
    assert (await client.get("/weather")).json()["rain_mmph"] == 45.0


async def test_a_state_is_looked_at_when_it_comes(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    await report(client, rig)
    await later(rig, team, [], [])
    assert len(told(rig)) == len(team)
    rig.services.weather.on_state()
    loop = asyncio.create_task(rig.services.weather.run())
    for _ in range(20):  # turns of the event loop: well within the second that passes anyway
        await asyncio.sleep(0)
    loop.cancel()
    assert len(told(rig)) == 2 * len(team)


async def test_its_messages_are_numbered_on_across_restarts(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    await report(client, rig)
    rig.clock.advance(2.0)
    again = WeatherService(rig.database, rig.fleet, rig.clock, rig.publish)
    await again.report(Weather(rain_mmph=1.0), rig.clock.now_s(), "minji")
    ids = [decode(payload, InstantActions).header_id for payload in rig.sent("instantActions")]
    assert ids == sorted(set(ids))
    assert len(ids) == 2 * len(team)
