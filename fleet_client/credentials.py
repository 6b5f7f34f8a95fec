"""A vehicle's credentials file, written by the fleet server's `enroll`."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from patrol.errors import ConfigError
from patrol.vda5050.topic_names import VehicleAddress


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the broker is and who this vehicle is; `ca_file` switches TLS on."""

    host: str
    port: int
    username: str
    password: str
    interface: str
    manufacturer: str
    serial_number: str
    ca_file: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            kind = int if field.name == "port" else str
            optional = field.default is not MISSING
            if not (optional and value is None) and type(value) is not kind:
                raise ValueError(f"{field.name}: {value!r} is no {kind.__name__}")
        if not 1 <= self.port <= 65535:
            raise ValueError(f"port: {self.port} is outside [1, 65535]")
        if not self.host:
            raise ValueError("host: is empty")
        _ = self.address

    def __repr__(self) -> str:
        return f"Credentials({self.username}@{self.host}:{self.port})"

    @property
    def address(self) -> VehicleAddress:
        """The vehicle's place in the topic tree."""
        return VehicleAddress(self.interface, self.manufacturer, self.serial_number)


def load_credentials(path: Path) -> Credentials:
    """A credentials file; raises ConfigError naming the file and the key."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; `sunra enroll` writes it") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected a JSON object, got {type(data).__name__}")
    known = {field.name: field for field in fields(Credentials)}
    for key in data:
        if key not in known:
            raise ConfigError(f"{path}: unknown key {key!r}; allowed: {', '.join(known)}")
    for key, field in known.items():
        if field.default is MISSING and key not in data:
            raise ConfigError(f"{path}: key {key!r} is missing")
    try:
        return Credentials(**data)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
