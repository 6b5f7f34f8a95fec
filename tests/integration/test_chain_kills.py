"""A light vehicle on a patrol goes on when the server, or the broker, is killed; nothing is lost.

The real `sunra serve` with its broker, the real `sunra simulate fleet`, a patrol by the public
API. The vehicle is of the class that may drive 8 km/h on pavements, so the patrol is short.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from patrol.geodesy import GeoPoint
from patrol.map import Checkpoint, Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import save_map

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
SPOOLED = 5  # states, one a second: so long the vehicle is alone
POLL_S = 0.05
NODES, STEP_M = 10, 5.0
SEED_THAT_STARTS_AT_NODE_0 = 23
SETTINGS = """\
broker: {ack_wait_s: 1}
dispatch: {base_edges: 8, extend_below_edges: 3, horizon_edges: 40}
"""
RATES = re.compile(r"connected (\d)/1 .* spooled (\d+) .* driven ([\d.]+) m/s")


def street() -> PatrolMap:
    """A straight street of 45 m with a checkpoint near each end."""
    nodes = {i: Node(i, STEP_M * i, 0.0) for i in range(NODES)}
    ways = [*pairwise(range(NODES)), *pairwise(reversed(range(NODES)))]
    edges = {
        100 + n: Edge(100 + n, a, b, STEP_M, 2.2, 4.0, WayClass.STREET)
        for n, (a, b) in enumerate(ways)
    }
    checkpoints = [Checkpoint("near", "가까운 문", 1), Checkpoint("far", "먼 문", NODES - 1)]
    origin = GeoPoint(37.4843, 126.9293)
    return PatrolMap("street", "길", origin, nodes, edges, checkpoints=checkpoints)


def until(condition: Callable[[], Any], what: str) -> Any:
    """Poll until something is true, and give it back."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not (met := condition()):
        assert time.monotonic() < deadline_s, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(POLL_S)
    return met


@dataclass(frozen=True)
class Second:
    """What the light vehicle's own line said at a time (seconds since the epoch)."""

    at_s: float
    connected: bool
    spooled: int
    speed_mps: float


class LightVehicle:
    """`sunra simulate fleet --vehicles 1`; its line a second is read by a thread."""

    def __init__(self, server: Any, folder: Path) -> None:
        vehicle_file = folder / "light.yaml"
        goalie = (ROOT / "config/vehicles/goalie.yaml").read_text(encoding="utf-8")
        vehicle_file.write_text(goalie.replace("mass_kg: 290", "mass_kg: 90"), encoding="utf-8")
        self.seconds: list[Second] = []
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "sunra.py"), "simulate", "fleet", "--vehicles", "1",
             "--map", str(server.map_file), "--credentials-dir",
             str(server.data_dir / "credentials"), "--vehicle", str(vehicle_file),
             "--seed", str(SEED_THAT_STARTS_AT_NODE_0)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := RATES.search(line):
                connected, spooled, driven = found.groups()
                self.seconds.append(
                    Second(time.time(), connected == "1", int(spooled), float(driven))
                )

    def since(self, time_s: float) -> list[Second]:
        return [second for second in self.seconds if second.at_s > time_s]

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15.0)


class Patrol:
    """One assignment, and the API as the operator's session sees it."""

    def __init__(self, server: Any, vehicle: LightVehicle) -> None:
        self.server, self.vehicle = server, vehicle
        self.api: httpx.Client = server.log_in()
        until(lambda: self.view()["position"], "the vehicle says where it is")
        body = {"name": "길 끝까지", "map_id": "street", "checkpoint_ids": ["near", "far"]}
        patrol = self.call("POST", "/patrols", body | {"order": "given"})
        whom = {"manufacturer": "sunra", "serial_number": "light-01", "return_to_dock": False}
        assigned = self.call("POST", "/assignments", whom | {"patrol_id": patrol["patrol_id"]})
        self.id = assigned["assignment_id"]
        until(lambda: self.x_m() > STEP_M, "the first checkpoint is behind")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def view(self) -> Any:
        return self.call("GET", "/vehicles/sunra/light-01")

    def x_m(self) -> float:
        position = self.view()["position"]
        return float(position["x_m"]) if position else 0.0

    def assignment(self) -> Any:
        return self.call("GET", f"/assignments/{self.id}")

    def log_in_again(self) -> None:
        self.api.close()
        self.api = self.server.log_in()


