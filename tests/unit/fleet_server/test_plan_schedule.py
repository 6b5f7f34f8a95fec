"""Plans that start by themselves at their time, over restarts, or say why they could not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.config import RetentionConfig
from fleet_server.dispatch import plan_schedule
from fleet_server.retention import Retention
from fleet_server.store.plan_tables import plans
from tests.unit.fleet_server.plan_vehicles import PLAN, Vehicle, replanned

pytestmark = pytest.mark.anyio
HOUR_S, DAY_S = 3600.0, 86400.0


async def scheduled(
    client: httpx.AsyncClient, rig: Any, later_s: float = HOUR_S
) -> dict[str, Any]:
    """A plan for later that starts by itself."""
    start = datetime.fromtimestamp(rig.clock.now_s() + later_s, UTC)
    made = await client.post("/plans", json={**PLAN, "start": start.isoformat()})
    assert made.status_code == 201, made.text
    answer = await client.put(f"/plans/{made.json()['plan_id']}/schedule")
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def look(rig: Any, team: list[Vehicle], later_s: float, node_id: int = 0) -> None:
    """Time goes by, the vehicles report, and the server looks for plans that are due."""
    rig.clock.advance(later_s)
    for vehicle in team:
        await vehicle.at(node_id)
    await rig.services.teams.start_due()


async def read(client: httpx.AsyncClient, plan: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/plans/{plan['plan_id']}")).json()
    return found


async def test_a_scheduled_plan_starts_at_its_time_and_not_before(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    assert plan["scheduled_by"] == "minji"
    await look(rig, team, HOUR_S - 60.0)
    assert rig.sent("order") == []
    await look(rig, team, 60.0)
    assert [len(vehicle.orders()) for vehicle in team] == [1, 1]
    begun = await read(client, plan)
    assert begun["started"]
    assert begun["scheduled_by"] is None
    assert begun["start"] == pytest.approx(plan["start"], abs=10.0)
    assert [(p.plan_id, p.started) for p in rig.shown_plans] == [
        (plan["plan_id"], False),
        (plan["plan_id"], True),
    ]
    await look(rig, [], 60.0)
    assert len(rig.sent("order")) == 2  # once only


async def test_a_restarted_server_still_starts_it(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan = await scheduled(client, rig)
    await kit.restart(rig, app)
    assert (await read(client, plan))["scheduled_by"] == "minji"
    await look(rig, team, HOUR_S)
    assert (await read(client, plan))["started"]


async def test_a_vehicle_that_was_moved_drives_to_its_route_first(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    await scheduled(client, rig)
    await look(rig, team, HOUR_S, node_id=38)
    for vehicle in team:
        assert vehicle.orders()[0].nodes[0].node_id == "38"


async def test_a_vehicle_that_is_late_is_waited_for_and_the_operator_reads_why(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    one, two = team
    await look(rig, [one], HOUR_S)  # the other has been silent for an hour
    assert rig.sent("order") == []
    waiting = await read(client, plan)
    assert "goalie-02" in waiting["start_problem"]
    assert waiting["start_problem_ko"]
    assert waiting["scheduled_by"] == "minji"
    assert rig.shown_plans[-1].start_problem == waiting["start_problem"]
    shown = len(rig.shown_plans)
    await look(rig, [one], 60.0)
    assert len(rig.shown_plans) == shown  # the same again is not shown again
    await look(rig, [one, two], 60.0)
    begun = await read(client, plan)
    assert begun["started"]
    assert begun["start_problem"] is None


async def test_after_ten_minutes_it_is_given_up_with_the_reason(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    await look(rig, team[:1], HOUR_S)
    await look(rig, team[:1], 601.0)
    given_up = await read(client, plan)
    assert not given_up["started"]
    assert given_up["scheduled_by"] is None
    assert "goalie-02" in given_up["start_problem"]
    await look(rig, team, 1.0)
    assert rig.sent("order") == []


async def test_a_server_that_was_down_at_the_time_starts_nothing_hours_later(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan = await scheduled(client, rig)
    rig.clock.advance(3 * HOUR_S)
    await kit.restart(rig, app)
    await look(rig, team, 1.0)
    given_up = await read(client, plan)
    assert rig.sent("order") == []
    assert given_up["scheduled_by"] is None
    assert given_up["start_problem"].startswith("the plan should have begun 120 min ago")
    assert given_up["start_problem_ko"]


async def test_who_changes_their_mind_takes_it_back(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    answer = await client.delete(f"/plans/{plan['plan_id']}/schedule")
    assert answer.json()["scheduled_by"] is None
    await look(rig, team, HOUR_S)
    assert rig.sent("order") == []
    by_hand = await client.post(f"/plans/{plan['plan_id']}/start")
    assert by_hand.status_code == 201, by_hand.text


async def test_a_start_by_hand_just_before_is_not_repeated(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    rig.clock.advance(HOUR_S - 30.0)
    for vehicle in team:
        await vehicle.at(0)
    assert (await client.post(f"/plans/{plan['plan_id']}/start")).status_code == 201
    await look(rig, [], 60.0)
    assert len(rig.sent("order")) == 2
    assert (await read(client, plan))["start_problem"] is None


async def test_the_plan_that_takes_its_place_is_the_one_that_starts(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await scheduled(client, rig)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    answer = await client.put(f"/plans/{after['plan_id']}/schedule")
    assert answer.status_code == 200, answer.text
    assert (await read(client, plan))["scheduled_by"] is None
    await look(rig, team, HOUR_S)
    assert (await read(client, after))["started"]
    assert not (await read(client, plan))["started"]


async def test_one_that_begins_now_or_has_begun_is_not_scheduled(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = (await client.post("/plans", json=PLAN)).json()
    answer = await client.put(f"/plans/{plan['plan_id']}/schedule")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "plan_begins")
    assert answer.json()["error"]["message_ko"]
    await client.post(f"/plans/{plan['plan_id']}/start")
    answer = await client.put(f"/plans/{plan['plan_id']}/schedule")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "plan_started")


async def test_a_viewer_schedules_nothing(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any
) -> None:
    plan = await scheduled(client, rig)
    await client.post("/session", json={"username": "guest", "password": kit.PASSWORD})
    for call in (client.put, client.delete):
        assert (await call(f"/plans/{plan['plan_id']}/schedule")).status_code == 403


async def test_a_plan_that_can_no_longer_be_read_is_given_up(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    await scheduled(client, rig)
    values = sa.update(plans).values(map_hash="0" * 64)
    await rig.database.write(lambda c: c.execute(values).rowcount)
    await kit.restart(rig, app)
    await look(rig, team, HOUR_S)
    (summary,) = (await client.get("/plans")).json()
    assert "plan again" in summary["start_problem"]
    assert summary["scheduled_by"] is None


async def test_it_does_not_expire_before_its_time(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any
) -> None:
    plan = await scheduled(client, rig, 40 * DAY_S)
    rig.clock.advance(31 * DAY_S)
    await client.post("/session", json={"username": "minji", "password": kit.PASSWORD})
    await Retention(rig.database, RetentionConfig(), rig.evidence_dir, rig.clock).once()
    assert (await read(client, plan))["scheduled_by"] == "minji"


async def test_a_coverage_of_streets_is_driven_from_its_begin_wherever_the_vehicle_stands(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    start = datetime.fromtimestamp(rig.clock.now_s() + HOUR_S, UTC)
    asked = {**PLAN, "mode": "coverage", "start": start.isoformat()}
    plan = (await client.post("/plans", json=asked)).json()
    await client.put(f"/plans/{plan['plan_id']}/schedule")
    await look(rig, team, HOUR_S, node_id=3)
    routes = {a.vehicle_id: a.route for a in rig.dispatcher._following.active.values()}
    assert routes
    for planned in plan["vehicles"]:
        if planned["steps"]:
            route = routes[planned["vehicle_id"]]
            assert set(planned["edge_ids"]) <= set(route.edge_ids)
            assert route.node_ids[0] == 3


async def test_the_plan_before_the_one_before_does_not_start_either(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    first = await scheduled(client, rig)
    second = await replanned(client, first, failed=["sunra/goalie-02"])
    third = await replanned(client, second)
    answer = await client.put(f"/plans/{third['plan_id']}/schedule")
    assert answer.status_code == 200, answer.text
    assert (await read(client, first))["scheduled_by"] is None
    await look(rig, team, HOUR_S)
    assert [(await read(client, p))["started"] for p in (first, second, third)] == [
        False, False, True,
    ]  # fmt: skip


async def test_a_database_that_is_busy_is_asked_again(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await scheduled(client, rig)

    def locked(*_: Any) -> None:
        raise sa.exc.OperationalError("UPDATE plans", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(plan_schedule, "select_due", locked)
        await look(rig, team, HOUR_S)
    assert not (await read(client, plan))["started"]
    await look(rig, team, 1.0)
    assert (await read(client, plan))["started"]
