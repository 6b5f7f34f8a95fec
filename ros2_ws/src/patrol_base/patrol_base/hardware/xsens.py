"""The Xbus protocol of Xsens MTi inertial sensors: bytes ↔ messages, MTData2 → measurements.

MT Low Level Communication Protocol Documentation, document MT0101P, revision 2020.A. A message is
`FA FF MID LEN data checksum`; all bytes but the first add up to 0 modulo 256. An acknowledgement
carries the next message id.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum

PREAMBLE, BUS = 0xFA, 0xFF
_EXTENDED = 0xFF  # of LEN: two bytes of length follow
MAX_LENGTH = 2048  # of data; the protocol's own limit
_HEAD = 4


class Mid(IntEnum):
    """Message ids that are used here."""

    REQ_DEVICE_ID = 0x00
    DEVICE_ID = 0x01
    GO_TO_MEASUREMENT = 0x10
    GO_TO_MEASUREMENT_ACK = 0x11
    REQ_FIRMWARE = 0x12
    FIRMWARE = 0x13
    GO_TO_CONFIG = 0x30
    GO_TO_CONFIG_ACK = 0x31
    MT_DATA2 = 0x36
    WAKE_UP = 0x3E
    ERROR = 0x42
    SET_OUTPUT_CONFIGURATION = 0xC0
    OUTPUT_CONFIGURATION = 0xC1


class DataId(IntEnum):
    """Outputs (MTData2), 32-bit floats, attitude in an east-north-up frame."""

    PACKET_COUNTER = 0x1020
    QUATERNION = 0x2010
    ACCELERATION = 0x4020
    RATE_OF_TURN = 0x8020


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a device."""

    mid: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Measurement:
    """One MTData2, in the sensor's axes.

    `quaternion` (w, x, y, z) turns sensor axes into east, north, up; `acceleration_mps2` is the
    specific force, so upward at rest.
    """

    counter: int
    quaternion: tuple[float, float, float, float]
    acceleration_mps2: tuple[float, float, float]
    rate_radps: tuple[float, float, float]


def encode(mid: int, data: bytes = b"") -> bytes:
    """A message as it goes over the line; data of at most 254 bytes."""
    body = bytes((BUS, mid, len(data))) + data
    return bytes((PREAMBLE,)) + body + bytes((-sum(body) & 0xFF,))


def output_configuration(rate_hz: int) -> bytes:
    """The data of SetOutputConfiguration for what `measurement_of` reads."""
    rates = {
        DataId.PACKET_COUNTER: 0xFFFF,  # with every message
        DataId.QUATERNION: rate_hz,
        DataId.ACCELERATION: rate_hz,
        DataId.RATE_OF_TURN: rate_hz,
    }
    return b"".join(struct.pack(">HH", data_id, rate) for data_id, rate in rates.items())


class XbusReader:
    """Finds messages in a stream; a wrong checksum costs one byte, then it looks on."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete."""
        self._buffer += data
        messages = []
        start = 0
        while (start := self._buffer.find(PREAMBLE, start)) >= 0:
            end = _end_of(self._buffer, start)
            if end is None:
                break  # the rest may still come
            if end == start:
                start += 1
                continue
            body = _HEAD if self._buffer[start + 3] != _EXTENDED else _HEAD + 2
            messages.append(
                Message(self._buffer[start + 2], bytes(self._buffer[start + body : end - 1]))
            )
            start = end
        del self._buffer[: start if start >= 0 else len(self._buffer)]
        return messages


def _end_of(buffer: bytearray, start: int) -> int | None:
    """Where the message ends; `start` where none begins there; None while it is incomplete."""
    head = buffer[start : start + _HEAD + 2]
    if len(head) > 1 and head[1] != BUS:
        return start
    if len(head) < _HEAD:
        return None
    length, body = head[3], _HEAD
    if length == _EXTENDED:
        if len(head) < _HEAD + 2:
            return None
        length, body = int.from_bytes(head[4:6], "big"), _HEAD + 2
        if length > MAX_LENGTH:
            return start
    end = start + body + length + 1
    if len(buffer) < end:
        return None
    return end if sum(buffer[start + 1 : end]) & 0xFF == 0 else start


def measurement_of(data: bytes) -> Measurement | None:
    """The measurement of an MTData2's data; None where a part is missing or no number."""
    parts: dict[int, bytes] = {}
    while len(data) >= 3:
        data_id, size = struct.unpack_from(">HB", data)
        parts[data_id] = data[3 : 3 + size]
        data = data[3 + size :]
    try:
        (counter,) = struct.unpack(">H", parts[DataId.PACKET_COUNTER])
        quaternion = struct.unpack(">4f", parts[DataId.QUATERNION])
        acceleration = struct.unpack(">3f", parts[DataId.ACCELERATION])
        rate = struct.unpack(">3f", parts[DataId.RATE_OF_TURN])
    except (KeyError, struct.error):
        return None
    if not all(map(math.isfinite, (*quaternion, *acceleration, *rate))):
        return None
    if not 0.9 < math.hypot(*quaternion) < 1.1:
        return None
    return Measurement(counter, quaternion, acceleration, rate)
