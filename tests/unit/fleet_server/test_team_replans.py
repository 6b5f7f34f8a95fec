"""Started plans that change: what vehicles really have done counts, the rest is sent anew."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from patrol.vda5050.messages import AgvPosition, BatteryState, NodeState
from tests.unit.fleet_server.plan_vehicles import (
    BASE,
    PLAN,
    Vehicle,
    index_of,
    replanned,
    started,
    visits,
)

pytestmark = pytest.mark.anyio


async def test_a_failed_vehicles_checkpoint_goes_to_the_other(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan, _ = await started(client)
    has = {v["vehicle_id"]: [s["task_id"] for s in v["steps"]] for v in plan["vehicles"]}
    assert all(len(tasks) == 2 for tasks in has.values())  # a checkpoint and the dock each
    one, two = team
    await one.follow(2)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    (moved,) = after["moved"]
    assert moved["from_id"] == "sunra/goalie-02"
    assert moved["to_id"] == "sunra/goalie-01"
    assert "failed" in moved["why"]
    assert after["replaces"] == plan["plan_id"]
    assert after["kept"] == []
    assert not one.cancels()  # shown only
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    assert len(one.cancels()) == len(two.cancels()) == 1
    assert len(one.orders()) == 1  # it has not dropped the old one yet
    await one.at(int(one.orders()[0].nodes[2].node_id))
    new = one.orders()[-1]
    assert new.order_id != one.orders()[0].order_id
    assert "cp-a" in visits(new)  # cp-b has nothing to do there: it is passed
    assert new.nodes[0].node_id == one.orders()[0].nodes[2].node_id
    assert len(two.orders()) == 1


async def test_a_vehicle_whose_rest_is_as_it_was_is_left_alone(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan, assignments = await started(client)
    one, two = team
    await one.follow(2)
    away = {"vehicle_id": "sunra/goalie-02", "node_id": 39, "until_s": 20}
    after = await replanned(client, plan, away=[away])
    assert after["kept"] == ["sunra/goalie-01"]
    steps = {v["vehicle_id"]: v["steps"] for v in after["vehicles"]}
    assert steps["sunra/goalie-02"][0]["name"] == "called to node 39"
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    ids = {view["vehicle_id"]: view["assignment_id"] for view in answer.json()}
    before = {view["vehicle_id"]: view["assignment_id"] for view in assignments}
    assert ids["sunra/goalie-01"] == before["sunra/goalie-01"]
    assert not one.cancels()
    assert len(two.cancels()) == 1
    await two.at(0)
    assert len(two.orders()) == 2
    assert visits(two.orders()[-1])[0] == "call"
    # and once more: the first vehicle still drives the first plan's order
    again = await replanned(client, after)
    assert again["kept"] == ["sunra/goalie-01", "sunra/goalie-02"]


async def test_only_what_vehicles_have_reported_counts_as_done(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan, _ = await started(client, vehicle_ids=["sunra/goalie-01"])
    (one, _) = team
    order = one.orders()[0]
    index, action_id = index_of(order, "cp-a")
    await one.follow(index)
    there = await replanned(client, plan)
    assert "cp-a" in {s["task_id"] for s in there["vehicles"][0]["steps"]}
    await one.follow(index, (action_id,))
    after = await replanned(client, plan)
    assert "cp-a" not in {s["task_id"] for s in after["vehicles"][0]["steps"]}
    assert there["kept"] == after["kept"] == ["sunra/goalie-01"]


async def test_a_vehicle_that_comes_back_stands_where_it_is_seen(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan, _ = await started(client, vehicle_ids=["sunra/goalie-01"])
    await team[1].at(23, battery_state=BatteryState(battery_charge=70.0, charging=False))
    after = await replanned(client, plan, back=["sunra/goalie-02"])
    assert {v["vehicle_id"] for v in after["vehicles"]} == {"sunra/goalie-01", "sunra/goalie-02"}
    unknown = await client.post(
        f"/plans/{plan['plan_id']}/replan", json={"back": ["sunra/nobody"]}
    )
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "vehicle_unknown")


@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_vehicle_before_a_closed_stretch_begins_at_the_node_behind_it(
    rig: Any, client: httpx.AsyncClient, team: list[Vehicle], is_closed: bool
) -> None:
    plan, _ = await started(client, vehicle_ids=["sunra/goalie-01"])
    (one, _), order = team, team[0].orders()[-1]
    patrol_map = rig.maps.find("square")
    behind, ahead = (int(order.nodes[i].node_id) for i in (1, 2))
    here, there = patrol_map.nodes[behind], patrol_map.nodes[ahead]
    halfway = AgvPosition(
        x=(here.x_m + there.x_m) / 2, y=(here.y_m + there.y_m) / 2, theta=0.0, map_id="square",
        position_initialized=True,
    )  # fmt: skip
    await one.at(
        behind, order_id=order.order_id, order_update_id=order.order_update_id,
        last_node_sequence_id=order.nodes[1].sequence_id, agv_position=halfway, driving=False,
        node_states=[NodeState(node_id="1", sequence_id=9999, released=True)],
    )  # fmt: skip
    shut = patrol_map.edge_between[behind, ahead].id
    after = await replanned(client, plan, closed=[shut] if is_closed else [])
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    await one.at(behind, agv_position=halfway)
    new = one.orders()[-1]
    if not is_closed:
        assert new.order_id == order.order_id
        return
    assert new.order_id != order.order_id
    assert int(new.nodes[0].node_id) == behind
    assert str(shut) not in [edge.edge_id for edge in new.edges]


async def test_a_plan_that_is_not_started_is_replanned_at_a_time(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan = (await client.post("/plans", json=PLAN)).json()
    after = await replanned(client, plan, now_s=10, closed=[1000])
    assert after["vehicles"][0]["steps"][0]["leave_s"] >= 10
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    again = await replanned(client, after, opened=[1000])
    assert again["replaces"] == after["plan_id"]


@pytest.mark.parametrize("mode", ["coverage", "persistent", "unpredictable"])
async def test_every_mode_replans_and_goes_on(
    client: httpx.AsyncClient, team: list[Vehicle], mode: str
) -> None:
    plan, _ = await started(client, mode=mode, hours=0.5)
    busy = [v["vehicle_id"] for v in plan["vehicles"] if v["steps"]]
    left = next(v for v in team if v.address.vehicle_id != busy[-1])
    before = len(left.orders())
    await left.at(2)
    after = await replanned(client, plan, failed=busy[-1:])
    assert after["moved"]
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    await left.at(2)
    assert len(left.orders()) == before + 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"failed": ["sunra/nobody"]}, 422, "plan_impossible"),
        ({"failed": ["sunra/goalie-01", "sunra/goalie-02"]}, 422, "plan_impossible"),
        ({"closed": [1]}, 422, "plan_impossible"),
        ({"opened": [1000]}, 422, "plan_impossible"),
        ({"now_s": 1e9}, 422, "plan_impossible"),
        ({"now_s": -1}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
        ({"away": [{"vehicle_id": "sunra/goalie-01", "node_id": 999, "until_s": 5}]}, 422,
         "plan_impossible"),
    ],
)  # fmt: skip
async def test_changes_that_cannot_be_say_why(
    client: httpx.AsyncClient,
    team: list[Vehicle],
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    plan = (await client.post("/plans", json=PLAN)).json()
    answer = await client.post(f"/plans/{plan['plan_id']}/replan", json=changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_a_plan_is_started_once_and_replaced_once(
    client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan, _ = await started(client)
    again = await client.post(f"/plans/{plan['plan_id']}/start")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "plan_started")
    first, second = [await replanned(client, plan) for _ in range(2)]
    assert (await client.post(f"/plans/{first['plan_id']}/start")).status_code == 201
    late = await client.post(f"/plans/{second['plan_id']}/start")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "plan_replaced")
    unknown = await client.post("/plans/nothing/replan", json={})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "plan_unknown")


async def test_a_cancel_by_hand_drops_what_was_to_follow(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan, _ = await started(client)
    one, _ = team
    await one.follow(2)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    await client.post(f"/plans/{after['plan_id']}/start")
    await rig.dispatcher.instant_action("sunra/goalie-01", "cancel", "minji")
    await one.at(2)
    assert len(one.orders()) == 1


async def test_a_viewer_replans_nothing(
    app: Any, kit: Any, client: httpx.AsyncClient, team: list[Vehicle]
) -> None:
    plan = (await client.post("/plans", json=PLAN)).json()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as viewer:
        await viewer.post("/session", json={"username": "guest", "password": kit.PASSWORD})
        answer = await viewer.post(f"/plans/{plan['plan_id']}/replan", json={})
    assert answer.status_code == 403
