"""Sealed originals: asked for by a privacy officer, for a reason, and seen by nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from patrol.vda5050.messages import InstantActions, decode
from patrol.vda5050.release import Release, read_release

pytestmark = pytest.mark.anyio
REASON = {"reason": "112 case 4711, asked by letter"}
URL = "/incidents/inc-1/originals"


@pytest.fixture
async def officer(client: httpx.AsyncClient, kit: Any) -> httpx.AsyncClient:
    await log_in(client, kit, "officer")
    return client


async def log_in(client: httpx.AsyncClient, kit: Any, username: str) -> None:
    answer = await client.post("/session", json={"username": username, "password": kit.PASSWORD})
    assert answer.status_code == 200, answer.text


def asked(rig: Any) -> list[Release]:
    sent = [decode(p, InstantActions).actions[0] for p in rig.sent("instantActions")]
    return [read_release(action) for action in sent if action.action_type == "releaseOriginal"]


async def trail(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/audit")).json()


async def test_the_vehicles_that_saw_it_are_asked_and_the_reason_is_kept(
    officer: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any]
) -> None:
    await rig.take("incident", kit.make_incident())
    answer = await officer.post(URL, json=REASON)
    assert answer.status_code == 202, answer.text
    assert answer.json()["asked"] == ["sunra/goalie-01"]
    assert asked(rig) == [Release("inc-1", "officer", REASON["reason"])]
    newest = (await trail(officer))[0]
    assert (newest["action"], newest["subject"]) == ("original_request", "inc-1")
    assert newest["details"]["reason"] == REASON["reason"]


@pytest.mark.parametrize("username", ["minji", "guest", "root"])
async def test_nobody_else_may_ask_or_look(
    client: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any], username: str
) -> None:
    await rig.take("incident", kit.make_incident())
    (chunk,) = kit.make_chunks(
        b"sealed", 6, kind="original", media_type="application/age", blurred=False
    )
    await rig.take("evidence", chunk)
    await log_in(client, kit, username)
    assert (await client.post(URL, json=REASON)).status_code == 403
    assert asked(rig) == []
    assert (await client.get("/evidence/ev-1")).status_code == 403
    await log_in(client, kit, "officer")
    picture = await client.get("/evidence/ev-1")
    assert (picture.content, picture.headers["content-type"]) == (b"sealed", "application/age")
    looks = [line for line in await trail(client) if line["subject"] == "ev-1"]
    assert [(line["username"], line["action"]) for line in looks] == [
        ("officer", "evidence_view"),
        (username, "original_refused"),
    ]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "112"}, {"reason": "x" * 501}])
async def test_without_a_reason_nothing_is_asked(
    officer: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any], body: dict[str, str]
) -> None:
    await rig.take("incident", kit.make_incident())
    answer = await officer.post(URL, json=body)
    assert answer.status_code == 422
    assert "reason" in answer.text
    assert asked(rig) == []


async def test_a_vehicle_that_is_away_is_said_to_be(
    officer: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    await rig.take("incident", kit.make_incident())
    answer = await officer.post(URL, json=REASON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "vehicle_away")
    assert (await officer.post("/incidents/none/originals", json=REASON)).status_code == 404


async def test_a_record_of_the_evidence_is_served_to_everyone(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    await rig.take("incident", kit.make_incident())
    await rig.take(
        "evidence", *kit.make_chunks(b"{}", 2, kind="record", media_type="application/json")
    )
    record = await client.get("/evidence/ev-1")
    assert (record.content, record.headers["content-type"]) == (b"{}", "application/json")
