"""DCON, the line protocol of ICP DAS I-7000 and M-7000 modules, for the I-7060 relay board.

I-7000 DIO Manual, Rev B1.2, chapter 2 (commands) and section 3.3 (dual watchdog); M-7000 modules
speak the same (I-7000 and M-7000 DIO User Manual, Rev B2.7). A command names a two-digit
hexadecimal address and ends with a carriage return, with a two-digit checksum before it where the
module is set so: the sum of all characters before, modulo 256.

The I-7060 has four relays (RL1 to RL4) and four isolated inputs (IN1 to IN4); in a status byte bit
0 stands for the first. An input reads 1 while it is open (section 2.8: `0F00`, "IN1 to IN4 are
open, RL1 to RL4 are off").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOST_OK = "~**"  # resets every module's host watchdog; nobody answers
CHANNELS = range(1, 5)
TIMED_OUT = 0x04  # of a module's status (`~AA0`)
_HEX = re.compile(r"[0-9A-F]*")
_HOST = ("@", "#", "$", "%", "~")  # what only a host sends
_REPLY = (">", "!", "?")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its first character (`>` done, `!` addressed or ignored, `?` refused), then."""

    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Echo:
    """What the host sent, heard again."""


def checksum(text: str) -> str:
    """The two digits over all characters."""
    return f"{sum(text.encode('ascii')) & 0xFF:02X}"


def frame(command: str, with_checksum: bool) -> bytes:
    """A command as it goes over the line."""
    return f"{command}{checksum(command) if with_checksum else ''}\r".encode("ascii")


def parse_line(line: str, with_checksum: bool) -> Reply | Echo | None:
    """What a line says; None for noise or a wrong checksum; never raises."""
    if with_checksum:
        line, check = line[:-2], line[-2:]
        if checksum(line) != check:
            return None
    if line.startswith(_HOST):
        return Echo()
    return Reply(line[0], line[1:]) if line.startswith(_REPLY) else None


def status_of(body: str) -> tuple[int, int] | None:
    """(inputs, relays) of an answer to `@AA`, one bit a channel; None for anything else."""
    if len(body) != 4 or not _HEX.fullmatch(body):
        return None
    return int(body[:2], 16), int(body[2:], 16)


def byte_of(body: str, address: str, digits: int = 2) -> int | None:
    """The first byte behind the address in an answer of `digits` and more; None for others."""
    value = body.removeprefix(address)
    if value == body or len(value) < digits or not _HEX.fullmatch(value):
        return None
    return int(value[:2], 16)


def bit(channel: int) -> int:
    """The bit of a channel, 1 to 4."""
    return 1 << (channel - 1)
