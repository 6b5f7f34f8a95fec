"""Plans outlast a restart: started, replanned and handed over afterwards; and when they begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.api.plan_models import NewPlan
from fleet_server.config import RetentionConfig, load_fleet_config
from fleet_server.dispatch import kept_plans
from fleet_server.errors import InvalidError
from fleet_server.opening import planning_setup
from fleet_server.retention import Retention
from fleet_server.store.plan_tables import next_routes, plans
from navigation.planning.fleet.priorities import HourRule, PriorityConfig
from patrol.errors import ConfigError
from tests.unit.fleet_server.plan_vehicles import (
    PLAN,
    Vehicle,
    replanned,
    started,
    visits,
)

pytestmark = pytest.mark.anyio
DAY_S = 86400.0


async def made(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/plans", json={**PLAN, **changes})
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


def at(rig: Any, later_s: float = 0.0) -> datetime:
    return datetime.fromtimestamp(rig.clock.now_s() + later_s, UTC)


def same(read: Any, written: Any) -> None:
    """Equal, times and lengths to a few milliseconds and millimetres."""
    if isinstance(written, dict):
        assert read.keys() == written.keys()
        for key, value in written.items():
            same(read[key], value)
    elif isinstance(written, list):
        assert len(read) == len(written)
        for one, other in zip(read, written, strict=True):
            same(one, other)
    elif isinstance(written, float):
        assert read == pytest.approx(written, abs=0.01)
    else:
        assert read == written


# ------------------------------------------------------------------------------- restarts


async def test_a_server_restarted_after_each_step_plans_starts_and_replans(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan = await made(client)
    await kit.restart(rig, app)
    assert (await client.get(f"/plans/{plan['plan_id']}")).json() == plan
    answer = await client.post(f"/plans/{plan['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    await kit.restart(rig, app)
    one, two = team
    await one.follow(2)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    assert after["moved"][0]["to_id"] == "sunra/goalie-01"
    await kit.restart(rig, app)
    assert (await client.get(f"/plans/{after['plan_id']}")).json() == after
    answer = await client.post(f"/plans/{after['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    assert len(one.cancels()) == len(two.cancels()) == 1
    await kit.restart(rig, app)  # the new route waits until the vehicle has dropped the old one
    assert len(one.orders()) == 1
    await one.at(int(one.orders()[0].nodes[2].node_id))
    assert "cp-a" in visits(one.orders()[-1])
    assert len(one.orders()) == 2
    await kit.restart(rig, app)
    await one.at(3)
    assert len(one.orders()) == 2  # once only
    old = await client.post(f"/plans/{plan['plan_id']}/start")
    assert (old.status_code, old.json()["error"]["code"]) == (409, "plan_started")
    again = await replanned(client, after)
    assert again["replaces"] == after["plan_id"]


async def test_a_vehicle_that_is_off_line_after_a_restart_is_waited_for(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan, _ = await started(client)
    one, _ = team
    await one.follow(2)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    await client.post(f"/plans/{after['plan_id']}/start")
    here = int(one.orders()[0].nodes[2].node_id)
    await rig.database.write(_drop_assignments)
    rig.clock.advance(3600.0)
    await kit.restart(rig, app)
    await rig.dispatcher.step_all()
    assert len(one.orders()) == 1
    await one.at(here)
    assert len(one.orders()) == 2


def _drop_assignments(connection: sa.Connection) -> None:
    """As if the vehicles had dropped them at the very end of the last run."""
    connection.execute(sa.text("UPDATE assignments SET status = 'cancelled'"))


async def test_a_cancel_by_hand_is_remembered_too(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan, _ = await started(client)
    one, _ = team
    await one.follow(2)
    after = await replanned(client, plan, failed=["sunra/goalie-02"])
    await client.post(f"/plans/{after['plan_id']}/start")
    await rig.dispatcher.instant_action("sunra/goalie-01", "cancel", "minji")
    assert await rig.database.read(lambda c: c.execute(sa.select(next_routes)).all()) == []
    await kit.restart(rig, app)
    await one.at(2)
    assert len(one.orders()) == 1


@pytest.mark.parametrize("mode", ["coverage", "persistent", "unpredictable"])
async def test_a_plan_of_every_mode_is_read_back_as_it_was(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any, mode: str
) -> None:
    plan = await made(client, mode=mode, hours=0.5)
    await kit.restart(rig, app)
    same((await client.get(f"/plans/{plan['plan_id']}")).json(), plan)
    after = await replanned(client, plan, now_s=30, failed=["sunra/goalie-02"])
    assert [v["vehicle_id"] for v in after["vehicles"]] == ["sunra/goalie-01"]


async def test_more_plans_than_memory_holds_are_still_there(
    client: httpx.AsyncClient, team: list[Vehicle], monkeypatch: pytest.MonkeyPatch, rig: Any
) -> None:
    monkeypatch.setattr(kept_plans, "IN_MEMORY", 1)
    ids = []
    for _ in range(3):
        ids.append((await made(client))["plan_id"])
        rig.clock.advance(1.0)
    listed = (await client.get("/plans")).json()
    assert [summary["plan_id"] for summary in listed] == ids[::-1]
    assert listed[0]["vehicle_ids"] == PLAN["vehicle_ids"]
    assert not listed[0]["started"]
    answer = await client.post(f"/plans/{ids[0]}/start")
    assert answer.status_code == 201, answer.text
    listed = (await client.get("/plans")).json()
    assert [summary["started"] for summary in listed] == [False, False, True]


async def test_a_route_that_waits_is_forgotten_when_the_next_plan_leaves_its_vehicle_out(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan, _ = await started(client)
    one, two = team
    await one.follow(2)
    second = await replanned(client, plan, failed=["sunra/goalie-02"])
    await client.post(f"/plans/{second['plan_id']}/start")
    await two.at(0)  # it has dropped its route; the other has not yet
    third = await replanned(client, second, failed=["sunra/goalie-01"], back=["sunra/goalie-02"])
    answer = await client.post(f"/plans/{third['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    await one.at(2)
    assert len(one.orders()) == 1


async def test_a_plan_whose_map_is_gone_says_so(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    plan = await made(client)
    values = sa.update(plans).values(map_hash="0" * 64)
    await rig.database.write(lambda c: c.execute(values).rowcount)
    await kit.restart(rig, app)
    answer = await client.get(f"/plans/{plan['plan_id']}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "map_unknown")
    assert answer.json()["error"]["message_ko"]


async def test_old_plans_expire_but_not_while_they_are_driven(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    await made(client)
    driven, _ = await started(client)
    rig.clock.advance(31 * DAY_S)
    retention = Retention(rig.database, RetentionConfig(), rig.evidence_dir, rig.clock)
    await retention.once()
    left = await rig.database.read(lambda c: c.execute(sa.select(plans.c.plan_id)).all())
    assert left == [(driven["plan_id"],)]


# ------------------------------------------------------------------------------- the start


async def test_a_plan_begins_now_and_says_its_times_by_the_clock(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await made(client)
    assert plan["start"] == rig.clock.now_s()
    for vehicle in plan["vehicles"]:
        assert vehicle["end_at"] == pytest.approx(plan["start"] + vehicle["end_s"], abs=0.01)
        for step in vehicle["steps"]:
            for name in ("leave", "arrive", "begin", "end"):
                wanted = plan["start"] + step[f"{name}_s"]
                assert step[f"{name}_at"] == pytest.approx(wanted, abs=0.01)
    rig.clock.advance(98.0)
    for vehicle in team:
        await vehicle.at(0)
    answer = await client.post(f"/plans/{plan['plan_id']}/start")
    assert answer.status_code == 201, answer.text
    begun = (await client.get(f"/plans/{plan['plan_id']}")).json()
    assert begun["start"] == plan["start"] + 100.0
    assert {v["assignment_id"] is None for v in begun["vehicles"]} == {False}


async def test_the_start_has_an_offset_and_lies_ahead(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    seoul = at(rig, 3600.0).astimezone(timezone(timedelta(hours=9)))
    plan = await made(client, start=seoul.isoformat())
    assert plan["start"] == pytest.approx(rig.clock.now_s() + 3600.0)
    naive = at(rig, 3600.0).replace(tzinfo=None).isoformat()
    for text in (naive, at(rig, -3600.0).isoformat(), "tonight"):
        answer = await client.post("/plans", json={**PLAN, "start": text})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "start"), text
        assert answer.json()["error"]["message_ko"]


async def test_a_plan_is_started_when_it_begins_and_not_much_earlier_or_later(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any
) -> None:
    plan = await made(client, start=at(rig, 3600.0).isoformat())
    early = await client.post(f"/plans/{plan['plan_id']}/start")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "plan_early")
    other = await made(client, start=at(rig, 60.0).isoformat())
    rig.clock.advance(3600.0)
    for vehicle in team:
        await vehicle.at(0)
    late = await client.post(f"/plans/{other['plan_id']}/start")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "plan_late")
    answer = await client.post(f"/plans/{plan['plan_id']}/start")
    assert answer.status_code == 201, answer.text


# ------------------------------------------------------------------------------- weights


async def test_what_happened_near_a_checkpoint_raises_its_weight(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    near_a = rig.maps.find("square").nodes[10]
    incidents = [
        kit.make_incident(incident_id=f"inc-{n}", x=near_a.x_m, y=near_a.y_m) for n in range(3)
    ]
    await rig.take("incident", *incidents)
    await rig.services.incidents.resolve("inc-2", "minji", "wrong", None)
    teams = kit.make_teams(
        rig.database, rig.fleet, rig.maps, rig.dispatcher, rig.clock, history_days=30.0
    )
    request = {**PLAN, "vehicle_ids": ["sunra/goalie-01"], "mode": "persistent", "hours": 0.5}
    plain = await made(client, **request)
    weighed = await teams.plan(NewPlan.model_validate(request), "minji")
    assert plain["incidents"] == 0
    assert weighed.incidents == 2  # the wrong one does not count
    assert weighed.figures != plain["figures"]


async def test_rules_by_hour_count_at_the_start_of_the_plan(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any
) -> None:
    hour = at(rig).astimezone(timezone(timedelta(hours=9))).hour
    rule = HourRule(("cp-a",), f"{(hour + 2) % 24:02d}:00-{(hour + 5) % 24:02d}:00", 3.0)
    teams = kit.make_teams(
        rig.database, rig.fleet, rig.maps, rig.dispatcher, rig.clock,
        priorities={"square": PriorityConfig((rule,))},
    )  # fmt: skip
    request = {**PLAN, "vehicle_ids": ["sunra/goalie-01"], "mode": "persistent", "hours": 0.5}
    now = await teams.plan(NewPlan.model_validate(request), "minji")
    later = {**request, "start": at(rig, 3 * 3600.0).isoformat()}
    then = await teams.plan(NewPlan.model_validate(later), "minji")
    assert now.figures["worst_idleness_s"] != then.figures["worst_idleness_s"]


def test_priorities_are_read_at_the_start_of_the_server(tmp_path: Path) -> None:
    rules = tmp_path / "night.yaml"
    rules.write_text('hours:\n- {checkpoints: [cp-a], windows: "21:00-05:00", factor: 2}\n')
    file = tmp_path / "fleet.yaml"
    file.write_text(f"planning:\n  priorities:\n  - {{map_id: square, file: {rules}}}\n")
    setup = planning_setup(load_fleet_config(file))
    assert setup.priorities["square"].hours[0].factor == 2.0
    assert setup.history_days == 90.0
    rules.write_text("hours: 3\n")
    with pytest.raises(ConfigError, match=r"night\.yaml"):
        planning_setup(load_fleet_config(file))


async def test_a_rule_for_a_checkpoint_that_the_map_has_not_is_refused(
    client: httpx.AsyncClient, team: list[Vehicle], rig: Any, kit: Any, app: Any
) -> None:
    rule = HourRule(("cp-x",), "00:00-24:00", 3.0)
    teams = kit.make_teams(
        rig.database, rig.fleet, rig.maps, rig.dispatcher, rig.clock,
        priorities={"square": PriorityConfig((rule,))},
    )  # fmt: skip
    with pytest.raises(InvalidError, match="cp-x"):
        await teams.plan(NewPlan.model_validate(PLAN), "minji")
