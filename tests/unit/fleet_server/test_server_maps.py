"""Versions, publications and what dispatch makes of them, over real services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet_server.api.map_models import NewPublication
from fleet_server.api.models import NewPatrol
from fleet_server.errors import ConflictError, InvalidError, NotFoundError
from fleet_server.ingest.decode import decode_message
from fleet_server.maps import MapLibrary
from fleet_server.publishing.following import PublicationFollowing
from fleet_server.publishing.service import MapPublishing
from fleet_server.publishing.transfer import MapTransfer
from fleet_server.publishing.versions import take_given
from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.extension import MapChunk, MapRequest
from patrol.vda5050.map_transfer import Transfer, unpack
from patrol.vda5050.messages import (
    ActionState,
    InstantActions,
    MapInfo,
    NodeState,
    Order,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress

pytestmark = pytest.mark.anyio
OTHER = VehicleAddress("gwanak", "sunra", "goalie-02")


def filed(folder: Path, patrol_map: PatrolMap) -> tuple[PatrolMap, bytes]:
    """A map with its hash, and its file."""
    path = folder / "m.geojson"
    save_map(patrol_map, path)
    return load_map(path), path.read_bytes()


class Yard:
    """The rig with a current map that is a file, and vehicles that say which map they are on."""

    def __init__(self, rig: Any, kit: Any, folder: Path) -> None:
        self.rig, self.kit, self.folder = rig, kit, folder
        self.old, self.old_file = filed(folder, kit.square_map())
        slow = {i: replace(e, speed_limit_mps=0.7) for i, e in self.old.edges.items()}
        self.new, self.new_file = filed(folder, replace(self.old, edges=slow))
        rig.maps.set_current(self.old)
        take_given(rig.database, rig.maps, kit.START_S)
        self.publishing: MapPublishing = rig.services.publishing
        self.header_id = 1000

    async def say(
        self,
        maps: dict[str, Any],
        states: dict[str, Any] | None = None,
        address: VehicleAddress | None = None,
        **changes: Any,
    ) -> None:
        """A state, and what the server does about it."""
        self.header_id += 1
        self.rig.clock.advance(1.0)
        address = address or self.kit.GOALIE
        state = self.kit.make_state(
            self.header_id,
            self.rig.clock.now_s(),
            address,
            maps=[MapInfo(map_id="square", map_version=v, map_status=s) for v, s in maps.items()],
            action_states=[
                ActionState(action_id=k, action_status=v) for k, v in (states or {}).items()
            ],
            **changes,
        )
        self.rig.pipeline._acknowledge(
            await self.rig.pipeline._commit([(address.topic("state"), encode(state))])
        )
        await self.publishing.step_all()

    def asked(self, address: VehicleAddress | None = None) -> list[tuple[str, str]]:
        """(action type, id) of what a vehicle was sent."""
        topic = (address or self.kit.GOALIE).topic("instantActions")
        sent = [payload for name, payload, _ in self.rig.published if name == topic]
        messages = [decode(payload, InstantActions) for payload in sent]
        return [(a.action_type, a.action_id) for m in messages for a in m.actions]

    async def patrol(self) -> str:
        new = NewPatrol(name="P", map_id="square", checkpoint_ids=["cp-a", "cp-b"])
        return (await self.rig.services.patrols.create(new, "minji")).patrol_id

    async def assign(self) -> Any:
        return await self.rig.dispatcher.assign(
            await self.patrol(), "sunra/goalie-01", True, "minji"
        )


@pytest.fixture
async def yard(rig: Any, kit: Any, tmp_path: Path) -> Yard:
    made = Yard(rig, kit, tmp_path)
    await rig.take("connection", kit.make_connection())
    return made


def enabled(patrol_map: PatrolMap) -> dict[str, str]:
    return {patrol_map.content_hash: "ENABLED"}


async def test_two_steps_over_two_vehicles(yard: Yard) -> None:
    old, new = yard.old.content_hash, yard.new.content_hash
    for address in (yard.kit.GOALIE, OTHER):
        await yard.say({old: "ENABLED"}, address=address)
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    view = await yard.publishing.publish("square", NewPublication(content_hash=new), "minji")
    assert [v.status for v in view.vehicles] == ["downloading", "downloading"]
    assert [kind for kind, _ in yard.asked()] == ["downloadMap"]
    await yard.say({old: "ENABLED", new: "DISABLED"})
    view = await yard.publishing.find(view.publication_id)
    assert (view.phase, view.vehicles[0].status) == ("downloading", "ready")
    assert yard.rig.maps.find("square").content_hash == old, "patrols go on meanwhile"
    assert [kind for kind, _ in yard.asked()] == ["downloadMap"], "the other one has it not yet"
    await yard.say({old: "ENABLED", new: "DISABLED"}, address=OTHER)
    await yard.publishing.step_all()
    assert yard.rig.maps.find("square").content_hash == new
    assert [k for k, _ in yard.asked(OTHER)] == ["downloadMap", "enableMap"]
    for address in (yard.kit.GOALIE, OTHER):
        await yard.say({new: "ENABLED", old: "DISABLED"}, address=address)
    view = await yard.publishing.find(view.publication_id)
    assert (view.phase, [v.status for v in view.vehicles]) == ("done", ["enabled", "enabled"])
    assert yard.rig.shown[-1] == view
    goalie = yard.rig.fleet.view(yard.rig.fleet.find("sunra/goalie-01"))
    assert (goalie.map_id, goalie.map_hash, goalie.map_current) == ("square", new, True)


async def test_one_failure_switches_nobody(yard: Yard) -> None:
    old, new = yard.old.content_hash, yard.new.content_hash
    for address in (yard.kit.GOALIE, OTHER):
        await yard.say({old: "ENABLED"}, address=address)
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    view = await yard.publishing.publish("square", NewPublication(content_hash=new), "minji")
    for _ in range(6):
        failed = {action_id: "FAILED" for _, action_id in yard.asked(OTHER)}
        await yard.say({old: "ENABLED"}, failed, OTHER)
    await yard.say({old: "ENABLED", new: "DISABLED"})
    view = await yard.publishing.find(view.publication_id)
    assert view.phase == "failed"
    assert view.reason == "1 of 2 did not get the map; none was switched"
    assert "enableMap" not in [kind for kind, _ in [*yard.asked(), *yard.asked(OTHER)]]
    assert yard.rig.maps.find("square").content_hash == old


async def test_restarted_server_goes_on(yard: Yard) -> None:
    old, new = yard.old.content_hash, yard.new.content_hash
    await yard.say({old: "ENABLED"})
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    view = await yard.publishing.publish("square", NewPublication(content_hash=new), "minji")
    sent = yard.asked()
    maps = MapLibrary([yard.old], yard.folder / "maps")
    take_given(yard.rig.database, maps, yard.kit.START_S)
    rig = yard.rig
    following = PublicationFollowing(
        rig.database, rig.fleet, maps, rig.clock, rig.publish, rig.shown.append, 5.0
    )
    after = MapPublishing(rig.database, rig.fleet, rig.services.map_versions, rig.clock, following)
    await after.resume()
    yard.publishing = after
    await yard.say({old: "ENABLED"}, {sent[0][1]: "RUNNING"})
    assert yard.asked() == sent, "what a state shows is not sent again"
    await yard.say({old: "ENABLED", new: "DISABLED"})
    await yard.say({new: "ENABLED", old: "DISABLED"})
    await yard.say({new: "ENABLED", old: "DISABLED"})
    assert (await after.find(view.publication_id)).phase == "done"
    again = MapLibrary([yard.old], yard.folder / "maps")
    take_given(yard.rig.database, again, yard.kit.START_S + 9)
    current = again.find("square")
    assert current is not None
    assert current.content_hash == new, "--map of the first start does not undo it"


async def test_newer_file_on_the_command_line_becomes_current(yard: Yard) -> None:
    maps = MapLibrary([yard.new], yard.folder / "maps")
    take_given(yard.rig.database, maps, yard.kit.START_S + 9)
    assert maps.find("square") == yard.new
    assert maps.version("square", yard.old.content_hash) == yard.old


async def test_second_publication_replaces_the_first(yard: Yard) -> None:
    await yard.say(enabled(yard.old))
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    new = NewPublication(content_hash=yard.new.content_hash)
    first = await yard.publishing.publish("square", new, "minji")
    second = await yard.publishing.publish("square", new, "root")
    first = await yard.publishing.find(first.publication_id)
    assert (first.phase, first.reason) == ("cancelled", f"replaced by {second.publication_id}")
    assert [p.publication_id for p in await yard.publishing.views(True)] == [second.publication_id]
    await yard.publishing.cancel(second.publication_id, "minji")
    with pytest.raises(ConflictError, match="cancelled already"):
        await yard.publishing.cancel(second.publication_id, "minji")
    sent = len(yard.asked())
    await yard.say(enabled(yard.old))
    assert len(yard.asked()) == sent


async def test_publication_needs_a_version_and_vehicles(yard: Yard) -> None:
    new = NewPublication(content_hash=yard.new.content_hash)
    with pytest.raises(NotFoundError, match="upload it first"):
        await yard.publishing.publish("square", new, "minji")
    with pytest.raises(NotFoundError, match="no map"):
        await yard.publishing.publish("nowhere", new, "minji")
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    with pytest.raises(ConflictError, match="no vehicle has said"):
        await yard.publishing.publish("square", new, "minji")
    new = NewPublication(content_hash=yard.new.content_hash, vehicles=["sunra/ghost"])
    with pytest.raises(InvalidError, match="no vehicle 'sunra/ghost'"):
        await yard.publishing.publish("square", new, "minji")


# ------------------------------------------------------------------------------------- dispatch


async def test_patrol_for_another_version_is_refused_naming_both(yard: Yard) -> None:
    await yard.say(enabled(yard.new))
    with pytest.raises(ConflictError) as caught:
        await yard.assign()
    assert caught.value.code == "map_outdated"
    assert str(caught.value) == (
        f"sunra/goalie-01 is on map square {yard.new.content_hash[:12]}…, the patrol is for "
        f"{yard.old.content_hash[:12]}…; publish first"
    )
    view = yard.rig.fleet.view(yard.rig.fleet.find("sunra/goalie-01"))
    assert view.map_current is False


async def test_vehicle_that_does_not_say_its_version_is_refused(yard: Yard) -> None:
    await yard.say({})
    with pytest.raises(ConflictError) as caught:
        await yard.assign()
    assert caught.value.code == "map_unsaid"


async def test_order_names_its_version_and_keeps_it_while_the_map_changes(yard: Yard) -> None:
    await yard.say(enabled(yard.old))
    await yard.assign()
    first = decode(yard.rig.sent("order")[0], Order)
    assert first.zone_set_id == yard.old.content_hash
    yard.rig.maps.set_current(yard.new)
    await yard.say(
        enabled(yard.old),
        order_id=first.order_id,
        last_node_sequence_id=12,
        driving=True,
        node_states=[NodeState(node_id="1", sequence_id=14, released=True)],
    )
    await yard.rig.dispatcher.step_all()
    update = decode(yard.rig.sent("order")[-1], Order)
    assert update.order_update_id == 1
    assert update.zone_set_id == yard.old.content_hash
    assert {e.max_speed for e in update.edges} == {1.39}, "limits of its own version"


async def test_checkpoint_that_is_gone_is_a_clear_refusal(yard: Yard) -> None:
    patrol_id = await yard.patrol()
    fewer, file = filed(yard.folder, replace(yard.old, checkpoints=yard.old.checkpoints[:1]))
    view = await yard.rig.services.map_versions.upload(file, "minji")
    assert view.warnings == ["patrol 'P' names checkpoints that this version has not: cp-b"]
    yard.rig.maps.set_current(fewer)
    await yard.say(enabled(fewer))
    with pytest.raises(ConflictError, match="no checkpoint 'cp-b'"):
        await yard.rig.dispatcher.assign(patrol_id, "sunra/goalie-01", True, "minji")


# ------------------------------------------------------------------------------------- transfer


async def test_pieces_of_a_kept_version_are_the_map(yard: Yard) -> None:
    await yard.rig.services.map_versions.upload(yard.new_file, "minji")
    transfer = MapTransfer(yard.rig.maps, yard.rig.clock, yard.rig.publish, 200)
    pieces: list[bytes] = []
    while True:
        wish = make_wish(yard, yard.new.content_hash, [len(pieces), 10**6, -1])
        await transfer.answer(yard.kit.GOALIE, wish)
        chunks = [decode(payload, MapChunk) for payload in yard.rig.sent("mapChunk")]
        assert len(chunks) == len(pieces) + 1, "only pieces that there are"
        pieces.append(chunks[-1].data)
        sent = chunks[-1]
        whole = Transfer(
            sent.map_id, sent.map_version, sent.sha256, sent.size_bytes, sent.chunk_bytes
        )
        if len(pieces) == whole.count:
            break
    path = yard.folder / "arrived.geojson"
    path.write_bytes(unpack(whole, b"".join(pieces)))
    assert load_map(path) == yard.new


@pytest.mark.parametrize("version", ["0" * 64, "../../../../etc/passwd", ""])
async def test_version_that_is_not_here_is_answered_so(yard: Yard, version: str) -> None:
    transfer = MapTransfer(yard.rig.maps, yard.rig.clock, yard.rig.publish)
    await transfer.answer(yard.kit.GOALIE, make_wish(yard, version, [0]))
    [answer] = [decode(payload, MapChunk) for payload in yard.rig.sent("mapChunk")]
    assert (answer.size_bytes, answer.data) == (0, b"")


def make_wish(yard: Yard, version: str, chunks: list[int]) -> MapRequest:
    return MapRequest(
        header_id=1,
        timestamp="2026-03-01T21:30:00.000Z",
        version="2.1.0",
        manufacturer="sunra",
        serial_number="goalie-01",
        map_id="square",
        map_version=version,
        chunks=chunks,
    )


async def test_request_reaches_its_listener_without_the_database(yard: Yard) -> None:
    heard: list[Any] = []
    yard.rig.pipeline._listeners.on_map_request = heard.append
    wish = make_wish(yard, yard.old.content_hash, [0])
    topic = yard.kit.GOALIE.topic("mapRequest")
    await yard.rig.pipeline.handle(topic, encode(wish))
    await yard.rig.pipeline.handle(topic, encode(make_wish(yard, "../x", [0])))
    assert [item.message for item in heard] == [wish]
    assert decode_message(topic, b"{", 1).problem is not None


# ----------------------------------------------------------------------------------------- REST


@pytest.fixture
async def client(app: Any, yard: Yard, kit: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    base = "http://testserver/api/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base) as made:
        await made.post("/session", json={"username": "minji", "password": kit.PASSWORD})
        yield made


async def test_operator_uploads_and_publishes(client: httpx.AsyncClient, yard: Yard) -> None:
    await yard.say(enabled(yard.old))
    kept = await client.post("/map-versions", content=yard.new_file)
    assert kept.status_code == 201, kept.text
    version = kept.json()["content_hash"]
    assert (version, kept.json()["current"]) == (yard.new.content_hash, False)
    again = await client.post("/map-versions", content=yard.new_file)
    assert again.status_code == 201
    versions = (await client.get("/maps/square/versions")).json()
    assert {v["content_hash"] for v in versions} == {version, yard.old.content_hash}
    assert [v["vehicles_enabled"] for v in versions if v["current"]] == [["sunra/goalie-01"]]
    made = await client.post("/maps/square/publications", json={"content_hash": version})
    assert made.status_code == 201, made.text
    publication_id = made.json()["publication_id"]
    assert (await client.get("/publications")).json() == [made.json()]
    assert (await client.get(f"/publications/{publication_id}")).json() == made.json()
    cancelled = await client.post(f"/publications/{publication_id}/cancel")
    assert cancelled.json()["phase"] == "cancelled"
    await client.post("/session", json={"username": "root", "password": yard.kit.PASSWORD})
    audit = [row["action"] for row in (await client.get("/audit")).json()]
    assert [a for a in audit if a.startswith("map_")] == [
        "map_publish_cancel",
        "map_publish",
        "map_upload",
        "map_current",
    ]


async def test_viewer_may_look_and_not_publish(client: httpx.AsyncClient, yard: Yard) -> None:
    await client.post("/session", json={"username": "guest", "password": yard.kit.PASSWORD})
    assert (await client.get("/maps/square/versions")).status_code == 200
    for path in ("/map-versions", "/maps/square/publications", "/publications/p/cancel"):
        answer = await client.post(path, content=b"")
        assert answer.status_code == 403, path


async def test_bad_uploads_are_one_line(client: httpx.AsyncClient, yard: Yard) -> None:
    moved = filed(yard.folder, replace(yard.old, origin=GeoPoint(37.0, 126.0)))[1]
    foreign = filed(yard.folder, replace(yard.old, map_id="elsewhere"))[1]
    for body, code, said in (
        (moved, "map_origin", "its origin is not"),
        (foreign, "map_unknown", "not one of this server's (square)"),
        (b"{", "map_invalid", "not valid JSON"),
        (b"", "map_invalid", "is empty"),
        (b"[" * 100_000, "map_invalid", "nested too deeply"),
    ):
        answer = await client.post("/map-versions", content=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, code)
        assert said in error["message"]


async def test_upload_without_end_is_cut_off(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet_server.api.routes.maps.MAX_MAP_BYTES", 1000)
    answer = await client.post("/map-versions", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "map_too_large")


async def test_unknown_things_are_404(client: httpx.AsyncClient) -> None:
    body = {"content_hash": "0" * 64}
    assert (await client.post("/maps/square/publications", json=body)).status_code == 404
    assert (await client.get("/maps/nowhere/versions")).status_code == 404
    assert (await client.get("/publications/none")).status_code == 404
    assert (await client.post("/publications/none/cancel")).status_code == 404
