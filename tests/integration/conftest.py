"""`sunra serve` as a process on a data directory of its own, and what a test asks of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet_client.credentials import Credentials, load_credentials

ROOT = Path(__file__).parents[2]
SUNRA = [sys.executable, str(ROOT / "sunra.py")]
STOP_LIMIT_S = 15.0


class Server:
    """The fleet server with its embedded broker; `start` again after `kill` or `stop`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.map_file = ROOT / "maps/sillim.geojson"
        self.config_file = ROOT / "config/fleet.yaml"
        self.broker_port = 0  # any free one
        self.process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> Path:
        """What it wrote to stderr, over all its starts."""
        return self.data_dir.with_name("server.log")

    def start(self) -> None:
        """Returns when it is ready."""
        self.file.unlink(missing_ok=True)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*SUNRA, "serve", "--data", str(self.data_dir), "--map", str(self.map_file),
                 "--port", "0", "--broker-port", str(self.broker_port),
                 "--config", str(self.config_file)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "fleet server ready" in line, line + self.log.read_text()

    @property
    def file(self) -> Path:
        return self.data_dir / "server.json"

    @property
    def url(self) -> str:
        return str(json.loads(self.file.read_text())["url"])

    @property
    def broker_pid(self) -> int:
        """The broker's process id; raises OSError or ValueError while it has none."""
        return int((self.data_dir / "broker/nats.pid").read_text())

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_LIMIT_S)

    def end(self) -> None:
        """Leave nothing running, whatever the test did."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        with contextlib.suppress(OSError, ValueError):  # a killed server leaves its broker
            command = Path(f"/proc/{self.broker_pid}/cmdline").read_bytes()
            if os.fsencode(self.data_dir) in command:
                os.kill(self.broker_pid, signal.SIGKILL)

    def enroll(self, name: str) -> Credentials:
        done = subprocess.run(
            [*SUNRA, "enroll", name, "--data", str(self.data_dir)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return load_credentials(Path(done.stdout.strip()))

    def log_in(self) -> httpx.Client:
        password = (self.data_dir / "operator-password.txt").read_text().strip()
        client = httpx.Client(base_url=self.url + "/api/v1")
        answer = client.post("/session", json={"username": "operator", "password": password})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    def rows(self, query: str) -> list[Any]:
        """What the database holds."""
        with contextlib.closing(sqlite3.connect(self.data_dir / "fleet.db")) as database:
            return database.execute(query).fetchall()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    """Not started yet, so that a test can choose its map and settings."""
    server = Server(tmp_path / "data")
    yield server
    server.end()


@pytest.fixture
def server(new_server: Server) -> Server:
    """Running over the shipped map and settings."""
    new_server.start()
    return new_server
