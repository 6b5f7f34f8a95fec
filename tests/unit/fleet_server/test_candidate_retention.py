"""What shows a person search's candidates goes with the case, or soon after a refusal."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fleet_server.config import RetentionConfig
from fleet_server.retention import Retention
from fleet_server.store import candidates as c
from fleet_server.store import tables as t
from patrol.clock import iso_utc
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress
from tests.unit.fleet_server.person_cases import DAY_S, candidate, open_case

pytestmark = pytest.mark.anyio
SECOND = VehicleAddress("gwanak", "sunra", "goalie-02")


@pytest.fixture
def retention(rig: Any) -> Retention:
    return Retention(rig.database, RetentionConfig(), rig.evidence_dir, rig.clock)


async def seen(rig: Any, kit: Any, name: str, case_id: str, kind: str = "still") -> Path:
    """A candidate with a picture, as a vehicle reports it; the picture's file."""
    await candidate(rig, kit, name, case_id, 0.7, x=5.0 + 20 * len(rig.incident_ids))
    return await send(rig, kit, name, f"ev-{name}-{kind}", kind)


async def send(rig: Any, kit: Any, name: str, evidence_id: str, kind: str = "still") -> Path:
    content = evidence_id.encode()
    media_type = "application/age" if kind == "original" else "image/jpeg"
    (chunk,) = kit.make_chunks(
        content, len(content), evidence_id=evidence_id, incident_id=name, kind=kind,
        media_type=media_type, captured_at=iso_utc(rig.clock.now_s()), blurred=kind != "original",
    )  # fmt: skip
    await rig.take("evidence", chunk)
    suffix = ".age" if kind == "original" else ".jpg"
    place = hashlib.sha256(evidence_id.encode()).hexdigest()[:2]
    (file,) = (rig.evidence_dir / place).glob(f"{evidence_id}*{suffix}")
    return file


async def judge(client: httpx.AsyncClient, name: str, verdict: str) -> None:
    answer = await client.post(f"/incidents/{name}/resolve", json={"verdict": verdict})
    assert answer.status_code == 200, answer.text


async def close(client: httpx.AsyncClient, case: dict[str, Any]) -> None:
    path = f"/person-searches/{case['case_id']}/close"
    assert (await client.post(path, json={"outcome": "found"})).status_code == 200


async def rows(rig: Any, table: sa.Table) -> list[dict[str, Any]]:
    found = await rig.database.read(lambda k: k.execute(sa.select(table)).mappings().all())
    return [dict(row) for row in found]


@pytest.mark.parametrize("verdict", ["wrong", "harmless"])
async def test_a_refused_candidates_picture_goes_a_day_after_the_refusal(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention, verdict: str
) -> None:
    case = await open_case(client, rig, expires_at=rig.clock.now_s() + 6 * DAY_S)
    refused = await seen(rig, kit, "refused", case["case_id"])
    waits = await seen(rig, kit, "waits", case["case_id"])
    rig.clock.advance(3600)
    await judge(client, "refused", verdict)
    rig.clock.advance(DAY_S)
    assert await retention.once() == (0, 0), "not before the day is over"
    rig.clock.advance(1)
    assert await retention.once() == (0, 1)
    assert (refused.exists(), waits.exists()) == (False, True)
    assert await retention.once() == (0, 0)


