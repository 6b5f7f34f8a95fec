"""What a server opens before it serves: the data directory, the database, the broker."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from fleet_server.broker import EmbeddedBroker, choose_port
from fleet_server.broker_config import BrokerPlace
from fleet_server.config import BrokerConfig, FleetConfig
from fleet_server.dispatch.team import PlanningSetup
from fleet_server.enrolment import Enrolment
from fleet_server.fleet import Fleet
from fleet_server.ingest.mqtt import MqttTarget
from fleet_server.store.database import Database, insert_new, sqlite_url
from fleet_server.store.patience import reason_of
from fleet_server.store.tables import vehicles
from fleet_server.store.telemetry import vehicle_row
from navigation.planning.fleet.priorities import load_priorities
from patrol.errors import ConfigError
from patrol.vehicle import load_vehicle

GOALIE_FILE = Path(__file__).parents[1] / "config" / "vehicles" / "goalie.yaml"


@contextlib.contextmanager
def data_lock(data_dir: Path) -> Iterator[None]:
    """One server for one data directory; raises ConfigError."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = (data_dir / "server.lock").open("w")
    except OSError as error:
        raise ConfigError(f"{data_dir}: cannot be used: {error.strerror}") from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(f"{data_dir}: another fleet server runs on it") from None
        yield


@contextlib.contextmanager
def open_database(config: FleetConfig, data_dir: Path) -> Iterator[Database]:
    """Migrated and ready; raises ConfigError."""
    database = Database(config.database_url or sqlite_url(data_dir / "fleet.db"))
    try:
        database.open()
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def existing_database(config: FleetConfig, data_dir: Path) -> Iterator[Database]:
    """That of a server that runs or ran, as it is; raises ConfigError where there is none."""
    file = data_dir / "fleet.db"
    if not config.database_url and not file.is_file():
        raise ConfigError(
            f"{data_dir}: no fleet server has run here; `sunra serve` makes the data"
        )
    database = Database(config.database_url or sqlite_url(file), sole=False)
    try:
        yield database
    except sa.exc.DBAPIError as error:
        reason = reason_of(error)
        raise ConfigError(f"{data_dir}: the database cannot be used: {reason}") from None
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class OpenBroker:
    """How to log in, and the process where it is ours."""

    target: MqttTarget
    embedded: EmbeddedBroker | None


@contextlib.asynccontextmanager
async def open_broker(config: FleetConfig, enrolment: Enrolment) -> AsyncIterator[OpenBroker]:
    """The embedded broker, running, or the login of an outside one; raises SunraError."""
    settings = config.broker
    if not settings.embedded:
        yield OpenBroker(_outside_target(settings, enrolment), None)
        return
    with enrolment.locked():
        port = choose_port(enrolment.folder, settings.host, settings.port)
    place = BrokerPlace(enrolment.folder, settings.host, port)
    broker = EmbeddedBroker(place, settings, config.interface, enrolment)
    enrolment.rewrite_credentials(broker.target().host, port)
    await broker.start()
    try:
        yield OpenBroker(broker.target(), broker)
    finally:
        await broker.stop()


def _outside_target(settings: BrokerConfig, enrolment: Enrolment) -> MqttTarget:
    password = ""
    if settings.password_file is not None:
        try:
            password = settings.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"broker.password_file: {error}") from None
    client_id = enrolment.server_secret().client_id
    return MqttTarget(
        settings.host, settings.port, settings.username, password, client_id, settings.ca_file
    )


async def know_vehicles(
    database: Database, fleet: Fleet, enrolment: Enrolment, now_s: float
) -> None:
    """Enrolled vehicles are shown before they first speak."""
    addresses = [vehicle.address for vehicle in enrolment.vehicles().values()]

    def work(connection: sa.Connection) -> None:
        insert_new(connection, vehicles, [vehicle_row(address, now_s) for address in addresses])

    await database.write(work)
    for address in addresses:
        fleet.add(address)


def planning_setup(config: FleetConfig) -> PlanningSetup:
    """What plans are made with; raises ConfigError for a vehicle or priorities file."""
    named = config.dispatch.vehicle_file
    return PlanningSetup(
        load_vehicle(Path(named) if named else GOALIE_FILE),
        config.dispatch.start_within_m,
        config.planning.history_days,
        {entry.map_id: load_priorities(entry.file) for entry in config.planning.priorities},
    )
