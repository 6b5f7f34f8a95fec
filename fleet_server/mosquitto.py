"""Users of an outside mosquitto: its password file and access list, from the enrolled vehicles.

The embedded broker's rules in mosquitto's words: a vehicle publishes its own topics and reads its
own, the server reads and writes those of its district, and nobody else anything (`password_file`
and `acl_file` of mosquitto.conf(5)). Passwords are hashed as `mosquitto_passwd` does:
PBKDF2-SHA512.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from fleet_server.enrolment import EnrolledVehicle, ServerSecret, write_private
from patrol.vda5050.topic_names import (
    EXTENSION,
    EXTENSION_TO_SERVER,
    EXTENSION_TO_VEHICLE,
    MAJOR,
    TO_SERVER,
    TO_VEHICLE,
)

PASSWORDS, ACCESS, SERVER_PASSWORD = "passwords", "access", "server-password"
_ITERATIONS, _SALT_BYTES, _KEY_BYTES = 101, 12, 64  # mosquitto 2's own


def write_files(
    folder: Path, interface: str, server: ServerSecret, vehicles: Iterable[EnrolledVehicle]
) -> list[Path]:
    """The two files for the broker, and the server's password for its settings; owner-only."""
    own = [vehicle for vehicle in vehicles if vehicle.interface == interface]
    users = {server.username: server.password}
    users |= {vehicle.address.vehicle_id: vehicle.password for vehicle in own}
    contents = {
        PASSWORDS: "".join(f"{name}:{hashed(word)}\n" for name, word in users.items()),
        ACCESS: access_list(interface, server, own),
        SERVER_PASSWORD: server.password + "\n",
    }
    for name, content in contents.items():
        write_private(folder / name, content)
    return [folder / name for name in contents]


def hashed(password: str) -> str:
    """A password as mosquitto keeps it, with a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, _KEY_BYTES)
    texts = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(("", "7", str(_ITERATIONS), *texts))


def access_list(interface: str, server: ServerSecret, vehicles: Iterable[EnrolledVehicle]) -> str:
    """Who may read and write what."""
    every = f"{interface}/{MAJOR}/+/+"
    lines = _user(
        server.username,
        [*_under(every, TO_SERVER), *_under(f"{every}/{EXTENSION}", EXTENSION_TO_SERVER)],
        [*_under(every, TO_VEHICLE), *_under(f"{every}/{EXTENSION}", EXTENSION_TO_VEHICLE)],
    )
    for vehicle in vehicles:
        topic = vehicle.address.topic
        lines += _user(
            vehicle.address.vehicle_id,
            [topic(name) for name in (*TO_VEHICLE, *EXTENSION_TO_VEHICLE)],
            [topic(name) for name in (*TO_SERVER, *EXTENSION_TO_SERVER)],
        )
    return "\n".join(lines) + "\n"


def _under(base: str, names: Iterable[str]) -> list[str]:
    return [f"{base}/{name}" for name in names]


def _user(name: str, reads: Iterable[str], writes: Iterable[str]) -> list[str]:
    return [
        f"user {name}",
        *(f"topic read {topic}" for topic in reads),
        *(f"topic write {topic}" for topic in writes),
    ]
