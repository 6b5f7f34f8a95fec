"""The city's lights: what is taken, refused and named, and who may tell and see them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, get_args

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.accounts import RIGHTS
from fleet_server.api.models import Role
from fleet_server.signals.feed import LOST_AFTER_S, MAX_AGE_S
from fleet_server.signals.promises import DISTRUSTED_S
from fleet_server.store import tables
from patrol.map import Crosswalk
from patrol.signals import AHEAD_AT_MOST_S, MovementPhase
from tests.unit.fleet_server.plan_vehicles import BASE

pytestmark = pytest.mark.anyio
WALK, RED = "protected-Movement-Allowed", "stop-And-Remain"
CLEARANCE = "protected-clearance"


@pytest.fixture(autouse=True)
def crossing(rig: Any, kit: Any) -> None:
    """The map has two lights."""
    walks = (
        Crosswalk("cw-1", "", (1001,), True, "light-1"),
        Crosswalk("cw-2", "", (1002,), True, "light-2"),
        Crosswalk("cw-3", "", (1003,), False, None),
    )
    rig.maps.set_current(replace(kit.square_map(), crosswalks=walks))


@pytest.fixture
async def city(app: Any, kit: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The city's service account, logged in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        await client.post("/session", json={"username": "signals", "password": kit.PASSWORD})
        yield client


def phase(rig: Any, signal_id: str = "light-1", what: str = WALK, **more: Any) -> dict[str, Any]:
    return {
        "signal_id": signal_id, "observed_at": rig.clock.now_s(), "phase": what, **more
    }  # fmt: skip


async def tell(city: httpx.AsyncClient, *phases: dict[str, Any]) -> Any:
    answer = await city.post("/signals", json={"phases": list(phases)})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_what_the_city_tells_is_seen_with_its_age(
    city: httpx.AsyncClient, client: httpx.AsyncClient, rig: Any
) -> None:
    assert (await client.get("/signals")).json() == []
    answer = await tell(city, phase(rig, time_left_s=12.5), phase(rig, "light-2", RED))
    assert answer == {"accepted": 2, "unknown": [], "refused": []}
    rig.clock.advance(1.5)
    first, second = (await client.get("/signals")).json()
    assert first == {
        "signal_id": "light-1", "map_ids": ["square"], "phase": WALK, "light": "walk",
        "observed_at": rig.clock.now_s() - 1.5, "age_s": 1.5, "time_left_s": 12.5,
        "keeps_word": True, "current": True,
    }  # fmt: skip
    assert (second["light"], second["time_left_s"]) == ("dont_walk", None)
    rig.clock.advance(MAX_AGE_S)
    assert [s["current"] for s in (await client.get("/signals")).json()] == [False, False]


async def test_an_unknown_signal_is_named_and_loses_no_other(
    city: httpx.AsyncClient, rig: Any
) -> None:
    answer = await tell(
        city, phase(rig, "elsewhere"), phase(rig), phase(rig, "elsewhere"), phase(rig, "cw-3")
    )
    assert (answer["accepted"], answer["unknown"]) == (1, ["elsewhere", "cw-3"])


@pytest.mark.parametrize(
    ("shift_s", "reason", "words"),
    [
        (-(MAX_AGE_S + 0.1), "late", "2.10 s old by this server's clock, at most 2 s"),
        (AHEAD_AT_MOST_S + 0.1, "ahead", "0.60 s ahead of this server's clock, at most 0.5 s"),
    ],
)
async def test_a_stamp_that_is_not_of_now_is_refused_by_name(
    city: httpx.AsyncClient, rig: Any, shift_s: float, reason: str, words: str
) -> None:
    off = {**phase(rig), "observed_at": rig.clock.now_s() + shift_s}
    answer = await tell(city, phase(rig, "light-2"), off)
    assert answer["accepted"] == 1
    (refused,) = answer["refused"]
    assert (refused["index"], refused["signal_id"]) == (1, "light-1")
    assert (refused["reason"], refused["message"]) == (reason, f"observed_at: {words}")


async def test_what_is_not_newer_changes_nothing(
    city: httpx.AsyncClient, client: httpx.AsyncClient, rig: Any
) -> None:
    await tell(city, phase(rig, what=RED))
    older = {**phase(rig), "observed_at": rig.clock.now_s() - 1.0}
    answer = await tell(city, older, phase(rig))  # before it, and at the very same time
    assert answer["accepted"] == 0
    assert [r["reason"] for r in answer["refused"]] == ["not_newer", "not_newer"]
    assert "is not after" in answer["refused"][0]["message"]
    assert (await client.get("/signals")).json()[0]["phase"] == RED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phase": "green"}, "phases.1.phase"),
        ({"phase": 6}, "phases.1.phase"),
        ({"time_left_s": -0.1}, "phases.1.time_left_s"),
        ({"time_left_s": 3600.1}, "phases.1.time_left_s"),  # TimeMark 36001: not known
        ({"time_left_s": "12"}, "phases.1.time_left_s"),
        ({"observed_at": True}, "phases.1.observed_at"),
        ({"observed_at": "2027-01-15T08:00:00Z"}, "phases.1.observed_at"),
        ({"signal_id": ""}, "phases.1.signal_id"),
        ({"colour": "green"}, "phases.1.colour"),
    ],
)
async def test_a_malformed_phase_is_named_by_index_and_field(
    city: httpx.AsyncClient, rig: Any, change: dict[str, Any], field: str
) -> None:
    body = {"phases": [phase(rig), {**phase(rig, "light-2"), **change}]}
    answer = await city.post("/signals", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["field"] == field
    assert error["message"].startswith(f"{field}: ")
    assert rig.services.signals.views() == []


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["observed_at", "time_left_s"])
async def test_no_number_that_is_none_gets_in(
    city: httpx.AsyncClient, rig: Any, field: str, value: str
) -> None:
    at_s = rig.clock.now_s()
    body = f'{{"phases":[{{"signal_id":"light-1","phase":"{WALK}","observed_at":{at_s}}}]}}'
    body = body.replace(f'"observed_at":{at_s}', f'"observed_at":{at_s},"time_left_s":1.0')
    number = f"{at_s}" if field == "observed_at" else "1.0"
    spoilt = body.replace(f'"{field}":{number}', f'"{field}":{value}')
    assert spoilt != body
    header = {"Content-Type": "application/json"}
    answer = await city.post("/signals", content=spoilt, headers=header)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, f"phases.0.{field}")


@pytest.mark.parametrize("username", ["guest", "minji", "officer", "root"])
async def test_no_person_tells_lights(app: Any, rig: Any, kit: Any, username: str) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as person:
        await person.post("/session", json={"username": username, "password": kit.PASSWORD})
        answer = await person.post("/signals", json={"phases": [phase(rig)]})
        assert answer.status_code == 403
    assert rig.services.signals.views() == []


async def test_the_citys_account_may_do_that_and_nothing_else(
    city: httpx.AsyncClient, app: Any
) -> None:
    own = {("/health", "get"), ("/session", "get"), ("/session", "post"), ("/session", "delete")}
    tried = 0
    for path, methods in app.openapi()["paths"].items():
        short = path.removeprefix("/api/v1")
        for method in methods:
            if (short, method) in own or (short, method) == ("/signals", "post"):
                continue
            answer = await city.request(method, short.replace("{", "").replace("}", ""))
            assert answer.status_code == 403, (method, path, answer.text)
            tried += 1
    assert tried >= 40
    assert set(RIGHTS) == set(get_args(Role))
    assert all("look" in rights for role, rights in RIGHTS.items() if role != "city_signals")


async def test_first_contact_and_loss_are_logged_and_no_message_is_audited(
    city: httpx.AsyncClient, rig: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fleet_server.signals.feed")
    feed = rig.services.signals
    feed.look()
    for _ in range(3):
        await tell(city, phase(rig), phase(rig, "elsewhere"))
        rig.clock.advance(1.0)
        feed.look()
    rig.clock.advance(LOST_AFTER_S)
    feed.look()
    feed.look()
    await tell(city, phase(rig))
    assert [record.getMessage() for record in caplog.records] == [
        "signal_unknown signal='elsewhere' user=signals",
        "signals_heard user=signals signals=1 silent_s=ever",
        "signals_lost silent_s=6.0 signals=1",
        "signals_heard user=signals signals=1 silent_s=6.0",
    ]
    rows = await rig.database.read(
        lambda connection: connection.execute(sa.select(tables.audit.c.action)).scalars().all()
    )
    assert set(rows) <= {"log_in"}


async def test_health_counts_what_is_told_now(city: httpx.AsyncClient, rig: Any) -> None:
    feed = rig.services.signals
    assert (feed.age_s(), feed.told_now()) == (None, 0)
    await tell(city, phase(rig), phase(rig, "light-2"))
    await tell(city, phase(rig))
    assert (feed.age_s(), feed.told_now()) == (0.0, 2)
    assert (feed.counters.taken, feed.counters.refused) == (2, 1)
    rig.clock.advance(MAX_AGE_S + 0.1)
    assert feed.told_now() == 0


async def cycle(city: httpx.AsyncClient, rig: Any, said_s: float, lasts_s: float) -> None:
    """Walk with a time left, second by second, then clearance, then red."""
    for second in range(round(lasts_s)):
        left_s = max(0.0, said_s - second)
        await tell(city, phase(rig, time_left_s=left_s))
        rig.clock.advance(1.0)
    await tell(city, phase(rig, what=CLEARANCE))
    rig.clock.advance(1.0)
    await tell(city, phase(rig, what=RED))
    rig.clock.advance(1.0)


async def test_a_signal_whose_red_comes_too_early_is_believed_no_time_left(
    city: httpx.AsyncClient, rig: Any, caplog: pytest.LogCaptureFixture
) -> None:
    feed = rig.services.signals
    await cycle(city, rig, said_s=8.0, lasts_s=8.0)
    assert feed.views()[0].keeps_word
    await cycle(city, rig, said_s=80.0, lasts_s=8.0)  # tenths of a second
    await cycle(city, rig, said_s=80.0, lasts_s=8.0)
    broken = [r.getMessage() for r in caplog.records if "breaks_word" in r.getMessage()]
    assert broken == ["signal_breaks_word signal=light-1 red_too_early_s=71.0"]
    await tell(city, phase(rig, time_left_s=80.0), phase(rig, "light-2", time_left_s=5.0))
    first, second = feed.views()
    assert (first.time_left_s, first.keeps_word, first.light) == (None, False, "walk")
    assert (second.time_left_s, second.keeps_word) == (5.0, True)
    rig.clock.advance(DISTRUSTED_S + 1)
    await tell(city, phase(rig, time_left_s=8.0))
    assert feed.views()[0].time_left_s == 8.0


async def test_a_walk_that_lasts_longer_than_was_said_breaks_no_word(
    city: httpx.AsyncClient, rig: Any
) -> None:
    await cycle(city, rig, said_s=3.0, lasts_s=9.0)
    await tell(city, phase(rig, what=MovementPhase.DARK), phase(rig, "light-2"))
    assert all(view.keeps_word for view in rig.services.signals.views())
