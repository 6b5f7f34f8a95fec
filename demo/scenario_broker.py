"""ScenarioBroker: a broker on loopback that knows no passwords: control room and vehicle alone."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from demo.processes import Child, wait_for
from fleet_server.broker import broker_program
from patrol.vda5050.topic_names import VehicleAddress

READY_WITHIN_S = 15.0
HOST = "127.0.0.1"


class ScenarioBroker:
    """NATS with its MQTT face over a folder; a context manager. Raises DemoError, BrokerError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> ScenarioBroker:
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        store = json.dumps(str(self._folder / "store"))
        config.write_text(
            f'server_name: "scenario"\nlisten: "{HOST}:-1"\njetstream {{ store_dir: {store} }}\n'
            f'mqtt {{ host: "{HOST}", port: {self.port} }}\n'
        )
        program, log = broker_program(), self._folder / "nats.log"
        self._child = Child("broker", ["-c", str(config)], log, program)
        try:
            wait_for("broker", self._missing, [self._child], READY_WITHIN_S)
        except BaseException:
            self._child.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def _missing(self) -> str:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            answers = probe.connect_ex((HOST, self.port)) == 0
        return "" if answers else f"no answer at {HOST}:{self.port}"

    def write_credentials(self, path: Path, address: VehicleAddress) -> None:
        """What a vehicle logs in with."""
        row = {
            "host": HOST, "port": self.port, "username": address.serial_number,
            "password": "none", "interface": address.interface,
            "manufacturer": address.manufacturer, "serial_number": address.serial_number,
        }  # fmt: skip
        path.write_text(json.dumps(row), encoding="utf-8")
