"""A whole vehicle on real DDS in a simulated world: orders over MQTT, killed processes.

One world serves every test; they run in file order, each from where the one before has ended.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gmqtt
import pytest
from mcap.reader import make_reader

from fleet_client.black_box.segment import recordings_in
from fleet_server.broker import broker_program
from patrol.clock import iso_utc
from patrol.map import PatrolMap
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.extension import Ack, AckItem, MapChunk, MapRequest
from patrol.vda5050.map_transfer import PackedMap, map_link
from patrol.vda5050.messages import (
    Action,
    ActionParameter,
    InstantActions,
    NodePosition,
    Order,
    OrderEdge,
    OrderNode,
    State,
    decode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress
from patrol_bringup.build_interfaces import build
from patrol_bringup.environment import activate
from patrol_bringup.settings import VehicleSettings
from patrol_bringup.supervisor import Supervisor

ROOT = Path(__file__).parents[2]
MAP_FILE = ROOT / "maps" / "sillim.geojson"
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
YARD = (294, 295, 296, 297, 298, 299, 300, 301, 302, 157, 158)  # dock to a waiting place
STREET = (158, 159, 160, 161)
WAITING_PLACE = 160  # the next one after 159
WALKING_PACE_MPS = 0.5  # of the response "slow, then wait"
WALL_LIMIT_S = 240.0
STOPPED_MPS = 0.05
HEADER: dict[str, Any] = {
    "header_id": 1,
    "timestamp": "2026-03-01T21:30:00.000Z",
    "version": "2.1.0",
    "manufacturer": ADDRESS.manufacturer,
    "serial_number": ADDRESS.serial_number,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def route(
    patrol_map: PatrolMap,
    node_ids: tuple[int, ...],
    order_id: str,
    update_id: int = 0,
    *,
    first: int = 0,
    base_end: int | None = None,
) -> Order:
    """An order over `node_ids[first:]`, released up to index `base_end`; or an update of it."""
    last = len(node_ids) - 1 if base_end is None else base_end
    steps = list(enumerate(node_ids))[first:]
    nodes = [
        OrderNode(
            node_id=str(node_id),
            sequence_id=2 * index,
            released=index <= last,
            actions=[],
            node_position=NodePosition(
                x=patrol_map.nodes[node_id].x_m,
                y=patrol_map.nodes[node_id].y_m,
                map_id=patrol_map.map_id,
            ),
        )
        for index, node_id in steps
    ]
    edges = [
        OrderEdge(
            edge_id=str(patrol_map.edge_between[start, end].id),
            sequence_id=2 * index + 1,
            released=index + 1 <= last,
            start_node_id=str(start),
            end_node_id=str(end),
            actions=[],
        )
        for (index, start), (_, end) in itertools.pairwise(steps)
    ]
    return Order(
        header_id=1 + update_id,
        timestamp=iso_utc(time.time()),
        version="2.1.0",
        manufacturer=ADDRESS.manufacturer,
        serial_number=ADDRESS.serial_number,
        order_id=order_id,
        order_update_id=update_id,
        nodes=nodes,
        edges=edges,
    )


class ControlRoom:
    """A listener that keeps the vehicle's states, and sends it orders."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._changed = threading.Condition()
        self._states: list[State] = []
        self._acks = 0
        self._offered: PackedMap | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = gmqtt.Client("control-room")
        self._call(self._connect())

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10.0)

    async def _connect(self) -> None:
        self._client.on_message = self._on_message
        await self._client.connect("127.0.0.1", self._port, version=4)
        self._client.subscribe(ADDRESS.topic("state"), qos=1)

    def _on_message(self, _client: Any, topic: str, payload: bytes, *_: Any) -> int:
        if topic == ADDRESS.topic("mapRequest"):
            self._send_pieces(decode(payload, MapRequest))
            return 0
        state = decode(payload, State)
        with self._changed:
            self._states.append(state)
            self._changed.notify_all()
        self._acknowledge(state)
        return 0

    def _acknowledge(self, state: State) -> None:
        """What the fleet server says once a state is in its database."""
        self._acks += 1
        item = AckItem(topic="state", header_id=state.header_id, timestamp=state.timestamp)
        ack = Ack(
            header_id=self._acks,
            timestamp=state.timestamp,
            version=state.version,
            manufacturer=state.manufacturer,
            serial_number=state.serial_number,
            items=[item],
        )
        self._client.publish(ADDRESS.topic("ack"), encode(ack), qos=1)

    def send(self, order: Order) -> None:
        self.publish("order", order)

    def publish(self, name: str, message: Any) -> None:
        self._loop.call_soon_threadsafe(
            lambda: self._client.publish(ADDRESS.topic(name), encode(message), qos=1)
        )

    def offer(self, packed: PackedMap) -> None:
        """Answer every mapRequest with pieces of this map."""
        self._offered = packed
        self._loop.call_soon_threadsafe(
            lambda: self._client.subscribe(ADDRESS.topic("mapRequest"), qos=1)
        )

    def _send_pieces(self, wish: MapRequest) -> None:
        packed = self._offered
        assert packed is not None
        for index in wish.chunks:
            chunk = MapChunk(
                map_id=wish.map_id,
                map_version=wish.map_version,
                sha256=packed.transfer.sha256,
                size_bytes=packed.transfer.size_bytes,
                chunk_bytes=packed.transfer.chunk_bytes,
                chunk_index=index,
                data=packed.piece(index),
                **HEADER,
            )
            self.publish("mapChunk", chunk)

    def act(self, kind: str, action_id: str, version: str, **more: str) -> None:
        """An instant action on the map of this vehicle."""
        values = {"mapId": "sillim", "mapVersion": version, **more}
        action = Action(
            action_type=kind,
            action_id=action_id,
            blocking_type="NONE",
            action_parameters=[ActionParameter(key=k, value=v) for k, v in values.items()],
        )
        self.publish("instantActions", InstantActions(actions=[action], **HEADER))

    def wait_for(self, what: Callable[[State], bool]) -> State:
        """The first new state that fits; fails the test when none comes in time."""
        until_s = time.monotonic() + WALL_LIMIT_S
        with self._changed:
            seen = len(self._states)
            while time.monotonic() < until_s:
                for state in self._states[seen:]:
                    if what(state):
                        return state
                seen = len(self._states)
                self._changed.wait(1.0)
        pytest.fail(f"no such state; the last: {self._states[-1:]}")

    def states(self) -> list[State]:
        with self._changed:
            return list(self._states)

    def close(self) -> None:
        self._call(self._client.disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)