@pytest.fixture
def patrol(new_server: Any, tmp_path: Path) -> Iterator[Patrol]:
    new_server.map_file = tmp_path / "street.geojson"
    new_server.config_file = tmp_path / "fleet.yaml"
    save_map(street(), new_server.map_file)
    new_server.config_file.write_text(SETTINGS)
    new_server.start()
    new_server.enroll("sunra/light-01")
    vehicle = LightVehicle(new_server, tmp_path)
    try:
        patrol = Patrol(new_server, vehicle)
        yield patrol
        patrol.api.close()
    finally:
        vehicle.stop()


def finish(patrol: Patrol) -> None:
    """The patrol is driven to its end, and everything is acknowledged."""
    over = ("finished", "failed", "cancelled")
    done = until(lambda: (a := patrol.assignment())["status"] in over and a, "the patrol ends")
    assert done["status"] == "finished", done["reason"]
    assert all(checkpoint["visited_at"] for checkpoint in done["checkpoints"])
    ended_s = time.time()
    until(lambda: patrol.vehicle.since(ended_s), "one more second of the vehicle")
    assert patrol.vehicle.stop() == 0


def assert_drove_on(patrol: Patrol, from_s: float, to_s: float) -> None:
    """Every state is there once, in order; positions moved while nobody listened."""
    states = patrol.server.rows(
        "SELECT header_id, event_time_s, x_m FROM state_history ORDER BY event_time_s, header_id"
    )
    assert [header_id for header_id, _, _ in states] == list(range(len(states)))
    outage = [x_m for _, event_s, x_m in states if from_s < event_s < to_s]
    assert len(outage) >= SPOOLED - 1  # one may have been under way when the kill came
    assert outage == sorted(outage)
    assert outage[-1] - outage[0] > 2.0
    seconds = [s for s in patrol.vehicle.since(from_s) if s.at_s < to_s]
    assert max(s.speed_mps for s in seconds) > 1.0
    assert max(s.spooled for s in seconds) >= SPOOLED
    assert patrol.vehicle.seconds[-1].spooled == 0
    (last,) = patrol.server.rows("SELECT header_id FROM last_state")
    assert last[0] == len(states) - 1


def test_vehicle_patrols_on_while_the_server_is_dead(patrol: Patrol) -> None:
    killed_s = time.time()
    patrol.server.kill()
    until(
        lambda: any(s.spooled >= SPOOLED for s in patrol.vehicle.since(killed_s)),
        "the spool fills",
    )
    back_s = time.time()
    patrol.server.start()
    patrol.log_in_again()
    finish(patrol)
    assert_drove_on(patrol, killed_s, back_s)
    orders = patrol.server.rows("SELECT DISTINCT order_id FROM state_history WHERE order_id <> ''")
    assert len(orders) == 1, "the order of before the kill was driven to its end"


def test_vehicle_patrols_on_while_the_broker_is_dead(patrol: Patrol) -> None:
    """The server restarts the broker; it is killed again and again until the spool has filled."""
    killed_s, pids = time.time(), set()
    while not any(s.spooled >= SPOOLED for s in patrol.vehicle.since(killed_s)):
        assert time.time() - killed_s < PATIENCE_S
        with contextlib.suppress(OSError, ValueError):
            pid = patrol.server.broker_pid
            os.kill(pid, signal.SIGKILL)
            pids.add(pid)
        time.sleep(POLL_S)
    back_s = time.time()
    assert len(pids) > 1, "it was restarted"
    finish(patrol)
    assert_drove_on(patrol, killed_s, back_s)
    health = json.loads(patrol.api.get("/health").text)
    assert health["broker"] == "up"
    assert health["quarantined"] == 0
