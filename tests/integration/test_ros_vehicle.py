"""A whole vehicle on real DDS in a simulated world: orders over MQTT, killed processes.

One world serves every test; each first brings the vehicle where it needs it.
"""

from __future__ import annotations

import itertools
import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mcap.reader import make_reader

from fleet_client.black_box.segment import recordings_in
from patrol.map_geojson import save_map
from patrol.vda5050.map_transfer import PackedMap, map_link
from patrol.vda5050.messages import State
from patrol.vda5050.node_actions import node_action
from patrol_bringup.environment import activate
from tests.integration.control_room import answers, at_end, has_fault, is_located, route, speed_mps
from tests.integration.running_vehicle import Vehicle, running_vehicle

YARD = (294, 295, 296, 297, 298, 299, 300, 301, 302, 157, 158)  # dock to a waiting place
STREET = (158, 159, 160, 161)
WAITING_PLACE = 160  # the next one after 159
WALKING_PACE_MPS = 0.5  # of the response "slow, then wait"
STOPPED_MPS = 0.05
ACTS = ("look", "picture", "words", "light", "stay")


@pytest.fixture(scope="module")
def vehicle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vehicle]:
    with running_vehicle(tmp_path_factory.mktemp("vehicle")) as running:
        yield running


def test_patrol_resumes_where_it_stopped_after_navigation_is_killed(vehicle: Vehicle) -> None:
    control, patrol_map = vehicle.control, vehicle.patrol_map
    control.send(route(patrol_map, YARD, "yard", base_end=5))
    before = control.wait_for(lambda s: s.last_node_sequence_id >= 6 and s.driving)
    lost = vehicle.kill_navigation_at_speed()
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


def test_it_shows_says_and_pictures_what_its_order_asks(vehicle: Vehicle) -> None:
    control = vehicle.control
    vehicle.drive_on_to_the_end_of(YARD)
    order = route(vehicle.patrol_map, YARD[-1:], "acts")
    order.nodes[0].actions = [
        node_action("lookAround", "look", {"duration_s": 2.0}),
        node_action("capture", "picture"),
        node_action("announce", "words", {"message": "안전 순찰 중입니다"}, "SOFT"),
        node_action("startBeacon", "light"),
        node_action("dwell", "stay", {"dwell_s": 3.0}),
    ]
    control.send(order)
    control.wait_for(lambda s: s.order_id == "acts" and is_lit(s))
    done = control.wait_for(lambda s: has_finished(s, "acts", len(ACTS)))
    results = {a.action_id: a.result_description for a in done.action_states}
    assert {name: results[name] for name in ACTS} == dict.fromkeys(ACTS)
    control.wait_for(lambda s: not is_lit(s))  # the order is over
    (folder,) = (vehicle.supervisor.settings.state_dir / "evidence").glob("picture")
    (picture,) = folder.glob("*.jpg")
    assert picture.stat().st_size > 1000


def is_lit(state: State) -> bool:
    return any(
        (r.reference_key, r.reference_value) == ("beacon", "on")
        for said in state.information or []
        for r in said.info_references or []
    )


def has_finished(state: State, order_id: str, count: int) -> bool:
    done = [a for a in state.action_states if a.action_status == "FINISHED"]
    return state.order_id == order_id and len(done) >= count


def test_a_full_disk_stops_no_patrol(vehicle: Vehicle) -> None:
    control, state_dir = vehicle.control, vehicle.supervisor.settings.state_dir
    vehicle.drive_on_to_the_end_of(YARD)
    restarts = {name: child.restarts for name, child in vehicle.supervisor.children.items()}
    spoilt = [
        *(state_dir / f".{name}.json.tmp" for name in ("pose", "order", "steering")),
        state_dir / "simulation.tmp",
        *(state_dir / "logs").glob("*.log"),
    ]
    for path in spoilt:
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/full")
    way = YARD[-1], *STREET[1:2]
    control.send(route(vehicle.patrol_map, way, "full"))
    control.wait_for(at_end("full", way[-1]))
    assert all(path.is_symlink() for path in spoilt), "nothing of it came to the disk"
    for path in spoilt:
        path.unlink()
    assert json.loads((state_dir / "pose.json").read_text())["stamp_s"] > 0.0
    assert restarts == {name: c.restarts for name, c in vehicle.supervisor.children.items()}


def test_vehicle_waits_for_its_eyes_and_goes_on(vehicle: Vehicle) -> None:
    control = vehicle.control
    vehicle.drive_on_to_the_end_of(YARD)
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
    for attempt in range(3):  # a machine that stalls makes a pose stale, and the order is refused
        fresh = route(old, here, f"fresh-{attempt}")
        fresh.zone_set_id = version
        control.send(fresh)
        if control.wait_for(answers(fresh.order_id)).order_id == fresh.order_id:
            break
    control.wait_for(at_end(fresh.order_id, here[0]))


def test_gate_stops_within_300_ms_of_the_last_command(vehicle: Vehicle) -> None:
    if not vehicle.was_killed_driving:
        vehicle.control.send(route(vehicle.patrol_map, YARD, "yard"))
        vehicle.kill_navigation_at_speed()
        vehicle.control.wait_for(lambda s: s.driving and not has_fault(s, "navigation_lost"))
    vehicle.supervisor.request_stop()
    until_s = time.monotonic() + 30.0
    while any(c.pid for c in vehicle.supervisor.children.values()) and time.monotonic() < until_s:
        time.sleep(0.1)
    commands, safe = read_speeds(recordings_in(vehicle.black_box() / "ring"))
    pairs = itertools.pairwise(commands)
    gaps = [(a, b) for (a, v), (b, _) in pairs if b - a > 0.5 and v > STOPPED_MPS]
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
