"""`sunra serve`, `enroll`, `broker-users` and `passwd`."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fleet_server.accounts import FIRST_USER, reset_password
from fleet_server.app import PASSWORD_FILE, FleetServer, Ready, ServeOptions
from fleet_server.broker import choose_port
from fleet_server.config import FleetConfig, load_fleet_config
from fleet_server.enrolment import Enrolment, write_private
from fleet_server.ingest.mqtt import MqttTarget, can_log_in
from fleet_server.mosquitto import write_files
from fleet_server.opening import existing_database
from patrol.clock import SystemClock
from patrol.errors import ConfigError, SunraError
from patrol.vda5050.topic_names import VehicleAddress

DEFAULT_CONFIG = Path("config/fleet.yaml")
LOGIN_TIMEOUT_S = 10.0
PORT = click.IntRange(0, 65535)

_data = click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the database, evidence, broker and credentials.",
)
_config = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help=f"Settings; {DEFAULT_CONFIG} where it exists.",
)


def _load(config_file: Path | None) -> FleetConfig:
    if config_file is None and DEFAULT_CONFIG.exists():
        config_file = DEFAULT_CONFIG
    return load_fleet_config(config_file)


@click.command("serve")
@_data
@click.option(
    "--map",
    "maps",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="A patrol map; may be given several times.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where HTTP listens.")
@click.option("--port", type=PORT, default=8080, show_default=True, help="HTTP; 0: any free one.")
@click.option("--broker-port", type=PORT, help="MQTT port; 0: any free one, kept for next time.")
@_config
@click.option("--verbose", is_flag=True, help="Log every event, not only warnings.")
def serve_command(
    data_dir: Path,
    maps: tuple[Path, ...],
    host: str,
    port: int,
    broker_port: int | None,
    config_file: Path | None,
    verbose: bool,
) -> None:
    """Run the fleet server: broker, database, dispatcher, API and console."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _load(config_file)
    if broker_port is not None:
        config = _with_broker_port(config, broker_port)
    _run(ServeOptions(data_dir, maps, host, port, config))


def _with_broker_port(config: FleetConfig, port: int) -> FleetConfig:
    try:
        return replace(config, broker=replace(config.broker, port=port))
    except ValueError as error:
        raise ConfigError(f"--broker-port: {error}") from None


def _run(options: ServeOptions) -> None:
    """A SunraError of any service is the one that the command line shows."""

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.set_exception_handler(_log_exception)
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        await FleetServer(options).run(lambda ready: _announce(options, ready), stop)

    try:
        asyncio.run(main())
    except* SunraError as group:
        raise _first_error(group) from None


def _log_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What waits for its commit when we are told to stop is cancelled: nothing to tell of."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _first_error(group: BaseExceptionGroup[SunraError]) -> SunraError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, SunraError)
    return error


def _announce(options: ServeOptions, ready: Ready) -> None:
    click.echo(f"fleet server ready: {ready.url}")
    if ready.first_password is None:
        click.echo(f"log in as {ready.username} with the password of the first start")
    else:
        file = options.data_dir / PASSWORD_FILE
        click.echo(f"log in as {ready.username} with password {ready.first_password} (in {file})")


