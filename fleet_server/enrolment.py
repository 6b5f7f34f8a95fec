"""Who may speak to the broker: the enrolled vehicles, the server itself, and their secrets.

Everything is in `DATA/broker/` (mode 0700, files 0600). Passwords are 256 random bits, so the
broker's file may hold them as they are; a vehicle's copy is `DATA/credentials/<vehicle id>.json`.
The command line and a running server share these files under one lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from patrol.errors import ConfigError
from patrol.vda5050.topic_names import VehicleAddress


@dataclass(frozen=True, slots=True)
class EnrolledVehicle:
    """A vehicle that may connect; its user name is its vehicle id."""

    interface: str
    manufacturer: str
    serial_number: str
    password: str

    @property
    def address(self) -> VehicleAddress:
        """Its place in the topic tree."""
        return VehicleAddress(self.interface, self.manufacturer, self.serial_number)


@dataclass(frozen=True, slots=True)
class ServerSecret:
    """The server's own login; the client id is secret, because whoever knows it can take over the
    server's session and destroy its queue."""

    username: str
    password: str
    client_id: str


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Enrolment:
    """The enrolled vehicles of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "broker"
        self.credentials_dir = data_dir / "credentials"
        self._vehicles_file = self.folder / "vehicles.json"
        self._secret_file = self.folder / "server.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time changes the files."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def version(self) -> int:
        """Changes whenever the list of vehicles may have changed."""
        try:
            return self._vehicles_file.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def vehicles(self) -> dict[str, EnrolledVehicle]:
        """Every enrolled vehicle by vehicle id; raises ConfigError for a damaged file."""
        rows = _read(self._vehicles_file)
        try:
            return {vehicle_id: EnrolledVehicle(**row) for vehicle_id, row in rows.items()}
        except TypeError as error:
            raise ConfigError(f"{self._vehicles_file}: damaged: {error}") from None

    def server_secret(self) -> ServerSecret:
        """The server's login, made at the first call."""
        row = _read(self._secret_file)
        if not row:
            row = {
                "username": "fleet-server",
                "password": secrets.token_urlsafe(32),
                "client_id": f"server-{secrets.token_hex(16)}",
            }
            write_private(self._secret_file, json.dumps(row))
        return ServerSecret(**row)

    def add(self, addresses: list[VehicleAddress], host: str, port: int) -> list[Path]:
        """Enrol vehicles; one enrolled before keeps its password. Returns credentials files.

        Raises ConfigError where a vehicle is enrolled in another district.
        """
        with self.locked():
            known = self.vehicles()
            for address in addresses:
                before = known.get(address.vehicle_id)
                if before and before.interface != address.interface:
                    raise ConfigError(
                        f"{address.vehicle_id}: is enrolled with interface {before.interface!r}, "
                        f"not {address.interface!r}"
                    )
                if before is None:
                    known[address.vehicle_id] = EnrolledVehicle(
                        address.interface,
                        address.manufacturer,
                        address.serial_number,
                        secrets.token_urlsafe(32),
                    )
            rows = {vehicle_id: asdict(vehicle) for vehicle_id, vehicle in known.items()}
            write_private(self._vehicles_file, json.dumps(rows, indent=1))
            return [self._write_credentials(known[a.vehicle_id], host, port) for a in addresses]

    def rewrite_credentials(self, host: str, port: int) -> None:
        """Bring the files in `credentials/` to the broker's present address."""
        with self.locked():
            for vehicle in self.vehicles().values():
                self._write_credentials(vehicle, host, port)

    def _write_credentials(self, vehicle: EnrolledVehicle, host: str, port: int) -> Path:
        path = self.credentials_dir / vehicle.manufacturer / f"{vehicle.serial_number}.json"
        content = {
            "host": host,
            "port": port,
            "username": vehicle.address.vehicle_id,
            "password": vehicle.password,
            "interface": vehicle.interface,
            "manufacturer": vehicle.manufacturer,
            "serial_number": vehicle.serial_number,
        }
        write_private(path, json.dumps(content, indent=1) + "\n")
        return path


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: damaged: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: damaged: expected a JSON object")
    return content
