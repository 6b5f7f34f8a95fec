"""`sunra publish`: what a person reads, and what the shell gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fleet_server import publish_cli
from fleet_server.publish_cli import Watch, follow, publish_command
from fleet_server.rest_client import ServerError
from patrol.clock import SimClock
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import save_map

HASH = "a" * 64


def publication(phase: str, *statuses: str, reason: str | None = None) -> dict[str, Any]:
    vehicles = [
        {"vehicle_id": f"sunra/{i}", "status": status, "reason": None, "map_hash": HASH}
        for i, status in enumerate(statuses)
    ]
    return {"publication_id": "p1", "phase": phase, "reason": reason, "vehicles": vehicles}


class FakeServer(ThreadingHTTPServer):
    """Answers as the fleet server does; the last publication is the end."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, bytes]] = []
        self.publications = [publication("downloading", "downloading", "waiting")]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def log_message(self, *_: Any) -> None:
        return

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.removeprefix("/api/v1")
        self.server.asked.append(("POST", path, body))
        if path == "/session" and json.loads(body)["password"] != "right":
            self._answer(401, {"error": {"code": "wrong", "message": "wrong password"}})
        elif path == "/session":
            self._answer(200, {"token": "t"})
        elif self.headers["Authorization"] != "Bearer t":
            self._answer(401, {"error": {"code": "no", "message": "not logged in"}})
        elif path == "/map-versions":
            kept = {"map_id": "li/ne", "content_hash": HASH, "warnings": ["patrol 'P' names x"]}
            self._answer(201, kept)
        else:
            self._answer(201, self.server.publications[0])

    def do_GET(self) -> None:
        publications = self.server.publications
        self._answer(200, publications.pop(0) if len(publications) > 1 else publications[0])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.setattr(publish_cli, "ASK_EVERY_S", 0.0)
    made = FakeServer()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    nodes = {0: Node(0, 0.0, 0.0), 1: Node(1, 5.0, 0.0)}
    edges = {0: Edge(0, 0, 1, 5.0, 1.3, 3.0, WayClass.ALLEY)}
    path = tmp_path / "line.geojson"
    save_map(PatrolMap("li/ne", "", GeoPoint(37.5, 126.9), nodes, edges), path)
    return path


def run(server: FakeServer, map_file: Path, *more: str, password: str = "right") -> Result:
    arguments = [str(map_file), "--server", server.url, *more]
    environment = {"SUNRA_PASSWORD": password}
    return CliRunner().invoke(publish_command, arguments, env=environment, standalone_mode=False)


def test_every_change_is_a_line_and_the_end_the_status(server: FakeServer, map_file: Path) -> None:
    server.publications += [
        publication("downloading", "ready", "downloading"),
        publication("done", "enabled", "enabled"),
    ]
    result = run(server, map_file)
    assert result.return_value == 0, result.output
    lines = result.output.splitlines()
    assert lines[1] == "warning: patrol 'P' names x"
    assert lines[-1] == "done  2/2 vehicles are on it"
    assert len(lines) == len(set(lines)), "nothing is said twice"
    uploaded = next(body for _, path, body in server.asked if path == "/map-versions")
    assert uploaded == map_file.read_bytes()
    [path] = [path for _, path, _ in server.asked if "publications" in path]
    assert path == "/maps/li%2Fne/publications"


def test_failure_is_status_1_with_its_reason(server: FakeServer, map_file: Path) -> None:
    server.publications = [publication("failed", "failed", reason="1 of 1 did not get the map")]
    result = run(server, map_file)
    assert result.return_value == 1
    assert "failed: 1 of 1 did not get the map" in result.output


def test_choices_are_passed_on(server: FakeServer, map_file: Path) -> None:
    result = run(server, map_file, "--vehicles", "sunra/a, sunra/b", "--one-by-one", "--no-wait")
    assert result.return_value == 0
    body = json.loads(next(b for _, path, b in server.asked if "publications" in path))
    assert (body["vehicles"], body["together"]) == (["sunra/a", "sunra/b"], False)


def test_refusal_is_the_servers_own_line(server: FakeServer, map_file: Path) -> None:
    result = run(server, map_file, password="wrong")
    assert isinstance(result.exception, ServerError)
    assert str(result.exception) == "wrong password"


def test_server_that_is_not_there_is_one_line(map_file: Path, server: FakeServer) -> None:
    result = run(server, map_file, "--server", "http://127.0.0.1:9")
    assert isinstance(result.exception, ServerError)
    assert "http://127.0.0.1:9" in str(result.exception)


def test_bad_map_never_leaves_the_machine(server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text("{")
    result = run(server, path)
    assert isinstance(result.exception, MapError)
    assert server.asked == []


def test_watching_ends_with_the_publication() -> None:
    said: list[str] = []
    later = iter([publication("enabling", "enabling"), publication("cancelled", "ready")])
    end = follow(publication("downloading", "waiting"), lambda: next(later), said.append)
    assert end["phase"] == "cancelled"
    assert said[-1] == "cancelled  0/1 vehicles are on it"


class Flaky:
    """A server that does not answer some times, then does."""

    def __init__(self, silent: int) -> None:
        self._silent = silent

    def get(self, path: str) -> dict[str, Any]:
        self._silent -= 1
        if self._silent >= 0:
            raise ServerError("nobody is there")
        return {"path": path}


@pytest.mark.parametrize(("silent", "answers"), [(0, True), (59, True), (70, False)])
def test_a_server_that_is_started_anew_is_waited_for(silent: int, answers: bool) -> None:
    clock = SimClock()
    watch = Watch(Flaky(silent), "p1", clock, clock.advance)  # type: ignore[arg-type]
    if answers:
        assert watch() == {"path": "/publications/p1"}
        assert clock.monotonic_s() == silent + 1
    else:
        with pytest.raises(ServerError, match="nobody"):
            watch()
