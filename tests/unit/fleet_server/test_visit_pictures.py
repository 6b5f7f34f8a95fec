"""Pictures of checkpoints: found by the assignment that asked for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from patrol.incident import capture_name
from patrol.map import PatrolMap
from patrol.vda5050.messages import Order, decode
from tests.unit.fleet_server.driven_vehicle import VEHICLE, Driven, active, divert, on_patrol

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def pictured(rig: Any, square: PatrolMap) -> None:
    """Both checkpoints ask for a picture."""
    asking = [replace(checkpoint, actions=("capture",)) for checkpoint in square.checkpoints]
    rig.maps.set_current(replace(square, checkpoints=tuple(asking)))


def captures(rig: Any) -> list[str]:
    """The pictures that the newest order asks for, as vehicles name them."""
    order = decode(rig.sent("order")[-1], Order)
    actions = [action for node in order.nodes for action in node.actions]
    return [capture_name(a.action_id) for a in actions if a.action_type == "capture"]


async def take(rig: Any, kit: Any, name: str) -> None:
    """A picture in one piece, committed and assembled."""
    content = b"picture " + name.encode()
    (chunk,) = kit.make_chunks(
        content, len(content), kind="checkpoint", incident_id=name, evidence_id=f"ev-{name}"
    )
    await rig.take("evidence", chunk)


async def listed(client: httpx.AsyncClient, assignment_id: str) -> list[tuple[str, str]]:
    found = (await client.get(f"/assignments/{assignment_id}/pictures")).json()
    return [(picture["evidence_id"], picture["checkpoint_id"]) for picture in found]


async def test_an_assignments_pictures_are_listed_with_their_checkpoints(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    (first, *_) = captures(rig)
    for name in (first, f"{patrol}c-1-cp-a-0-0", "9f-1-cp-a-0-0"):
        await take(rig, kit, name)
    assert await listed(client, patrol) == [(f"ev-{first}", "cp-a")]
    (picture,) = (await client.get(f"/assignments/{patrol}/pictures")).json()
    content = (await client.get(picture["url"].removeprefix("/api/v1"))).content
    assert content == b"picture " + first.encode()
    assert await listed(client, "%25") == []
    assert await listed(client, "none") == []


async def test_one_that_a_changed_order_asked_for_is_among_them(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    patrol = await on_patrol(rig)
    (before, *_) = captures(rig)
    await vehicle.go(5.0)
    await divert(rig)
    await vehicle.until(lambda: active(rig).progress.order_number == 2)
    after = active(rig).route.stops[0].further_ids[0]
    for name in (before, after):
        await take(rig, kit, name)
    assert sorted(await listed(client, patrol)) == sorted(
        [(f"ev-{before}", "cp-a"), (f"ev-{after}", "cp-a")]
    )


async def test_those_of_a_plan_for_a_team_are_found_by_the_vehicles_assignment(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    asked = {"name": "Night", "map_id": "square", "vehicle_ids": [VEHICLE], "seed": 1}
    plan = (await client.post("/plans", json=asked)).json()
    (assignment,) = (await client.post(f"/plans/{plan['plan_id']}/start")).json()
    (first, *_) = captures(rig)
    await take(rig, kit, first)
    place = assignment["checkpoints"][0]["checkpoint_id"]
    assert await listed(client, assignment["assignment_id"]) == [(f"ev-{first}", place)]


async def test_a_picture_backs_no_incident(
    client: httpx.AsyncClient, rig: Any, kit: Any, vehicle: Driven
) -> None:
    await take(rig, kit, "0a1b-1-cp-07-0-1")
    assert (await client.get("/incidents?status=all")).json() == []
    assert rig.incident_ids in ([], [{"0a1b-1-cp-07-0-1"}])
