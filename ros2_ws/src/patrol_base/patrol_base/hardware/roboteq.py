"""The serial protocol of Roboteq motor controllers: lines → values, commands → bytes.

Advanced Digital Motor Controller User Manual V2.0 (8 July 2019), sections "Serial Operation" and
"Commands Reference". A command (`!`), query (`?`) or setting (`^`, read with `~`) ends with a
carriage return; a command or setting is answered `+` or `-`, a query `NAME=a:b:…`, one value a
channel. A controller echoes each character unless `^ECHOF 1` is set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntFlag

FULL_SCALE = 1000  # of `!G` and `?F`
MAX_RPM = 65_535
CLOSED_LOOP_SPEED, CLOSED_LOOP_POSITION_RELATIVE = 1, 2  # of `~MMOD`
_ANSWER = re.compile(r"([A-Z0-9]+)=(.*)")
_NUMBERS = re.compile(r"-?\d{1,10}(:-?\d{1,10})*")
_ASKED = ("!", "?", "^", "~", "#", "%", "@")  # what only a host sends


class Fault(IntFlag):
    """`?FF`, fault flags."""

    OVERHEAT = 1
    OVERVOLTAGE = 2
    UNDERVOLTAGE = 4
    SHORT_CIRCUIT = 8
    EMERGENCY_STOP = 16
    SENSOR = 32
    MOSFET_FAILURE = 64
    DEFAULT_CONFIGURATION = 128


class Signal(Enum):
    """A line that carries no value."""

    DONE = "+"
    REFUSED = "-"
    ECHO = "echo"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's answer: its text, and its numbers where it has only such, by channel."""

    name: str
    text: str
    values: tuple[int, ...]


def parse_line(line: str) -> Answer | Signal:
    """What a line says; never raises."""
    if line in ("+", "-"):
        return Signal(line)
    if line.startswith(_ASKED):
        return Signal.ECHO
    match = _ANSWER.fullmatch(line)
    if match is None:
        return Signal.NOISE
    name, text = match.groups()
    numbers = text.split(":") if _NUMBERS.fullmatch(text) else ()
    return Answer(name, text, tuple(int(number) for number in numbers))


def query(name: str) -> bytes:
    """Ask for a value of every channel."""
    return f"?{name}\r".encode("ascii")


def read_setting(name: str) -> bytes:
    """Ask for a setting of every channel."""
    return f"~{name}\r".encode("ascii")


def write_setting(name: str, value: int) -> bytes:
    """Change a setting until the controller is switched off (`%EESAV` is never sent)."""
    return f"^{name} {value}\r".encode("ascii")


def set_speed(channel: int, rpm: float) -> bytes:
    """`!S`: motor speed in rounds a minute, closed-loop speed mode."""
    limited = max(-MAX_RPM, min(MAX_RPM, round(rpm)))
    return f"!S {channel} {limited}\r".encode("ascii")


def go_to(channel: int, share: float) -> bytes:
    """`!G`: a position as a share of full scale, -1 to 1, closed-loop position mode."""
    limited = max(-FULL_SCALE, min(FULL_SCALE, round(share * FULL_SCALE)))
    return f"!G {channel} {limited}\r".encode("ascii")


EMERGENCY_STOP = b"!EX\r"
RELEASE = b"!MG\r"