@click.command("enroll")
@click.argument("vehicle", required=False, metavar="[MANUFACTURER/SERIAL]")
@_data
@click.option("--count", type=click.IntRange(1, 10000), help="Enrol PREFIX-01 .. PREFIX-COUNT.")
@click.option("--prefix", default="light", show_default=True, help="Serial numbers with --count.")
@click.option("--manufacturer", default="sunra", show_default=True, help="With --count.")
@click.option("--host", help="Where vehicles reach the broker, if not as configured.")
@_config
def enroll_command(
    vehicle: str | None,
    data_dir: Path,
    count: int | None,
    prefix: str,
    manufacturer: str,
    host: str | None,
    config_file: Path | None,
) -> None:
    """Give a vehicle its credentials: DATA/credentials/MANUFACTURER/SERIAL.json.

    Works before the server runs and while it runs; a vehicle enrolled before keeps its password.
    """
    config = _load(config_file)
    addresses = _addresses(config.interface, vehicle, count, prefix, manufacturer)
    enrolment = Enrolment(data_dir.resolve())
    settings = config.broker
    port = settings.port
    if settings.embedded:
        with enrolment.locked():
            port = _broker_port(enrolment, settings.host, settings.port)
    files = enrolment.add(addresses, host or settings.host, port)
    if settings.embedded and _server_runs(data_dir):
        _wait_for_login(enrolment, addresses[-1].vehicle_id, settings.host, port)
    for file in files:
        click.echo(file)


@click.command("broker-users")
@_data
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the files; what they hold is secret.",
)
@_config
def broker_users_command(data_dir: Path, folder: Path, config_file: Path | None) -> None:
    """Write a mosquitto's users and their rights, for all enrolled vehicles and the server.

    Once more after every `sunra enroll`; then the broker reads them anew (SIGHUP).
    """
    config = _load(config_file)
    enrolment = Enrolment(data_dir.resolve())
    with enrolment.locked():
        vehicles = enrolment.vehicles().values()
        files = write_files(folder, config.interface, enrolment.server_secret(), vehicles)
    for file in files:
        click.echo(file)


@click.command("passwd")
@click.argument("username", metavar="USER")
@_data
@_config
def passwd_command(username: str, data_dir: Path, config_file: Path | None) -> None:
    """Give USER a new password, shown once; the user's sessions end. The server may run."""
    config = _load(config_file)
    with existing_database(config, data_dir.resolve()) as database:
        password = reset_password(database, username, SystemClock().now_s())
    kept = data_dir / PASSWORD_FILE
    if username == FIRST_USER and kept.exists():  # scripts read it: it must not stay wrong
        write_private(kept, password + "\n")
    click.echo(f"new password of {username}: {password}")


def _addresses(
    interface: str, vehicle: str | None, count: int | None, prefix: str, manufacturer: str
) -> list[VehicleAddress]:
    if (vehicle is None) == (count is None):
        raise ConfigError("enroll: give MANUFACTURER/SERIAL, or --count with --prefix")
    names = [(manufacturer, f"{prefix}-{n:02d}") for n in range(1, (count or 0) + 1)]
    if vehicle is not None:
        parts = vehicle.split("/")
        if len(parts) != 2:
            raise ConfigError(f"enroll: {vehicle!r} is not MANUFACTURER/SERIAL")
        names = [(parts[0], parts[1])]
    try:
        return [VehicleAddress(interface, *name) for name in names]
    except ValueError as error:
        raise ConfigError(f"enroll: {error}") from None


def _broker_port(enrolment: Enrolment, host: str, configured: int) -> int:
    """The port of the last or running server, else the configured one."""
    remembered = enrolment.folder / "port"
    return choose_port(enrolment.folder, host, 0 if remembered.exists() else configured)


def _server_runs(data_dir: Path) -> bool:
    try:
        with (data_dir / "server.lock").open("r+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _wait_for_login(enrolment: Enrolment, vehicle_id: str, host: str, port: int) -> None:
    """The running server takes the new vehicle over within a moment."""
    vehicle = enrolment.vehicles()[vehicle_id]
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    target = MqttTarget(host, port, vehicle_id, vehicle.password, vehicle_id)

    async def wait() -> bool:
        deadline = asyncio.get_running_loop().time() + LOGIN_TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            if await can_log_in(target):
                return True
            await asyncio.sleep(0.1)
        return False

    if not asyncio.run(wait()):
        raise SunraError(
            f"{vehicle_id} is enrolled, but the running broker did not take it over within "
            f"{LOGIN_TIMEOUT_S:g} s; restart the server"
        )
