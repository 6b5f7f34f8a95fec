"""A scenario with the console beside it: its vehicles really report to the fleet server."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SCENARIO = """
title: Two vehicles drive a little
map: {root}/maps/proving_ground.geojson
duration_s: {duration_s}
vehicles:
  - start: {{edge_id: 103, fraction: 0.2}}
    nodes: [2, 3, 4]
  - {{name: goalie-02, start: {{edge_id: 107, fraction: 0.3}}, nodes: [5, 15]}}
expect:
  - {{kind: no_contact}}
  - {{kind: all_delivered}}
  - {{kind: all_delivered, vehicle: goalie-02}}
"""
LIMIT_S = 240.0  # of a machine that does other things besides


def start(folder: Path, duration_s: float, *arguments: str) -> subprocess.Popen[str]:
    path = folder / "two.yaml"
    path.write_text(SCENARIO.format(root=ROOT, duration_s=duration_s))
    command = [
        *(sys.executable, str(ROOT / "sunra.py"), "simulate", str(path), "--console"),
        *("--port", "0", "--delay-s", "0", "--out", str(folder / "out"), *arguments),
    ]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def announced(process: subprocess.Popen[str]) -> tuple[list[str], threading.Thread]:
    """Its lines, which grow until the thread ends, once the console's address is among them."""
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()
    until_s = time.monotonic() + LIMIT_S
    while not any("Ctrl-C" in line for line in said):
        assert time.monotonic() < until_s, said
        time.sleep(0.1)
    return said, reader


def test_the_server_has_every_state_and_the_verdicts_are_the_scenarios(tmp_path: Path) -> None:
    process = start(tmp_path, 8.0, "--real-time-factor", "10")
    said, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, said
    assert said.rstrip().endswith("passed")
    assert re.search(r"http://127.0.0.1:\d+\n  user operator   password \S+", said)
    with sqlite3.connect(tmp_path / "out" / "fleet" / "fleet.db") as database:
        rows = database.execute(
            "SELECT vehicle_id, COUNT(*), MAX(speed_mps) FROM state_history GROUP BY vehicle_id"
        ).fetchall()
    told = {name: (count, speed_mps) for name, count, speed_mps in rows}
    assert set(told) == {"sunra/goalie-01", "sunra/goalie-02"}
    assert all(count >= 8 and speed_mps > 0.5 for count, speed_mps in told.values())


def test_ctrl_c_ends_scenario_server_and_broker(tmp_path: Path) -> None:
    process = start(tmp_path, 600.0)
    said, reader = announced(process)
    url = next(line.strip() for line in said if "http://" in line)
    assert httpx.get(url, timeout=10.0).status_code == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT_S) == 130
    reader.join(5.0)
    assert not any("Traceback" in line for line in said), said
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=2.0)
    pid = tmp_path / "out" / "fleet" / "broker" / "nats.pid"
    if pid.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


def test_a_server_that_ends_before_the_scenario_begins_is_told_at_once(tmp_path: Path) -> None:
    process = start(tmp_path, 8.0, "--delay-s", "600")
    said, reader = announced(process)
    [server] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(server), signal.SIGTERM)
    assert process.wait(LIMIT_S) == 2
    reader.join(5.0)
    assert said[-1].startswith("sunra: fleet-server ended with status ")