@dataclass
class Vehicle:
    """The running vehicle, as the tests touch it."""

    supervisor: Supervisor
    control: ControlRoom
    patrol_map: PatrolMap
    kills_s: list[float] = field(default_factory=list)

    def kill(self, name: str) -> None:
        """kill -9 of a process of the table."""
        pid = self.supervisor.children[name].pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def black_box(self) -> Path:
        return self.supervisor.settings.state_dir / "black_box"


def start_broker(folder: Path, port: int) -> subprocess.Popen[bytes]:
    folder.mkdir()
    config = folder / "nats.conf"
    config.write_text(
        f'server_name: "test"\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}" }}\n'
        f'mqtt {{ host: "127.0.0.1", port: {port} }}\n'
    )
    broker = subprocess.Popen(
        [broker_program(), "-c", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("wb"),
    )
    until_s = time.monotonic() + 20.0
    while time.monotonic() < until_s:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return broker
        assert broker.poll() is None, (folder / "log").read_text()
    pytest.fail("the broker did not start")


@pytest.fixture(scope="module")
def vehicle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vehicle]:
    build()
    folder = tmp_path_factory.mktemp("vehicle")
    port = free_port()
    broker = start_broker(folder / "broker", port)
    credentials = folder / "credentials.json"
    credentials.write_text(
        json.dumps(
            {
                "host": "127.0.0.1",
                "port": port,
                "username": "goalie-01",
                "password": "unused",
                "interface": ADDRESS.interface,
                "manufacturer": ADDRESS.manufacturer,
                "serial_number": ADDRESS.serial_number,
            }
        )
    )
    settings = VehicleSettings(
        vehicle_file=ROOT / "config" / "vehicles" / "goalie.yaml",
        map_file=MAP_FILE,
        state_dir=folder / "state",
        credentials_file=credentials,
        simulated=True,
        detector="none",
        real_time_factor=1.5,
        domain_id=port % 100,
    )
    control = ControlRoom(port)
    supervisor = Supervisor(settings)
    supervisor.start()
    watcher = threading.Thread(target=supervisor.run)
    watcher.start()
    try:
        running = Vehicle(supervisor, control, load_map(MAP_FILE))
        control.wait_for(lambda s: is_located(s) and not s.errors)
        yield running
    finally:
        supervisor.request_stop()
        watcher.join(60.0)
        control.close()
        broker.terminate()
        broker.wait(10.0)


