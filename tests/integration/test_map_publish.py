"""A new map for a running fleet: a real server, its broker, light vehicles, `sunra publish`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from patrol.map_geojson import load_map, save_map

ROOT = Path(__file__).parents[2]
SUNRA = [sys.executable, str(ROOT / "sunra.py")]
MAP_FILE = ROOT / "maps/sillim.geojson"
VEHICLES = 4


def until(what: Callable[[], Any], limit_s: float = 60.0) -> Any:
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"not within {limit_s} s: {what}")


@pytest.fixture(scope="module")
def new_map(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The shipped map with every limit lowered: same places, another version."""
    before = load_map(MAP_FILE)
    edges = {i: replace(e, speed_limit_mps=0.9) for i, e in before.edges.items()}
    path = tmp_path_factory.mktemp("map") / "slow.geojson"
    return path, save_map(replace(before, edges=edges), path)


@pytest.fixture
def fleet(server: Any, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Light vehicles, online."""
    subprocess.run(
        [*SUNRA, "enroll", "--count", str(VEHICLES), "--data", str(server.data_dir)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    with (tmp_path / "fleet.log").open("wb") as log:
        process = subprocess.Popen(
            [*SUNRA, "simulate", "fleet", "--map", str(MAP_FILE),
             "--credentials-dir", str(server.data_dir / "credentials")],
            cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        with closing(server.log_in()) as api:
            until(lambda: len(on_a_map(api)) == VEHICLES)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def on_a_map(api: httpx.Client) -> list[dict[str, Any]]:
    return [v for v in api.get("/vehicles").json() if v["map_hash"]]


def assign(api: httpx.Client, vehicle: dict[str, Any]) -> httpx.Response:
    patrol = next(p for p in api.get("/patrols").json())
    names = {key: vehicle[key] for key in ("manufacturer", "serial_number")}
    return api.post("/assignments", json={"patrol_id": patrol["patrol_id"], **names})


def publish(server: Any, map_file: Path, *options: str) -> subprocess.Popen[str]:
    password = server.data_dir / "operator-password.txt"
    return subprocess.Popen(
        [*SUNRA, "publish", str(map_file), "--server", server.url,
         "--password-file", str(password), *options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def test_every_vehicle_switches_together_and_patrols_on_the_new_version(
    server: Any, fleet: Any, new_map: tuple[Path, str]
) -> None:
    path, wanted = new_map
    old = load_map(MAP_FILE).content_hash
    with closing(server.log_in()) as api:
        assert all(v["map_hash"] == old and v["map_current"] for v in on_a_map(api))
        done = publish(server, path)
        output, _ = done.communicate(timeout=120)
        assert done.returncode == 0, output
        assert f"{VEHICLES}/{VEHICLES} vehicles are on it" in output
        assert all(v["map_hash"] == wanted and v["map_current"] for v in on_a_map(api))
        versions = {v["content_hash"]: v for v in api.get("/maps/sillim/versions").json()}
        assert versions[wanted]["current"]
        assert not versions[old]["current"]
        assert len(versions[wanted]["vehicles_enabled"]) == VEHICLES
        assert len(versions[old]["vehicles_stored"]) == VEHICLES
        made = assign(api, on_a_map(api)[0])
        assert made.status_code == 201, made.text
        until(lambda: api.get("/assignments").json()[0]["status"] == "running")
        actions = [row["action"] for row in api.get("/audit").json()]
        assert {"map_upload", "map_publish", "map_current"} <= set(actions)


def test_vehicle_left_out_is_refused_a_patrol_until_it_has_the_map(
    server: Any, fleet: Any, new_map: tuple[Path, str]
) -> None:
    path, wanted = new_map
    with closing(server.log_in()) as api:
        first, second = on_a_map(api)[:2]
        done = publish(server, path, "--vehicles", first["vehicle_id"])
        assert done.wait(120) == 0
        behind = next(v for v in on_a_map(api) if v["vehicle_id"] == second["vehicle_id"])
        assert behind["map_current"] is False
        refused = assign(api, behind)
        assert refused.status_code == 409
        error = refused.json()["error"]
        assert error["code"] == "map_outdated"
        assert behind["map_hash"][:12] in error["message"]
        assert wanted[:12] in error["message"]
        assert publish(server, path, "--one-by-one").wait(120) == 0
        assert assign(api, behind).status_code == 201


def test_server_killed_in_the_middle_goes_on(
    server: Any, fleet: Any, new_map: tuple[Path, str]
) -> None:
    path, wanted = new_map
    asking = publish(server, path, "--no-wait")
    assert asking.wait(60) == 0
    server.kill()
    server.end()  # and the broker it has left
    server.start()
    with closing(server.log_in()) as api:
        until(lambda: api.get("/publications?status=all").json()[0]["phase"] == "done", 90.0)
        assert all(v["map_hash"] == wanted and v["map_current"] for v in on_a_map(api))
        [current] = api.get("/maps").json()
        assert current["content_hash"] == wanted, "what was published outlives --map of old"
