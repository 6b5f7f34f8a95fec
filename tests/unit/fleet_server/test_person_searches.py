"""Person searches: cases, who may see what, what is logged, candidates, and the end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from fleet_server.config import RetentionConfig
from fleet_server.retention import Retention
from fleet_server.store import person_tables as p
from fleet_server.store import tables as t
from patrol.person_search import LONGEST_S
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress
from tests.unit.fleet_server.person_cases import (
    DAY_S,
    NAVY,
    RED,
    UPRIGHT,
    body,
    candidate,
    open_case,
    picture_file,
    text_of,
)

pytestmark = pytest.mark.anyio


# -------------------------------------------------------------------------------------- opening


async def test_a_case_is_opened_and_says_everything(client: httpx.AsyncClient, rig: Any) -> None:
    seen_at = rig.clock.now_s() - 1800
    case = await open_case(
        client, rig, trousers_rgb=NAVY, height_m=[1.5, 1.7], age_group="old", build="slim",
        last_seen={**UPRIGHT, "at": seen_at}, pictures=[text_of(picture_file())],
    )  # fmt: skip
    assert case["case_id"] == "2027-0001"
    assert (case["state"], case["opened_by"], case["outcome"]) == ("open", "minji", None)
    assert (case["top_rgb"], case["trousers_rgb"]) == (RED, NAVY)
    assert (case["height_m"], case["age_group"], case["build"]) == ([1.5, 1.7], "old", "slim")
    assert case["last_seen"]["longitude_deg"] == pytest.approx(126.9301, abs=1e-6)
    assert case["last_seen"]["x_m"] == pytest.approx(8.84, abs=0.1)
    assert case["last_seen"]["at"] == seen_at
    assert (case["picture_count"], len(case["pictures"])) == (1, 1)
    assert case["candidates"] == []
    (listed,) = (await client.get("/person-searches")).json()
    assert (listed["case_id"], listed["reference"]) == ("2027-0001", "112-2027-0115-0042")
    assert "description" not in listed
    assert rig.shown_searches == [("2027-0001", "open")]


async def test_numbers_go_on(client: httpx.AsyncClient, rig: Any) -> None:
    for number in (1, 2, 3):
        assert (await open_case(client, rig))["case_id"] == f"2027-{number:04d}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"top_rgb": None}, "top_rgb"),
        ({"top_rgb": [0.1, 0.2]}, "top_rgb.2"),
        ({"top_rgb": [0.1, 0.2, 1.2]}, "top_rgb.2"),
        ({"trousers_rgb": ["a", 0, 0]}, "trousers_rgb.0"),
        ({"height_m": [1.8, 1.6]}, "height_m"),
        ({"height_m": [0.2, 1.6]}, "height_m.0"),
        ({"age_group": "ancient"}, "age_group"),
        ({"build": "tall"}, "build"),
        ({"expires_at": 0}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"last_seen": {**UPRIGHT, "map_id": "mars", "at": 1.0}}, "last_seen.map_id"),
        ({"last_seen": {**UPRIGHT, "at": 9e9}}, "last_seen.at"),
        ({"last_seen": {**UPRIGHT, "latitude_deg": 91, "at": 1.0}}, "last_seen.latitude_deg"),
        ({"last_seen": UPRIGHT}, "last_seen.at"),
        ({"pictures": ["no base64!"]}, "pictures.0"),
        ({"pictures": [text_of(picture_file()), text_of(b"GIF89a")]}, "pictures.1"),
        ({"pictures": ["", "", "", ""]}, "pictures"),
        ({"name": "nobody is asked for one"}, "name"),
        ({"description": "x" * 2001}, "description"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, rig: Any, changes: dict[str, Any], field: str
) -> None:
    answer = await client.post("/person-searches", json=body(rig, **changes))
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (422, field), error
    assert error["message_ko"]
    assert (await client.get("/person-searches")).json() == []
    assert rig.shown_searches == []


async def test_it_lasts_a_week_at_most(client: httpx.AsyncClient, rig: Any) -> None:
    await open_case(client, rig, expires_at=rig.clock.now_s() + LONGEST_S)
    answer = await client.post(
        "/person-searches", json=body(rig, expires_at=rig.clock.now_s() + LONGEST_S + 1)
    )
    assert answer.json()["error"]["field"] == "expires_at"
    assert "7일" in answer.json()["error"]["message_ko"]


async def test_ten_are_open_at_a_time(client: httpx.AsyncClient, rig: Any) -> None:
    for _ in range(10):
        await open_case(client, rig)
    answer = await client.post("/person-searches", json=body(rig))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_open")


# ------------------------------------------------------------------------------------- pictures


async def test_every_look_at_a_picture_is_logged_and_shown_in_the_case(
    client: httpx.AsyncClient, rig: Any
) -> None:
    case = await open_case(client, rig, pictures=[text_of(picture_file())] * 2)
    second = case["pictures"][1]["url"].removeprefix("/api/v1")
    answer = await client.get(second)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xff\xd8\xff")
    log = (await client.get(f"/person-searches/{case['case_id']}")).json()["log"]
    assert [(line["username"], line["action"]) for line in log] == [
        ("minji", "person_search_view"),
        ("minji", "person_search_picture"),
        ("minji", "person_search_open"),
    ]
    assert log[1]["details"] == {"picture": 2}


@pytest.mark.parametrize("path", ["2027-0001/pictures/x", "2027-0009/pictures/x", "2027-0009"])
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, rig: Any, path: str) -> None:
    await open_case(client, rig, pictures=[text_of(picture_file())])
    assert (await client.get(f"/person-searches/{path}")).status_code == 404


# ----------------------------------------------------------------------------------- amendments


async def test_an_amendment_changes_what_it_gives_and_logs_no_values(
    client: httpx.AsyncClient, rig: Any
) -> None:
    case = await open_case(client, rig, build="slim", pictures=[text_of(picture_file())])
    path = f"/person-searches/{case['case_id']}"
    change = {
        "trousers_rgb": NAVY,
        "build": None,
        "description": "모자를 벗음",
        "add_pictures": [text_of(picture_file((200, 200)))],
        "remove_pictures": [case["pictures"][0]["picture_id"]],
    }
    answer = await client.patch(path, json=change)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert (view["top_rgb"], view["trousers_rgb"], view["build"]) == (RED, NAVY, None)
    assert (view["description"], view["reference"]) == ("모자를 벗음", "112-2027-0115-0042")
    assert view["picture_count"] == 1
    assert view["pictures"][0]["picture_id"] != case["pictures"][0]["picture_id"]
    line = view["log"][0]
    assert line["action"] == "person_search_amend"
    assert line["details"] == {"fields": ["build", "description", "pictures", "trousers_rgb"]}
    assert rig.shown_searches == [("2027-0001", "open")] * 2


async def test_it_may_be_given_more_time_within_the_week(
    client: httpx.AsyncClient, rig: Any
) -> None:
    case = await open_case(client, rig)
    path = f"/person-searches/{case['case_id']}"
    until = case["opened_at"] + LONGEST_S
    assert (await client.patch(path, json={"expires_at": until})).json()["expires_at"] == until
    late = await client.patch(path, json={"expires_at": until + 1})
    assert late.json()["error"]["field"] == "expires_at"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"top_rgb": None}, "top_rgb"),
        ({"expires_at": None}, "expires_at"),
        ({"expires_at": 1.0}, "expires_at"),
        ({"remove_pictures": ["x"]}, "remove_pictures"),
        ({"add_pictures": [text_of(b"x")]}, "add_pictures.0"),
        ({"add_pictures": [text_of(picture_file())] * 3}, "pictures"),
        ({"height_m": [1.9, 1.5]}, "height_m"),
    ],
)
async def test_an_amendment_that_cannot_be_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, rig: Any, change: dict[str, Any], field: str
) -> None:
    given = {} if change == {"top_rgb": None} else {"pictures": [text_of(picture_file())]}
    case = await open_case(client, rig, **given)
    path = f"/person-searches/{case['case_id']}"
    answer = await client.patch(path, json=change)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
    after = (await client.get(path)).json()
    assert [after[name] for name in ("top_rgb", "expires_at", "pictures", "height_m")] == [
        case[name] for name in ("top_rgb", "expires_at", "pictures", "height_m")
    ]


# ------------------------------------------------------------------------------------- the end


@pytest.mark.parametrize("outcome", ["found", "withdrawn", "other"])
async def test_a_closed_case_stays_closed(
    client: httpx.AsyncClient, rig: Any, outcome: str
) -> None:
    case = await open_case(client, rig)
    path = f"/person-searches/{case['case_id']}"
    rig.clock.advance(600)
    done = await client.post(f"{path}/close", json={"outcome": outcome, "note": "댁에 계심"})
    view = done.json()
    assert (view["state"], view["outcome"], view["closed_by"]) == ("ended", outcome, "minji")
    assert view["closed_at"] == rig.clock.now_s()
    assert view["note"] == "댁에 계심"
    assert view["erased_after"] == view["closed_at"] + 30 * DAY_S
    assert view["log"][0]["details"] == {"outcome": outcome}
    again = await client.post(f"{path}/close", json={"outcome": "other"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "search_ended")
    amended = await client.patch(path, json={"top_rgb": NAVY})
    assert (amended.status_code, amended.json()["error"]["code"]) == (409, "search_ended")
    assert rig.shown_searches == [("2027-0001", "open"), ("2027-0001", "ended")]


async def test_it_ends_by_itself(client: httpx.AsyncClient, rig: Any) -> None:
    case = await open_case(client, rig)
    path = f"/person-searches/{case['case_id']}"
    rig.clock.advance(6 * 3600 - 1)
    await rig.services.person_searches.end_expired()
    assert (await client.get(path)).json()["state"] == "open"
    rig.clock.advance(61)
    assert (await client.get(path)).json()["state"] == "ended", "before anybody has looked"
    assert (await client.patch(path, json={"top_rgb": NAVY})).status_code == 409
    await rig.services.person_searches.end_expired()
    await rig.services.person_searches.end_expired()
    view = (await client.get(path)).json()
    assert (view["outcome"], view["closed_by"]) == ("expired", "system")
    assert view["closed_at"] == case["expires_at"]
    closed = [line for line in view["log"] if line["action"] == "person_search_close"]
    assert len(closed) == 1
    assert rig.services.person_searches.open_searches() == []


async def test_what_is_open_outlasts_a_restart(client: httpx.AsyncClient, rig: Any) -> None:
    await open_case(client, rig, pictures=[text_of(picture_file())])
    await open_case(client, rig)
    before = rig.services.person_searches.open_searches()
    rig.services.person_searches._open = []
    await rig.services.person_searches.resume()
    assert rig.services.person_searches.open_searches() == before
    assert [one.search.case_id for one in before] == ["2027-0001", "2027-0002"]


# --------------------------------------------------------------------------------- erased after


async def test_what_is_personal_goes_and_the_case_stays(
    client: httpx.AsyncClient, rig: Any
) -> None:
    case = await open_case(
        client, rig, trousers_rgb=NAVY, height_m=[1.5, 1.7], age_group="old", build="slim",
        last_seen={**UPRIGHT, "at": 1.0}, pictures=[text_of(picture_file())],
    )  # fmt: skip
    still_open = await open_case(client, rig, expires_at=rig.clock.now_s() + LONGEST_S)
    path = f"/person-searches/{case['case_id']}"
    await client.post(f"{path}/close", json={"outcome": "found", "note": "공원에서"})
    retention = Retention(
        rig.database, RetentionConfig(person_search_days=2), rig.evidence_dir, rig.clock
    )
    rig.clock.advance(2 * DAY_S - 1)
    await retention.once()
    rows = await rig.database.read(lambda c: c.execute(sa.select(p.person_searches)).all())
    assert all(row.top_rgb for row in rows)
    rig.clock.advance(2)
    await retention.once()

    def kept(connection: sa.Connection) -> tuple[list[Any], int]:
        rows = connection.execute(
            sa.select(p.person_searches).order_by(p.person_searches.c.case_id)
        )
        count = sa.select(sa.func.count()).select_from(p.person_search_pictures)
        return list(rows.mappings()), connection.execute(count).scalar_one()

    (erased, other), pictures = await rig.database.read(kept)
    assert pictures == 0
    assert other["case_id"] == still_open["case_id"]
    assert other["reference"] is not None
    assert {name: erased[name] for name in p.PERSONAL} == dict.fromkeys(p.PERSONAL)
    assert (erased["case_id"], erased["outcome"]) == ("2027-0001", "found")
    assert erased["erased_at_s"] == rig.clock.now_s()
    personal = {"revision", "opened_at_s", "opened_by", "expires_at_s", "closed_at_s", "closed_by"}
    assert all(erased[name] is not None for name in personal)
    await retention.once()
    trail = await rig.database.read(
        lambda c: c.execute(sa.select(t.audit.c.action)).scalars().all()
    )
    assert trail.count("person_search_erase") == 1


async def test_an_erased_case_can_still_be_looked_at(client: httpx.AsyncClient, rig: Any) -> None:
    case = await open_case(client, rig, pictures=[text_of(picture_file())])
    picture = case["pictures"][0]["url"].removeprefix("/api/v1")
    path = f"/person-searches/{case['case_id']}"
    await client.post(f"{path}/close", json={"outcome": "found"})
    rig.clock.advance(31 * DAY_S)
    await Retention(rig.database, RetentionConfig(), rig.evidence_dir, rig.clock).once()
    await client.post("/session", json={"username": "minji", "password": "correct horse"})
    view = (await client.get(path)).json()
    assert (view["outcome"], view["description"], view["pictures"]) == ("found", None, [])
    assert view["erased_at"] == rig.clock.now_s()
    assert (await client.get(picture)).status_code == 404


# -------------------------------------------------------------------------------- who sees what


async def test_only_who_judges_sees_cases(client: httpx.AsyncClient, rig: Any, kit: Any) -> None:
    case = await open_case(client, rig, pictures=[text_of(picture_file())])
    await client.post("/session", json={"username": "guest", "password": kit.PASSWORD})
    path = f"/person-searches/{case['case_id']}"
    picture = case["pictures"][0]["url"].removeprefix("/api/v1")
    for method, url, sent in (
        ("GET", "/person-searches", None),
        ("GET", path, None),
        ("GET", picture, None),
        ("POST", "/person-searches", body(rig)),
        ("PATCH", path, {"top_rgb": NAVY}),
        ("POST", f"{path}/close", {"outcome": "found"}),
    ):
        answer = await client.request(method, url, json=sent)
        assert answer.status_code == 403, (method, url)
        assert answer.json().get("top_rgb") != RED


# ------------------------------------------------------------------------------------ candidates


async def test_candidates_are_ranked_by_score_and_judged_as_incidents(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    case = await open_case(client, rig)
    other = await open_case(client, rig)
    for name, case_id, score, x in (
        ("low", case["case_id"], 0.41, 5.0),
        ("high", case["case_id"], 0.83, 60.0),
        ("other", other["case_id"], 0.99, 30.0),
    ):
        await candidate(rig, kit, name, case_id, score, x=x)
    path = f"/person-searches/{case['case_id']}"
    view = (await client.get(path)).json()
    assert [one["incident_id"] for one in view["candidates"]] == ["high", "low"]
    assert view["candidates"][0]["details"]["matches"] == "top"
    await client.post("/incidents/low/resolve", json={"verdict": "wrong"})
    await client.post("/incidents/high/resolve", json={"verdict": "true_alarm"})
    view = (await client.get(path)).json()
    assert [one["verdict"] for one in view["candidates"]] == ["true_alarm", "wrong"]
    told = [(line["action"], line["subject"]) for line in view["log"]]
    assert ("incident_resolve", "high") in told
    assert ("incident_resolve", "low") in told
    assert view["state"] == "open", "a verdict closes nothing by itself"


async def test_candidates_of_two_cases_at_one_place_stay_two_incidents(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    first, second = await open_case(client, rig), await open_case(client, rig)
    await candidate(rig, kit, "a", first["case_id"], 0.7)
    message = kit.make_incident(
        1, incident_id="b", kind="missing_person", details={"case_id": second["case_id"]}
    )
    message.serial_number = "goalie-02"
    address = VehicleAddress("gwanak", "sunra", "goalie-02")
    await rig.pipeline._commit([(address.topic("incident"), encode(message))])
    views = [
        (await client.get(f"/person-searches/{one['case_id']}")).json()["candidates"]
        for one in (first, second)
    ]
    assert [[one["incident_id"] for one in view] for view in views] == [["a"], ["b"]]


async def test_a_score_that_is_no_number_counts_as_the_confidence(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    case = await open_case(client, rig)
    for name, score, x in (("text", "high", 5.0), ("none", None, 60.0), ("true", True, 30.0)):
        await candidate(rig, kit, name, case["case_id"], score, x=x)  # type: ignore[arg-type]
    view = (await client.get(f"/person-searches/{case['case_id']}")).json()
    assert len(view["candidates"]) == 3


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_both_dialects_take_the_tables_and_the_search_for_candidates(dialect: sa.Dialect) -> None:
    for table in (p.person_searches, p.person_search_pictures):
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    path = t.incidents.c.details["case_id"].as_string() == "x"
    assert "case_id" in str(path.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