def has_fault(state: State, name: str) -> bool:
    return any(error.error_type == name for error in state.errors)


def speed_mps(state: State) -> float:
    return (state.velocity and state.velocity.vx) or 0.0


def is_located(state: State) -> bool:
    position = state.agv_position
    return position is not None and position.position_initialized


def at_end(order_id: str, node_id: int) -> Callable[[State], bool]:
    return lambda s: (
        s.order_id == order_id
        and s.last_node_id == str(node_id)
        and not s.node_states
        and not s.driving
    )


def test_patrol_resumes_where_it_stopped_after_navigation_is_killed(vehicle: Vehicle) -> None:
    control, patrol_map = vehicle.control, vehicle.patrol_map
    control.send(route(patrol_map, YARD, "yard", base_end=5))
    before = control.wait_for(lambda s: s.last_node_sequence_id >= 6 and s.driving)
    vehicle.kill("navigation")
    lost = control.wait_for(lambda s: has_fault(s, "navigation_lost"))
    assert lost.order_id == "yard"
    assert lost.last_node_sequence_id >= before.last_node_sequence_id
    control.send(route(patrol_map, YARD, "yard", 1, first=5, base_end=6))  # nobody is there
    resumed = control.wait_for(lambda s: s.driving and not has_fault(s, "navigation_lost"))
    assert resumed.order_id == "yard"
    assert resumed.last_node_sequence_id >= before.last_node_sequence_id
    for update_id, first in enumerate(range(6, len(YARD) - 1), start=2):
        control.send(route(patrol_map, YARD, "yard", update_id, first=first, base_end=first + 1))
    control.wait_for(at_end("yard", YARD[-1]))
    states = [s for s in control.states() if s.order_id == "yard"]
    reached = [s.last_node_sequence_id for s in states]
    assert reached == sorted(reached)
    refused = {e.error_type for s in states for e in s.errors if "rder" in e.error_type}
    assert not refused


def test_vehicle_waits_for_its_eyes_and_goes_on(vehicle: Vehicle) -> None:
    control = vehicle.control
    control.send(route(vehicle.patrol_map, STREET, "street"))
    control.wait_for(lambda s: s.order_id == "street" and s.last_node_id == "159")
    ending = threading.Event()

    def keep_blind() -> None:
        while not ending.wait(0.1):
            vehicle.kill("perception")

    killer = threading.Thread(target=keep_blind)
    killer.start()
    try:
        waiting = control.wait_for(lambda s: not s.driving and has_fault(s, "perception_lost"))
    finally:
        ending.set()
        killer.join()
    position, place = waiting.agv_position, vehicle.patrol_map.nodes[WAITING_PLACE]
    assert position is not None
    assert math.hypot(place.x_m - position.x, place.y_m - position.y) < 1.0
    blind = [s for s in control.states() if has_fault(s, "perception_lost") and s.driving]
    assert speed_mps(blind[-1]) <= WALKING_PACE_MPS + 0.1
    assert waiting.node_states, "the vehicle waits on the way, not at its end"
    control.wait_for(at_end("street", STREET[-1]))