async def test_with_the_end_of_the_case_refused_ones_go_at_once_and_others_stay(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    names = ("refused", "confirmed", "unjudged")
    files = {name: await seen(rig, kit, name, case["case_id"]) for name in names}
    await judge(client, "refused", "wrong")
    await judge(client, "confirmed", "true_alarm")
    await retention.once()
    assert all(file.exists() for file in files.values())
    await close(client, case)
    await retention.once()
    assert {name: file.exists() for name, file in files.items()} == {
        "refused": False, "confirmed": True, "unjudged": True,
    }  # fmt: skip
    await judge(client, "unjudged", "wrong")
    await retention.once()
    assert not files["unjudged"].exists(), "refused after the end: at once"


async def test_it_ends_by_itself_as_well(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    file = await seen(rig, kit, "refused", case["case_id"])
    await judge(client, "refused", "wrong")
    rig.clock.advance(6 * 3600 + 1)
    await rig.services.person_searches.end_expired()
    await retention.once()
    assert not file.exists()


async def test_confirmed_ones_go_with_what_is_personal_of_the_case_and_no_sooner(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    """Neither sooner nor later than the case, whatever ordinary evidence is kept for."""
    config = RetentionConfig(evidence_days=0.5, person_search_days=3)
    retention = Retention(rig.database, config, rig.evidence_dir, rig.clock)
    case = await open_case(client, rig)
    confirmed = await seen(rig, kit, "confirmed", case["case_id"])
    await rig.take("incident", kit.make_incident(1, x=300.0))
    ordinary = await send(rig, kit, "inc-1", "ev-ordinary")
    await judge(client, "confirmed", "true_alarm")
    await close(client, case)
    rig.clock.advance(3 * DAY_S - 1)
    await retention.once()
    assert (confirmed.exists(), ordinary.exists()) == (True, False)
    rig.clock.advance(2)
    await retention.once()
    assert not confirmed.exists()
    trail = [row["action"] for row in await rows(rig, t.audit)]
    assert trail.count(c.ERASED) == trail.count("person_search_erase") == 1


async def test_nothing_of_how_somebody_looked_is_left_and_what_happened_is(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    await seen(rig, kit, "low", case["case_id"])
    assert (await client.get("/evidence/ev-low-still")).status_code == 200
    rig.clock.advance(60)
    await judge(client, "low", "wrong")
    await close(client, case)
    await retention.once()
    (row,) = await rows(rig, t.evidence)
    assert (row["status"], row["path"]) == ("expired", None)
    assert row["sha256"] == hashlib.sha256(b"ev-low-still").hexdigest()
    (incident,) = await rows(rig, t.incidents)
    assert incident["details"] == {"case_id": case["case_id"]}
    assert (incident["verdict"], incident["resolved_by"]) == ("wrong", "minji")
    (revision,) = await rows(rig, t.incident_revisions)
    assert revision["payload"] == b""
    assert (await client.get("/evidence/ev-low-still")).status_code == 404
    view = (await client.get(f"/person-searches/{case['case_id']}")).json()
    (shown,) = view["candidates"]
    assert (shown["incident_id"], shown["evidence"]) == ("low", [])
    told = [(one["username"], one["action"], one["subject"]) for one in view["log"]]
    assert ("minji", "evidence_view", "ev-low-still") in told, "who looked, and when, stays"
    assert ("system", "candidate_erase", "low") in told
    (erased,) = [one for one in view["log"] if one["action"] == "candidate_erase"]
    assert erased["details"] == {"files": 1}


async def test_what_comes_after_the_case_was_erased_goes_with_the_next_round(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    """A vehicle was away for months, and has kept what the server did not have."""
    case = await open_case(client, rig)
    await close(client, case)
    rig.clock.advance(31 * DAY_S)
    await retention.once()
    late = await seen(rig, kit, "late", case["case_id"])
    assert await retention.once() == (0, 1)
    assert not late.exists()
    message = kit.make_incident(
        1, incident_id="late", kind="missing_person", severity="high",
        details={"case_id": case["case_id"], "top_seen": "#c0282d"},
    )  # fmt: skip
    message.revision = 2
    await rig.take("incident", message)
    await retention.once()
    assert [one["payload"] for one in await rows(rig, t.incident_revisions)] == [b"", b""]
    (incident,) = await rows(rig, t.incidents)
    assert incident["details"] == {"case_id": case["case_id"]}


async def test_an_old_message_that_comes_after_the_erasure_is_emptied_too(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    details = {"case_id": case["case_id"], "trousers_seen": "#20242f"}
    same = {"incident_id": "c", "kind": "missing_person", "details": details}
    await rig.take("incident", kit.make_incident(5, **same))
    await judge(client, "c", "wrong")
    await close(client, case)
    await retention.once()
    await rig.take("incident", kit.make_incident(4, **same))
    assert sorted(bool(one["payload"]) for one in await rows(rig, t.incident_revisions)) == [0, 1]
    await retention.once()
    assert [one["payload"] for one in await rows(rig, t.incident_revisions)] == [b"", b""]


async def test_pieces_of_a_file_that_never_became_whole_go_too(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    await candidate(rig, kit, "half", case["case_id"], 0.7)
    first, second = kit.make_chunks(b"two pieces", 5, evidence_id="ev-half", incident_id="half")
    await rig.take("evidence", first)
    await judge(client, "half", "wrong")
    await close(client, case)
    await retention.once()
    assert await rows(rig, t.evidence_chunks) == []
    await rig.take("evidence", second)
    assert await rows(rig, t.evidence_chunks) == [], "and do not come back"


async def test_a_verdict_counts_for_every_report_of_the_event(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    case = await open_case(client, rig)
    first = await seen(rig, kit, "first", case["case_id"])
    place = (await client.get("/incidents/first")).json()["x_m"]
    message = kit.make_incident(
        1, incident_id="second", kind="missing_person", x=place,
        details={"case_id": case["case_id"]},
    )  # fmt: skip
    message.serial_number = SECOND.serial_number
    (chunk,) = kit.make_chunks(b"another", 7, evidence_id="ev-second", incident_id="second")
    chunk.serial_number = SECOND.serial_number
    sent = [(SECOND.topic("incident"), encode(message)), (SECOND.topic("evidence"), encode(chunk))]
    await rig.pipeline._commit(sent)
    assert len((await client.get("/incidents/first")).json()["reports"]) == 2
    await judge(client, "first", "wrong")
    await close(client, case)
    assert await retention.once() == (0, 2)
    assert not first.exists()


async def test_what_was_handed_over_is_kept_no_longer_for_it(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    """112 or 119 has its own copy, under its own law; a released original is the case's, too."""
    case = await open_case(client, rig)
    still = await seen(rig, kit, "found", case["case_id"])
    original = await send(rig, kit, "found", "ev-original", "original")
    note = {"verdict": "true_alarm", "note": "112에 인계"}
    await client.post("/incidents/found/resolve", json=note)
    await close(client, case)
    rig.clock.advance(30 * DAY_S + 1)
    await retention.once()
    assert (still.exists(), original.exists()) == (False, False)
    (incident,) = await rows(rig, t.incidents)
    assert incident["note"] == "112에 인계", "that it was handed over stays"


async def test_candidates_of_no_case_of_ours_are_ordinary(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention
) -> None:
    stray = await seen(rig, kit, "stray", "1999-0001")
    await judge(client, "stray", "wrong")
    rig.clock.advance(29 * DAY_S)
    await retention.once()
    assert stray.exists()
    rig.clock.advance(1 * DAY_S + 1)
    await retention.once()
    assert not stray.exists()


async def test_a_crash_between_file_and_row_is_finished_by_the_next_round(
    client: httpx.AsyncClient, rig: Any, kit: Any, retention: Retention,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case = await open_case(client, rig)
    first = await seen(rig, kit, "a", case["case_id"])
    second = await seen(rig, kit, "b", case["case_id"])
    for name in ("a", "b"):
        await judge(client, name, "wrong")
    await close(client, case)
    unlink = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if self == second:
            raise OSError(30, "Read-only file system")
        unlink(self, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        with pytest.raises(OSError, match="Read-only"):
            await retention.once()
    assert (first.exists(), second.exists()) == (False, True)
    assert await retention.once() == (0, 2)
    assert not second.exists()
    assert {row["status"] for row in await rows(rig, t.evidence)} == {"expired"}


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_both_dialects_take_the_query_for_what_ends_with_a_case(dialect: sa.Dialect) -> None:
    text = str(c.kept_with_their_case().compile(dialect=dialect))
    assert "case_id" in text
    assert "person_searches" in text
