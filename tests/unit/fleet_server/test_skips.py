"""Checkpoints that an operator has left out, while the vehicle drives on or after a stop."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.store.audit import select_audit
from patrol.vda5050.messages import InstantActions, decode
from tests.unit.fleet_server.driven_vehicle import VEHICLE, Driven, active, on_patrol

pytestmark = pytest.mark.anyio


async def skip(rig: Any, checkpoint_id: str) -> Any:
    return await rig.dispatcher.skip(active(rig).assignment_id, checkpoint_id, "minji")


def cancels(rig: Any) -> int:
    sent = [decode(payload, InstantActions) for payload in rig.sent("instantActions")]
    return sum(a.action_type == "cancelOrder" for message in sent for a in message.actions)


async def test_one_that_is_released_is_left_out_after_a_stop(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    view = await skip(rig, "cp-a")
    assert view.reason == "stops, to leave a checkpoint out"
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-b"]
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.reason) == ("finished", "left out: cp-a")
    assert end.reason_ko == "건너뜀: cp-a"
    assert [(c.skipped, bool(c.visited_at)) for c in end.checkpoints] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert vehicle.motion.driven_m[0] == pytest.approx(400, abs=1)  # there is no shorter way
    rows = await rig.database.read(select_audit, 20)
    row = next(row for row in rows if row["action"] == "checkpoint_skip")
    assert (row["username"], row["subject"]) == ("minji", patrol)
    assert row["details"] == {"vehicle": VEHICLE, "checkpoint": "cp-a"}


async def test_one_that_is_not_released_is_left_out_without_a_stop(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig, checkpoint_ids=["cp-b"])
    await vehicle.go(10.0)
    update = active(rig).progress.order_update_id
    await skip(rig, "cp-b")
    assert active(rig).progress.order_update_id == update + 1
    await vehicle.go(1.0)
    assert vehicle.vehicle._update_id == update + 1  # stitched to the base
    assert vehicle.motion.speed_mps[0] > 1.0
    await vehicle.until(lambda: active(rig) is None)
    assert cancels(rig) == 0
    assert vehicle.done == []
    assert vehicle.motion.charging[0]
    assert (await rig.dispatcher.find(patrol)).reason == "left out: cp-b"


async def test_none_is_left_out_before_the_last_update_was_taken(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig, checkpoint_ids=["cp-b"])
    await vehicle.go(5.0)
    update = active(rig).progress.order_update_id
    rig.broker_up = False
    await vehicle.until(lambda: active(rig).progress.order_update_id > update)
    rig.broker_up = True
    with pytest.raises(ConflictError, match="just getting another order"):
        await skip(rig, "cp-b")  # its update would not begin where the vehicle's base ends
    await vehicle.go(10.0)
    await skip(rig, "cp-b")
    await vehicle.until(lambda: active(rig) is None)
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.reason) == ("finished", "left out: cp-b")


async def test_one_is_offered_only_when_it_can_be_left_out(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig)

    async def offered() -> bool:
        view = await rig.dispatcher.find(patrol)
        assert view.next_checkpoint_id == "cp-a"
        return bool(view.skippable)

    assert not await offered()  # the vehicle has not taken the order
    await vehicle.until(lambda: vehicle.xy_m[0] > 83.0)
    assert await offered()
    await rig.dispatcher.divert(Target("square", 100.0, 20.0), VEHICLE, True, "minji")
    assert not await offered()  # it stops
    await vehicle.until(lambda: vehicle.awaits_operator)
    assert await offered()  # the way to it is not released
    active(rig).progress.released_to = active(rig).route.last_index
    await rig.dispatcher._following.save(active(rig))
    assert not await offered()
    await rig.dispatcher.cancel(patrol, "minji")
    assert not await offered()


async def test_the_way_to_it_is_left_out_too_where_there_is_a_shorter_one(
    rig: Any, vehicle: Driven
) -> None:
    await on_patrol(rig, checkpoint_ids=["cp-a", "cp-b", "cp-a"])
    await vehicle.until(lambda: vehicle.done == ["cp-a"])
    route = active(rig).route
    await skip(rig, "cp-b")
    await vehicle.go(10.0)
    assert active(rig).route.length_m <= route.length_m
    await vehicle.until(lambda: active(rig) is None, 2000.0)
    assert vehicle.done == ["cp-a", "cp-a"]


async def test_the_last_one_without_a_dock_ends_the_patrol(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig, to_dock=False, checkpoint_ids=["cp-a"])
    await vehicle.until(lambda: vehicle.xy_m[0] > 63.0)
    await skip(rig, "cp-a")
    await vehicle.until(lambda: active(rig) is None)
    assert (await rig.dispatcher.find(patrol)).status == "finished"
    assert vehicle.xy_m == pytest.approx((70, 0))  # the end of the edge it was on


async def test_the_visit_under_way_can_be_left_out(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.vehicle._todo)
    await skip(rig, "cp-a")
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-b"]


async def test_it_must_be_the_next_one(rig: Any, vehicle: Driven) -> None:
    patrol = await on_patrol(rig, to_dock=False, checkpoint_ids=["cp-a"])
    with pytest.raises(ConflictError, match="just getting another order"):
        await skip(rig, "cp-a")
    await vehicle.go(5.0)
    with pytest.raises(ConflictError, match="next checkpoint is cp-a, not cp-b"):
        await skip(rig, "cp-b")
    with pytest.raises(NotFoundError, match="no assignment 'nothing'"):
        await rig.dispatcher.skip("nothing", "cp-a", "minji")
    await vehicle.until(lambda: active(rig) is None)
    with pytest.raises(ConflictError, match="finished already"):
        await rig.dispatcher.skip(patrol, "cp-a", "minji")


async def test_none_is_left_out_while_it_is_away_at_an_incident(rig: Any, vehicle: Driven) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 95.0)
    await rig.dispatcher.divert(Target("square", 100.0, 20.0), VEHICLE, True, "minji")
    await vehicle.until(lambda: vehicle.awaits_operator)
    progress, released_to = active(rig).progress, active(rig).progress.released_to
    progress.released_to = active(rig).route.last_index  # as on a short way
    with pytest.raises(ConflictError, match="leave checkpoints out when it is back"):
        await skip(rig, "cp-a")
    progress.released_to = released_to
    await rig.dispatcher.instant_action(VEHICLE, "release_wait", "minji")
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]


@pytest.mark.parametrize("refuses", ["", "its mast is stuck"])
async def test_a_vehicle_that_does_not_follow_visits_it_all_the_same(
    rig: Any, vehicle: Driven, refuses: str
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 23.0)
    vehicle.refuses, vehicle.deaf = refuses, not refuses
    await skip(rig, "cp-a")
    await vehicle.go(20.0)
    if refuses:
        assert (await rig.dispatcher.find(patrol)).reason == (
            "the checkpoint was not left out: noRouteError: its mast is stuck; the patrol goes on"
        )
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    assert not any(c.skipped for c in (await rig.dispatcher.find(patrol)).checkpoints)


async def test_one_left_out_while_it_is_away_leaves_the_exact_place_in(
    rig: Any, vehicle: Driven
) -> None:
    await on_patrol(rig)
    await vehicle.until(lambda: vehicle.xy_m[0] > 83.0)
    await rig.dispatcher.divert(Target("square", 100.0, 20.0), VEHICLE, True, "minji")
    await vehicle.until(lambda: vehicle.awaits_operator)
    left = active(rig).progress.diversions[0]
    progress, released_to = active(rig).progress, active(rig).progress.released_to
    assert progress.released_to < active(rig).route.back_index
    await skip(rig, "cp-a")
    assert active(rig).progress.released_to == released_to
    since = len(vehicle.track)
    await rig.dispatcher.instant_action(VEHICLE, "release_wait", "minji")
    await vehicle.until(lambda: active(rig) is None, 2000.0)
    assert vehicle.nearest_m((left.left_x_m, left.left_y_m), since) < 0.5
    assert vehicle.done == ["cp-b"]
    assert cancels(rig) == 1  # for the incident


async def test_a_visit_that_is_done_before_the_vehicle_stands_counts(
    rig: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    await vehicle.until(lambda: vehicle.vehicle._todo)
    vehicle.deaf = True
    await skip(rig, "cp-a")
    await vehicle.go(5.0)
    vehicle.deaf = False
    await vehicle.until(lambda: active(rig) is None)
    assert vehicle.done == ["cp-a", "cp-b"]
    end = await rig.dispatcher.find(patrol)
    assert (end.status, end.reason) == ("finished", None)
    assert not any(c.skipped for c in end.checkpoints)
