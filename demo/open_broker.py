"""OpenBroker: a broker on loopback that knows no passwords, for a scenario's own control room."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from demo.processes import DemoError
from fleet_server.broker import broker_program
from patrol.vda5050.topic_names import VehicleAddress

READY_WITHIN_S = 15.0
STOP_WITHIN_S = 5.0
HOST = "127.0.0.1"


class OpenBroker:
    """NATS with its MQTT face over an empty folder; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> OpenBroker:
        self._folder.mkdir(parents=True, exist_ok=True)
        config, log = self._folder / "nats.conf", self._folder / "nats.log"
        store = json.dumps(str(self._folder / "store"))
        config.write_text(
            f'server_name: "scenario"\nlisten: "{HOST}:-1"\njetstream {{ store_dir: {store} }}\n'
            f'mqtt {{ host: "{HOST}", port: {self.port} }}\n'
        )
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [broker_program(), "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        until_s = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until_s:
                self.__exit__()
                raise DemoError(f"the broker did not start; see {log}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((HOST, self.port)) == 0

    def write_credentials(self, path: Path, address: VehicleAddress) -> None:
        """What a vehicle logs in with."""
        row = {
            "host": HOST, "port": self.port, "username": address.serial_number,
            "password": "none", "interface": address.interface,
            "manufacturer": address.manufacturer, "serial_number": address.serial_number,
        }  # fmt: skip
        path.write_text(json.dumps(row), encoding="utf-8")
