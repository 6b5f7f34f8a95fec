"""Measures the computer: what the kernel, /proc and /sys tell; unknown is None, never a guess."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import psutil

from patrol_fleet_client.health import ProcessReading, Reading

MEGABYTE = 1_000_000
PROCESS_MODULE = "patrol_ros.process"
NUMBER_DIGITS = 8  # of a segment's name: fleet_client/black_box/segment.py
_STA_UNSYNC, _TIME_ERROR = 0x0040, 5  # adjtimex(2)


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("constant", "precision", "tolerance")),
        ("rest", ctypes.c_byte * 160),
    )


def clock_error_s() -> float | None:
    """How wrong the wall clock is at most (s): the kernel's own bound (adjtimex(2), `maxerror`),
    which NTP, PTP or a GNSS receiver's pulse keeps small; None where nothing disciplines it."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    if state < 0 or state == _TIME_ERROR or timex.status & _STA_UNSYNC:
        return None
    return float(timex.maxerror) * 1e-6


def temperature_c() -> float | None:
    """The hottest sensor of /sys/class/hwmon and /sys/class/thermal; None without one."""
    sensors = psutil.sensors_temperatures()
    found = [entry.current for entries in sensors.values() for entry in entries]
    return max(found, default=None)


def process_name(command: Sequence[str]) -> str | None:
    """The name in the process table of a command line; None for another program's."""
    if PROCESS_MODULE not in command:
        return None
    rest = list(command[command.index(PROCESS_MODULE) + 1 :])
    if rest[:1] == ["--nice"]:
        rest = rest[2:]
    return rest[0] if rest else None


class Machine:
    """Measures on request; CPU is the mean since the request before."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._known: dict[int, tuple[str, psutil.Process]] = {}
        psutil.cpu_percent(None)

    def read(self) -> Reading:
        """What can be known now; raises OSError where the state disk is gone."""
        return Reading(
            disk_free_mb=shutil.disk_usage(self._state_dir).free / MEGABYTE,
            memory_available_mb=psutil.virtual_memory().available / MEGABYTE,
            load_per_core=os.getloadavg()[0] / (os.cpu_count() or 1),
            cpu_pct=psutil.cpu_percent(None),
            temperature_c=temperature_c(),
            clock_error_s=clock_error_s(),
            processes=tuple(self._processes()),
        )

    def _processes(self) -> list[ProcessReading]:
        """The vehicle's: those that this process's parent, the supervisor, has started."""
        found = []
        for pid, (name, process) in self._siblings().items():
            try:
                with process.oneshot():
                    rss_mb = process.memory_info().rss / MEGABYTE
                    found.append(ProcessReading(name, rss_mb, process.cpu_percent(None)))
            except psutil.Error:  # it has just died
                del self._known[pid]
        return sorted(found, key=lambda reading: reading.name)

    def _siblings(self) -> dict[int, tuple[str, psutil.Process]]:
        try:
            children = psutil.Process(os.getppid()).children()
        except psutil.Error:
            children = []
        alive = {child.pid for child in children}
        self._known = {pid: known for pid, known in self._known.items() if pid in alive}
        for child in children:
            if child.pid not in self._known:
                self._take(child)
        return dict(self._known)

    def _take(self, child: psutil.Process) -> None:
        try:
            name = process_name(child.cmdline())
            if name is not None:
                child.cpu_percent(None)
                self._known[child.pid] = (name, child)
        except psutil.Error:
            pass  # it has just died


def last_written_age_s(ring: Path, wall_s: float) -> float | None:
    """How long ago the newest segment was written to; None for an empty folder.

    Looks at that segment's files alone: their names sort by its number, and a ring has thousands.
    """
    try:
        names = os.listdir(ring)
        number = max(names, default="")[:NUMBER_DIGITS]
        times = [(ring / n).stat().st_mtime for n in names if n.startswith(number)]
    except OSError:
        return None
    return max(0.0, wall_s - max(times)) if times else None
