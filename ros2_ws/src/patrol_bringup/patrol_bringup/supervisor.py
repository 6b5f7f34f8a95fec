"""Supervisor: runs a vehicle's processes from the table, on Python wheels or a full ROS 2.

It restarts a dead process alone, leaves no orphan (process groups; the kernel kills the children
when the supervisor itself is killed) and cleans the shared memory that killed ones leave.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from patrol.clock import Clock, SystemClock
from patrol.errors import ConfigError
from patrol_bringup.child import Child, python_command
from patrol_bringup.environment import check_ros, is_wheel_installation, ros_environment
from patrol_bringup.map_choice import choose_map, remember_map
from patrol_bringup.map_trial import MapTrial
from patrol_bringup.processes import node_arguments, select_processes
from patrol_bringup.settings import VehicleSettings, check_files

_log = logging.getLogger("supervisor")
STEP_S = 0.05
SHARED_MEMORY = Path("/dev/shm")
SUPERVISOR_VARIABLE = "SUNRA_SUPERVISOR_PID"  # read by patrol_ros.process
# What a new simulated world makes wrong: it puts the vehicle back to its dock.
WORLD_STATE = ("pose.json", "order.json", "safety_latch.json", "evidence/incidents.json")


class Supervisor:
    """Starts, watches and stops the processes of one vehicle."""

    def __init__(
        self,
        settings: VehicleSettings,
        only: tuple[str, ...] = (),
        clock: Clock | None = None,
        echo: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = choose_map(settings.resolved())
        check_files(self.settings)
        rows = select_processes(
            simulated=self.settings.simulated,
            with_credentials=self.settings.credentials_file is not None,
            with_hardware=self.settings.hardware_file is not None,
            only=only,
        )
        if not rows:
            raise ConfigError("no process to run: --only leaves none")
        self._clock = clock or SystemClock()
        logs = self.settings.state_dir / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        parameters = self.settings.write_parameters()
        environment = ros_environment(domain_id=self.settings.domain_id)
        environment[SUPERVISOR_VARIABLE] = str(os.getpid())
        environment["ROS_LOG_DIR"] = str(logs / "ros")
        self.children = {
            row.name: Child(
                row,
                python_command(node_arguments(row), parameters),
                {**environment, **dict(row.environment)},
                logs / f"{row.name}.log",
                self._clock,
                echo,
            )
            for row in rows
        }
        self._trial = MapTrial(self.settings, self.children, self._clock)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start every process; raises ConfigError where messages are not built."""
        check_ros()
        if is_wheel_installation():
            from patrol_bringup.build_interfaces import content_digest, is_current

            if not is_current(content_digest()):
                raise ConfigError("the ROS 2 interfaces are not built: run `sunra prepare`")
        _take_state_dir(self.settings.state_dir)
        self._forget_world()
        clean_shared_memory()
        remember_map(self.settings)
        self._trial.settle()
        for child in self.children.values():
            child.start()

    def step(self) -> None:
        """Restart what died; call it every `STEP_S`.

        Raises ConfigError where a process refuses the settings at its first start.
        """
        for child in self.children.values():
            was_alive = child.pid is not None
            child.step()
            if child.row.simulated and was_alive and child.pid is None:
                self._begin_anew()
            if child.refusal is not None:
                raise ConfigError(f"{child.row.name}: {child.refusal}")
        self._trial.step()

    def _begin_anew(self) -> None:
        """The simulated world has ended: its clock and the vehicle's place in it are gone."""
        _log.warning("world_ended every_process=restarts")
        others = [child for child in self.children.values() if not child.row.simulated]
        for child in reversed(others):
            child.stop()
        self._forget_world()
        for child in others:
            child.start()

    def _forget_world(self) -> None:
        if self.settings.simulated:
            for name in WORLD_STATE:
                (self.settings.state_dir / name).unlink(missing_ok=True)

    def run(self) -> None:
        """Watch until `request_stop`, then stop everything."""
        try:
            while not self._stopping.wait(STEP_S):
                self.step()
        finally:
            self.stop()

    def request_stop(self) -> None:
        """Make `run` end; may be called from a signal handler or another thread."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop every process, the last started first; the wheels stand before the rest goes."""
        for child in reversed(self.children.values()):
            child.stop()
        self._trial.close()
        (self.settings.state_dir / "supervisor.pid").unlink(missing_ok=True)
        clean_shared_memory()


def _take_state_dir(state_dir: Path) -> None:
    """Raises ConfigError where another living supervisor uses the folder."""
    path = state_dir / "supervisor.pid"
    try:
        pid = int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        pid = 0
    if pid and pid != os.getpid() and _is_supervisor(pid):
        raise ConfigError(f"--state-dir: {state_dir} is in use by process {pid}")
    path.write_text(str(os.getpid()), encoding="ascii")


def _is_supervisor(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"sunra" in command or b"patrol_bringup" in command


def _mapped_segments() -> set[str]:
    """Names of the files in shared memory that some living process has open or mapped."""
    names: set[str] = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            text = maps.read_text(errors="replace")
        except OSError:
            continue
        names.update(re.findall(r"/dev/shm/(fastrtps_\S+)", text))
    return names


def clean_shared_memory(folder: Path = SHARED_MEMORY) -> int:
    """Remove what killed Fast DDS processes left (`fastrtps_*`, unmapped); returns how many."""
    files = [*folder.glob("fastrtps_*"), *folder.glob("sem.fastrtps_*")]
    if not files:
        return 0
    mapped, removed = _mapped_segments(), 0
    for path in files:
        segment = path.name.removeprefix("sem.").removesuffix("_mutex").removesuffix("_el")
        if any(name.startswith(segment) for name in mapped):
            continue
        path.unlink(missing_ok=True)
        removed += 1
    if removed:
        _log.info("shared_memory_cleaned files=%d", removed)
    return removed


def run_until_signal(supervisor: Supervisor) -> None:
    """Run until SIGINT or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.request_stop())
    supervisor.start()
    supervisor.run()
