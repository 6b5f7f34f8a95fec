"""downloadMap, enableMap, deleteMap: asked, refused, waited for, gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_client.map_actions import MAPS_KEPT, MapActions, SwitchEnd, VehicleMaps
from fleet_client.map_download import WINDOW, MapDownload
from fleet_client.options import LinkOptions
from fleet_client.state_builder import MapRef
from patrol.errors import MapError, OrderError
from patrol.vda5050.extension import MapChunk
from patrol.vda5050.map_transfer import PackedMap, Transfer, map_link, unpack
from patrol.vda5050.messages import Action, ActionParameter, ActionState

OPTIONS = LinkOptions(ack_timeout_s=5.0, ack_timeout_max_s=20.0)
OLD, NEW = "a" * 64, "b" * 64
CONTENT = b"".join(b"%d," % (i * i) for i in range(900))
PACKED = PackedMap.of("line", NEW, CONTENT, 100)


class Memory:
    """A store that takes any content for a map."""

    def __init__(self) -> None:
        self.enabled = MapRef("line", OLD)
        self.refs = {OLD: self.enabled}
        self.parts: dict[str, tuple[Transfer, list[bytes]]] = {}
        self.failure = ""

    def stored(self) -> Sequence[MapRef]:
        return list(self.refs.values())

    def part(self, version: str) -> tuple[Transfer, int] | None:
        found = self.parts.get(version)
        return (found[0], len(found[1])) if found else None

    def begin(self, transfer: Transfer) -> None:
        self.parts[transfer.version] = (transfer, [])

    def append(self, transfer: Transfer, data: bytes) -> None:
        self.parts[transfer.version][1].append(data)

    def finish(self, transfer: Transfer) -> MapRef:
        if self.failure:
            raise MapError(self.failure)
        assert unpack(transfer, b"".join(self.parts[transfer.version][1])) == CONTENT
        self.refs[transfer.version] = MapRef("line", transfer.version)
        return self.refs[transfer.version]

    def discard(self, version: str) -> None:
        self.parts.pop(version, None)

    def delete(self, version: str) -> None:
        del self.refs[version]


class Switch:
    def __init__(self) -> None:
        self.busy, self.refusal = "", ""
        self.begun: tuple[str, str] | None = None
        self.over: SwitchEnd | None = None

    def obstacle(self) -> str:
        return self.busy

    def begin(self, ref: MapRef, action_id: str) -> None:
        if self.refusal:
            raise MapError(self.refusal)
        self.begun = (action_id, ref.content_hash)

    def under_way(self) -> tuple[str, str] | None:
        return self.begun

    def end(self) -> SwitchEnd | None:
        if self.over is not None:
            self.begun = None
        over, self.over = self.over, None
        return over


class Vehicle:
    def __init__(self) -> None:
        self.store, self.switch = Memory(), Switch()
        self.actions = MapActions(VehicleMaps(self.store, self.switch), OPTIONS)

    def do(self, kind: str, action_id: str = "a1", **values: Any) -> None:
        given = {"mapId": "line", "mapVersion": NEW, **values}
        if kind == "downloadMap":
            given.setdefault("mapDownloadLink", map_link(given["mapId"], given["mapVersion"]))
        self.actions.accept(
            Action(
                action_type=kind,
                action_id=action_id,
                blocking_type="NONE",
                action_parameters=[ActionParameter(key=k, value=v) for k, v in given.items()],
            )
        )

    def state(self, action_id: str = "a1") -> ActionState:
        return next(a for a in self.actions.action_states if a.action_id == action_id)

    def keep_new(self) -> None:
        self.store.refs[NEW] = MapRef("line", NEW)
        self.actions.stored = self.store.stored()


def chunk(index: int, packed: PackedMap = PACKED, **changes: Any) -> MapChunk:
    transfer = packed.transfer
    values: dict[str, Any] = {
        "map_id": transfer.map_id,
        "map_version": transfer.version,
        "sha256": transfer.sha256,
        "size_bytes": transfer.size_bytes,
        "chunk_bytes": transfer.chunk_bytes,
        "chunk_index": index,
        "data": packed.piece(index) if 0 <= index < transfer.count else b"",
        **changes,
    }
    return MapChunk(
        header_id=1, timestamp="t", version="2.1.0", manufacturer="m", serial_number="s", **values
    )


def serve(vehicle: Vehicle, now_s: float = 0.0) -> None:
    """Answer whatever is asked until nothing is."""
    while (wanted := vehicle.actions.wanted(now_s)) is not None:
        for index in wanted[2]:
            vehicle.actions.take(chunk(index))


async def settle(vehicle: Vehicle) -> None:
    for _ in range(200):
        vehicle.actions.step()
        if vehicle.state().action_status in ("FINISHED", "FAILED"):
            return
        await asyncio.sleep(0.005)
    pytest.fail("not over")


def test_map_comes_in_pieces_and_is_reported_when_it_was_read_back() -> None:
    vehicle = Vehicle()
    vehicle.do("downloadMap", mapHash=NEW)
    assert vehicle.state().action_status == "RUNNING"
    assert vehicle.actions.wanted(0.0) == ("line", NEW, [0])
    assert vehicle.actions.wanted(1.0) is None, "it was asked for just now"
    vehicle.actions.take(chunk(0))
    assert vehicle.actions.wanted(1.0) == ("line", NEW, list(range(1, 1 + WINDOW)))
    serve(vehicle, 7.0)
    assert [ref.content_hash for ref in vehicle.actions.stored] == [OLD]
    asyncio.run(settle(vehicle))
    assert vehicle.state().action_status == "FINISHED"
    assert [ref.content_hash for ref in vehicle.actions.stored] == [OLD, NEW]
    assert vehicle.actions.enabled.content_hash == OLD


def test_map_that_fails_its_check_is_forgotten() -> None:
    vehicle = Vehicle()
    vehicle.store.failure = "map line: its content hash is ccc"
    vehicle.do("downloadMap")
    serve(vehicle)
    asyncio.run(settle(vehicle))
    assert vehicle.state().result_description == "map line: its content hash is ccc"
    assert vehicle.store.parts == {}
    assert [ref.content_hash for ref in vehicle.actions.stored] == [OLD]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_order_with_losses_and_doubles_gives_the_file(data: st.DataObject) -> None:
    store = Memory()
    download = MapDownload(store, "line", NEW, "a", OPTIONS)
    now_s = 0.0
    for _ in range(400):
        now_s += 21.0
        asked = download.due(now_s)
        if download.is_whole:
            break
        assert asked
        assert min(asked) == download.received
        come = data.draw(st.lists(st.sampled_from(asked), max_size=6))
        for index in [*come, *data.draw(st.permutations(asked))[:2]]:
            download.take(chunk(index))
        if data.draw(st.booleans()):  # killed, and started again
            download = MapDownload(store, "line", NEW, "a", OPTIONS)
    assert download.is_whole
    assert unpack(PACKED.transfer, b"".join(store.parts[NEW][1])) == CONTENT


def test_what_does_not_come_is_asked_for_again_ever_more_rarely() -> None:
    download = MapDownload(Memory(), "line", NEW, "a", OPTIONS)
    asked_s = [float(now_s) for now_s in range(100) if download.due(float(now_s))]
    assert asked_s == [0.0, 5.0, 15.0, 35.0, 55.0, 75.0, 95.0]
    download.on_connect()
    assert download.due(100.0) == [0]


def test_server_that_packs_in_another_way_begins_anew() -> None:
    store = Memory()
    download = MapDownload(store, "line", NEW, "a", OPTIONS)
    for index in range(3):
        download.take(chunk(index))
    other = PackedMap.of("line", NEW, CONTENT, 77)
    download.take(chunk(0, other))
    assert (download.transfer, download.received) == (other.transfer, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size_bytes": 0}, "the server has no map"),
        ({"size_bytes": 2**40}, "at most"),
        ({"data": b"short"}, "has 5 bytes, not 100"),
        ({"chunk_index": 10**6}, "cannot be"),
        ({"chunk_bytes": 0}, "pieces of 0 bytes"),
    ],
)
def test_piece_that_is_no_use_fails_the_download(changes: dict[str, Any], said: str) -> None:
    vehicle = Vehicle()
    vehicle.do("downloadMap")
    vehicle.actions.take(chunk(0, **changes))
    assert vehicle.state().action_status == "FAILED"
    assert said in str(vehicle.state().result_description)


def test_piece_of_another_map_is_passed_over() -> None:
    vehicle = Vehicle()
    vehicle.actions.take(chunk(0))
    vehicle.do("downloadMap")
    vehicle.actions.take(chunk(0, map_version="c" * 64))
    assert vehicle.state().action_status == "RUNNING"
    assert vehicle.store.parts == {}


def test_enabling_waits_until_the_vehicle_is_free() -> None:
    vehicle = Vehicle()
    vehicle.keep_new()
    vehicle.switch.busy = "order o1 is under way"
    vehicle.do("enableMap")
    assert vehicle.state().action_status == "WAITING"
    assert vehicle.state().result_description == "order o1 is under way"
    assert not vehicle.actions.switching
    vehicle.switch.busy = ""
    vehicle.actions.step()
    assert vehicle.state().action_status == "RUNNING"
    assert vehicle.actions.switching
    vehicle.store.enabled = MapRef("line", NEW)
    vehicle.switch.over = SwitchEnd("a1", NEW)
    vehicle.actions.step()
    assert vehicle.state().action_status == "FINISHED"
    assert vehicle.actions.enabled.content_hash == NEW


def test_switch_that_fails_leaves_the_old_map_enabled() -> None:
    vehicle = Vehicle()
    vehicle.keep_new()
    vehicle.do("enableMap")
    vehicle.switch.over = SwitchEnd("a1", NEW, "navigation does not take it")
    vehicle.actions.step()
    assert vehicle.state().action_status == "FAILED"
    assert vehicle.state().result_description == "navigation does not take it"
    assert vehicle.actions.enabled.content_hash == OLD


def test_vehicle_that_can_never_switch_says_why() -> None:
    vehicle = Vehicle()
    vehicle.keep_new()
    vehicle.switch.refusal = "only `sunra drive` can"
    vehicle.do("enableMap")
    assert vehicle.state().result_description == "only `sunra drive` can"


def test_newer_enable_replaces_one_that_waits() -> None:
    vehicle = Vehicle()
    vehicle.keep_new()
    vehicle.switch.busy = "the vehicle is moving"
    vehicle.do("enableMap", "a1")
    vehicle.do("enableMap", "a2", mapVersion=OLD)
    assert vehicle.state("a1").result_description == "replaced by a2"
    assert vehicle.state("a2").action_status == "FINISHED", "it is enabled already"
    vehicle.switch.busy = ""
    vehicle.actions.step()
    assert not vehicle.actions.switching


def test_switch_of_an_earlier_process_is_gone_on_with() -> None:
    store, switch = Memory(), Switch()
    store.refs[NEW] = MapRef("line", NEW)
    switch.begun = ("a1", NEW)
    vehicle = Vehicle()
    vehicle.switch = switch
    vehicle.actions = MapActions(VehicleMaps(store, switch), OPTIONS)
    assert vehicle.state().action_status == "RUNNING"
    vehicle.do("enableMap", "a1")  # sent again by the server
    assert vehicle.state().action_status == "RUNNING"
    with pytest.raises(OrderError, match="another map is being enabled"):
        vehicle.do("enableMap", "a2")


@pytest.mark.parametrize(
    ("kind", "values", "error_type", "said"),
    [
        ("downloadMap", {"mapVersion": "1.2"}, "validationError", "a content hash"),
        ("downloadMap", {"mapId": 7, "mapDownloadLink": ""}, "validationError", "must be text"),
        ("downloadMap", {"mapId": "elsewhere"}, "mapMismatch", "another area"),
        ("downloadMap", {"mapDownloadLink": "https://x"}, "actionError", "only urn:"),
        ("downloadMap", {"mapHash": OLD}, "actionError", "is not the mapVersion"),
        ("downloadMap", {"mapVersion": OLD}, "actionError", "on this vehicle already"),
        ("enableMap", {}, "actionError", "is not on this vehicle"),
        ("deleteMap", {}, "actionError", "is not on this vehicle"),
        ("deleteMap", {"mapVersion": OLD}, "actionError", "is in use"),
    ],
)
def test_what_cannot_be_done_is_refused(
    kind: str, values: dict[str, Any], error_type: str, said: str
) -> None:
    vehicle = Vehicle()
    with pytest.raises(OrderError, match=said) as caught:
        vehicle.do(kind, **values)
    assert caught.value.error_type == error_type
    assert vehicle.actions.action_states == []


def test_full_vehicle_takes_no_more_until_one_is_deleted() -> None:
    vehicle = Vehicle()
    for number in range(1, MAPS_KEPT):
        version = f"{number:064x}"
        vehicle.store.refs[version] = MapRef("line", version)
    vehicle.actions.stored = vehicle.store.stored()
    with pytest.raises(OrderError, match="deleteMap one first"):
        vehicle.do("downloadMap")
    vehicle.do("deleteMap", "x1", mapVersion=f"{1:064x}")
    vehicle.do("downloadMap", "a2")
    assert vehicle.state("a2").action_status == "RUNNING"


def test_second_download_replaces_the_first() -> None:
    vehicle = Vehicle()
    vehicle.do("downloadMap", "a1")
    vehicle.do("downloadMap", "a2", mapVersion="c" * 64)
    assert vehicle.state("a1").result_description == "replaced by a2"
    assert vehicle.actions.wanted(0.0) == ("line", "c" * 64, [0])


def test_news_is_told_once() -> None:
    vehicle = Vehicle()
    vehicle.do("downloadMap")
    assert vehicle.actions.take_news()
    assert not vehicle.actions.take_news()
    vehicle.actions.take(chunk(0))
    assert not vehicle.actions.take_news(), "progress waits for the next state"
