"""ServerBeside: the product's fleet server with one map and some vehicles, in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from demo.processes import Child, wait_for

START_LIMIT_S = 120.0


class ServerBeside:
    """A fleet server over `folder`, whose broker is its own; a context manager, or `start`.

    `enrolled` holds the arguments of `sunra enroll`, once for each call of it.
    """

    def __init__(
        self,
        folder: Path,
        map_path: Path,
        enrolled: Sequence[Sequence[str]],
        host: str,
        port: int,
        broker_port: int = 0,
    ) -> None:
        self._map, self._enrolled, self._logs = map_path, enrolled, folder / "logs"
        self._listen = ("--host", host, "--port", str(port), "--broker-port", str(broker_port))
        self._data = folder / "fleet"
        self._facts = self._data / "server.json"

    def __enter__(self) -> ServerBeside:
        self._child = self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def start(self) -> Child:
        """Enrol, then serve; returns when it listens. Raises DemoError naming the log."""
        data = ("--data", str(self._data))
        for what in self._enrolled:
            Child("enroll", ["enroll", *data, *what], self._logs / "enroll.log").wait_success()
        self._facts.unlink(missing_ok=True)  # of an earlier run
        arguments = ["serve", *data, "--map", str(self._map), *self._listen]
        server = Child("fleet-server", arguments, self._logs / "fleet-server.log")
        try:
            wait_for("fleet server", self._missing, [server], START_LIMIT_S)
        except BaseException:
            server.stop()
            raise
        return server

    def _missing(self) -> str:
        return "" if self._facts.exists() else f"no {self._facts} yet"

    def check(self) -> None:
        """Raises DemoError when the server has ended."""
        self._child.check()

    @property
    def url(self) -> str:
        """Where the console is."""
        return str(json.loads(self._facts.read_text())["url"])

    @property
    def login(self) -> tuple[str, str]:
        """User name and password of the generated operator."""
        return "operator", (self._data / "operator-password.txt").read_text().strip()

    @property
    def credentials(self) -> Path:
        """The folder of what vehicles log in with: MANUFACTURER/SERIAL.json."""
        return self._data / "credentials"
