"""The embedded broker's configuration file, from the enrolled vehicles.

NATS checks permissions on subjects: an MQTT topic `a/b` is the subject `a.b`, and a dot inside an
MQTT level is `//`. A vehicle publishes its own topics and reads its own; nobody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleet_server.config import BrokerConfig
from fleet_server.enrolment import EnrolledVehicle, ServerSecret
from patrol.vda5050.topic_names import (
    EXTENSION,
    EXTENSION_TO_SERVER,
    EXTENSION_TO_VEHICLE,
    MAJOR,
    TO_SERVER,
    TO_VEHICLE,
    VehicleAddress,
)

# Every QoS 1 subscription is a JetStream consumer, two of them a vehicle, three of one that looks
# for missing persons. -1 would not mean "no limit": NATS then takes its default of 1,000, and a
# district would end at 333 vehicles.
MAX_CONSUMERS = 1_000_000
# A reader that is further behind is cut off, and what it had not read with QoS 0 is gone until the
# vehicles send it again. NATS's own 64 MiB are too few when a whole district back-fills at once.
MAX_PENDING_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where one embedded broker listens and keeps its files."""

    folder: Path
    host: str
    port: int

    @property
    def config_file(self) -> Path:
        """The file this module writes."""
        return self.folder / "nats.conf"

    @property
    def log_file(self) -> Path:
        """What the broker says, violations among it."""
        return self.folder / "nats.log"

    @property
    def pid_file(self) -> Path:
        """The running broker's process id."""
        return self.folder / "nats.pid"


def subject(topic: str) -> str:
    """The NATS subject of an MQTT topic (NATS documentation, "MQTT topics and NATS subjects")."""
    return ".".join(level.replace(".", "//") for level in topic.split("/"))


def vehicle_permissions(address: VehicleAddress) -> dict[str, list[str]]:
    """What one vehicle may publish and subscribe to."""
    return {
        "publish": [subject(address.topic(n)) for n in (*TO_SERVER, *EXTENSION_TO_SERVER)],
        "subscribe": [subject(address.topic(n)) for n in (*TO_VEHICLE, *EXTENSION_TO_VEHICLE)],
    }


def server_permissions(interface: str) -> dict[str, list[str]]:
    """What the fleet server may publish and subscribe to."""
    every = f"{subject(interface)}.{MAJOR}.*.*"
    extension = subject(EXTENSION)
    return {
        "publish": [
            *(f"{every}.{name}" for name in TO_VEHICLE),
            *(f"{every}.{extension}.{name}" for name in EXTENSION_TO_VEHICLE),
        ],
        "subscribe": [
            *(f"{every}.{name}" for name in TO_SERVER),
            *(f"{every}.{extension}.{name}" for name in EXTENSION_TO_SERVER),
        ],
    }


def render(
    place: BrokerPlace,
    settings: BrokerConfig,
    interface: str,
    server: ServerSecret,
    vehicles: Iterable[EnrolledVehicle],
) -> str:
    """The whole file; quoting is JSON's, which the NATS format understands."""
    users = [_user(server.username, server.password, server_permissions(interface))]
    users += [
        _user(v.address.vehicle_id, v.password, vehicle_permissions(v.address)) for v in vehicles
    ]
    q = json.dumps
    return f"""# Written by `sunra serve` and `sunra enroll`; changes are lost.
server_name: {q(f"sunra-{interface}")}
listen: "127.0.0.1:-1"
max_payload: {settings.max_payload_bytes}
max_pending: {MAX_PENDING_BYTES}
log_file: {q(str(place.log_file))}
logfile_size_limit: 16777216
logfile_max_num: 3
pid_file: {q(str(place.pid_file))}
jetstream {{
  store_dir: {q(str(place.folder / "store"))}
  max_memory_store: 67108864
  max_file_store: {settings.max_store_bytes}
  sync_interval: "10s"
}}
mqtt {{
  host: {q(place.host)}
  port: {place.port}
  ack_wait: "{settings.ack_wait_s:g}s"
  max_ack_pending: 8192
}}
accounts {{
  FLEET {{
    jetstream: {{ max_memory: -1, max_file: -1, max_streams: -1, max_consumers: {MAX_CONSUMERS} }}
    users: [
      {(chr(10) + "      ").join(users)}
    ]
  }}
}}
"""


def _user(name: str, password: str, permissions: dict[str, list[str]]) -> str:
    q = json.dumps
    return (
        f"{{ user: {q(name)}, password: {q(password)}, "
        f'allowed_connection_types: ["MQTT"], permissions: {q(permissions)} }}'
    )
