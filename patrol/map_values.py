"""Readers for the values of a map file.

Each takes a JSON value and returns it checked, or raises ValueError saying what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from patrol.windows import Windows, check_time_zone, parse_instant


def text(value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")
    return value


def identifier(value: Any) -> str:
    """A string with at least one character."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a name with at least one character, got {value!r}")
    return value


def whole(value: Any) -> int:
    """An unsigned 32-bit integer, the range of nav2_route's ids."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        raise ValueError(f"expected a whole number from 0 to {2**32 - 1}, got {value!r}")
    return value


def wholes(value: Any) -> tuple[int, ...]:
    """A list of ids."""
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list of at least one id, got {value!r}")
    return tuple(whole(item) for item in value)


def texts(value: Any) -> tuple[str, ...]:
    """A list of names."""
    if not isinstance(value, list):
        raise ValueError(f"expected a list of names, got {value!r}")
    return tuple(identifier(item) for item in value)


def windows(value: Any) -> str:
    """Time windows in opening_hours words; empty: always."""
    Windows.parse(text(value))
    return text(value)


def instant(value: Any) -> str:
    """An RFC 3339 instant; empty: never."""
    if text(value):
        parse_instant(value)
    return text(value)


def number(value: Any) -> float:
    """A finite number; minus zero becomes zero so that equal maps have equal hashes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {value!r}")
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError(f"expected a finite number, got {converted}")
    return converted + 0.0


def positive(value: Any) -> float:
    """A finite number above 0."""
    converted = number(value)
    if converted <= 0:
        raise ValueError(f"expected a number above 0, got {converted:g}")
    return converted


def not_negative(value: Any) -> float:
    """A finite number, 0 or more."""
    converted = number(value)
    if converted < 0:
        raise ValueError(f"expected a number of 0 or more, got {converted:g}")
    return converted


def share(value: Any) -> float:
    """A finite number from 0 to 1."""
    converted = number(value)
    if not 0 <= converted <= 1:
        raise ValueError(f"expected a share from 0 to 1, got {converted:g}")
    return converted


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r}")
    return value


def one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    """A reader for the values of an enum."""

    members = {str(member): member for member in kind}

    def read(value: Any) -> StrEnum:
        if not isinstance(value, str) or value not in members:
            raise ValueError(f"{value!r} is none of: {', '.join(members)}")
        return members[value]

    return read


def time_zone(value: Any) -> str:
    """An IANA time zone."""
    return check_time_zone(identifier(value))
