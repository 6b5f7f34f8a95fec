"""Reports outlast the server; people and the weather service say together what counts."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.errors import ConflictError
from fleet_server.store.weather import put_report, weather_reports
from fleet_server.weather import WeatherService
from patrol.vda5050.messages import InstantActions, decode
from patrol.weather import RANGES, REPORT_COUNTS_S, Weather

pytestmark = pytest.mark.anyio
SERVICE = ("kma (service)", "kma")


def told(rig: Any) -> list[Any]:
    return [decode(p, InstantActions).actions[0] for p in rig.sent("instantActions")]


async def restarted(rig: Any) -> WeatherService:
    """The service of a server that was started anew over the same database."""
    weather = WeatherService(rig.database, rig.fleet, rig.clock, rig.publish)
    await weather.resume()
    return weather


async def later(rig: Any, team: list[Any], seconds: float) -> None:
    """Vehicles that have said something just now."""
    rig.clock.advance(seconds)
    for vehicle in team:
        await vehicle.at(0)


def row(now_s: float, **changes: Any) -> dict[str, Any]:
    made = dict.fromkeys(RANGES) | {"source": "people", "observed_at_s": now_s, "rain_mmph": 5.0}
    return made | {"reported_at_s": now_s, "reported_by": "minji"} | changes


async def test_a_restarted_server_tells_vehicles_what_was_reported_before(
    rig: Any, team: list[Any]
) -> None:
    await rig.services.weather.report(Weather(gust_mps=25.0), rig.clock.now_s() - 60, "minji")
    before = told(rig)
    rig.clock.advance(10.0)
    again = await restarted(rig)
    view = again.view()
    assert view is not None
    assert (view.gust_mps, view.rain_mmph, view.reported_by) == (25.0, None, ["minji"])
    assert view.observed_at == rig.clock.now_s() - 70
    await again.step()
    after = told(rig)[len(before) :]
    assert len(after) == len(team)
    assert {action.action_id for action in after} == {action.action_id for action in before}


async def test_after_a_restart_an_older_report_is_refused_and_an_old_one_counts_no_more(
    rig: Any,
) -> None:
    observed_s = rig.clock.now_s()
    await rig.services.weather.report(Weather(rain_mmph=5.0), observed_s, "minji")
    again = await restarted(rig)
    with pytest.raises(ConflictError, match="newer"):
        await again.report(Weather(rain_mmph=0.0), observed_s - 1, "minji")
    rig.clock.advance(REPORT_COUNTS_S + 1)
    later = await restarted(rig)
    assert later.view() is None
    assert later.status().counts is None
    assert later.status().age_s == REPORT_COUNTS_S + 1


async def test_one_row_is_kept_however_many_reports_come(rig: Any) -> None:
    for n in range(3):
        rig.clock.advance(1.0)
        await rig.services.weather.report(Weather(rain_mmph=n), rig.clock.now_s(), "minji")
    rows = await rig.database.read(
        lambda connection: connection.execute(sa.select(weather_reports)).mappings().all()
    )
    assert [(r["source"], r["rain_mmph"]) for r in rows] == [("people", 2.0)]


@pytest.mark.parametrize(
    "changes",
    [{"rain_mmph": 1000.0}, {"rain_mmph": None}, {"observed_at_s": 1.9e9}],
    ids=["out of range", "says nothing", "of the future"],
)
async def test_a_kept_row_of_which_nothing_can_be_made_does_not_count(
    rig: Any, changes: dict[str, Any]
) -> None:
    await rig.database.write(put_report, row(rig.clock.now_s(), **changes))
    again = await restarted(rig)
    assert again.view() is None
    await again.report(Weather(rain_mmph=1.0), rig.clock.now_s(), "minji")
    assert again.view() is not None


async def test_of_two_reports_at_once_the_newer_is_kept(rig: Any) -> None:
    weather, now_s = rig.services.weather, rig.clock.now_s()
    answers = await asyncio.gather(
        weather.report(Weather(rain_mmph=9.0), now_s, "minji"),
        weather.report(Weather(rain_mmph=1.0), now_s - 5, "root"),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [type(None), ConflictError]
    view = (await restarted(rig)).view()
    assert view is not None
    assert view.rain_mmph == 9.0


async def test_a_report_that_cannot_be_kept_is_told_to_nobody(
    rig: Any, team: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_arguments: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, OSError("disk full"))

    monkeypatch.setattr(rig.database, "write", full)
    with pytest.raises(sa.exc.OperationalError):
        await rig.services.weather.report(Weather(rain_mmph=9.0), rig.clock.now_s(), "minji")
    assert rig.services.weather.view() is None
    assert told(rig) == []


async def test_what_the_newer_source_does_not_say_is_the_others(rig: Any, team: list[Any]) -> None:
    weather, start_s = rig.services.weather, rig.clock.now_s()
    await weather.report(Weather(visibility_m=15.0), start_s, "minji")
    await later(rig, team, 600.0)
    await weather.report(Weather(rain_mmph=0.0, temperature_c=3.0), start_s + 300, *SERVICE)
    view = weather.view()
    assert view is not None
    assert (view.visibility_m, view.rain_mmph, view.temperature_c) == (15.0, 0.0, 3.0)
    assert view.reported_by == ["kma (service)", "minji"]
    assert told(rig)[-1].parameters()["visibility_m"] == 15.0
    await later(rig, team, REPORT_COUNTS_S - 500.0)  # minji's counts no more
    count = len(told(rig))
    await weather.step()
    action = told(rig)[-1]
    assert len(told(rig)) == count + len(team)
    assert "visibility_m" not in action.parameters()
    assert weather.view().visibility_m is None


async def test_the_service_never_makes_milder_what_people_said(rig: Any) -> None:
    weather, start_s = rig.services.weather, rig.clock.now_s()
    storm = Weather(rain_mmph=40.0, gust_mps=22.0, visibility_m=50.0, temperature_c=1.0)
    await weather.report(storm, start_s, "minji")
    rig.clock.advance(60.0)
    await weather.report(Weather(0.5, 30.0, None, 4.0), start_s + 60, *SERVICE)
    view = weather.view()
    assert (view.rain_mmph, view.gust_mps, view.temperature_c) == (40.0, 30.0, 1.0)
    rig.clock.advance(60.0)
    await weather.report(Weather(rain_mmph=0.0), start_s + 120, "minji")  # people end it
    assert weather.view().rain_mmph == 0.0
    assert weather.view().gust_mps == 30.0


async def test_a_service_may_say_more_of_the_same_hour_but_not_the_same_again(rig: Any) -> None:
    weather, now_s = rig.services.weather, rig.clock.now_s()
    await weather.report(Weather(rain_mmph=1.0), now_s, *SERVICE)
    await weather.report(Weather(rain_mmph=20.0), now_s, *SERVICE)
    assert weather.view().rain_mmph == 20.0
    with pytest.raises(ConflictError):
        await weather.report(Weather(rain_mmph=20.0), now_s, *SERVICE)


async def test_the_status_says_how_old_how_many_and_what_may_be_reported(
    client: httpx.AsyncClient, rig: Any, team: list[Any]
) -> None:
    status = (await client.get("/weather/status")).json()
    assert status["counts"] is None
    assert (status["age_s"], status["vehicles"], status["service"]) == (None, 2, "none")
    assert status["limits"]["rain_mmph"] == [0, 300]
    now_s = rig.clock.now_s()
    await client.post("/weather", json={"observed_at": now_s - 30, "rain_mmph": 2})
    status = (await client.get("/weather/status")).json()
    assert status["age_s"] == 30.0
    assert status["counts"]["rain_mmph"] == 2.0
    assert status["counts"]["reported_by"] == ["minji"]
    assert status["counts"]["vehicles_told"] == 0


async def test_who_may_only_look_sees_it_and_reports_nothing(
    client: httpx.AsyncClient, rig: Any
) -> None:
    await client.post("/session", json={"username": "guest", "password": "correct horse"})
    assert (await client.get("/weather/status")).status_code == 200
    body = {"observed_at": rig.clock.now_s(), "rain_mmph": 2}
    assert (await client.post("/weather", json=body)).status_code == 403
    assert rig.services.weather.view() is None


async def test_news_is_told_at_once_however_short_ago_the_last_report_was(
    rig: Any, team: list[Any]
) -> None:
    await rig.services.weather.report(Weather(rain_mmph=1.0), rig.clock.now_s(), "minji")
    rig.clock.advance(1.0)
    await rig.services.weather.report(Weather(rain_mmph=40.0), rig.clock.now_s(), "minji")
    assert len(told(rig)) == 2 * len(team)
    assert told(rig)[-1].parameters()["rain_mmph"] == 40.0
