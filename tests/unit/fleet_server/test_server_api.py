"""The REST contract, through ASGI without a socket."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fleet_server.api.app import create_api

pytestmark = pytest.mark.anyio
BASE = "http://testserver/api/v1"


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.fixture
async def operator(client: httpx.AsyncClient, kit: Any) -> httpx.AsyncClient:
    await log_in(client, kit, "minji")
    return client


async def log_in(client: httpx.AsyncClient, kit: Any, username: str) -> dict[str, Any]:
    answer = await client.post("/session", json={"username": username, "password": kit.PASSWORD})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_log_in_gives_a_cookie_and_a_token(client: httpx.AsyncClient, kit: Any) -> None:
    answer = await client.post("/session", json={"username": "minji", "password": kit.PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await client.get("/session")).json() == {
        "user": {"username": "minji", "role": "operator", "language": "ko"}
    }
    client.cookies.clear()
    assert (await client.get("/session")).status_code == 401
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (await client.get("/session", headers=bearer)).status_code == 200


async def test_log_out_ends_the_session(operator: httpx.AsyncClient) -> None:
    cookies = dict(operator.cookies)
    assert (await operator.delete("/session")).status_code == 204
    operator.cookies.update(cookies)
    answer = await operator.get("/vehicles")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session_over")


async def test_session_ends_by_itself(operator: httpx.AsyncClient, rig: Any) -> None:
    rig.clock.advance(13 * 3600)
    assert (await operator.get("/vehicles")).status_code == 401


async def test_wrong_password_and_unknown_user_look_the_same(client: httpx.AsyncClient) -> None:
    answers = [
        await client.post("/session", json={"username": name, "password": "wrong"})
        for name in ("minji", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_failed_log_ins_are_limited(client: httpx.AsyncClient, rig: Any, kit: Any) -> None:
    for _ in range(10):
        await client.post("/session", json={"username": "minji", "password": "wrong"})
    right = {"username": "minji", "password": kit.PASSWORD}
    assert (await client.post("/session", json=right)).status_code == 429
    rig.clock.advance(61)
    assert (await client.post("/session", json=right)).status_code == 200


PUBLIC = {("/health", "get"), ("/session", "post")}


async def test_nothing_without_a_log_in(client: httpx.AsyncClient, app: Any) -> None:
    tried = 0
    for path, methods in app.openapi()["paths"].items():
        short = path.removeprefix("/api/v1")
        for method in methods:
            if (short, method) in PUBLIC:
                continue
            url = re.sub(r"{.*?}", "x", short)
            answer = await client.request(method, url, json={} if method == "post" else None)
            assert answer.status_code == 401, (method, path)
            assert answer.json()["error"]["code"] == "not_logged_in"
            tried += 1
    assert tried >= 18


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/patrols", {"name": "P", "map_id": "square", "checkpoint_ids": ["cp-a"]}),
        ("POST", "/incidents/x/acknowledge", {}),
        ("GET", "/audit", None),
    ],
)
async def test_viewer_only_looks(
    client: httpx.AsyncClient, kit: Any, method: str, path: str, body: Any
) -> None:
    await log_in(client, kit, "guest")
    assert (await client.get("/vehicles")).status_code == 200
    assert (await client.request(method, path, json=body)).status_code == 403


async def test_admin_adds_a_user_who_can_log_in(client: httpx.AsyncClient, kit: Any) -> None:
    await log_in(client, kit, "root")
    new = {"username": "yuna", "password": "a long password", "role": "viewer"}
    assert (await client.post("/users", json=new)).status_code == 201
    assert (await client.post("/users", json=new)).status_code == 409
    assert "yuna" in [user["username"] for user in (await client.get("/users")).json()]
    short = await client.post("/users", json=new | {"username": "x", "password": "short"})
    assert short.json()["error"]["field"] == "password"
    answer = await client.post(
        "/session", json={"username": "yuna", "password": "a long password"}
    )
    assert answer.json()["user"]["role"] == "viewer"
    assert (await client.get("/users")).status_code == 403


async def test_foreign_origin_cannot_act(operator: httpx.AsyncClient) -> None:
    body = {"name": "P", "map_id": "square", "checkpoint_ids": ["cp-a"]}
    foreign = {"Origin": "https://evil.example"}
    answer = await operator.post("/patrols", json=body, headers=foreign)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    own = await operator.post("/patrols", json=body, headers={"Origin": "http://testserver"})
    assert own.status_code == 201


async def test_answers_carry_security_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.json()["broker"] == "up"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_page_says_how_to_build_the_console(client: httpx.AsyncClient) -> None:
    answer = await client.get("http://testserver/")
    assert "sunra prepare" in answer.text


async def test_built_console_is_served(rig: Any, tmp_path: Any) -> None:
    (tmp_path / "index.html").write_text("<html>console</html>")
    transport = httpx.ASGITransport(create_api(rig.services, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert "console" in (await client.get("/")).text
        assert (await client.get("/api/v1/health")).status_code == 200


async def test_unknown_path_and_field_have_the_same_shape(operator: httpx.AsyncClient) -> None:
    missing = await operator.get("/nothing")
    assert missing.json()["error"]["code"] == "not_found"
    wrong = await operator.post("/patrols", json={"name": "", "extra": 1})
    assert wrong.status_code == 422
    assert set(wrong.json()["error"]) == {"code", "message", "message_ko", "field"}


async def test_patrols_are_made_listed_and_deleted(operator: httpx.AsyncClient) -> None:
    new = {"name": "밤 순찰", "map_id": "square", "checkpoint_ids": ["cp-a"], "order": "best"}
    made = await operator.post("/patrols", json=new)
    assert made.status_code == 201
    patrol = made.json()
    assert (await operator.get("/patrols")).json() == [patrol]
    assert (await operator.delete(f"/patrols/{patrol['patrol_id']}")).status_code == 204
    assert (await operator.get("/patrols")).json() == []
    assert (await operator.delete(f"/patrols/{patrol['patrol_id']}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [({"map_id": "mars"}, "map_id"), ({"checkpoint_ids": ["cp-z"]}, "checkpoint_ids")],
)
async def test_patrol_of_unknown_things_is_refused(
    operator: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    new = {"name": "P", "map_id": "square", "checkpoint_ids": ["cp-a"]} | change
    answer = await operator.post("/patrols", json=new)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


async def test_map_picture_has_every_layer(operator: httpx.AsyncClient) -> None:
    (card,) = (await operator.get("/maps")).json()
    west, south, east, north = card["bounds_wgs84"]
    assert 126.9 < west < east < 127.0
    assert 37.4 < south < north < 37.5
    picture = (await operator.get("/maps/square")).json()
    layers = {feature["properties"]["layer"] for feature in picture["features"]}
    assert layers == {"node", "edge", "checkpoint", "dock"}
    assert (await operator.get("/maps/mars")).status_code == 404


async def test_assignment_from_click_to_list(
    operator: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state(1))
    new = {"name": "P", "map_id": "square", "checkpoint_ids": ["cp-a", "cp-b"]}
    patrol_id = (await operator.post("/patrols", json=new)).json()["patrol_id"]
    body = {"patrol_id": patrol_id, "manufacturer": "sunra", "serial_number": "goalie-01"}
    made = await operator.post("/assignments", json=body)
    assert made.status_code == 201
    assignment = made.json()
    assert assignment["status"] == "sent"
    assert len(assignment["route"]) == 41
    again = await operator.post("/assignments", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "assignment_active")
    (vehicle,) = (await operator.get("/vehicles")).json()
    assert vehicle["assignment_id"] == assignment["assignment_id"]
    assert (await operator.get("/assignments")).json() == [assignment]
    path = f"/assignments/{assignment['assignment_id']}/cancel"
    assert (await operator.post(path)).json()["reason"] == "cancelling"


async def test_vehicle_view_tells_age_place_and_faults(
    operator: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    from patrol.vda5050.messages import Error, Information

    fault = Error(error_type="gnss_lost", error_level="WARNING")
    waiting = Information(
        info_type="waiting", info_level="INFO", info_description="traffic to pass"
    )
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state(1, errors=[fault], information=[waiting]))
    rig.clock.advance(4)
    view = (await operator.get("/vehicles/sunra/goalie-01")).json()
    assert view["state_age_s"] == 4.0
    assert view["connection"] == "ONLINE"
    assert view["position"]["longitude_deg"] == pytest.approx(126.93)
    assert view["errors"][0]["text_en"] == "No GNSS fix"
    assert (view["waiting_for"], view["waiting_for_ko"]) == ("traffic to pass", "차량 통과")
    rig.clock.advance(20)
    assert (await operator.get("/vehicles")).json()[0]["connection"] == "CONNECTIONBROKEN"
    track = (await operator.get("/vehicles/sunra/goalie-01/track")).json()
    assert len(track) == 1
    assert track[0][2] == kit.START_S


async def test_incident_is_acknowledged_resolved_and_audited(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    await log_in(client, kit, "root")
    await rig.take("incident", kit.make_incident(1))
    await rig.take("evidence", kit.make_chunk(b"picture"))
    (incident,) = (await client.get("/incidents")).json()
    assert incident["title_ko"] == "쓰러진 사람"
    assert incident["status"] == "open"
    picture = await client.get("http://testserver" + incident["evidence"][0]["url"])
    assert picture.content == b"picture"
    assert picture.headers["content-type"] == "image/jpeg"
    seen = await client.post("/incidents/inc-1/acknowledge", json={"note": "going"})
    assert (await client.get("/incidents/inc-1")).json()["status"] == "acknowledged"
    assert (seen.json()["acknowledged_by"], seen.json()["note"]) == ("root", "going")
    done = await client.post("/incidents/inc-1/resolve", json={"verdict": "harmless"})
    assert (done.json()["status"], done.json()["verdict"]) == ("resolved", "harmless")
    assert (await client.get("/incidents")).json() == []
    assert len((await client.get("/incidents?status=all")).json()) == 1
    twice = await client.post("/incidents/inc-1/resolve", json={"verdict": "wrong"})
    assert twice.status_code == 409
    trail = [line["action"] for line in (await client.get("/audit")).json()]
    assert trail[:3] == ["incident_resolve", "incident_acknowledge", "evidence_view"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/incidents/none/acknowledge", {}),
        ("POST", "/incidents/none/resolve", {"verdict": "wrong"}),
        ("GET", "/evidence/none", None),
        ("GET", "/vehicles/a/b", None),
        ("GET", "/assignments/none", None),
        ("POST", "/assignments/none/cancel", None),
        ("POST", "/vehicles/a/b/actions", {"action": "pause"}),
    ],
)
async def test_unknown_things_are_404(
    operator: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    answer = await operator.request(method, path, json=body)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


async def test_verdict_must_be_one_of_three(operator: httpx.AsyncClient) -> None:
    answer = await operator.post("/incidents/x/resolve", json={"verdict": "maybe"})
    assert answer.json()["error"]["field"] == "verdict"
