"""Plans for a team over the API: made from where vehicles stand, started as assignments."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from patrol.vda5050.messages import Order

pytestmark = pytest.mark.anyio
BASE = "http://testserver/api/v1"
PLAN = {"name": "Night", "map_id": "square", "vehicle_ids": ["sunra/goalie-01"], "seed": 1}


@pytest.fixture
async def client(app: Any, rig: Any, kit: Any) -> AsyncIterator[httpx.AsyncClient]:
    """An operator, and GOALIE online at node 0."""
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        await client.post("/session", json={"username": "minji", "password": kit.PASSWORD})
        yield client


async def test_a_tour_is_shown_and_then_driven(client: httpx.AsyncClient, rig: Any) -> None:
    answer = await client.post("/plans", json=PLAN)
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    (vehicle,) = plan["vehicles"]
    assert {s["task_id"] for s in vehicle["steps"]} == {"cp-a", "cp-b", "dock"}
    assert vehicle["reason"]
    assert not plan["left_out"]
    assert not rig.sent("order")
    started = await client.post(f"/plans/{plan['plan_id']}/start")
    assert started.status_code == 201, started.text
    (assignment,) = started.json()
    assert assignment["vehicle_id"] == "sunra/goalie-01"
    assert {c["checkpoint_id"] for c in assignment["checkpoints"]} >= {"cp-a"}
    order = msgspec.json.decode(rig.sent("order")[0], type=Order)
    assert order.order_id.startswith(assignment["assignment_id"])
    again = await client.post(f"/plans/{plan['plan_id']}/start")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "plan_started")


@pytest.mark.parametrize("mode", ["coverage", "persistent", "unpredictable"])
async def test_every_mode_can_be_planned_and_started(
    client: httpx.AsyncClient, rig: Any, mode: str
) -> None:
    answer = await client.post("/plans", json={**PLAN, "mode": mode, "hours": 0.5})
    assert answer.status_code == 201, answer.text
    started = await client.post(f"/plans/{answer.json()['plan_id']}/start")
    assert started.status_code == 201, started.text
    assert rig.sent("order")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"map_id": "moon"}, 422, "map_unknown"),
        ({"vehicle_ids": ["sunra/nobody"]}, 404, "vehicle_unknown"),
        ({"vehicle_ids": []}, 422, "invalid"),
        ({"vehicle_ids": ["sunra/goalie-01"] * 2}, 422, "plan_impossible"),
        ({"checkpoint_ids": ["cp-9"]}, 422, "plan_impossible"),
        ({"mode": "coverage", "area": "nowhere"}, 422, "plan_impossible"),
        ({"hours": 0}, 422, "invalid"),
        ({"mode": "guess"}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
    ],
)
async def test_a_plan_that_cannot_be_says_why(
    client: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await client.post("/plans", json={**PLAN, **changes})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_a_plan_with_an_action_that_no_vehicle_can_do_is_not_started(
    client: httpx.AsyncClient, rig: Any, kit: Any
) -> None:
    square = kit.square_map()
    first, *others = square.checkpoints
    dances = dataclasses.replace(first, actions=("dance",))
    rig.maps.set_current(dataclasses.replace(square, checkpoints=(dances, *others)))
    plan = (await client.post("/plans", json=PLAN)).json()
    answer = await client.post(f"/plans/{plan['plan_id']}/start")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "plan_impossible"), answer.text
    assert "cp-a: action 'dance' is none that a vehicle can do" in error["message"]
    assert not rig.sent("order")


async def test_a_busy_vehicle_is_not_sent_again(client: httpx.AsyncClient) -> None:
    plans = [(await client.post("/plans", json=PLAN)).json()["plan_id"] for _ in range(2)]
    assert (await client.post(f"/plans/{plans[0]}/start")).status_code == 201
    answer = await client.post(f"/plans/{plans[1]}/start")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "assignment_active")


async def test_a_viewer_plans_nothing(app: Any, kit: Any) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as viewer:
        await viewer.post("/session", json={"username": "guest", "password": kit.PASSWORD})
        assert (await viewer.post("/plans", json=PLAN)).status_code == 403
