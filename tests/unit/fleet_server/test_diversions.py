"""Vehicles called away from their patrol to an incident, and back to the exact place."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest

import patrol.vda5050
from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError
from fleet_server.store.audit import select_audit
from patrol.map import PatrolMap
from tests.unit.fleet_server.driven_vehicle import VEHICLE, Driven, active, divert, on_patrol

pytestmark = pytest.mark.anyio
SCHEMAS = Path(patrol.vda5050.__file__).parent / "schemas"
BESIDE_5 = Target("square", 52.0, 6.0, "inc-1")  # node 5 is at (50, 0)


def phases(rig: Any) -> list[str]:
    return [d.phase for d in active(rig).progress.diversions]


def left_at(rig: Any) -> tuple[float, float]:
    diversion = active(rig).progress.diversions[-1]
    return diversion.left_x_m, diversion.left_y_m


async def release(rig: Any) -> None:
    await rig.dispatcher.instant_action(VEHICLE, "release_wait", "minji")


async def audited(rig: Any) -> dict[str, Any]:
    rows = await rig.database.read(select_audit, 50)
    return {row["action"]: row for row in rows}


async def test_it_waits_at_the_incident_and_comes_back_to_the_exact_place(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)  # on the edge from node 6 to node 7
    view = await divert(rig)
    assert (view.assignment_id, view.reason) == (patrol, "stops, to drive to an incident")
    assert [d.phase for d in view.diversions] == ["stopping"]
    await vehicle.until(lambda: phases(rig) == ["driving"])
    left = left_at(rig)
    assert 63.0 < left[0] < 70.0
    assert left[1] == pytest.approx(0.0, abs=1e-6)
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((50, 100))
    assert phases(rig) == ["waiting"]
    await vehicle.go(120.0)
    assert vehicle.awaits_operator  # as long as it takes
    assert vehicle.done == []  # it drives by, and looks at no checkpoint
    since = len(vehicle.track)
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.nearest_m(left, since) < 0.5
    assert vehicle.done == ["cp-a", "cp-b"]
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.reason) == ("finished", None)
    assert all(c.visited_at for c in end.checkpoints)
    assert [(d.phase, d.asked_by) for d in end.diversions] == [("over", "minji")]
    assert vehicle.motion.charging[0]
    row = (await audited(rig))["vehicle_divert"]
    assert (row["username"], row["subject"]) == ("minji", patrol)
    assert row["details"]["vehicle"] == VEHICLE


async def test_an_incident_ahead_is_a_wait_on_the_way(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 23.0)
    await divert(rig, BESIDE_5)
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((50, 0))
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    assert vehicle.motion.driven_m[0] == pytest.approx(400, abs=1)  # once round, no way twice
    assert (await rig.dispatcher.find(patrol)).diversions[0].phase == "over"


async def test_a_visit_under_way_is_made_again_in_full(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.vehicle._todo)
    await vehicle.go(2.0)  # of the five that it stays at cp-a
    assert vehicle.done == []
    await divert(rig)
    await vehicle.until(lambda: vehicle.awaits_operator)
    await release(rig)
    await vehicle.until(lambda: vehicle.xy_m == pytest.approx((100, 0)) and vehicle.vehicle._todo)
    await vehicle.go(4.0)
    assert vehicle.done == []
    await vehicle.go(2.0)
    assert vehicle.done == ["cp-a"]
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_actions_left_after_a_visit_are_done_and_the_visit_is_not(
    rig: Any, vehicle: Driven, square: PatrolMap
) -> None:
    first, *others = square.checkpoints
    waits = replace(first, actions=("waitForOperator",))
    rig.maps.set_current(replace(square, checkpoints=(waits, *others)))
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.done == ["cp-a"]
    await divert(rig)
    await vehicle.until(lambda: phases(rig) == ["waiting"])
    await release(rig)
    await vehicle.until(lambda: vehicle.awaits_operator and phases(rig) == ["over"])
    assert vehicle.xy_m == pytest.approx((100, 0))  # the checkpoint's own wait
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_it_gets_there_and_waits_though_the_link_is_down(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await divert(rig, Target("square", 100.0, 44.0))  # seven nodes on, beyond cp-a
    await vehicle.until(lambda: phases(rig) == ["driving"])
    left = left_at(rig)
    await vehicle.go(1.0)
    vehicle.link_up = False
    await vehicle.go(300.0)
    assert vehicle.awaits_operator
    assert vehicle.xy_m == pytest.approx((100, 40))
    vehicle.link_up = True
    await vehicle.go(2.0)
    since = len(vehicle.track)
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.nearest_m(left, since) < 0.5
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_a_vehicle_that_does_not_stop_goes_on_with_its_patrol(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.go(5.0)
    vehicle.deaf = True
    await divert(rig)
    await vehicle.go(62.0)
    view = await rig.dispatcher.find(patrol)
    assert view.status == "running"
    assert view.reason == (
        "not sent to the incident: the vehicle did not stop in time; the patrol goes on"
    )
    assert view.reason_ko.startswith("사건 현장으로 보내지 못했습니다")
    assert [d.phase for d in view.diversions] == ["given_up"]
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    assert (await rig.dispatcher.find(patrol)).status == "finished"


async def test_a_request_to_stop_that_comes_too_late_loses_nothing(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 13.0)
    vehicle.link_up = False
    await divert(rig)
    await vehicle.go(70.0)
    assert phases(rig) == ["given_up"]
    vehicle.link_up = True  # now it hears of it
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.reason) == ("finished", None)
    assert vehicle.motion.driven_m[0] == pytest.approx(400, abs=1)


async def test_a_vehicle_that_refuses_goes_on_with_its_patrol(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    vehicle.refuses = "its mast is stuck"
    await divert(rig)
    await vehicle.until(lambda: phases(rig) == ["given_up"])
    await vehicle.go(10.0)
    view = await rig.dispatcher.find(patrol)
    assert view.reason == (
        "not sent to the incident: noRouteError: its mast is stuck; the patrol goes on"
    )
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    assert vehicle.motion.driven_m[0] == pytest.approx(400, abs=1)


async def test_a_second_incident_takes_the_place_of_the_first(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await divert(rig)
    await vehicle.until(lambda: phases(rig) == ["driving"])
    left = left_at(rig)
    await vehicle.go(20.0)
    await divert(rig, BESIDE_5)
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((50, 0))
    assert phases(rig) == ["given_up", "waiting"]
    since = len(vehicle.track)
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.nearest_m(left, since) < 0.5  # where it left its patrol, not the first way
    assert vehicle.done == ["cp-a", "cp-b"]


@pytest.mark.parametrize("seconds", [0.3, 1.0, 3.0, 30.0])
async def test_a_server_killed_on_the_way_loses_nothing(
    rig: Any, kit: Any, vehicle: Driven, seconds: float
) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await divert(rig)
    await vehicle.go(seconds)
    await kit.restart(rig)
    await vehicle.until(lambda: vehicle.awaits_operator)
    await release(rig)
    await vehicle.go(5.0)
    await kit.restart(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_a_vehicle_that_loses_its_order_on_the_way_is_sent_again(
    rig: Any, vehicle: Driven
) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await divert(rig)
    await vehicle.until(lambda: phases(rig) == ["driving"])
    await vehicle.go(20.0)
    vehicle.forget()
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((50, 100))
    await release(rig)
    await vehicle.go(20.0)
    vehicle.forget()
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


async def test_it_can_be_cancelled_at_the_incident(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await divert(rig)
    await vehicle.until(lambda: vehicle.awaits_operator)
    await rig.dispatcher.cancel(patrol, "minji")
    await vehicle.until(lambda: active(rig) is None)
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.diversions[0].phase) == ("cancelled", "given_up")


async def test_a_vehicle_on_no_patrol_is_sent_and_returns_to_its_dock(
    rig: Any, vehicle: Driven
) -> None:
    view = await divert(rig, BESIDE_5)
    assert (view.patrol_id, view.checkpoints) == ("incident", [])
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert vehicle.xy_m == pytest.approx((50, 0))
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.xy_m == pytest.approx((0, 0))
    assert vehicle.motion.charging[0]
    end = await rig.dispatcher.find(view.assignment_id)
    assert (end.status, [d.phase for d in end.diversions]) == ("finished", ["over"])


async def test_or_stays_there_when_it_is_not_to_return(rig: Any, vehicle: Driven) -> None:
    view = await rig.dispatcher.divert(BESIDE_5, VEHICLE, False, "minji")
    await vehicle.until(lambda: vehicle.awaits_operator)
    await release(rig)
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.xy_m == pytest.approx((50, 0))
    end = await rig.dispatcher.find(view.assignment_id)
    assert (end.status, [d.phase for d in end.diversions]) == ("finished", ["over"])


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_every_checkpoint_is_visited_once(
    rig: Any, kit: Any, vehicle: Driven, seed: int
) -> None:
    """Diversions at any moment, lost links, deaf and refusing vehicles, a server killed."""
    rng = np.random.default_rng(seed)
    patrol = await on_patrol(rig)
    for _ in range(25):
        await vehicle.go(float(rng.uniform(0.3, 25.0)))
        if active(rig) is None:
            break
        vehicle.link_up, vehicle.deaf = rng.random() > 0.15, rng.random() < 0.1
        vehicle.refuses = "not today" if rng.random() < 0.1 else ""
        what = rng.integers(0, 4)
        with contextlib.suppress(ConflictError):  # as an operator whom the server refuses
            if what == 0:
                x_m, y_m = rng.uniform(-20.0, 120.0, 2)
                await divert(rig, Target("square", float(x_m), float(y_m)))
            elif what == 1:
                await release(rig)
            elif what == 2:
                await kit.restart(rig)
    vehicle.link_up, vehicle.deaf, vehicle.refuses = True, False, ""
    for _ in range(200):
        if active(rig) is None:
            break
        await vehicle.go(20.0)
        if vehicle.awaits_operator:
            await release(rig)
    end = await rig.dispatcher.find(patrol)
    assert end.status == "finished", end
    assert vehicle.done == ["cp-a", "cp-b"]
    assert all(c.visited_at for c in end.checkpoints)
    assert all(d.phase in ("over", "given_up") for d in end.diversions)
    schema = json.loads((SCHEMAS / "order.json").read_text())
    for payload in rig.sent("order"):
        jsonschema_rs.validator_for(schema).validate(json.loads(payload))
