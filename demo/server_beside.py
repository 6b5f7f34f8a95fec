"""ServerBeside: the product's fleet server with one map and some vehicles, in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demo.processes import Child, wait_for

START_WITHIN_S = 60.0
INTERFACE = "scenario"


class ServerBeside:
    """Enrols, starts and ends; a context manager. Raises DemoError naming the log."""

    def __init__(
        self, folder: Path, map_path: Path, serial_numbers: Sequence[str], host: str, port: int
    ) -> None:
        self._folder, self._data = folder, folder / "fleet"
        self._map, self._serial_numbers = map_path, serial_numbers
        self._host, self._port = host, port
        self._server: Child | None = None

    def __enter__(self) -> ServerBeside:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        if self._server is not None:
            self._server.stop()

    def _start(self) -> None:
        logs, config = self._folder / "logs", self._folder / "fleet.yaml"
        self._folder.mkdir(parents=True, exist_ok=True)
        config.write_text(f"interface: {INTERFACE}\n", encoding="utf-8")
        where = ("--data", str(self._data), "--config", str(config))
        for serial_number in self._serial_numbers:
            enrol = Child(
                "enroll", ["enroll", f"sunra/{serial_number}", *where], logs / "enroll.log"
            )
            enrol.wait_success()
        self._server = Child(
            "fleet-server",
            ["serve", *where, "--map", str(self._map), "--host", self._host,
             "--port", str(self._port), "--broker-port", "0"],
            logs / "fleet-server.log",
        )  # fmt: skip
        facts = self._data / "server.json"
        wait_for("fleet server", facts.exists, [self._server], START_WITHIN_S)

    def check(self) -> None:
        """Raises DemoError when the server has ended."""
        if self._server is not None:
            self._server.check()

    @property
    def url(self) -> str:
        """Where the console is."""
        return str(json.loads((self._data / "server.json").read_text())["url"])

    @property
    def login(self) -> tuple[str, str]:
        """User name and password of the generated operator."""
        return "operator", (self._data / "operator-password.txt").read_text().strip()

    def credentials(self, serial_number: str) -> Path:
        """What a vehicle logs in with."""
        return self._data / "credentials" / "sunra" / f"{serial_number}.json"
