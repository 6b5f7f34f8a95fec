"""Pictures of checkpoints: found by the assignment that asked for them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def take(rig: Any, kit: Any, content: bytes, **changes: Any) -> None:
    """A file in one piece, committed and assembled."""
    (chunk,) = kit.make_chunks(content, len(content), kind="checkpoint", **changes)
    await rig.take("evidence", chunk)


async def test_an_assignments_pictures_are_listed_with_their_checkpoints(
    client: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any]
) -> None:
    for number, name in enumerate(
        ("0a1b-1-cp-07-0-1", "0a1b-2-cp-a-3-0", "0a1bc-1-cp-07-0-0", "9f-1-cp-07-0-0")
    ):
        await take(rig, kit, b"picture %d" % number, incident_id=name, evidence_id=f"ev-{number}")
    found = (await client.get("/assignments/0a1b/pictures")).json()
    assert [(p["evidence_id"], p["checkpoint_id"]) for p in found] == [
        ("ev-0", "cp-07"),
        ("ev-1", "cp-a"),
    ]
    assert (await client.get(found[0]["url"].removeprefix("/api/v1"))).content == b"picture 0"
    assert (await client.get("/assignments/%25/pictures")).json() == []
    assert (await client.get("/assignments/none/pictures")).json() == []


async def test_a_picture_backs_no_incident(
    client: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any]
) -> None:
    await take(rig, kit, b"picture", incident_id="0a1b-1-cp-07-0-1")
    assert (await client.get("/incidents?status=all")).json() == []
    assert rig.incident_ids in ([], [{"0a1b-1-cp-07-0-1"}])
