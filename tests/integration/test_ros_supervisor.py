"""The supervisor's promises, kept with real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from patrol.clock import SimClock, SystemClock
from patrol.errors import ConfigError
from patrol_bringup.build_interfaces import build
from patrol_bringup.child import Child
from patrol_bringup.environment import ros_environment
from patrol_bringup.processes import ProcessRow, RestartPolicy
from patrol_bringup.settings import VehicleSettings
from patrol_bringup.supervisor import Supervisor

ROOT = Path(__file__).parents[2]
VEHICLE, MAP = ROOT / "config" / "vehicles" / "goalie.yaml", ROOT / "maps" / "sillim.geojson"
DEAF = "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\nprint('up')\n"
BEATS = "import os, time\nfd = int(os.environ['SUNRA_PULSE_FD'])\nprint('up', flush=True)\n"
WAITS_FOR_EVER = "import signal; print('up', flush=True); signal.pause()"


def wait_until(what: Callable[[], bool], limit_s: float = 30.0) -> None:
    until_s = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < until_s, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def child(folder: Path, code: str, clock: SimClock | None = None, **row: object) -> Child:
    return Child(
        ProcessRow("probe", (), **row),  # type: ignore[arg-type]
        [sys.executable, "-u", "-c", code],
        dict(os.environ),
        folder / "probe.log",
        clock or SystemClock(),
    )


def test_a_deaf_process_is_killed(tmp_path: Path) -> None:
    probe = child(tmp_path, DEAF + "while True: time.sleep(1)", stop_within_s=0.3)
    probe.start()
    wait_until(lambda: "up" in text_of(tmp_path / "probe.log"))
    probe.stop()
    assert probe.pid is None
    assert probe.last_status == -signal.SIGKILL


def test_a_dead_process_is_started_again_after_growing_pauses(tmp_path: Path) -> None:
    clock = SimClock()
    probe = child(tmp_path, "raise SystemExit(3)", clock, restart=RestartPolicy(1.0, 2.0, 8.0))
    probe.start()
    for pause_s in (1.0, 2.0, 4.0):
        wait_until(lambda: bool(probe.step()) or probe.pid is None)
        restarts = probe.restarts
        clock.advance(pause_s - 0.1)
        probe.step()
        assert probe.restarts == restarts
        clock.advance(0.2)
        probe.step()
        assert probe.restarts == restarts + 1
    assert probe.last_status == 3
    probe.stop()


@pytest.mark.parametrize(
    ("code", "patience"),
    [
        ("os.write(fd, b'.')\ntime.sleep(60)", {"silent_within_s": 3.0}),
        ("time.sleep(60)", {"begin_within_s": 3.0, "silent_within_s": 0.1}),
    ],
    ids=["turns no more", "never began"],
)
def test_a_process_that_lives_and_turns_no_more_is_started_anew(
    tmp_path: Path, code: str, patience: dict[str, float]
) -> None:
    clock = SimClock()
    probe = child(tmp_path, BEATS + code, clock, **patience)
    probe.start()
    wait_until(lambda: "up" in text_of(tmp_path / "probe.log"))
    first = probe.pid
    time.sleep(0.2)  # its pulse is on the way
    for _ in range(3):
        clock.advance(0.9)
        probe.step()
    assert probe.pid == first
    clock.advance(0.9)
    probe.step()
    clock.advance(0.9)
    wait_until(lambda: bool(probe.step()) or probe.pid is None)
    assert probe.last_status == -signal.SIGKILL
    clock.advance(1.0)
    probe.step()
    assert probe.pid not in (None, first)
    probe.stop()


def test_a_supervisor_that_was_kept_away_kills_nobody(tmp_path: Path) -> None:
    clock = SimClock()
    code = BEATS + "while True:\n    os.write(fd, b'.')\n    time.sleep(0.05)"
    probe = child(tmp_path, code, clock, silent_within_s=3.0)
    probe.start()
    wait_until(lambda: "up" in text_of(tmp_path / "probe.log"))
    first = probe.pid
    for _ in range(5):
        clock.advance(600.0)  # nobody listened for so long, and the process beat or slept too
        probe.step()
        time.sleep(0.2)
    assert probe.pid == first
    probe.stop()


def test_a_frozen_safety_process_is_started_anew(tmp_path: Path) -> None:
    build()
    settings = VehicleSettings(VEHICLE, MAP, tmp_path, domain_id=os.getpid() % 100)
    supervisor = Supervisor(settings, only=("safety",))
    safety = supervisor.children["safety"]
    supervisor.start()
    watcher = threading.Thread(target=supervisor.run)
    watcher.start()
    log = tmp_path / "logs" / "safety.log"
    try:
        wait_until(lambda: text_of(log).count("node_active") >= 2)
        time.sleep(1.5)  # it has been heard
        frozen = safety.pid
        assert frozen is not None
        os.kill(frozen, signal.SIGSTOP)
        wait_until(lambda: safety.pid not in (None, frozen))
        wait_until(lambda: text_of(log).count("node_active") >= 4)
        assert safety.last_status == -signal.SIGKILL
    finally:
        supervisor.request_stop()
        watcher.join(30.0)


def test_what_a_dead_process_leaves_behind_is_killed(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', {WAITS_FOR_EVER!r}])\n"
        "print('grandchild', p.pid, flush=True)\nwhile True: time.sleep(1)"
    )
    probe = child(tmp_path, code)
    probe.start()
    log = tmp_path / "probe.log"
    wait_until(lambda: "grandchild" in text_of(log))
    found = re.search(r"grandchild (\d+)", log.read_text())
    assert found is not None
    assert probe.pid is not None
    os.kill(probe.pid, signal.SIGKILL)
    wait_until(lambda: bool(probe.step()) or probe.restarts > 0 or probe.pid is None)
    wait_until(lambda: not is_alive(int(found[1])))
    probe.stop()


def test_processes_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    build()
    drive = subprocess.Popen(
        [
            *(sys.executable, "-m", "patrol_bringup.cli", "--vehicle", str(VEHICLE)),
            *("--map", str(MAP), "--state-dir", str(tmp_path), "--only", "safety"),
            *("--domain-id", str(os.getpid() % 100)),
        ],
        env=ros_environment(),
        stderr=(tmp_path / "drive.log").open("wb"),
    )
    try:
        log = tmp_path / "drive.log"
        wait_until(lambda: "process_started name=safety" in text_of(log))
        found = re.search(r"name=safety pid=(\d+)", log.read_text())
        assert found is not None
        safety = Path(f"/proc/{found[1]}")
        wait_until(
            lambda: (safety / "task").is_dir() and len(list((safety / "task").iterdir())) > 3
        )
    finally:
        drive.kill()
        drive.wait()
    wait_until(lambda: not is_alive(int(found[1])))


def test_two_supervisors_never_share_a_state_folder(tmp_path: Path) -> None:
    build()
    holder = subprocess.Popen([sys.executable, "-c", WAITS_FOR_EVER, "sunra"])
    try:
        (tmp_path / "supervisor.pid").write_text(str(holder.pid))
        supervisor = Supervisor(VehicleSettings(VEHICLE, MAP, tmp_path), only=("safety",))
        with pytest.raises(ConfigError, match=f"is in use by process {holder.pid}"):
            supervisor.start()
    finally:
        holder.kill()
        holder.wait()


def test_a_second_build_of_the_interfaces_does_nothing() -> None:
    build()
    started_s = time.monotonic()
    assert build() is False
    assert time.monotonic() - started_s < 5.0


def test_a_process_that_refuses_its_settings_ends_the_start(tmp_path: Path) -> None:
    probe = child(tmp_path, "import sys; sys.stderr.write('sunra: no weights\\n'); sys.exit(2)")
    probe.start()
    wait_until(lambda: bool(probe.step()) or probe.refusal is not None)
    assert probe.refusal == "no weights"
    probe.stop()
