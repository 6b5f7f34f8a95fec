"""All processes of a vehicle on real DDS in a simulated world, a broker, and a control room."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleet_server.broker import broker_program
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vda5050.messages import State
from patrol_bringup.build_interfaces import build
from patrol_bringup.settings import VehicleSettings
from patrol_bringup.supervisor import Supervisor
from tests.integration.control_room import (
    ADDRESS,
    ControlRoom,
    at_end,
    has_fault,
    is_located,
    route,
    speed_mps,
)

ROOT = Path(__file__).parents[2]
MAP_FILE = ROOT / "maps" / "sillim.geojson"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Vehicle:
    """The running vehicle, as the tests touch it."""

    supervisor: Supervisor
    control: ControlRoom
    patrol_map: PatrolMap
    was_killed_driving: bool = False  # its navigation, at speed

    def kill(self, name: str) -> None:
        """kill -9 of a process of the table."""
        pid = self.supervisor.children[name].pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def kill_navigation_at_speed(self) -> State:
        """The first state that tells of the loss."""
        self.control.wait_for(lambda s: speed_mps(s) > 0.5)
        self.kill("navigation")
        self.was_killed_driving = True
        return self.control.wait_for(lambda s: has_fault(s, "navigation_lost"))

    def drive_on_to_the_end_of(self, way: tuple[int, ...]) -> None:
        """From where it is on the way; nothing to do where that is its end."""
        here = self.control.wait_for(is_located).agv_position
        assert here is not None
        places = [self.patrol_map.nodes[node_id] for node_id in way]
        index = min(
            range(len(way)),
            key=lambda i: math.dist((places[i].x_m, places[i].y_m), (here.x, here.y)),
        )
        if index < len(way) - 1:
            self.control.send(route(self.patrol_map, way[index:], f"from-{way[index]}"))
            self.control.wait_for(at_end(f"from-{way[index]}", way[-1]))

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


@contextmanager
def running_vehicle(folder: Path) -> Iterator[Vehicle]:
    """A vehicle at its dock that knows where it is."""
    build()
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
