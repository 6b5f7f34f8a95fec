"""Looks at evidence: why somebody looks is asked once a case is over, and kept on the trail."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress

pytestmark = pytest.mark.anyio
SECOND = VehicleAddress("gwanak", "sunra", "goalie-02")
PICTURE = "/evidence/ev-1"


@pytest.fixture
async def seen(client: httpx.AsyncClient, rig: Any, kit: Any) -> httpx.AsyncClient:
    """An incident with a picture."""
    await rig.take("incident", kit.make_incident())
    await rig.take("evidence", kit.make_chunk(b"picture"))
    return client


async def resolve(client: httpx.AsyncClient) -> None:
    answer = await client.post("/incidents/inc-1/resolve", json={"verdict": "true_alarm"})
    assert answer.status_code == 200


async def looks(client: httpx.AsyncClient) -> list[tuple[str, str | None, str | None]]:
    found = (await client.get("/incidents/inc-1/looks")).json()
    return [(one["username"], one["purpose"], one["note"]) for one in found]


async def test_while_it_waits_for_its_verdict_who_looks_is_answering(
    seen: httpx.AsyncClient,
) -> None:
    assert (await seen.get(PICTURE)).content == b"picture"
    await seen.post("/incidents/inc-1/acknowledge", json={})
    assert (await seen.get(PICTURE)).status_code == 200
    assert await looks(seen) == [("minji", "answering", None)] * 2


async def test_another_purpose_may_be_given_while_it_waits(seen: httpx.AsyncClient) -> None:
    asked = {"purpose": "handover", "note": " 119 구급대 "}
    assert (await seen.get(PICTURE, params=asked)).status_code == 200
    assert await looks(seen) == [("minji", "handover", "119 구급대")]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "purpose_missing", "purpose"),
        ({"purpose": "answering"}, "purpose_invalid", "purpose"),
        ({"purpose": "curiosity"}, "invalid", "purpose"),
        ({"purpose": ""}, "invalid", "purpose"),
        ({"purpose": "other"}, "purpose_missing", "note"),
        ({"purpose": "other", "note": "  abc "}, "purpose_missing", "note"),
        ({"purpose": "review", "note": "x" * 301}, "invalid", "note"),
    ],
)
async def test_of_a_resolved_incident_nothing_is_shown_without_a_purpose(
    seen: httpx.AsyncClient, asked: dict[str, str], code: str, field: str
) -> None:
    await resolve(seen)
    answer = await seen.get(PICTURE, params=asked)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, code, field)
    assert error["message_ko"]
    assert await looks(seen) == []


async def test_the_refusal_names_the_incident_and_what_may_be_given(
    seen: httpx.AsyncClient,
) -> None:
    await resolve(seen)
    message = (await seen.get(PICTURE)).json()["error"]["message"]
    assert message == (
        "purpose: incident inc-1 is resolved; say why it is looked at: "
        "handover, review, subject_request, other"
    )


@pytest.mark.parametrize(
    ("purpose", "note"),
    [
        ("handover", "112-2027-0042"), ("review", None), ("subject_request", "열람 청구 7"),
        ("other", "교육 자료 확인"),
    ],
)  # fmt: skip
async def test_a_look_with_a_purpose_is_kept_with_it(
    seen: httpx.AsyncClient, purpose: str, note: str | None
) -> None:
    await resolve(seen)
    asked = {"purpose": purpose} | ({"note": note} if note else {})
    assert (await seen.get(PICTURE, params=asked)).content == b"picture"
    assert await looks(seen) == [("minji", purpose, note)]
    (line,) = [one for one in (await audit(seen)) if one["subject"] == "ev-1"]
    assert line["details"] == asked


async def audit(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    await client.post("/session", json={"username": "root", "password": "correct horse"})
    found: list[dict[str, Any]] = (await client.get("/audit")).json()
    return found


async def test_the_newest_look_stands_first_and_everybody_is_named(
    seen: httpx.AsyncClient, kit: Any
) -> None:
    await seen.get(PICTURE)
    await resolve(seen)
    await seen.post("/session", json={"username": "guest", "password": kit.PASSWORD})
    await seen.get(PICTURE, params={"purpose": "review"})
    assert await looks(seen) == [("guest", "review", None), ("minji", "answering", None)]


async def test_a_further_report_counts_as_its_event_does(
    seen: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    message = kit.make_incident(1, incident_id="inc-2")
    (chunk,) = kit.make_chunks(b"another", 7, evidence_id="ev-2", incident_id="inc-2")
    message.serial_number = chunk.serial_number = SECOND.serial_number
    sent = [(SECOND.topic("incident"), encode(message)), (SECOND.topic("evidence"), encode(chunk))]
    await rig.pipeline._commit(sent)
    await resolve(seen)
    answer = await seen.get("/evidence/ev-2")
    assert answer.status_code == 422
    assert "incident inc-1 is resolved" in answer.json()["error"]["message"]
    await seen.get("/evidence/ev-2", params={"purpose": "review"})
    (look,) = (await seen.get("/incidents/inc-2/looks")).json()
    assert (look["evidence_id"], look["kind"], look["refused"]) == ("ev-2", "still", False)


async def test_a_refused_look_at_an_original_is_in_the_record(
    seen: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    (chunk,) = kit.make_chunks(
        b"sealed", 6, evidence_id="ev-o", kind="original", media_type="application/age",
        blurred=False,
    )  # fmt: skip
    await rig.take("evidence", chunk)
    await resolve(seen)
    assert (await seen.get("/evidence/ev-o", params={"purpose": "review"})).status_code == 403
    (look,) = (await seen.get("/incidents/inc-1/looks")).json()
    assert (look["refused"], look["purpose"]) == (True, None)
    await seen.post("/session", json={"username": "officer", "password": kit.PASSWORD})
    assert (await seen.get("/evidence/ev-o")).status_code == 422, "the officer says why, too"
    asked = {"purpose": "handover", "note": "관악경찰서 공문 12"}
    assert (await seen.get("/evidence/ev-o", params=asked)).content == b"sealed"


async def test_a_picture_of_a_visit_needs_no_purpose(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    (chunk,) = kit.make_chunks(b"a door", 6, kind="checkpoint", incident_id="a-1-0-0")
    await rig.take("evidence", chunk)
    assert (await client.get(PICTURE)).content == b"a door"
    (line,) = [one for one in (await audit(client)) if one["subject"] == "ev-1"]
    assert line["details"] == {}


async def test_looks_of_no_incident_are_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/incidents/none/looks")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "incident_unknown")