def status_of(state: State, version: str) -> str | None:
    return {m.map_version: m.map_status for m in state.maps or []}.get(version)


def test_another_map_is_taken_while_the_safety_process_lives_on(
    vehicle: Vehicle, tmp_path: Path
) -> None:
    control, old = vehicle.control, vehicle.patrol_map
    slower = {i: replace(e, speed_limit_mps=0.9) for i, e in old.edges.items()}
    version = save_map(replace(old, edges=slower), tmp_path / "slow.geojson")
    content = (tmp_path / "slow.geojson").read_bytes()
    control.offer(PackedMap.of("sillim", version, content))
    control.act("downloadMap", "load", version, mapDownloadLink=map_link("sillim", version))
    read_back = control.wait_for(lambda s: status_of(s, version) == "DISABLED")
    assert read_back.zone_set_id == old.content_hash
    pids = {name: child.pid for name, child in vehicle.supervisor.children.items()}
    control.act("enableMap", "take", version)
    control.wait_for(lambda s: status_of(s, version) == "ENABLED")
    after = {name: child.pid for name, child in vehicle.supervisor.children.items()}
    assert {name for name in pids if pids[name] != after[name]} == {"navigation", "perception"}
    standing = control.wait_for(lambda s: is_located(s) and not has_fault(s, "navigation_lost"))
    assert standing.agv_position is not None
    here = (old.nearest_node(standing.agv_position.x, standing.agv_position.y).id,)
    stale = route(old, here, "stale")
    stale.zone_set_id = old.content_hash
    control.send(stale)
    refused = control.wait_for(lambda s: has_fault(s, "mapMismatch"))
    said = next(e.error_description for e in refused.errors if e.error_type == "mapMismatch")
    assert said is not None
    assert old.content_hash in said
    assert version in said
    fresh = route(old, here, "fresh")
    fresh.zone_set_id = version
    control.send(fresh)
    control.wait_for(at_end("fresh", here[0]))


def test_gate_stops_within_300_ms_of_the_last_command(vehicle: Vehicle) -> None:
    vehicle.supervisor.request_stop()
    until_s = time.monotonic() + 30.0
    while any(c.pid for c in vehicle.supervisor.children.values()) and time.monotonic() < until_s:
        time.sleep(0.1)
    commands, safe = read_speeds(recordings_in(vehicle.black_box() / "ring"))
    gaps = [(a, b) for (a, _), (b, _) in itertools.pairwise(commands) if b - a > 0.5]
    assert gaps, "navigation's death leaves a gap in /cmd_vel"
    last_s = gaps[0][0]
    assert [v for t, v in safe if last_s - 0.2 < t <= last_s][-1] > STOPPED_MPS
    first_zero_s = next(t for t, v in safe if t > last_s and v == 0.0)
    assert first_zero_s - last_s <= 0.3
    after = [v for t, v in safe if first_zero_s <= t < gaps[0][1]]
    assert set(after) == {0.0}


def read_speeds(
    recordings: list[Path],
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """(stamp, speed) of /cmd_vel and /cmd_vel_safe."""
    activate()
    from geometry_msgs.msg import TwistStamped
    from rclpy.serialization import deserialize_message

    from patrol.stamps import seconds_of

    found: dict[str, list[tuple[float, float]]] = {"/cmd_vel": [], "/cmd_vel_safe": []}
    for recording in recordings:
        with recording.open("rb") as stream:
            for _, channel, message in make_reader(stream).iter_messages(topics=list(found)):
                twist = deserialize_message(message.data, TwistStamped)
                found[channel.topic].append((seconds_of(twist.header.stamp), twist.twist.linear.x))
    return found["/cmd_vel"], found["/cmd_vel_safe"]
