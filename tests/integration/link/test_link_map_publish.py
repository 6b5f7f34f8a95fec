"""A map over the real broker: pieces, read-back, enabling, and what may go wrong on the way."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from fleet_client.client import FleetClient
from fleet_client.map_actions import SwitchEnd, VehicleMaps
from fleet_client.map_store import MapFolder, Pointer
from fleet_client.options import LinkHandlers
from fleet_client.state_builder import MapRef, StateContent
from fleet_server.maps import MapLibrary
from fleet_server.publishing.transfer import MapTransfer
from patrol.clock import SystemClock
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.extension import MapChunk, MapRequest
from patrol.vda5050.map_transfer import MAX_PACKED_BYTES, map_link
from patrol.vda5050.messages import (
    Action,
    ActionParameter,
    ActionState,
    Error,
    InstantActions,
    Order,
    OrderNode,
    State,
)
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[3]
CHUNK_BYTES = 512


def make_map(speed_limit_mps: float, **changes: Any) -> PatrolMap:
    """A line of 150 nodes: about twenty pieces."""
    nodes = {i: Node(i, 7.0 * i + 0.00005 * (i * i % 977), 0.0) for i in range(150)}
    edges = {i: Edge(i, i, i + 1, 7.0, speed_limit_mps, 3.0, WayClass.ALLEY) for i in range(149)}
    line = PatrolMap("line", "Line", GeoPoint(37.5, 126.9), nodes, edges)
    return replace(line, **changes)


def kept(folder: Path, patrol_map: PatrolMap) -> PatrolMap:
    """The map as it is read from a file."""
    path = folder / "m.geojson"
    save_map(patrol_map, path)
    return load_map(path)


@dataclass
class Switch:
    """A vehicle that is busy until told otherwise, and then takes a map at once."""

    maps: MapFolder
    busy: str = ""
    ends: list[SwitchEnd] = field(default_factory=list)

    def obstacle(self) -> str:
        return self.busy

    def begin(self, ref: MapRef, action_id: str) -> None:
        self.maps.point(Pointer(ref.content_hash, ref.content_hash))
        self.ends.append(SwitchEnd(action_id, ref.content_hash))

    def under_way(self) -> tuple[str, str] | None:
        return (self.ends[0].action_id, self.ends[0].version) if self.ends else None

    def end(self) -> SwitchEnd | None:
        return self.ends.pop() if self.ends else None


class MapVehicle:
    """A client that can be given maps, with a disk of its own."""

    def __init__(self, kit: Any, broker: Any, folder: Path) -> None:
        self.maps = MapFolder(folder / "maps")
        self.switch = Switch(self.maps)
        self.orders: list[Order] = []
        self.client = FleetClient(
            broker.credentials,
            load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
            self.maps.enabled,
            LinkHandlers(self.orders.append, lambda _action: None, self.publish),
            maps=VehicleMaps(self.maps, self.switch),
            spool_path=None,
            options=kit.FAST,
        )
        self.task: asyncio.Task[None] | None = None

    def publish(self) -> None:
        self.client.publish_state(StateContent())

    async def stop(self) -> None:
        self.client.stop()
        if self.task is not None:
            await asyncio.wait_for(self.task, 10.0)


def give_first_map(folder: Path, patrol_map: PatrolMap) -> None:
    maps = MapFolder(folder / "maps")
    path = folder / "first.geojson"
    save_map(patrol_map, path)
    maps.keep(patrol_map, path.read_bytes())
    maps.point(Pointer(patrol_map.content_hash, patrol_map.content_hash))


class Chain:
    """Broker, server with a library of maps, one vehicle."""

    def __init__(self, kit: Any, folder: Path) -> None:
        self.kit, self.folder = kit, folder
        self.old = kept(folder, make_map(1.3))
        self.new = kept(folder, make_map(0.7))
        self.library = MapLibrary([self.old], folder / "library")
        self.library.keep(self.new)
        give_first_map(folder, self.old)
        self.broker = kit.Broker(folder)
        self.server = kit.Server(self.broker)
        self.asked: list[MapRequest] = []
        self.most = 10**9  # pieces that the server gives out
        self.transfer = MapTransfer(self.library, SystemClock(), self._publish, CHUNK_BYTES)
        self.server.answer_map_request = self._answer
        self.vehicle: MapVehicle | None = None

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        self.server._client.publish(topic, payload, qos=qos)
        return True

    async def _answer(self, address: Any, wish: MapRequest) -> None:
        self.asked.append(wish)
        given = [i for i in wish.chunks if i < self.most]
        if given:
            wish.chunks = given
            await self.transfer.answer(address, wish)

    async def start_vehicle(self) -> MapVehicle:
        vehicle = self.vehicle = MapVehicle(self.kit, self.broker, self.folder)
        vehicle.task = asyncio.create_task(vehicle.client.run())
        await self.kit.until(lambda: vehicle.client.connected, "the vehicle is connected")
        return vehicle

    def act(self, kind: str, version: str, action_id: str, **more: str) -> None:
        values = {"mapId": "line", "mapVersion": version, **more}
        if kind == "downloadMap":
            values = {"mapDownloadLink": map_link("line", version), **values}
        action = Action(
            action_type=kind,
            action_id=action_id,
            blocking_type="NONE",
            action_parameters=[ActionParameter(key=k, value=v) for k, v in values.items()],
        )
        message = InstantActions(actions=[action], **self.server.header())
        self.server.send("instantActions", message)

    def state(self) -> State | None:
        states = [m for name, m in self.server.received if name == "state"]
        return states[-1] if states else None

    def errors(self) -> list[Error]:
        state = self.state()
        return state.errors if state else []

    def action(self, action_id: str) -> ActionState | None:
        state = self.state()
        found = [a for a in state.action_states if a.action_id == action_id] if state else []
        return found[0] if found else None

    def status(self, version: str) -> str | None:
        state = self.state()
        found = {m.map_version: m.map_status for m in state.maps or []} if state else {}
        return found.get(version)

    async def ends(self, action_id: str) -> ActionState:
        def over() -> bool:
            action = self.action(action_id)
            return action is not None and action.action_status in ("FINISHED", "FAILED")

        await self.kit.until(over, f"{action_id} is over")
        action = self.action(action_id)
        assert action is not None
        return action


@asynccontextmanager
async def chain(kit: Any, folder: Path) -> AsyncIterator[Chain]:
    link = Chain(kit, folder)
    await link.broker.start()
    await link.server.start()
    try:
        yield link
    finally:
        if link.vehicle is not None:
            await link.vehicle.stop()
        await link.server.stop()
        link.broker.kill()


def test_map_is_read_back_then_enabled_when_the_vehicle_is_free(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(kit, tmp_path) as link:
            vehicle = await link.start_vehicle()
            new = link.new.content_hash
            link.act("downloadMap", new, "d1", mapHash=new)
            assert (await link.ends("d1")).action_status == "FINISHED"
            assert link.status(new) == "DISABLED"
            assert link.status(link.old.content_hash) == "ENABLED"
            assert len({i for wish in link.asked for i in wish.chunks}) >= 8, "it came in pieces"
            vehicle.switch.busy = "order o7 is under way"
            link.act("enableMap", new, "e1")
            await kit.until(lambda: link.action("e1") is not None, "it waits")
            waiting = link.action("e1")
            assert waiting is not None
            assert (waiting.action_status, waiting.result_description) == (
                "WAITING",
                "order o7 is under way",
            )
            assert link.status(new) == "DISABLED"
            vehicle.switch.busy = ""
            assert (await link.ends("e1")).action_status == "FINISHED"
            assert (link.status(new), link.status(link.old.content_hash)) == (
                "ENABLED",
                "DISABLED",
            )
            link.act("deleteMap", link.old.content_hash, "x1")
            assert (await link.ends("x1")).action_status == "FINISHED"
            assert link.status(link.old.content_hash) is None
            assert [ref.content_hash for ref in vehicle.maps.stored()] == [new]

    asyncio.run(story())


def order(header: dict[str, Any], order_id: str, version: str) -> Order:
    node = OrderNode(node_id="1", sequence_id=0, released=True, actions=[])
    return Order(
        order_id=order_id, order_update_id=0, nodes=[node], edges=[], zone_set_id=version, **header
    )


def test_order_for_another_version_is_refused_naming_both(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(kit, tmp_path) as link:
            vehicle = await link.start_vehicle()
            old, new = link.old.content_hash, link.new.content_hash
            link.server.send("order", order(link.server.header(), "o1", new))
            await kit.until(lambda: bool(link.errors()), "it is refused")
            [error] = link.errors()
            assert error.error_type == "mapMismatch"
            assert old in str(error.error_description)
            assert new in str(error.error_description)
            assert vehicle.orders == []
            state = link.state()
            assert state is not None
            assert state.zone_set_id == old
            link.server.send("order", order(link.server.header(), "o2", old))
            await kit.until(lambda: bool(vehicle.orders), "the right one is taken")

    asyncio.run(story())


@pytest.mark.parametrize("what", ["foreign content", "no such version", "too large", "no link"])
def test_map_that_is_no_use_leaves_the_old_one_whole(kit: Any, tmp_path: Path, what: str) -> None:
    said = {
        "foreign content": "its content hash is",
        "no such version": "the server has no map",
        "too large": "at most",
        "no link": "only urn:x-sunra",
    }

    async def story() -> None:
        async with chain(kit, tmp_path) as link:
            vehicle = await link.start_vehicle()
            wanted, more = link.new.content_hash, {}
            if what == "foreign content":
                right, wrong = (
                    tmp_path / "library" / f"{m.content_hash}.geojson"
                    for m in (link.new, link.old)
                )
                link.library.version("line", wanted)
                link.library.keep(link.old)
                right.write_bytes(wrong.read_bytes())
            elif what == "no such version":
                wanted = "0" * 64
            elif what == "too large":
                chunk = MapChunk(
                    map_id="line", map_version=wanted, sha256="0" * 64,
                    size_bytes=MAX_PACKED_BYTES + 1, chunk_bytes=512, chunk_index=0,
                    data=b"x" * 512, **link.server.header(),
                )  # fmt: skip

                async def too_large(_address: Any, _wish: MapRequest) -> None:
                    link.server.send("mapChunk", chunk)

                link.server.answer_map_request = too_large
            else:
                more = {"mapDownloadLink": "https://maps.example/line"}
            link.act("downloadMap", wanted, "d1", **more)
            end = await link.ends("d1")
            assert end.action_status == "FAILED"
            assert said[what] in str(end.result_description)
            assert link.status(link.old.content_hash) == "ENABLED"
            assert link.status(wanted) is None
            assert vehicle.maps.enabled.content_hash == link.old.content_hash
            assert list((tmp_path / "maps").glob("*.part*")) == []

    asyncio.run(story())


def test_broker_killed_in_the_middle_of_a_download(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(kit, tmp_path) as link:
            vehicle = await link.start_vehicle()
            link.most = 5
            new = link.new.content_hash
            link.act("downloadMap", new, "d1")
            await kit.until(lambda: _pieces(tmp_path, new) == 5, "five pieces are here")
            link.broker.kill()
            await kit.until(lambda: not vehicle.client.connected, "the link is lost")
            link.most = 10**9
            await link.broker.start()
            assert (await link.ends("d1")).action_status == "FINISHED"
            assert link.status(new) == "DISABLED"

    asyncio.run(story())


def _pieces(folder: Path, version: str) -> int:
    found = MapFolder(folder / "maps").part(version)
    return found[1] if found else 0


CLIENT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {link!r})
import conftest as kit
from fleet_client.credentials import load_credentials
from test_link_map_publish import MapVehicle

class Login:
    credentials = load_credentials(Path({credentials!r}))

vehicle = MapVehicle(kit, Login, Path({folder!r}))
asyncio.run(vehicle.client.run())
"""


def test_client_killed_in_the_middle_of_a_download_goes_on(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with chain(kit, tmp_path) as link:
            [credentials] = (tmp_path / "credentials").rglob("*.json")
            code = CLIENT.format(
                link=str(Path(__file__).parent), credentials=str(credentials), folder=str(tmp_path)
            )

            async def start() -> asyncio.subprocess.Process:
                link.server.received.clear()
                made = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)
                await kit.until(
                    lambda: link.server.connections()[-1:] == ["ONLINE"],
                    "the vehicle is connected",
                )
                return made

            link.most = 7
            new = link.new.content_hash
            client = await start()
            try:
                link.act("downloadMap", new, "d1")
                await kit.until(lambda: _pieces(tmp_path, new) == 7, "seven pieces are here")
                client.send_signal(signal.SIGKILL)
                await client.wait()
                link.asked.clear()
                link.most = 10**9
                client = await start()
                link.act("downloadMap", new, "d1")  # as the fleet server does: same id
                await kit.until(lambda: link.status(new) == "DISABLED", "it is read back")
                assert min(i for wish in link.asked for i in wish.chunks) == 7
            finally:
                client.kill()
                await client.wait()

    asyncio.run(story())
