"""MQTT topic names: `interface/v2/manufacturer/serial/topic` (VDA 5050 2.1.0, clause 6.5).

The interface name is the district, so topics partition by shard. Our extension topics have one
level more: `interface/v2/manufacturer/serial/x-sunra/v1/topic`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAJOR = "v2"
EXTENSION = "x-sunra/v1"

TO_SERVER = ("connection", "state", "visualization", "factsheet")
TO_VEHICLE = ("order", "instantActions")
EXTENSION_TO_SERVER = ("incident", "evidence", "backfill", "mapRequest")
EXTENSION_TO_VEHICLE = ("ack", "mapChunk", "searches", "signals")

AT_MOST_ONCE, AT_LEAST_ONCE = 0, 1
# Topic name → its QoS, with what makes a loss good or why the broker must keep the message. An
# acknowledged message costs the broker the more, the more vehicles there are (docs/protocol.md).
QOS: dict[str, tuple[int, str]] = {
    "connection": (AT_LEAST_ONCE, "VDA 5050 asks for it (clause 6.14); nothing repeats it"),
    "factsheet": (AT_LEAST_ONCE, "said once a connection; nothing repeats it"),
    "state": (AT_MOST_ONCE, "in the vehicle's spool until the server's own acknowledgement"),
    "visualization": (AT_MOST_ONCE, "the next one follows"),
    "order": (AT_LEAST_ONCE, "waits at the broker for a vehicle that is away"),
    "instantActions": (AT_LEAST_ONCE, "a pause must not wait until somebody misses it"),
    "incident": (AT_LEAST_ONCE, "the broker has it, whatever then happens to vehicle and server"),
    "evidence": (AT_LEAST_ONCE, "the broker has it, whatever then happens to vehicle and server"),
    "backfill": (AT_MOST_ONCE, "in the vehicle's spool until the server's own acknowledgement"),
    "mapRequest": (AT_LEAST_ONCE, "rare, and a map waits for it"),
    "ack": (AT_MOST_ONCE, "what it would have named is sent again"),
    "mapChunk": (AT_MOST_ONCE, "a piece that does not come is asked for again"),
    "searches": (AT_LEAST_ONCE, "a search that has ended must be forgotten"),
    "signals": (AT_MOST_ONCE, "the next one follows, and one that comes late is worth nothing"),
}

# A level may hold what the standard allows for manufacturer and serial number (clause 6.4).
_LEVEL = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class VehicleAddress:
    """One vehicle's place in the topic tree; raises ValueError for a level MQTT cannot carry."""

    interface: str
    manufacturer: str
    serial_number: str

    def __post_init__(self) -> None:
        for name in ("interface", "manufacturer", "serial_number"):
            value = getattr(self, name)
            if not _LEVEL.fullmatch(value):
                raise ValueError(
                    f"{name}: {value!r} must be 1-64 letters, digits, or one of _ . : -"
                )

    @property
    def vehicle_id(self) -> str:
        """`manufacturer/serial`: the vehicle's name in the API and the database."""
        return f"{self.manufacturer}/{self.serial_number}"

    def topic(self, name: str) -> str:
        """The full topic of a standard or extension topic name."""
        base = f"{self.interface}/{MAJOR}/{self.manufacturer}/{self.serial_number}"
        if name in EXTENSION_TO_SERVER or name in EXTENSION_TO_VEHICLE:
            return f"{base}/{EXTENSION}/{name}"
        if name in TO_SERVER or name in TO_VEHICLE:
            return f"{base}/{name}"
        raise ValueError(f"unknown topic name {name!r}")


def qos_of(name: str) -> int:
    """With which QoS a topic is published and read."""
    return QOS[name][0]


def parse_topic(topic: str) -> tuple[VehicleAddress, str]:
    """The address and the topic name; raises ValueError for a topic that is not ours."""
    levels = topic.split("/")
    if len(levels) == 5 and levels[1] == MAJOR and levels[4] in (*TO_SERVER, *TO_VEHICLE):
        return VehicleAddress(levels[0], levels[2], levels[3]), levels[4]
    if (
        len(levels) == 7
        and levels[1] == MAJOR
        and "/".join(levels[4:6]) == EXTENSION
        and levels[6] in (*EXTENSION_TO_SERVER, *EXTENSION_TO_VEHICLE)
    ):
        return VehicleAddress(levels[0], levels[2], levels[3]), levels[6]
    raise ValueError(f"topic {topic!r} is not interface/v2/manufacturer/serial/topic")


def subscriptions(interface: str) -> list[tuple[str, int]]:
    """What a fleet server subscribes to: (filter, QoS) pairs."""
    base = f"{interface}/{MAJOR}/+/+"
    return [
        *((f"{base}/{name}", qos_of(name)) for name in TO_SERVER),
        *((f"{base}/{EXTENSION}/{name}", qos_of(name)) for name in EXTENSION_TO_SERVER),
    ]
